"""What the customer calls the webhook's parameters: edited as a table, and learned from a sample."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from switchhook.connections.joining import keep_settings
from switchhook.connections.models import Connection
from switchhook.connectors.base import SampleReading
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.connection_head import head
from switchhook.console.name_map_forms import LONGEST_SAMPLE, meaning_choices, name_rows, said_map
from switchhook.console.templatetags.console import when
from switchhook.console.wording import told
from switchhook.core.errors import SwitchhookError
from switchhook.intake.models import RawEvent, RawState
from switchhook.projects.models import Role
from switchhook.understanding import sample

MOST_EVENTS = 20


@project_view(Role.ADMIN)
def name_map(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """The map as a table, and a sample beside it; `?event=` begins with an event that has come."""
    found = _telephony(request, connection_id)
    known, held = sample.meanings(found), found.setting("names", {})
    rows = name_rows(known, held, request.POST or None)
    if request.method == "POST" and rows.is_valid():
        return _saved(request, found, said_map(rows))
    context = head(found) | {"rows": rows, "events": _events(found), "flagged": _flagged(found)}
    event = request.GET.get("event", "")
    if event:
        context |= _read(found, {"event": event})
    return render(request, "console/connections/name_map.html", context, status=422 if rows.errors else 200)


def _saved(request: ProjectRequest, found: Connection, names: dict[str, str]) -> HttpResponse:
    keep_settings(found, {"names": names}, request.user, "connection.names")
    messages.success(request, _("Saved. Events that come from now on are read by it."))
    return redirect("name_map", request.project.pk, found.pk)


@require_POST
@project_view(Role.ADMIN)
def try_names(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """How a sample reads: a pasted `body`, or the stored `event`. With `do=take` the chosen meanings are saved."""
    found = _telephony(request, connection_id)
    context = {"connection": found, "events": _events(found), **_read(found, request.POST.dict())}
    reading = context.get("reading")
    if reading and request.POST.get("do") == "take":
        chosen = {value.name: request.POST[f"means-{place}"] for place, value in enumerate(reading.values)
                  if f"means-{place}" in request.POST}  # fmt: skip
        return _saved(request, found, sample.name_map(reading, chosen, found.setting("names", {})))
    if request.htmx:
        return render(request, "console/connections/sample.html", context)
    context = head(found) | {"rows": name_rows(sample.meanings(found), found.setting("names", {}))} | context
    return render(request, "console/connections/name_map.html", context, status=422 if context.get("problem") else 200)


def _read(found: Connection, said: dict[str, str]) -> dict[str, Any]:
    body, event = said.get("body", "").strip(), said.get("event", "")
    context: dict[str, Any] = {"body": body, "event": event}
    try:
        reading = _reading(found, body, event)
    except SwitchhookError as error:
        return context | {"problem": told(error, found.name)}
    if reading is None:
        return context | {"problem": _("Paste a body, or choose an event.")}
    known = meaning_choices(sample.meanings(found), [value.meaning for value in reading.values])
    return context | {
        "reading": reading,
        "meanings": known,
        "lines": list(enumerate(reading.values)),
        "unsure": len(sample.uncertain(reading)),
    }


def _reading(found: Connection, body: str, event: str) -> SampleReading | None:
    if body:
        text = body[:LONGEST_SAMPLE].lstrip("?")
        # A form and the query of an address look alike; whichever it was, it is read the same.
        return sample.read_sample(found, text.encode())
    if event.isdecimal() and len(event) < 19:
        stored = RawEvent.objects.filter(connection=found, pk=int(event)).first()
        return sample.read_stored(found, stored) if stored else None
    return None


def _events(found: Connection) -> list[tuple[int, str]]:
    last = RawEvent.objects.filter(connection=found).order_by("-id")[:MOST_EVENTS]
    return [(one.pk, f"{when(one.received_at)} · {one.get_state_display()}") for one in last]


def _flagged(found: Connection) -> int:
    last = RawEvent.objects.filter(connection=found).order_by("-id").values_list("state", flat=True)[:200]
    return list(last).count(RawState.FLAGGED)


def _telephony(request: ProjectRequest, connection_id: int) -> Connection:
    found = Connection.objects.select_related("project")
    return get_object_or_404(found, pk=connection_id, project=request.project, role="telephony")
