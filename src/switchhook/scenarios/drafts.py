"""A user's draft of a connection's matrix: changed step by step, then put in force at once or discarded."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from switchhook.connections.models import Connection
from switchhook.core.errors import Misconfigured
from switchhook.core.matrix import Matrix
from switchhook.core.matrix_check import Severity, check
from switchhook.core.records import Capabilities
from switchhook.projects.models import User
from switchhook.scenarios.models import MatrixDraft, MatrixVersion
from switchhook.scenarios.services import in_force, lock, newest, save

STEPS_KEPT = 20


class Overtaken(Exception):
    """Another version has come into force than the one that the user has seen; it is carried as `version`."""

    def __init__(self, version: MatrixVersion) -> None:
        super().__init__(f"Version {version.number} is in force by now.")
        self.version = version


def draft_of(connection: Connection, user: User) -> MatrixDraft | None:
    """The user's own draft, None where he has changed nothing."""
    return MatrixDraft.objects.select_related("base").filter(connection=connection, user=user).first()


def others_drafts(connection: Connection, user: User) -> list[MatrixDraft]:
    """Drafts that other users have of the same matrix, the latest first."""
    others = MatrixDraft.objects.filter(connection=connection).exclude(user=user).select_related("user")
    return list(others.order_by("-updated_at").defer("data", "earlier"))


@transaction.atomic
def change(
    connection: Connection, user: User, edit: Callable[[Matrix], Matrix], *, preset: str | None = None
) -> MatrixDraft | None:
    """Apply one edit to the user's draft, which begins from the version in force; `preset` names where it comes from.

    Gives the draft; None where it says what is in force, so that there is nothing to keep. What `edit` raises goes
    through, and nothing has changed then.
    """
    version, _matrix = in_force(connection)
    lock(connection)
    held = MatrixDraft.objects.filter(connection=connection, user=user).first()
    base = held.base if held else version
    data = held.data if held else base.data
    wanted = edit(Matrix.from_data(data)).to_data()
    if wanted == data:
        return held
    if _same(wanted, base.data):
        MatrixDraft.objects.filter(connection=connection, user=user).delete()
        return None
    draft = held or MatrixDraft(connection=connection, user=user, base=base, preset=base.preset)
    draft.earlier = [*draft.earlier, data][-STEPS_KEPT:]
    draft.data, draft.preset = wanted, draft.preset if preset is None else preset
    draft.save()
    return draft


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return Matrix.from_data(one) == Matrix.from_data(other)


@transaction.atomic
def step_back(connection: Connection, user: User) -> MatrixDraft | None:
    """Take the draft's last change back. The draft as it is then; None where nothing is left of it."""
    lock(connection)
    held = draft_of(connection, user)
    if held is None or not held.earlier:
        return held
    *earlier, data = held.earlier
    if _same(data, held.base.data):
        held.delete()
        return None
    held.data, held.earlier = data, earlier
    held.save()
    return held


def discard(connection: Connection, user: User) -> None:
    """Drop the user's draft; what is in force stays."""
    MatrixDraft.objects.filter(connection=connection, user=user).delete()


@transaction.atomic
def keep_over(connection: Connection, user: User, number: int) -> None:
    """Let the draft stand for a change of version `number`, which came into force since it was begun.

    Raises Overtaken where yet another one has come into force by now.
    """
    lock(connection)
    version = newest(connection)
    if version is not None and version.number != number:
        raise Overtaken(version)
    MatrixDraft.objects.filter(connection=connection, user=user).update(base=version)


@transaction.atomic
def put_in_force(
    connection: Connection, user: User, capabilities: Capabilities, *, note: str = ""
) -> MatrixVersion | None:
    """Make the user's draft the version in force, and drop the draft. None where there is no draft.

    Raises Overtaken where a version has come into force that the draft does not begin from, and Misconfigured where the
    table contradicts itself or the CRM.
    """
    lock(connection)
    draft, version = draft_of(connection, user), newest(connection)
    if draft is None:
        return None
    if version is not None and version.pk != draft.base.pk:
        raise Overtaken(version)
    refuse(Matrix.from_data(draft.data), capabilities)
    made = save(connection, draft.data, preset=draft.preset, user=user, note=note)
    draft.delete()
    return made


@transaction.atomic
def put_back(connection: Connection, user: User, number: int, capabilities: Capabilities) -> MatrixVersion | None:
    """Put a copy of an older version in force; None where there is no such version. The user's draft is left alone.

    Raises Misconfigured where that table contradicts what the CRM can do now.
    """
    old = MatrixVersion.objects.filter(connection=connection, number=number).first()
    if old is None:
        return None
    refuse(Matrix.from_data(old.data), capabilities)
    return save(connection, old.data, preset=old.preset, user=user, copy_of=old.number)


def refuse(matrix: Matrix, capabilities: Capabilities) -> None:
    """Raises Misconfigured with every contradiction of `matrix`, if there is one."""
    wrong = [str(p.reason) for p in check(matrix, capabilities) if p.severity is Severity.CONTRADICTION]
    if wrong:
        raise Misconfigured(" ".join(wrong), field="matrix")
