"""When a CRM is out: the connection waits as a whole, one lane tries, and what waited goes on little by little.

One client's failures are no outage: it begins when a second client fails before any other has succeeded, or when the
vendor asks for a long pause. Then no lane costs anything but the one that tries, with growing pauses. After the first
success the backlog is woken in a window, the oldest first; calls that come meanwhile are scheduled at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection as database
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from procrastinate.contrib.django import app

from switchhook.connections.models import Connection, ConnectionState
from switchhook.core.errors import RateLimited, SwitchhookError, Transient, Unreachable
from switchhook.delivery.lanes import QUEUE, WAITING, Run, wake
from switchhook.delivery.models import Delivery, Flow, FlowState, Lane

PROBE = "probe_crm"
WINDOW = 50
"""Lanes of a backlog that are at work at once, per connection."""

LONG_PAUSE = 60.0
"""Seconds of a pause that concerns the whole account: a used-up hour or day."""

FIRST_TRY, LONGEST_BETWEEN_TRIES = 5.0, 300.0
SUSPICION = timedelta(minutes=20)
"""How long one client's failure counts against the CRM: longer than the longest pause between his lane's tries."""

PROBE_LEASE = timedelta(minutes=2)
BACKLOG_PRIORITY = -10
STUCK = 3
"""Failed tries after which a lane no longer takes a place in the window: its client has a trouble of his own."""

_NEXT_TRY = """
SELECT l.id FROM delivery_delivery d JOIN delivery_lane l ON l.id = d.lane_id
WHERE d.connection_id = %s AND d.state IN ('pending', 'running')
AND (l.running_until IS NULL OR l.running_until < %s)
ORDER BY l.attempts, d.id LIMIT 1
"""

_OLDEST = """
SELECT lane_id FROM (
    SELECT d.lane_id, d.id FROM delivery_delivery d JOIN delivery_lane l ON l.id = d.lane_id
    WHERE d.connection_id = %s AND d.state IN ('pending', 'running') AND NOT l.scheduled
    ORDER BY d.id LIMIT %s
) oldest GROUP BY lane_id ORDER BY min(id) LIMIT %s
"""


def failed(run: Run, error: Transient, *, backlog: bool = False) -> bool:
    """Note a failure; True where it concerns the whole connection, so that the lane is not to try again by itself.

    `backlog` is whether the run sent with the urgency of a backlog: what it is refused, a fresh call may still have.
    """
    if not run.remote:
        return False
    if isinstance(error, RateLimited):
        return _paused(run, error, backlog)
    if not isinstance(error, Unreachable):
        return False
    if run.tries:
        _wait_longer(run, error)
        return True
    return _suspected(run, error)


def _paused(run: Run, error: RateLimited, backlog: bool) -> bool:
    pause = error.retry_after or 0.0
    if pause <= LONG_PAUSE:
        return False
    begin(run.connection_id, error, seconds=pause, backlog_only=backlog and not run.tries)
    return True


@transaction.atomic
def _suspected(run: Run, error: Unreachable) -> bool:
    flow = _flow(run.connection_id)
    if flow.state == FlowState.WAITING:
        return True
    now = timezone.now()
    forgotten = flow.state == FlowState.FREE and now - flow.since > SUSPICION
    if flow.suspect in (None, run.lane_id) or forgotten:
        flow.suspect, flow.reason, flow.error_code = run.lane_id, str(error), error.code
        if flow.state == FlowState.FREE:
            flow.since = now
        flow.save(update_fields=["suspect", "reason", "error_code", "since"])
        return False
    begin(run.connection_id, error)
    return True


@transaction.atomic
def begin(
    connection_id: int, error: SwitchhookError, *, seconds: float = FIRST_TRY, backlog_only: bool = False
) -> None:
    """Hold the connection's lanes for `seconds`, then let one try; with `backlog_only` hold nothing but the backlog."""
    flow, now = _flow(connection_id), timezone.now()
    if not backlog_only and flow.state != FlowState.WAITING:
        flow.state, flow.since, flow.attempts = FlowState.WAITING, now, 0
    elif backlog_only and flow.state == FlowState.FREE:
        _start_draining(flow, now)
    flow.suspect, flow.probe, flow.probing_until = None, None, None
    flow.until = now + timedelta(seconds=seconds)
    flow.reason, flow.error_code = str(error), error.code
    flow.save()
    if flow.state == FlowState.WAITING:
        idle = Lane.objects.filter(connection_id=connection_id, scheduled=True, running_until=None)
        idle.update(scheduled=False, wake_at=None)
        _defer_probe(flow)


@transaction.atomic
def _wait_longer(run: Run, error: Unreachable) -> None:
    flow, now = _flow(run.connection_id), timezone.now()
    if flow.state != FlowState.WAITING:
        return
    flow.attempts += 1
    pause = max(min(FIRST_TRY * 2.0 ** min(flow.attempts, 20), LONGEST_BETWEEN_TRIES), error.retry_after or 0.0)
    flow.until, flow.probe, flow.probing_until = now + timedelta(seconds=pause), None, None
    flow.reason, flow.error_code = str(error), error.code
    flow.save()
    _defer_probe(flow)


def _defer_probe(flow: Flow) -> None:
    app.configure_task(PROBE, queue=QUEUE, schedule_at=flow.until).defer(connection_id=flow.connection_id)


def succeeded(run: Run) -> None:
    """The CRM has answered a run of a connection that had trouble: it is back."""
    flow = run.flow
    if flow is None or not run.remote:
        return
    if flow.state == FlowState.WAITING:
        drain(run.connection_id)
    elif flow.suspect is not None:
        same = Flow.objects.filter(pk=flow.pk, suspect=flow.suspect)
        if not same.filter(state=FlowState.FREE, kept=False).delete()[0]:
            same.update(suspect=None)


@transaction.atomic
def drain(connection_id: int) -> int:
    """Let the backlog go, a window at a time; returns how many lanes were woken now. Idempotent."""
    flow = _flow(connection_id)
    if flow.state != FlowState.DRAINING:
        _start_draining(flow, timezone.now())
        Lane.objects.filter(connection_id=connection_id, attempts__gt=0).update(attempts=0)
    flow.until = flow.suspect = flow.probe = flow.probing_until = None
    flow.save()
    return feed(connection_id)


def _start_draining(flow: Flow, now: datetime) -> None:
    waiting = Delivery.objects.filter(connection_id=flow.connection_id, state__in=WAITING)
    flow.state, flow.since, flow.attempts = FlowState.DRAINING, now, 0
    flow.last_delivery = waiting.aggregate(Max("pk"))["pk__max"] or 0
    flow.backlog = waiting.count()


@transaction.atomic
def feed(connection_id: int) -> int:
    """Wake the next of a backlog where its window has room; the backlog ends when nothing waits any more."""
    draining = Flow.objects.filter(
        connection_id=connection_id, state=FlowState.DRAINING, connection__state=ConnectionState.ACTIVE
    )
    flow = draining.select_for_update(no_key=True, skip_locked=True, of=("self",)).first()
    if flow is None or (flow.until and flow.until > timezone.now()):
        return 0
    at_work = Lane.objects.filter(connection_id=connection_id, scheduled=True, attempts__lt=STUCK).count()
    room = WINDOW - at_work
    if room < WINDOW // 2:
        return 0
    oldest = _oldest(connection_id, room)
    if not oldest:
        _let_flow(flow)
        return 0
    return wake(Lane.objects.filter(pk__in=oldest), priority=BACKLOG_PRIORITY)


def _oldest(connection_id: int, room: int) -> list[int]:
    with database.cursor() as cursor:
        cursor.execute(_OLDEST, (connection_id, 20 * WINDOW, room))
        return [lane_id for (lane_id,) in cursor.fetchall()]


@transaction.atomic
def probe(connection_id: int) -> int | None:
    """Let one lane try whether the CRM is back, if it is time; the lane's id. The one that has failed least goes first.

    Idempotent: while a try is under way there is no second. Without any work left the outage is over.
    """
    now = timezone.now()
    waiting = Flow.objects.filter(
        connection_id=connection_id, state=FlowState.WAITING, connection__state=ConnectionState.ACTIVE
    )
    flow = waiting.select_for_update(no_key=True, skip_locked=True, of=("self",)).first()
    if flow is None or (flow.until and flow.until > now) or (flow.probing_until and flow.probing_until > now):
        return None
    with database.cursor() as cursor:
        cursor.execute(_NEXT_TRY, (connection_id, now))
        found = cursor.fetchone()
    if found is None:
        _let_flow(flow)
        return None
    flow.probe, flow.probing_until = found[0], now + PROBE_LEASE
    flow.save(update_fields=["probe", "probing_until"])
    wake(Lane.objects.filter(pk=flow.probe))
    return flow.probe


def _let_flow(flow: Flow) -> None:
    """The trouble is over; the row stays where it says something else."""
    if flow.kept:
        flow.state, flow.until, flow.suspect, flow.probe, flow.backlog = FlowState.FREE, None, None, None, 0
        flow.save()
    else:
        flow.delete()


def look_after() -> None:
    """What a killed worker left undone: tries that are due, backlogs that stand still."""
    for connection_id, state in Flow.objects.exclude(state=FlowState.FREE).values_list("connection_id", "state"):
        if state == FlowState.WAITING:
            probe(connection_id)
        else:
            feed(connection_id)


def try_now(crm: Connection) -> None:
    """A person knows better: try at once whether the CRM is back, and let a backlog that pauses go on."""
    Flow.objects.filter(connection=crm).update(until=timezone.now(), probing_until=None)
    probe(crm.pk)
    feed(crm.pk)


def _flow(connection_id: int) -> Flow:
    """The connection's row, locked; made if there was none."""
    Flow.objects.bulk_create([Flow(connection_id=connection_id, since=timezone.now())], ignore_conflicts=True)
    return Flow.objects.select_for_update(no_key=True).get(connection_id=connection_id)


# --- what people see --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How a connection stands whose CRM is out (`waiting`) or was, and catches up (`draining`). Times are UTC.

    `waiting` counts deliveries still to go, `backlog` those at the beginning of the draining, `drained` the difference;
    `until` is the next try, or when a pausing backlog goes on; `estimate` how long the rest takes at the pace so far.
    """

    state: str
    since: datetime
    until: datetime | None
    attempts: int
    reason: str
    error_code: str
    waiting: int
    backlog: int
    drained: int
    per_minute: float
    estimate: timedelta | None


def progress(crm: Connection) -> Progress | None:
    """The numbers of an outage or of what follows it; None where everything flows."""
    flow = Flow.objects.filter(connection=crm).exclude(state=FlowState.FREE).first()
    if flow is None:
        return None
    waiting = Delivery.objects.filter(connection=crm, state__in=WAITING)
    draining = flow.state == FlowState.DRAINING
    left = (waiting.filter(pk__lte=flow.last_delivery) if draining else waiting).count()
    drained = max(flow.backlog - left, 0) if draining else 0
    minutes = max((timezone.now() - flow.since).total_seconds(), 1.0) / 60
    pace = drained / minutes
    return Progress(
        state=flow.state,
        since=flow.since,
        until=flow.until,
        attempts=flow.attempts,
        reason=flow.reason,
        error_code=flow.error_code,
        waiting=left,
        backlog=flow.backlog if draining else left,
        drained=drained,
        per_minute=round(pace, 1),
        estimate=timedelta(minutes=left / pace) if pace else None,
    )
