"""`/in/<connection>/<secret>`: what arrives is stored as it is, and acknowledged when it is safe.

Nothing is read or judged here; a body that nobody can understand is stored like any other.

| answer | when |
|---|---|
| 200 `{"stored": id}` | the event is committed |
| 404 | no such connection, or not its secret; nothing is stored |
| 408 | the body did not arrive in time; nothing is stored |
| 413 `{"stored": id, "kept": bytes}` | larger than 1 MB: the first 64 KB are committed, marked as truncated |
| 503 with Retry-After | the database cannot take it now; the sender should come again |
"""

import asyncio
import codecs
import functools
import logging
import time

import psycopg
from prometheus_client import Counter, Histogram
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive as ASGIReceive
from starlette.types import Scope, Send

from switchhook.core.clock import utc_now
from switchhook.core.errors import BadSecret, Unreachable
from switchhook.core.gate import Door, Gate
from switchhook.intake.store import Event, Writer, door

_log = logging.getLogger(__name__)

MAX_BYTES = 1_000_000
KEPT_BYTES = 64 * 1024
MAX_HEADERS = 64
MAX_HEADER_BYTES = 2048
READ_SECONDS = 30.0
_RETRY_SECONDS = "5"
_METHODS = "GET, POST, PUT"

_CREDENTIALS = ("auth", "cookie", "token", "secret", "password", "api-key")

_events = Counter("switchhook_intake_events", "Deliveries to the intake, by what became of them.", ["outcome"])
_bad_secrets = Counter(
    "switchhook_intake_bad_secrets",
    "Deliveries with a wrong secret; connection is empty for unknown ones.",
    ["connection"],
)
_seconds = Histogram(
    "switchhook_intake_seconds",
    "Time from a delivery's arrival to its answer.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


class Intake:
    """What the endpoint keeps for one application: who may come in, and the writer."""

    def __init__(self, app: Starlette) -> None:
        self.gate: Gate[Door] = Gate(functools.partial(door, app.state.pool))
        self.writer = Writer(app.state.pool)


def _intake(app: Starlette) -> Intake:
    if not hasattr(app.state, "intake"):
        app.state.intake = Intake(app)
    kept: Intake = app.state.intake
    return kept


class Receive:
    """Stores one delivery. See the table above. Plain ASGI, since this is the busiest path of all."""

    async def __call__(self, scope: Scope, receive: ASGIReceive, send: Send) -> None:
        """The ASGI application of one delivery."""
        request = Request(scope, receive)
        if request.method == "HEAD":
            return await PlainTextResponse("Method Not Allowed", 405, {"Allow": _METHODS})(scope, receive, send)
        started = time.perf_counter()
        outcome, response = await _answer(request, _intake(request.app))
        _events.labels(outcome).inc()
        _seconds.observe(time.perf_counter() - started)
        return await response(scope, receive, send)


async def _answer(request: Request, intake: Intake) -> tuple[str, Response]:
    connection = request.path_params["connection"]
    try:
        return await _stored(request, intake)
    except BadSecret:
        _bad_secrets.labels(connection if intake.gate.knows(connection) else "").inc()
        return "bad_secret", PlainTextResponse("Not Found", 404)
    except TimeoutError:
        return "slow", PlainTextResponse("Request Timeout", 408, {"Connection": "close"})
    except ClientDisconnect:
        return "cut_off", PlainTextResponse("Bad Request", 400)
    except (Unreachable, psycopg.Error) as error:
        _log.warning("A delivery could not be stored (%s); its sender is asked to come again.", type(error).__name__)
        return "unavailable", PlainTextResponse("Service Unavailable", 503, {"Retry-After": _RETRY_SECONDS})


async def _stored(request: Request, intake: Intake) -> tuple[str, Response]:
    known = await intake.gate.admit(request.path_params["connection"], request.path_params["secret"])
    event = await _read(request, known.connection)
    stored = await intake.writer.store(event)
    if event.truncated:
        return "too_large", JSONResponse({"stored": stored, "kept": len(event.body)}, 413)
    return "stored", Response(b'{"stored":%d}' % stored, media_type="application/json")


async def _read(request: Request, connection: int) -> Event:
    body, body_cut = await _body(request.receive)
    query, query_cut = _query(request.scope["query_string"])
    headers = _headers(request.scope["headers"])
    return Event(
        connection=connection,
        received_at=getattr(request.app.state, "clock", utc_now)(),
        method=request.method[:8],
        content_type=headers.get("content-type", ""),
        query=query,
        headers=headers,
        body=body,
        truncated=body_cut or query_cut,
    )


async def _body(receive: ASGIReceive) -> tuple[bytes, bool]:
    """The body, and whether it was cut."""
    body = b""
    async with asyncio.timeout(READ_SECONDS):
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body, more = body + message.get("body", b""), message.get("more_body", False)
            if len(body) > MAX_BYTES:
                return body[:KEPT_BYTES], True
    return body, False


def _query(raw: bytes) -> tuple[str, bool]:
    """The query as text, and whether it was cut. What text cannot hold is written as `%XX`, which means the same."""
    text = raw[:KEPT_BYTES].replace(b"\0", b"%00").decode("utf-8", "switchhook-percent")
    return text, len(raw) > KEPT_BYTES


def _as_percent(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(f"%{byte:02X}" for byte in error.object[error.start : error.end]), error.end


codecs.register_error("switchhook-percent", _as_percent)


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers with lower-case names, without credentials, bounded in number and size; the last of a name stands."""
    named = ((_header_name(name), value) for name, value in raw[:MAX_HEADERS])
    return {name: _clean(value.decode("latin-1")) for name, value in named if name is not None}


@functools.lru_cache(maxsize=1024)
def _header_name(raw: bytes) -> str | None:
    """The name as it is stored, None for a header that may carry a credential."""
    name = _clean(raw.decode("latin-1").lower())
    return None if any(part in name for part in _CREDENTIALS) else name


def _clean(text: str) -> str:
    return text[:MAX_HEADER_BYTES].replace("\0", "")


routes = [Route("/in/{connection}/{secret}", Receive(), methods=_METHODS.split(", "))]
