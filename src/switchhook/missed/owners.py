"""Whose a missed client is: of the responsible that the directory knows, else of the senior manager."""

from functools import cached_property

from switchhook.connections.models import Connection, EmployeeAccount
from switchhook.core.records import Kind
from switchhook.directory import index
from switchhook.projects.models import Employee, Project
from switchhook.working_time.models import Absence
from switchhook.working_time.services import away, present_for

_MINUTES = 240
_KINDS = (Kind.LEAD, Kind.DEAL, Kind.CONTACT, Kind.COMPANY)


class Office:
    """A project's CRMs and people, read once and asked for many clients."""

    def __init__(self, project: Project) -> None:
        self.project = project

    @cached_property
    def crms(self) -> list[Connection]:
        """The CRM connections, the first-ranked first."""
        return list(Connection.objects.filter(project=self.project, role="crm").order_by("rank", "id"))

    @cached_property
    def minutes(self) -> int:
        """The time a call-back has: that of an open task in the first CRM."""
        said = self.crms[0].setting("task_due_minutes", _MINUTES) if self.crms else _MINUTES
        return int(said) if str(said).isdigit() else _MINUTES

    @cached_property
    def _away(self) -> dict[int, Absence]:
        return away(self.project)

    def responsible(self, number: str) -> Employee | None:
        """Who should call the client back; for somebody who is away, his substitute. None where nobody is set."""
        for crm in self.crms:
            owners = [record.owner for record in index.look_up(crm, number) if record.kind in _KINDS and record.is_open]
            for owner in filter(None, owners):
                mapped = EmployeeAccount.objects.filter(connection=crm, user_id=owner, employee__active=True)
                account = mapped.select_related("employee").first()
                if account is not None:
                    return self._present(account.employee)
        return self._senior()

    def _senior(self) -> Employee | None:
        for crm in self.crms:
            said = str(crm.setting("senior_employee", ""))
            people = Employee.objects.filter(project=self.project, active=True)
            person = people.filter(pk=int(said)).first() if said.isdecimal() else None
            if person is not None:
                return self._present(person)
        return None

    def _present(self, person: Employee) -> Employee:
        return present_for(person.pk, self._away) or person
