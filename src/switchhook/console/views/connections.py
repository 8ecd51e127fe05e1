"""Connections: their addresses, their state, and the rules and people of each CRM."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from switchhook.calls.models import LogCursor
from switchhook.connections import services
from switchhook.connections.joining import ATTEMPT_LIFE, keep_settings
from switchhook.connections.models import Connection, EmployeeAccount, SignInAttempt
from switchhook.connections.options import lacking
from switchhook.connectors.registry import manifests
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.connection_head import head
from switchhook.console.connection_health import health
from switchhook.console.forms import RulesForm
from switchhook.console.views.connecting import credentials_form
from switchhook.console.views.crm_state import crm_state, shown_state
from switchhook.projects.audit import note
from switchhook.projects.models import Employee, Role
from switchhook.scenarios.models import MatrixVersion
from switchhook.understanding.tasks import reconcile_connection


@project_view(Role.VIEWER)
def connections(request: ProjectRequest) -> HttpResponse:
    """All connections, and what could be connected."""
    found = list(Connection.objects.filter(project=request.project))
    for one in found:
        one.shown_state = shown_state(one)  # type: ignore[attr-defined]  # for the template alone
        one.news = next(iter(health(one)), None)  # type: ignore[attr-defined]
    attempts = SignInAttempt.objects.filter(
        project=request.project, user=request.user, created_at__gt=timezone.now() - ATTEMPT_LIFE
    )
    context = {
        "connections": found,
        "groups": _groups(found),
        "available": manifests().values(),
        "attempts": attempts,
    }
    return render(request, "console/connections/list.html", context)


def _groups(found: list[Connection]) -> list[dict[str, Any]]:
    crms = [one for one in found if one.role == "crm"]
    hint = _("Whoever calls is looked for in this order.") if len(crms) > 1 else ""
    groups: list[dict[str, Any]] = [
        {"role": "telephony", "title": _("Telephony"), "connections": [one for one in found if one.role != "crm"]},
        {"role": "crm", "title": _("CRMs"), "hint": hint, "ranked": len(crms) > 1, "connections": crms},
    ]
    return [group for group in groups if group["connections"]]


@project_view(Role.VIEWER)
def connection(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """One connection; its addresses are shown to admins only, since they hold a secret."""
    found = _connection(request, connection_id)
    return render(request, "console/connections/connection.html", _page(request, found))


@project_view(Role.VIEWER)
def connection_rules(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """What is made in a CRM, for which calls, when, and for whom; who does not set up only sees it."""
    found = get_object_or_404(Connection, pk=connection_id, project=request.project, role="crm")
    return render(request, "console/connections/rules.html", _rules_page(found, RulesForm(found)))


def _rules_page(found: Connection, form: RulesForm) -> dict[str, Any]:
    return head(found) | {"shown_state": shown_state(found), "rules_form": form}


@require_POST
@project_view(Role.ADMIN)
def save_rules(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """Save the rules of a CRM connection."""
    found = get_object_or_404(Connection, pk=connection_id, project=request.project, role="crm")
    form = RulesForm(found, request.POST)
    if not form.is_valid():
        return render(request, "console/connections/rules.html", _rules_page(found, form), status=422)
    keep_settings(found, form.settings(), request.user, "connection.rules")
    messages.success(request, _("Saved."))
    return redirect("connection_rules", request.project.pk, found.pk)


@require_POST
@project_view(Role.ADMIN)
def move_connection(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """Ask this CRM before the one above it (`to=up`), or after the one below it (`to=down`)."""
    found = get_object_or_404(Connection, pk=connection_id, project=request.project, role="crm")
    services.move(found, -1 if request.POST.get("to") == "up" else 1, request.user)
    return redirect(f"{reverse('connections', args=(request.project.pk,))}#crm-{found.pk}")


@require_POST
@project_view(Role.ADMIN)
def read_log(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """Queue a reading of a telephony connection's call log."""
    found = get_object_or_404(Connection, pk=connection_id, project=request.project, role="telephony")
    reconcile_connection.defer(connection_id=found.pk)
    note(request.project, request.user, "connection.read_log", found.name)
    messages.success(request, _("The call log is being read. Calls that were missing appear in the journal."))
    return redirect("connection", request.project.pk, found.pk)


def _page(request: ProjectRequest, found: Connection) -> dict[str, Any]:
    context = head(found) | {"shown_state": shown_state(found), "health": health(found)}
    sets_up = request.role.covers(Role.ADMIN)
    context["credentials_form"] = credentials_form(found) if sets_up else None
    if found.role == "telephony":
        context["log"] = LogCursor.objects.filter(connection=found).first()
        if sets_up:
            context |= {"webhook_url": services.webhook_url(found), "forward_url": services.forward_url(found)}
            context["live_secrets"] = found.secrets.filter(revoked_at=None).count()
        return context
    version = MatrixVersion.objects.filter(connection=found).order_by("-number").first()
    return (
        context
        | crm_state(found)
        | {
            "senior": found.setting("senior_employee"),
            "version": version,
            "mapped": EmployeeAccount.objects.filter(connection=found, employee__active=True).count(),
            "employees": Employee.objects.filter(project=found.project_id, active=True).count(),
            "lacking": lacking(found) if context["manifest"] else (),
        }
    )


def _connection(request: ProjectRequest, connection_id: int) -> Connection:
    return get_object_or_404(Connection, pk=connection_id, project=request.project)
