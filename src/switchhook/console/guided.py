"""The way back into the first-run guide from pages that it leads to."""

from django.http import HttpResponse
from django.shortcuts import redirect

from switchhook.console.access import ProjectRequest

_KEY = "first-run"


def enter(request: ProjectRequest) -> None:
    """The guide leads to another page now: what is done there ends in the guide again."""
    request.session[_KEY] = request.project.pk


def leave(request: ProjectRequest) -> None:
    """The user went his own way."""
    request.session.pop(_KEY, None)


def way_back(request: ProjectRequest) -> HttpResponse | None:
    """To the guide, once, if the user came from there; else None."""
    if request.session.get(_KEY) != request.project.pk:
        return None
    leave(request)
    return redirect("first_run", request.project.pk)
