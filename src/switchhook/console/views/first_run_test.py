"""The guide's last step: a call that the hub acts out, and what was made of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from switchhook.connections.models import ConnectionState
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.first_run_forms import TestCallForm
from switchhook.core.call import Moment
from switchhook.delivery.trace import trace_of
from switchhook.onboarding import acting
from switchhook.onboarding.steps import FirstRun, Step
from switchhook.onboarding.tasks import act_rehearsal
from switchhook.projects.models import AuditEntry, Role

PATIENCE = 30.0
"""Seconds after which a call that does not come on is no longer waited for."""


def content(request: ProjectRequest, run: FirstRun) -> dict[str, Any]:
    """The form for a call, or the one that was made."""
    crms = [crm for crm in run.crms if crm.state == ConnectionState.ACTIVE]
    return {"call_form": TestCallForm(request.project, crms, run.me), **_state(run)}


def _state(run: FirstRun) -> dict[str, Any]:
    rehearsal, call = run.rehearsal, run.call
    if rehearsal is None:
        return {"rehearsal": None}
    reached = set(call.state.get("reached", ())) if call else set()
    ended = call is not None and call.ended_at is not None
    over = ended and not run.on_its_way()
    silent = (timezone.now() - rehearsal.started_at).total_seconds() > PATIENCE and not over
    return {
        "rehearsal": rehearsal,
        "call": call,
        "rang": call is not None,
        "answered": Moment.PICKUP in reached,
        "ended": ended,
        "waits": not over and not silent and not rehearsal.error,
        "silent": silent,
        "made": [one for one in trace_of(call).connections if one.decided_at] if call else [],
    }


@require_POST
@project_view(Role.ADMIN)
def first_run_call(request: ProjectRequest) -> HttpResponse:
    """Begin an acted call; its events follow by themselves."""
    run = FirstRun(request.project, request.user)
    if run.telephony is None or run.open_step not in (Step.TEST, None):
        return redirect("first_run", request.project.pk)
    crms = [crm for crm in run.crms if crm.state == ConnectionState.ACTIVE]
    form = TestCallForm(request.project, crms, run.me, request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
        return redirect("first_run", request.project.pk)
    said = form.cleaned_data
    rehearsal = acting.begin(
        run.telephony,
        client=said["client"],
        employee=said["employee"],
        writes=[int(pk) for pk in said["writes"]],
        user=request.user,
    )
    act_rehearsal.defer(rehearsal_id=rehearsal.pk, address=_own_address(request))
    AuditEntry.objects.create(
        project=request.project, user=request.user, action="first_run.call", target=rehearsal.external_id
    )
    return redirect(f"{request.path.removesuffix('call')}?step=test")


def _own_address(request: ProjectRequest) -> str:
    """Where this very process listens, as the server says it, not the visitor."""
    host = str(request.META.get("SERVER_NAME", "127.0.0.1"))
    return f"http://{f'[{host}]' if ':' in host else host}:{request.META.get('SERVER_PORT', '80')}"


@project_view(Role.ADMIN)
@require_safe
def first_run_call_state(request: ProjectRequest) -> HttpResponse:
    """How the acted call goes on, for the page to renew; the whole page once it is over."""
    run = FirstRun(request.project, request.user)
    state = _state(run)
    answer = render(request, "console/first_run/call.html", {"run": run, **state})
    if not state.get("waits"):
        answer["HX-Refresh"] = "true"
    return answer
