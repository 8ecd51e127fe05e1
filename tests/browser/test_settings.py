"""Settings, members, the audit trail and what connections are tried on, in a real browser."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from tests.browser.test_console import NARROW, findings
from tests.factories import CLIENT

from switchhook.connections.models import Connection
from switchhook.projects.audit import note
from switchhook.projects.models import Employee, IgnoredClient, Membership, Number, Role

from .conftest import Visit

SAMPLE = {"my_id": "ua9_-1790775458.2139025", "my_client": "+380732130001", "call_type": "in", "shoe_size": "44"}


@pytest.fixture
def full(visit: Visit) -> Visit:
    """A project with many rows, long texts, and everything that a settings page can warn of."""
    project, long = visit.desk.project, "Дуже-довга-назва-без-жодного-пробілу-" * 3
    for n in range(30):
        Employee.objects.create(project=project, name=f"{long} {n}", sips=[f"{long}{n}"], extension=str(100 + n))
        IgnoredClient.objects.create(project=project, e164=f"+38067000{n:04d}", note=long)
        Number.objects.create(project=project, e164=f"+38044000{n:04d}", label=long, sip_pair="p", stopped=True)
        note(project, visit.desk.members[Role.OWNER], "employee.change", long, name={"from": long, "to": f"{n}"})
    Employee.objects.create(project=project, name="Mute")
    visit.desk.event(json.dumps(SAMPLE).encode(), state="flagged", error="x")
    return visit


def addresses(visit: Visit) -> dict[str, str]:
    phone, crm = visit.desk.telephony.pk, visit.desk.crm.pk
    event = visit.desk.telephony.raw_events.order_by("-id").values_list("pk", flat=True)[0]
    line = Number.objects.filter(project=visit.desk.project).first()
    paths = {
        "hub": "settings/",
        "project": "settings/project",
        "members": "settings/members/",
        "audit": "settings/audit/",
        "employees": "employees/",
        "employee": f"employees/{visit.desk.olena.pk}/",
        "numbers": "numbers/",
        "line": f"numbers/number/{line.pk if line else 0}/",
        "rules": f"connections/{crm}/rules",
        "titles": f"connections/{crm}/titles",
        "fields": f"connections/{crm}/fields?load=1",
        "names": f"connections/{phone}/names?event={event}",
        "forwarding": f"connections/{phone}/forwarding",
    }
    return {name: visit.address(path) for name, path in paths.items()} | {"new": f"{visit.root}/projects/new"}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_settings_page(full: Visit, theme: str) -> None:
    page, found = full.open(color_scheme=theme), {}
    for name, address in addresses(full).items():
        page.goto(address)
        found[name] = findings(page)
    assert {name: hits for name, hits in found.items() if hits} == {}
    assert [text for text in full.complaints if "Content Security Policy" in text] == []


def test_no_settings_page_scrolls_sideways_at_360_pixels(full: Visit) -> None:
    full.desk.members[Role.OWNER].language = "uk"
    full.desk.members[Role.OWNER].save()
    page, wide = full.open(**NARROW), {}
    for name, address in addresses(full).items():
        page.goto(address)
        wide[name] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert {name: pixels for name, pixels in wide.items() if pixels > 0} == {}


def test_somebody_is_invited_and_comes_in_by_the_link(visit: Visit) -> None:
    page = visit.open()
    page.goto(visit.address("settings/members/"))
    page.get_by_label("E-mail").fill("new@example.com")
    page.keyboard.press("Enter")
    link = page.locator("#invitation-link").inner_text()
    guest = visit.anonymous()
    guest.goto(f"{visit.root}/{link.split('/', 3)[3]}")
    assert findings(guest) == []
    guest.get_by_label("Your name").fill("New")
    guest.get_by_label("Password").fill("a long and rare phrase")
    guest.keyboard.press("Enter")
    expect(guest.locator("#toasts")).to_contain_text("Welcome to Acme")
    assert Membership.objects.get(user__email="new@example.com").role == Role.MANAGER


def test_names_follow_what_is_typed_and_a_parameter_is_put_in_by_a_click(visit: Visit) -> None:
    visit.desk.call(started_at=timezone.now() + timedelta(minutes=1), state={"client_number": CLIENT})
    page = visit.open()
    page.goto(visit.address(f"connections/{visit.desk.crm.pk}/titles"))
    lead = page.locator('[name="titles-lead"]')
    lead.fill("From ")
    page.get_by_role("button", name="{phone}", exact=True).click()
    expect(lead).to_have_value("From {phone}")
    expect(lead).to_be_focused()
    expect(page.locator("#titles-preview")).to_contain_text(f"From {CLIENT}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Saved")
    assert stored(visit.desk.crm)["titles"] == {"lead": "From {phone}"}


def test_a_sample_is_pasted_explained_and_saved_by_keyboard(visit: Visit) -> None:
    page = visit.open()
    page.goto(visit.address(f"connections/{visit.desk.telephony.pk}/names"))
    page.get_by_label("Paste the body of a webhook").fill(json.dumps(SAMPLE))
    page.get_by_role("button", name="Show how it is read").press("Enter")
    meaning = page.get_by_label("Meaning of shoe_size")
    meaning.select_option("pool_name")
    page.get_by_role("button", name="Save these meanings").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Saved")
    assert stored(visit.desk.telephony)["names"]["shoe_size"] == "pool_name"


def test_the_forwarding_page_says_who_would_take_a_call(visit: Visit) -> None:
    visit.desk.known("+380501112233", owner=str(visit.desk.piotr.pk))
    page = visit.open()
    page.goto(visit.address(f"connections/{visit.desk.telephony.pk}/forwarding"))
    expect(page.get_by_label("First")).to_be_hidden()
    page.get_by_label("Caller's number", exact=True).fill("050 111 22 33")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("#forwarding-answer")).to_contain_text("Piotr Nowak")
    page.get_by_label("In an order of its own, below").check()
    page.get_by_label("First").select_option("last_talk")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("#forwarding-answer")).to_contain_text("Nobody")


def stored(connection: Connection) -> dict[str, Any]:
    settings: dict[str, Any] = Connection.objects.get(pk=connection.pk).settings
    return settings
