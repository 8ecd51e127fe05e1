"""Raw events into the database: many requests, one commit.

While one transaction is being made durable, the events that arrive meanwhile gather, and become the next transaction.
An event that arrives alone is written at once; under load a commit's cost is shared by all that waited for it.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from switchhook.core.errors import BadSecret, Unreachable
from switchhook.core.gate import Door

_log = logging.getLogger(__name__)

CHANNEL = "switchhook_raw"
POOL_SECONDS = 2.0
STORE_SECONDS = 10.0
BATCH_EVENTS = 500
BATCH_BYTES = 8_000_000
MAX_WAITING_BYTES = 64_000_000
"""More than this is not gathered: while the database is slow, senders are asked to come again later."""
NOTIFY_SECONDS = 0.02

Pool = AsyncConnectionPool[Any]

_DIGESTS = "SELECT digest FROM connections_intakesecret WHERE connection_id = %s AND revoked_at IS NULL"

# Sorting before the ids are drawn makes the ids come back in the order of the events. Binary parameters (%b) need no
# escaping, which would cost more than all the rest.
_INSERT = sql.SQL("""
    INSERT INTO intake_rawevent (connection_id, received_at, method, content_type, query, headers, body, truncated,
                                 state, replayed, error_code, error)
    SELECT connection_id, received_at, method, content_type, query, headers::jsonb, body, truncated,
           'new', false, '', ''
    FROM unnest(%b::bigint[], %b::timestamptz[], %b::text[], %b::text[], %b::text[], %b::text[], %b::bytea[],
                %b::bool[])
         WITH ORDINALITY AS event (connection_id, received_at, method, content_type, query, headers, body, truncated, n)
    ORDER BY n
    RETURNING id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One delivery as it is stored; the fields are those of `intake.models.RawEvent`."""

    connection: int
    received_at: datetime
    method: str
    content_type: str
    query: str
    headers: dict[str, str]
    body: bytes
    truncated: bool

    @property
    def size(self) -> int:
        """Roughly what it holds in memory, in bytes."""
        return len(self.body) + len(self.query) + 1000

    @property
    def row(self) -> tuple[object, ...]:
        """Its values in the order of the insert."""
        headers = json.dumps(self.headers)
        start = (self.connection, self.received_at, self.method, self.content_type, self.query)
        return (*start, headers, self.body, self.truncated)


async def door(pool: Pool, connection: int) -> Door | None:
    """The live secrets of a connection, None where it has none."""
    try:
        digests = await _digests(pool, connection)
    except PoolTimeout:
        raise
    except psycopg.OperationalError:
        await pool.check()  # a pooled connection may have died with the server it spoke to
        digests = await _digests(pool, connection)
    return Door(connection=connection, digests=digests) if digests else None


async def _digests(pool: Pool, connection: int) -> tuple[str, ...]:
    async with pool.connection(timeout=POOL_SECONDS) as database:
        rows = await (await database.execute(_DIGESTS, [connection])).fetchall()
    return tuple(digest for (digest,) in rows)


class Waker:
    """Tells the reader that there are new events: by at most one notification in 20 ms, after the commit."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._news = False
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Says that an event was committed; returns at once."""
        self._news = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        while self._news:
            self._news = False
            try:
                async with self._pool.connection(timeout=POOL_SECONDS) as database:
                    await database.execute(sql.SQL("NOTIFY {}").format(sql.Identifier(CHANNEL)))
            except psycopg.Error:
                _log.warning("The reader of events could not be woken; it looks by itself every second.")
            await asyncio.sleep(NOTIFY_SECONDS)


_Waiting = tuple[Event, "asyncio.Future[int]"]


class Writer:
    """The one writer of a process. `store` returns when the event is safe."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waker = Waker(pool)
        self._waiting: deque[_Waiting] = deque()
        self._held = 0
        self._task: asyncio.Task[None] | None = None

    async def store(self, event: Event) -> int:
        """Stores `event` durably and returns its id.

        Raises Unreachable where the database does not take it (away, full, too slow), BadSecret where the connection
        was deleted meanwhile. After Unreachable the event may still have been stored; a second copy does no harm.
        """
        if self._held + event.size > MAX_WAITING_BYTES:
            raise Unreachable("Too many events wait to be stored.")
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, answer))
        self._held += event.size
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            batch = self._next_batch()
            try:
                await self._write(batch)
            finally:
                self._held -= sum(event.size for event, _ in batch)

    def _next_batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        while self._waiting and len(batch) < BATCH_EVENTS and size < BATCH_BYTES:
            batch.append(self._waiting.popleft())
            size += batch[-1][0].size
        return batch

    async def _write(self, batch: list[_Waiting]) -> None:
        try:
            ids = await self._insert_in_time([event for event, _ in batch])
        except TimeoutError:
            _log.warning("The database hangs; events are not stored, their senders are asked to come again.")
            _refuse(batch, Unreachable("The database took too long."))
            self._refuse_waiting()
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            await self._write_singly(batch, error)
        except Exception as error:  # noqa: BLE001 - whoever waits for this commit must get an answer
            surprise = not isinstance(error, psycopg.Error)
            _log.warning(
                "%d events were not stored; their senders are asked to come again.", len(batch), exc_info=surprise
            )
            _refuse(batch, Unreachable(f"The database did not take the event: {type(error).__name__}."))
        else:
            for (_, answer), identity in zip(batch, ids, strict=True):
                if not answer.done():
                    answer.set_result(identity)
            self._waker.wake()

    async def _write_singly(self, batch: list[_Waiting], error: psycopg.Error) -> None:
        """Keeps one event that the database refuses from taking the others of its batch with it."""
        if len(batch) > 1:
            for waiting in batch:
                await self._write([waiting])
        elif isinstance(error, psycopg.errors.ForeignKeyViolation):
            _refuse(batch, BadSecret("The connection was deleted."))
        else:
            _log.error("An event was refused by the database: %s", type(error).__name__)
            _refuse(batch, Unreachable("The database refused the event."))

    def _refuse_waiting(self) -> None:
        """Those behind a batch that hung would wait as long."""
        _refuse(self._waiting, Unreachable("The database took too long."))
        self._held -= sum(event.size for event, _ in self._waiting)
        self._waiting.clear()

    async def _insert_in_time(self, events: list[Event]) -> list[int]:
        """Unlike `asyncio.timeout` it does not wait for the cancelled query, which a database that hangs never ends."""
        task = asyncio.ensure_future(self._insert(events))
        done, _ = await asyncio.wait({task}, timeout=STORE_SECONDS)
        if not done:
            task.cancel()
            raise TimeoutError
        return task.result()

    async def _insert(self, events: list[Event]) -> list[int]:
        try:
            return await self._insert_once(events)
        except PoolTimeout:
            raise
        except psycopg.OperationalError:
            # Once more on a fresh connection. If the first commit went through after all, the event is stored twice,
            # and two copies of an event fold to the same call.
            await self._pool.check()
            return await self._insert_once(events)

    async def _insert_once(self, events: list[Event]) -> list[int]:
        columns = [list(column) for column in zip(*(event.row for event in events), strict=True)]
        async with self._pool.connection(timeout=POOL_SECONDS) as database:
            rows = await (await database.execute(_INSERT, columns)).fetchall()
        return [identity for (identity,) in rows]


def _refuse(batch: Iterable[_Waiting], error: Exception) -> None:
    for _, answer in batch:
        if not answer.done():
            answer.set_exception(error)
