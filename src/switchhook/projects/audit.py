"""The audit trail's entries: who changed what, with what stood before and after."""

from collections.abc import Mapping
from typing import Any

from switchhook.projects.models import AuditEntry, Project, User

_EMPTY: tuple[Any, ...] = (None, "", [], {})


def note(project: Project, user: User | None, action: str, target: str = "", **changes: Any) -> AuditEntry:
    """Write an entry. `changes` are JSON-ready and hold no secret; `user` is None for a program and for the hub."""
    return AuditEntry.objects.create(
        project=project, user=user, action=action, target=target[:200], changes={**changes}
    )


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What of `after` is not as it was `before`: name → `{"from": …, "to": …}`. An unset value counts as empty.

    False and 0 are values: switching off what was on by default is a change.
    """
    return {
        name: {"from": before.get(name), "to": value}
        for name, value in after.items()
        if before.get(name) != value and not (before.get(name) in _EMPTY and value in _EMPTY)
    }
