"""Setting the hub up by program: connections, settings, presets, matrices. Everything here needs the role admin."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.http import Http404
from ninja import Body, Field, Router, Schema, Status
from ninja.errors import HttpError

from switchhook.api.auth import ApiRequest, project_of
from switchhook.api.hub import ConnectionOut
from switchhook.connections import services
from switchhook.connections.accounts import open_crm
from switchhook.connections.models import Connection
from switchhook.core.errors import Misconfigured
from switchhook.core.matrix import Matrix
from switchhook.core.matrix_check import Severity, check
from switchhook.crm.kinds import row_id
from switchhook.delivery import observing
from switchhook.delivery.holding import Held, resume
from switchhook.projects.audit import difference, note
from switchhook.projects.models import Role
from switchhook.scenarios.plan_settings import settings_of
from switchhook.scenarios.services import apply_preset, in_force, save
from switchhook.understanding.tasks import reconcile_connection

router = Router(tags=["Set-up"])


class ConnectionChange(Schema):
    """What is to change. `settings` are merged into those that stand; a null removes one."""

    name: str | None = Field(None, max_length=120)
    state: Literal["active", "paused"] | None = None
    held: Held = Field(
        Held.NONE, description="With `active`, where a person had paused it: which of the calls that waited are sent."
    )
    settings: dict[str, Any] = {}


class Addresses(Schema):
    """The addresses to paste at the telephony provider; each holds the newest secret."""

    webhook_url: str
    forward_url: str


class PresetChoice(Schema):
    """The name of a shipped preset."""

    preset: str


class MatrixOut(Schema):
    """The matrix in force. `remarks` name holes and doubtful cells in words."""

    number: int
    preset: str
    created_at: datetime
    data: dict[str, Any]
    remarks: list[str]


class Queued(Schema):
    """The work waits its turn."""

    queued: bool


@router.patch("/connections/{connection_id}", response=ConnectionOut, operation_id="change_connection")
def change_connection(request: ApiRequest, connection_id: str, change: ConnectionChange) -> Connection:
    """Rename, switch on or off, or change settings.

    Switching on lets work go that waited for renewed credentials, and as much as `held` says of what waited while the
    connection was paused; the rest is kept.
    """
    connection = _connection(request, connection_id)
    _change(connection, change, request.auth.name)
    if change.state == "paused":
        services.pause(connection)
    elif change.state == "active":
        resume(connection, held=change.held)
    connection.refresh_from_db()
    return connection


@transaction.atomic
def _change(connection: Connection, change: ConnectionChange, program: str) -> None:
    # Read under the row's lock, so that of two changes at once neither is lost.
    held = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    before = {**held.settings, "name": held.name}
    held.name = change.name or held.name
    held.settings = {key: value for key, value in (held.settings | change.settings).items() if value is not None}
    if held.role == "crm":
        _refuse_unusable(held)
    held.save(update_fields=["name", "settings"])
    changed = difference(before, {"name": held.name, **{name: held.settings.get(name) for name in change.settings}})
    if changed:
        note(held.project, None, "connection.settings", held.name, **changed, program=program)


def _refuse_unusable(held: Connection) -> None:
    try:
        settings_of(held)
        observing.until(held)
    except Misconfigured as error:
        raise HttpError(422, str(error)) from None
    except (ValueError, TypeError) as error:
        raise HttpError(422, f"The setting {observing.UNTIL} must be a moment with its zone: {error}") from None


@router.post("/connections/{connection_id}/secret", response=Addresses, operation_id="rotate_secret")
def rotate_secret(request: ApiRequest, connection_id: str) -> Mapping[str, str]:
    """Issue a new secret for the incoming addresses; the one before it stays valid."""
    connection = _connection(request, connection_id, "telephony")
    services.rotate_secret(connection)
    return {"webhook_url": services.webhook_url(connection), "forward_url": services.forward_url(connection)}


@router.post("/connections/{connection_id}/reconcile", response={202: Queued}, operation_id="reconcile")
def reconcile(request: ApiRequest, connection_id: str) -> Status[Mapping[str, bool]]:
    """Queue a reading of the provider's call log since the last run."""
    reconcile_connection.defer(connection_id=_connection(request, connection_id, "telephony").pk)
    return Status(202, {"queued": True})


@router.get("/connections/{connection_id}/matrix", response=MatrixOut, operation_id="get_matrix")
def get_matrix(request: ApiRequest, connection_id: str) -> Mapping[str, Any]:
    """The scenario matrix in force, with remarks."""
    return _matrix(_connection(request, connection_id, "crm"))


@router.put("/connections/{connection_id}/matrix", response=MatrixOut, operation_id="put_matrix")
def put_matrix(request: ApiRequest, connection_id: str, data: Body[dict[str, Any]]) -> Mapping[str, Any]:
    """Put a matrix in force as a new version. Contradictions are refused with 422 and the reasons."""
    connection = _connection(request, connection_id, "crm")
    try:
        problems = check(Matrix.from_data(data), open_crm(connection).capabilities)
    except Misconfigured as error:
        raise HttpError(422, str(error)) from None
    if refused := [str(problem.reason) for problem in problems if problem.severity is Severity.CONTRADICTION]:
        raise HttpError(422, " ".join(refused))
    save(connection, data)
    return _matrix(connection)


@router.post("/connections/{connection_id}/preset", response=MatrixOut, operation_id="choose_preset")
def choose_preset(request: ApiRequest, connection_id: str, choice: PresetChoice) -> Mapping[str, Any]:
    """Put a shipped preset in force as a new version."""
    connection = _connection(request, connection_id, "crm")
    try:
        apply_preset(connection, choice.preset)
    except Misconfigured as error:
        raise HttpError(422, str(error)) from None
    return _matrix(connection)


def _connection(request: ApiRequest, connection_id: str, role: str = "") -> Connection:
    found = Connection.objects.filter(project=project_of(request, Role.ADMIN), pk=row_id(connection_id) or 0).first()
    if found is None or (role and found.role != role):
        raise Http404
    return found


def _matrix(connection: Connection) -> Mapping[str, Any]:
    version, matrix = in_force(connection)
    remarks = [str(problem.reason) for problem in check(matrix, open_crm(connection).capabilities)]
    return {
        "number": version.number,
        "preset": version.preset,
        "created_at": version.created_at,
        "data": version.data,
        "remarks": remarks,
    }
