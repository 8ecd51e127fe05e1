"""Remembers that a webhook number asks at all: once a minute for each connection, and in the background."""

import asyncio
import logging
import time
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

_log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
POOL_SECONDS = 1.0

Pool = AsyncConnectionPool[Any]

_NOTE = """
    INSERT INTO connections_forwardinguse AS use (connection_id, asked_at) VALUES (%s, now())
    ON CONFLICT (connection_id) DO UPDATE SET asked_at = EXCLUDED.asked_at
"""


class Asked:
    """One application's memory of when it last noted each connection."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._noted: dict[int, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def note(self, connection: int) -> None:
        """The connection's webhook number has just asked. Returns at once."""
        now = time.monotonic()
        if now - self._noted.get(connection, -EVERY_SECONDS) < EVERY_SECONDS:
            return
        self._noted[connection] = now
        task = asyncio.create_task(self._write(connection))
        self._tasks.add(task)  # the loop itself keeps no hold on it
        task.add_done_callback(self._tasks.discard)

    async def _write(self, connection: int) -> None:
        try:
            async with self._pool.connection(timeout=POOL_SECONDS) as database:
                await database.execute(_NOTE, [connection])
        except (psycopg.Error, PoolTimeout):
            _log.warning("It could not be noted that the webhook number asks; the next question is noted instead.")
            self._noted.pop(connection, None)
