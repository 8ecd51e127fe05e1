"""Switching a CRM connection on again, and what becomes of the calls that waited, or were only observed.

Where the vendor had refused the credentials, all of it goes by itself. Where a person had switched it off, he chooses:
nothing, the last three days, or all; what is not sent is kept, and can be sent later.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from django.db import connection as database
from django.db import transaction
from django.db.models import Count, Min, Q
from django.utils import timezone

from switchhook.connections.models import Connection, ConnectionState
from switchhook.connections.services import activate
from switchhook.core.rehearsed import PREFIX
from switchhook.delivery import observing, outages
from switchhook.delivery.lanes import WAITING
from switchhook.delivery.models import Decision, Delivery, DeliveryState, Effect, Flow
from switchhook.projects.models import AuditEntry, User

RECENT_DAYS = 3


class Held(StrEnum):
    """What of the calls that waited, or were kept, is sent."""

    NONE = "none"
    RECENT = "recent"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Calls of one connection that are not sent: `waiting` ones, the `recent` of them, those `kept` by choice, and
    those that were only `observed` (without calls that the hub has acted out).

    `oldest` is when the first waiting call began, `recent_from` from when on a call counts as recent (both UTC).
    """

    waiting: int
    recent: int
    kept: int
    observed: int
    oldest: datetime | None
    recent_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """`lanes` woken at once (the rest follow as these finish), and calls that were `kept` instead of sent."""

    lanes: int
    kept: int


def recent_from(crm: Connection) -> datetime:
    """The beginning of the project's day before yesterday: today and the two days before are recent."""
    zone = crm.project.zone
    today = timezone.now().astimezone(zone).date()
    return datetime.combine(today - timedelta(days=RECENT_DAYS - 1), time.min, tzinfo=zone)


def count(crm: Connection) -> Holding:
    """How many calls wait or are kept: for the question, and for the page. One query."""
    since = recent_from(crm)
    waiting, kept, observed = Q(state__in=WAITING), Q(state=DeliveryState.KEPT), Q(state=DeliveryState.OBSERVED)
    acted = Q(call__external_id__startswith=PREFIX)
    found = Delivery.objects.filter(waiting | kept | observed, connection=crm).aggregate(
        waiting=Count("call", filter=waiting, distinct=True),
        recent=Count("call", filter=waiting & Q(call__started_at__gte=since), distinct=True),
        kept=Count("call", filter=kept, distinct=True),
        observed=Count("call", filter=observed & ~acted, distinct=True),
        oldest=Min("call__started_at", filter=waiting),
    )
    return Holding(**found, recent_from=since)


def asks(crm: Connection) -> bool:
    """Whether switching the connection on takes a choice: a person switched it off, and calls wait."""
    waiting = Delivery.objects.filter(connection=crm, state__in=WAITING)
    return crm.state == ConnectionState.PAUSED and waiting.exists()


@transaction.atomic
def resume(crm: Connection, user: User | None = None, held: Held = Held.NONE) -> Resumed:
    """Switch the connection on. Idempotent.

    `held` counts only where a person had switched it off; what waited for renewed credentials goes without a question.
    """
    state = Connection.objects.select_for_update(no_key=True).values_list("state", flat=True).get(pk=crm.pk)
    kept = _keep(crm, held) if state == ConnectionState.PAUSED and held != Held.ALL else 0
    if kept:
        _note(crm, user, "connection.keep_held", calls=kept, held=held.value)
    activate(crm, user)
    return Resumed(lanes=outages.drain(crm.pk), kept=kept)


def _keep(crm: Connection, held: Held) -> int:
    unwanted = Delivery.objects.filter(connection=crm, state__in=WAITING)
    if held == Held.RECENT:
        unwanted = unwanted.filter(call__started_at__lt=recent_from(crm))
    kept = unwanted.update(state=DeliveryState.KEPT, done_at=timezone.now(), error="", error_code="")
    if kept:
        Flow.objects.bulk_create([Flow(connection=crm, since=timezone.now())], ignore_conflicts=True)
        Flow.objects.filter(connection=crm).update(kept=True)
    return kept


_SEND = """
WITH chosen AS (
    SELECT DISTINCT ON (d.call_id) d.id, d.call_id FROM delivery_delivery d JOIN calls_call c ON c.id = d.call_id
    WHERE d.connection_id = %(connection)s AND d.state = %(state)s AND c.started_at >= %(since)s
    AND c.external_id NOT LIKE %(acted)s
    AND NOT EXISTS (SELECT FROM delivery_delivery p
                    WHERE p.connection_id = d.connection_id AND p.call_id = d.call_id AND p.state = 'pending')
    ORDER BY d.call_id, d.id
)
UPDATE delivery_delivery d SET done_at = NULL,
    state = CASE WHEN d.id IN (SELECT id FROM chosen) THEN 'pending' ELSE 'skipped' END
FROM calls_call c
WHERE c.id = d.call_id AND d.connection_id = %(connection)s AND d.state = %(state)s AND c.started_at >= %(since)s
AND c.external_id NOT LIKE %(acted)s
RETURNING d.call_id
"""
_FROM_THE_BEGINNING = datetime(1970, 1, 1, tzinfo=timezone.get_fixed_timezone(0))


def send_skipped(crm: Connection, user: User | None = None, held: Held = Held.ALL) -> int:
    """Send calls that were kept, all of them or the recent ones; returns how many. Idempotent.

    They go as a backlog does, each client's calls in their order. On a connection that is off they wait.
    """
    return 0 if held == Held.NONE else _send(crm, user, DeliveryState.KEPT, held)


def send_observed(crm: Connection, user: User | None = None, held: Held = Held.ALL) -> int:
    """Send calls that were only observed, as `send_skipped` does; each client is judged anew. 0 while it observes.

    Calls that the hub has acted out stay what they are.
    """
    if held == Held.NONE or observing.until(crm) is not None:
        return 0
    return _send(crm, user, DeliveryState.OBSERVED, held)


@transaction.atomic
def _send(crm: Connection, user: User | None, state: DeliveryState, held: Held) -> int:
    since = recent_from(crm) if held == Held.RECENT else _FROM_THE_BEGINNING
    with database.cursor() as cursor:
        cursor.execute(_SEND, {"connection": crm.pk, "since": since, "state": state, "acted": f"{PREFIX}%"})
        calls = {call for (call,) in cursor.fetchall()}
    if state == DeliveryState.OBSERVED:
        # What was decided then rests on a CRM to which nothing had been written.
        made = Effect.objects.filter(connection=crm, call__in=calls).values("call")
        Decision.objects.filter(connection=crm, call__in=calls).exclude(call__in=made).delete()
    elif not Delivery.objects.filter(connection=crm, state=DeliveryState.KEPT).exists():
        Flow.objects.filter(connection=crm).update(kept=False)
    if calls:
        _note(
            crm,
            user,
            f"connection.send_{'observed' if state == DeliveryState.OBSERVED else 'skipped'}",
            calls=len(calls),
        )
    if crm.state == ConnectionState.ACTIVE:
        outages.drain(crm.pk)
    return len(calls)


def _note(crm: Connection, user: User | None, action: str, **changes: object) -> None:
    AuditEntry.objects.create(project=crm.project, user=user, action=action, target=crm.name, changes=changes)
