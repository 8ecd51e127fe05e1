"""The engine's jobs: draining lanes, and the sweep that finds what a killed worker left behind."""

import asyncio
import logging
from datetime import timedelta
from random import uniform

from django.db import InterfaceError, OperationalError
from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from switchhook.core.errors import AuthFailed, RateLimited, SwitchhookError, Transient
from switchhook.delivery import failing, lanes, looks, outages
from switchhook.delivery.handling import bury, handle, is_backlog
from switchhook.delivery.leases import LeaseTaken
from switchhook.delivery.models import Delivery, FlowState
from switchhook.engine import UNTIL_THE_DATABASE_IS_BACK

logger = logging.getLogger(__name__)

SHORTEST_PAUSE = 1.0
"""Seconds between two tries, at the least: vendors answer "retry after 0 seconds" and mean it for nobody else."""

LONGEST_PAUSE = 900.0
"""Seconds between two tries, at the most."""

CROWDED = 4.0
"""Seconds over which lanes of a backlog spread that a rate limit has turned away: they would all ask again at once."""

TURN = 20
"""Deliveries a lane may work off before it lets other lanes have the thread."""

STALLED_AFTER = 20.0
"""Seconds without a worker's heartbeat after which its jobs are given to others."""


@app.task(queue=lanes.QUEUE, name=lanes.DRAIN, retry=UNTIL_THE_DATABASE_IS_BACK)
def drain_lane(lane_id: int) -> None:
    """Work off a client's deliveries at one connection, in order. Idempotent; safe to run twice at once."""
    run = lanes.claim(lane_id)
    if run is None:
        return
    _work_off(run)
    if run.flow is not None and run.flow.state != FlowState.FREE:
        outages.feed(run.connection_id)


def _work_off(run: lanes.Run) -> None:
    tries = run.attempts
    for _ in range(TURN):
        delivery = lanes.head(run)
        if delivery is None or not lanes.renew(run):
            break
        try:
            if handle(run, delivery):
                outages.succeeded(run)
        except LeaseTaken:
            soon = timezone.now() + timedelta(seconds=_jitter(0.2, 1.0))
            return lanes.finish(run, again_at=soon, attempts=tries)
        except AuthFailed:
            return lanes.finish(run, hold=True)
        except Transient as error:
            if not failing.given_up(run, delivery, error, tries + 1):
                return _wait(run, delivery, error, tries)
            bury(run, delivery, failing.verdict(error))
        except (OperationalError, InterfaceError):
            raise  # the database is away: the job is repeated, or the sweep finds the lane once its run has lapsed
        except Exception as error:
            # A fault of the hub's own must cost one delivery, not the client's whole lane.
            logger.exception("Delivery %s failed", delivery.pk)
            bury(run, delivery, SwitchhookError(f"The hub failed on this: {type(error).__name__}: {error}"[:500]))
        tries = 0
    return lanes.finish(run)


def _wait(run: lanes.Run, delivery: Delivery, error: Transient, tries: int) -> None:
    backlog, refused = is_backlog(delivery), isinstance(error, RateLimited)
    tries += not refused  # nothing was tried of what was not let through
    if outages.failed(run, error, backlog=backlog):
        return lanes.finish(run, hold=True, attempts=tries)
    pause = _pause(tries, error)
    if backlog and refused:
        pause += timedelta(seconds=_jitter(0.0, CROWDED))
    return lanes.finish(run, again_at=timezone.now() + pause, attempts=tries)


def _pause(tries: int, error: Transient) -> timedelta:
    if error.retry_after is not None:
        return timedelta(seconds=max(error.retry_after, SHORTEST_PAUSE) * _jitter(1.0, 1.1))
    return timedelta(seconds=min(2.0 ** min(tries, 20), LONGEST_PAUSE) * _jitter(0.8, 1.2))


def _jitter(low: float, high: float) -> float:
    return uniform(low, high)  # noqa: S311 - spreads retries, guards nothing


@app.periodic(cron="* * * * * */10")
@app.task(queue="housekeeping", name="sweep_lanes", priority=10, pass_context=True)
async def sweep_lanes(context: JobContext, timestamp: int) -> None:
    """Give the jobs of dead workers to living ones, and schedule lanes that wait without a job."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        await manager.retry_job(job)
    await asyncio.to_thread(_look_after)


def _look_after() -> None:
    looks.wake_due()
    lanes.sweep()
    outages.look_after()


@app.task(queue=lanes.QUEUE, name=outages.PROBE, retry=UNTIL_THE_DATABASE_IS_BACK)
def probe_crm(connection_id: int) -> None:
    """Let one lane try whether a CRM that was out is back. Idempotent."""
    outages.probe(connection_id)
