"""The missed-call desk: who waits for a call-back, until when, and whose it is."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from switchhook.calls.queries import known_clients
from switchhook.console.access import ProjectRequest, project_view
from switchhook.missed import services
from switchhook.missed.desk import hidden_missed
from switchhook.missed.models import MissedClient, Reason
from switchhook.projects.models import Employee, Role

_PAGE = 100
_HIDDEN_DAYS = timedelta(days=30)

TABS = (
    ("", gettext_lazy("All waiting")),
    ("mine", gettext_lazy("Mine")),
    ("unassigned", gettext_lazy("Nobody's")),
    ("overdue", gettext_lazy("Overdue")),
    ("closed", gettext_lazy("Settled")),
    ("hidden", gettext_lazy("Hidden numbers")),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """A list of the desk: how many stand in it, None where that is not counted."""

    name: str
    title: Any
    count: int | None


@project_view(Role.VIEWER)
def missed(request: ProjectRequest) -> HttpResponse:
    """The desk; `tab` is one of `TABS`, `owner` an employee's id, `page` a page's number."""
    return render(request, "console/missed/desk.html", _context(request))


@project_view(Role.VIEWER)
def missed_rows(request: ProjectRequest) -> HttpResponse:
    """The list alone, for a desk that is open while something changes."""
    return render(request, "console/missed/list.html", _context(request))


def _context(request: ProjectRequest) -> dict[str, Any]:
    tab, page = request.GET.get("tab", ""), request.GET.get("page", "1")
    if tab not in dict(TABS):
        raise Http404
    number = int(page) if page.isascii() and page.isdigit() and 0 < int(page) < 10_000 else 1
    entries = _listed(request, tab, number)
    more, entries = len(entries) > _PAGE, entries[:_PAGE]
    numbers = [entry.e164 for entry in entries]
    kept = {"tab": tab, "owner": request.GET.get("owner", "")}
    return {
        "tab": tab,
        "tabs": [Tab(name, title, _count(request, name)) for name, title in TABS],
        "entries": entries,
        "clients": known_clients(request.project, numbers),
        "closings": services.closing_of(request.project, numbers) if tab == "closed" else {},
        "hidden": _hidden(request) if tab == "hidden" else [],
        "people": Employee.objects.filter(project=request.project, active=True),
        "me": Employee.objects.filter(project=request.project, user=request.user, active=True).first(),
        "owner": request.GET.get("owner", ""),
        "reasons": Reason.choices,
        "number": number,
        "next_page": number + 1 if more else None,
        "kept": urlencode({name: value for name, value in kept.items() if value}),
        "now": timezone.now(),
    }


def _listed(request: ProjectRequest, tab: str, number: int) -> list[MissedClient]:
    if tab == "hidden":
        return []
    rows = _of_tab(request, tab).select_related("owner", "last_call", "closing_call", "closing_call__employee")
    owner = request.GET.get("owner", "")
    if owner.isascii() and owner.isdigit() and len(owner) < 19:
        rows = rows.filter(owner=int(owner))
    ordered = rows.order_by("-closed_at", "-id") if tab == "closed" else rows.order_by("due_at", "id")
    start = (number - 1) * _PAGE
    return list(ordered[start : start + _PAGE + 1])


def _of_tab(request: ProjectRequest, tab: str) -> QuerySet[MissedClient]:
    rows = MissedClient.objects.filter(project=request.project)
    if tab == "closed":
        return rows.filter(closed_at__isnull=False)
    conditions = {
        "mine": Q(owner__user=request.user),
        "unassigned": Q(owner=None),
        "overdue": Q(due_at__lt=timezone.now()),
    }
    return rows.filter(conditions.get(tab, Q()), closed_at=None)


def _count(request: ProjectRequest, tab: str) -> int | None:
    return None if tab in {"closed", "hidden"} else _of_tab(request, tab).count()


def _hidden(request: ProjectRequest) -> list[Any]:
    since = timezone.now() - _HIDDEN_DAYS
    return [call for call in hidden_missed(request.project) if call.started_at > since]


@require_POST
@project_view(Role.MANAGER)
def take_missed(request: ProjectRequest, entry_id: int) -> HttpResponse:
    """Make an entry the reader's own. He has to be an employee of the project."""
    entry = _entry(request, entry_id)
    me = Employee.objects.filter(project=request.project, user=request.user, active=True).first()
    if me is None:
        messages.error(request, _("Your sign-in belongs to no employee. An admin ties them on the page of employees."))
    else:
        services.assign(entry, me, request.user)
        messages.success(request, _("It is yours now."))
    return _to_desk(request)


@require_POST
@project_view(Role.MANAGER)
def assign_missed(request: ProjectRequest, entry_id: int) -> HttpResponse:
    """Give an entry to `owner` (an employee's id, "" for nobody)."""
    entry, wanted = _entry(request, entry_id), request.POST.get("owner", "")
    owner = None
    if wanted:
        people = Employee.objects.filter(project=request.project, active=True)
        owner = get_object_or_404(people, pk=int(wanted) if wanted.isdecimal() and len(wanted) < 19 else 0)
    services.assign(entry, owner, request.user)
    name = owner.name if owner else _("nobody")
    messages.success(request, _("Given to %(name)s.") % {"name": name})
    return _to_desk(request)


@require_POST
@project_view(Role.MANAGER)
def close_missed(request: ProjectRequest, entry_id: int) -> HttpResponse:
    """Settle an entry by hand, with `reason`, an optional `note`, and `ignore` for the list of ignored clients."""
    entry, reason = _entry(request, entry_id), request.POST.get("reason", "")
    if reason not in Reason.values:
        messages.error(request, _("Say why nobody has to call back."))
        return _to_desk(request)
    note, ignore = request.POST.get("note", "").replace("\0", ""), bool(request.POST.get("ignore"))
    services.close(entry, Reason(reason), request.user, at=timezone.now(), note=note, ignore=ignore)
    messages.success(request, _("Settled. If the client calls again and is missed, he stands here again."))
    return _to_desk(request)


@require_POST
@project_view(Role.MANAGER)
def reopen_missed(request: ProjectRequest, entry_id: int) -> HttpResponse:
    """Undo what a person has settled."""
    if services.reopen(_entry(request, entry_id), request.user):
        messages.success(request, _("The client waits again."))
    else:
        messages.error(request, _("A talk has settled this; there is nothing to undo."))
    return _to_desk(request)


def _entry(request: ProjectRequest, entry_id: int) -> MissedClient:
    return get_object_or_404(MissedClient.objects.select_related("project"), pk=entry_id, project=request.project)


def _to_desk(request: ProjectRequest) -> HttpResponse:
    back = request.POST.get("back", "")
    address = reverse("missed", args=[request.project.pk])
    allowed = all(part.partition("=")[0] in {"tab", "owner", "page"} for part in back.split("&"))
    return redirect(f"{address}?{back}" if back and allowed else address)
