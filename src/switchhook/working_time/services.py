"""What other parts ask: when something is due, whether it is working time, and who stands in for whom."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, time, timedelta

from django.db.models import F
from django.utils import timezone

from switchhook.core import working_hours
from switchhook.core.working_hours import WorkingHours
from switchhook.projects.models import Employee, Project
from switchhook.working_time.models import Absence, EmployeeHours, Holiday, ProjectHours, to_week

LONGEST_CHAIN = 5
"""How many substitutes of substitutes are asked for, at the most."""


def deadline(project: Project, start: datetime, amount: timedelta, employee: Employee | None = None) -> datetime:
    """When `amount` has passed since `start` (aware), for a task or a call-back of this project; UTC.

    Counts working time only (the `employee`'s own, where he has hours of his own) if the project wants that, else
    plain time.
    """
    hours, own = deadline_hours(project)
    return working_hours.due(start, amount, own.get(employee.pk, hours) if employee else hours)


def deadline_hours(project: Project) -> tuple[WorkingHours | None, dict[int, WorkingHours]]:
    """By what deadlines count: the project's hours, and those of employees (by id) who have their own.

    None and nobody where the project counts plain time.
    """
    row = ProjectHours.objects.filter(project=project, for_deadlines=True).first()
    if row is None:
        return None, {}
    common = WorkingHours(zone=project.zone, week=to_week(row.week), closures=closures(project))
    own = EmployeeHours.objects.filter(employee__project=project)
    return common, {one.employee_id: replace(common, week=to_week(one.week)) for one in own}


def hours_of(project: Project) -> WorkingHours | None:
    """The project's hours with its holidays, whatever deadlines count by; None where none are set."""
    row = ProjectHours.objects.filter(project=project).first()
    if row is None:
        return None
    return WorkingHours(zone=project.zone, week=to_week(row.week), closures=closures(project))


def is_open(project: Project, moment: datetime | None = None) -> bool:
    """Whether `moment` (now) is working time; without hours it always is."""
    hours = hours_of(project)
    return hours is None or hours.is_open(moment or timezone.now())


def closures(project: Project) -> tuple[working_hours.Closure, ...]:
    """The project's holidays."""
    return tuple(holiday.closure for holiday in Holiday.objects.filter(project=project))


def away(project: Project, moment: datetime | None = None) -> dict[int, Absence]:
    """Who is away at `moment` (now), by employee id; of several absences the one with a substitute, then the longest.

    `absence.substitute` is loaded.
    """
    at = moment or timezone.now()
    now = Absence.objects.filter(project=project, starts_at__lte=at, ends_at__gt=at)
    found: dict[int, Absence] = {}
    for absence in now.select_related("employee", "substitute").order_by(
        "employee", F("substitute").asc(nulls_last=True), "-ends_at"
    ):
        found.setdefault(absence.employee_id, absence)
    return found


def present_for(employee_id: int, absences: dict[int, Absence], able: Collection[int] | None = None) -> Employee | None:
    """Along the substitutes of an absent employee, the first who is there, active, and among `able` (None: anybody).

    `absences` are as `away` gives them. Loops and long chains end in nobody.
    """
    absence = absences.get(employee_id)
    for _step in range(LONGEST_CHAIN):
        if absence is None or absence.substitute is None:
            return None
        person = absence.substitute
        absence = absences.get(person.pk)
        if absence is None and person.active and (able is None or person.pk in able):
            return person
    return None


def until(absence: Absence) -> str:
    """The end of an absence as a sentence says it, in the project's zone: its last day, or day and time."""
    end = absence.ends_at.astimezone(absence.project.zone)
    if end.time() == time.min:
        return (end.date() - timedelta(days=1)).isoformat()
    return f"{end:%Y-%m-%d %H:%M}"
