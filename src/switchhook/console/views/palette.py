"""The command palette: what it offers to begin with, and what it finds."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.palette import FEWEST_LETTERS, commands, found
from switchhook.projects.models import Role

_LONGEST = 100


@require_GET
@project_view(Role.VIEWER)
def palette(request: ProjectRequest) -> HttpResponse:
    """Pages and actions for the reader's role, as options; the browser narrows them while he types."""
    return _options(request, {"groups": commands(request.project, request.role)})


@require_GET
@project_view(Role.VIEWER)
def palette_found(request: ProjectRequest) -> HttpResponse:
    """Records, clients and numbers that fit `q`, as options; none for a single letter."""
    text = " ".join(request.GET.get("q", "").replace("\0", "").split())[:_LONGEST]
    groups = found(request.project, request.role, text) if len(text) >= FEWEST_LETTERS else []
    return _options(request, {"groups": groups})


def _options(request: ProjectRequest, context: dict[str, object]) -> HttpResponse:
    answer = render(request, "console/palette/options.html", context)
    answer["Cache-Control"] = "no-store"
    return answer
