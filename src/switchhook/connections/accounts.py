"""Opening a saved connection: credentials, settings and the project's surroundings become a live connector."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, cast

from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext, override

from switchhook.connections.governor import SharedGovernor, Urgency
from switchhook.connections.models import Connection
from switchhook.connections.tokens import DatabaseTokens, TrialTokens
from switchhook.connectors.allowances import Governor, Ungoverned
from switchhook.connectors.base import Account, CrmConnector, TelephonyConnector
from switchhook.connectors.registry import manifest
from switchhook.projects.models import Number, Project
from switchhook.projects.people import Staff

# What the hub itself lends to connectors, by name; each is called with the project.
_SERVICES = {"record_store": "switchhook.crm.store.ProjectStore"}


def account_of(
    connection: Connection, *, trial: TrialTokens | None = None, urgency: Urgency = Urgency.DELIVERY
) -> Account:
    """The connection as its connector sees it. Raises Misconfigured when its credentials cannot be opened.

    It uses the access token that all workers share, and the governor; a `trial`, of credentials that are not saved,
    leaves no trace but what it keeps itself.
    """
    project = connection.project
    return Account(
        credentials=connection.credentials,
        settings=connection.settings,
        country=project.country,
        zone=project.zone,
        own_numbers=_own_numbers(project) if connection.role == "telephony" else frozenset(),
        services=_Lent(connection),
        clock=timezone.now,
        governor=_governor(connection, urgency) if trial is None else Ungoverned(),
        tokens=trial or DatabaseTokens(connection),
        translate=partial(_in_language, project.language),
    )


def _in_language(language: str, message: str) -> str:
    with override(language):
        return gettext(message)


def _governor(connection: Connection, urgency: Urgency) -> Governor:
    local = manifest(connection.connector).local
    return Ungoverned() if local or not connection.pk else SharedGovernor(connection.pk, urgency)


def _own_numbers(project: Project) -> frozenset[str]:
    numbers = Number.objects.filter(project=project).values_list("e164", flat=True)
    return frozenset(numbers) | Staff(project).mobiles()


def open_crm(connection: Connection, *, urgency: Urgency = Urgency.DELIVERY) -> CrmConnector:
    """The CRM behind a connection; its requests go by leave of the governor, the less urgent ones last.

    Raises Misconfigured when its connector is not installed.
    """
    account = account_of(connection, urgency=urgency)
    return cast("CrmConnector", manifest(connection.connector).connect(account))


def open_telephony(connection: Connection) -> TelephonyConnector:
    """The telephony behind a connection. Raises Misconfigured when its connector is not installed."""
    return cast("TelephonyConnector", manifest(connection.connector).connect(account_of(connection)))


class _Lent(Mapping[str, Any]):
    """Services made on first use, so that a vendor's connection costs nothing for what it does not ask for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __getitem__(self, name: str) -> Any:
        return import_string(_SERVICES[name])(self._connection.project)

    def __iter__(self) -> Iterator[str]:
        return iter(_SERVICES)

    def __len__(self) -> int:
        return len(_SERVICES)
