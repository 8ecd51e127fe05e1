"""A data folder whose database is migrated already, made once in a run of the tests and copied for each hub.

Django takes many seconds of work for an empty database; a hub that starts on a copy meets the same tables.
"""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

PLACE = "SWITCHHOOK_TEST_PREPARED"
"""The variable that names the folder of the run; set by the first process of the tests, inherited by the others."""

OF_THE_TEST_RUN = ("DATABASE_URL", "SWITCHHOOK_TEST_DATABASE_URL", "SWITCHHOOK_DATA", "DJANGO_SETTINGS_MODULE")
"""What a hub in a process of its own must not inherit."""


def prepare(data: Path) -> None:
    """Put a copy at `data`, where nothing is yet."""
    # Owners and modes stay: where root runs the tests, another user runs the database.
    subprocess.run(["cp", "-a", str(_made()), str(data)], check=True)


def _made() -> Path:
    folder = Path(os.environ[PLACE])
    data, made = folder / "data", folder / "made"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            ours = {name: value for name, value in os.environ.items() if name not in OF_THE_TEST_RUN}
            command = [sys.executable, "-m", "switchhook", "migrate"]
            subprocess.run(command, check=True, capture_output=True, env={**ours, "SWITCHHOOK_DATA": str(data)})
            made.touch()
    return data
