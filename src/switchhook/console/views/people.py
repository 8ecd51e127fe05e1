"""The project's employees: who they are, on which lines they speak, who they are in each CRM."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from switchhook.calls.models import Call
from switchhook.connections.accounts import open_telephony
from switchhook.connections.models import Connection, EmployeeAccount
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.people_forms import EmployeeForm
from switchhook.console.wording import told
from switchhook.core.errors import SwitchhookError
from switchhook.core.phone import digits_of
from switchhook.projects.audit import difference, note
from switchhook.projects.models import Employee, Role
from switchhook.projects.staffing import take_over
from switchhook.working_time.models import Absence

_FEWEST_DIGITS = 3


@project_view(Role.VIEWER)
def employees(request: ProjectRequest) -> HttpResponse:
    """Everybody with his lines, sign-in and users in the CRMs; `q` searches, `show` narrows."""
    crms = list(Connection.objects.filter(project=request.project, role="crm"))
    people = _people(request)
    text, show = request.GET.get("q", "").replace("\0", "").strip(), request.GET.get("show", "")
    total = people.count()
    found = list(_narrowed(_matching(people, text), show, crms))
    context = {
        "rows": [_row(person, crms) for person in found],
        "telephony": _telephony(request),
        "q": text,
        "show": show,
        "total": total,
        "filtered": bool(text or show),
        "several_crms": len(crms) > 1,
    }
    return render(request, "console/connections/employees.html", context)


def _people(request: ProjectRequest) -> QuerySet[Employee]:
    talks = Call.objects.filter(project=request.project, employee=OuterRef("pk")).order_by("-started_at")
    now = timezone.now()
    away = Absence.objects.filter(employee=OuterRef("pk"), starts_at__lte=now, ends_at__gt=now).order_by("-ends_at")
    return (
        Employee.objects.filter(project=request.project)
        .select_related("user")
        .prefetch_related(Prefetch("accounts", EmployeeAccount.objects.select_related("connection")))
        .annotate(last_call=Subquery(talks.values("started_at")[:1]), away_until=Subquery(away.values("ends_at")[:1]))
        .order_by("-active", "name", "id")
    )


def _matching(people: QuerySet[Employee], text: str) -> QuerySet[Employee]:
    if not text:
        return people
    found = Q(name__icontains=text) | Q(email__icontains=text) | Q(sips__icontains=text) | Q(extension=text)
    digits = digits_of(text)
    if len(digits) >= _FEWEST_DIGITS:
        found |= Q(mobiles__icontains=digits.lstrip("0"))
    return people.filter(found)


def _narrowed(people: QuerySet[Employee], show: str, crms: list[Connection]) -> QuerySet[Employee]:
    match show:
        case "active" | "inactive":
            return people.filter(active=show == "active")
        case "no-line":
            return people.filter(active=True, sips=[], mobiles=[], extension="")
        case "unmapped":
            lacking = Q()
            for crm in crms:
                lacking |= ~Q(pk__in=EmployeeAccount.objects.filter(connection=crm).values("employee"))
            return people.filter(lacking, active=True) if crms else people.none()
    return people


def _row(person: Employee, crms: list[Connection]) -> dict[str, Any]:
    users = {account.connection_id: account.user_id for account in person.accounts.all()}
    return {
        "person": person,
        "crms": [(crm, users.get(crm.pk, "")) for crm in crms],
        "mute": person.active and not (person.sips or person.mobiles or person.extension),
    }


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
    note(request.project, request.user, "employee.fetch", found.name, count=len(people))
    text = ngettext(
        "%(n)s employee is taken over from %(name)s.", "%(n)s employees are taken over from %(name)s.", len(people)
    )
    messages.success(request, text % {"n": len(people), "name": found.name})
    return redirect("employees", request.project.pk)


def _telephony(request: ProjectRequest) -> QuerySet[Connection]:
    return Connection.objects.filter(project=request.project, role="telephony")


@project_view(Role.ADMIN)
def employee(request: ProjectRequest, employee_id: int | None = None) -> HttpResponse:
    """One employee's form, or an empty one; `do=deactivate` and `do=activate` switch him off and on."""
    found = get_object_or_404(Employee, pk=employee_id, project=request.project) if employee_id else None
    if found and request.POST.get("do") in {"activate", "deactivate"}:
        return _switched(request, found, on=request.POST["do"] == "activate")
    before = _values(found)
    form = EmployeeForm(request.project, request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        _save(request, form, before)
        messages.success(request, _("Saved."))
        return redirect("employees", request.project.pk)
    context = {"form": form, "employee": found} | (_about(found) if found else {})
    return render(request, "console/connections/employee.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _save(request: ProjectRequest, form: EmployeeForm, before: Mapping[str, Any]) -> None:
    saved: Employee = form.save()
    changed = difference(before, _values(saved))
    if changed:
        note(request.project, request.user, "employee.change" if before else "employee.add", saved.name, **changed)


def _values(person: Employee | None) -> dict[str, Any]:
    if person is None:
        return {}
    names = ("name", "email", "sips", "mobiles", "extension", "staff_id")
    values = {name: getattr(person, name) for name in names}
    return values | {"user": str(person.user) if person.user else ""}


@transaction.atomic
def _switched(request: ProjectRequest, found: Employee, *, on: bool) -> HttpResponse:
    form = EmployeeForm(request.project, _as_posted(found), instance=found) if on else None
    if form is not None and not form.is_valid():
        wrong = " ".join(str(text) for errors in form.errors.values() for text in errors)
        messages.error(request, _("Somebody else has taken over a line meanwhile: %(wrong)s") % {"wrong": wrong})
        return redirect("employee", request.project.pk, found.pk)
    if found.active != on:
        Employee.objects.filter(pk=found.pk).update(active=on)
        note(request.project, request.user, "employee.activate" if on else "employee.deactivate", found.name)
    told_so = _("%(name)s is active again.") if on else _("%(name)s is inactive.")
    messages.success(request, told_so % {"name": found.name})
    return redirect("employee", request.project.pk, found.pk)


def _as_posted(person: Employee) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(person, name) for name in ("name", "email", "extension", "staff_id")}
    return values | {"sips": "\n".join(person.sips), "mobiles": "\n".join(person.mobiles), "user": person.user_id or ""}


def _about(person: Employee) -> dict[str, Any]:
    """What else is worth knowing: users in CRMs, roles there, absence, warnings."""
    crms = list(Connection.objects.filter(project=person.project_id, role="crm"))
    now = timezone.now()
    roles = [
        (crm, name)
        for crm in crms
        for name in ("senior_employee", "top_employee")
        if str(crm.setting(name, "")) == str(person.pk)
    ]
    return {
        "row": _row(person, crms),
        "roles": roles,
        "last_call": Call.objects.filter(project=person.project_id, employee=person).order_by("-started_at").first(),
        "absence": Absence.objects.filter(employee=person, starts_at__lte=now, ends_at__gt=now).first(),
    }
