"""Who would take a call: the very question that the webhook number asks, asked from a page."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.db import connection as database

from switchhook.connections.models import Connection, EmployeeAccount
from switchhook.directory.models import DirectoryEntry
from switchhook.projects.models import Employee
from switchhook.routing.scheme import Scheme
from switchhook.routing.store import Destination, Pool, TelephonyDoor, responsible

T = TypeVar("T")
MOST_RECORDS = 12


@dataclass(frozen=True, slots=True)
class Known:
    """A record with the number, as the phone index knows it; `owner` is None where it is nobody of the employees."""

    connection: str
    kind: str
    title: str
    status: str
    owner: Employee | None
    url: str


class _OneConnection:
    """Django's own connection in the place of the fast path's pool: it never waits, so that no event loop is needed."""

    def __init__(self) -> None:
        self._cursor = database.cursor()

    @asynccontextmanager
    async def connection(self, **limits: float) -> AsyncIterator["_OneConnection"]:
        yield self

    async def execute(self, query: bytes, values: Any) -> "_OneConnection":
        self._cursor.execute(query.decode(), values)
        return self

    async def fetchall(self) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self._cursor.fetchall()
        return rows


def who_takes(telephony: Connection, client: str, scheme: Scheme) -> tuple[Employee, str] | None:
    """The employee to whom a call of `client` (E.164) would go under `scheme`, and his direction; None for nobody."""
    project = telephony.project
    asked = TelephonyDoor(
        connection=telephony.pk, digests=(), project=project.pk, country=project.country, scheme=scheme
    )
    found: Destination | None = _at_once(responsible(cast("Pool", _OneConnection()), asked, client))
    person = Employee.objects.filter(pk=found.employee, project=project).first() if found else None
    return (person, found.direction) if found and person else None


def _at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        return cast("T", done.value)
    work.close()
    raise RuntimeError("The question waits for something.")


def known_records(telephony: Connection, client: str) -> list[Known]:
    """What the phone index holds for the number, in the order in which CRMs are asked."""
    entries = (
        DirectoryEntry.objects.filter(connection__project=telephony.project, connection__role="crm", e164=client)
        .select_related("connection")
        .order_by("connection__rank", "connection_id", "kind", "-last_activity")[:MOST_RECORDS]
    )
    return [
        Known(
            connection=entry.connection.name,
            kind=entry.kind,
            title=entry.title,
            status=entry.status,
            owner=_owner(entry),
            url=entry.url,
        )
        for entry in entries
    ]


def _owner(entry: DirectoryEntry) -> Employee | None:
    if not entry.owner:
        return None
    accounts = EmployeeAccount.objects.filter(connection=entry.connection_id, user_id=entry.owner)
    account = accounts.select_related("employee").first()
    return account.employee if account else None
