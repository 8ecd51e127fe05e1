"""The command palette and the keys in a real browser: found by keyboard and touch, never in the way of typing."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.test_console import NARROW, findings

from switchhook.directory.models import DirectoryEntry
from switchhook.projects.models import Role

from .conftest import Visit

OFFER_FIELDS = """() => {
    const box = document.createElement("div");
    box.innerHTML = '<div id="written" contenteditable="true">text</div><textarea id="area"></textarea>'
        + '<input id="plain"><input id="tick" type="checkbox"><select id="choice"><option>g</option></select>';
    document.getElementById("main").prepend(box);
}"""
PRESS = """([code, key, more]) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { code, key, bubbles: true, cancelable: true, composed: true, ...more }))"""


def opened(page: Page) -> bool:
    return bool(page.evaluate("document.querySelector('#palette[open], #shortcuts[open]') !== null"))


def options(page: Page) -> Locator:
    return page.locator("#palette").get_by_role("option")


def palette(page: Page) -> Page:
    page.wait_for_load_state()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search pages")).to_be_focused()
    expect(page.get_by_role("option", name="Overview")).to_be_visible()
    return page


def test_a_page_is_found_by_a_few_letters_and_opened_by_enter(visit: Visit) -> None:
    page = visit.open()
    page.goto(visit.address(""))
    palette(page)
    assert findings(page) == []
    box = page.get_by_role("combobox", name="Search pages")
    page.keyboard.type("rprts")
    first = options(page).first
    expect(first).to_contain_text("Reports")
    expect(first).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == first.get_attribute("id")
    expect(options(page)).to_have_count(3)
    page.keyboard.press("ArrowUp")
    expect(first).to_have_attribute("aria-selected", "false")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/reports/$"))
    palette(page)
    page.keyboard.press("Escape")
    assert not opened(page)


def test_a_client_is_found_by_name_or_number_and_stands_among_the_last_opened(visit: Visit) -> None:
    DirectoryEntry.objects.update(url=f"/p/{visit.desk.project.pk}/calls/")
    page = visit.open()
    page.goto(visit.address(""))
    palette(page)
    page.keyboard.type("kovalen")
    option = page.locator('[data-group="found"]').get_by_role("option", name="Anna Kovalenko").first
    expect(option).to_contain_text("Contact")
    option.click()
    expect(page).to_have_url(re.compile("/calls/$"))
    palette(page)
    expect(page.locator('[data-group="recent"]').get_by_role("option")).to_contain_text(["Anna Kovalenko"])
    page.keyboard.type("067 123 45 67")
    expect(page.get_by_role("option", name="Call +380 67 123 4567")).to_have_attribute("data-dial", "+380671234567")
    expect(page.get_by_role("option", name=re.compile("Calls of"))).to_be_visible()
    page.get_by_role("combobox", name="Search pages").fill("zzzqqq")
    expect(options(page)).to_have_count(2)
    assert visit.complaints == []


def test_keys_do_nothing_while_somebody_types(visit: Visit) -> None:
    page = visit.open()
    page.goto(visit.address("calls/"))
    page.evaluate(OFFER_FIELDS)
    for field in ("#written", "#area", "#plain", "#choice", "#tick", "main input[type=search]"):
        page.locator(field).first.focus()
        for key in ("Control+k", "/", "?", "g", "r"):
            page.keyboard.press(key)
        assert not opened(page), field
    page.locator("h1").click()
    for code, key, more in (
        ("KeyK", "k", {"ctrlKey": True, "isComposing": True}),
        ("KeyK", "k", {"ctrlKey": True, "altKey": True}),
        ("KeyK", "k", {"ctrlKey": True, "shiftKey": True}),
        ("Slash", "?", {"ctrlKey": True}),
        ("Slash", "?", {"keyCode": 229}),
    ):
        page.evaluate(PRESS, [code, key, more])
    assert not opened(page)
    page.evaluate("document.getElementById('confirm').showModal()")
    for key in ("Control+k", "?", "g", "r"):
        page.keyboard.press(key)
    assert not opened(page)
    expect(page).to_have_url(re.compile("/calls/"))


def test_keys_go_to_pages_on_every_layout_and_can_be_switched_off(visit: Visit) -> None:
    page = visit.open()
    page.goto(visit.address(""))
    page.keyboard.press("g")
    page.keyboard.press("k")
    page.wait_for_url("**/contacts/")
    for code, key in (("KeyG", "п"), ("KeyC", "с")):
        page.evaluate(PRESS, [code, key, {}])
    page.wait_for_url("**/calls/")
    page.keyboard.press("/")
    expect(page.locator("main input[type=search]").first).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert findings(page) == []
    page.get_by_label("Use single keys").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    for key in ("?", "g", "k"):
        page.keyboard.press(key)
    assert not opened(page)
    expect(page).to_have_url(re.compile("/calls/"))
    palette(page)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_palette_is_opened_by_touch_on_a_narrow_screen(visit: Visit, language: str) -> None:
    visit.desk.members[Role.OWNER].language = language
    visit.desk.members[Role.OWNER].save()
    page = visit.open(**NARROW, has_touch=True)
    page.goto(visit.address(""))
    page.locator(".top [data-palette-open]").tap()
    expect(page.locator("#palette")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "document.getElementById('palette').scrollWidth <= document.getElementById('palette').clientWidth"
    )
    page.locator('#palette [role="option"][href$="/calls/"]').first.tap()
    expect(page).to_have_url(re.compile("/calls/"))


def test_actions_of_the_palette_do_what_they_say(visit: Visit) -> None:
    page = visit.open(color_scheme="light")
    page.goto(visit.address(""))
    palette(page)
    page.keyboard.type("dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    palette(page)
    page.keyboard.type("polski")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "pl")
