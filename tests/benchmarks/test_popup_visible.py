"""From ring to the card on the screen: a real Chromium with twenty open tabs, over two hundred rings."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import psycopg
import pytest
from playwright.sync_api import Page, sync_playwright
from tests.benchmarks.stage import Stage, quantile
from tests.benchmarks.test_popup import OFFICE, ring
from tests.browser.conftest import CHROMIUM, FLAGS

from switchhook.core.live_event import CHANNEL, LiveEvent, encode

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(900)]

PAGES = ("", "crm/contacts/", "crm/leads/", "crm/deals/board", "deliveries/", "events/", "panel/", "calls/")
TABS = 20
RINGS = 200
BARE = 60
PAUSE_SECONDS = 0.05
CALM_SECONDS = 1.0
"""Between rings: until all tabs have painted the last one, so that a ring is measured and not a queue of them."""

_WATCH = """
async () => {
  const live = await import("/static/console/js/live.js");
  const seen = globalThis.seen = {};
  const painted = (name) => requestAnimationFrame(() => { seen[name] ??= Date.now(); });
  new MutationObserver(() => {
    for (const name of document.querySelectorAll(".popup strong")) painted(name.textContent.replace(/\\D/g, ""));
  }).observe(document.getElementById("popups"), { childList: true });
  live.on("dial", ({ dial }) => {
    const mark = document.createElement("p");
    mark.textContent = dial;
    document.body.append(mark);
    requestAnimationFrame(() => { seen[`bare-${dial}`] ??= Date.now(); mark.remove(); });
  });
}
"""


@contextmanager
def twenty_tabs(base: str, office: dict[str, Any]) -> Iterator[list[Page]]:
    """Tabs of one signed-in browser; the last one is looked at."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": name, "value": value, "url": base} for name, value in office["session"].items()])
        tabs = [context.new_page() for _ in range(TABS)]
        for place, tab in enumerate(tabs):
            tab.goto(f"{base}/p/{office['project']}/{PAGES[place % len(PAGES)]}")
            tab.wait_for_function("document.readyState === 'complete'")
            tab.evaluate(_WATCH)
        tabs[-1].bring_to_front()
        time.sleep(2)
        yield tabs
        browser.close()


def shown(tab: Page, name: str) -> float:
    """When the tab painted it, in milliseconds since the epoch."""
    tab.wait_for_function("(name) => globalThis.seen[name]", arg=name, polling=20)
    return float(tab.evaluate("(name) => globalThis.seen[name]", name))


def bare(stage: Stage, tab: Page, office: dict[str, Any]) -> list[float]:
    """The floor: from a bare notification of the database to a line of text on the same screen."""
    times = []
    with psycopg.connect(stage.url, autocommit=True) as database:
        for number in range(BARE):
            time.sleep(PAUSE_SECONDS)
            news = LiveEvent(project=office["project"], event="dial", data={"dial": number})
            started = time.time() * 1000
            database.execute("SELECT pg_notify(%s, %s)", [CHANNEL, encode(news)])
            times.append(shown(tab, f"bare-{number}") - started)
    return times


def rings(client: httpx2.Client, tab: Page, office: dict[str, Any], first: int) -> Iterator[tuple[str, float]]:
    """For each ring the client's number, and when it was sent; the tab has shown it then, and its user closed it."""
    for number in range(first, first + RINGS):
        time.sleep(CALM_SECONDS)
        name, started = f"3806712{number:05}", time.time() * 1000
        ring(client, office["intake"], number)
        shown(tab, name)
        yield name, started
        close(tab)


def close(tab: Page) -> None:
    """The user closes the card, and all tabs hear of it."""
    tab.locator(".popup [data-send*=dismiss]").first.click()
    tab.locator(".popup").first.wait_for(state="detached")


def test_how_soon_the_card_is_on_the_screen_while_twenty_tabs_are_open(stage: Stage) -> None:
    with stage.web() as (host, port), stage.process("read"), stage.process("work", "--no-reading"):
        base = f"http://{host}:{port}"
        office = json.loads(stage.run(str(OFFICE)))
        with twenty_tabs(base, office) as tabs, httpx2.Client(base_url=base, timeout=20) as client:
            ring(client, office["intake"], 0)
            shown(tabs[-1], "380671200000")
            close(tabs[-1])
            floor = bare(stage, tabs[-1], office)
            sent = dict(rings(client, tabs[-1], office, 1))
            painted = [tab.evaluate("globalThis.seen") for tab in tabs]
    seen = [painted[-1][name] - started for name, started in sent.items()]
    everywhere = [max(tab.get(name, started) for tab in painted) - started for name, started in sent.items()]
    ratio, load = quantile(seen, 0.95) / quantile(floor, 0.95), os.getloadavg()[0] / (os.cpu_count() or 1)
    print(
        f"\nring to card on the screen, {TABS} tabs, {RINGS} rings: p50 {quantile(seen, 0.5):.0f} ms, "
        f"p95 {quantile(seen, 0.95):.0f} ms; in all tabs p50 {quantile(everywhere, 0.5):.0f} ms, "
        f"p95 {quantile(everywhere, 0.95):.0f} ms; bare notification to screen p50 {quantile(floor, 0.5):.0f} ms, "
        f"p95 {quantile(floor, 0.95):.0f} ms; ratio of the p95 {ratio:.1f}; load per processor {load:.1f}"
    )
