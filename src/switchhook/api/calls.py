"""The call journal in the API: what the journal and the call page show. Reading needs the role viewer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.http import Http404
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from switchhook.api.auth import ApiRequest, project_of
from switchhook.api.crm_shapes import Id, Listed, Person
from switchhook.calls.models import Call
from switchhook.calls.queries import JournalFilter, KnownClient, journal, known_clients, page_of
from switchhook.core.situation import Channel
from switchhook.crm.kinds import row_id
from switchhook.crm.values import employees
from switchhook.delivery.trace import CallTrace, trace_of
from switchhook.projects.models import Project

router = Router(tags=["Calls"])


class CallFilters(Schema):
    """Which calls a list gives, newest first. Empty parameters are no condition."""

    number: str = Field("", max_length=60, description="The client's or project's number in any spelling, or a part.")
    channel: Literal["call", "form", "dialogue", "all"] = Field(
        "call", description="Calls, or the forms and dialogues that are kept beside them."
    )
    direction: Literal["", "in", "out", "internal"] = ""
    status: Literal["", "active", "answered", "missed", "failed", "other"] = ""
    employee: str = Field("", max_length=254, description="Id or e-mail of an employee.")
    linked: Literal["", "yes", "no"] = Field("", description="Whether a CRM of the project knows the client.")
    search: str = Field("", max_length=100, description="A client's name or number, or a part of one.")
    line: str = Field("", max_length=20, description="A line of the project, E.164.")
    source: str = Field("", max_length=200, description="The visit's source, as it stands in a call.")
    campaign: str = Field("", max_length=200, description="The visit's campaign.")
    recording: Literal["", "yes", "no"] = Field("", description="Whether the hub keeps a recording.")
    external_id: str = Field("", max_length=200, description="The telephony's own id of the call.")
    since: datetime | None = Field(None, description="Calls that began at this time or later.")
    until: datetime | None = Field(None, description="Calls that began before this time.")
    cursor: str = Field("", max_length=200, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class LineRef(Schema):
    """What telephony said about an employee; parts that it left out are empty."""

    name: str = ""
    sip: str = ""
    number: str = ""
    extension: str = ""
    email: str = ""
    staff_id: str = ""


class LegOut(Schema):
    """One attempt to bring the call to an employee."""

    employee: LineRef
    answered: bool = False


class ContactRef(Schema):
    """Who the client is, by the first CRM connection that knows him."""

    connection: Id
    kind: str
    id: str
    name: str
    url: str


class InquiryOut(Schema):
    """What a form or dialogue has besides: the steps it has come to, and whether its data may go to a CRM.

    `source` is the messenger, `text` a form's fields or what was said, `link` opens the form's page or the chat.
    """

    steps: list[str]
    released: bool
    name: str
    email: str
    source: str
    text: str
    link: str


class CallOut(Schema):
    """A call. Times are ISO 8601 in UTC, durations seconds, numbers E.164 (null where unknown or hidden).

    `channel` is `call`, or `form` or `dialogue`: those have `inquiry`, and neither line nor recording.
    `recording` is the hub's stable link, valid before the file arrives; `recording_state` says whether it has.
    `stopped` calls are on the stop list or ignored; `journal_only` ones began before the connection was activated.
    """

    id: Id
    external_id: str
    channel: str
    direction: str
    status: str
    answered: bool
    client_number: str | None
    project_number: str | None
    employee: Person | None
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    talk_seconds: int | None
    wait_seconds: int | None
    recording: str | None
    recording_state: str | None
    utm: dict[str, str]
    tags: dict[str, Any]
    contact: ContactRef | None
    legs: list[LegOut]
    inquiry: InquiryOut | None
    stopped: bool
    journal_only: bool


@router.get("/calls", response=Listed[CallOut], operation_id="list_calls")
def list_calls(request: ApiRequest, filters: Query[CallFilters]) -> Mapping[str, Any]:
    """The project's calls (forms and dialogues where `channel` asks for them), newest first."""
    project = project_of(request)
    found = journal(
        project,
        JournalFilter(
            channel="" if filters.channel == "all" else filters.channel,
            direction=filters.direction,
            status=filters.status,
            employees=_employees(project, filters.employee),
            line=filters.line,
            source=filters.source,
            campaign=filters.campaign,
            number=filters.number,
            search=filters.search,
            linked=filters.linked,
            recording=filters.recording,
        ),
    )
    if filters.external_id:
        found = found.filter(external_id=filters.external_id)
    if filters.since:
        found = found.filter(started_at__gte=_aware(project, filters.since))
    if filters.until:
        found = found.filter(started_at__lt=_aware(project, filters.until))
    try:
        page = page_of(found, cursor=filters.cursor, size=filters.limit)
    except ValueError as error:
        raise HttpError(422, str(error)) from None
    return {"items": shapes_of(project, page.items), "next": page.next}


@router.get("/calls/{call_id}", response=CallOut, operation_id="read_call")
def read_call(request: ApiRequest, call_id: str) -> Mapping[str, Any]:
    """One call."""
    project = project_of(request)
    return shapes_of(project, [_call(project, call_id)])[0]


@router.get("/calls/{call_id}/trace", response=CallTrace, operation_id="trace_call")
def trace_call(request: ApiRequest, call_id: str) -> CallTrace:
    """Events, matches, situation, rule, actions with reasons and results. Sentences follow Accept-Language."""
    return trace_of(_call(project_of(request), call_id))


def shapes_of(project: Project, calls: Sequence[Call]) -> list[Mapping[str, Any]]:
    """The calls as `CallOut` takes them, with one look-up of all their clients."""
    clients = known_clients(project, {call.client_number for call in calls})
    return [_shape(call, clients.get(call.client_number)) for call in calls]


def _shape(call: Call, client: KnownClient | None) -> Mapping[str, Any]:
    recording = getattr(call, "recording", None)
    if recording is not None and recording.revoked_at is not None:
        recording = None
    plain = (
        "external_id",
        "channel",
        "direction",
        "status",
        "started_at",
        "answered_at",
        "ended_at",
        "talk_seconds",
        "wait_seconds",
    )
    return {
        **{name: getattr(call, name) for name in plain},
        "id": call.pk,
        "answered": call.status == "answered",
        "client_number": call.client_number or None,
        "project_number": call.project_number or None,
        "employee": call.employee,
        "recording": f"{settings.PUBLIC_URL}/r/{recording.public_id}" if recording else None,
        "recording_state": recording.state if recording else None,
        "utm": call.state.get("utm", {}),
        "tags": call.state.get("tags", {}),
        "contact": contact_shape(client),
        "legs": call.state.get("legs", []),
        "inquiry": None if call.channel == Channel.CALL else _inquiry(call.state),
        "stopped": call.stopped,
        "journal_only": call.journal_only,
    }


def _inquiry(state: Mapping[str, Any]) -> Mapping[str, Any]:
    plain = {name: state.get(name, "") for name in ("source", "text", "link")}
    named = {"name": state.get("client_name", ""), "email": state.get("client_email", "")}
    return {"steps": state.get("steps", []), "released": state.get("released", False), **plain, **named}


def contact_shape(client: KnownClient | None) -> Mapping[str, Any] | None:
    """The client as `ContactRef` takes him."""
    if client is None:
        return None
    return {
        "connection": client.connection_id,
        "kind": client.kind,
        "id": client.record_id,
        "name": client.name,
        "url": client.url,
    }


def _call(project: Project, call_id: str) -> Call:
    found = (
        Call.objects.filter(project=project, pk=row_id(call_id) or 0).select_related("employee", "recording").first()
    )
    if found is None:
        raise Http404
    return found


def _employees(project: Project, wanted: str) -> tuple[int, ...]:
    if not wanted:
        return ()
    found = employees(project, wanted).first()
    if found is None:
        raise HttpError(422, f"No employee of this project is “{wanted}”. Give the id or e-mail of one.")
    return (found.pk,)


def _aware(project: Project, moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=project.zone)
