"""Raw events: what arrived, what was made of it, and reading it again."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from switchhook.connections.models import Connection
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.wording import ADVICE
from switchhook.core.redaction import redact, redact_text
from switchhook.intake.models import RawEvent, RawState
from switchhook.intake.replay import replay
from switchhook.projects.models import Role

PAGE = 50
MOST_REPLAYED = 5000
_EXCERPT = 160
_BIGGEST_ID = 2**63 - 1


@project_view(Role.VIEWER)
def events(request: ProjectRequest) -> HttpResponse:
    """The list, newest first; `state` and `connection` filter, `before` is the keyset cursor."""
    found = _filtered(request, request.GET.get("state", ""), request.GET.get("connection", ""))
    before = _number(request.GET.get("before", ""))
    if before:
        found = found.filter(pk__lt=before)
    listed = list(
        found.select_related("connection").annotate(size=Length("body")).defer("headers").order_by("-id")[: PAGE + 1]
    )
    shown = listed[:PAGE]
    context = {
        "events": [(event, _excerpt(event)) for event in shown],
        "next": shown[-1].pk if len(listed) > PAGE else None,
        "states": RawState.choices,
        "state": request.GET.get("state", ""),
        "connection_id": _number(request.GET.get("connection", "")),
        "sources": Connection.objects.filter(project=request.project, role="telephony"),
        "is_filtered": bool(request.GET.get("state") or request.GET.get("connection")),
    }
    return render(request, "console/events/list.html", context)


@project_view(Role.VIEWER)
def event(request: ProjectRequest, event_id: int) -> HttpResponse:
    """One event exactly as it arrived, and the facts made of it."""
    found = get_object_or_404(
        RawEvent.objects.select_related("connection"), pk=event_id, connection__project=request.project
    )
    facts = found.facts.select_related("call").order_by("id")
    context = {
        "event": found,
        "facts": [(fact, _pretty(shown(fact.data))) for fact in facts],
        # Links to recordings carry the vendor's token, which never leaves the hub.
        "body": redact_text(readable(bytes(found.body))),
        "parameters": [(name, redact_text(value)) for name, value in parse_qsl(found.query, keep_blank_values=True)],
        "headers": sorted(found.headers.items()),
        "remedy": ADVICE.get(found.error_code),
    }
    return render(request, "console/events/event.html", context)


@require_POST
@project_view(Role.MANAGER)
def replay_events(request: ProjectRequest) -> HttpResponse:
    """Read events again: the ticked ones (`event`), or with `all` everything the filter shows."""
    state, connection = request.POST.get("state", ""), request.POST.get("connection", "")
    found = _filtered(request, state, connection)
    if not request.POST.get("all"):
        ticked = [number for text in request.POST.getlist("event") if (number := _number(text))]
        found = _filtered(request, "", "").filter(pk__in=ticked)
    count = replay(found.order_by("id").values_list("pk", flat=True)[:MOST_REPLAYED])
    if count:
        text = ngettext("%(n)s event is read again.", "%(n)s events are read again.", count) % {"n": count}
        messages.success(request, text)
    else:
        messages.warning(request, _("Tick at least one event first."))
    one = _number(request.POST.get("back", ""))
    return redirect("event", request.project.pk, one) if one else redirect("events", request.project.pk)


def readable(body: bytes) -> str:
    """A body for people: JSON indented, a form one line a field, other text as it stands. Never fails."""
    text = body.decode("utf-8", "replace")
    try:
        return _pretty(json.loads(text))
    except (ValueError, RecursionError):
        pass
    pairs = parse_qsl(text, keep_blank_values=True) if "=" in text and "\n" not in text.strip() else []
    return "\n".join(f"{name} = {value}" for name, value in pairs) or text


def shown(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a fact says, without links that open by a token."""
    said: dict[str, Any] = redact({name: value for name, value in data.items() if name != "recording_url"})
    return said


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _filtered(request: ProjectRequest, state: str, connection: str) -> QuerySet[RawEvent]:
    found = RawEvent.objects.filter(connection__project=request.project)
    if state in RawState.values:
        found = found.filter(state=state)
    number = _number(connection)
    return found.filter(connection_id=number) if number else found


def _excerpt(event: RawEvent) -> str:
    text = bytes(event.body[:_EXCERPT]).decode("utf-8", "replace") or event.query
    return redact_text(" ".join(text.split()))[:_EXCERPT]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text[:20]) <= _BIGGEST_ID else None
