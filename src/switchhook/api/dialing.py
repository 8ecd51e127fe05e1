"""Click-to-call in the API, and who a number is: for programs, and for the browser extension with a token of its own.

A token of the API names the employee whose phone rings and needs the role manager. A browser's token
(`dialing.models.DialToken`) rings the phone of the person who paired it, and opens nothing but these addresses.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Header, Query, Router, Schema, Status
from ninja.errors import HttpError
from ninja.security import HttpBearer
from pydantic import ConfigDict

from switchhook.api.auth import TokenAuth
from switchhook.api.crm_shapes import Id, OptionalId, Person
from switchhook.calls.queries import known_clients
from switchhook.core.phone import normalize
from switchhook.crm.kinds import row_id
from switchhook.crm.values import employees
from switchhook.dialing.models import DialRequest, DialToken, Via
from switchhook.dialing.placing import Order, place
from switchhook.dialing.refusals import DialRefused
from switchhook.dialing.showing import told
from switchhook.dialing.ways import calling_of, employee_of, employees_of
from switchhook.projects.models import ApiToken, Employee, Membership, Project, Role

router = Router(tags=["Calling"])

_SEEN_EVERY = timedelta(minutes=1)


class BrowserAuth(HttpBearer):
    """Finds a browser's live token whose user still is a manager of the project."""

    def authenticate(self, request: HttpRequest, token: str) -> DialToken | None:
        """The token, or None (401)."""
        live = DialToken.objects.select_related("project", "user").filter(revoked_at=None, user__is_active=True)
        found = live.filter(digest=DialToken.digest_of(token)).first()
        if found is None:
            return None
        member = Membership.objects.filter(project=found.project, user=found.user).first()
        if member is None or not Role(member.role).covers(Role.MANAGER):
            return None
        if found.last_used_at is None or timezone.now() - found.last_used_at > _SEEN_EVERY:
            DialToken.objects.filter(pk=found.pk).update(last_used_at=timezone.now())
        return found


AUTH = [TokenAuth(), BrowserAuth()]


class CallerRequest(HttpRequest):
    """A request that passed one of `AUTH`."""

    auth: ApiToken | DialToken


class DialNew(Schema):
    """A call to be made. `via` is a line of the employee (SIP login or mobile) that is to ring; empty: the hub chooses.

    `anyway` makes the call after a warning (phone offline or in a conversation, number on the ignore list).
    """

    model_config = ConfigDict(extra="forbid")

    number: str = Field(max_length=60, description="The client's number in any spelling.")
    employee: str = Field("", max_length=254, description="Id or e-mail of the employee whose phone rings first.")
    via: str = Field("", max_length=120)
    anyway: bool = False


class DialOut(Schema):
    """How far a call has come. `message` and `remedy` are sentences for a person; `reason` is a code where it failed.

    `call_id` is the call in the journal, as soon as telephony has reported it.
    """

    id: Id
    state: Literal["checking", "calling", "ringing", "connected", "ended", "failed", "unreported"]
    over: bool
    number: str
    employee: Person
    via: str
    reason: str
    message: str
    remedy: str
    anyway: bool = Field(description="Whether the same request with `anyway` is carried out.")
    others: list[str] = Field(description="Other lines of the employee, where the first is the trouble.")
    call_id: OptionalId
    created_at: datetime


class Refusal(Schema):
    """Why nothing is called."""

    detail: str
    code: str
    remedy: str
    anyway: bool


class ProjectRef(Schema):
    """A project by name, with the country (ISO 3166 alpha-2) whose national spelling numbers are read in."""

    id: Id
    name: str
    country: str


class Me(Schema):
    """Whom the token speaks for. `employee` is null where no single one stands behind it.

    `way` is `callback` (through the exchange) or `link`: calls are made by opening `scheme` and the number.
    """

    project: ProjectRef
    user: str
    employee: Person | None
    may_call: bool
    way: str
    scheme: str


class Known(Schema):
    """Who a number is, by the first CRM connection that knows it; empty where none does."""

    phone: str
    known: bool
    name: str
    kind: str
    url: str


@router.post(
    "/click-to-call",
    auth=AUTH,
    response={202: DialOut, 422: Refusal, 429: Refusal},
    operation_id="click_to_call",
)
def click_to_call(
    request: CallerRequest,
    response: HttpResponse,
    wanted: DialNew,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", max_length=200)] = "",
) -> Status[Any]:
    """Have the exchange ring an employee, then the client. Answers at once; ask for the state under the id.

    The same `Idempotency-Key`, or the same call within five seconds, gives the same request.
    """
    project = _project(request, Role.MANAGER)
    try:
        order = Order(
            project=project,
            employee=_employee(request, project, wanted.employee),
            number=wanted.number,
            requested_by=request.auth.user if isinstance(request.auth, DialToken) else None,
            via=Via.EXTENSION if isinstance(request.auth, DialToken) else Via.API,
            line=wanted.via,
            anyway=wanted.anyway,
            key=idempotency_key,
        )
        return Status(202, _shape(place(order)))
    except DialRefused as refused:
        if refused.retry_after:
            response["Retry-After"] = str(refused.retry_after)
        return Status(429 if refused.retry_after else 422, _refusal(refused))


@router.get("/click-to-call/{dial_id}", auth=AUTH, response=DialOut, operation_id="read_click_to_call")
def read_click_to_call(request: CallerRequest, dial_id: str) -> Mapping[str, Any]:
    """How far a call has come; a browser's token sees its person's calls only."""
    mine = DialRequest.objects.filter(project=_project(request), pk=row_id(dial_id) or 0)
    if isinstance(request.auth, DialToken):
        mine = mine.filter(requested_by=request.auth.user)
    found = mine.select_related("employee", "call").first()
    if found is None:
        raise Http404
    return _shape(found)


@router.get("/me", auth=AUTH, response=Me, operation_id="read_me")
def read_me(request: CallerRequest) -> Mapping[str, Any]:
    """Whom the token speaks for, and how calls are made."""
    project, token = _project(request), request.auth
    user = token.user if isinstance(token, DialToken) else None
    people, calling = employees_of(project, user), calling_of(project, user)
    return {
        "project": project,
        "user": str(user) if user else "",
        "employee": people[0] if len(people) == 1 else None,
        "may_call": bool(people) if user else Role(_role(token)).covers(Role.MANAGER),
        "way": calling.way,
        "scheme": calling.scheme,
    }


@router.get("/lookup", auth=AUTH, response=Known, operation_id="look_up_number")
def look_up_number(request: CallerRequest, phone: Query[Annotated[str, Field(max_length=60)]]) -> Mapping[str, Any]:
    """Who a number is, from the hub's own directory; asks no CRM."""
    project = _project(request)
    number = normalize(phone, project.country)
    if number is None:
        raise HttpError(422, f"“{phone}” is not a telephone number.")
    found = known_clients(project, {number}).get(number)
    if found is None:
        return {"phone": number, "known": False, "name": "", "kind": "", "url": ""}
    return {"phone": number, "known": True, "name": found.name, "kind": found.kind, "url": found.url}


def _role(token: ApiToken | DialToken) -> Role:
    return Role.MANAGER if isinstance(token, DialToken) else Role(token.role)


def _project(request: CallerRequest, needed: Role = Role.VIEWER) -> Project:
    role = _role(request.auth)
    if not role.covers(needed):
        raise HttpError(403, f"This token may only act as {role.value}; {needed.value} is needed.")
    return request.auth.project


def _employee(request: CallerRequest, project: Project, wanted: str) -> Employee:
    named = employees(project, wanted).filter(active=True).first() if wanted else None
    if wanted and named is None:
        raise DialRefused("unknown_employee", name=wanted)
    if not isinstance(request.auth, DialToken):
        if named is None:
            raise HttpError(422, "Name the employee whose phone is to ring: his id or e-mail.")
        return named
    if named and named.user_id != request.auth.user_id:
        raise DialRefused("not_yours")
    return employee_of(project, request.auth.user, named.pk if named else None)


def _refusal(refused: DialRefused) -> Mapping[str, Any]:
    return {
        "detail": refused.sentence,
        "code": refused.code,
        "remedy": refused.remedy,
        "anyway": refused.overridable,
    }


def _shape(dial: DialRequest) -> Mapping[str, Any]:
    said = told(dial)
    return {
        "id": dial.pk,
        "state": dial.state,
        "over": dial.is_over,
        "number": dial.number,
        "employee": dial.employee,
        "via": dial.line,
        "reason": dial.reason,
        "message": said.sentence,
        "remedy": said.remedy,
        "anyway": said.anyway,
        "others": said.lines,
        "call_id": dial.call_id,
        "created_at": dial.created_at,
    }
