"""The ASGI root in front of a small WSGI application, with a real database that goes away and comes back."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from switchhook.embedded import database
from switchhook.embedded.postmaster import pid_of
from switchhook.web.asgi import Options, build


def page(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("content-type", "text/plain")])
    return [b"page ", str(environ["PATH_INFO"]).encode()]


async def fast(request: Request) -> Response:
    async with request.app.state.pool.connection() as connection:
        row = await (await connection.execute("SELECT 40 + 2")).fetchone()
    return JSONResponse(row[0])


def options(url: str) -> Options:
    routes = [Route("/fast", fast)]
    return Options(database_url=url, secret="s" * 32, allowed_hosts=["hub"], https=False, routes=routes)


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(build(options(os.environ["DATABASE_URL"]), page), base_url="http://hub") as client:
        yield client


@pytest.fixture
def folder() -> Iterator[Path]:
    parent = Path(tempfile.mkdtemp(prefix="sh-"))
    parent.chmod(0o711)
    yield parent / "data"
    shutil.rmtree(parent)


def test_what_no_fast_path_takes_goes_to_django(client: TestClient) -> None:
    assert client.get("/some/page").text == "page /some/page"


def test_a_fast_path_has_the_pool(client: TestClient) -> None:
    assert client.get("/fast").json() == 42


def test_every_answer_has_the_headers_even_a_refusal(client: TestClient) -> None:
    for answer in (client.get("/"), client.get("/fast"), client.get("/", headers={"host": "evil"})):
        assert {"content-security-policy", "x-request-id"} <= set(answer.headers)


def test_a_process_that_lives_says_so(client: TestClient) -> None:
    assert client.get("/healthz", headers={"host": "10.0.0.1"}).text == "ok"


def test_a_database_without_the_tables_is_not_ready(client: TestClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "migrations are missing" in answer.json()["reason"]


@pytest.mark.django_db(transaction=True)
def test_a_migrated_database_is_ready() -> None:
    from django.db import connection

    url = os.environ["DATABASE_URL"].replace("/switchhook?", f"/{connection.settings_dict['NAME']}?")
    with TestClient(build(options(url), page), base_url="http://hub") as client:
        assert client.get("/readyz").json() == {"ready": True}


def test_metrics_count_by_area_and_never_show_a_path(client: TestClient) -> None:
    client.get("/forward/connection/very-secret")
    text = client.get("/metrics").text
    assert 'switchhook_requests_total{area="routing",status="200"}' in text
    assert "switchhook_database_up 1.0" in text
    assert "very-secret" not in text


def test_metrics_ask_for_the_token_where_one_is_set(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHHOOK_METRICS_TOKEN", "sesame")
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"authorization": "Bearer sesame"}).status_code == 200


@pytest.mark.chaos
def test_while_the_database_is_away_everything_but_the_probe_answers_503_and_recovers(folder: Path) -> None:
    with (
        database(folder, durable=False) as url,
        TestClient(build(options(url), page), base_url="http://hub") as client,
    ):
        assert client.get("/fast").status_code == 200
        killed = pid_of(folder / "postgres")
        assert killed
        os.kill(killed, signal.SIGKILL)
        wait_for_status(client, "/page", 503)
        for path in ("/fast", "/page", "/readyz"):
            assert client.get(path).status_code == 503
        assert client.get("/fast").headers["retry-after"] == "5"
        assert client.get("/healthz").status_code == 200
        with database(folder, durable=False):
            wait_for_status(client, "/page", 200)
            assert client.get("/fast").json() == 42


def wait_for_status(client: TestClient, path: str, status: int) -> None:
    deadline = time.monotonic() + 20
    while client.get(path).status_code != status:
        assert time.monotonic() < deadline
        time.sleep(0.05)
