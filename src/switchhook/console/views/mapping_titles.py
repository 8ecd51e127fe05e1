"""Default names of the records that the hub makes, with what they come to on a real call."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from switchhook.calls.queries import tags_seen
from switchhook.connections.accounts import open_crm
from switchhook.connections.governor import Urgency
from switchhook.connections.joining import keep_settings
from switchhook.connections.models import Connection
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.connection_head import head
from switchhook.console.real_calls import chosen_call, last_calls, words_of
from switchhook.console.title_forms import NAMED, TitlesForm, channel_of, default_title, places
from switchhook.console.wording import KINDS
from switchhook.core.drafts import TITLE_LIMIT
from switchhook.core.errors import SwitchhookError
from switchhook.core.mapping import render as rendered
from switchhook.core.situation import Channel
from switchhook.projects.models import Role


@project_view(Role.ADMIN)
def connection_titles(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """The names, by channel and kind; `try` beside them."""
    found = _crm(request, connection_id)
    form, limits = _form(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        titles = form.titles(found.setting("titles", {}))
        keep_settings(found, {"titles": titles}, request.user, "connection.titles")
        messages.success(request, _("Saved."))
        return redirect("connection_titles", request.project.pk, found.pk)
    context = head(found) | {"form": form, "places": places(form.tags)} | _tried(found, form, limits, "")
    return render(request, "console/connections/titles.html", context, status=422 if form.errors else 200)


@require_POST
@project_view(Role.ADMIN)
def try_titles(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """What the names in the form come to on the call `call` (else the newest). Saves nothing."""
    found = _crm(request, connection_id)
    form, limits = _form(found, request.POST)
    form.is_valid()
    context = {"connection": found, **_tried(found, form, limits, request.POST.get("call", ""))}
    return render(request, "console/connections/titles_preview.html", context)


def _crm(request: ProjectRequest, connection_id: int) -> Connection:
    found = Connection.objects.select_related("project")
    return get_object_or_404(found, pk=connection_id, project=request.project, role="crm")


def _form(found: Connection, data: Any) -> tuple[TitlesForm, Mapping[str, int]]:
    """The form for the kinds that this CRM has; for all kinds where it cannot be opened."""
    try:
        can = open_crm(found, urgency=Urgency.LIVE).capabilities
        kinds, limits = {kind.value for kind in can.kinds}, dict(can.limits)
    except SwitchhookError:
        kinds, limits = set(NAMED), {}
    labels = {kind: str(KINDS[kind]) for kind in NAMED if kind in kinds}
    held = found.setting("titles", {})
    return TitlesForm(held, labels=labels, limits=limits, tags=tags_seen(found.project), data=data), limits


def _tried(found: Connection, form: TitlesForm, limits: Mapping[str, int], said: str) -> dict[str, Any]:
    call = chosen_call(found.project, said)
    context: dict[str, Any] = {"calls": last_calls(found.project), "chosen": call}
    if call is None:
        return context
    words = words_of(call, found)
    channel = Channel(call.channel)
    lines = [
        (bound.label, _name(bound, found, words, limits), bool(bound.errors))
        for bound in form
        if channel_of(bound.name) is channel
    ]
    return context | {"lines": lines, "words": sorted(words.items())}


def _name(bound: Any, found: Connection, words: Mapping[str, str], limits: Mapping[str, int]) -> str:
    kind = bound.name.rpartition(".")[2]
    typed = str(bound.value() or "").strip()
    if not typed:
        with override(found.project.language):
            typed = _(default_title(channel_of(bound.name), kind))
    longest = limits.get(f"{kind}.name") or limits.get(f"{kind}.title") or TITLE_LIMIT
    return rendered(typed, {"id": "12345", **words}, limit=longest)
