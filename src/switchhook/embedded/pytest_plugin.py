"""A fresh PostgreSQL for a test run, in place before Django reads its settings.

Load it with `-p switchhook.embedded.pytest_plugin`. A server of your own is used instead where
SWITCHHOOK_TEST_DATABASE_URL names one; the parallel workers of one run get the first process's server that way.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from switchhook.embedded import database
from switchhook.embedded.lock import in_use
from switchhook.embedded.postmaster import alive

GIVEN = "SWITCHHOOK_TEST_DATABASE_URL"
_PREFIX = "switchhook-tests-"

_open = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None]:
    """Starts the server (not durable: nothing outlives the run) and points the environment at it."""
    atexit.register(_open.close)  # for a run that fails before it has begun
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    folder.chmod(0o711)  # where root runs the tests, another user runs the server
    _open.callback(shutil.rmtree, folder, ignore_errors=True)
    if GIVEN not in os.environ:
        os.environ[GIVEN] = _open.enter_context(database(folder / "data", durable=False))
        _open.callback(os.environ.pop, GIVEN)
    os.environ["DATABASE_URL"] = os.environ[GIVEN]
    os.environ["SWITCHHOOK_DATA"] = str(folder / "hub")
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Stops the server that this process started."""
    _open.close()


def _sweep() -> None:
    """Stops the servers of runs that were killed, by taking them over for a moment, and removes their folders."""
    for data in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/data"):
        if alive(data / "postgres") and data.stat().st_uid == os.geteuid() and not in_use(data):
            with database(data, durable=False):
                pass
            shutil.rmtree(data.parent, ignore_errors=True)
