"""The scenario table of a CRM connection: reading it, and what becomes of a user's draft."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from switchhook.connections.models import Connection
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.matrix_desk import Desk, desk_of, frame
from switchhook.console.wording import KINDS
from switchhook.core.errors import Misconfigured
from switchhook.projects.models import Role
from switchhook.scenarios import catalog, drafts


@project_view(Role.VIEWER)
def scenarios(request: ProjectRequest) -> HttpResponse:
    """The table of the project's CRM; where it has several, the choice between them."""
    found = list(Connection.objects.filter(project=request.project, role="crm"))
    if len(found) == 1:
        return redirect("scenario_table", request.project.pk, found[0].pk)
    rows = [desk_of(request, one.pk) for one in found]
    return render(request, "console/scenarios/choose.html", {"desks": [(desk, frame(desk)) for desk in rows]})


@project_view(Role.VIEWER)
def scenario_table(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """The table: the user's draft with its changes marked, else what is in force.

    `?against=preset` marks what is otherwise than in the preset that it comes from.
    """
    desk = desk_of(request, connection_id)
    return render(request, "console/scenarios/table.html", table_context(request, desk))


def table_context(request: HttpRequest, desk: Desk) -> dict[str, Any]:
    """What the table's page shows."""
    by_preset = bool(desk.preset) and request.GET.get("against") == "preset"
    against = catalog.preset(desk.preset) if by_preset else None
    return frame(desk) | {"parts": desk.parts(against=against), "against_preset": by_preset, "head": head_words(desk)}


def head_words(desk: Desk) -> dict[str, Any]:
    """How calls find their record, in words."""
    matrix = desk.matrix
    names = {name: [str(KINDS[kind]) for kind in getattr(matrix, name)] for name in ("takers", "forward")}
    known = [str(KINDS[kind]) for kind in matrix.known_by if kind in desk.capabilities.kinds]
    everything = set(matrix.known_by) >= desk.capabilities.kinds
    return names | {"known_by": [] if everything else known, "changed": set(desk.changes.head)}


@require_POST
@project_view(Role.ADMIN)
def scenario_draft(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """What becomes of the draft: `to` is `force`, `back` (the last change), `discard` or `keep` (over another's)."""
    desk = desk_of(request, connection_id)
    to = request.POST.get("to", "")
    if to == "force":
        _put_in_force(request, desk)
    elif to == "back":
        drafts.step_back(desk.connection, request.user)
        messages.success(request, _("The last change is taken back."))
    elif to == "discard":
        drafts.discard(desk.connection, request.user)
        messages.success(request, _("The draft is discarded. What is in force has not changed."))
    elif to == "keep" and request.POST.get("version", "").isdecimal():
        _keep(request, desk, int(request.POST["version"]))
    return redirect("scenario_table", request.project.pk, desk.connection.pk)


def _put_in_force(request: ProjectRequest, desk: Desk) -> None:
    note = request.POST.get("note", "").strip()[:200]
    try:
        made = drafts.put_in_force(desk.connection, request.user, desk.capabilities, note=note)
    except drafts.Overtaken as other:
        text = _("Nothing was put in force: version %(n)s has come into force meanwhile. Look at what it changes.")
        messages.warning(request, text % {"n": other.version.number})
    except Misconfigured:
        messages.error(request, _("Nothing was put in force: the table contradicts itself. Mend what is marked red."))
    else:
        if made is not None:
            text = _("Version %(n)s is in force. Calls that were judged already keep theirs.")
            messages.success(request, text % {"n": made.number})


def _keep(request: ProjectRequest, desk: Desk, number: int) -> None:
    try:
        drafts.keep_over(desk.connection, request.user, number)
    except drafts.Overtaken:
        messages.warning(request, _("Yet another version has come into force. Look again."))
    else:
        messages.success(request, _("Your draft is kept, and now compared with the version in force."))


def after_edit(request: ProjectRequest, desk: Desk, panel: HttpResponse | None = None) -> HttpResponse:
    """The answer to an edit: back to the table; where a panel beside the table asked, the panel, and the table anew.

    Without a `panel` the one that is open closes. A panel that is a page of its own has no table beside it.
    """
    table = reverse("scenario_table", args=(request.project.pk, desk.connection.pk))
    if not request.htmx:
        return redirect(table)
    if urlsplit(request.htmx.current_url or "").path != table:
        return panel or HttpResponseClientRedirect(table)
    fresh = render(request, "console/scenarios/fresh.html", table_context(request, desk))
    answer = HttpResponse((panel.content if panel else b"") + fresh.content)
    return answer if panel else trigger_client_event(answer, "panel-done", {})
