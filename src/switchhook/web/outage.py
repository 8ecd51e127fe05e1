"""While the database is away: 503 with Retry-After, at once, and no thread waits for it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import psycopg
from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

RETRY_AFTER = {"retry-after": "5"}
SENTENCE = "The database is away. Please try again in a few seconds."
LOOK_SECONDS = 1.0

_log = logging.getLogger(__name__)


class Monitor:
    """Knows whether the database answers, by one connection of its own asked once a second."""

    def __init__(self, url: str, pool: AsyncConnectionPool) -> None:
        self.up = True
        self._url = url
        self._pool = pool

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Looks while the block runs."""
        task = asyncio.create_task(self._look())
        try:
            yield
        finally:
            # Asked again until it has ended: Python 3.11 can lose a cancellation that meets the end of an awaited call.
            while not task.done():
                task.cancel()
                await asyncio.wait([task], timeout=1)

    async def _look(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, connect_timeout=3
                ) as connection:
                    await self._note(up=True)
                    while True:
                        async with asyncio.timeout(5):
                            await connection.execute("SELECT 1")
                        await asyncio.sleep(LOOK_SECONDS)
            except (psycopg.Error, OSError, TimeoutError):
                await self._note(up=False)
            await asyncio.sleep(LOOK_SECONDS / 4)

    async def _note(self, *, up: bool) -> None:
        if up != self.up:
            _log.warning("The database %s.", "is back" if up else "is away")
        self.up, came_back = up, up and not self.up
        if came_back:
            await self._pool.check()


class Gate:
    """Before Django: its threads would each wait for a connection that does not come."""

    def __init__(self, app: ASGIApp, is_up: Callable[[], bool]) -> None:
        self.app = app
        self._is_up = is_up

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_up():
            return await PlainTextResponse(SENTENCE, 503, RETRY_AFTER)(scope, receive, send)
        return await self.app(scope, receive, send)


async def answer_outage(request: Request, error: Exception) -> Response:
    """For the fast paths, which use the pool directly."""
    _log.warning("%s %s: %s", request.method, request.scope.get("route", request.url.path), error)
    return PlainTextResponse(SENTENCE, 503, RETRY_AFTER)


FAST_PATH_ERRORS: tuple[type[Exception], ...] = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)


class DatabaseOutage:
    """Django middleware: a database that goes away amid a request is an outage, not a fault of the page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """None for every other error: Django goes on with it."""
        if not isinstance(exception, (OperationalError, InterfaceError, PoolTimeout)):
            return None
        _log.warning("%s %s: %s", request.method, request.path, exception)
        return HttpResponse(SENTENCE, status=503, content_type="text/plain", headers=RETRY_AFTER)
