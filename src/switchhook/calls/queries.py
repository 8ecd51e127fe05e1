"""Questions the journal asks: filters, keyset pages, the day's figures, and who a number is."""

import base64
import binascii
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from switchhook.calls.models import Call
from switchhook.core.phone import digits_of, normalize
from switchhook.core.situation import Channel
from switchhook.directory.models import DirectoryEntry
from switchhook.projects.models import Project

_CLIENT_KINDS = ("contact", "lead", "deal", "company")
_FEWEST_DIGITS = 3
_WHOLE_NUMBER = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFilter:
    """What of the journal to show. Days are the project's own, both inclusive; empty means "any".

    `channel` is `call`, `form`, `dialogue`, or "" for all of them. `number` is a client's or project's number in any
    spelling, or a part of one. `linked` is "yes", "no" or "".
    """

    channel: str = Channel.CALL
    since: date | None = None
    until: date | None = None
    direction: str = ""
    status: str = ""
    employee: int | None = None
    number: str = ""
    linked: str = ""


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
    calls = Call.objects.filter(project=project).select_related("employee", "recording")
    if chosen.channel:
        calls = calls.filter(channel=chosen.channel)
    calls = _in_period(calls, project, chosen)
    if chosen.direction:
        calls = calls.filter(direction=chosen.direction)
    if chosen.status:
        calls = calls.filter(status=chosen.status)
    if chosen.employee is not None:
        calls = calls.filter(employee_id=chosen.employee)
    if chosen.number:
        calls = calls.filter(_number(chosen.number, project.country))
    if chosen.linked:
        known = Exists(_entries(project).filter(e164=OuterRef("client_number")))
        calls = calls.filter(known) if chosen.linked == "yes" else calls.filter(~known)
    return calls.order_by("-started_at", "-id")


def page_of(calls: QuerySet[Call], *, cursor: str = "", size: int = 50) -> CallPage:
    """`size` calls after `cursor` (as `CallPage.next` gave it). Raises ValueError for a cursor that is none."""
    if cursor:
        started_at, pk = read_cursor(cursor)
        calls = calls.filter(Q(started_at__lt=started_at) | Q(started_at=started_at, pk__lt=pk))
    items = list(calls[: size + 1])
    more = len(items) > size
    items = items[:size]
    return CallPage(items, write_cursor(items[-1]) if more else None)


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
    entries = _entries(project).filter(e164__in=wanted, kind__in=_CLIENT_KINDS).select_related("connection")
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


def _entries(project: Project) -> QuerySet[DirectoryEntry]:
    return DirectoryEntry.objects.filter(connection__project=project, connection__role="crm")


def _in_period(calls: QuerySet[Call], project: Project, chosen: JournalFilter) -> QuerySet[Call]:
    if chosen.since:
        calls = calls.filter(started_at__gte=day_bounds(project, chosen.since)[0])
    if chosen.until:
        calls = calls.filter(started_at__lt=day_bounds(project, chosen.until)[1])
    return calls


def _number(text: str, country: str) -> Q:
    e164, digits = normalize(text, country), digits_of(text)
    exact = Q(client_number=e164) | Q(project_number=e164) if e164 else Q(pk__in=[])
    if len(digits) < _FEWEST_DIGITS or (e164 and len(digits) >= _WHOLE_NUMBER):
        return exact
    return exact | Q(client_number__contains=digits) | Q(project_number__contains=digits)


def tags_seen(project: Project, calls: int = 500) -> list[str]:
    """Names of the project's own parameters (tags and visit tags) in its last `calls` calls, sorted."""
    recent = Call.objects.filter(project=project).order_by("-started_at", "-id")[:calls]
    found: set[str] = set()
    for tags, utm in recent.values_list("state__tags", "state__utm"):
        found |= {*(tags or {}), *(utm or {})}
    return sorted(found)
