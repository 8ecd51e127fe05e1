"""The scenario editor in a real browser: by keyboard alone, in a panel, on narrow screens, and to axe."""

import re

import pytest
from playwright.sync_api import Page, Route, expect
from tests.browser.test_console import NARROW, findings

from switchhook.core.matrix import Matrix
from switchhook.core.matrix_edit import row_of
from switchhook.projects.models import Role
from switchhook.scenarios.models import MatrixDraft
from switchhook.scenarios.services import apply_preset, in_force

from .conftest import Visit

KNOWN_MISSED = "Edit: A known client calls, nobody answers"


@pytest.fixture
def table(visit: Visit) -> str:
    apply_preset(visit.desk.crm, "pipedrive-leads")
    return visit.address(f"scenarios/{visit.desk.crm.pk}/")


def open_row(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel[open] #panel-title")).to_be_focused()


def test_a_table_is_changed_and_put_in_force_by_keyboard_alone(visit: Visit, table: str) -> None:
    page = visit.open(Role.ADMIN)
    page.goto(table)
    open_row(page, KNOWN_MISSED)
    page.get_by_role("link", name="Change: Task for the senior manager").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel-title")).to_have_text("Set a task")
    page.get_by_label("For whom").focus()
    page.keyboard.type("the responsible")
    page.get_by_label("Time until it is due").focus()
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.locator("#does-title")).to_be_visible()
    expect(page.locator("#panel .act--changed")).to_contain_text("due in 2 h")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name=KNOWN_MISSED)).to_be_focused()
    expect(page.locator("#draft-bar")).to_contain_text("1 change, not in force yet")
    page.get_by_role("button", name="Put in force").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("is in force. Calls that were judged already keep theirs.")
    row = row_of(in_force(visit.desk.crm)[1], "in-missed-known")
    assert row
    assert (row.actions[-1].who, row.actions[-1].due_minutes) == ("responsible", 120)
    assert visit.complaints == []


def test_a_panel_that_is_closed_before_the_answer_comes_stays_closed(visit: Visit, table: str) -> None:
    page = visit.open(Role.ADMIN)
    page.goto(table)
    open_row(page, KNOWN_MISSED)
    held: list[Route] = []
    page.route("**/action/change", lambda route: held.append(route))  # noqa: PLW0108 - the handler is given an attribute
    with page.expect_request("**/action/change"):
        page.get_by_role("button", name="Take out: Task for the senior manager").click()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    held[0].continue_()
    expect(page.locator("#draft-bar")).to_contain_text("1 change, not in force yet")
    expect(page.locator("#panel")).to_be_hidden()
    assert visit.complaints == []


def test_the_text_is_previewed_while_it_is_typed_and_parameters_are_put_in(visit: Visit, table: str) -> None:
    page = visit.open(Role.ADMIN)
    page.goto(table)
    open_row(page, KNOWN_MISSED)
    page.get_by_role("link", name="Change: Task for the senior manager").click()
    subject = page.get_by_label("Subject")
    subject.fill("Ring <b>back</b> ")
    page.get_by_text("What can stand in braces").click()
    page.get_by_role("button", name="{phone}").click()
    expect(subject).to_have_value("Ring <b>back</b> {phone}")
    expect(page.locator("#preview")).to_contain_text("Ring <b>back</b> +380671234567")
    assert MatrixDraft.objects.count() == 0
    assert findings(page) == []


def test_a_row_is_added_for_a_hole_and_asks_only_for_what_matters(visit: Visit, table: str) -> None:
    page = visit.open(Role.ADMIN)
    page.goto(table)
    open_row(page, KNOWN_MISSED)
    page.get_by_role("button", name="Take the row out").click()
    hole = page.locator(".scen__hole", has_text="A known client calls, nobody answers")
    hole.get_by_role("link", name="Add a row").click()
    form = page.locator("#panel")
    expect(form.get_by_label("Direction")).to_have_value("in")
    expect(form.get_by_label("What the chat has come to")).to_be_hidden()
    form.get_by_label("What happens").select_option("dialogue")
    expect(form.get_by_label("Direction")).to_be_hidden()
    form.get_by_label("What happens").select_option("call")
    form.get_by_role("button", name="Add to the draft").click()
    expect(page.locator("#does-title")).to_be_visible()
    page.get_by_role("link", name="Record the call").click()
    page.get_by_role("button", name="Add to the draft").click()
    expect(page.locator("#panel .act--added")).to_contain_text("Call record without a manager")
    held = MatrixDraft.objects.get()
    assert row_of(Matrix.from_data(held.data), "in-missed-known")


def test_a_row_is_changed_on_a_page_of_its_own_too(visit: Visit, table: str) -> None:
    page = visit.open(Role.ADMIN)
    page.goto(f"{table}row?row=in-missed-known")
    page.get_by_role("button", name="Take out: Task for the senior manager").click()
    expect(page.locator("#panel-body .act--removed")).to_contain_text("Task for the senior manager")
    page.get_by_role("button", name="Take the row out").click()
    expect(page.locator(".scen__hole")).to_contain_text("A known client calls, nobody answers")
    assert visit.complaints == []


def test_a_made_up_call_is_shown_beside_its_form(visit: Visit, table: str) -> None:
    page = visit.open(Role.VIEWER)
    page.goto(f"{table}try")
    page.get_by_label("How it went").select_option("missed")
    page.get_by_role("button", name="Show what happens").click()
    expect(page.locator("#result")).to_contain_text("Incoming call from a new client, missed")
    expect(page).to_have_url(re.compile("/try$"))
    assert findings(page) == []
    assert visit.complaints == []


def test_axe_finds_nothing_on_any_page_of_the_editor_on_any_screen(visit: Visit, table: str) -> None:
    wide, narrow = visit.open(Role.ADMIN), visit.open(Role.ADMIN, **NARROW, color_scheme="dark")
    wide.goto(table)
    open_row(wide, KNOWN_MISSED)
    taken_out = wide.get_by_role("button", name="Take out: Task for the senior manager")
    taken_out.click()
    expect(taken_out).to_be_hidden()
    wide.get_by_role("link", name="Set a task").click()
    expect(wide.get_by_label("For whom")).to_be_visible()
    found = findings(wide)
    comparing = "try/calls?calls=50&table=draft"
    for page, paths in (
        (
            wide,
            ("", comparing, "row/situation", "records", "presets/", "presets/keycrm-once", "versions/", "versions/1"),
        ),
        (narrow, ("", comparing)),
    ):
        for path in paths:
            page.goto(table + path)
            found += [f"{path}: {one}" for one in findings(page)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{path}: wider than the screen")
    assert found == []
