"""A day's work without a mouse: every step is a key, and the focus is always to be seen."""

import re
from typing import Any

from playwright.sync_api import Page, expect
from tests.factories import PASSWORD

from switchhook.crm.models import Contact
from switchhook.projects.models import Role

from .conftest import Visit

MOST_TABS = 120
FOCUSED = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const box = one.getBoundingClientRect();
    const shown = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
    const style = getComputedStyle(one);
    const ring = style.outlineStyle !== "none" || style.boxShadow !== "none";
    const name = one.getAttribute("aria-label") || one.labels?.[0]?.textContent || one.textContent || one.value || "";
    return { name: name.trim().replace(/\\s+/g, " ").slice(0, 80), tag: one.tagName, shown, ring, id: one.id };
}"""


def tab_to(page: Page, name: str, tag: str = "") -> dict[str, Any]:
    """Tab until the focus is on what is called so; everything on the way must be seen to have the focus."""
    passed: list[str] = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at is None:
            continue
        assert at["shown"], f"the focus is out of sight at {at}"
        assert at["ring"], f"the focus is not shown at {at}"
        if re.search(name, at["name"]) and (not tag or at["tag"] == tag):
            return dict(at)
        passed.append(at["name"])
    raise AssertionError(f"no way by Tab to {name!r}; passed {passed}")


def test_signing_in_finding_a_call_and_hearing_it_needs_no_mouse(visit: Visit) -> None:
    page = visit.anonymous(viewport={"width": 1440, "height": 900})
    page.goto(f"{visit.root}/")
    page.get_by_label("Email").focus()
    page.keyboard.type(visit.desk.members[Role.OWNER].email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.wait_for_load_state()
    for key in ("g", "c"):
        page.keyboard.press(key)
    page.wait_for_url("**/calls/**")
    page.wait_for_load_state()
    tab_to(page, "^Skip to the content")
    page.keyboard.press("Enter")
    tab_to(page, "^Status", "SELECT")
    page.keyboard.type("Answered")
    expect(page).to_have_url(re.compile("status=answered"))
    tab_to(page, "^Play the recording", "BUTTON")
    page.keyboard.press("Space")
    page.get_by_role("link", name="Anna Kovalenko").first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/calls/\d+/$"))
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at is None or at["name"].startswith("Skip"):
            break
        assert at["shown"], f"the focus is out of sight at {at}"
        assert at["ring"], f"the focus is not shown at {at}"


def test_a_record_and_a_setting_are_changed_without_a_mouse(visit: Visit) -> None:
    page = visit.open()
    page.goto(visit.address(f"crm/contacts/{visit.rows['contacts'].pk}/"))
    tab_to(page, "^Skip")
    page.keyboard.press("Enter")
    tab_to(page, "^Edit")
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit")
    page.wait_for_load_state()
    page.get_by_label("Name").first.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Anna Bondar")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Anna Bondar")).to_be_visible()
    assert Contact.objects.get(pk=visit.rows["contacts"].pk).name == "Anna Bondar"
    page.goto(visit.address(f"employees/{visit.desk.piotr.pk}/"))
    tab_to(page, "^Skip")
    page.keyboard.press("Enter")
    tab_to(page, "^Name")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Piotr Zielony")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Saved")
    visit.desk.piotr.refresh_from_db()
    assert visit.desk.piotr.name == "Piotr Zielony"


def test_no_page_traps_the_focus_or_hides_it(visit: Visit) -> None:
    """From the first stop to the last on pages with much to operate."""
    page, wrong = visit.open(), []
    for path in ("", "reports/", "missed/", "settings/", f"connections/{visit.desk.crm.pk}/", "crm/deals/board"):
        page.goto(visit.address(path))
        seen: list[str] = []
        for _ in range(MOST_TABS):
            page.keyboard.press("Tab")
            at = page.evaluate(FOCUSED)
            if at is None or (seen and at["name"].startswith("Skip to")):
                break
            seen.append(at["name"])
            if not (at["shown"] and at["ring"]):
                wrong.append((path, at))
        else:
            wrong.append((path, f"no end after {MOST_TABS} stops: {seen[-5:]}"))
    assert wrong == []
