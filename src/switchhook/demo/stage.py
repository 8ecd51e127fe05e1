"""Putting the demo on stage: which connectors, their twins in threads, and word when the hub is ready."""

import json
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import httpx2

from switchhook.connectors.registry import CrmTwin, Manifest, TelephonyTwin, manifest, manifests
from switchhook.connectors.testing.twin import run_in_thread
from switchhook.core.errors import Misconfigured

READY_WITHIN = 60.0
EVERY = "all"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served(Generic[T]):
    """A connector of the demo, and the twin that stands in for its vendor at `url`; a local CRM needs none."""

    slug: str
    twin: T
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The twins of one demo."""

    telephony: Served[TelephonyTwin]
    crms: Sequence[Served[CrmTwin | None]]

    def urls(self) -> dict[str, str]:
        """Where each twin is, by its connector."""
        return {self.telephony.slug: self.telephony.url} | {crm.slug: crm.url for crm in self.crms if crm.url}


@contextmanager
def serving(telephony: Manifest, crms: Sequence[Manifest]) -> Iterator[Stage]:
    """The twins, each on a free port of its own, while the block runs."""
    with ExitStack() as running:
        phone, desks = telephony.telephony_twin(), []
        for crm in crms:
            twin = None if crm.local else crm.crm_twin()
            url = running.enter_context(run_in_thread(twin.app)).url if twin else ""
            desks.append(Served(slug=crm.slug, twin=twin, url=url))
        url = running.enter_context(run_in_thread(phone.app)).url
        yield Stage(telephony=Served(slug=telephony.slug, twin=phone, url=url), crms=desks)


def crms_of(asked: str) -> list[Manifest]:
    """The CRM of this name, or with `all` the hub's own and every one that ships a twin.

    Raises Misconfigured for one that is not installed, is no CRM, or can only be reached at its vendor.
    """
    found = [manifest(asked)] if asked != EVERY else [item for item in manifests().values() if item.role == "crm"]
    if found[0].role != "crm":
        raise Misconfigured(f"{found[0].title} is not a CRM.", field="crm")
    shown = sorted((item for item in found if item.local or item.twin), key=lambda item: not item.local)
    if not shown:
        raise Misconfigured(f"{found[0].title} ships no twin, so the demo cannot run on it.", field="crm")
    return shown


def telephony_of() -> Manifest:
    """The first telephony that ships a twin. Raises Misconfigured where there is none."""
    found = next((item for item in manifests().values() if item.role == "telephony" and item.twin), None)
    if found is None:
        raise Misconfigured("No installed telephony connector ships a twin, so there is nothing to play.", field="twin")
    return found


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What happens once the hub answers: the twin is pointed at it, a day is played if wanted, then `announce`."""

    url: str
    telephony: Served[TelephonyTwin]
    line: Mapping[str, Any]
    play: bool
    announce: Callable[[Mapping[str, Any]], None]

    def start(self) -> threading.Thread:
        """Wait and open in a thread of its own, while the supervisor runs in the main one."""
        thread = threading.Thread(target=self._open, name="demo-opening", daemon=True)
        thread.start()
        return thread

    def _open(self) -> None:
        if not _ready(self.url):
            print(f"The hub at {self.url} was not ready within {READY_WITHIN:.0f} seconds.", file=sys.stderr)  # noqa: T201
            return signal.raise_signal(signal.SIGTERM)
        twin, control = self.telephony.twin, f"{self.telephony.url}/__twin__"
        if self.line["webhook_url"]:
            setup = twin.setup(self.line["webhook_url"], self.line["forward_url"])
            httpx2.post(f"{control}/configure", json=dict(setup)).raise_for_status()
        for call in twin.day() if self.play else ():
            httpx2.post(f"{control}/play", json=dict(call), timeout=60).raise_for_status()
        return self.announce(self.line)


def _ready(url: str) -> bool:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        with suppress(httpx2.HTTPError):
            if httpx2.get(f"{url}/readyz", timeout=2).status_code == httpx2.codes.OK:
                return True
        time.sleep(0.1)
    return False


def as_line(line: Mapping[str, Any]) -> str:
    """One JSON line."""
    return json.dumps(line, ensure_ascii=False)


def as_words(line: Mapping[str, Any]) -> str:
    """The same for a person at a terminal."""
    return "\n".join(
        (
            "",
            f"  Switchhook is running at {line['url']}",
            f"  Sign in with             {line['email']}  {line['password']}",
            f"  API token                {line['api_token']}",
            *(f"  Twin of {name:<17}{url}/__twin__/" for name, url in line["twins"].items()),
            *_to_enter(line.get("accounts", {})),
            "",
            "  Ctrl-C ends it.",
            "",
        )
    )


def _to_enter(accounts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """What a person types in to connect a twin."""
    for name, account in accounts.items():
        yield ""
        yield f"  To connect {name}"
        yield from (f"    {field:<23}{value}" for field, value in account.items())
