"""Puts the ASGI root together: guards outside, then fast paths, then Django in a bounded pool of threads."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from wsgiref.types import WSGIApplication

from a2wsgi import WSGIMiddleware
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount

from switchhook.web import health
from switchhook.web.guards import BodyLimit, Express, HostCheck, RequestId, SecurityHeaders
from switchhook.web.outage import FAST_PATH_ERRORS, Gate, Monitor, answer_outage

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a server is made of. `lifespans` are entered in order once the pool is open; sizes are per process."""

    database_url: str
    secret: str
    allowed_hosts: Sequence[str]
    https: bool
    routes: Sequence[BaseRoute]
    lifespans: Sequence[Lifespan] = field(default=())
    threads: int = 16
    connections: int = 20


def build(options: Options, django: WSGIApplication) -> Starlette:
    """The ASGI application. `app.state.pool` holds autocommit connections, `app.state.secret` the hub's secret key,
    `app.state.monitor.up` tells whether the database answers.
    """
    pool = AsyncConnectionPool(
        options.database_url,
        min_size=1,
        max_size=options.connections,
        kwargs={"autocommit": True},
        open=False,
        timeout=3,
        reconnect_timeout=3,
        name="fast paths",
    )
    monitor = Monitor(options.database_url, pool)
    pages = Gate(WSGIMiddleware(django, workers=options.threads), lambda: monitor.up)  # type: ignore[arg-type]
    app = Starlette(
        routes=[*options.routes, *health.routes, Mount("/", app=pages)],
        middleware=[
            Middleware(Express, prefix="/in/"),
            Middleware(RequestId),
            Middleware(health.Measure),
            Middleware(SecurityHeaders, https=options.https),
            Middleware(HostCheck, allowed=options.allowed_hosts),
            Middleware(BodyLimit),
        ],
        exception_handlers=dict.fromkeys(FAST_PATH_ERRORS, answer_outage),
        lifespan=_lifespan(pool, monitor, options.lifespans),
    )
    app.state.pool, app.state.monitor, app.state.secret = pool, monitor, options.secret
    return app


def _lifespan(pool: AsyncConnectionPool, monitor: Monitor, inner: Sequence[Lifespan]) -> Lifespan:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await pool.open(wait=False)  # the server answers 503 until the database is there
            stack.push_async_callback(pool.close)
            await stack.enter_async_context(monitor.running())
            for enter in inner:
                await stack.enter_async_context(enter(app))
            yield

    return lifespan
