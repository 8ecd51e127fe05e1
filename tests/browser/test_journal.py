"""The journal, the player, the link page and the missed-call desk in a real browser."""

import io
import re
import wave

import pytest
from playwright.sync_api import Page, Route, expect
from tests.factories import CLIENT

from switchhook.calls.models import SavedView
from switchhook.core.records import Kind
from switchhook.missed.desk import follow
from switchhook.missed.models import MissedClient

from .conftest import Visit
from .test_console import NARROW, findings

OTHER = "+380501112233"
SECONDS = 40


def silence() -> bytes:
    """A recording of some seconds in which nobody speaks."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(b"\x80" * 8000 * SECONDS)
    return file.getvalue()


def play_from_here(page: Page) -> None:
    """The fast path that serves recordings is another server's: the test answers in its place."""
    body = silence()

    def answer(route: Route) -> None:
        wanted = re.match(r"bytes=(\d+)-", route.request.headers.get("range", ""))
        start = int(wanted[1]) if wanted else 0
        told = {"content-type": "audio/wav", "accept-ranges": "bytes"}
        if wanted:
            told["content-range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        route.fulfill(status=206 if wanted else 200, headers=told, body=body[start:])

    page.route("**/recording", answer)


def test_filters_chips_views_and_rows_work_by_keyboard(visit: Visit) -> None:
    visit.desk.call(OTHER, status="missed", employee=visit.desk.piotr, source="google")
    page = visit.open()
    page.goto(visit.address("calls/"))
    page.get_by_text("More filters").click()
    page.get_by_label("Source").select_option("google")
    expect(page.locator("#call-rows tr")).to_have_count(1)
    expect(page.get_by_label("Filters in force")).to_contain_text("google")
    page.locator("#people-said").click()
    page.get_by_label("Piotr Nowak").check()
    expect(page).to_have_url(re.compile("employee="))
    page.keyboard.press("Escape")
    page.get_by_text("Save as view").click()
    page.locator("#view-name").fill("Ads of Piotr")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Ads of Piotr")).to_have_attribute("aria-current", "page")
    assert SavedView.objects.get().query == f"employee={visit.desk.piotr.pk}&source=google"
    assert findings(page) == []
    page.get_by_role("link", name=re.compile("Take away the filter Source")).click()
    expect(page.get_by_label("Filters in force")).not_to_contain_text("google")
    page.goto(visit.address("calls/?view=0"))
    rows = page.locator("#call-rows a.cell-link")
    rows.first.focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    page.get_by_role("button", name="Dense").click()
    page.reload()
    expect(page.locator(".journal--dense")).to_be_visible()
    assert visit.complaints == []


def test_one_recording_plays_at_a_time_at_the_readers_speed(visit: Visit) -> None:
    visit.desk.recording(visit.desk.call(OTHER))
    page = visit.open()
    play_from_here(page)
    page.goto(visit.address("calls/?view=0"))
    first, second = page.locator("[data-player]").nth(0), page.locator("[data-player]").nth(1)
    expect(first).not_to_have_attribute("data-playing", "")
    first.get_by_role("button", name="Play the recording").click()
    expect(first).to_have_attribute("data-playing", "")
    seek = first.get_by_role("slider")
    seek.focus()
    for _press in range(3):
        page.keyboard.press("ArrowRight")
    expect(seek).to_have_attribute("aria-valuetext", re.compile(r"0:1\d of 0:40"))
    second.get_by_role("button", name="Play the recording").click()
    expect(second).to_have_attribute("data-playing", "")
    expect(first).not_to_have_attribute("data-playing", "")
    second.get_by_role("button", name=re.compile("Speed")).click()
    expect(second.get_by_role("button", name="Speed: 1.25×")).to_be_visible()
    second.get_by_role("slider").press(" ")
    expect(second).not_to_have_attribute("data-playing", "")
    page.reload()
    page.locator("[data-player]").nth(0).get_by_role("button", name="Play the recording").click()
    expect(page.locator("[data-player]").nth(0).get_by_role("button", name="Speed: 1.25×")).to_be_visible()


def test_an_unknown_caller_is_linked_and_the_reader_is_back_in_the_journal(visit: Visit) -> None:
    visit.desk.call(OTHER)
    visit.desk.record(Kind.CONTACT, name="Zofia Wójcik")
    page = visit.open()
    page.goto(visit.address("calls/?linked=no"))
    page.get_by_role("link", name=re.compile("^Link ")).click()
    expect(page.get_by_label("Name, company or another number")).to_be_focused()
    assert findings(page) == []
    page.keyboard.type("zof")
    page.get_by_role("button", name="Link Zofia Wójcik").click()
    expect(page).to_have_url(re.compile(r"calls/\?linked=no$"))
    expect(page.get_by_role("status").filter(has_text="Linked with “Zofia Wójcik”.")).to_be_visible()
    page.goto(visit.address("calls/?number=zofia"))
    expect(page.locator("#call-rows tr")).to_have_count(1)


def test_axe_finds_nothing_on_rows_of_known_clients_and_clients_without_a_name(visit: Visit) -> None:
    visit.desk.known(OTHER, title=OTHER)
    for client in (OTHER, OTHER, CLIENT, "+48601234567"):
        visit.desk.call(client)
    page = visit.open()
    page.goto(visit.address("calls/"))
    expect(page.locator("#call-rows").get_by_role("link", name="Contact", exact=True).first).to_be_visible()
    assert findings(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_missed_client_is_settled_by_keyboard(visit: Visit, theme: str) -> None:
    for client in (OTHER, "+48601234567"):
        visit.desk.call(client, status="missed", employee=None)
    visit.desk.call(OTHER, status="missed", direction="out")
    follow(visit.desk.project, [OTHER, "+48601234567", CLIENT])
    page = visit.open(color_scheme=theme)
    page.goto(visit.address("missed/"))
    expect(page.locator(".desk__row")).to_have_count(2)
    assert findings(page) == []
    page.locator(".desk__row").first.get_by_text("Settle").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="Spam").check()
    assert findings(page) == []
    page.locator(".desk__row").first.get_by_role("button", name="Settle").press("Enter")
    expect(page.locator(".desk__row")).to_have_count(1)
    assert MissedClient.objects.filter(closed_at=None).count() == 1
    for query in ("tab=closed", "tab=hidden", "tab=mine"):
        page.goto(visit.address(f"missed/?{query}"))
        assert findings(page) == []
    assert visit.complaints == []


def test_nothing_scrolls_sideways_at_360_pixels(visit: Visit) -> None:
    call = visit.desk.call(OTHER, status="missed")
    follow(visit.desk.project, [OTHER])
    page, wide = visit.open(**NARROW), {}
    for path in ("calls/?status=missed&source=x&linked=no", "missed/", f"calls/{call.pk}/link?q=anna"):
        page.goto(visit.address(path))
        wide[path] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert {path: pixels for path, pixels in wide.items() if pixels > 0} == {}
