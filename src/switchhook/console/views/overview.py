"""The overview: how today goes, and what needs a person."""

from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from switchhook.calls.models import Call
from switchhook.calls.queries import JournalFilter, figures, journal, known_clients, page_of
from switchhook.connections.models import Connection
from switchhook.console.access import ProjectRequest, project_view
from switchhook.crm.models import Task
from switchhook.delivery.models import Delivery, DeliveryState
from switchhook.intake.models import RawEvent, RawState
from switchhook.missed.models import MissedClient
from switchhook.projects.models import Employee, Project, Role

_LAST_CALLS = 8
_TO_DO = 5


@project_view(Role.VIEWER)
def overview(request: ProjectRequest) -> HttpResponse:
    """Today's figures in the project's zone, who waits for a call, the reader's own tasks, last calls, connections."""
    project = request.project
    today = figures(project, timezone.localdate())
    calls = page_of(journal(project, JournalFilter()), size=_LAST_CALLS).items
    deliveries = Delivery.objects.filter(connection__project=project)
    missed = MissedClient.objects.filter(project=project, closed_at=None).select_related("owner")
    to_call_back = list(missed.order_by("due_at", "id")[:_TO_DO])
    me = Employee.objects.filter(project=project, user=request.user)
    return render(
        request,
        "console/overview.html",
        {
            "today": today,
            "answered_share": round(100 * today["answered"] / today["incoming"]) if today["incoming"] else None,
            "waiting": deliveries.filter(state=DeliveryState.PENDING).count(),
            "unreadable": RawEvent.objects.filter(connection__project=project, state=RawState.FLAGGED).count(),
            "connections": Connection.objects.filter(project=project),
            "calls": calls,
            "to_call_back": to_call_back,
            "now": timezone.now(),
            "is_somebody": me.exists(),
            "tasks": own_tasks(project, me),
            "clients": known_clients(
                project, {call.client_number for call in calls} | {entry.e164 for entry in to_call_back}
            ),
            "is_empty": not calls and not Call.objects.filter(project=project).exists(),
        },
    )


def own_tasks(project: Project, people: QuerySet[Employee]) -> QuerySet[Task]:
    """Open tasks of the hub's own CRM that these people are to do, the most urgent first."""
    tasks = Task.objects.filter(project=project, done=False, assignee__in=people)
    return tasks.order_by(F("due_at").asc(nulls_last=True), "id")[:_TO_DO]
