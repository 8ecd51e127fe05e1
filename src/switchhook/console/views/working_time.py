"""Working hours of the project and of employees with hours of their own, and the days on which nobody works."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.week_form import WeekForm
from switchhook.console.working_time_forms import HolidayForm, PublicHolidaysForm
from switchhook.core.working_hours import WorkingHours, due
from switchhook.projects.models import AuditEntry, Employee, Role
from switchhook.working_time import public_days, services
from switchhook.working_time.models import EmployeeHours, Holiday, ProjectHours, from_week, to_week, usual_week

_FRIDAY = 4
_EXAMPLE = timedelta(hours=4)


@project_view(Role.VIEWER)
def hours(request: ProjectRequest) -> HttpResponse:
    """The project's week. Admins change it; buttons of the form change it on the page until it is saved."""
    saved = ProjectHours.objects.filter(project=request.project).first()
    if request.method == "POST":
        return _save_hours(request, saved or ProjectHours(project=request.project))
    form = WeekForm.of(to_week(saved.week if saved else usual_week()))
    return _page(request, form, saved=saved is not None, counts=bool(saved and saved.for_deadlines))


def _save_hours(request: ProjectRequest, row: ProjectHours) -> HttpResponse:
    if not request.role.covers(Role.ADMIN):
        raise PermissionDenied
    form, do = WeekForm.typed(request.POST), request.POST.get("do", "")
    counts = "for_deadlines" in request.POST
    if do == "none":
        ProjectHours.objects.filter(project=request.project).delete()
        _note(request, "working_time.clear", request.project.name)
        messages.success(request, _("The project is open at any time now."))
        return redirect("working_time", request.project.pk)
    if form.change(do) or do == "count" or not form.valid():
        return _page(request, form, saved=row.pk is not None, counts=counts)
    row.week, row.for_deadlines = from_week(form.week or ()), counts
    row.save()
    _note(request, "working_time.save", request.project.name, week=row.week, for_deadlines=counts)
    messages.success(request, _("Saved."))
    return redirect("working_time", request.project.pk)


def _page(request: ProjectRequest, form: WeekForm, *, saved: bool, counts: bool) -> HttpResponse:
    own = EmployeeHours.objects.filter(employee__project=request.project).select_related("employee")
    without = Employee.objects.filter(project=request.project, active=True, hours=None)
    context = {
        "week": form,
        "saved": saved,
        "counts": counts,
        "example": _example(request, form, counts=counts),
        "own": own.order_by("employee__name"),
        "without": without,
        "readonly": not request.role.covers(Role.ADMIN),
    }
    wrong = request.method == "POST" and form.week is None and not request.POST.get("do", "").startswith(_BUTTONS)
    page = "week.html" if request.htmx else "hours.html"
    return render(request, f"console/working_time/{page}", context, status=422 if wrong else 200)


_BUTTONS = ("add-", "remove-", "copy-", "count")


def _example(request: ProjectRequest, form: WeekForm, *, counts: bool) -> dict[str, Any]:
    """A call missed next Friday evening, and when its task is due by the hours on the page."""
    if not form.valid():
        return {}
    zone, today = request.project.zone, timezone.localdate()
    friday = today + timedelta(days=(_FRIDAY - today.weekday()) % 7)
    missed = datetime.combine(friday, time(17, 50), zone)
    week = WorkingHours(zone=zone, week=form.week or (), closures=services.closures(request.project))
    return {"missed": missed, "due": due(missed, _EXAMPLE, week if counts else None)}


@project_view(Role.ADMIN)
def own_hours(request: ProjectRequest, employee_id: int) -> HttpResponse:
    """The week of an employee who works other hours than the project."""
    person = get_object_or_404(Employee, pk=employee_id, project=request.project)
    saved = EmployeeHours.objects.filter(employee=person).first()
    if request.method != "POST":
        common = ProjectHours.objects.filter(project=request.project).first()
        week = saved.week if saved else common.week if common else usual_week()
        return _own_page(request, person, WeekForm.of(to_week(week)), saved=saved is not None)
    form, do = WeekForm.typed(request.POST), request.POST.get("do", "")
    if do == "none":
        EmployeeHours.objects.filter(employee=person).delete()
        _note(request, "working_time.clear", person.name)
        messages.success(request, _("%(name)s works the project's hours again.") % {"name": person.name})
        return redirect("working_time", request.project.pk)
    if form.change(do) or not form.valid():
        return _own_page(request, person, form, saved=saved is not None)
    EmployeeHours.objects.update_or_create(employee=person, defaults={"week": from_week(form.week or ())})
    _note(request, "working_time.save", person.name, week=from_week(form.week or ()))
    messages.success(request, _("Saved."))
    return redirect("working_time", request.project.pk)


def _own_page(request: ProjectRequest, person: Employee, form: WeekForm, *, saved: bool) -> HttpResponse:
    page = "week.html" if request.htmx else "own_hours.html"
    wrong = any(row.error for day in form.days for row in day.rows)
    context = {"week": form, "person": person, "saved": saved, "readonly": False}
    return render(request, f"console/working_time/{page}", context, status=422 if wrong else 200)


@project_view(Role.VIEWER)
def holidays(request: ProjectRequest) -> HttpResponse:
    """The days on which the project is closed, those to come first; admins add to them."""
    if request.method == "POST":
        return _add_holiday(request)
    return render(request, "console/working_time/holidays.html", _holidays(request))


def _add_holiday(request: ProjectRequest) -> HttpResponse:
    if not request.role.covers(Role.ADMIN):
        raise PermissionDenied
    form = HolidayForm(request.project, request.POST)
    if not form.is_valid():
        context = _holidays(request) | {"form": form}
        return render(request, "console/working_time/holidays.html", context, status=422)
    saved = form.save()
    _note(request, "holiday.add", str(saved))
    messages.success(request, _("Added."))
    return redirect("holidays", request.project.pk)


@require_POST
@project_view(Role.ADMIN)
def public_holidays(request: ProjectRequest) -> HttpResponse:
    """Take over a country's public holidays of a year; those that are there already stay as they are."""
    form = PublicHolidaysForm(request.project, timezone.localdate(), request.POST)
    if not form.is_valid():
        context = _holidays(request) | {"public_form": form}
        return render(request, "console/working_time/holidays.html", context, status=422)
    values = form.cleaned_data
    added = public_days.take_over(request.project, values["country"], values["year"], get_language() or "en")
    if added:
        _note(request, "holiday.take_over", f"{values['country']} {values['year']}", added=added)
        text = ngettext("%(n)s day is added.", "%(n)s days are added.", added)
        messages.success(request, text % {"n": added})
    else:
        messages.info(request, _("All of them are in the list already."))
    return redirect("holidays", request.project.pk)


@require_POST
@project_view(Role.ADMIN)
def remove_holiday(request: ProjectRequest, holiday_id: int) -> HttpResponse:
    """Take a holiday out of the list."""
    found = get_object_or_404(Holiday, pk=holiday_id, project=request.project)
    _note(request, "holiday.remove", str(found))
    found.delete()
    messages.success(request, _("Removed."))
    return redirect("holidays", request.project.pk)


def _holidays(request: ProjectRequest) -> dict[str, Any]:
    today = timezone.localdate()
    every = list(Holiday.objects.filter(project=request.project))
    yearly = sorted((one for one in every if one.yearly), key=lambda one: (one.first.month, one.first.day))
    return {
        "coming": [one for one in every if not one.yearly and one.last >= today],
        "yearly": yearly,
        "past": [one for one in reversed(every) if not one.yearly and one.last < today][:30],
        "form": HolidayForm(request.project),
        "public_form": PublicHolidaysForm(request.project, today),
    }


def _note(request: ProjectRequest, action: str, target: str, **changes: Any) -> None:
    AuditEntry.objects.create(
        project=request.project, user=request.user, action=action, target=target[:200], changes=changes
    )
