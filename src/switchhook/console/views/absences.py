"""Who is away, and who stands in. Managers enter their own absences, admins everybody's."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.working_time_forms import AbsenceForm
from switchhook.projects.models import AuditEntry, Employee, Role
from switchhook.working_time import services
from switchhook.working_time.models import Absence

STRIP_DAYS = 28
PAST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Day:
    """A column of the strip. `closed` is a weekend or holiday."""

    date: date
    closed: bool
    first: bool


@dataclass(frozen=True, slots=True)
class StripRow:
    """An employee's days: `away`, `part` (some hours of it) or ""."""

    employee: Employee
    cells: list[tuple[Day, str]]


@project_view(Role.VIEWER)
def absences(request: ProjectRequest) -> HttpResponse:
    """The coming weeks as a strip, and all absences as a list."""
    now = timezone.now()
    every = Absence.objects.filter(project=request.project).select_related("employee", "substitute", "project")
    coming = list(every.filter(ends_at__gt=now))
    mine = set(_allowed(request).values_list("pk", flat=True))
    days = _days(request)
    context = {
        "coming": coming,
        "past": every.filter(ends_at__lte=now).order_by("-ends_at")[:PAST_SHOWN],
        "now": now,
        "mine": mine,
        "may_enter": bool(mine),
        "days": days,
        "strip": _strip(request, coming, days),
        "alone": [one.pk for one in coming if one.substitute and one.substitute_id in _away_then(coming, one)],
    }
    return render(request, "console/absences/absences.html", context)


def _allowed(request: ProjectRequest) -> QuerySet[Employee]:
    """Those whose absences this user may enter."""
    people = Employee.objects.filter(project=request.project, active=True)
    if request.role.covers(Role.ADMIN):
        return people
    return people.filter(user=request.user) if request.role.covers(Role.MANAGER) else people.none()


def _days(request: ProjectRequest) -> list[Day]:
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    hours = services.hours_of(request.project)
    days = []
    for number in range(STRIP_DAYS):
        day = monday + timedelta(days=number)
        holiday = any(closure.covers(day) for closure in hours.closures) if hours else False
        free = not hours.week[day.weekday()] if hours else day.weekday() > 4
        days.append(Day(day, closed=holiday or free, first=day.day == 1 or number == 0))
    return days


def _strip(request: ProjectRequest, coming: list[Absence], days: list[Day]) -> list[StripRow]:
    until = datetime.combine(days[-1].date + timedelta(days=1), time.min, request.project.zone)
    shown = [one for one in coming if one.starts_at < until]
    people = {one.employee_id: one.employee for one in sorted(shown, key=lambda one: one.employee.name)}
    return [
        StripRow(person, [(day, _covered(shown, person, day, request.project.zone)) for day in days])
        for person in people.values()
    ]


def _covered(absences: list[Absence], person: Employee, day: Day, zone: Any) -> str:
    begins = datetime.combine(day.date, time.min, zone)
    ends = datetime.combine(day.date + timedelta(days=1), time.min, zone)
    for one in absences:
        if one.employee_id == person.pk and one.starts_at < ends and one.ends_at > begins:
            return "away" if one.starts_at <= begins and one.ends_at >= ends else "part"
    return ""


def _away_then(absences: list[Absence], one: Absence) -> set[int]:
    """Employees who are away during some of this absence."""
    return {other.employee_id for other in absences if other.starts_at < one.ends_at and other.ends_at > one.starts_at}


@project_view(Role.MANAGER)
def absence(request: ProjectRequest, absence_id: int | None = None) -> HttpResponse:
    """One absence's form, or an empty one."""
    allowed = _allowed(request)
    found = _of(request, absence_id) if absence_id else Absence(project=request.project, created_by=request.user)
    if not allowed.exists():
        raise PermissionDenied
    form = AbsenceForm(found, allowed, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        _note(request, "absence.save", saved)
        messages.success(request, _("Saved."))
        return redirect("absences", request.project.pk)
    context = {"form": form, "absence": found if found.pk else None}
    return render(request, "console/absences/absence.html", context, status=422 if form.errors else 200)


@require_POST
@project_view(Role.MANAGER)
def remove_absence(request: ProjectRequest, absence_id: int) -> HttpResponse:
    """Take an absence back."""
    found = _of(request, absence_id)
    _note(request, "absence.remove", found)
    found.delete()
    messages.success(request, _("Removed."))
    return redirect("absences", request.project.pk)


def _of(request: ProjectRequest, absence_id: int) -> Absence:
    """An absence that this user may change. Raises 404 outside the project, PermissionDenied for others' absences."""
    found = get_object_or_404(
        Absence.objects.select_related("employee", "project"), pk=absence_id, project=request.project
    )
    if not request.role.covers(Role.ADMIN) and found.employee.user_id != request.user.pk:
        raise PermissionDenied
    return found


def _note(request: ProjectRequest, action: str, absence: Absence) -> None:
    changes = {"from": absence.starts_at.isoformat(), "until": absence.ends_at.isoformat()}
    AuditEntry.objects.create(
        project=request.project, user=request.user, action=action, target=absence.employee.name, changes=changes
    )
