"""The guide's step about people: employees from telephony, who they are in the CRM, and which of them is the user."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from switchhook.connections.accounts import open_telephony
from switchhook.connections.suggestions import plain
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.views import crm_people
from switchhook.console.wording import told
from switchhook.core.errors import SwitchhookError
from switchhook.crm.kinds import row_id
from switchhook.delivery.trace import worded
from switchhook.onboarding.steps import TAKES_NO_CALLS, FirstRun
from switchhook.projects.membership import Refused, link
from switchhook.projects.models import AuditEntry, Employee, Membership, Role, User
from switchhook.projects.staffing import take_over


def content(request: ProjectRequest, run: FirstRun) -> dict[str, Any]:
    """What the step shows before the CRM has been asked for its users."""
    employees = Employee.objects.filter(project=request.project, active=True)
    return {"employees": employees, "no_calls": TAKES_NO_CALLS in run.guide.settled}


@project_view(Role.ADMIN)
def first_run_people(request: ProjectRequest) -> HttpResponse:
    """The table, fetched after the page; saved are `user-<employee id>`, and `me`, an employee or `nobody`."""
    run = FirstRun(request.project, request.user)
    if run.crm is None:
        return redirect("first_run", request.project.pk)
    if request.method == "POST":
        if crm_people.save(request, run.crm):
            _save_me(request, run)
        return redirect("first_run", request.project.pk)
    table = crm_people.table(run.crm)
    people = [row["employee"] for row in table["rows"]]
    me = run.me or likely_me(request.user, people)
    context = {"run": run, "me": me, "no_calls": TAKES_NO_CALLS in run.guide.settled and run.me is None, **table}
    if request.htmx:
        return render(request, "console/first_run/people_rows.html", context)
    return redirect("first_run", request.project.pk)


def likely_me(user: User, people: list[Employee]) -> Employee | None:
    """The employee who is probably the signed-in user: by e-mail, else by name; None where it is not clear."""
    by_email = [one for one in people if one.email and one.email.lower() == user.email.lower()]
    by_name = [one for one in people if user.name and plain(one.name) and plain(one.name) == plain(user.name)]
    found = by_email or by_name
    return found[0] if len(found) == 1 else None


@transaction.atomic
def _save_me(request: ProjectRequest, run: FirstRun) -> None:
    said = request.POST.get("me", "")
    person = _active(request, said)
    if person is None and said != "nobody":
        return
    own = Membership.objects.select_related("project", "user").get(project=request.project, user=request.user)
    try:
        link(own, own, person)
    except Refused as no:
        messages.error(request, worded(str(no)))
        return
    if person is None:
        run.settle(TAKES_NO_CALLS)
    else:
        run.unsettle(TAKES_NO_CALLS)


def _active(request: ProjectRequest, said: str) -> Employee | None:
    return Employee.objects.filter(project=request.project, pk=row_id(said) or 0, active=True).first()


@require_POST
@project_view(Role.ADMIN)
def first_run_fetch(request: ProjectRequest) -> HttpResponse:
    """Take the employees over from telephony."""
    run = FirstRun(request.project, request.user)
    if run.telephony is not None:
        try:
            people = take_over(request.project, open_telephony(run.telephony).staff())
        except SwitchhookError as error:
            messages.error(request, told(error, run.telephony.name))
        else:
            _note(request, "employee.fetch", run.telephony.name)
            if not people:
                messages.warning(request, _("Your telephony lists no employees. Add them by hand."))
    return redirect("first_run", request.project.pk)


def _note(request: ProjectRequest, action: str, target: str) -> None:
    AuditEntry.objects.create(project=request.project, user=request.user, action=action, target=target)
