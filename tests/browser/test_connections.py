"""The pages of a CRM connection in a real browser: what is loaded after the page, the keyboard, narrow screens."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from tests.acme.installed import acme  # noqa: F401 - a fixture
from tests.browser.test_console import NARROW, findings

from switchhook.connections.governor import SharedGovernor
from switchhook.connections.joining import Wanted, begin
from switchhook.connections.models import Connection, SignInAttempt
from switchhook.connections.services import add, mark_broken, pause
from switchhook.connectors.allowances import Allowance
from switchhook.core.errors import Unreachable
from switchhook.delivery import outages
from switchhook.delivery.lanes import append
from switchhook.projects.models import Role

from .conftest import Visit

MONTH = timedelta(days=30)


class Setup:
    """A project with Acme beside the built-in CRM, and every page of it."""

    def __init__(self, visit: Visit) -> None:
        self.visit, project = visit, visit.desk.project
        self.crm = self.connect("Acme CRM")
        self.paused, self.broken, self.waiting = (self.connect(f"Acme {name}") for name in ("two", "three", "four"))
        pause(self.paused)
        mark_broken(self.broken, "invalid_grant: the refresh token was revoked by the administrator")
        outages.begin(self.waiting.pk, Unreachable("No answer in time."))
        for crm in (self.paused, self.broken, self.waiting):
            crm.refresh_from_db()
            append(crm, visit.desk.call())
        for name, most, used in (("burst", 80, 3), ("day", 30000, 28000)):
            with SharedGovernor(self.crm.pk).admit({Allowance(name=name, most=most, per=86400): used}):
                pass
        wanted = Wanted(
            project=project, connector="acme", name="Acme by sign-in", credentials={"client_id": "c"}, settings={}
        )
        self.attempt: SignInAttempt = begin(wanted, visit.desk.members[Role.OWNER])
        SignInAttempt.objects.update(error="Acme says: access_denied")

    def connect(self, name: str) -> Connection:
        made = add(self.visit.desk.project, "acme", name, credentials={"api_key": "good-key"}, region="eu")
        Connection.objects.filter(pk=made.pk).update(activated_at=timezone.now() - MONTH)
        return made

    def addresses(self) -> dict[str, str]:
        one = f"connections/{self.crm.pk}/"
        paths = {
            "list": "connections/",
            "new": "connections/new/acme",
            "sign-in": f"connections/sign-in/{self.attempt.pk}/",
            "active": one,
            "paused": f"connections/{self.paused.pk}/",
            "broken": f"connections/{self.broken.pk}/",
            "waiting": f"connections/{self.waiting.pk}/",
            "people": f"{one}people",
            "rules": f"{one}rules",
            "fields": f"{one}fields",
            "names": f"{one}titles",
            "account": f"{one}set-up",
            "credentials": f"{one}credentials",
        }
        return {name: self.visit.address(path) for name, path in paths.items()}


@pytest.fixture
def setup(visit: Visit, acme: Any) -> Setup:  # noqa: F811
    return Setup(visit)


def opened(page: Page, address: str) -> None:
    """The page with what is fetched after it."""
    page.goto(address)
    expect(page.locator('[aria-busy="true"]')).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page_of_a_connection(setup: Setup, theme: str) -> None:
    page, found = setup.visit.open(color_scheme=theme), {}
    for name, address in setup.addresses().items():
        opened(page, address)
        found[name] = findings(page)
    assert {name: hits for name, hits in found.items() if hits} == {}


@pytest.mark.parametrize("language", ["en", "uk", "pl", "ru"])
def test_no_page_of_a_connection_scrolls_sideways_at_360_pixels(setup: Setup, language: str) -> None:
    setup.visit.desk.members[Role.OWNER].language = language
    setup.visit.desk.members[Role.OWNER].save()
    page, wide = setup.visit.open(**NARROW), {}
    for name, address in setup.addresses().items():
        opened(page, address)
        wide[name] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert {name: pixels for name, pixels in wide.items() if pixels > 0} == {}


def test_no_page_of_a_connection_breaks_the_content_policy(setup: Setup) -> None:
    page = setup.visit.open()
    for address in setup.addresses().values():
        opened(page, address)
    assert [text for text in setup.visit.complaints if "Content Security Policy" in text or "Error" in text] == []


def test_a_crm_is_connected_and_set_up_by_keyboard(setup: Setup) -> None:
    page = setup.visit.open()
    page.goto(setup.visit.address("connections/new/acme"))
    page.get_by_label("API key").fill("good-key")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Acme CRM is connected")
    folder = page.get_by_label("Folder of contacts")
    expect(page.get_by_label("Phone field")).to_have_count(0)
    folder.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Phone field")).to_have_count(1)
    expect(folder).to_be_focused()
    expect(folder).to_have_value("f1")
    page.get_by_label("Phone field").select_option("mobile")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved")
    made = Connection.objects.order_by("-pk").first()
    assert made
    assert (made.settings["folder"], made.settings["phone_field"]) == ("f1", "mobile")


def test_enter_in_the_form_tests_what_was_typed_and_does_not_leave_for_the_vendor(setup: Setup) -> None:
    page = setup.visit.open()
    page.goto(setup.visit.address("connections/new/acme"))
    page.get_by_label("API key").fill("wrong-key")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("does not accept the credentials")


def test_rules_are_added_by_keyboard_and_keep_the_focus(setup: Setup) -> None:
    page = setup.visit.open()
    opened(page, setup.addresses()["fields"])
    contact = page.get_by_role("region", name="Contact")
    contact.get_by_label("Parameter 1").select_option("utm_source")
    contact.get_by_label("CRM field 1").select_option("cf_source")
    contact.get_by_role("button", name="Add a rule").focus()
    page.keyboard.press("Enter")
    expect(contact.locator('[name="contact-1-parameter"]')).to_be_focused()
    contact.locator('[name="contact-1-parameter"]').select_option("campaign")
    contact.locator('[name="contact-1-field"]').select_option("cf_campaign")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Saved")
    rules = Connection.objects.get(pk=setup.crm.pk).settings["field_rules"]
    assert [(rule["parameter"], rule["field"]) for rule in rules] == [
        ("utm_source", "cf_source"),
        ("campaign", "cf_campaign"),
    ]


def test_a_paused_connection_asks_before_it_goes_on(setup: Setup) -> None:
    page = setup.visit.open()
    page.goto(setup.addresses()["paused"])
    page.get_by_label("Send all: 1 call").check()
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    assert setup.paused.deliveries.filter(state="pending").count() == 1
