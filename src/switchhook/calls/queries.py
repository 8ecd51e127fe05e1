"""Questions the journal asks: filters, keyset pages, the day's figures, and who a number is."""

import base64
import binascii
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from switchhook.calls.models import Call, Recording, RecordingState
from switchhook.calls.search import found_by, known_entries, of_number
from switchhook.core.situation import Channel
from switchhook.directory.models import DirectoryEntry
from switchhook.projects.models import Project

_CLIENT_KINDS = ("contact", "lead", "deal", "company")


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFilter:
    """What of the journal to show. Days are the project's own, both inclusive; empty means "any".

    `channel` is `call`, `form`, `dialogue`, or "" for all of them. `search` is what a person types: a client's name, or
    a client's or project's number in any spelling, or a part of either; `number` is a number only. `line` is a number
    of the project (E.164); `linked` and `recording` are "yes", "no" or ""; `crm` is a connection that must know the
    client. `talk_from` and `talk_to` are seconds of talk, both inclusive.
    """

    channel: str = Channel.CALL
    since: date | None = None
    until: date | None = None
    direction: str = ""
    status: str = ""
    employees: tuple[int, ...] = ()
    line: str = ""
    source: str = ""
    campaign: str = ""
    number: str = ""
    search: str = ""
    linked: str = ""
    crm: int | None = None
    recording: str = ""
    talk_from: int | None = None
    talk_to: int | None = None


@dataclass(frozen=True, slots=True)
class CallPage:
    """One page of the journal, newest first; `next` is the cursor of the page after it, None on the last."""

    items: list[Call]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClient:
    """Who a number is, by the highest-ranked CRM connection that knows it. `url` opens the record."""

    name: str
    kind: str
    record_id: str
    url: str
    connection_id: int


def journal(project: Project, chosen: JournalFilter) -> QuerySet[Call]:
    """The project's calls (or forms, or dialogues) that match, newest first."""
    calls = _in_period(Call.objects.filter(project=project), project, chosen)
    plain = {name: getattr(chosen, name) for name in ("channel", "direction", "status", "source", "campaign")}
    plain["project_number"] = chosen.line
    calls = calls.filter(**{name: value for name, value in plain.items() if value})
    if chosen.employees:
        calls = calls.filter(employee_id__in=chosen.employees)
    if chosen.talk_from is not None:
        calls = calls.filter(talk_seconds__gte=chosen.talk_from)
    if chosen.talk_to is not None:
        calls = calls.filter(talk_seconds__lte=chosen.talk_to)
    for text, asked in ((chosen.number, of_number), (chosen.search, found_by)):
        calls = calls.filter(asked(project, text)) if text else calls
    return _tied(calls, project, chosen).order_by("-started_at", "-id")


def _tied(calls: QuerySet[Call], project: Project, chosen: JournalFilter) -> QuerySet[Call]:
    """Those whose client a CRM knows, or does not, and that have a recording, or have not."""
    if chosen.linked:
        known = Exists(known_entries(project).filter(e164=OuterRef("client_number")))
        # Row by row, newest first, until the page is full: the database's own way would begin with all of them.
        unknown = calls.alias(is_known=_each(known)).filter(is_known=False)
        calls = calls.filter(known) if chosen.linked == "yes" else unknown
    if chosen.crm is not None:
        there = known_entries(project).filter(connection=chosen.crm, e164=OuterRef("client_number"))
        calls = calls.filter(Exists(there))
    if chosen.recording:
        kept = Exists(Recording.objects.filter(call=OuterRef("pk"), state=RecordingState.STORED, revoked_at=None))
        calls = calls.filter(kept) if chosen.recording == "yes" else calls.filter(~kept)
    return calls


def _each(condition: Exists) -> Coalesce:
    return Coalesce(condition, Value(value=False))


def page_of(calls: QuerySet[Call], *, cursor: str = "", size: int = 50) -> CallPage:
    """`size` calls after `cursor` (as `CallPage.next` gave it). Raises ValueError for a cursor that is none."""
    if cursor:
        calls = after(calls, cursor)
    # First the ids, which indexes alone give, then the rows of those few.
    ids = list(calls.values_list("pk", flat=True)[: size + 1])
    rows = Call.objects.select_related("employee", "recording").in_bulk(ids[:size])
    items = [rows[pk] for pk in ids[:size] if pk in rows]
    return CallPage(items, write_cursor(items[-1]) if items and len(ids) > size else None)


def after(calls: QuerySet[Call], cursor: str) -> QuerySet[Call]:
    """Those that stand after the cursor's call in the journal. Raises ValueError for a cursor that is none."""
    started_at, pk = read_cursor(cursor)
    # The first condition is an index's, the second is the exact place among calls of the same moment.
    return calls.filter(started_at__lte=started_at).filter(Q(started_at__lt=started_at) | Q(pk__lt=pk))


def count_of(calls: QuerySet[Call], *, most: int = 10_000) -> int:
    """How many calls there are, counted up to `most` + 1: a greater number is told as "more than" at once."""
    return calls.order_by()[: most + 1].count()


def write_cursor(call: Call) -> str:
    """The place of a call in the journal, as text for an address."""
    return base64.urlsafe_b64encode(f"{call.started_at.isoformat()}|{call.pk}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, int]:
    """The place that `write_cursor` wrote. Raises ValueError when it did not write it."""
    try:
        started_at, pk = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("|")
        moment, number = datetime.fromisoformat(started_at), int(pk)
    except (binascii.Error, UnicodeError, ValueError):
        raise ValueError("This is not a cursor of the journal.") from None
    if moment.tzinfo is None or not 0 <= number < 2**63:
        raise ValueError("This is not a cursor of the journal.")
    return moment, number


def day_bounds(project: Project, day: date) -> tuple[datetime, datetime]:
    """The start of a day in the project's zone, and of the next one."""
    return (
        datetime.combine(day, time.min, project.zone),
        datetime.combine(day + timedelta(days=1), time.min, project.zone),
    )


def figures(project: Project, day: date) -> Mapping[str, int]:
    """How many calls a day had: `total`, `incoming`, `answered` (incoming), `missed` (incoming), `active`."""
    start, end = day_bounds(project, day)
    incoming = Q(direction="in")
    of_the_day = Call.objects.filter(project=project, channel=Channel.CALL, started_at__gte=start, started_at__lt=end)
    counted: dict[str, Any] = of_the_day.aggregate(
        total=Count("pk"),
        incoming=Count("pk", filter=incoming & ~Q(status="active")),
        answered=Count("pk", filter=incoming & Q(status="answered")),
        missed=Count("pk", filter=incoming & Q(status="missed")),
        active=Count("pk", filter=Q(status="active")),
    )
    return counted


def known_clients(project: Project, numbers: Collection[str]) -> dict[str, KnownClient]:
    """Who each number is, where a CRM of the project knows it: one query for a whole page."""
    wanted = {number for number in numbers if number}
    if not wanted:
        return {}
    entries = known_entries(project).filter(e164__in=wanted, kind__in=_CLIENT_KINDS).select_related("connection")
    ranked = sorted(entries, key=lambda e: (e.connection.rank, e.connection_id, _CLIENT_KINDS.index(e.kind), e.pk))
    known: dict[str, KnownClient] = {}
    for entry in ranked:
        known.setdefault(entry.e164, _client(entry))
    return known


def _client(entry: DirectoryEntry) -> KnownClient:
    return KnownClient(
        name=entry.title,
        kind=entry.kind,
        record_id=entry.record_id,
        url=entry.url,
        connection_id=entry.connection_id,
    )


def _in_period(calls: QuerySet[Call], project: Project, chosen: JournalFilter) -> QuerySet[Call]:
    if chosen.since:
        calls = calls.filter(started_at__gte=day_bounds(project, chosen.since)[0])
    if chosen.until:
        calls = calls.filter(started_at__lt=day_bounds(project, chosen.until)[1])
    return calls


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCalls:
    """The same client's calls around one: the next `earlier` and `later` one, and the `latest` besides it."""

    earlier: Call | None = None
    later: Call | None = None
    latest: Sequence[Call] = ()


def others_of(call: Call, *, most: int = 8) -> OtherCalls:
    """What else is known of the call's client; nothing for one without a number."""
    if not call.client_number:
        return OtherCalls()
    same = Call.objects.filter(project=call.project_id, client_number=call.client_number).exclude(pk=call.pk)
    same = same.select_related("employee").defer("state")
    at, newest = call.started_at, ("-started_at", "-id")
    before = same.filter(Q(started_at__lt=at) | Q(started_at=at, pk__lt=call.pk), started_at__lte=at)
    after_it = same.filter(Q(started_at__gt=at) | Q(started_at=at, pk__gt=call.pk), started_at__gte=at)
    return OtherCalls(
        earlier=before.order_by(*newest).first(),
        later=after_it.order_by("started_at", "id").first(),
        latest=list(same.order_by(*newest)[:most]),
    )


def tags_seen(project: Project, calls: int = 500) -> list[str]:
    """Names of the project's own parameters (tags and visit tags) in its last `calls` calls, sorted."""
    recent = Call.objects.filter(project=project).order_by("-started_at", "-id")[:calls]
    found: set[str] = set()
    for tags, utm in recent.values_list("state__tags", "state__utm"):
        found |= {*(tags or {}), *(utm or {})}
    return sorted(found)
