"""`/healthz` (the process lives), `/readyz` (it may be sent work) and `/metrics` (Prometheus text)."""

import hmac
import os
import time
from collections.abc import Sequence
from functools import cache

import psycopg
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_AREAS = {"/forward/": "routing", "/live": "live", "/r/": "recordings", "/api/": "api"}

_requests = Counter("switchhook_requests", "Answered requests", ["area", "status"])
_seconds = Histogram(
    "switchhook_request_seconds",
    "Time from request to the end of its answer",
    ["area"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_database_up = Gauge("switchhook_database_up", "1 while the database answers")
_pool = Gauge("switchhook_pool", "State of the fast paths' connection pool", ["value"])


async def healthz(request: Request) -> Response:
    """200 as long as the process answers at all; says nothing about the database."""
    return PlainTextResponse("ok")


async def readyz(request: Request) -> Response:
    """200 if the database answers and has every migration of this version, else 503 with the reason."""
    pool: AsyncConnectionPool = request.app.state.pool
    try:
        async with pool.connection(timeout=2) as connection:
            rows = await (await connection.execute("SELECT app, name FROM django_migrations")).fetchall()
    except (psycopg.OperationalError, PoolTimeout):
        return JSONResponse({"ready": False, "reason": "the database is away"}, 503)
    except psycopg.errors.UndefinedTable:
        rows = []
    missing = sorted(_migrations_of_this_version() - {(str(app), str(name)) for app, name in rows})
    if missing:
        return JSONResponse({"ready": False, "reason": f"{len(missing)} migrations are missing"}, 503)
    return JSONResponse({"ready": True})


async def metrics(request: Request) -> Response:
    """Prometheus text; asks for the Bearer token SWITCHHOOK_METRICS_TOKEN where one is set."""
    token = os.environ.get("SWITCHHOOK_METRICS_TOKEN", "")
    given = request.headers.get("authorization", "")
    if token and not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return PlainTextResponse("A token is needed.", 401, {"www-authenticate": "Bearer"})
    _database_up.set(request.app.state.monitor.up)
    for name, value in request.app.state.pool.get_stats().items():
        _pool.labels(name).set(value)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@cache
def _migrations_of_this_version() -> frozenset[tuple[str, str]]:
    from django.db.migrations.loader import MigrationLoader

    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations or ())


class Measure:
    """Counts and times requests by area, never by full path: paths hold secrets."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        area = next((name for prefix, name in _AREAS.items() if scope["path"].startswith(prefix)), "console")
        status = 500
        began = time.perf_counter()

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        finally:
            _requests.labels(area, str(status)).inc()
            _seconds.labels(area).observe(time.perf_counter() - began)


routes: Sequence[Route] = [
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", metrics),
]
