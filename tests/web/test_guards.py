from collections.abc import AsyncIterator, Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from switchhook.web.guards import BodyLimit, HostCheck, RequestId, SecurityHeaders, host_name, request_id


async def echo(request: Request) -> Response:
    return Response(await request.body(), headers={"seen-id": request_id.get()})


async def framed(request: Request) -> Response:
    return PlainTextResponse("x", headers={"content-security-policy": "default-src 'none'"})


async def stream(request: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    return StreamingResponse(parts())


def client_of(*middleware: Middleware, base_url: str = "http://hub.example") -> TestClient:
    routes = [
        Route("/echo", echo, methods=["GET", "POST"]),
        Route("/in/c/s", echo, methods=["POST"]),
        Route("/healthz", echo),
        Route("/framed", framed),
        Route("/stream", stream),
    ]
    return TestClient(Starlette(routes=routes, middleware=middleware), base_url=base_url)


@pytest.fixture
def limited() -> Iterator[TestClient]:
    with client_of(Middleware(BodyLimit, limit=100)) as client:
        yield client


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("hub.example", 200),
        ("HUB.example:8443", 200),
        ("hub.example.", 200),
        ("a.wild.example", 200),
        ("[::1]:8000", 200),
        ("other.example", 400),
        ("hub.example.evil", 400),
        ("evilwild.example", 400),
        ("", 400),
    ],
)
def test_only_our_own_names_are_served(host: str, status: int) -> None:
    client = client_of(Middleware(HostCheck, allowed=["hub.example", ".wild.example", "[::1]"]))
    assert client.get("/echo", headers={"host": host}).status_code == status


def test_probes_may_ask_by_any_name() -> None:
    client = client_of(Middleware(HostCheck, allowed=["hub.example"]))
    assert client.get("/healthz", headers={"host": "10.1.2.3:8000"}).status_code == 200


def test_a_host_that_is_all_port_has_no_name() -> None:
    assert host_name(":80") == ""


def test_pages_cannot_be_framed_and_run_only_our_own_scripts() -> None:
    headers = client_of(Middleware(SecurityHeaders, https=True)).get("/echo").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["strict-transport-security"]


def test_plain_http_promises_no_https() -> None:
    headers = client_of(Middleware(SecurityHeaders, https=False)).get("/echo").headers
    assert "strict-transport-security" not in headers


def test_a_page_may_set_a_policy_of_its_own() -> None:
    headers = client_of(Middleware(SecurityHeaders, https=True)).get("/framed").headers
    assert headers["content-security-policy"] == "default-src 'none'"


def test_a_harmless_request_id_is_kept_and_shown_to_the_code() -> None:
    answer = client_of(Middleware(RequestId)).get("/echo", headers={"x-request-id": "abc-123_x"})
    assert answer.headers["x-request-id"] == answer.headers["seen-id"] == "abc-123_x"


@pytest.mark.parametrize("given", ["", "a b c d e f", "x" * 65, "<script>alert"])
def test_an_odd_request_id_is_replaced(given: str) -> None:
    answer = client_of(Middleware(RequestId)).get("/echo", headers={"x-request-id": given})
    assert answer.headers["x-request-id"] == answer.headers["seen-id"] != given


def test_a_body_within_the_limit_arrives_whole(limited: TestClient) -> None:
    assert limited.post("/echo", content=b"x" * 100).content == b"x" * 100


def test_a_body_that_announces_too_much_is_refused(limited: TestClient) -> None:
    assert limited.post("/echo", content=b"x" * 101).status_code == 413


def test_a_body_that_grows_too_long_is_refused(limited: TestClient) -> None:
    assert limited.post("/echo", content=(b"x" * 60 for _ in range(3))).status_code == 413


def test_a_nonsense_length_is_refused(limited: TestClient) -> None:
    assert limited.post("/echo", content=b"x", headers={"content-length": "-1"}).status_code == 413


def test_intake_keeps_its_own_limit(limited: TestClient) -> None:
    assert limited.post("/in/c/s", content=b"x" * 1000).content == b"x" * 1000


def test_an_answer_may_be_a_stream(limited: TestClient) -> None:
    assert limited.get("/stream").text == "one two"


@pytest.mark.anyio
async def test_a_sender_that_stops_is_let_go() -> None:
    sent: list[str] = []

    async def receive() -> dict[str, object]:
        import asyncio

        await asyncio.sleep(60)
        return {}

    async def send(message: dict[str, object]) -> None:
        sent.append(str(message.get("status", "")))

    scope = {"type": "http", "path": "/echo", "headers": [], "method": "POST"}
    await BodyLimit(Starlette(), seconds=0.05)(scope, receive, send)  # type: ignore[arg-type]
    assert sent[0] == "408"
