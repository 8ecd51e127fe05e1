"""Putting the demo on stage: free ports, twins in threads, and word when the hub is ready."""

import json
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx2

from switchhook.connectors.registry import TelephonyTwin

READY_WITHIN = 60.0


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
    twin: TelephonyTwin
    twin_url: str
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
        setup = self.twin.setup(self.line["webhook_url"], self.line["forward_url"])
        httpx2.post(f"{self.twin_url}/__twin__/configure", json=dict(setup)).raise_for_status()
        for call in self.twin.day() if self.play else ():
            httpx2.post(f"{self.twin_url}/__twin__/play", json=dict(call), timeout=60).raise_for_status()
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
            *(f"  Twin of {name:<17}{url}/__twin__/scenarios" for name, url in line["twins"].items()),
            "",
            "  Ctrl-C ends it.",
            "",
        )
    )
