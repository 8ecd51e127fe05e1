"""A direction belongs to one person: by it a call's employee is known."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from switchhook.projects.models import Employee, Project


@dataclass(frozen=True, slots=True)
class Clash:
    """A direction that somebody else has. `field` is that of the employee: `sips`, `mobiles` or `extension`."""

    field: str
    value: str
    owner: Employee


def clashes(
    project: Project, *, sips: Iterable[str], mobiles: Iterable[str], extension: str = "", but: int | None = None
) -> list[Clash]:
    """Which of these directions active employees of the project have already; `but` is the id of who asks."""
    logins, numbers = set(sips), set(mobiles)
    taken = Q(sips__overlap=sorted(logins)) | Q(mobiles__overlap=sorted(numbers))
    taken |= Q(extension=extension) if extension else Q(pk__in=[])
    found: list[Clash] = []
    for other in Employee.objects.filter(taken, project=project, active=True).exclude(pk=but or 0):
        found += [Clash("sips", login, other) for login in other.sips if login in logins]
        found += [Clash("mobiles", number, other) for number in other.mobiles if number in numbers]
        found += [Clash("extension", extension, other)] if extension and other.extension == extension else []
    return found
