"""One process that is kept alive."""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from switchhook.supervision.leash import LEASH, Leash

_log = logging.getLogger(__name__)

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
HEALTHY_SECONDS = 60.0
"""A child that ran this long starts its pauses anew."""


@dataclass(frozen=True, slots=True)
class Program:
    """What is run: a name for the log, the command, and what is added to the environment."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


class Child:
    """A program that is started again whenever it ends, after a pause that doubles from 0.5 to 30 seconds."""

    def __init__(self, program: Program, leash: Leash, clock: Callable[[], float] = time.monotonic) -> None:
        self.program = program
        self._leash = leash
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = FIRST_PAUSE
        self._due = clock()

    @property
    def pid(self) -> int | None:
        """The number of the living process, None while there is none."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def tend(self) -> None:
        """Notices an end and starts the program when its time has come. Call it a few times a second."""
        if self._process is not None and self._process.poll() is not None:
            self._note_end(self._process.returncode)
        if self._process is None and self._clock() >= self._due:
            self._start()

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the program's whole group; a dead one is left alone."""
        if self.pid is not None:
            os.killpg(self.pid, number)

    def _start(self) -> None:
        environment = {**os.environ, **self.program.environment, LEASH: str(self._leash.end)}
        self._process = subprocess.Popen(
            list(self.program.command),
            env=environment,
            stdin=subprocess.DEVNULL,
            pass_fds=[self._leash.end],
            process_group=0,  # Ctrl-C reaches the supervisor alone, which ends its children in order
        )
        self._started = self._clock()

    def _note_end(self, code: int) -> None:
        if self._clock() - self._started >= HEALTHY_SECONDS:
            self._pause = FIRST_PAUSE
        _log.warning("%s ended with code %s; starting it again in %.1f s", self.program.name, code, self._pause)
        self._due = self._clock() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self._process = None
