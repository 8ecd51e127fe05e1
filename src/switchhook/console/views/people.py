"""The project's employees, its lines with the stop list, and the clients it ignores."""

from typing import Any

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from switchhook.connections.accounts import open_telephony
from switchhook.connections.models import Connection
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.forms import EmployeeForm, IgnoredForm, NumberForm
from switchhook.console.wording import told
from switchhook.core.errors import SwitchhookError
from switchhook.projects.models import AuditEntry, Employee, IgnoredClient, Number, Role
from switchhook.projects.staffing import take_over

_LISTS: dict[str, tuple[type[Model], Any]] = {"number": (Number, NumberForm), "ignored": (IgnoredClient, IgnoredForm)}


@project_view(Role.VIEWER)
def employees(request: ProjectRequest) -> HttpResponse:
    """Everybody, with his directions."""
    people = Employee.objects.filter(project=request.project).order_by("-active", "name")
    context = {"people": people, "telephony": _telephony(request)}
    return render(request, "console/connections/employees.html", context)


@require_POST
@project_view(Role.ADMIN)
def fetch_staff(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """Take the employees over from the telephony's own staff list."""
    found = get_object_or_404(_telephony(request), pk=connection_id)
    try:
        people = take_over(request.project, open_telephony(found).staff())
    except SwitchhookError as error:
        messages.error(request, told(error, found.name))
        return redirect("employees", request.project.pk)
    _note(request, "employee.fetch", found.name)
    text = ngettext(
        "%(n)s employee is taken over from %(name)s.", "%(n)s employees are taken over from %(name)s.", len(people)
    )
    messages.success(request, text % {"n": len(people), "name": found.name})
    return redirect("employees", request.project.pk)


def _telephony(request: ProjectRequest) -> QuerySet[Connection]:
    return Connection.objects.filter(project=request.project, role="telephony")


@project_view(Role.ADMIN)
def employee(request: ProjectRequest, employee_id: int | None = None) -> HttpResponse:
    """One employee's form, or an empty one."""
    found = get_object_or_404(Employee, pk=employee_id, project=request.project) if employee_id else None
    form = EmployeeForm(request.project, request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        _note(request, "employee.save", saved.name)
        messages.success(request, _("Saved."))
        return redirect("employees", request.project.pk)
    context = {"form": form, "employee": found}
    return render(request, "console/connections/employee.html", context, status=422 if form.errors else 200)


@project_view(Role.VIEWER)
def numbers(request: ProjectRequest) -> HttpResponse:
    """The project's lines and the ignored clients."""
    return render(request, "console/connections/numbers.html", _numbers(request))


@require_POST
@project_view(Role.ADMIN)
def add_to_list(request: ProjectRequest, kind: str) -> HttpResponse:
    """Add a line or an ignored client."""
    form = _LISTS[kind][1](request.project, request.POST)
    if not form.is_valid():
        context = _numbers(request) | {f"{kind}_form": form}
        return render(request, "console/connections/numbers.html", context, status=422)
    saved = form.save()
    _note(request, f"{kind}.add", saved.e164)
    messages.success(request, _("Added."))
    return redirect("numbers", request.project.pk)


@require_POST
@project_view(Role.ADMIN)
def change_list(request: ProjectRequest, kind: str, row_id: int) -> HttpResponse:
    """Take a row out of its list (`do=remove`), or put a line on the stop list or off it (`do=stop`, `do=release`)."""
    row: Any = get_object_or_404(_LISTS[kind][0], pk=row_id, project=request.project)
    do = request.POST.get("do", "")
    if do == "remove":
        row.delete()
    elif do in {"stop", "release"} and kind == "number":
        # Lines that share one SIP pair cannot be told apart by telephony, so they are stopped and released together.
        together = {"sip_pair": row.sip_pair} if row.sip_pair else {"pk": row.pk}
        Number.objects.filter(project=request.project, **together).update(stopped=do == "stop")
    _note(request, f"{kind}.{do}"[:60], row.e164)
    messages.success(request, _("Saved."))
    return redirect("numbers", request.project.pk)


def _numbers(request: ProjectRequest) -> dict[str, Any]:
    return {
        "numbers": Number.objects.filter(project=request.project),
        "ignored": IgnoredClient.objects.filter(project=request.project).order_by("e164"),
        "number_form": NumberForm(request.project),
        "ignored_form": IgnoredForm(request.project),
    }


def _note(request: ProjectRequest, action: str, target: str) -> None:
    AuditEntry.objects.create(project=request.project, user=request.user, action=action, target=target)
