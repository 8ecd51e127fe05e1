"""A whole hub in processes of its own, on loopback, in a data folder of its own."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest
from tests.prepared import OF_THE_TEST_RUN, prepare


class Hub:
    """`switchhook serve` as a person starts it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if name not in OF_THE_TEST_RUN}
        self.environment = {**kept, "SWITCHHOOK_DATA": str(data), "PUBLIC_URL": self.url}
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command of the hub to its end."""
        command = [sys.executable, "-m", "switchhook", *arguments]
        return subprocess.run(command, check=False, env=self.environment, capture_output=True, text=True)

    def start(self) -> None:
        """Returns when the hub is ready."""
        command = [sys.executable, "-m", "switchhook", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=self.environment)
        self.wait_for("/readyz", 200)

    def wait_for(self, path: str, status: int, seconds: float = 90) -> None:
        """Asks until this answer comes; fails where it does not."""
        deadline = time.monotonic() + seconds
        while self.status(path) != status:
            assert time.monotonic() < deadline, f"{path} did not answer {status} in time"
            time.sleep(0.1)

    def status(self, path: str) -> int:
        """0 where nobody answers."""
        try:
            return httpx2.get(self.url + path, timeout=10).status_code
        except httpx2.TransportError:
            return 0

    def child(self, word: str) -> psutil.Process:
        """The process of the hub that runs this subcommand."""
        assert self.process
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for child in psutil.Process(self.process.pid).children():
                if word in child.cmdline():
                    return child
            time.sleep(0.1)
        raise AssertionError(f"there is no {word} process")


@pytest.fixture
def new_hub() -> Iterator[Hub]:
    """A hub that has never been started."""
    parent = Path(tempfile.mkdtemp(prefix="sh-"))
    parent.chmod(0o711)
    hub = Hub(parent / "data")
    yield hub
    if hub.process and hub.process.poll() is None:
        hub.process.terminate()
        hub.process.wait(30)
    shutil.rmtree(parent)


@pytest.fixture
def hub(new_hub: Hub) -> Hub:
    """A hub whose database is migrated already."""
    prepare(new_hub.data)
    return new_hub
