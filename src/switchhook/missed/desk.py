"""Keeping the desk true to the calls: after each change of a client's calls, and from nothing.

The desk of a client is a function of his calls and of the closings by hand. It is made anew under a lock of the number,
in the transaction that changed a call: whatever order events come in, the last to commit has seen them all.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from switchhook.calls.models import Call, ClientNumber
from switchhook.core.rehearsed import PREFIX
from switchhook.core.situation import Channel
from switchhook.missed.models import Closing, MissedClient
from switchhook.missed.owners import Office
from switchhook.missed.streak import Contact, Miss, Streak, streak
from switchhook.projects.models import Project
from switchhook.working_time.services import deadline

_PIECE = 500

_LOCK = """
    SELECT pg_advisory_xact_lock(place) FROM (
        SELECT DISTINCT hashtextextended(%(project)s || ' ' || number, 20260101) AS place
        FROM unnest(%(numbers)s::text[]) AS number ORDER BY 1
    ) AS ordered
"""

MISSED = Q(channel=Channel.CALL, direction="in", status="missed", stopped=False, journal_only=False) & ~Q(
    external_id__startswith=PREFIX
)
"""A call to be called back: not one of a stopped line or an ignored client, nor of before the hub was switched on, nor
one that the hub has acted out itself.
"""

_TALK = Q(channel=Channel.CALL, status="answered") & ~Q(direction="internal")
_TRY = Q(channel=Channel.CALL, direction="out", status__in=("missed", "failed"))


def follow(project: Project, numbers: Collection[str]) -> None:
    """Bring the desk to where the calls of these clients (E.164, "" is passed over) are. Idempotent.

    To be called in the transaction that changed the calls, after all its other locks are taken.
    """
    concerned = sorted({number for number in numbers if number})
    if not concerned:
        return
    with transaction.atomic():
        lock(project, concerned)
        entries = {row.e164: row for row in MissedClient.objects.filter(project=project, e164__in=concerned)}
        missed = Call.objects.filter(MISSED, project=project, client_number__in=concerned)
        waiting = set(missed.values_list("client_number", flat=True).distinct()) | entries.keys()
        office = Office(project)
        for number in sorted(waiting):
            _write(office, number, entries.get(number), _streak_of(project, number))


def lock(project: Project, numbers: Iterable[str]) -> None:
    """Keep others from these clients' entries until the transaction ends; taken in one order everywhere."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, {"project": str(project.pk), "numbers": list(numbers)})


def rebuild(project: Project) -> int:
    """Make the whole desk anew from the calls; returns how many clients stand on it. Owners that were chosen stay."""
    known = set(MissedClient.objects.filter(project=project).values_list("e164", flat=True))
    known |= set(ClientNumber.objects.filter(project=project).values_list("e164", flat=True))
    numbers = sorted(known)
    for start in range(0, len(numbers), _PIECE):
        follow(project, numbers[start : start + _PIECE])
    return MissedClient.objects.filter(project=project).count()


def _streak_of(project: Project, number: str) -> Streak | None:
    """The client's last streak; of a client with many calls only those since his last settled one are read.

    And only those up to the first contact after it: what came later says nothing of the streak.
    """
    calls = Call.objects.filter(project=project, client_number=number)
    last = calls.filter(MISSED).order_by("-started_at", "-id").values_list("started_at", flat=True).first()
    if last is None:
        return None
    talks = calls.filter(_TALK).annotate(at=Coalesce("ended_at", "answered_at", "started_at"))
    closings = Closing.objects.filter(project=project, e164=number, undone=False)
    before = max(
        (
            at
            for found in (talks, closings)
            if (at := found.filter(at__lt=last).order_by("-at").values_list("at", flat=True).first())
        ),
        default=None,
    )
    since = Q(started_at__gt=before) if before else Q()
    misses = calls.filter(MISSED & since).values_list("started_at", "pk", "project_number", "source")
    first_talk = talks.filter(at__gte=last).order_by("at", "pk").values_list("at", "pk")[:1]
    first_closing = closings.filter(at__gte=last).order_by("at").values_list("at", flat=True)[:1]
    contacts = [Contact(at=at, call=pk) for at, pk in first_talk] + [Contact(at=at) for at in first_closing]
    until = Q(started_at__lte=min(one.at for one in contacts)) if contacts else Q()
    return streak(
        (Miss(at=at, call=pk, line=line, source=source) for at, pk, line, source in misses),
        contacts + ([Contact(at=before)] if before else []),
        calls.filter(_TRY & since & until).values_list("started_at", flat=True),
    )


def _write(office: Office, number: str, entry: MissedClient | None, found: Streak | None) -> None:
    project = office.project
    if found is None:
        if entry is not None:
            entry.delete()
        return
    row = entry or MissedClient(project=project, e164=number)
    before = (entry.since, entry.last_at) if entry else None
    was_settled = entry is None or not entry.is_open
    row.since, row.last_at, row.misses = found.since, found.last.at, len(found.misses)
    row.last_call_id, row.line, row.source = found.last.call, found.last.line, found.last.source
    row.tries, row.last_try_at = found.tries, found.last_try
    row.closed_at = found.closed.at if found.closed else None
    row.closing_call_id = found.closed.call if found.closed else None
    if before != (row.since, row.last_at):
        called_again = was_settled and (before is None or before[1] != row.last_at)
        _give(office, row, anew=called_again)
    row.save()


def _give(office: Office, row: MissedClient, *, anew: bool) -> None:
    """Owner and deadline of an entry that has begun, or of whose client has called again."""
    row.chosen = row.chosen and not anew
    if not row.chosen:
        row.owner = office.responsible(row.e164)
    row.due_at = deadline(office.project, row.since, timedelta(minutes=office.minutes), row.owner)


def open_entries(project: Project) -> Q:
    """The condition of entries that wait for a call-back."""
    return Q(project=project, closed_at=None)


def count_open(project: Project) -> int:
    """How many clients wait, for the navigation: one scan of a small index."""
    return MissedClient.objects.filter(open_entries(project)).count()


def hidden_missed(project: Project, *, most: int = 50) -> list[Call]:
    """The last missed calls without a number: nobody can call them back, but somebody may know who it was."""
    found = Call.objects.filter(MISSED, project=project, client_number="").select_related("employee")
    return list(found.order_by("-started_at", "-id")[:most])
