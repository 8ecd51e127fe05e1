"""The browser extension in Chromium: green numbers, calls through the hub, pages that change, its settings."""

# ruff: noqa: F811

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Worker, expect, sync_playwright
from tests.dialing.installed import dialing_twin, phones  # noqa: F401 - fixtures
from tests.dialing.phones import Phones

from switchhook.dialing.browsers import folder
from switchhook.dialing.models import DialRequest, DialToken
from switchhook.projects.models import Role

from .conftest import CHROMIUM, FLAGS

SITE = "http://shop.example"
MARK = "[data-switchhook-number]"
HOSTS = ["http://127.0.0.1/*", "http://localhost/*"]
"""Granted beforehand: a test cannot press a button of the browser itself."""

NUMBERS = """<p id=a>Call +380 67 123-45-67 or (044) 123-45-67, 067.123.45.67; tel.:0671234567 / 050 111 22 33</p>
<p id=b>+48 601 234 567, +44 (0)20 7946 0958, 00380671234567, 380671234567</p>
<p><a id=l href="tel:+380501112233">write</a></p>"""
OTHERS = """<p>22.11.2026 10:15, 2026-11-22, 1 234 567 890 ₴, 0671234567.50 UAH, 4111 1111 1111 1111, 192.168.100.200,
№ 0671234567, IBAN UA213223130000026007233566001, 50.450100, 30.523400,
mail0671234567@example.com, 12345678901234567890</p>
<p><code>0671234567</code> <textarea>0671234567</textarea> <input value=0671234567> <a href=/x>0671234567</a>
<button>0671234567</button> <span contenteditable>0671234567</span></p><script>var x = "0671234567"</script>"""


@dataclass
class Extended:
    """Chromium with the extension, and pages of a site that is served by the test."""

    context: BrowserContext
    worker: Worker
    id: str

    def keep(self, **values: Any) -> None:
        """Set what the extension keeps; everything else is as after its installation."""
        made = {"on": True, "mode": "all", "blocked": [], "allowed": [], "country": "UA", "token": "x", **values}
        self.worker.evaluate(
            "async (kept) => { await chrome.storage.local.clear(); await chrome.storage.local.set(kept) }", made
        )

    def open(self, body: str, host: str = SITE) -> Page:
        """A page of a site."""
        page = self.context.new_page()
        page.route(
            f"{host}/**",
            lambda route: route.fulfill(
                body=f"<!doctype html><meta charset=utf-8><title>x</title>{body}", content_type="text/html"
            ),
        )
        page.goto(f"{host}/")
        return page

    def settings(self) -> Page:
        """The settings page, loaded."""
        page = self.context.new_page()
        page.goto(f"chrome-extension://{self.id}/options.html")
        page.wait_for_selector("[data-ready]")
        return page


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Extended]:
    place = tmp_path_factory.mktemp("extension") / "unpacked"
    shutil.copytree(folder(), place)
    manifest = json.loads((place / "manifest.json").read_text())
    (place / "manifest.json").write_text(json.dumps({**manifest, "host_permissions": HOSTS}))
    args = [*FLAGS, f"--disable-extensions-except={place}", f"--load-extension={place}"]
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"), executable_path=CHROMIUM, args=args, locale="en-US"
        )
        worker = context.service_workers[0] if context.service_workers else context.wait_for_event("serviceworker")
        yield Extended(context, worker, worker.url.split("/")[2])
        context.close()


@pytest.fixture
def extension(extended: Extended) -> Iterator[Extended]:
    extended.keep()
    yield extended
    for page in extended.context.pages[1:]:
        page.close()


@pytest.fixture
def paired(extension: Extended, phones: Phones, live_server: Any) -> Extended:
    """Connected to the hub as the manager, who is Olena."""
    _, text = DialToken.issue(phones.desk.project, phones.desk.members[Role.MANAGER], "Chromium")
    extension.keep(hub=live_server.url, token=text)
    return extension


def marked(page: Page, count: int) -> list[str]:
    """The texts of all marks, once there are so many."""
    expect(page.locator(MARK)).to_have_count(count)
    return page.locator(MARK).all_inner_texts()


def said(page: Page) -> str:
    """What a screen reader finds on the page: also what stands in a closed shadow root."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return " ".join(str(node.get("name", {}).get("value", "")) for node in nodes)


def eventually(look: Callable[[], Any], seconds: float = 10) -> Any:
    until = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < until:
        time.sleep(0.05)
    assert seen
    return seen


def test_numbers_are_marked_in_green_and_what_only_looks_like_one_is_not(extension: Extended) -> None:
    page = extension.open(NUMBERS + OTHERS)
    assert marked(page, 10) == [
        *("+380 67 123-45-67", "(044) 123-45-67", "067.123.45.67", "0671234567", "050 111 22 33"),
        *("+48 601 234 567", "+44 (0)20 7946 0958", "00380671234567", "380671234567", "write"),
    ]
    first = page.locator(MARK).first
    assert first.get_attribute("aria-label") == "Call +380 67 123-45-67"
    assert "34, 197, 94" in first.evaluate("one => getComputedStyle(one).backgroundColor")
    extension.keep(country="PL")
    page = extension.open("<p>Tel. 601 234 567, cena 123 456 789 zł, 0671234567, 601234567</p>")
    assert marked(page, 1) == ["601 234 567"]


def test_a_click_calls_through_the_hub_and_the_page_learns_nothing(paired: Extended, phones: Phones) -> None:
    phones.desk.known("+380671234567", "Anna Kovalenko")
    page = paired.open("<p onclick='window.heard = 1'>Anna: <b>067 123 45 67</b></p>")
    page.locator(MARK).focus()
    page.keyboard.press("Enter")
    made = eventually(DialRequest.objects.first)
    phones.work()
    assert phones.asked() == [("acme_olena", "380671234567")]
    assert (made.via, made.requested_by) == ("extension", phones.desk.members[Role.MANAGER])
    eventually(lambda: "Calling your phone" in said(page))
    eventually(lambda: "Anna Kovalenko" in said(page))
    assert page.evaluate("window.heard") is None
    assert page.evaluate("typeof chrome === 'undefined' || !chrome.storage")


def test_a_refusal_is_told_in_the_page_with_the_ways_out(paired: Extended, phones: Phones) -> None:
    phones.control("configure", sip_online=[])
    page = paired.open('<a href="tel:0671234567">ring us</a>')
    page.locator(MARK).click()
    eventually(DialRequest.objects.exists)
    phones.work()
    eventually(lambda: "acme_olena is offline" in said(page))
    told = said(page)
    assert all(way in told for way in ("Call anyway", "Ring +380501110001", "Close"))
    assert page.url == f"{SITE}/"


def test_a_pages_own_script_cannot_call(paired: Extended) -> None:
    page = paired.open("<p>067 123 45 67</p>")
    marked(page, 1)
    page.evaluate(f"document.querySelector('{MARK}').click()")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<i data-switchhook-number id=fake>x</i>')")
    page.locator("#fake").click()
    page.wait_for_timeout(300)
    assert not DialRequest.objects.exists()


def test_pages_that_change_stay_right(extension: Extended) -> None:
    page = extension.open("<p id=p>Old: 067 123 45 67 (10-18)</p><div id=d></div>")
    page.evaluate("window.kept = document.getElementById('p').firstChild")
    marked(page, 1)
    page.evaluate("kept.data = 'New: 050 111 22 33 or 050 111 22 44 now'")
    assert marked(page, 2) == ["050 111 22 33", "050 111 22 44"]
    assert page.locator("#p").inner_text() == "New: 050 111 22 33 or 050 111 22 44 now"
    page.evaluate("kept.remove()")
    marked(page, 0)
    assert page.locator("#p").inner_text() == ""
    page.evaluate("""() => { const root = document.getElementById('d').attachShadow({ mode: 'open' });
        root.innerHTML = '<p>Shadow 067 123 45 67</p>'; document.body.append('after load 063 123 45 67') }""")
    page.evaluate(
        "document.getElementById('d').toggleAttribute('x'); document.body.append(document.getElementById('d'))"
    )
    assert sorted(marked(page, 2)) == ["063 123 45 67", "067 123 45 67"]


def test_sites_are_blocked_listed_and_left_as_they_were(extension: Extended) -> None:
    page = extension.open("<p>One 067 123 45 67 two</p>", "http://a.shop.example")
    marked(page, 1)
    extension.keep(blocked=["shop.example"])
    marked(page, 0)
    assert page.evaluate("document.querySelector('p').childNodes.length === 3") is False
    assert page.locator("p").inner_text() == "One 067 123 45 67 two"
    extension.keep(mode="listed", allowed=["other.example"])
    page.wait_for_timeout(200)
    marked(page, 0)
    extension.keep(mode="listed", allowed=["a.shop.example"])
    marked(page, 1)


def test_ten_thousand_nodes_are_marked_without_holding_the_page_up(extension: Extended) -> None:
    rows = "".join(f"<li>Row {n} <span>price {n}.50</span> <b>067 {n % 900 + 100} 45 67</b></li>" for n in range(3400))
    extension.keep(on=False)
    page = extension.open(f"<ul>{rows}</ul>")
    page.evaluate("""() => { window.tasks = []; new PerformanceObserver((list) => {
        for (const task of list.getEntries()) tasks.push(task.duration) }).observe({ type: 'longtask' }) }""")
    began = time.monotonic()
    extension.keep()
    expect(page.locator(MARK)).to_have_count(3400, timeout=60_000)
    whole, longest = 1000 * (time.monotonic() - began), page.evaluate("Math.max(0, ...tasks)")
    # Measured against the whole, since a busy machine lengthens both.
    assert longest < max(250, whole / 3), f"the page stood still for {longest:.0f} of {whole:.0f} ms"


def test_the_settings_connect_to_the_hub_and_keep_the_lists(
    extension: Extended, phones: Phones, live_server: Any
) -> None:
    _, text = DialToken.issue(phones.desk.project, phones.desk.members[Role.MANAGER], "Chromium")
    extension.keep(token="")
    page = extension.settings()
    page.get_by_label("Address of the hub").fill(live_server.url)
    page.get_by_label("Token").fill("swd_wrong")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator("#hub-said")).to_contain_text("Pair it anew")
    page.get_by_label("Token").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator("#hub-said")).to_contain_text(f"Acme, {phones.desk.olena.name}")
    page.get_by_label("Only on the sites that I list").check()
    page.get_by_label("Listed sites").fill("https://www.Crm.example/x\n\nother.example")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#sites-said")).to_have_text("Saved.")
    kept = extension.worker.evaluate("() => chrome.storage.local.get()")
    assert (kept["allowed"], kept["mode"], kept["token"]) == (["crm.example", "other.example"], "listed", text)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        hits: Any = Axe().run(page).response["violations"]
        assert [hit["id"] for hit in hits] == []
    window = extension.context.new_page()
    window.goto(f"chrome-extension://{extension.id}/popup.html")
    expect(window.get_by_role("status").first).to_contain_text(phones.desk.olena.name)
    popup_hits: Any = Axe().run(window).response["violations"]
    assert [hit["id"] for hit in popup_hits] == []


def test_every_language_has_every_word_and_no_word_is_missing() -> None:
    root = folder()
    words = {path.parent.name: set(json.loads(path.read_text())) for path in root.glob("_locales/*/messages.json")}
    assert set(words) == {"en", "uk", "pl", "ru"}
    assert all(found == words["en"] for found in words.values())
    code = "".join(path.read_text() for path in Path(root).glob("*.*") if path.suffix in {".js", ".html", ".json"})
    used = {word for word in words["en"] if f'"{word}"' in code or f"__MSG_{word}__" in code}
    assert words["en"] - used == {"trouble_away", "trouble_token", "trouble_forbidden", "trouble_odd"}
