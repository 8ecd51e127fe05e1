"""The one way out, over real HTTP: what each failure means, and what never gets through."""

import asyncio
import gzip
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from switchhook.connectors import http, network
from switchhook.connectors.http import Answer, HttpClient, download, retry_after
from switchhook.connectors.testing.twin_server import abort_connection, run_in_thread
from switchhook.core.errors import (
    AuthFailed,
    Misconfigured,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    SwitchhookError,
    TargetGone,
    Unreachable,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SECRET = "s3cr3t-value-0001"


async def _status(request: Request) -> Response:
    headers = {"retry-after": after} if (after := request.query_params.get("after")) else {}
    said = request.query_params.get("say", "no")
    return JSONResponse({"error": {"message": said}}, int(request.path_params["status"]), headers)


async def _echo(request: Request) -> Response:
    body = await request.body()
    return JSONResponse({"headers": dict(request.headers), "body": body.decode(), "query": str(request.query_params)})


async def _cut(request: Request) -> Response:
    abort_connection(request.scope)
    return Response()


async def _slow(_request: Request) -> Response:
    await asyncio.sleep(2)
    return Response("late")


async def _large(request: Request) -> Response:
    packed = gzip.compress(b"x" * 5_000)
    return (
        Response(packed, headers={"content-encoding": "gzip"})
        if "packed" in request.query_params
        else Response("x" * 5_000)
    )


async def _moved(request: Request) -> Response:
    return RedirectResponse(request.query_params["to"])


async def _text(request: Request) -> Response:
    return Response(request.query_params.get("say", ""), media_type="text/html")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    methods = ["GET", "POST", "PUT", "DELETE"]
    paths: dict[str, Any] = {
        "/status/{status}": _status, "/echo": _echo, "/cut": _cut, "/slow": _slow, "/large": _large, "/moved": _moved,
        "/text": _text,
    }  # fmt: skip
    app = Starlette(routes=[Route(path, endpoint, methods=methods) for path, endpoint in paths.items()])
    with run_in_thread(app) as running:
        yield running.url


@pytest.fixture
def client(server: str) -> HttpClient:
    return HttpClient(server, headers={"Auth-key": SECRET}, secrets=[SECRET], allow_private=True, clock=lambda: NOW)


@pytest.mark.parametrize(
    ("status", "read", "written"),
    [
        (400, Rejected, Rejected),
        (401, AuthFailed, AuthFailed),
        (403, AuthFailed, AuthFailed),
        (404, TargetGone, TargetGone),
        (408, Unreachable, OutcomeUnknown),
        (410, TargetGone, TargetGone),
        (422, Rejected, Rejected),
        (429, RateLimited, RateLimited),
        (500, Unreachable, OutcomeUnknown),
        (503, Unreachable, OutcomeUnknown),
    ],
)
def test_a_status_means_the_same_for_every_vendor(
    client: HttpClient, status: int, read: type[SwitchhookError], written: type[SwitchhookError]
) -> None:
    for method, expected in (("GET", read), ("POST", written)):
        with pytest.raises(SwitchhookError) as caught:
            client.request(method, f"/status/{status}")
        assert type(caught.value) is expected


def test_the_vendors_sentence_is_kept_and_the_secret_is_not(client: HttpClient) -> None:
    with pytest.raises(Rejected, match="title is too long") as caught:
        client.request("POST", "/status/400", params={"say": f"title is too long for {SECRET}"})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(("after", "seconds"), [("7", 7.0), ("Sat, 21 Nov 2026 12:01:30 GMT", 90.0), ("soon", None)])
def test_a_rate_limit_says_how_long_to_wait(client: HttpClient, after: str, seconds: float | None) -> None:
    with pytest.raises(RateLimited) as caught:
        client.request("GET", "/status/429", params={"after": after})
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("value", "seconds"), [("-5", 0.0), ("nan", None), ("inf", 86_400.0), ("1e9", 86_400.0), ("", None)]
)
def test_an_absurd_wait_is_bounded(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, now=NOW) == seconds


def test_no_connection_means_that_nothing_was_done() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(Unreachable):
        HttpClient(url, allow_private=True).request("POST", "/x", json={})


@pytest.mark.parametrize(
    ("method", "repeatable", "expected"),
    [
        ("GET", None, Unreachable),
        ("POST", None, OutcomeUnknown),
        ("POST", True, Unreachable),
        ("PUT", None, OutcomeUnknown),
    ],
)
def test_a_cut_connection_leaves_only_a_write_in_doubt(
    client: HttpClient, method: str, repeatable: bool | None, expected: type[SwitchhookError]
) -> None:
    with pytest.raises(SwitchhookError) as caught:
        client.request(method, "/cut", repeatable=repeatable)
    assert type(caught.value) is expected


@pytest.mark.parametrize(("method", "expected"), [("GET", Unreachable), ("POST", OutcomeUnknown)])
def test_a_late_answer_leaves_only_a_write_in_doubt(server: str, method: str, expected: type[SwitchhookError]) -> None:
    hasty = HttpClient(server, allow_private=True, timeout=httpx2.Timeout(0.2))
    with pytest.raises(SwitchhookError) as caught:
        hasty.request(method, "/slow")
    assert type(caught.value) is expected


@pytest.mark.parametrize("path", ["/large", "/large?packed=1"])
@pytest.mark.parametrize(("method", "expected"), [("GET", Rejected), ("POST", OutcomeUnknown)])
def test_an_answer_without_end_is_not_read_to_the_end(
    client: HttpClient, monkeypatch: pytest.MonkeyPatch, path: str, method: str, expected: type[SwitchhookError]
) -> None:
    monkeypatch.setattr(http, "LARGEST_ANSWER", 1_000)
    with pytest.raises(expected, match="larger"):
        client.request(method, path)


def test_a_dripping_answer_is_given_up(client: HttpClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TOTAL_SECONDS", -1.0)
    with pytest.raises(Unreachable, match="longer than"):
        client.request("GET", "/echo")


def test_headers_query_and_body_arrive(client: HttpClient) -> None:
    answer = client.request("POST", "/echo", params={"a": "1 2"}, json={"k": "ї"}, headers={"X-More": "yes"})
    assert answer.status == 200
    echoed = answer.json()
    assert (echoed["headers"]["auth-key"], echoed["headers"]["x-more"], echoed["query"]) == (SECRET, "yes", "a=1+2")
    assert echoed["body"] == '{"k":"ї"}'


def test_a_page_in_place_of_json_is_an_answer_lost(client: HttpClient) -> None:
    with pytest.raises(Unreachable):
        client.request("GET", "/text", params={"say": "<html>"}).json()
    with pytest.raises(OutcomeUnknown):
        client.request("POST", "/text", params={"say": "<html>"}).json()


def test_a_connector_may_explain_an_answer_itself(server: str) -> None:
    def explain(answer: Answer) -> SwitchhookError | None:
        return Rejected(f"says {answer.text}") if answer.text == "no" else None

    explained = HttpClient(server, explain=explain, allow_private=True)
    assert explained.request("GET", "/text", params={"say": "yes"}).text == "yes"
    with pytest.raises(Rejected, match="says no"):
        explained.request("GET", "/text", params={"say": "no"})


def test_redirects_are_not_followed(client: HttpClient) -> None:
    with pytest.raises(Misconfigured, match="redirect"):
        client.request("GET", "/moved", params={"to": "/echo"})


@pytest.mark.parametrize(
    "url", ["", "crm.example.com", "ftp://crm.example.com", "http://", "http://[::1", "file:///etc/passwd"]
)
def test_an_address_that_is_none_is_a_setting_to_mend(url: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        HttpClient(url).request("GET", "/")
    assert caught.value.field == "base_url"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.0.0.8",
        "169.254.169.254",
        "[::1]",
        "0.0.0.0",  # noqa: S104
        "[::ffff:127.0.0.1]",
        "2130706433",
        "224.0.0.1",
    ],
)
def test_private_hosts_are_refused(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(network.ALLOW_PRIVATE, raising=False)
    with pytest.raises(Misconfigured, match="private network"):
        HttpClient(f"http://{host}:9").request("GET", "/")
    with pytest.raises(Misconfigured, match="private network"):
        download(f"http://{host}:9/file")


def test_the_operator_can_allow_private_hosts(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(network.ALLOW_PRIVATE, "1")
    assert HttpClient(server).request("GET", "/echo").status == 200


def test_the_checked_address_is_the_one_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[httpx2.Request] = []

    class Recorder(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            called.append(request)
            if request.url.host == "203.0.113.7":
                raise httpx2.ConnectError("refused")
            return httpx2.Response(200)

    monkeypatch.setattr(network, "public_addresses", lambda host, port: ["203.0.113.7", "198.51.100.7"])
    guarded = httpx2.Client(transport=network.GuardedTransport(Recorder()))
    assert guarded.get("https://crm.example.com/x").status_code == 200
    assert [request.url.host for request in called] == ["203.0.113.7", "198.51.100.7"]
    assert {request.headers["host"] for request in called} == {"crm.example.com"}
    assert {request.extensions["sni_hostname"] for request in called} == {"crm.example.com"}


def test_a_checked_address_is_kept_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def resolved(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["203.0.113.7"]

    monkeypatch.setattr(network, "public_addresses", resolved)
    plain = httpx2.MockTransport(lambda request: httpx2.Response(200))
    guarded = httpx2.Client(transport=network.GuardedTransport(plain))
    for host in ("a", "a", "b"):
        guarded.get(f"https://{host}.example.com/")
    assert asked == ["a.example.com", "b.example.com"]


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.1.1.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(Misconfigured):
        network.public_addresses("rebinding.example.com", 443)


def test_a_file_is_streamed_and_a_redirect_followed(server: str) -> None:
    assert b"".join(download(f"{server}/moved?to=/large", allow_private=True)) == b"x" * 5_000


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/status/404", TargetGone), ("/status/429?after=3", RateLimited), ("/text", Unreachable), ("/cut", Unreachable)],
)
def test_a_file_that_is_not_there_is_said_at_once(server: str, path: str, expected: type[SwitchhookError]) -> None:
    with pytest.raises(expected):
        download(f"{server}{path}", allow_private=True)


def test_a_file_without_end_is_cut_off(server: str) -> None:
    with pytest.raises(Rejected, match="larger"):
        list(download(f"{server}/large", allow_private=True, largest=100))


def test_a_redirect_into_a_private_network_is_refused(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = iter([True, False])
    plain = network.open_transport
    monkeypatch.setattr(http, "open_transport", lambda allow_private: plain(allow_private=next(allowed)))
    with pytest.raises(Misconfigured, match="private network"):
        download(f"{server}/moved?to={server}/echo", allow_private=True)
