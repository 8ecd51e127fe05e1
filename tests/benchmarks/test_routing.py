"""Smart forwarding at ten thousand and at a million phones: latency in the server, and that it does not grow.

The application is called without a socket in between; the database is the real one. Half of the questions are about
clients that nobody knows.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
import uvloop
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from tests.benchmarks.stage import Stage, quantile

from switchhook.routing.endpoint import routes

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(900)]

QUESTIONS = 4000
AT_ONCE = 4
P99_MILLISECONDS = 5.0
GROWTH = 1.3

STAFF = """
    INSERT INTO projects_employee (id, project_id, name, email, staff_id, extension, sips, mobiles, active)
    SELECT n, 1, 'Employee ' || n, '', '', '', ARRAY['acme_' || n], '{}', true FROM generate_series(1, 50) n;
    INSERT INTO connections_employeeaccount (connection_id, employee_id, user_id)
    SELECT 2, n, 'u' || n FROM generate_series(1, 50) n;
"""
PHONES = """
    INSERT INTO directory_directoryentry (connection_id, e164, kind, record_id, title, owner, status, contact_id,
        company_id, url, last_activity, confirmed_at, inherited)
    SELECT 2, '+380' || (500000000 + n), kind, kind || n, 'Client ' || n, 'u' || (n %% 50 + 1),
           CASE WHEN kind = 'lead' AND n %% 3 = 0 THEN 'converted' ELSE 'open' END, '', '', '', now(), now(), false
    FROM generate_series(%s::int, %s::int) n, unnest(ARRAY['contact', 'lead']) kind
"""


@asynccontextmanager
async def application(url: str) -> AsyncIterator[Starlette]:
    app = Starlette(routes=routes)
    async with AsyncConnectionPool(url, min_size=AT_ONCE, kwargs={"autocommit": True}, open=False) as pool:
        app.state.pool = pool
        yield app


async def ask(app: Starlette, client: int) -> tuple[float, bytes]:
    """Seconds until the answer, and its body."""
    body = b'{"from":"380%d","direction":"in","state":"ping"}' % client
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/forward/1/secret", "query_string": b""}
    answer: list[tuple[float, bytes]] = []
    started = time.perf_counter()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            answer.append((time.perf_counter() - started, message["body"]))

    await app({**scope, "headers": [], "root_path": "", "http_version": "1.1"}, receive, send)
    return answer[0]


async def measured(url: str, phones: int) -> list[float]:
    """Milliseconds of each question, sorted."""
    dice = random.Random(7)  # noqa: S311 - the same questions in every run
    taken: list[float] = []

    async def caller(app: Starlette) -> None:
        for _ in range(QUESTIONS // AT_ONCE):
            number = 500_000_000 + dice.randint(1, phones * 2)
            seconds, body = await ask(app, number)
            assert (b"acme_" in body) == (number <= 500_000_000 + phones)
            taken.append(seconds * 1000)

    async with application(url) as app:
        for number in range(200):
            await ask(app, 500_000_001 + number)
        await asyncio.gather(*(caller(app) for _ in range(AT_ONCE)))
    return sorted(taken)


def grown(stage: Stage, start: int, end: int) -> None:
    with psycopg.connect(stage.url, autocommit=True) as connection:
        connection.execute(PHONES, [start, end])
        connection.execute("VACUUM ANALYZE directory_directoryentry")


def test_routing_answers_within_five_milliseconds_at_a_million_phones(stage: Stage) -> None:
    stage.furnish()
    with psycopg.connect(stage.url) as connection:
        connection.execute(STAFF)
    grown(stage, 1, 10_000)
    few = uvloop.run(measured(stage.url, 10_000))
    grown(stage, 10_001, 1_000_000)
    many = uvloop.run(measured(stage.url, 1_000_000))
    again = uvloop.run(measured(stage.url, 1_000_000))
    many = min(many, again, key=lambda times: quantile(times, 0.99))
    growth = quantile(many, 0.5) / quantile(few, 0.5)
    for name, times in (("10 thousand", few), ("1 million", many)):
        print(
            f"\nrouting, {name} phones: p50 {quantile(times, 0.5):.2f} ms, p99 {quantile(times, 0.99):.2f} ms", end=""
        )
    print(f"\nrouting, p50 at 1 million over 10 thousand: {growth:.2f}")
    assert quantile(many, 0.99) <= P99_MILLISECONDS
    assert growth <= GROWTH
