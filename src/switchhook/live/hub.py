"""One LISTEN for the process, and everybody who hears it.

Each client has a short queue of its own: one that reads too slowly loses its oldest news and is then told to look
afresh, and holds up nobody else.
"""

import asyncio
import logging
from collections import deque
from typing import Any

import psycopg
from psycopg import sql
from psycopg_pool import AsyncConnectionPool

from switchhook.core.errors import Unreachable
from switchhook.core.live_event import CHANNEL, LiveEvent, decode
from switchhook.live.store import Listener, rights

_log = logging.getLogger(__name__)

QUEUE = 200
MAX_CLIENTS = 4000
RECHECK_SECONDS = 60.0
RECHECK_AGAIN_SECONDS = 5.0
ALIVE_SECONDS = 20.0
"""After so long a silence the listening connection is tried, so that one that died unnoticed is replaced."""
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 3.0

READY = "ready"
"""Sent to a new client, and whenever news may have been missed: the page should read afresh what it shows."""


class Client:
    """One open stream of one user in one project."""

    def __init__(self, listener: Listener, employees: frozenset[int]) -> None:
        self.listener = listener
        self.employees = employees
        self._news: deque[LiveEvent] = deque()
        self._bell = asyncio.Event()
        self._over = False

    @property
    def project(self) -> int:
        """The project whose news it hears."""
        return self.listener[1]

    def offer(self, event: LiveEvent) -> None:
        """Queues an event that is for this client; any other is passed over."""
        if event.project != self.project or not (event.to is None or event.to & self.employees):
            return
        if len(self._news) >= QUEUE:
            self._news.popleft()
            self._news[0] = LiveEvent(project=self.project, event=READY)
        self._news.append(event)
        self._bell.set()

    def start_afresh(self) -> None:
        """Queues the word that news may have been missed."""
        self.offer(LiveEvent(project=self.project, event=READY))

    def end(self) -> None:
        """Ends the stream."""
        self._over = True
        self._bell.set()

    async def take(self, seconds: float) -> list[LiveEvent] | None:
        """What is queued, oldest first; nothing after `seconds` of silence; None when the stream is over."""
        try:
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        except TimeoutError:
            return []
        if self._over:
            return None
        self._bell.clear()
        news = list(self._news)
        self._news.clear()
        return news


class Hub:
    """The live path of one process. Listens from the first client on, until `close`."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        if not isinstance(pool.conninfo, str):
            raise TypeError("The live path needs a pool with a fixed address.")
        self._pool = pool
        self._address = pool.conninfo
        self._clients: dict[int, set[Client]] = {}
        self._listening = False
        self._closed = False
        self._tasks: list[asyncio.Task[None]] = []

    def __len__(self) -> int:
        return sum(map(len, self._clients.values()))

    async def admit(self, listener: Listener) -> Client | None:
        """A stream for this user in this project, None where he has no right to it.

        Raises Unreachable where there are too many streams or the hub is closing, psycopg.Error without a database.
        """
        if self._closed or len(self) >= MAX_CLIENTS:
            raise Unreachable("The live path takes no more streams.")
        found = await rights(self._pool, [listener])
        return Client(listener, found[listener]) if listener in found else None

    def join(self, client: Client) -> None:
        """Lets an admitted client hear. Pair it with `leave`."""
        self._clients.setdefault(client.project, set()).add(client)
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._recheck())]
        elif self._listening:
            client.start_afresh()

    def leave(self, client: Client) -> None:
        """Forgets a stream; does nothing for one that is forgotten already."""
        others = self._clients.get(client.project, set())
        others.discard(client)
        if not others:
            self._clients.pop(client.project, None)

    async def close(self) -> None:
        """Ends all streams and stops listening."""
        self._closed = True
        for client in self._everybody():
            client.end()
        # Asked again until they have ended: Python 3.11 can lose a cancellation that meets the end of an awaited call.
        while running := [task for task in self._tasks if not task.done()]:
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=1)
        self._tasks = []

    def _everybody(self) -> list[Client]:
        return [client for clients in self._clients.values() for client in clients]

    async def _listen(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                await self._listen_once()
            except psycopg.Error:
                _log.warning("The live path lost the database; it listens again as soon as it can.")
            # A connection that did its work makes the next attempt a prompt one.
            pause = FIRST_PAUSE if self._listening else min(pause * 2, LONGEST_PAUSE)
            self._listening = False
            await asyncio.sleep(pause)

    async def _listen_once(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._address, autocommit=True) as connection:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
            self._listening = True
            for client in self._everybody():
                client.start_afresh()
            while True:
                async for notification in connection.notifies(timeout=ALIVE_SECONDS):
                    self._pass_on(notification.payload)
                await connection.execute("SELECT 1")

    def _pass_on(self, payload: str) -> None:
        event = decode(payload)
        if event is None:
            _log.warning("Something on the live path could not be read.")
            return
        for client in self._clients.get(event.project, ()):
            client.offer(event)

    async def _recheck(self) -> None:
        """Ends the streams of those who lost their right, and notices whom a user stands for by now."""
        wait = RECHECK_SECONDS
        while True:
            await asyncio.sleep(wait)
            try:
                await self._recheck_once()
                wait = RECHECK_SECONDS
            except psycopg.Error:
                wait = RECHECK_AGAIN_SECONDS

    async def _recheck_once(self) -> None:
        clients = self._everybody()
        found = await rights(self._pool, {client.listener for client in clients})
        for client in clients:
            if client.listener in found:
                client.employees = found[client.listener]
            else:
                client.end()
