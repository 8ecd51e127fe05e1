"""What people do with connections: add, pause, resume, rotate their secrets, renew their credentials."""

from collections.abc import Mapping
from copy import copy
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from switchhook.connections import tokens
from switchhook.connections.accounts import account_of
from switchhook.connections.models import Connection, ConnectionState, EmployeeAccount, IntakeSecret
from switchhook.connections.tokens import TrialTokens
from switchhook.connectors.base import Health
from switchhook.connectors.registry import manifest
from switchhook.core.errors import AuthFailed, Misconfigured
from switchhook.core.words import _
from switchhook.projects.models import AuditEntry, Employee, Project, User

LIVE_SECRETS = 2
SETTINGS_TO_CHOOSE = _("Its settings are still to be chosen.")


@transaction.atomic
def add(
    project: Project, connector: str, name: str = "", *, credentials: dict[str, str] | None = None, **options: Any
) -> Connection:
    """A new active connection with one live secret. `options` become its settings.

    Raises Misconfigured when the connector is not installed.
    """
    found = manifest(connector)
    rank = Connection.objects.filter(project=project, role=found.role).count()
    connection = Connection(
        project=project, connector=connector, role=found.role, name=name or found.title, rank=rank, settings=options
    )
    connection.credentials = credentials or {}
    connection.activated_at = timezone.now()
    connection.save()
    IntakeSecret.issue(connection)
    return connection


@transaction.atomic
def rotate_secret(connection: Connection, user: User | None = None) -> IntakeSecret:
    """A new live secret; the one before it stays valid, older ones are revoked."""
    Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    fresh = IntakeSecret.issue(connection)
    live = connection.secrets.filter(revoked_at=None).order_by("-id")
    keep = list(live.values_list("id", flat=True)[:LIVE_SECRETS])
    live.exclude(id__in=keep).update(revoked_at=timezone.now())
    _note(connection, user, "connection.rotate_secret")
    return fresh


def renew_credentials(connection: Connection, credentials: Mapping[str, str], user: User | None = None) -> Health:
    """Replace the credentials named in `credentials` once the vendor has taken them; the others stay.

    The state stays too (`connection` has the latest): work that a broken connection holds is let go by
    `delivery.holding.resume`. Raises the connector's errors, with nothing saved. Sends requests, so it must not run
    inside a transaction.
    """
    held, fields = held_credentials(connection), sorted(credentials)
    try:
        trial, tried, health = try_credentials(connection, {**held, **credentials})
    except AuthFailed:
        # What was typed may be meant to take the place of the refresh token, which would be preferred to it.
        if tokens.REFRESH not in held or not credentials or tokens.REFRESH in credentials:
            raise
        without = {name: value for name, value in held.items() if name != tokens.REFRESH}
        trial, tried, health = try_credentials(connection, {**without, **credentials})
    replace_credentials(connection, tried, trial, fields, user)
    return health


def try_credentials(
    connection: Connection, credentials: Mapping[str, str]
) -> tuple[TrialTokens, dict[str, str], Health]:
    """Whether the vendor takes them: the tokens of the trial, the credentials with what it has granted, its result.

    Raises the connector's errors. Saves nothing.
    """
    trial, tried = TrialTokens(), copy(connection)
    tried.credentials = dict(credentials)
    health = manifest(tried.connector).connect(account_of(tried, trial=trial)).check()
    return trial, trial.granted(credentials), health


@transaction.atomic
def replace_credentials(
    connection: Connection,
    credentials: dict[str, str],
    trial: TrialTokens,
    fields: list[str],
    user: User | None = None,
) -> None:
    """Save credentials that were tried; `fields` are the names of those that are new. `connection` has the latest."""
    held = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    connection.credentials, connection.credentials_version = credentials, held.credentials_version + 1
    connection.save(update_fields=["sealed_credentials", "credentials_version"])
    tokens.adopt(connection, trial)
    _note(connection, user, "connection.renew_credentials", fields=fields)
    # From now on no run with the old credentials can break the connection; until now one could.
    connection.state, connection.state_reason, connection.state_since = held.state, held.state_reason, held.state_since


def held_credentials(connection: Connection) -> dict[str, str]:
    """The connection's credentials, none where they cannot be opened any more."""
    try:
        return connection.credentials
    except Misconfigured:  # sealed with another key: the very case in which all of them are entered again
        return {}


def pause(connection: Connection, user: User | None = None) -> None:
    """Switch off: events are still stored, the work for this CRM is held."""
    _set_state(connection, ConnectionState.PAUSED, "", user, "connection.pause")


def mark_broken(connection: Connection, reason: str) -> None:
    """The vendor refused the credentials: hold the work and say why. Idempotent.

    What a person has done since `connection` was read stands: he may have paused it, or entered other credentials.
    """
    same = Connection.objects.filter(
        pk=connection.pk, state=ConnectionState.ACTIVE, credentials_version=connection.credentials_version
    )
    with transaction.atomic():
        if same.update(state=ConnectionState.BROKEN, state_reason=reason, state_since=timezone.now()):
            _note(connection, None, "connection.broken")


def hold_for_settings(connection: Connection) -> None:
    """Hold the work until the settings that the account needs are chosen; it goes by itself then."""
    connection.state, connection.state_since = ConnectionState.BROKEN, timezone.now()
    connection.state_reason = SETTINGS_TO_CHOOSE
    connection.save(update_fields=["state", "state_reason", "state_since"])


def activate(connection: Connection, user: User | None = None) -> None:
    """Switch on. Held work is let go by `delivery.holding.resume`, which calls this."""
    _set_state(connection, ConnectionState.ACTIVE, "", user, "connection.activate")


@transaction.atomic
def move(connection: Connection, places: int, user: User | None = None) -> None:
    """Move a CRM by so many places among its project's (-1: it is asked before the one above). Idempotent at the ends.

    Ranks are counted anew, so that no two are alike.
    """
    ranked = list(
        Connection.objects.select_for_update(no_key=True)
        .filter(project=connection.project_id, role=connection.role)
        .order_by("rank", "id")
    )
    before = [one.pk for one in ranked]
    place = before.index(connection.pk)
    ranked.insert(max(place + places, 0), ranked.pop(place))
    for rank, one in enumerate(ranked):
        if one.rank != rank:
            Connection.objects.filter(pk=one.pk).update(rank=rank)
    if [one.pk for one in ranked] != before:
        _note(connection, user, "connection.move", ranked=[one.name for one in ranked])


@transaction.atomic
def map_employee(connection: Connection, employee: Employee, user_id: str) -> None:
    """Give the employee his user id in this CRM; an empty id removes it."""
    EmployeeAccount.objects.filter(connection=connection, employee=employee).delete()
    if user_id:
        EmployeeAccount.objects.filter(connection=connection, user_id=user_id).delete()
        EmployeeAccount.objects.create(connection=connection, employee=employee, user_id=user_id)


def webhook_url(connection: Connection) -> str:
    """The address to paste at the telephony provider for events; holds the newest live secret."""
    return f"{settings.PUBLIC_URL}/in/{connection.pk}/{_newest_secret(connection)}"


def forward_url(connection: Connection) -> str:
    """The address that the provider's webhook number asks "who takes this call?"."""
    return f"{settings.PUBLIC_URL}/forward/{connection.pk}/{_newest_secret(connection)}"


def began_before_activation(connection: Connection, started_at: datetime) -> bool:
    """Whether a call is older than the connection: it enters the journal only."""
    return connection.activated_at is not None and started_at < connection.activated_at


def _newest_secret(connection: Connection) -> str:
    secret = connection.secrets.filter(revoked_at=None).order_by("-id").first() or IntakeSecret.issue(connection)
    return secret.text


@transaction.atomic
def _set_state(connection: Connection, state: ConnectionState, reason: str, user: User | None, action: str) -> None:
    connection.state, connection.state_reason, connection.state_since = state, reason, timezone.now()
    connection.save(update_fields=["state", "state_reason", "state_since"])
    _note(connection, user, action)


def _note(connection: Connection, user: User | None, action: str, **changes: Any) -> None:
    AuditEntry.objects.create(
        project=connection.project, user=user, action=action, target=connection.name, changes=changes
    )
