"""The processes that work behind the web: the reader of raw events, and the runner of the engine's jobs.

`serve` gives each a process of its own, because busy threads beside the reader would make pop-ups late; `work` alone
does both in one, the reading in a reserved thread. Jobs run in an asyncio loop with an executor of its own. SIGTERM
stops it between jobs; kill -9 at any moment loses nothing: raw events wait until the transaction that merged them
commits, and the lanes and jobs of a dead worker are given to others.
"""

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import django
import psycopg
from django.conf import settings
from django.db import close_old_connections, connection

logger = logging.getLogger(__name__)

QUEUES = ["lanes", "recordings", "housekeeping"]
GRACE = 20.0
"""Seconds that running jobs get to end after a stop was asked for."""


class Understanding(threading.Thread):
    """The reserved loop: never behind deliveries, woken by intake, with a poll of one second as fall-back."""

    def __init__(self, on_end: Callable[[], object]) -> None:
        """`on_end` is called, in this thread, when the loop ends without having been asked to."""
        super().__init__(name="understanding", daemon=True)
        self._stopping = threading.Event()
        self._on_end = on_end

    def stop(self) -> None:
        """Ask the loop to end after the batch in hand."""
        self._stopping.set()

    def run(self) -> None:
        """Read until stopped; a database that is away is waited for."""
        try:
            while not self._stopping.is_set():
                self._read()
        finally:
            if not self._stopping.is_set():
                self._on_end()

    def _read(self) -> None:
        try:
            self._listen()
        except (psycopg.Error, django.db.Error) as error:
            logger.warning("Reading events pauses, the database does not answer: %s", error)
            close_old_connections()
            self._stopping.wait(1)

    def _listen(self) -> None:
        from switchhook.intake.replay import CHANNEL
        from switchhook.understanding.reader import read_batch

        params = connection.get_connection_params()
        params.pop("cursor_factory", None)
        params.pop("context", None)
        with psycopg.connect(**params, autocommit=True) as listener:
            listener.execute(f"LISTEN {CHANNEL}")
            while not self._stopping.is_set():
                while read_batch() and not self._stopping.is_set():
                    pass
                close_old_connections()
                for _ in listener.notifies(timeout=1, stop_after=1):
                    pass


def read() -> None:
    """Read events only, until SIGTERM or SIGINT. Expects DATABASE_URL and a migrated database."""
    django.setup()
    understanding = Understanding(on_end=lambda: None)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: understanding.stop())
    understanding.run()


def run(*, reading: bool = True) -> None:
    """Run jobs, and read events too unless another process does, until SIGTERM or SIGINT. Expects as `read`."""
    django.setup()
    asyncio.run(_run(reading=reading))


async def _run(*, reading: bool) -> None:
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    from switchhook.calls.recordings import sweep_leftovers

    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(settings.WORKER_THREADS, thread_name_prefix="job"))
    await asyncio.to_thread(sweep_leftovers)
    worker_app = app.with_connector(cast("DjangoConnector", app.connector).get_worker_connector())
    async with worker_app.open_async():
        await worker_app.configure_task("reconcile_all", queue="housekeeping").defer_async(timestamp=0)
        jobs = asyncio.create_task(
            worker_app.run_worker_async(
                queues=QUEUES,
                concurrency=settings.WORKER_THREADS,
                fetch_job_polling_interval=0.5,
                install_signal_handlers=False,
                delete_jobs="always",
                shutdown_graceful_timeout=GRACE,
            )
        )
        # A worker that no longer reads must not live on: its supervisor starts another.
        understanding = Understanding(on_end=lambda: loop.call_soon_threadsafe(jobs.cancel))
        if reading:
            understanding.start()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, jobs.cancel)
        try:
            await jobs
        except asyncio.CancelledError:
            logger.info("The worker stops")
        finally:
            if reading:
                understanding.stop()
                await asyncio.to_thread(understanding.join, GRACE)
