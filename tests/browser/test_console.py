"""The console in a real browser: sign-in, the journal, the keyboard, narrow screens, accessibility."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.factories import PASSWORD

from switchhook.crm.models import Task
from switchhook.projects.models import Role

from .conftest import Visit
from .test_popup import LINE, tell

NARROW: dict[str, Any] = {"viewport": {"width": 360, "height": 740}}
INLINE = """() => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.head.append(script);
    return window.ran === true;
}"""
SETTLED = """() => Promise.all(document.getAnimations()
    .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))
    .map((one) => one.finished.catch(() => null)))"""
NAMED_OTHERWISE = """() => [...document.querySelectorAll(":is(a, button, summary)[aria-label]")]
    .map((one) => [(one.innerText ?? "").trim(), one.getAttribute("aria-label")])
    .filter(([seen, named]) => !named.toLowerCase().includes(seen.toLowerCase()))"""
"""What is called by a name without the words that are seen on it: who works by voice cannot call it."""

PATHS = {
    "overview": "",
    "calls": "calls/",
    "call": "calls/{call}/",
    "contacts": "crm/contacts/",
    "contact": "crm/contacts/{contacts}/",
    "new contact": "crm/contacts/new",
    "edit deal": "crm/deals/{deals}/edit",
    "leads": "crm/leads/",
    "lead": "crm/leads/{leads}/",
    "tasks": "crm/tasks/",
    "task": "crm/tasks/{tasks}/",
    "board": "crm/deals/board",
    "events": "events/",
    "event": "events/{event}/",
    "deliveries": "deliveries/",
    "stopped calls": "deliveries/?tab=failed",
    "connections": "connections/",
    "telephony": "connections/{telephony}/",
    "crm": "connections/{crm}/",
    "new connection": "connections/new/ringostat",
    "employees": "employees/",
    "new employee": "employees/new",
    "numbers": "numbers/",
    "tokens": "tokens/",
    "calling": "calling/",
    "call by click": "dial/?number=0671234567",
    "extension": "extension/",
}


def paths(visit: Visit) -> dict[str, str]:
    ids = {name: row.pk for name, row in visit.rows.items()}
    ids |= {"telephony": visit.desk.telephony.pk, "crm": visit.desk.crm.pk}
    return {name: visit.address(path.format(**ids)) for name, path in PATHS.items()}


def findings(page: Page) -> list[str]:
    """What axe finds once everything stands still, one line each."""
    page.evaluate(SETTLED)
    results: Any = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    return [f"{hit['id']}: {node['html'][:120]}" for hit in results.response["violations"] for node in hit["nodes"]]


def test_a_wrong_password_is_told_and_the_right_one_lets_in(visit: Visit) -> None:
    page = visit.anonymous()
    page.goto(f"{visit.root}/")
    page.get_by_label("Email").fill(visit.desk.members[Role.OWNER].email)
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not correct")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(visit: Visit, theme: str) -> None:
    page, found = visit.open(color_scheme=theme), {}
    for name, address in paths(visit).items():
        page.goto(address)
        found[name] = findings(page)
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_axe_finds_nothing_on_the_way_in(visit: Visit) -> None:
    page, found = visit.anonymous(), {}
    for path in ("/accounts/login/", "/accounts/password/reset/", "/p/999/"):
        page.goto(visit.root + path)
        found[path] = findings(page)
    assert {path: hits for path, hits in found.items() if hits} == {}


@pytest.mark.parametrize("language", ["en", "uk", "pl", "ru"])
def test_every_page_fits_360_pixels_and_is_called_by_voice_as_it_reads(visit: Visit, language: str) -> None:
    visit.desk.members[Role.OWNER].language = language
    visit.desk.members[Role.OWNER].save()
    page, wide, named = visit.open(**NARROW), {}, {}
    for name, address in paths(visit).items():
        page.goto(address)
        wide[name] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        named[name] = page.evaluate(NAMED_OTHERWISE)
    assert {name: pixels for name, pixels in wide.items() if pixels > 0} == {}
    assert {name: labels for name, labels in named.items() if labels} == {}


def test_no_page_breaks_the_content_policy(visit: Visit) -> None:
    page = visit.open()
    page.goto(visit.address(""))
    assert page.evaluate(INLINE) is False, "the policy is not in force"
    visit.complaints.clear()
    for address in paths(visit).values():
        page.goto(address)
    assert [text for text in visit.complaints if "Content Security Policy" in text or "Error" in text] == []


def test_filters_stand_in_the_address_and_need_no_reload(visit: Visit) -> None:
    visit.desk.call("+380501112233", status="missed")
    page = visit.open()
    page.goto(visit.address("calls/"))
    page.evaluate("window.sameDocument = true")
    page.get_by_label("Status").select_option("missed")
    expect(page.locator("#call-rows tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("status=missed"))
    page.get_by_role("searchbox", name="Name or number").fill("067 123 45 67")
    expect(page.get_by_text("No call matches")).to_be_visible()
    assert page.evaluate("window.sameDocument") is True
    page.reload()
    expect(page.get_by_role("searchbox", name="Name or number")).to_have_value("067 123 45 67")


def test_a_live_event_puts_the_call_into_the_open_journal(visit: Visit) -> None:
    """The live path is another server's: what it says is said by the test."""
    page = visit.open()
    page.context.add_init_script("delete globalThis.SharedWorker;" + LINE)
    page.goto(visit.address("calls/"))
    expect(page.locator("#live")).to_have_attribute("data-state", "on")
    call = visit.desk.call("+380501112233", status="active")
    tell(page, "call", call=call.pk)
    row = page.locator(f"#call-{call.pk}")
    expect(row).to_contain_text("In progress")
    assert page.locator("#call-rows tr").first.get_attribute("id") == f"call-{call.pk}"
    call.status = "answered"
    call.save()
    tell(page, "call", call=call.pk)
    expect(row).to_contain_text("Answered")
    expect(page.locator("#call-rows tr")).to_have_count(2)


def test_the_menu_of_a_narrow_screen_opens_and_closes_by_keyboard(visit: Visit) -> None:
    page = visit.open(**NARROW)
    page.goto(visit.address(""))
    expect(page.get_by_role("link", name="Contacts")).to_be_hidden()
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Contacts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Contacts")).to_be_hidden()
    expect(page.get_by_role("button", name="Menu")).to_be_focused()


def test_the_first_tab_stop_skips_to_the_content(visit: Visit) -> None:
    page = visit.open()
    page.goto(visit.address("calls/"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_task_is_ticked_by_keyboard_without_reload(visit: Visit) -> None:
    page = visit.open()
    page.goto(visit.address("crm/tasks/"))
    button = page.get_by_role("button", name=re.compile("^Done: "))
    button.focus()
    page.keyboard.press("Space")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert Task.objects.get(pk=visit.rows["tasks"].pk).done


def test_a_step_that_matters_asks_first(visit: Visit) -> None:
    page = visit.open()
    page.goto(visit.address(f"connections/{visit.desk.crm.pk}/"))
    page.get_by_role("button", name="Pause").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Pause Built-in CRM?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    dialog.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="Switch on")).to_be_visible()


def test_the_theme_switch_is_remembered(visit: Visit) -> None:
    page = visit.open(color_scheme="light")
    page.goto(visit.address(""))
    page.get_by_role("button", name="Change between light and dark").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_language_is_changed_by_its_list(visit: Visit) -> None:
    page = visit.open()
    page.goto(visit.address("calls/"))
    page.get_by_label("Language").select_option("pl")
    expect(page.get_by_role("heading", name="Połączenia")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "pl")


def test_a_deal_is_moved_by_its_list_and_keeps_the_focus_near(visit: Visit) -> None:
    page = visit.open()
    page.goto(visit.address("crm/deals/board"))
    page.get_by_label("Stage of Anna Kovalenko").select_option(label="Won")
    expect(page.get_by_role("region", name="Won")).to_contain_text("Anna Kovalenko")
    expect(page.locator("#toasts")).to_contain_text("stands in “Won” now")
