"""The engine's jobs: draining lanes, and the sweep that finds what a killed worker left behind."""

import asyncio
import logging
from datetime import timedelta
from random import uniform

from django.db import InterfaceError, OperationalError
from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from switchhook.core.errors import AuthFailed, Transient
from switchhook.delivery import lanes
from switchhook.delivery.handling import bury, handle
from switchhook.delivery.leases import LeaseTaken
from switchhook.delivery.models import Lane
from switchhook.engine import UNTIL_THE_DATABASE_IS_BACK

logger = logging.getLogger(__name__)

SHORTEST_PAUSE = 1.0
"""Seconds between two tries, at the least: vendors answer "retry after 0 seconds" and mean it for nobody else."""

LONGEST_PAUSE = 900.0
"""Seconds between two tries, at the most."""

TURN = 20
"""Deliveries a lane may work off before it lets other lanes have the thread."""

STALLED_AFTER = 20.0
"""Seconds without a worker's heartbeat after which its jobs are given to others."""


@app.task(queue=lanes.QUEUE, name=lanes.DRAIN, retry=UNTIL_THE_DATABASE_IS_BACK)
def drain_lane(lane_id: int) -> None:
    """Work off a client's deliveries at one connection, in order. Idempotent; safe to run twice at once."""
    run = lanes.claim(lane_id)
    if run is None:
        return None
    for _ in range(TURN):
        delivery = lanes.head(run)
        if delivery is None or not lanes.renew(run):
            break
        try:
            handle(run, delivery)
        except LeaseTaken:
            return lanes.finish(run, again_at=timezone.now() + timedelta(seconds=_jitter(0.2, 1.0)))
        except AuthFailed:
            return lanes.finish(run, hold=True)
        except Transient as error:
            return lanes.finish(run, again_at=timezone.now() + _pause(run, error), failed=True)
        except (OperationalError, InterfaceError):
            raise  # the database is away: the job is repeated, or the sweep finds the lane once its run has lapsed
        except Exception as error:
            # A fault of the hub's own must cost one delivery, not the client's whole lane.
            logger.exception("Delivery %s failed", delivery.pk)
            bury(run, delivery, error)
    return lanes.finish(run)


def _pause(run: lanes.Run, error: Transient) -> timedelta:
    if error.retry_after is not None:
        return timedelta(seconds=max(error.retry_after, SHORTEST_PAUSE) * _jitter(1.0, 1.1))
    attempts = Lane.objects.values_list("attempts", flat=True).get(pk=run.lane_id)
    return timedelta(seconds=min(2.0**attempts, LONGEST_PAUSE) * _jitter(0.8, 1.2))


def _jitter(low: float, high: float) -> float:
    return uniform(low, high)  # noqa: S311 - spreads retries, guards nothing


@app.periodic(cron="* * * * * */10")
@app.task(queue="housekeeping", name="sweep_lanes", priority=10, pass_context=True)
async def sweep_lanes(context: JobContext, timestamp: int) -> None:
    """Give the jobs of dead workers to living ones, and schedule lanes that wait without a job."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        await manager.retry_job(job)
    await asyncio.to_thread(lanes.sweep)
