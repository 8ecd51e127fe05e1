"""The missed-call desk in the API: who waits for a call-back, and settling it. Reading needs the role viewer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from django.http import Http404
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from switchhook.api.auth import ApiRequest, project_of
from switchhook.api.calls import ContactRef, contact_shape
from switchhook.api.crm_shapes import Id, Listed, Person
from switchhook.calls.queries import known_clients
from switchhook.crm.kinds import row_id
from switchhook.missed import services
from switchhook.missed.models import MissedClient, Reason
from switchhook.projects.models import Project, Role

router = Router(tags=["Missed calls"])


class MissedFilters(Schema):
    """Which clients a list gives, the latest entries first."""

    state: Literal["open", "closed", ""] = Field("open", description="Who waits, who was settled, or both (empty).")
    owner: str = Field("", max_length=254, description="Id or e-mail of an employee, or `nobody`.")
    overdue: bool = Field(default=False, description="Only those whose deadline is past.")
    cursor: str = Field("", max_length=40, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class MissedOut(Schema):
    """A client with missed calls that nobody has followed up, or that were settled. Times are ISO 8601 in UTC.

    `missed_calls` counts his calls since `since`, `attempts` our own calls to him that he did not answer. `closed_by`
    is `call` for a talk (`closing_call_id`), `hand` for a person's decision.
    """

    id: Id
    client_number: str
    contact: ContactRef | None
    since: datetime
    last_missed_at: datetime
    last_call_id: Id | None
    missed_calls: int
    attempts: int
    last_attempt_at: datetime | None
    project_number: str | None
    source: str
    owner: Person | None
    due_at: datetime
    overdue: bool
    closed_at: datetime | None
    closed_by: str | None
    closing_call_id: Id | None


class CloseIn(Schema):
    """Why nobody has to call back; with `ignore` the number goes onto the list of ignored clients."""

    reason: Literal["reached", "needless", "wrong", "spam", "other"]
    note: str = Field("", max_length=300)
    ignore: bool = False


@router.get("/missed-calls", response=Listed[MissedOut], operation_id="list_missed_calls")
def list_missed_calls(request: ApiRequest, filters: Query[MissedFilters]) -> Mapping[str, Any]:
    """The missed-call desk: one entry for each client."""
    project = project_of(request)
    found = MissedClient.objects.filter(project=project).select_related("owner")
    if filters.state:
        found = found.filter(closed_at__isnull=filters.state == "open")
    if filters.overdue:
        found = found.filter(closed_at=None, due_at__lt=timezone.now())
    if filters.owner == "nobody":
        found = found.filter(owner=None)
    elif filters.owner:
        named = (
            {"owner__email__iexact": filters.owner} if "@" in filters.owner else {"owner": row_id(filters.owner) or 0}
        )
        found = found.filter(**named)
    if filters.cursor:
        found = found.filter(pk__lt=row_id(filters.cursor) or 0)
    listed = list(found.order_by("-pk")[: filters.limit + 1])
    more, listed = len(listed) > filters.limit, listed[: filters.limit]
    return {"items": _shapes(project, listed), "next": str(listed[-1].pk) if more else None}


@router.post("/missed-calls/{entry_id}/close", response=MissedOut, operation_id="close_missed_call")
def close_missed_call(request: ApiRequest, entry_id: str, told: CloseIn) -> Mapping[str, Any]:
    """Settle an entry by hand. One that is settled already stays as it is. Needs the role manager."""
    project = project_of(request, Role.MANAGER)
    entries = MissedClient.objects.filter(project=project, pk=row_id(entry_id) or 0)
    entry = entries.select_related("owner", "project").first()
    if entry is None:
        raise Http404
    if entry.is_open:
        services.close(
            entry,
            Reason(told.reason),
            None,
            at=timezone.now(),
            note=told.note.replace("\0", ""),
            ignore=told.ignore,
        )
    return _shapes(project, list(entries.select_related("owner")))[0]


def _shapes(project: Project, entries: Sequence[MissedClient]) -> list[Mapping[str, Any]]:
    clients, now = known_clients(project, [entry.e164 for entry in entries]), timezone.now()
    return [_shape(entry, now) | {"contact": contact_shape(clients.get(entry.e164))} for entry in entries]


def _shape(entry: MissedClient, now: datetime) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "client_number": entry.e164,
        "since": entry.since,
        "last_missed_at": entry.last_at,
        "last_call_id": entry.last_call_id,
        "missed_calls": entry.misses,
        "attempts": entry.tries,
        "last_attempt_at": entry.last_try_at,
        "project_number": entry.line or None,
        "source": entry.source,
        "owner": entry.owner,
        "due_at": entry.due_at,
        "overdue": entry.is_open and entry.due_at < now,
        "closed_at": entry.closed_at,
        "closed_by": None if entry.is_open else "call" if entry.closing_call_id else "hand",
        "closing_call_id": entry.closing_call_id,
    }
