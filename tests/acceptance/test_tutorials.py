"""The tutorials, walked in a real browser: what they tell a newcomer to do can be done, in the words they use."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import chromium  # noqa: F401 - the browser of these tests too
from tests.demo_hub import DemoProcess, running_process

SLOWLY = 60_000
"""What waits for processes, not for a page, in milliseconds."""


@pytest.fixture(scope="module")
def empty_hub() -> Iterator[DemoProcess]:
    with running_process(empty=True, from_nothing=True) as process:
        yield process


def cabinet(browser: Browser, process: DemoProcess) -> Page:
    page = browser.new_page()
    page.goto(f"{process.line['twins']['ringostat']}/__twin__/cabinet")
    return page


def signed_in(browser: Browser, process: DemoProcess) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce").new_page()
    page.goto(process.line["url"])
    page.get_by_label("Email").fill(process.line["email"])
    page.get_by_label("Password").fill(process.line["password"])
    page.keyboard.press("Enter")
    return page


def let_call(page: Page, what: str, client: str = "", employee: str = "") -> None:
    """In the cabinet: choose what happens, and press Call."""
    page.get_by_label("What happens").select_option(label=what)
    if client:
        page.get_by_label("Client's number").fill(client)
    if employee:
        page.get_by_label("Employee").select_option(label=employee)
    page.get_by_role("button", name="Call").click()
    expect(page.get_by_role("status")).to_have_text("It rings.")


def test_a_newcomer_sets_an_empty_hub_up_and_lets_it_ring(empty_hub: DemoProcess, chromium: Browser) -> None:  # noqa: F811
    vendor, page = cabinet(chromium, empty_hub), signed_in(chromium, empty_hub)
    connect_telephony(page, vendor)
    let_a_test_webhook_in(page, vendor)
    say_who_is_who_and_what_a_call_does(page)
    page.get_by_role("button", name="Start the test call").click()
    expect(page.get_by_role("link", name="Open the call")).to_be_visible(timeout=SLOWLY)
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    let_call(vendor, "A client calls and an employee answers.", "+380671112200", "Коваленко Олена")
    expect(page.locator("[data-popup]").filter(has_text="67 111 2200")).to_be_visible(timeout=SLOWLY)


def connect_telephony(page: Page, vendor: Page) -> None:
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    page.get_by_label("Project id").fill(vendor.locator("#project-id").inner_text())
    page.get_by_label("Auth-key").fill(vendor.locator("#auth-key").inner_text())
    page.get_by_text("More", exact=True).click()
    page.get_by_label("API address").fill(vendor.locator("#api-address").inner_text())
    page.get_by_role("button", name="Test and connect").click()


def let_a_test_webhook_in(page: Page, vendor: Page) -> None:
    vendor.get_by_label("Webhook address").fill(page.locator("#webhook-url").inner_text())
    vendor.get_by_role("button", name="Save").click()
    let_call(vendor, "The cabinet's test delivery: every variable with a placeholder.")
    expect(page.get_by_text("test webhook arrived")).to_be_visible(timeout=SLOWLY)
    page.get_by_role("link", name="Go on").click()


def say_who_is_who_and_what_a_call_does(page: Page) -> None:
    page.get_by_role("button", name="Built-in CRM").click()
    page.get_by_label("I am Коваленко Олена").check()
    page.get_by_role("button", name="Confirm and go on").click()
    page.get_by_label("Senior manager").select_option(label="Шевченко Ірина")
    page.get_by_label("Top manager").select_option(label="Бондар Андрій")
    page.get_by_role("button", name="Use these rules").click()


@pytest.fixture(scope="module")
def hub() -> Iterator[DemoProcess]:
    with running_process() as process:
        yield process


def test_a_newcomer_follows_a_day_in_the_hub(hub: DemoProcess, chromium: Browser) -> None:  # noqa: F811
    phone, page = cabinet(chromium, hub), signed_in(chromium, hub)
    see_who_calls_and_why_records_exist(page, phone)
    call_back_who_was_missed(page, phone)
    try_a_changed_rule(page)
    page.get_by_role("link", name="Reports").first.click()
    expect(page.get_by_role("heading", name="Calls by day")).to_be_visible()


def see_who_calls_and_why_records_exist(page: Page, phone: Page) -> None:
    let_call(phone, "A client calls and an employee answers.", "+380671234567", "Коваленко Олена")
    card = page.locator("[data-popup]").filter(has_text="67 123 4567")
    expect(card).to_be_visible(timeout=SLOWLY)
    expect(card).to_contain_text("Call ended", timeout=SLOWLY)
    page.get_by_role("link", name="Calls", exact=True).click()
    page.locator("#call-rows tr").first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Who is calling?")).to_be_visible(timeout=SLOWLY)


def call_back_who_was_missed(page: Page, phone: Page) -> None:
    let_call(phone, "A client calls and nobody answers.", "+380991112233")
    page.get_by_role("link", name=re.compile("^Missed calls")).first.click()
    row = page.locator(".desk__row").filter(has_text="99 111 2233")
    expect(row).to_be_visible(timeout=SLOWLY)
    row.get_by_role("link", name=re.compile("^Call ")).click()
    expect(row).to_be_hidden(timeout=SLOWLY)


def try_a_changed_rule(page: Page) -> None:
    page.get_by_role("link", name="Scenarios").click()
    missed = page.get_by_role("row").filter(has_text="A new client calls, nobody answers")
    missed.get_by_role("link", name=re.compile("Edit")).click()
    lead = page.get_by_role("dialog").get_by_role("listitem").filter(has_text="Lead").first
    taken_out = lead.get_by_role("button", name=re.compile("Take out"))
    taken_out.click()
    expect(taken_out).to_be_hidden()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("link", name="Try it").click()
    page.get_by_role("link", name="The last calls").click()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name=re.compile("fewer"))).to_be_visible(timeout=SLOWLY)
