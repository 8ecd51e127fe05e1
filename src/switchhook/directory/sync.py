"""Keeping the directory in step with a CRM's own feed of changes: first everything, then what changed."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from switchhook.connections.accounts import open_crm
from switchhook.connections.governor import Urgency
from switchhook.connections.models import Connection
from switchhook.connectors.base import Changes
from switchhook.core.records import Kind
from switchhook.directory.index import forget, remember
from switchhook.directory.models import SyncCursor

_INDEXED = frozenset({Kind.CONTACT, Kind.COMPANY, Kind.LEAD, Kind.DEAL})
CLAIM = timedelta(minutes=2)
"""How long a run may read one page before another may take the feed over."""

PAGES = 50
"""Pages read in one run, so that a first sync of a large CRM shares the worker with the others."""


def sync(connection: Connection) -> bool:
    """Read the feed from where the last run ended; returns whether more waits. One run per connection at a time.

    Nothing is locked while the CRM is asked. Raises the connector's errors; what was read before stays read.
    Idempotent.
    """
    place = _claim(connection)
    if place is None:
        return False
    try:
        return _read(place, connection)
    finally:
        SyncCursor.objects.filter(pk=place.pk, run=place.run).update(running_until=None)


def _read(place: SyncCursor, connection: Connection) -> bool:
    crm = open_crm(connection, urgency=Urgency.SYNC)
    for _ in range(PAGES):
        changes = crm.changes(place.cursor)
        if not _enter(place, connection, changes):
            return False
        if not changes.more:
            return False
        place.cursor = changes.cursor
    return True


def _claim(connection: Connection) -> SyncCursor | None:
    now = timezone.now()
    place, _made = SyncCursor.objects.get_or_create(connection=connection)
    free = Q(running_until=None) | Q(running_until__lt=now)
    if not SyncCursor.objects.filter(free, pk=place.pk).update(run=F("run") + 1, running_until=now + CLAIM):
        return None
    place.refresh_from_db()
    return place


@transaction.atomic
def _enter(place: SyncCursor, connection: Connection, changes: Changes) -> bool:
    """The page and the place after it, together; False when another run has taken the feed over."""
    now = timezone.now()
    kept = SyncCursor.objects.filter(pk=place.pk, run=place.run).update(
        cursor=changes.cursor,
        synced_at=now,
        complete=F("complete") if changes.more else True,
        told=F("told") + len(changes.records),
        error="",
        running_until=now + CLAIM,
    )
    if kept:
        forget(connection, changes.gone)
        remember(connection, [record for record in changes.records if record.kind in _INDEXED], whole=True)
    return bool(kept)
