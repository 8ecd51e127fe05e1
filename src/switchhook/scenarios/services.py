"""A connection's matrix: which version is in force, and how it is replaced."""

from typing import Any

from django.db import transaction

from switchhook.connections.models import Connection
from switchhook.connectors.registry import manifest
from switchhook.core.matrix import Matrix
from switchhook.core.matrix_diff import Difference, difference
from switchhook.projects.models import AuditEntry, User
from switchhook.scenarios.catalog import preset as load_preset
from switchhook.scenarios.models import MatrixVersion


def in_force(connection: Connection) -> tuple[MatrixVersion, Matrix]:
    """The newest version; a connection without one gets its connector's default preset first."""
    version = newest(connection)
    if version is None:
        version = apply_preset(connection, default_preset(connection))
    return version, Matrix.from_data(version.data)


def as_it_stands(connection: Connection) -> tuple[MatrixVersion | None, Matrix]:
    """As `in_force`, for reading alone: where none was ever put in force, the preset with which it will begin."""
    version = newest(connection)
    return version, Matrix.from_data(version.data) if version else load_preset(default_preset(connection))


def newest(connection: Connection) -> MatrixVersion | None:
    """The version in force; None where none was ever put in force."""
    return MatrixVersion.objects.filter(connection=connection).order_by("-number").first()


def default_preset(connection: Connection) -> str:
    """The preset with which such a connection begins. Raises Misconfigured if its connector is not installed."""
    return manifest(connection.connector).default_preset or "builtin"


def apply_preset(connection: Connection, preset: str, user: User | None = None) -> MatrixVersion:
    """Put a shipped preset in force as a new version. Raises Misconfigured for an unknown name."""
    return save(connection, load_preset(preset).to_data(), preset=preset, user=user)


@transaction.atomic
def save(
    connection: Connection,
    data: dict[str, Any],
    *,
    preset: str = "",
    user: User | None = None,
    copy_of: int | None = None,
    note: str = "",
) -> MatrixVersion:
    """Put a matrix in force as the connection's next version. Calls already judged keep the version they began with."""
    lock(connection)
    last = newest(connection)
    number = last.number + 1 if last else 1
    said: dict[str, Any] = {"version": number, "preset": preset}
    said |= {"copy_of": copy_of} if copy_of else {}
    said |= _changes(difference(Matrix.from_data(last.data), Matrix.from_data(data))) if last else {}
    AuditEntry.objects.create(
        project=connection.project, user=user, action="matrix.save", target=connection.name, changes=said
    )
    return MatrixVersion.objects.create(
        connection=connection, number=number, preset=preset, data=data, copy_of=copy_of, note=note, author=user
    )


def lock(connection: Connection) -> None:
    """Until the transaction ends, nobody else puts a version of this connection in force."""
    Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)


def _changes(found: Difference) -> dict[str, Any]:
    said = {
        "added": [change.row.id for change in found.rows if change.before is None],
        "removed": [change.row.id for change in found.rows if change.after is None],
        "changed": [change.row.id for change in found.rows if change.before and change.after],
        "head": list(found.head),
    }
    return {name: rows for name, rows in said.items() if rows}
