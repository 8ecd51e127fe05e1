"""Runs several programs as one."""

import logging
import signal
import threading
import time
from collections.abc import Sequence
from types import FrameType
from typing import Any

from switchhook.supervision.child import Child, Program
from switchhook.supervision.leash import Leash

_log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
STOP_SECONDS = 20.0


class Supervisor:
    """Keeps every program alive until `stop` is called or SIGTERM or SIGINT arrives, then ends them all.

    Programs get SIGTERM first and SIGKILL after `grace` seconds.
    """

    def __init__(self, programs: Sequence[Program], *, grace: float = STOP_SECONDS) -> None:
        self._leash = Leash()
        self.children = [Child(program, self._leash) for program in programs]
        self._grace = grace
        self._over = threading.Event()

    def stop(self) -> None:
        """Makes `run` return soon. May be called from any thread or signal handler."""
        self._over.set()

    def run(self) -> None:
        """Blocks. Takes SIGTERM and SIGINT over meanwhile where it runs in the main thread."""
        previous = self._take_signals()
        try:
            while not self._over.wait(LOOK_SECONDS):
                for child in self.children:
                    child.tend()
        finally:
            self._end_all()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _take_signals(self) -> dict[signal.Signals, Any]:
        if threading.current_thread() is not threading.main_thread():
            return {}
        return {number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)}

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._over.set()

    def _end_all(self) -> None:
        deadline = time.monotonic() + self._grace
        for child in self.children:
            child.signal(signal.SIGTERM)
        while any(child.pid for child in self.children) and time.monotonic() < deadline:
            time.sleep(0.05)
        for child in self.children:
            if child.pid:
                _log.warning("%s did not end in %.0f s; killing it", child.program.name, self._grace)
                child.signal(signal.SIGKILL)
        self._leash.close()
