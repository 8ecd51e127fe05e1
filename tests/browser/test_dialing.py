"""Calling from a page in a real browser: the click, the card that follows the call, the keyboard, the next page."""

# ruff: noqa: F811

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.test_console import NARROW, findings
from tests.dialing.installed import dialing_twin, phones  # noqa: F401 - fixtures
from tests.dialing.phones import Phones
from tests.factories import CLIENT, Desk

from switchhook.core.records import Kind
from switchhook.dialing.models import DialRequest, DialState
from switchhook.projects.models import Role

from .conftest import Visit

BUTTON = "Call Anna Kovalenko"


@pytest.fixture
def desk(visit: Visit, phones: Phones) -> Visit:
    """The visitor's project is the one whose telephony is the provider's stand-in."""
    visit.desk, visit.rows = phones.desk, {}
    visit.rows["contact"] = phones.desk.record(Kind.CONTACT, name="Anna Kovalenko", phones=[CLIENT])
    return visit


def card(page: Page) -> Any:
    return page.locator("#dial-card")


def moved(desk: Desk, **values: Any) -> None:
    """The call has come further while the page is open."""
    DialRequest.objects.filter(project=desk.project).update(**values)


def test_a_click_is_followed_to_its_end_over_a_change_of_page(desk: Visit, phones: Phones) -> None:
    page = desk.open(Role.MANAGER)
    page.goto(desk.address("crm/contacts/"))
    page.get_by_role("link", name=BUTTON).click()
    expect(card(page)).to_contain_text("Looking whether your phone is online")
    phones.work()
    expect(card(page)).to_contain_text("Calling your phone")
    assert phones.asked() == [("acme_olena", "380671234567")]
    page.goto(desk.address("calls/"))
    expect(card(page)).to_contain_text("Calling your phone")
    expect(page.locator("#dial-said")).to_contain_text("Calling your phone")
    assert findings(page) == []
    call = phones.desk.call(direction="out")
    moved(phones.desk, state=DialState.ENDED, call=call)
    expect(card(page)).to_contain_text("The call has ended")
    card(page).get_by_role("link", name="Open the call").click()
    expect(page).to_have_url(desk.address(f"calls/{call.pk}/"))
    expect(card(page)).to_be_empty()
    assert [text for text in desk.complaints if "Content Security Policy" in text or "Error" in text] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_offline_phone_is_mended_by_keyboard(desk: Visit, phones: Phones, theme: str) -> None:
    phones.control("configure", sip_online=[])
    page = desk.open(Role.MANAGER, color_scheme=theme, **NARROW)
    page.goto(desk.address(f"crm/contacts/{desk.rows['contact'].pk}/"))
    page.get_by_role("link", name=BUTTON).focus()
    page.keyboard.press("Enter")
    expect(card(page)).to_contain_text("Looking")
    phones.work()
    expect(card(page)).to_contain_text("acme_olena is offline")
    expect(page.get_by_role("link", name=BUTTON)).to_be_focused()
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    card(page).get_by_role("button", name="Ring +380 50 111 0001").focus()
    page.keyboard.press("Enter")
    expect(card(page)).to_contain_text("Looking")
    phones.work()
    expect(card(page)).to_contain_text("Calling your phone")
    assert phones.asked() == [("380501110001", "380671234567")]
    page.get_by_role("button", name="Close").last.click()
    expect(card(page)).to_be_empty()


def test_a_browser_is_paired_and_the_token_copied(desk: Visit) -> None:
    page = desk.open(Role.MANAGER)
    page.goto(desk.address("extension/"))
    page.get_by_label("Name of this browser").fill("Office")
    page.keyboard.press("Enter")
    expect(page.locator("#token-text")).to_contain_text("swd_")
    assert findings(page) == []
    page.goto(desk.address("extension/"))
    page.get_by_role("button", name="Unpair Office").click()
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    expect(page.get_by_text("No browser is paired")).to_be_visible()
