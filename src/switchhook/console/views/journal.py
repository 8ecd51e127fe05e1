"""The call journal: filters in the address, keyset pages, rows that renew themselves."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from switchhook.calls.models import Call, Recording
from switchhook.calls.queries import JournalFilter, count_of, journal, known_clients, page_of
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.journal_form import FilterForm
from switchhook.console.views.saved_views import standard_view, views_of
from switchhook.core.clock import utc_now
from switchhook.core.ticket import issue
from switchhook.projects.models import Project, Role

MOST_COUNTED = 10_000
"""A journal is counted so far; beyond, the page says "more than"."""

_MOST_AT_ONCE = 100


@project_view(Role.VIEWER)
def calls(request: ProjectRequest) -> HttpResponse:
    """The journal page; asked by htmx, only its table. Without any filter it opens with the standard view."""
    is_part = request.htmx.target == "journal"
    if not request.GET and not is_part and (standard := standard_view(request)) is not None and standard.query:
        return redirect(f"{request.path}?{standard.query}")
    form = FilterForm(request.project, request.GET)
    found = journal(request.project, form.chosen(timezone.localdate()))
    try:
        page = page_of(found, cursor=request.GET.get("after", ""))
    except ValueError:
        raise Http404 from None
    kept = form.kept()
    context = _with_clients(request.project, page.items) | {
        "form": form,
        "page": page,
        "kept": kept,
        "chips": form.chips(),
        "is_filtered": bool(kept),
        "is_first": "after" not in request.GET,
        "is_new_project": not page.items and not Call.objects.filter(project=request.project).exists(),
        "count": count_of(found, most=MOST_COUNTED),
        "most_counted": MOST_COUNTED,
        "density": "dense" if request.COOKIES.get("density") == "dense" else "",
    }
    if is_part:
        return render(request, "console/calls/table.html", context)
    return render(request, "console/calls/journal.html", context | _views(request, kept))


def _views(request: ProjectRequest, kept: str) -> dict[str, Any]:
    views = list(views_of(request))
    current = next((view for view in views if view.query == kept), None)
    return {"views": views, "current_view": current}


@project_view(Role.VIEWER)
def rows(request: ProjectRequest) -> HttpResponse:
    """Rows named by `ids` for a journal that is open with the same filters.

    A row the page has already (`have`) is replaced in place; one it has not is put on top if it passes the filters.
    """
    ids, have = _ids(request.GET.get("ids", "")), set(_ids(request.GET.get("have", "")))
    if len(ids) > _MOST_AT_ONCE:
        return HttpResponseBadRequest()
    chosen = FilterForm(request.project, request.GET).chosen(timezone.localdate())
    passing = set(journal(request.project, chosen).filter(pk__in=ids).values_list("pk", flat=True))
    found = journal(request.project, JournalFilter(channel="")).filter(pk__in=ids)
    shown = [call for call in found if call.pk in have or call.pk in passing]
    return render(request, "console/calls/rows.html", _with_clients(request.project, shown) | {"have": have})


@project_view(Role.VIEWER)
def recording(request: ProjectRequest, call_id: int) -> HttpResponse:
    """To the hub's link of a call's recording, with a fresh ticket for links that ask for one."""
    found = get_object_or_404(Recording, call_id=call_id, call__project=request.project)
    answer = redirect(f"/r/{found.public_id}?{urlencode({'ticket': _ticket(request)})}")
    answer["Cache-Control"] = "no-store"
    return answer


@project_view(Role.VIEWER)
def live_ticket(request: ProjectRequest) -> HttpResponse:
    """A ticket of a minute with which this page may listen to the project's live path."""
    answer = HttpResponse(_ticket(request), content_type="text/plain")
    answer["Cache-Control"] = "no-store"
    return answer


def _ticket(request: ProjectRequest) -> str:
    return issue(settings.SECRET_KEY, request.user.pk, request.project.pk, now=utc_now())


def _with_clients(project: Project, calls: Iterable[Call]) -> dict[str, Any]:
    listed = list(calls)
    return {"calls": listed, "clients": known_clients(project, {call.client_number for call in listed})}


def _ids(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part.isascii() and part.isdigit() and len(part) < 19]
