"""The reports in a real browser: charts by pointer and keyboard, narrow screens, other languages, no script."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from tests.browser.test_console import NARROW, findings

from switchhook.projects.models import Role

from .conftest import Visit

PATHS = ("reports/", "reports/?period=today", "reports/?period=year&direction=out", "reports/?period=yesterday&line=1")


@pytest.fixture
def busy(visit: Visit) -> Visit:
    for number in range(12):
        state: dict[str, Any] = {"ringing": [{"sip": "olena"}]}
        visit.desk.call(
            f"+38050111{number:04d}",
            started_at=timezone.now() - timedelta(days=number),
            status="missed" if number % 3 else "answered",
            direction="out" if number % 4 == 1 else "in",
            state=state,
            source="a-very-long-source-of-visits.example.com" if number % 2 else "",
        )
    return visit


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_the_reports(busy: Visit, theme: str) -> None:
    page, found = busy.open(color_scheme=theme), {}
    for path in PATHS:
        page.goto(busy.address(path))
        for fold in page.locator("details.fold > summary").all():
            fold.click()
        found[path] = findings(page)
    assert {path: hits for path, hits in found.items() if hits} == {}
    assert busy.complaints == []


def test_the_reports_fit_360_pixels_in_every_language(busy: Visit) -> None:
    owner, wide = busy.desk.members[Role.OWNER], {}
    page = busy.open(**NARROW)
    for language in ("en", "uk", "pl", "ru"):
        owner.language = language
        owner.save()
        for path in PATHS[:3]:
            page.goto(busy.address(path))
            wide[language, path] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert {place: pixels for place, pixels in wide.items() if pixels > 0} == {}


def test_bars_tell_of_themselves_and_lead_to_their_calls(busy: Visit) -> None:
    page = busy.open()
    page.goto(busy.address("reports/?period=week"))
    columns = page.locator("[data-chart] .column")
    columns.nth(3).hover()
    expect(page.locator(".tip")).to_contain_text(re.compile(r"1 call\b"))
    columns.first.focus()
    page.keyboard.press("End")
    expect(columns.last).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(columns.nth(5)).to_be_focused()
    assert [columns.nth(place).get_attribute("tabindex") for place in (0, 5)] == ["-1", "0"]
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/calls/\?period=days&since="))
    expect(page.locator("#call-rows tr")).to_have_count(1)


def test_filters_change_the_report_without_reload_and_stand_in_the_address(busy: Visit) -> None:
    page = busy.open()
    page.goto(busy.address("reports/"))
    page.evaluate("window.sameDocument = true")
    page.get_by_label("Direction").select_option("out")
    expect(page).to_have_url(re.compile("direction=out"))
    expect(page.get_by_text("Not answered").first).to_be_visible()
    page.get_by_label("Period").select_option("days")
    expect(page.get_by_label("From", exact=True)).to_be_focused()
    assert page.evaluate("window.sameDocument") is True
    page.go_back()
    expect(page.get_by_label("Direction")).to_have_value("")


def test_without_scripts_the_reports_are_read_and_filtered(busy: Visit) -> None:
    page = busy.open(java_script_enabled=False)
    page.goto(busy.address("reports/"))
    expect(page.locator("[data-chart] .column")).to_have_count(30)
    page.get_by_label("Period").select_option("week")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("[data-chart] .column")).to_have_count(7)
    expect(page.get_by_role("button", name="Search…")).to_be_hidden()
