"""Reading stored events again: after a corrected name map, or after a fault of the hub's own."""

from collections.abc import Iterable

from django.db import connection, transaction

from switchhook.intake.models import RawEvent, RawState

CHANNEL = "switchhook_raw"


@transaction.atomic
def replay(ids: Iterable[int]) -> int:
    """Put the events back into the queue; returns how many. Their facts are replaced, never added to. Idempotent."""
    count = RawEvent.objects.filter(pk__in=list(ids)).update(
        state=RawState.NEW, replayed=True, error="", error_code="", read_at=None
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    return count
