"""The call page: what happened, what was made of it, and why."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from switchhook.calls.linking import linked_before
from switchhook.calls.models import Call
from switchhook.calls.queries import known_clients, others_of
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.call_story import story
from switchhook.console.wording import ADVICE
from switchhook.delivery.trace import trace_of
from switchhook.intake.replay import replay
from switchhook.missed.models import MissedClient
from switchhook.missed.services import entry_of
from switchhook.projects.models import Role


@project_view(Role.VIEWER)
def call(request: ProjectRequest, call_id: int) -> HttpResponse:
    """One call with its trace."""
    found = _call(request, call_id)
    state: dict[str, Any] = found.state
    context = {
        "call": found,
        "state": state,
        "client": known_clients(request.project, {found.client_number}).get(found.client_number),
        "story": story(found),
        "links": linked_before(found),
        "waiting": _waiting(found),
        "others": others_of(found),
        "trace": trace_of(found),
        "advice": ADVICE,
        "utm": sorted(state.get("utm", {}).items()),
        "tags": sorted(state.get("tags", {}).items()),
        "analysis": sorted(state.get("analysis", {}).items()),
    }
    return render(request, "console/calls/call.html", context)


def _waiting(call: Call) -> MissedClient | None:
    """The desk's entry of the client, while he waits for a call-back."""
    entry = entry_of(call)
    return entry if entry is not None and entry.is_open else None


@require_POST
@project_view(Role.MANAGER)
def replay_call(request: ProjectRequest, call_id: int) -> HttpResponse:
    """Read all events of a call again."""
    found = _call(request, call_id)
    events = found.facts.exclude(raw_event=None).values_list("raw_event_id", flat=True).distinct()
    count = replay(events)
    text = ngettext("%(n)s event is read again.", "%(n)s events are read again.", count) % {"n": count}
    messages.success(request, text)
    return redirect("call", request.project.pk, found.pk)


def _call(request: ProjectRequest, call_id: int) -> Call:
    calls = Call.objects.select_related("employee", "recording", "connection")
    return get_object_or_404(calls, pk=call_id, project=request.project)
