"""The guide and the check page in a real browser: live waiting, every step, narrow and dark, by keyboard, axe."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from tests.browser.test_console import NARROW, findings

from switchhook.connections.models import Connection
from switchhook.connectors.network import ALLOW_PRIVATE
from switchhook.connectors.ringostat.twin import TwinConfig, create_twin
from switchhook.connectors.testing.twin import run_in_thread
from switchhook.delivery import observing
from switchhook.intake.models import RawEvent
from switchhook.onboarding.steps import FirstRun
from switchhook.projects.models import Employee, Role

from .conftest import Visit

SAMPLE = b'{"my_call": "ua9_-1790775458.2139025", "when_called": "2022-01-01 10:16:46", "colour": "green"}'


@pytest.fixture
def twin(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[TwinConfig, str]]:
    monkeypatch.setenv(ALLOW_PRIVATE, "1")
    config = TwinConfig()
    with run_in_thread(create_twin(config)) as running:
        yield config, running.url


@pytest.fixture
def empty(visit: Visit) -> Visit:
    """The project before anybody has set anything up."""
    Connection.objects.filter(project=visit.desk.project).delete()
    Employee.objects.filter(project=visit.desk.project).delete()
    return visit


def arrive(telephony: Connection, body: bytes) -> RawEvent:
    return RawEvent.objects.create(
        connection=telephony, received_at=timezone.now(), method="POST", content_type="application/json", body=body
    )


def run_of(visit: Visit) -> FirstRun:
    return FirstRun(visit.desk.project, visit.desk.members[Role.OWNER])


def open_guide(page: Page, visit: Visit, step: str = "") -> None:
    page.goto(visit.address(f"start/{f'?step={step}' if step else ''}"))


def test_the_guide_is_walked_from_keys_to_the_rules(empty: Visit, twin: tuple[TwinConfig, str]) -> None:
    config, url = twin
    page = empty.open()
    open_guide(page, empty)
    assert findings(page) == []
    page.get_by_label("Project id").fill(config.project_id)
    page.get_by_label("Auth-key").fill(config.auth_key)
    page.get_by_text("More", exact=True).click()
    page.get_by_label("API address").fill(url)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Waiting for the first event")).to_be_visible()
    assert findings(page) == []
    telephony = run_of(empty).telephony
    assert telephony
    arrive(telephony, SAMPLE)
    expect(page.get_by_text("test webhook arrived")).to_be_visible()
    assert findings(page) == []
    page.get_by_role("button", name="Confirm these meanings").click()
    page.get_by_role("button", name="Built-in CRM").click()
    expect(page.get_by_role("button", name="Confirm and go on")).to_be_visible()
    assert findings(page) == []
    page.get_by_label("I take no calls").check()
    page.get_by_role("button", name="Confirm and go on").click()
    expect(page.get_by_label("Scenario table")).to_be_visible()
    page.wait_for_load_state()  # the choice is followed once the scripts run
    page.get_by_label("Scenario table").select_option("nethunt")
    expect(page.get_by_text("without an owner")).to_be_visible()
    assert findings(page) == []
    page.get_by_label("Senior manager").select_option(index=1)
    page.get_by_role("button", name="Use these rules").click()
    expect(page.get_by_role("button", name="Start the test call")).to_be_visible()
    assert findings(page) == []
    assert empty.complaints == []


def test_every_step_fits_a_narrow_and_dark_screen(empty: Visit, twin: tuple[TwinConfig, str]) -> None:
    config, url = twin
    page = empty.open(**NARROW, color_scheme="dark")
    telephony = Connection(project=empty.desk.project, connector="ringostat", role="telephony", name="Exchange")
    telephony.settings, telephony.credentials = {"base_url": url}, {"project_id": config.project_id, "auth_key": "k"}
    telephony.save()
    arrive(telephony, SAMPLE)
    for step in ("telephony", "webhook", "crm"):
        open_guide(page, empty, step)
        assert not wide(page), step
        assert findings(page) == [], step
    assert empty.complaints == []


def wide(page: Page) -> Any:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_the_check_page_leads_to_the_remedy_by_keyboard(visit: Visit) -> None:
    page = visit.open()
    page.goto(visit.address("check/"))
    assert findings(page) == []
    page.get_by_role("link", name="Choose somebody").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/rules")
    narrow = visit.open(**NARROW, color_scheme="dark")
    narrow.goto(visit.address("check/"))
    assert not wide(narrow)
    assert findings(narrow) == []
    assert visit.complaints == []


def test_observing_is_begun_and_ended_on_the_connections_page(visit: Visit) -> None:
    page = visit.open()
    page.goto(visit.address(f"connections/{visit.desk.crm.pk}/"))
    page.get_by_text("Observe first").click()
    page.get_by_label("Days").fill("5")
    assert findings(page) == []
    page.get_by_role("button", name="Write nothing for so long").click()
    expect(page.get_by_text("Observing: nothing is written").first).to_be_visible()
    assert findings(page) == []
    assert observing.until(Connection.objects.get(pk=visit.desk.crm.pk)) is not None
    page.get_by_role("button", name="Begin to write now").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Observe first")).to_be_visible()
    assert observing.until(Connection.objects.get(pk=visit.desk.crm.pk)) is None
