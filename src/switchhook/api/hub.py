"""The hub's own work in the API: connections, deliveries, raw events and their replay."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import Http404
from ninja import Field, Query, Router, Schema

from switchhook.api.auth import ApiRequest, project_of
from switchhook.api.crm_shapes import Id, Listed
from switchhook.connections.models import Connection
from switchhook.crm.kinds import row_id
from switchhook.delivery.models import Delivery
from switchhook.intake.models import RawEvent
from switchhook.intake.replay import replay
from switchhook.projects.models import Role

router = Router(tags=["Hub"])


class Keyset(Schema):
    """A page of a list, newest first."""

    cursor: str = Field("", max_length=40, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class DeliveryFilters(Keyset):
    """Which deliveries a list gives."""

    state: Literal["", "pending", "running", "done", "dead", "skipped", "kept", "observed"] = ""
    call_id: str = ""
    connection_id: str = ""


class EventFilters(Keyset):
    """Which events a list gives."""

    state: Literal["", "new", "read", "unused", "flagged"] = ""
    connection_id: str = ""


class ConnectionOut(Schema):
    """A connection without anything secret."""

    id: Id
    name: str
    connector: str
    role: str
    rank: int
    state: str
    state_reason: str
    activated_at: datetime | None


class DeliveryOut(Schema):
    """ "This call changed for this connection", and how far that has come."""

    id: Id
    call_id: Id
    connection_id: Id
    state: str
    error_code: str
    error: str
    created_at: datetime
    done_at: datetime | None


class EventOut(Schema):
    """A raw event without its body."""

    id: Id
    connection_id: Id
    received_at: datetime
    method: str
    content_type: str
    state: str
    truncated: bool
    replayed: bool
    error_code: str
    error: str


class Replayed(Schema):
    """How many events were put back into the queue."""

    replayed: int


@router.get("/connections", response=Listed[ConnectionOut], operation_id="list_connections")
def list_connections(request: ApiRequest) -> Mapping[str, Any]:
    """All connections of the project, the telephony and the CRMs by rank."""
    return {"items": list(Connection.objects.filter(project=project_of(request))), "next": None}


@router.get("/deliveries", response=Listed[DeliveryOut], operation_id="list_deliveries")
def list_deliveries(request: ApiRequest, filters: Query[DeliveryFilters]) -> Mapping[str, Any]:
    """The project's deliveries, newest first."""
    found = Delivery.objects.filter(connection__project=project_of(request))
    if filters.state:
        found = found.filter(state=filters.state)
    if filters.call_id:
        found = found.filter(call_id=row_id(filters.call_id) or 0)
    if filters.connection_id:
        found = found.filter(connection_id=row_id(filters.connection_id) or 0)
    return _page(found, filters)


@router.get("/events", response=Listed[EventOut], operation_id="list_events")
def list_events(request: ApiRequest, filters: Query[EventFilters]) -> Mapping[str, Any]:
    """Raw events as they arrived, newest first."""
    found = RawEvent.objects.filter(connection__project=project_of(request)).defer("body", "headers")
    if filters.state:
        found = found.filter(state=filters.state)
    if filters.connection_id:
        found = found.filter(connection_id=row_id(filters.connection_id) or 0)
    return _page(found, filters)


@router.post("/events/{event_id}/replay", response=Replayed, operation_id="replay_event")
def replay_event(request: ApiRequest, event_id: str) -> Mapping[str, int]:
    """Read a stored event again; its facts are replaced. Needs the role manager."""
    project = project_of(request, Role.MANAGER)
    found = RawEvent.objects.filter(connection__project=project, pk=row_id(event_id) or 0).values_list("pk", flat=True)
    if not found:
        raise Http404
    return {"replayed": replay(list(found))}


def _page(found: QuerySet[Any], keyset: Keyset) -> Mapping[str, Any]:
    if keyset.cursor:
        found = found.filter(pk__lt=row_id(keyset.cursor) or 0)
    listed = list(found.order_by("-pk")[: keyset.limit + 1])
    more = len(listed) > keyset.limit
    listed = listed[: keyset.limit]
    return {"items": listed, "next": str(listed[-1].pk) if more else None}
