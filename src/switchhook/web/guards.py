"""Middleware around everything that is served, fast paths and Django alike. Plain ASGI: a stream passes through."""

import asyncio
import re
import secrets
from collections.abc import Sequence
from contextvars import ContextVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

request_id: ContextVar[str] = ContextVar("request_id", default="-")
"""Of the request in hand, for log lines; `-` outside of one."""

PROBES = ("/healthz", "/readyz")
INTAKE = "/in/"
MAX_BODY = 10_000_000
BODY_SECONDS = 30.0

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)

_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_HSTS = {"strict-transport-security": "max-age=31536000"}
_GOOD_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestId:
    """Gives every request an id: the caller's `X-Request-ID` where it is harmless, else a new one; sent back too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        given = Headers(scope=scope).get("x-request-id", "")
        identity = given if _GOOD_ID.fullmatch(given) else secrets.token_hex(8)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = identity
            await send(message)

        token = request_id.set(identity)
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            request_id.reset(token)


class SecurityHeaders:
    """Adds the headers that a browser needs; one that a page has set itself is kept."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self._headers = _HEADERS | (_HSTS if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class Express:
    """Lets requests under `prefix` past the guards behind it, straight to their route.

    For the intake alone: it is the busiest path, knows its callers by the secret in the address, bounds its bodies,
    counts itself, and answers nothing that a browser shows.
    """

    def __init__(self, app: ASGIApp, *, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, by the short way or the long one."""
        short = scope["type"] == "http" and scope["path"].startswith(self._prefix)
        await (scope["app"].router if short else self._app)(scope, receive, send)


class HostCheck:
    """Answers 400 to a name that is not ours (`*` allows all, `.example.com` a domain and what is under it).

    Probes are exempt: orchestrators ask by address.
    """

    def __init__(self, app: ASGIApp, *, allowed: Sequence[str]) -> None:
        self.app = app
        self._allowed = [name.lower() for name in allowed]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in PROBES:
            name = host_name(Headers(scope=scope).get("host", ""))
            if not any(self._matches(name, allowed) for allowed in self._allowed):
                return await PlainTextResponse("Unknown host.", 400)(scope, receive, send)
        return await self.app(scope, receive, send)

    @staticmethod
    def _matches(name: str, allowed: str) -> bool:
        under = allowed.startswith(".") and (name == allowed[1:] or name.endswith(allowed))
        return allowed in ("*", name) or under


def host_name(header: str) -> str:
    """The name in a Host header, lower case, without port and final dot; an IPv6 address keeps its brackets."""
    name = header.strip().lower()
    if not name.startswith("["):
        return name.partition(":")[0].rstrip(".")
    return name.partition("]")[0] + "]"


class BodyLimit:
    """Reads a body before it is handed on, so that a slow sender holds no thread: 413 over the limit, 408 over time.

    Intake is exempt: it keeps the beginning of what is too long.
    """

    def __init__(self, app: ASGIApp, *, limit: int = MAX_BODY, seconds: float = BODY_SECONDS) -> None:
        self.app = app
        self._limit = limit
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(INTAKE):
            return await self.app(scope, receive, send)
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal() or int(announced) > self._limit:
            return await PlainTextResponse("The request is too large.", 413)(scope, receive, send)
        try:
            async with asyncio.timeout(self._seconds):
                body = await self._read(receive)
        except TimeoutError:
            return await PlainTextResponse("The request took too long.", 408)(scope, receive, send)
        if body is None:
            return await PlainTextResponse("The request is too large.", 413)(scope, receive, send)
        return await self.app(scope, _replay(body, receive), send)

    async def _read(self, receive: Receive) -> list[Message] | None:
        """The messages of one body up to its end; None over the limit."""
        messages: list[Message] = []
        size = 0
        while True:
            message = await receive()
            messages.append(message)
            size += len(message.get("body", b""))
            if size > self._limit:
                return None
            if message["type"] == "http.disconnect" or not message.get("more_body", False):
                return messages


def _replay(messages: list[Message], receive: Receive) -> Receive:
    waiting = iter(messages)

    async def replayed() -> Message:
        for message in waiting:
            return message
        return await receive()

    return replayed
