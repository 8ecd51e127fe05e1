"""Kills the processes of a hub, one after the other, at moments that a seed decides."""

import random
import threading
import time
from collections.abc import Callable, Sequence

import psutil
from tests.demo_hub import DemoProcess, eventually

LONGEST_PAUSE = 2.0
BACK_WITHIN = 90.0


class Killer(threading.Thread):
    """Sends kill -9 to each target in turn: `web`, `work`, `postgres` or `supervisor`, which is then started again.

    Waits after each for a random moment, and until the killed process has a successor; `log` tells what was done.
    """

    def __init__(self, process: DemoProcess, targets: Sequence[str], seed: int) -> None:
        super().__init__(name="killer", daemon=True)
        self._process = process
        self._random = random.Random(seed)  # noqa: S311 - moments, no secrets
        self._targets = self._random.sample(targets, len(targets))
        self.log: list[str] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            for target in self._targets:
                time.sleep(self._random.uniform(0, LONGEST_PAUSE))
                self._kill(target)
        except BaseException as error:  # noqa: BLE001 - it belongs to the test, which raises it
            self.error = error

    def finish(self) -> None:
        """Wait for the last kill; raises what went wrong."""
        self.join()
        if self.error:
            raise self.error

    def _kill(self, target: str) -> None:
        self.log.append(target)
        if target == "supervisor":
            self._process.kill()
            self._process.start()
            return
        find: Callable[[], psutil.Process | None] = (
            (lambda: self._process.postmaster) if target == "postgres" else (lambda: self._process.child(target))
        )
        victim = eventually(find, seconds=BACK_WITHIN, what=f"there is no {target} to kill")
        assert victim
        victim.kill()
        psutil.wait_procs([victim], timeout=10)
        eventually(
            lambda: (found := find()) is not None and found != victim, seconds=BACK_WITHIN, what=f"{target} is not back"
        )
