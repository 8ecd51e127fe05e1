"""Client lanes: the queue carries lanes, not events.

A delivery says only "this call changed for this connection". It is appended to the lane of (connection, client), in the
transaction that schedules the lane if it is not scheduled yet: one engine job per lane, whatever its length. A retry
reschedules the lane, so its head blocks this client and nobody else. A held connection's lanes cost nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection as database
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.types import JSONValue

from switchhook.calls.models import Call
from switchhook.connections.models import Connection, ConnectionState
from switchhook.connectors.registry import manifest
from switchhook.core.errors import Misconfigured
from switchhook.delivery.models import Delivery, DeliveryState, Flow, FlowState, Lane

QUEUE, DRAIN = "lanes", "drain_lane"

RUN_LEASE = timedelta(seconds=30)
"""How long a run of a lane may go without renewing before another worker may take it over.

It is how long a client waits after a worker was killed. A run that is overtaken in a longer request does no harm: its
effect has a lease of its own, and the epoch refuses its further writes."""

WAITING = (DeliveryState.PENDING, DeliveryState.RUNNING)
"""States of deliveries that are still to be worked on."""

_CHUNK = 1000


def schedule(call: Call) -> None:
    """Queue the call for every CRM that was connected when it began. Idempotent while a delivery is pending.

    Must run inside the transaction that changed the call.
    """
    since = Q(activated_at=None) | Q(activated_at__lte=call.started_at)
    crms = Connection.objects.filter(since, project=call.project_id, role="crm").select_related("flow")
    for crm in crms.order_by("pk"):
        append(crm, call)


@transaction.atomic
def append(crm: Connection, call: Call) -> None:
    """Queue one call for one CRM connection."""
    lane_id, scheduled = _locked(crm, call.lane_key)
    _wait_in(lane_id, crm, call)
    if crm.state == ConnectionState.ACTIVE and not scheduled and not _is_out(crm):
        Lane.objects.filter(pk=lane_id).update(scheduled=True)
        defer(lane_id)


def _is_out(crm: Connection) -> bool:
    flow: Flow | None = getattr(crm, "flow", None)
    return flow is not None and flow.state == FlowState.WAITING


def _locked(crm: Connection, key: str) -> tuple[int, bool]:
    """The lane's id and whether it is scheduled; made if it is new, and its row locked either way."""
    with database.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO delivery_lane AS lane (connection_id, key, scheduled, epoch, attempts)
            VALUES (%s, %s, false, 0, 0)
            ON CONFLICT (connection_id, key) DO UPDATE SET key = lane.key
            RETURNING id, scheduled
            """,
            [crm.pk, key],
        )
        lane_id, scheduled = cursor.fetchone()
    return lane_id, scheduled


def _wait_in(lane_id: int, crm: Connection, call: Call) -> None:
    """The call's pending delivery is in the lane, and is not taken before this transaction ends.

    Where it waits in the lane of another client, whom the call was taken for until now, that lane's lock is not held:
    the row's own is.
    """
    with database.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO delivery_delivery AS waiting
                        (lane_id, connection_id, call_id, state, error_code, error, created_at)
            VALUES (%s, %s, %s, 'pending', '', '', %s)
            ON CONFLICT (connection_id, call_id) WHERE state = 'pending'
            DO UPDATE SET lane_id = excluded.lane_id WHERE waiting.lane_id <> excluded.lane_id
            """,
            [lane_id, crm.pk, call.pk, timezone.now()],
        )


def defer(lane_id: int, at: datetime | None = None) -> None:
    """Give the engine a job for the lane, now or at `at`; part of the surrounding transaction."""
    app.configure_task(DRAIN, queue=QUEUE, schedule_at=at).defer(lane_id=lane_id)


@dataclass(frozen=True, slots=True)
class Run:
    """The right to work on a lane. An overtaken run's `epoch` is no longer the lane's, so its writes are refused.

    `flow` is the connection's where it has any trouble; `remote` where its CRM is reached over the network; `attempts`
    the tries of the lane's head that have failed.
    """

    lane_id: int
    connection_id: int
    epoch: int
    flow: Flow | None = None
    remote: bool = False
    attempts: int = 0

    @property
    def tries(self) -> bool:
        """Whether this run tries, on behalf of all, if the CRM is back."""
        return self.flow is not None and self.flow.state == FlowState.WAITING


@transaction.atomic
def claim(lane_id: int) -> Run | None:
    """Begin a run; None when the lane is gone, held or being worked on by another (whose end looks again).

    Held is a lane of a connection that is switched off or broken, and of one whose CRM is out unless it is the one that
    tries.
    """
    lane = (
        Lane.objects.select_for_update(no_key=True, of=("self",))
        .select_related("connection__flow")
        .filter(pk=lane_id)
        .first()
    )
    now = timezone.now()
    if lane is None or (lane.running_until and lane.running_until > now):
        return None
    flow: Flow | None = getattr(lane.connection, "flow", None)
    out = flow is not None and flow.state == FlowState.WAITING and flow.probe != lane_id
    if out or lane.connection.state != ConnectionState.ACTIVE:
        Lane.objects.filter(pk=lane_id).update(scheduled=False, running_until=None)
        return None
    Lane.objects.filter(pk=lane_id).update(
        epoch=F("epoch") + 1, scheduled=True, running_until=now + RUN_LEASE, wake_at=None
    )
    remote = not _is_local(lane.connection)
    return Run(lane_id, lane.connection_id, lane.epoch + 1, flow, remote, lane.attempts)


def _is_local(crm: Connection) -> bool:
    try:
        return manifest(crm.connector).local
    except Misconfigured:  # its connector is not installed any more
        return False


def renew(run: Run) -> bool:
    """Extend the run; False when another worker has overtaken it."""
    return bool(owned(run).update(running_until=timezone.now() + RUN_LEASE))


def owned(run: Run) -> QuerySet[Lane]:
    """The run's lane, while nobody has overtaken it; empty afterwards."""
    return Lane.objects.filter(pk=run.lane_id, epoch=run.epoch)


def head(run: Run) -> Delivery | None:
    """The lane's oldest waiting delivery, taken: a change of its call from now on queues a new one."""
    taken = _take_head(run.lane_id)
    # Read after it was taken: the call as it is now has every change that queued nothing because this one was waiting.
    deliveries = Delivery.objects.select_related("call__project", "connection__project", "lane")
    return deliveries.get(pk=taken) if taken else None


@transaction.atomic
def _take_head(lane_id: int) -> int | None:
    # Under the lane's lock, as `append` is: who queued nothing has committed his change by the time it is given up.
    # A row that is locked all the same is on its way into another lane.
    Lane.objects.select_for_update(no_key=True).get(pk=lane_id)
    waiting = Delivery.objects.filter(lane_id=lane_id, state__in=WAITING).order_by("id")
    taken = waiting.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True).first()
    if taken is not None:
        Delivery.objects.filter(pk=taken, state=DeliveryState.PENDING).update(state=DeliveryState.RUNNING)
    return taken


@transaction.atomic
def rehome(delivery: Delivery) -> bool:
    """Queue a delivery in another lane when its call has turned out to be another client's; False when it has not."""
    if delivery.lane.key == delivery.call.lane_key:
        return False
    delivery.delete()
    append(delivery.connection, delivery.call)
    return True


def busy_elsewhere(delivery: Delivery) -> bool:
    """Whether an earlier delivery of the same call is being worked on in another lane at this moment.

    So it may be where the client's number became known only meanwhile: a dialogue's, or one withheld at first.
    """
    earlier = Delivery.objects.filter(call=delivery.call_id, connection=delivery.connection_id, pk__lt=delivery.pk)
    other = earlier.exclude(lane=delivery.lane_id).filter(state=DeliveryState.RUNNING)
    return other.filter(lane__running_until__gt=timezone.now()).exists()


@transaction.atomic
def finish(run: Run, *, again_at: datetime | None = None, attempts: int = 0, hold: bool = False) -> None:
    """End the run: unschedule an empty or held lane, else give it a further job, at `again_at` if it must wait.

    `attempts` is how often the lane's head has failed by now.
    """
    lane = Lane.objects.select_for_update(no_key=True).get(pk=run.lane_id)
    if lane.epoch != run.epoch:
        return
    lane.running_until, lane.wake_at, lane.attempts = None, again_at, attempts
    lane.scheduled = not hold and Delivery.objects.filter(lane=lane, state__in=WAITING).exists()
    lane.save(update_fields=["running_until", "wake_at", "attempts", "scheduled"])
    if lane.scheduled:
        defer(lane.pk, again_at)


def sweep() -> int:
    """Schedule lanes that wait without a job: left by a killed worker, or filled while their connection was held.

    Those of a CRM that is out, or catches up, are scheduled in their turn (`delivery.outages`).
    """
    now = timezone.now()
    active = Lane.objects.filter(connection__state=ConnectionState.ACTIVE)
    free = active.exclude(connection__flow__state__in=(FlowState.WAITING, FlowState.DRAINING))
    # A lapsed run may have been killed between its last delivery and its end: a further run ends it, work or no work.
    return wake(with_work(free.filter(scheduled=False))) + wake(active.filter(scheduled=True, running_until__lt=now))


def with_work(lanes: QuerySet[Lane]) -> QuerySet[Lane]:
    """Those of `lanes` that have waiting deliveries."""
    return lanes.filter(Exists(Delivery.objects.filter(lane=OuterRef("pk"), state__in=WAITING)))


@transaction.atomic
def wake(lanes: QuerySet[Lane], *, priority: int = 0) -> int:
    """Schedule `lanes`, with one statement per thousand; those that somebody holds at this moment are left out."""
    ids = list(lanes.select_for_update(skip_locked=True, no_key=True, of=("self",)).values_list("pk", flat=True))
    Lane.objects.filter(pk__in=ids).update(scheduled=True, running_until=None, wake_at=None)
    for start in range(0, len(ids), _CHUNK):
        jobs: list[dict[str, JSONValue]] = [{"lane_id": pk} for pk in ids[start : start + _CHUNK]]
        app.configure_task(DRAIN, queue=QUEUE, priority=priority).batch_defer(*jobs)
    if len(ids) > _CHUNK:
        with database.cursor() as cursor:
            # The engine's fetch plan turns bad on stale statistics after a bulk insert.
            cursor.execute("ANALYZE procrastinate_jobs")
    return len(ids)
