"""The part every vendor's twin shares: control routes, faults, clock and the log of requests.

A twin is a vendor's stand-in that speaks its HTTP interface. It gives its own routes and a `TwinState`; this module
adds, under `/__twin__/`:

- `GET` alone: a page that shows all of it to a person.
- `GET state`: what the twin holds, as the vendor's state says it.
- `GET|DELETE requests?last=n`: `{"count", "routes", "log"}`, secrets left out; DELETE begins to count anew. Control
  requests are not counted.
- `GET|POST|DELETE faults`: see `FaultRule`. POST takes one rule, a list of rules (both are added), or
  `{"rules": [...], "seed": n}`, which replaces all rules and restarts the draws.
- `GET|POST clock`: `{"now": ISO instant}` stands still there, `{"advance": seconds}` moves, `{"real": true}` runs.
- `POST reset`: the state as built, no faults, an empty log, the real clock.

Errors of control requests are `{"error": text}` with status 400.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Lifespan, Message, Receive, Scope, Send

from .twin_clock import TwinClock
from .twin_faults import DEFAULT_SEED, FaultBook, FaultRule
from .twin_log import KEPT_BYTES, Exchange, RequestLog
from .twin_page import STYLE, page
from .twin_server import RunningApp, abort_connection, run_in_thread

__all__ = ["CONTROL", "RunningApp", "Twin", "TwinClock", "TwinState", "json_body", "run_in_thread"]

CONTROL = "/__twin__"
LARGEST_BODY = 64 * 1024 * 1024
LOG_LENGTH = 100
SHOWN_REQUESTS = 40


class TwinState(Protocol):
    """What a vendor's twin holds."""

    def snapshot(self) -> dict[str, Any]:
        """Everything held, as JSON values; secrets may be in it, a twin has no real ones.

        A CRM's gives `records` (lists by kind), `users` and `budget` (what is left of each limit).
        """
        ...

    def reset(self) -> None:
        """Become what it was when built."""
        ...

    def expire_token(self) -> None:
        """Refuse the credentials that are good now, until `reset` or a new sign-in."""
        ...


class Twin:
    """An ASGI application: a vendor's routes with faults and a log around them, and control routes beside them.

    `title` names it on its page. `secret_names` are names of the vendor's own whose values the log leaves out, path
    parameters included.
    """

    def __init__(
        self,
        state: TwinState,
        routes: Sequence[BaseRoute],
        *,
        control_routes: Sequence[BaseRoute] = (),
        clock: TwinClock | None = None,
        lifespan: Lifespan[Starlette] | None = None,
        title: str = "",
        secret_names: Iterable[str] = (),
    ) -> None:
        self.state = state
        self.clock = clock or TwinClock()
        self.faults = FaultBook()
        self.log = RequestLog(secret_names)
        self.title = title or _vendor_of(state)
        control = Mount(CONTROL, routes=[*control_routes, *_ControlRoutes(self).routes()])
        self._app = Starlette(
            routes=[control, *routes], lifespan=lifespan, exception_handlers={HTTPException: _error_as_json}
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or f"{scope['path']}/".startswith(f"{CONTROL}/"):
            await self._app(scope, receive, send)
            return
        body = await _whole_body(receive)
        if len(body) > LARGEST_BODY:
            await Response("too large", 413)(scope, receive, send)
            return
        exchange = Exchange(
            at=self.clock(),
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            headers=scope["headers"],
            body=body[:KEPT_BYTES],
            route=scope["path"],
        )
        started = time.perf_counter()
        try:
            await self._answer(scope, _Replayed(body, receive), _Observed(exchange, send))
        finally:
            exchange.seconds = time.perf_counter() - started
            exchange.route = str(getattr(scope.get("route"), "path", scope["path"]))
            exchange.places = dict(scope.get("path_params", {}))
            self.log.add(exchange)

    async def _answer(self, scope: Scope, receive: "_Replayed", send: "_Observed") -> None:
        for rule in self.faults.draw(scope["method"], scope["path"]):
            send.exchange.faults.append(rule.action)
            if rule.action == "delay":
                await asyncio.sleep(1.0 if rule.seconds is None else rule.seconds)
            elif rule.action == "hang":
                await receive.until_gone(3600.0 if rule.seconds is None else rule.seconds)
                await self._cut(scope, receive)
                return
            elif rule.action == "status":
                await _answer_of(rule)(scope, receive, send)
                return
            elif rule.action == "drop_after_commit":
                await self._app(scope, receive, send.swallow)
                await self._cut(scope, receive)
                return
            else:
                self.state.expire_token()
        await self._app(scope, receive, send)

    async def _cut(self, scope: Scope, receive: "_Replayed") -> None:
        if abort_connection(scope):
            await receive.until_gone(1.0)

    def reset(self) -> None:
        """The state as built, no faults, an empty log, the real clock."""
        self.state.reset()
        self.faults.clear()
        self.log.clear()
        self.clock.run()


def _vendor_of(state: TwinState) -> str:
    """The name of the connector's folder: what the page is called where the twin says nothing."""
    module = type(state).__module__.partition(".twin")[0]
    return module.rpartition(".")[2].replace("_", " ").title()


class _Replayed:
    """The request body, already read, handed on once; afterwards the client's going away."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def until_gone(self, seconds: float) -> None:
        """Wait until the client hangs up, at most `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while (await self._receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            return


class _Observed:
    """The way out: keeps the status and the first bytes of the answer in the exchange."""

    def __init__(self, exchange: Exchange, send: Send) -> None:
        self.exchange = exchange
        self._send = send

    async def __call__(self, message: Message) -> None:
        await self.swallow(message)
        await self._send(message)

    async def swallow(self, message: Message) -> None:
        """Note the message and send nothing."""
        if message["type"] == "http.response.start":
            self.exchange.status = message["status"]
        elif message["type"] == "http.response.body" and len(self.exchange.answer) < KEPT_BYTES:
            self.exchange.answer += message.get("body", b"")[:KEPT_BYTES]


class _ControlRoutes:
    """The routes that every twin has under `/__twin__/`."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin

    def routes(self) -> list[Route]:
        return [
            Route("/", self.page),
            Route("/twin.css", self.style),
            Route("/state", self.state),
            Route("/requests", self.requests, methods=["GET", "DELETE"]),
            Route("/faults", self.faults, methods=["GET", "POST", "DELETE"]),
            Route("/clock", self.clock, methods=["GET", "POST"]),
            Route("/reset", self.reset, methods=["POST"]),
        ]

    async def page(self, _request: Request) -> Response:
        twin = self._twin
        said = {
            "state": twin.log.redact(twin.state.snapshot()),
            "requests": twin.log.as_json(SHOWN_REQUESTS),
            "faults": twin.faults.as_json(),
            "now": twin.clock(),
            "frozen": twin.clock.frozen,
        }
        return HTMLResponse(page(twin.title, **said))

    async def style(self, _request: Request) -> Response:
        return FileResponse(STYLE, media_type="text/css")

    async def state(self, _request: Request) -> Response:
        return JSONResponse({"now": self._twin.clock().isoformat(), **self._twin.state.snapshot()})

    async def requests(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._twin.log.clear()
        last = request.query_params.get("last", str(LOG_LENGTH))
        if not last.isdecimal():
            raise HTTPException(400, "last must be a number")
        return JSONResponse(self._twin.log.as_json(int(last)))

    async def faults(self, request: Request) -> Response:
        book = self._twin.faults
        if request.method == "DELETE":
            book.clear()
        elif request.method == "POST":
            _change_faults(book, await json_body(request))
        return JSONResponse({"rules": book.as_json()})

    async def clock(self, request: Request) -> Response:
        clock = self._twin.clock
        if request.method == "POST":
            _move_clock(clock, await json_body(request))
        return JSONResponse({"now": clock().isoformat(), "frozen": clock.frozen})

    async def reset(self, _request: Request) -> Response:
        self._twin.reset()
        return JSONResponse({"reset": True})


def _change_faults(book: FaultBook, asked: Any) -> None:
    try:
        if isinstance(asked, dict) and "rules" in asked:
            fresh = FaultBook()
            fresh.add(asked["rules"])
            book.clear(int(asked.get("seed", DEFAULT_SEED)))
            book.add(asked["rules"])
        else:
            book.add(asked if isinstance(asked, list) else [asked])
    except (TypeError, ValueError) as error:
        raise HTTPException(400, str(error)) from error


def _move_clock(clock: TwinClock, asked: Any) -> None:
    moves: dict[str, Callable[[Any], None]] = {
        "real": lambda _: clock.run(),
        "now": lambda text: clock.freeze(datetime.fromisoformat(text)),
        "advance": lambda seconds: clock.advance(float(seconds)),
    }
    if not isinstance(asked, dict) or not asked or not set(asked) <= set(moves):
        raise HTTPException(400, f"give some of {', '.join(moves)}")
    try:
        for name, move in moves.items():
            if name in asked:
                move(asked[name])
    except (TypeError, ValueError) as error:
        raise HTTPException(400, str(error)) from error


async def json_body(request: Request) -> Any:
    """The request's JSON body; an empty body is an empty object. Answers 400 when it is not JSON."""
    raw = await request.body()
    try:
        return json.loads(raw) if raw.strip() else {}
    except ValueError as error:
        raise HTTPException(400, f"not JSON: {error}") from error


async def _whole_body(receive: Receive) -> bytes:
    chunks = bytearray()
    while True:
        message = await receive()
        chunks += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return bytes(chunks)
        if len(chunks) > LARGEST_BODY:
            return bytes(chunks)


def _answer_of(rule: FaultRule) -> Response:
    if isinstance(rule.body, str):
        return Response(rule.body, rule.status, rule.headers, media_type="text/plain")
    return JSONResponse(rule.body, rule.status, rule.headers)


async def _error_as_json(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)
