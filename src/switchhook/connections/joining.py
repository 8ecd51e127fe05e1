"""Connecting an account: tried first, then saved; by typed credentials or by way of the vendor's sign-in page."""

import secrets
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone

from switchhook.connections import services
from switchhook.connections.accounts import account_of
from switchhook.connections.governor import Urgency
from switchhook.connections.models import Connection, ConnectionState, SignInAttempt
from switchhook.connections.options import lacking
from switchhook.connections.tokens import TrialTokens, adopt
from switchhook.connectors.base import Account, Health
from switchhook.connectors.registry import manifest, manifests
from switchhook.core.errors import AuthFailed, SwitchhookError, Transient
from switchhook.projects.audit import difference, note
from switchhook.projects.models import AuditEntry, Project, User

RETURN_PATH = "/connections/signed-in"
"""Where vendors send the browser back to: one address for all of them, to be registered there once."""

STATE_SECONDS = 3600
ATTEMPT_LIFE = timedelta(days=1)
_SALT = "switchhook.connections.sign-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An account as its form describes it. `pause_local` switches the hub's own CRM off once it is connected."""

    project: Project
    connector: str
    name: str
    credentials: Mapping[str, str]
    settings: Mapping[str, Any]
    pause_local: bool = False


def return_address() -> str:
    """The redirect URI, as it must be entered at the vendor."""
    return f"{settings.PUBLIC_URL}{RETURN_PATH}"


def connect(wanted: Wanted, user: User | None = None) -> tuple[Connection, Health]:
    """Try the account and save it as an active connection; where required settings are still to be chosen, its work is
    held until then. Raises the connector's errors, with nothing saved.

    Sends requests, so it must not run inside a transaction.
    """
    trial, granted, health = services.try_credentials(_unsaved(wanted), wanted.credentials)
    return _saved(replace(wanted, credentials=granted), trial, user), health


def configure(
    connection: Connection,
    settings: Mapping[str, Any],
    credentials: Mapping[str, str],
    user: User | None = None,
) -> SwitchhookError | None:
    """Save settings (and secrets among them) that the connector can work with; `connection` has them then.

    Where the account could not be reached to try them, they are saved, and the reason is given. Raises Misconfigured
    with nothing saved; AuthFailed too where there are credentials to be tried. Sends requests.
    """
    tried = copy(connection)
    tried.settings = {**connection.settings, **settings}
    if credentials:
        trial, granted, _health = services.try_credentials(tried, {**connection.credentials, **credentials})
        keep_settings(connection, settings, user)
        services.replace_credentials(connection, granted, trial, sorted(credentials), user)
        return None
    opened = manifest(connection.connector).connect(account_of(tried, urgency=Urgency.LIVE))
    doubt: SwitchhookError | None = None
    try:
        opened.check()
    except (Transient, AuthFailed) as error:
        doubt = error
    keep_settings(connection, settings, user)
    return doubt


@transaction.atomic
def keep_settings(
    connection: Connection,
    settings: Mapping[str, Any],
    user: User | None,
    action: str = "connection.settings",
) -> None:
    """Change the named settings, under the row's lock, and note it in the audit trail as `action`.

    `connection` has the latest then. Asks nobody.
    """
    held = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    changed = difference(held.settings, settings)
    held.settings = connection.settings = {**held.settings, **settings}
    held.save(update_fields=["settings"])
    if changed:
        note(held.project, user, action, held.name, **changed)


@transaction.atomic
def _saved(wanted: Wanted, trial: TrialTokens, user: User | None) -> Connection:
    made = services.add(
        wanted.project,
        wanted.connector,
        wanted.name,
        credentials=dict(wanted.credentials),
        **wanted.settings,
    )
    adopt(made, trial)
    AuditEntry.objects.create(
        project=wanted.project,
        user=user,
        action="connection.add",
        target=made.name,
        changes={"connector": wanted.connector},
    )
    if lacking(made):
        services.hold_for_settings(made)
    if wanted.pause_local:
        for local in active_local(wanted.project):
            services.pause(local, user)
    return made


def active_local(project: Project) -> list[Connection]:
    """The project's CRMs that live in the hub itself and are written to."""
    known = manifests()
    active = Connection.objects.filter(project=project, role="crm", state=ConnectionState.ACTIVE)
    return [crm for crm in active if crm.connector in known and known[crm.connector].local]


def is_first_vendor(project: Project, connector: str) -> bool:
    """Whether this CRM would be the project's first beside one of the hub's own, which then is a question."""
    found = manifest(connector)
    if found.role != "crm" or found.local:
        return False
    local = {slug for slug, about in manifests().items() if about.local}
    others = Connection.objects.filter(project=project, role="crm").exclude(connector__in=local)
    return not others.exists() and bool(active_local(project))


def _unsaved(wanted: Wanted) -> Connection:
    role = manifest(wanted.connector).role
    made = Connection(
        project=wanted.project,
        connector=wanted.connector,
        role=role,
        name=wanted.name,
        settings=dict(wanted.settings),
    )
    made.credentials = dict(wanted.credentials)
    return made


# --- by way of the vendor's sign-in page ------------------------------------------------------------------------------


class ReturnRefused(Exception):
    """The browser came back with a state that is not good (any more)."""


def begin(wanted: Wanted, user: User, connection: Connection | None = None) -> SignInAttempt:
    """Remember an account until its user comes back from the vendor; `connection` is one to be renewed.

    Raises Misconfigured where the vendor's page cannot be addressed with what the form says.
    """
    attempt = SignInAttempt(
        project=wanted.project,
        user=user,
        connection=connection,
        connector=wanted.connector,
        name=wanted.name,
        settings=dict(wanted.settings),
        nonce=secrets.token_urlsafe(32),
        pause_local=wanted.pause_local,
    )
    attempt.credentials = dict(wanted.credentials)
    page_address(attempt)
    SignInAttempt.objects.filter(created_at__lt=timezone.now() - ATTEMPT_LIFE).delete()
    attempt.save()
    return attempt


def page_address(attempt: SignInAttempt) -> str:
    """Where the user signs in at the vendor; good for an hour and for one return."""
    named = {"project": attempt.project_id, "attempt": attempt.pk, "nonce": attempt.nonce}
    state = signing.dumps(named, salt=_SALT, compress=True)
    about = manifest(attempt.connector)
    return about.sign_in_page().address(_account(attempt), redirect_uri=return_address(), state=state)


def project_of(state: str) -> int | None:
    """The project to which a return belongs; None where `state` was not written here, or too long ago."""
    named = _named(state)
    return named["project"] if named else None


def _named(state: str) -> dict[str, Any] | None:
    try:
        named: dict[str, Any] = signing.loads(state, salt=_SALT, max_age=STATE_SECONDS)
    except signing.BadSignature:
        return None
    return named


@transaction.atomic
def taken(state: str, user: User) -> SignInAttempt:
    """The attempt that `state` names, its nonce spent. Raises ReturnRefused where it is not this user's, or not now."""
    named = _named(state)
    if named is None:
        raise ReturnRefused
    waiting = SignInAttempt.objects.select_for_update(of=("self",)).select_related("project", "connection__project")
    attempt = waiting.filter(pk=named["attempt"], nonce=named["nonce"], user=user).first()
    if attempt is None or attempt.created_at < timezone.now() - ATTEMPT_LIFE:
        raise ReturnRefused
    attempt.nonce, attempt.error = secrets.token_urlsafe(32), ""
    attempt.save(update_fields=["nonce", "error"])
    return attempt


def finish(attempt: SignInAttempt, answer: Mapping[str, str]) -> tuple[Connection, Health]:
    """Exchange what the vendor sent back, try the account, and save it or renew the connection it is for.

    A renewed connection keeps its state. Raises the connector's errors, with the attempt kept for another try.
    """
    try:
        found = manifest(attempt.connector).sign_in_page()
        granted = found.exchange(_account(attempt), answer=answer, redirect_uri=return_address())
        credentials = {**attempt.credentials, **granted}
        if attempt.connection:
            health = services.renew_credentials(attempt.connection, credentials, attempt.user)
            connection = attempt.connection
        else:
            connection, health = connect(_wanted(attempt, credentials), attempt.user)
    except SwitchhookError as error:
        attempt.error = str(error)
        attempt.save(update_fields=["error"])
        raise
    attempt.delete()
    return connection, health


def _wanted(attempt: SignInAttempt, credentials: Mapping[str, str]) -> Wanted:
    return Wanted(
        project=attempt.project,
        connector=attempt.connector,
        name=attempt.name,
        credentials=credentials,
        settings=attempt.settings,
        pause_local=attempt.pause_local,
    )


def _account(attempt: SignInAttempt) -> Account:
    if attempt.connection is None:
        return account_of(_unsaved(_wanted(attempt, attempt.credentials)), trial=TrialTokens())
    tried = copy(attempt.connection)
    tried.credentials = attempt.credentials
    return account_of(tried, trial=TrialTokens())
