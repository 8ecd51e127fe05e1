"""A connection's matrix: which version is in force, and how it is replaced."""

from typing import Any

from django.db import transaction
from django.db.models import Max

from switchhook.connections.models import Connection
from switchhook.connectors.registry import manifest
from switchhook.core.matrix import Matrix
from switchhook.projects.models import AuditEntry, User
from switchhook.scenarios.catalog import preset as load_preset
from switchhook.scenarios.models import MatrixVersion


def in_force(connection: Connection) -> tuple[MatrixVersion, Matrix]:
    """The newest version; a connection without one gets its connector's default preset first."""
    version = MatrixVersion.objects.filter(connection=connection).order_by("-number").first()
    if version is None:
        version = apply_preset(connection, manifest(connection.connector).default_preset or "builtin")
    return version, Matrix.from_data(version.data)


def apply_preset(connection: Connection, preset: str, user: User | None = None) -> MatrixVersion:
    """Put a shipped preset in force as a new version. Raises Misconfigured for an unknown name."""
    return save(connection, load_preset(preset).to_data(), preset=preset, user=user)


@transaction.atomic
def save(connection: Connection, data: dict[str, Any], *, preset: str = "", user: User | None = None) -> MatrixVersion:
    """Put a matrix in force as the connection's next version. Calls already judged keep the version they began with."""
    Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    last = MatrixVersion.objects.filter(connection=connection).aggregate(Max("number"))["number__max"] or 0
    AuditEntry.objects.create(
        project=connection.project, user=user, action="matrix.save", target=connection.name, changes={"preset": preset}
    )
    return MatrixVersion.objects.create(connection=connection, number=last + 1, preset=preset, data=data, author=user)
