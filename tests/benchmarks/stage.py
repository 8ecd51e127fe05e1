"""The hub as it is run: a durable embedded database, and the hub's own processes over it."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx2
import psycopg

from switchhook.embedded import database

SECRET_KEY = "a secret key of the benchmarks, long enough to be one"

_ROWS = """
    INSERT INTO projects_project (id, name, time_zone, country, language, created_at)
    VALUES (1, 'Acme', 'Europe/Kyiv', 'UA', 'en', now());
    INSERT INTO connections_connection
        (id, project_id, connector, role, name, rank, state, state_reason, settings, sealed_credentials,
         credentials_version, created_at)
    VALUES (1, 1, 'ringostat', 'telephony', 'Lines', 0, 'active', '', '{}', '', 0, now()),
           (2, 1, 'builtin', 'crm', 'CRM', 0, 'active', '', '{}', '', 0, now());
"""
_SECRET = "INSERT INTO connections_intakesecret (connection_id, digest, sealed, created_at) VALUES (1, %s, '', now())"


@dataclass(frozen=True)
class Stage:
    """A migrated database, and the environment that hub processes over it need."""

    url: str
    environment: dict[str, str]

    def furnish(self) -> None:
        """One project (1) with a telephony connection (1, secret `secret`) and a CRM connection (2)."""
        with psycopg.connect(self.url) as connection:
            connection.execute(_ROWS)
            connection.execute(_SECRET, [sha256(b"secret").hexdigest()])

    def run(self, *command: str) -> str:
        """What a command prints."""
        arguments = [sys.executable, *command]
        return subprocess.run(arguments, env=self.environment, check=True, stdout=subprocess.PIPE, text=True).stdout

    @contextlib.contextmanager
    def process(self, *command: str) -> Iterator[None]:
        """A `switchhook` command that runs as long as the block."""
        running = subprocess.Popen([sys.executable, "-m", "switchhook", *command], env=self.environment)
        try:
            yield
        finally:
            running.terminate()
            running.wait(30)

    @contextlib.contextmanager
    def web(self) -> Iterator[tuple[str, int]]:
        """A web process; gives its host and port."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with self.process("web", "--port", str(port)):
            _await(f"http://127.0.0.1:{port}/healthz")
            yield "127.0.0.1", port


@contextlib.contextmanager
def raised(folder: Path) -> Iterator[Stage]:
    """A stage over a fresh database in `folder`."""
    with database(folder) as url:
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "SWITCHHOOK_DATA": str(folder.parent / "hub"),
            "SWITCHHOOK_SECRET_KEY": SECRET_KEY,
            "DJANGO_SETTINGS_MODULE": "switchhook.settings",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        built = Stage(url, environment)
        built.run("-m", "django", "migrate", "-v0", "--skip-checks")
        yield built


def _await(address: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        with contextlib.suppress(httpx2.TransportError):
            httpx2.get(address)
            return
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.05)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of `values` lie."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
