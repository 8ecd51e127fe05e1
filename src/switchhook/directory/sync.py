"""Keeping the directory in step with a CRM's own feed of changes: first everything, then what changed."""

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from switchhook.connections.accounts import open_crm
from switchhook.connections.models import Connection
from switchhook.core.records import Kind
from switchhook.directory.index import forget, remember
from switchhook.directory.models import SyncCursor

_INDEXED = frozenset({Kind.CONTACT, Kind.COMPANY, Kind.LEAD, Kind.DEAL})
_LOCK_SPACE = 4711
PAGES = 50
"""Pages read in one run, so that a first sync of a large CRM shares the worker with the others."""


def sync(connection: Connection) -> bool:
    """Read the feed from where the last run ended; returns whether more waits. One run per connection at a time.

    Contacts of a page enter before the leads and deals that are found by their numbers. Raises the connector's errors;
    what was read before stays read. Idempotent.
    """
    crm = open_crm(connection)
    for _ in range(PAGES):
        with transaction.atomic():
            if not _only_one(connection):
                return False
            place, _created = SyncCursor.objects.get_or_create(connection=connection)
            changes = crm.changes(place.cursor)
            records = sorted(changes.records, key=lambda record: record.kind is not Kind.CONTACT)
            remember_in_turn = [record for record in records if record.kind in _INDEXED]
            for record in remember_in_turn:
                remember(connection, [record])
            forget(connection, changes.gone)
            place.cursor, place.synced_at = changes.cursor, timezone.now()
            place.complete = place.complete or not changes.more
            place.save()
        if not changes.more:
            return False
    return True


def _only_one(connection: Connection) -> bool:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, connection.pk])
        row = cursor.fetchone()
    return bool(row and row[0])
