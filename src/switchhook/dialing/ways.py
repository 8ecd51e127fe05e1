"""How a person calls in a project: through the exchange or with a softphone, and on which line."""

from collections.abc import Sequence
from dataclasses import dataclass

from switchhook.connections.models import Connection, ConnectionState
from switchhook.dialing.models import DialDefaults, DialPreference, Scheme, Way
from switchhook.dialing.refusals import DialRefused
from switchhook.dialing.words import STOPPED
from switchhook.projects.models import Employee, Project, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """What is set: `line` is "" where the first that is online rings. `own` is False for the project's default."""

    way: Way
    scheme: Scheme
    line: str = ""
    own: bool = False

    def link(self, number: str) -> str:
        """The address that a softphone dials `number` (E.164) by: `sip:+380671234567`."""
        return f"{self.scheme}:{number}"


def calling_of(project: Project, user: User | None) -> Calling:
    """The user's own choice, else the project's, else the exchange."""
    chosen = DialPreference.objects.filter(project=project, user=user).first() if user else None
    if chosen and chosen.way:
        return Calling(way=Way(chosen.way), scheme=Scheme(chosen.scheme), line=chosen.line, own=True)
    found = DialDefaults.objects.filter(project=project).first() or DialDefaults()
    return Calling(way=Way(found.way), scheme=Scheme(found.scheme), line=chosen.line if chosen else "")


def employees_of(project: Project, user: User | None) -> Sequence[Employee]:
    """The active employees for whom a user stands in a project."""
    return list(Employee.objects.filter(project=project, user=user, active=True)) if user else []


def employee_of(project: Project, user: User | None, wanted: int | None = None) -> Employee:
    """The employee whose phone rings when the user calls, of several the one with the id `wanted`.

    Raises DialRefused with `no_employee`, `several_employees` or `unknown_employee`.
    """
    people = employees_of(project, user)
    if not people:
        raise DialRefused("no_employee")
    if wanted is not None:
        found = next((person for person in people if person.pk == wanted), None)
        if found is None:
            raise DialRefused("unknown_employee", name=wanted)
        return found
    if len(people) > 1:
        raise DialRefused("several_employees")
    return people[0]


def lines_of(employee: Employee) -> list[str]:
    """Where an employee's phone can ring, the SIP logins first."""
    return [*employee.sips, *employee.mobiles]


def telephony_of(project: Project) -> Connection:
    """The connection through which the project calls. Raises DialRefused: `no_telephony`, `telephony_stopped`."""
    found = list(Connection.objects.filter(project=project, role="telephony"))
    if not found:
        raise DialRefused("no_telephony")
    works = next((one for one in found if one.state == ConnectionState.ACTIVE), None)
    if works is None:
        raise DialRefused(STOPPED, name=found[0].name)
    return works
