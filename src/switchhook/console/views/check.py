"""The check page: what would go wrong before a call does, and where it is mended."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from switchhook.console.access import ProjectRequest, project_view
from switchhook.onboarding import checks, closer
from switchhook.onboarding.facts import gather
from switchhook.onboarding.problems import Problem, Remedy, Urgency
from switchhook.onboarding.tasks import look_closer
from switchhook.projects.models import Role

HEADINGS = {
    Urgency.STOPS: gettext_lazy("Stops calls or their records"),
    Urgency.LOSES: gettext_lazy("Sends work astray"),
    Urgency.HINDERS: gettext_lazy("Could be better"),
}
_ICONS = {Urgency.STOPS: "warn", Urgency.LOSES: "warn", Urgency.HINDERS: "info"}


@require_safe
@project_view(Role.VIEWER)
def check(request: ProjectRequest) -> HttpResponse:
    """All problems by urgency, and what is in order. Nothing is asked of anybody."""
    # Asked first: a look that ends meanwhile must not be told as over with the facts of before.
    looked_at, looking = closer.last_look(request.project)
    facts = gather(request.project)
    found = checks.problems(facts)
    checks.remember_count(request.project, found)
    groups = [
        {
            "urgency": urgency.value,
            "title": HEADINGS[urgency],
            "icon": _ICONS[urgency],
            "problems": [_row(request, one) for one in found if one.urgency is urgency],
        }
        for urgency in Urgency
    ]
    context = {
        "groups": [group for group in groups if group["problems"]],
        "count": len(found),
        "fine": checks.fine(facts),
        "looked_at": looked_at,
        "looking": looking,
    }
    return render(request, "console/check/check.html", context)


def _row(request: ProjectRequest, one: Problem) -> dict[str, Any]:
    return {"problem": one, "href": _address(request, one.remedy) if one.remedy else ""}


def _address(request: ProjectRequest, remedy: Remedy) -> str:
    path = reverse(remedy.page, args=(request.project.pk, *remedy.args))
    query, fragment = f"?{remedy.query}" if remedy.query else "", f"#{remedy.fragment}" if remedy.fragment else ""
    return f"{path}{query}{fragment}"


@require_POST
@project_view(Role.ADMIN)
def check_now(request: ProjectRequest) -> HttpResponse:
    """Have the accounts looked into; the page tells when that is over."""
    closer.ask(request.project)
    look_closer.defer(project_id=request.project.pk)
    messages.success(request, _("The accounts are being looked into."))
    return redirect("check", request.project.pk)
