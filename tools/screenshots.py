"""Take the pictures of the documentation, from calls that the telephony's twin plays.

    python tools/screenshots.py             all of them, into docs/images
    python tools/screenshots.py journal     these only
    python tools/screenshots.py --check     keep nothing; fail where one cannot be taken, or a page shows an unknown one

A picture is a page of a fresh demo and what is done on it first, so it can be taken again whenever the page changes.
"""

# ruff: noqa: INP001, T201

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
READY_SECONDS = 180
CARDS_SECONDS = 20
"""Until the cards of calls that have ended are gone."""
NEW_CLIENT, KNOWN_CLIENT = "+380991112233", "+380671234567"


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo: the line it printed."""

    line: dict[str, Any]

    def address(self, path: str) -> str:
        """A page of the demo's project."""
        return f"{self.line['url']}/p/{self.line['project']}/{path}"

    def play(self, **asked: Any) -> None:
        """Lets the telephony's twin play a call, to its end."""
        telephony = next(iter(self.line["twins"].values()))
        httpx2.post(f"{telephony}/__twin__/play", json=asked, timeout=60).raise_for_status()


Steps = Callable[[Page, Demo], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture: a page, what is done on it before, and how large it is seen."""

    name: str
    path: str
    steps: Steps = lambda _page, _demo: None
    width: int = 1280
    height: int = 800
    part: str = ""


def a_call_of_a_known_client(page: Page, _demo: Demo) -> None:
    """From the journal to the call that another employee took."""
    page.get_by_role("link", name=re.compile("67 123 4567")).first.click()
    page.wait_for_load_state()


def it_rings(page: Page, demo: Demo) -> None:
    """A client calls; the first employee's phone rings."""
    demo.play(scenario="ring-only", client=KNOWN_CLIENT, employee="acme_olena")
    page.locator("[data-popup]").first.wait_for()


def the_palette_is_open(page: Page, _demo: Demo) -> None:
    """The command palette, with something looked for."""
    page.keyboard.press("Control+k")
    page.keyboard.type("tas")
    page.wait_for_timeout(400)


BEGINNING = (Shot(name="first-steps", path="start/", height=900),)
"""Of a project in which nothing is connected."""

SHOTS: tuple[Shot, ...] = (
    Shot(name="overview", path=""),
    Shot(name="journal", path="calls/"),
    Shot(name="call", path="calls/", steps=a_call_of_a_known_client, height=1000),
    Shot(name="missed", path="missed/"),
    Shot(name="reports", path="reports/", height=1000),
    Shot(name="scenarios", path="scenarios/", height=1000),
    Shot(name="check", path="check/"),
    Shot(name="settings", path="settings/"),
    Shot(name="popup", path="calls/", steps=it_rings),
    Shot(name="panel", path="panel/", width=400, height=720),
    Shot(name="palette", path="calls/", steps=the_palette_is_open),
)


@contextmanager
def demo(*options: str) -> Iterator[Demo]:
    """A demo of its own, ended with the block."""
    folder = Path(tempfile.mkdtemp(prefix="switchhook-pictures-"))
    folder.chmod(0o711)
    command = [sys.executable, "-m", "switchhook", "demo", "--json", "--data", str(folder / "data"), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout  # noqa: S101
        yield Demo(json.loads(process.stdout.readline()))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's browser, or the one that CHROMIUM names."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


def signed_in(browser: Browser, running: Demo) -> Page:
    """A page of the demo's owner."""
    page = browser.new_context(reduced_motion="reduce", color_scheme="light").new_page()
    page.goto(running.line["url"])
    page.get_by_label("Email").fill(running.line["email"])
    page.get_by_label("Password").fill(running.line["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/p/**")
    return page


def take(page: Page, running: Demo, shot: Shot, folder: Path) -> None:
    """Takes one picture. Raises playwright's TimeoutError where a step finds nothing."""
    page.set_viewport_size({"width": shot.width, "height": shot.height})
    answer = page.goto(running.address(shot.path))
    if answer is None or not answer.ok:
        raise SystemExit(f"{shot.name}: {shot.path} answered {answer and answer.status}")
    shot.steps(page, running)
    page.wait_for_timeout(300)
    seen = page.locator(shot.part).first if shot.part else page
    seen.screenshot(path=folder / f"{shot.name}.png")


def settled(running: Demo) -> None:
    """Waits until the day's calls are worked off."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and _waiting(running):
        time.sleep(0.5)
    time.sleep(CARDS_SECONDS)


def _waiting(running: Demo) -> bool:
    headers = {"Authorization": f"Bearer {running.line['api_token']}"}
    return bool(httpx2.get(f"{running.line['url']}/api/v1/deliveries?state=pending", headers=headers).json()["items"])


def take_all(browser: Browser, shots: Sequence[Shot], folder: Path, *options: str) -> None:
    """Takes pictures of one demo, started with `options`."""
    with demo(*options) as running:
        settled(running)
        page = signed_in(browser, running)
        for shot in shots:
            take(page, running, shot, folder)
            print(shot.name)


def shown_in_pages() -> set[str]:
    """The pictures to which pages of the documentation refer."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    return {name for page in pages for name in re.findall(r"images/([\w-]+)\.png", page.read_text("utf-8"))}


def main(asked: Sequence[str] | None = None) -> None:
    """Take the pictures asked for, or with `--check` see that each can be taken and each one shown is taken."""
    parser = argparse.ArgumentParser(description="Take the pictures of the documentation.")
    parser.add_argument("names", nargs="*", help="these only")
    parser.add_argument("--check", action="store_true", help="keep nothing, and compare with what the pages show")
    given = parser.parse_args(asked)
    if given.check and (odd := shown_in_pages() ^ {shot.name for shot in (*BEGINNING, *SHOTS)}):
        raise SystemExit(f"Shown and not taken, or taken and not shown: {', '.join(sorted(odd))}")
    with tempfile.TemporaryDirectory() as nowhere, chromium() as browser:
        folder = Path(nowhere) if given.check else IMAGES
        for option, shots in (("--empty", BEGINNING), ("--play", SHOTS)):
            if wanted := [shot for shot in shots if not given.names or shot.name in given.names]:
                take_all(browser, wanted, folder, option)


if __name__ == "__main__":
    main()
