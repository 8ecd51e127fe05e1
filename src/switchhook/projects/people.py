"""Who an employee is, from what telephony says about him."""

from collections.abc import Callable, Iterable

from switchhook.core.call import EmployeeRef
from switchhook.projects.models import Employee, Project
from switchhook.projects.stop_list import StopList

_Test = Callable[[Employee, EmployeeRef], bool]

# From the surest to the weakest: ids do not change, names are written differently in every system.
_TESTS: tuple[_Test, ...] = (
    lambda person, ref: bool(ref.staff_id) and person.staff_id == ref.staff_id,
    lambda person, ref: bool(ref.sip) and ref.sip in person.sips,
    lambda person, ref: bool(ref.number) and ref.number in person.mobiles,
    lambda person, ref: bool(ref.extension) and person.extension == ref.extension,
    lambda person, ref: bool(ref.email) and person.email.lower() == ref.email.lower(),
    lambda person, ref: bool(ref.name) and _same_name(person.name, ref.name),
)


class Staff:
    """A project's employees and its stop list, loaded once and asked many times."""

    def __init__(self, project: Project) -> None:
        self.stop_list = StopList(project)
        self._people = list(Employee.objects.filter(project=project))

    def find(self, ref: EmployeeRef | None) -> Employee | None:
        """The employee `ref` names, by the surest feature that fits; None when it fits nobody."""
        if not ref:
            return None
        return next((person for test in _TESTS for person in self._people if test(person, ref)), None)

    def mobiles(self) -> frozenset[str]:
        """The employees' own numbers in E.164: never a client's."""
        return frozenset(number for person in self._people for number in person.mobiles)

    def find_all(self, refs: Iterable[EmployeeRef]) -> list[Employee]:
        """The employees that `refs` name, each once, in order of their id."""
        found = {person.pk: person for ref in refs if (person := self.find(ref))}
        return [found[key] for key in sorted(found)]


def _same_name(ours: str, theirs: str) -> bool:
    # Telephony keeps full names of three words, CRMs shorter ones in another order.
    mine, other = set(ours.lower().split()), set(theirs.lower().split())
    shorter = min(mine, other, key=len)
    return len(shorter) >= 2 and (mine <= other or other <= mine)
