"""Who is who in a CRM: employees and their users there, suggested by the hub, confirmed by a person."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from switchhook.connections import services
from switchhook.connections.accounts import open_crm
from switchhook.connections.governor import Urgency
from switchhook.connections.models import Connection, EmployeeAccount
from switchhook.connections.suggestions import suggest
from switchhook.connectors.base import CrmUser
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.connection_head import head
from switchhook.console.wording import told
from switchhook.core.errors import SwitchhookError
from switchhook.projects.audit import note
from switchhook.projects.models import Employee, Role


@project_view(Role.ADMIN)
def connection_people(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """The table of employees; its rows are fetched after the page, since the CRM has to be asked.

    Saved are the fields `user-<employee id>`.
    """
    found = get_object_or_404(
        Connection.objects.select_related("project"), pk=connection_id, project=request.project, role="crm"
    )
    if request.method == "POST":
        save(request, found)
        return redirect("connection_people", request.project.pk, found.pk)
    context = head(found)
    if request.htmx or "load" in request.GET:
        context |= table(found)
    page = "people_rows.html" if request.htmx else "people.html"
    return render(request, f"console/connections/{page}", context)


def table(found: Connection) -> dict[str, Any]:
    """Employees and the CRM's users, paired as far as is known or suggested. Asks the CRM; raises nothing."""
    users, refusal = _users(found)
    mapped = _mapped(found)
    employees = Employee.objects.filter(project=found.project_id, active=True)
    suggested = suggest(employees, users, mapped)
    known = {user.id: user for user in users}
    rows: list[dict[str, Any]] = [
        {
            "employee": person,
            "user_id": mapped.get(person.pk, ""),
            "user": known.get(mapped.get(person.pk, "")),
            "suggestion": suggested.get(person.pk),
        }
        for person in employees
    ]
    # What needs a decision stands first.
    rows.sort(key=lambda row: (row["user"] is not None and row["user"].active, bool(row["user_id"])))
    spare = [user for user in users if user.active and user.id not in mapped.values()]
    return {"rows": rows, "users": users, "refusal": refusal, "spare": spare, "suggestions": len(suggested)}


def _mapped(found: Connection) -> dict[int, str]:
    return dict(EmployeeAccount.objects.filter(connection=found).values_list("employee_id", "user_id"))


def _users(found: Connection) -> tuple[list[CrmUser], str]:
    try:
        return sorted(open_crm(found, urgency=Urgency.LIVE).users(), key=lambda user: user.name.casefold()), ""
    except SwitchhookError as error:
        return [], told(error, found.name)


def save(request: ProjectRequest, found: Connection) -> bool:
    """Save the fields `user-<employee id>`; False where two name one user, which the page then says."""
    wanted = {
        person: request.POST.get(f"user-{person.pk}", "").strip()[:80]
        for person in Employee.objects.filter(project=request.project)
        if f"user-{person.pk}" in request.POST
    }
    named = [user for user in wanted.values() if user]
    if len(set(named)) != len(named):
        messages.error(request, _("Two employees cannot be the same user of the CRM."))
        return False
    before = _mapped(found)
    changed = {person: user for person, user in wanted.items() if before.get(person.pk, "") != user}
    with transaction.atomic():
        for person, user in changed.items():
            services.map_employee(found, person, user)
        if changed:
            told = {person.name: {"from": before.get(person.pk, ""), "to": user} for person, user in changed.items()}
            note(request.project, request.user, "connection.people", found.name, **told)
    messages.success(request, _("Saved."))
    return True
