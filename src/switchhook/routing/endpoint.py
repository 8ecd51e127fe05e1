"""`/forward/<connection>/<secret>`: the webhook number asks who takes the call; the directory answers.

A person hears it ring meanwhile: no CRM is asked, nothing is written, and whatever goes wrong is answered like
"nobody", with which the telephony goes on to its next direction. 404: no such connection, or not its secret.
"""

import asyncio
import functools
import json
import logging
import time
from collections.abc import Awaitable
from typing import Any, TypeVar

import psycopg
from prometheus_client import Counter, Histogram
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from switchhook.core.errors import BadSecret
from switchhook.core.gate import Gate
from switchhook.routing.announcement import announce
from switchhook.routing.asked import Asked
from switchhook.routing.question import Question, read_question
from switchhook.routing.scheme import Scheme
from switchhook.routing.store import Destination, TelephonyDoor, door, responsible

_log = logging.getLogger(__name__)

DEADLINE_SECONDS = 1.0
MAX_BYTES = 64 * 1024

_answers = Counter("switchhook_forwarding_answers", "Answers to the webhook number, by outcome.", ["outcome"])
_seconds = Histogram(
    "switchhook_forwarding_seconds",
    "Time from the webhook number's question to the answer.",
    buckets=(0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1),
)

T = TypeVar("T")


async def forward(request: Request) -> Response:
    """Answers one question."""
    started = time.perf_counter()
    outcome, response = await _in_time(request)
    _answers.labels(outcome).inc()
    _seconds.observe(time.perf_counter() - started)
    return response


async def _in_time(request: Request) -> tuple[str, Response]:
    try:
        return await _before(DEADLINE_SECONDS, _answer(request))
    except TimeoutError:
        _log.warning("Routing missed its deadline; the telephony goes on by itself.")
        return "late", _nobody(Scheme(), None)
    except Exception as error:  # noqa: BLE001 - a caller waits: any fault is answered like nobody
        surprise = not isinstance(error, psycopg.Error | ClientDisconnect)
        _log.warning("Routing failed: %s; the telephony goes on by itself.", type(error).__name__, exc_info=surprise)
        return "failed", _nobody(Scheme(), None)


async def _before(seconds: float, work: Awaitable[T]) -> T:
    """The result, or TimeoutError at once: unlike `asyncio.timeout` it does not wait for a query to be cancelled."""
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        task.cancel()
        raise TimeoutError
    return task.result()


async def _answer(request: Request) -> tuple[str, Response]:
    pool = request.app.state.pool
    try:
        asked = await _gate(request.app).admit(request.path_params["connection"], request.path_params["secret"])
    except BadSecret:
        return "bad_secret", PlainTextResponse("Not Found", 404)
    _asked(request.app).note(asked.connection)
    body = await _body(request)
    query = request.scope["query_string"].decode("utf-8", "replace")
    question = Question() if body is None else read_question(asked.scheme, query, body, asked.country)
    found = await responsible(pool, asked, question.client) if question.client else None
    if not found or not question.client:
        return "nobody", _nobody(asked.scheme, question.rpc_id)
    response = _somebody(asked.scheme, found, question.rpc_id)
    response.background = BackgroundTask(_announce, pool, asked.project, question.client, found.employee)
    return "somebody", response


async def _announce(pool: Any, project: int, client: str, employee: int) -> None:
    try:
        await announce(pool, project, client, employee)
    except psycopg.Error:
        _log.warning("A forwarded call could not be announced.")


def _gate(app: Starlette) -> Gate[TelephonyDoor]:
    if not hasattr(app.state, "routing_gate"):
        app.state.routing_gate = Gate(functools.partial(door, app.state.pool))
    gate: Gate[TelephonyDoor] = app.state.routing_gate
    return gate


def _asked(app: Starlette) -> Asked:
    if not hasattr(app.state, "routing_asked"):
        app.state.routing_asked = Asked(app.state.pool)
    asked: Asked = app.state.routing_asked
    return asked


async def _body(request: Request) -> bytes | None:
    """The body, None where it is larger than any question."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            return None
    return bytes(body)


def _somebody(scheme: Scheme, found: Destination, rpc_id: Any) -> Response:
    if scheme.form == "http":
        return PlainTextResponse(found.direction)
    return JSONResponse(_enveloped(scheme, {scheme.answer_field: found.direction}, rpc_id))


def _nobody(scheme: Scheme, rpc_id: Any) -> Response:
    status = scheme.nobody_status
    if isinstance(scheme.nobody, str):
        text = scheme.nobody
        kind = "application/json" if _is_json(text) else "text/plain"
        return Response(text, status, media_type=kind)
    if scheme.nobody is None and scheme.form == "http":
        return PlainTextResponse("", status)
    body = scheme.nobody if scheme.nobody is not None else _enveloped(scheme, {}, rpc_id)
    return JSONResponse(body, status)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _enveloped(scheme: Scheme, result: dict[str, str], rpc_id: Any) -> Any:
    return {"jsonrpc": "2.0", "id": rpc_id, "result": result} if scheme.form == "json-rpc" else result


routes = [Route("/forward/{connection}/{secret}", forward, methods=["GET", "POST", "PUT", "DELETE"])]
