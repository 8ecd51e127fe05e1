"""Working hours, absences and alerts in a real browser: the keyboard, narrow screens, accessibility."""

from datetime import date

from playwright.sync_api import Page, expect
from tests.browser.test_console import NARROW, findings
from tests.console.alert_rows import fill_working_time

from switchhook.working_time.models import Absence, ProjectHours

from .conftest import Visit

PAGES = ("working-time/", "working-time/holidays/", "absences/", "absences/new", "alerts/", "alerts/new/silence")


def test_the_week_is_filled_in_by_keyboard_alone(visit: Visit) -> None:
    page = visit.open()
    page.goto(visit.address("working-time/"))
    press(page, "button[name=do][value=add-5]")
    expect(page.locator("#d5-0-start")).to_be_focused()
    press(page, "details:has([value=copy-5-all]) > summary")
    press(page, "button[value=copy-5-all]")
    expect(page.locator("#d6-0-end")).to_have_value("18:00")
    page.locator("input[name=for_deadlines]").press("Space")
    expect(page.locator("#example")).to_contain_text("is due on Saturday, 12:50")
    page.locator("#d6-0-end").press("Enter")
    page.wait_for_url("**/working-time/")
    expect(page.locator(".toast")).to_contain_text("Saved")
    hours = ProjectHours.objects.get(project=visit.desk.project)
    assert (hours.week, hours.for_deadlines) == ([[[540, 1080]]] * 7, True)
    assert visit.complaints == []


def press(page: Page, button: str) -> None:
    page.locator(button).focus()
    page.keyboard.press("Enter")


def test_an_absence_is_entered_and_stands_in_the_strip(visit: Visit) -> None:
    page = visit.open()
    page.goto(visit.address("absences/"))
    page.get_by_role("link", name="Enter an absence").first.click()
    page.get_by_label("Who is away").select_option(label=visit.desk.olena.name)
    page.get_by_label("First day").fill(date.today().isoformat())  # noqa: DTZ011 - any day of this week will do
    page.get_by_label("Who stands in").select_option(label="Piotr Nowak")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("table")).to_contain_text(visit.desk.olena.name)
    expect(page.get_by_text("Piotr Nowak stands in")).to_be_visible()
    assert Absence.objects.get().substitute == visit.desk.piotr


def test_no_page_has_an_accessibility_fault_or_scrolls_sideways(visit: Visit) -> None:
    fill_working_time(visit.desk)
    page = visit.open()
    for path in PAGES:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(visit.address(path))
        assert fits(page), path
        page.set_viewport_size(NARROW["viewport"])
        assert fits(page), path
        assert findings(page) == [], path
    assert visit.complaints == []


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
