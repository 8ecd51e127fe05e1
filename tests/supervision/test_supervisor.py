"""Real processes, spawned and killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from switchhook.supervision.child import FIRST_PAUSE, LONGEST_PAUSE, Child, Program
from switchhook.supervision.leash import Leash
from switchhook.supervision.supervisor import Supervisor

SLEEPS = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
LEASHED = """
import pathlib, sys, time
from switchhook.supervision.leash import end_with_supervisor
end_with_supervisor(grace=0.5)
pathlib.Path(sys.argv[1]).write_text(str(__import__('os').getpid()))
time.sleep(60)
"""
SUPERVISES = """
import sys
from switchhook.supervision.child import Program
from switchhook.supervision.supervisor import Supervisor
Supervisor([Program("one", [sys.executable, "-c", sys.argv[1], sys.argv[2]])]).run()
"""


def python(code: str, *arguments: str) -> Program:
    return Program("test", [sys.executable, "-c", code, *arguments])


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def leash() -> Iterator[Leash]:
    leash = Leash()
    yield leash
    leash.close()


@pytest.fixture
def supervise() -> Iterator[Callable[..., Supervisor]]:
    running: list[tuple[Supervisor, threading.Thread]] = []

    def run(*programs: Program, grace: float = 10) -> Supervisor:
        supervisor = Supervisor(programs, grace=grace)
        thread = threading.Thread(target=supervisor.run)
        thread.start()
        running.append((supervisor, thread))
        return supervisor

    yield run
    for supervisor, thread in running:
        supervisor.stop()
        thread.join()


def test_all_programs_run_at_once(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise(python(SLEEPS), python(SLEEPS))
    wait_for(lambda: all(child.pid for child in supervisor.children))
    assert len({child.pid for child in supervisor.children}) == 2


def test_a_killed_program_is_started_again_and_the_other_left_alone(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise(python(SLEEPS), python(SLEEPS))
    first, second = supervisor.children
    wait_for(lambda: first.pid and second.pid)
    killed, kept = first.pid, second.pid
    assert killed
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: first.pid and first.pid != killed)
    assert second.pid == kept


def test_stopping_ends_every_program(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise(python(SLEEPS), python(SLEEPS))
    wait_for(lambda: all(child.pid for child in supervisor.children))
    supervisor.stop()
    wait_for(lambda: not any(child.pid for child in supervisor.children))


def test_a_program_that_ignores_the_request_to_end_is_killed(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise(python(DEAF), grace=0.3)
    child = supervisor.children[0]
    wait_for(lambda: child.pid)
    time.sleep(0.5)
    supervisor.stop()
    wait_for(lambda: child.pid is None, seconds=5)


def test_pauses_between_restarts_double_up_to_a_bound(leash: Leash) -> None:
    now = 0.0
    child = Child(python("pass"), leash, clock=lambda: now)
    pauses = []
    for _ in range(9):
        child.tend()
        assert child._process
        child._process.wait()
        child.tend()
        pauses.append(child._due - now)
        now = child._due
    assert pauses[:4] == [FIRST_PAUSE, 1.0, 2.0, 4.0]
    assert pauses[-1] == LONGEST_PAUSE


def test_a_program_that_ran_long_starts_its_pauses_anew(leash: Leash) -> None:
    now = 0.0
    child = Child(python("pass"), leash, clock=lambda: now)
    child._pause = 16.0
    child.tend()
    assert child._process
    child._process.wait()
    now = 61.0
    child.tend()
    assert child._due == 61.0 + FIRST_PAUSE


def test_a_program_gets_its_own_environment(tmp_path: Path, supervise: Callable[..., Supervisor]) -> None:
    written = tmp_path / "seen"
    code = "import os, sys, time; open(sys.argv[1], 'w').write(os.environ['COLOUR']); time.sleep(60)"
    supervise(Program("test", [sys.executable, "-c", code, str(written)], {"COLOUR": "green"}))
    wait_for(lambda: written.exists() and written.read_text() == "green")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_signal_ends_supervisor_and_program_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    supervisor, child = supervised(tmp_path)
    supervisor.send_signal(number)
    assert supervisor.wait(timeout=20) == 0
    wait_for(lambda: not psutil.pid_exists(child))


def test_a_program_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    supervisor, child = supervised(tmp_path)
    supervisor.kill()
    supervisor.wait()
    wait_for(lambda: not psutil.pid_exists(child))


def supervised(tmp_path: Path) -> tuple[subprocess.Popen[bytes], int]:
    """A supervisor in a process of its own, and the number of the process that it keeps."""
    written = tmp_path / "pid"
    supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISES, LEASHED, str(written)])
    wait_for(lambda: written.exists() and written.read_text())
    return supervisor, int(written.read_text())
