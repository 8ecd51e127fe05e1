"""The database is killed amid traffic: nothing acknowledged is lost, nobody waits long, all comes back by itself."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx2
import psycopg
import pytest
from tests.fastpath.conftest import SECRET_KEY, FastServer, running, until

from switchhook.core.clock import utc_now
from switchhook.core.ticket import issue
from switchhook.embedded import database
from switchhook.embedded.cluster import Cluster, cluster_in
from switchhook.embedded.lock import starting
from switchhook.embedded.postmaster import pid_of

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

ROWS = """
    INSERT INTO projects_project (id, name, time_zone, country, language, created_at)
    VALUES (1, 'Acme', 'Europe/Kyiv', 'UA', 'en', now());
    INSERT INTO connections_connection
        (id, project_id, connector, role, name, rank, state, state_reason, settings, sealed_credentials,
         credentials_version, created_at)
    VALUES (1, 1, 'ringostat', 'telephony', 'Lines', 0, 'active', '', '{}', '', 0, now());
"""
SECRET = "INSERT INTO connections_intakesecret (connection_id, digest, sealed, created_at) VALUES (1, %s, '', now())"


@dataclass(frozen=True)
class Killable:
    """A database of the test's own, and its address."""

    cluster: Cluster
    url: str

    def kill(self) -> None:
        pid = pid_of(self.cluster.pgdata)
        assert pid
        os.kill(pid, signal.SIGKILL)
        until(lambda: not self.cluster.running())

    def start(self) -> None:
        with starting(self.cluster.pgdata.parent):
            self.cluster.start()


@pytest.fixture
def killable() -> Iterator[Killable]:
    parent = Path(tempfile.mkdtemp(prefix="sh-"))
    parent.chmod(0o711)
    with database(parent / "data") as url:
        environment = {**os.environ, "DATABASE_URL": url}
        subprocess.run([sys.executable, "-m", "django", "migrate", "-v0", "--skip-checks"], env=environment, check=True)
        with psycopg.connect(url) as connection:
            connection.execute(ROWS)
            connection.execute(SECRET, [sha256(b"secret").hexdigest()])
        yield Killable(cluster_in(parent / "data", durable=True), url)
    shutil.rmtree(parent)


@pytest.fixture
def server(killable: Killable, recordings: Path) -> Iterator[FastServer]:
    with running(killable.url, recordings) as fast:
        yield fast


class Sender(threading.Thread):
    """Posts numbered events until told to stop; remembers the ids it was given and every status."""

    def __init__(self, base: str) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.stored: list[int] = []
        self.statuses: set[int] = set()
        self._base = base

    def run(self) -> None:
        with httpx2.Client(base_url=self._base, timeout=20) as client:
            while not self.over.is_set():
                answer = client.post("/in/1/secret", content=b"{}")
                self.statuses.add(answer.status_code)
                if answer.status_code == 200:
                    self.stored.append(answer.json()["stored"])


def test_what_was_acknowledged_before_and_after_a_kill_is_there(killable: Killable, server: FastServer) -> None:
    senders = [Sender(server.address) for _ in range(8)]
    for sender in senders:
        sender.start()
    until(lambda: all(len(sender.stored) > 20 for sender in senders))
    killable.kill()
    until(lambda: all(503 in sender.statuses for sender in senders))
    killable.start()
    counts = [len(sender.stored) for sender in senders]
    until(lambda: all(len(sender.stored) > count + 20 for sender, count in zip(senders, counts, strict=True)))
    for sender in senders:
        sender.over.set()
        sender.join(30)
    acknowledged = {identity for sender in senders for identity in sender.stored}
    with psycopg.connect(killable.url) as connection:
        kept = {identity for (identity,) in connection.execute("SELECT id FROM intake_rawevent")}
    assert acknowledged <= kept
    assert set.union(*(sender.statuses for sender in senders)) == {200, 503}


def test_without_a_database_every_path_answers_soon(killable: Killable, server: FastServer) -> None:
    ticket = issue(SECRET_KEY, 1, 1, now=utc_now())
    assert server.post("/in/1/secret").status_code == 200
    killable.kill()
    stored = server.post("/in/1/secret", b"{}")
    assert (stored.status_code, "retry-after" in stored.headers) == (503, True)
    routed = server.json("/forward/1/secret", {"from": "380732130001"})
    assert (routed.status_code, routed.json()) == (200, {})
    assert routed.elapsed.total_seconds() < 1.5
    heard = server.client.get(f"/live/1?ticket={ticket}")
    assert (heard.status_code, "retry-after" in heard.headers) == (503, True)
    played = server.client.get("/r/some-recording")
    assert (played.status_code, "retry-after" in played.headers) == (503, True)
    killable.start()
    until(lambda: server.post("/in/1/secret").status_code == 200)
    assert server.client.get("/r/some-recording").status_code == 404
