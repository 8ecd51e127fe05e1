"""Reading the audit trail: filters, and pages that stay where they are while new entries come in."""

import base64
import binascii
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from switchhook.projects.models import AuditEntry, Project


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilter:
    """What to show. Days are the project's own, both inclusive. `areas` are the first words of actions.

    `person` is a user's id, 0 for what no person did, None for everybody.
    """

    person: int | None = None
    areas: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Entries, newest first; `next` is the cursor of the page after them, "" on the last."""

    items: list[AuditEntry]
    next: str


def entries(project: Project, chosen: TrailFilter) -> QuerySet[AuditEntry]:
    """The project's entries that match, newest first."""
    found = AuditEntry.objects.filter(project=project).select_related("user")
    if chosen.person is not None:
        found = found.filter(user_id=chosen.person) if chosen.person else found.filter(user=None)
    if chosen.areas:
        of_areas = Q()
        for area in chosen.areas:
            of_areas |= Q(action__startswith=f"{area}.")
        found = found.filter(of_areas)
    if chosen.since:
        found = found.filter(at__gte=datetime.combine(chosen.since, time.min, project.zone))
    if chosen.until:
        found = found.filter(at__lt=datetime.combine(chosen.until + timedelta(days=1), time.min, project.zone))
    return found.order_by("-at", "-id")


def page_of(found: QuerySet[AuditEntry], cursor: str = "", size: int = 50) -> TrailPage:
    """`size` entries after `cursor` (as `TrailPage.next` gave it); a cursor that is none begins anew."""
    place = _place(cursor)
    if place:
        at, pk = place
        found = found.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    items = list(found[: size + 1])
    last = items[size - 1] if len(items) > size else None
    return TrailPage(items[:size], _cursor(last) if last else "")


def _cursor(entry: AuditEntry) -> str:
    return base64.urlsafe_b64encode(f"{entry.at.isoformat()}|{entry.pk}".encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, int] | None:
    try:
        at, pk = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("|")
        moment, number = datetime.fromisoformat(at), int(pk)
    except (binascii.Error, UnicodeError, ValueError):
        return None
    return (moment, number) if moment.tzinfo and 0 <= number < 2**63 else None
