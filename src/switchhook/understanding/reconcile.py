"""Reading the provider's own call log, so that a lost webhook loses no call.

Rows of the log become facts like any event. Running rows are facts that end nothing, so a window is read again until
its calls have ended. What is recovered changes records, and raises no pop-up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from switchhook.calls.merging import Sourced, merge
from switchhook.calls.models import LogCursor
from switchhook.connections.accounts import open_telephony
from switchhook.connections.models import Connection
from switchhook.core.call import CallFact
from switchhook.projects.people import Staff
from switchhook.understanding.handover import hand_over, to_the_desk

OVERLAP = timedelta(hours=2)
"""The log shows a running call as unanswered and rewrites the row later, so the last two hours are read again."""

FIRST_WINDOW = timedelta(hours=24)
BATCH = 50
_LOCK_SPACE = 4712


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What a run found: `rows` of the log, and how many `changed` a call."""

    rows: int = 0
    changed: int = 0


def reconcile(connection: Connection, since: datetime | None = None, until: datetime | None = None) -> Reconciled:
    """Read the log of [since, until) and merge it; by default from the last run, less the overlap, until now.

    Idempotent. Of several workers asked at once one reads, the others return. Raises the connector's errors.
    """
    if not _only_one(connection):
        return Reconciled()
    try:
        return _reconcile(connection, since, until or timezone.now())
    finally:
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK_SPACE, connection.pk])


def _only_one(connection: Connection) -> bool:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK_SPACE, connection.pk])
        row = cursor.fetchone()
    return bool(row and row[0])


def _reconcile(connection: Connection, since: datetime | None, until: datetime) -> Reconciled:
    place = LogCursor.objects.filter(connection=connection).first()
    begin = since or (place.read_until - OVERLAP if place else until - FIRST_WINDOW)
    rows = iter(open_telephony(connection).calls(begin, until))
    staff, read, changed = Staff(connection.project), 0, 0
    while batch := list(islice(rows, BATCH)):
        read += len(batch)
        changed += _merge_rows(connection, batch, staff)
    if since is None:
        LogCursor.objects.update_or_create(connection=connection, defaults={"read_until": until})
    return Reconciled(rows=read, changed=changed)


@transaction.atomic
def _merge_rows(connection: Connection, batch: list[CallFact], staff: Staff) -> int:
    merged = [merge(connection, external_id, [sourced], staff) for external_id, sourced in _by_call(batch)]
    changed = sorted((one for one in merged if one.changed), key=lambda one: one.call.lane_key)
    for one in changed:
        hand_over(one, staff, fresh=False)
    to_the_desk(changed)
    return len(changed)


def _by_call(batch: list[CallFact]) -> Iterator[tuple[str, Sourced]]:
    # Sorted, because every batch of facts in the hub locks its calls in this order.
    last = {fact.external_id: fact for fact in batch if fact.external_id}
    now = timezone.now()
    for external_id in sorted(last):
        yield external_id, Sourced(fact=last[external_id], source=f"export:{external_id}", received_at=now)
