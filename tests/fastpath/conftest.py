"""The fast paths in a real server on a loopback port, with a pool on the test's database."""

import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psycopg
import pytest
import uvicorn
from django.db import connection as django_connection
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette

from switchhook.calls import stream
from switchhook.connections.models import Connection, IntakeSecret
from switchhook.intake import endpoint as intake
from switchhook.live import endpoint as live
from switchhook.projects.models import Employee, Project
from switchhook.routing import endpoint as routing

APPLICATION = "fast paths under test"
SECRET_KEY = "a secret key of the tests"


@dataclass(frozen=True)
class FastServer:
    """A running server and what it keeps."""

    client: httpx2.Client
    app: Starlette
    address: str

    def post(self, path: str, content: bytes | str = b"", **headers: str) -> httpx2.Response:
        return self.client.post(path, content=content, headers=headers)

    def json(self, path: str, body: object) -> httpx2.Response:
        return self.client.post(path, json=body)


@contextlib.contextmanager
def running(address: str, recordings: Path, *, pool_size: int = 8) -> Iterator[FastServer]:
    """A server over the database at `address` for as long as the block runs."""

    address = psycopg.conninfo.make_conninfo(address, application_name=APPLICATION)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        pool = AsyncConnectionPool(
            address, min_size=1, max_size=pool_size, kwargs={"autocommit": True}, open=False, reconnect_timeout=3
        )
        await pool.open()
        app.state.pool = pool
        yield
        await live.hub_of(app).close()
        await pool.close()

    app = Starlette(routes=[*intake.routes, *routing.routes, *live.routes, *stream.routes], lifespan=lifespan)
    app.state.secret = SECRET_KEY
    app.state.recordings_dir = recordings
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="warning", lifespan="on", timeout_graceful_shutdown=1, ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    try:
        with httpx2.Client(base_url=base, timeout=20) as client:
            yield FastServer(client, app, base)
    finally:
        server.should_exit = True
        thread.join(20)


def until(holds: Callable[[], object], seconds: float = 15.0) -> None:
    """Waits until `holds()` is true; fails when it takes too long."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)


def test_database() -> str:
    """The address of the database that Django's tests use now."""
    settings: Mapping[str, str] = django_connection.settings_dict
    return psycopg.conninfo.make_conninfo(
        host=settings["HOST"], port=settings["PORT"] or None, user=settings["USER"], dbname=settings["NAME"]
    )


vars(test_database)["__test__"] = False  # named like a test, and none


def cut_connections() -> int:
    """Breaks the server's connections to the database, as a restart of the database does; returns how many."""
    with psycopg.connect(test_database(), autocommit=True) as database:
        cut = database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [APPLICATION]
        ).fetchall()
    return len(cut)


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    return folder


@pytest.fixture
def server(transactional_db: None, recordings: Path) -> Iterator[FastServer]:
    with running(test_database(), recordings) as fast:
        yield fast


@pytest.fixture
def project(transactional_db: None) -> Project:
    return Project.objects.create(name="Acme", country="UA")


@pytest.fixture
def telephony(project: Project) -> Connection:
    return Connection.objects.create(project=project, connector="ringostat", role="telephony", name="Lines")


@pytest.fixture
def secret(telephony: Connection) -> str:
    return IntakeSecret.issue(telephony).text


@pytest.fixture
def crm(project: Project) -> Connection:
    return Connection.objects.create(project=project, connector="builtin", role="crm", name="CRM", rank=1)


@pytest.fixture
def ivanov(project: Project) -> Employee:
    return Employee.objects.create(project=project, name="Ivan Ivanov", sips=["acme_ivanov", "acme_second"])


@pytest.fixture
def petrov(project: Project) -> Employee:
    return Employee.objects.create(project=project, name="Petro Petrov", sips=["acme_petrov"])
