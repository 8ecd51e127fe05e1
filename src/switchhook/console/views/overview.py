"""The overview: how today goes, and what needs a person."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from switchhook.calls.models import Call
from switchhook.calls.queries import JournalFilter, figures, journal, known_clients, page_of
from switchhook.connections.models import Connection
from switchhook.console.access import ProjectRequest, project_view
from switchhook.delivery.models import Delivery, DeliveryState
from switchhook.intake.models import RawEvent, RawState
from switchhook.projects.models import Role

_LAST_CALLS = 8


@project_view(Role.VIEWER)
def overview(request: ProjectRequest) -> HttpResponse:
    """Today's figures in the project's zone, open work, connections, last calls."""
    project = request.project
    today = figures(project, timezone.localdate())
    calls = page_of(journal(project, JournalFilter()), size=_LAST_CALLS).items
    deliveries = Delivery.objects.filter(connection__project=project)
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
            "clients": known_clients(project, {call.client_number for call in calls}),
            "is_empty": not calls and not Call.objects.filter(project=project).exists(),
        },
    )
