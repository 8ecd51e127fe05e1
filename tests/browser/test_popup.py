"""The card of a ringing call in a real browser: all tabs show it, one of them rings, and nobody is disturbed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.browser.conftest import Visit

from switchhook.popups.models import PopUp
from switchhook.projects.models import Role

LINE = """
const tabs = new BroadcastChannel("line of the test");
globalThis.EventSource = class extends EventTarget {
  constructor() {
    super();
    globalThis.opened = (globalThis.opened ?? 0) + 1;
    setTimeout(() => { this.dispatchEvent(new Event("open")); this.say("ready", {}); }, 10);
    tabs.addEventListener("message", ({ data }) => this.say(data.event, data.data));
  }
  say(name, data) { this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) })); }
  close() {}
};
"""
"""Stands in for the live path, which the test server has not: what the test says is heard as an event."""


@pytest.fixture
def page(visit: Visit) -> Iterator[Page]:
    desk = visit.desk
    desk.olena.user = desk.members[Role.OWNER]
    desk.olena.save()
    PopUp.objects.all().delete()
    opened = visit.open()
    opened.context.add_init_script("delete globalThis.SharedWorker;" + LINE)
    yield opened
    assert visit.complaints == []


def tell(page: Page, event: str, **data: Any) -> None:
    message = json.dumps({"event": event, "data": data})
    page.evaluate(f'() => new BroadcastChannel("line of the test").postMessage({message})')


def ring(visit: Visit, page: Page, **values: Any) -> PopUp:
    state = {"reached": ["ring"], "direction": "in", "utm": {"utm_source": "google", "utm_campaign": "Spring"}}
    call = visit.desk.call(status="active", employee=None, talk_seconds=None, state=state)
    popup = visit.desk.popup(call, **values)
    tell(page, "popup", call=call.pk)
    return popup


def test_a_ring_shows_at_once_is_announced_and_takes_nobodys_focus(visit: Visit, page: Page) -> None:
    page.goto(visit.address("calls/"))
    page.locator("#id_number").focus()
    ring(visit, page)
    card = page.locator(".popup")
    expect(card).to_contain_text("Anna Kovalenko")
    expect(page.locator("#popups-say")).to_contain_text("Incoming call from Anna Kovalenko")
    assert page.evaluate("document.activeElement.id") == "id_number"
    found = Axe().run(page, ".popups")
    assert [one["id"] for one in found.response["violations"]] == []


def test_what_somebody_types_stays_while_the_card_is_renewed_and_survives_a_reload(visit: Visit, page: Page) -> None:
    page.goto(visit.address("calls/"))
    popup = ring(visit, page)
    page.locator(".popup textarea").fill("Two doors")
    popup.moment = "pickup"
    popup.save()
    tell(page, "popup", call=popup.call_id)
    expect(page.locator(".popup--talk")).to_contain_text("In conversation")
    expect(page.locator(".popup textarea")).to_have_value("Two doors")
    page.locator(".popup textarea").press("Enter")
    expect(page.locator(".popup__made")).to_contain_text("Two doors")
    page.reload()
    expect(page.locator(".popup__made")).to_contain_text("Two doors")


def test_the_card_works_by_keyboard_and_disappears_when_another_answers(visit: Visit, page: Page) -> None:
    page.goto(visit.address("calls/"))
    popup = ring(visit, page)
    page.locator(".popup").wait_for()
    assert page.evaluate("import('/static/console/js/popup.js').then((popup) => popup.focusPopup())")
    page.keyboard.press("Escape")
    expect(page.locator(".popup__body")).to_be_hidden()
    page.reload()
    expect(page.locator(".popup__body")).to_be_hidden()
    page.locator(".popup [data-fold]").press("Enter")
    expect(page.locator(".popup__body")).to_be_visible()
    popup.employees = [visit.desk.piotr.pk]
    popup.save()
    tell(page, "popup", call=popup.call_id)
    expect(page.locator(".popup")).to_have_count(0)


def test_a_narrow_dark_screen_has_it_at_its_foot_without_overflow(visit: Visit, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme="dark")
    page.goto(visit.address("calls/"))
    ring(visit, page)
    card = page.locator(".popups")
    expect(page.locator(".popup")).to_be_visible()
    page.wait_for_timeout(200)
    place = card.bounding_box()
    assert place
    assert (place["x"], place["width"], round(place["y"] + place["height"])) == (0, 360, 740)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    found = Axe().run(page, ".popups")
    assert [one["id"] for one in found.response["violations"]] == []
