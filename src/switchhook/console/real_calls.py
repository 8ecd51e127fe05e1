"""The project's last calls, forms and dialogues, to try settings on: a choice of them, and what they say."""

from typing import Any

from django.utils.translation import gettext as _

from switchhook.calls.codec import state_from_json
from switchhook.calls.models import Call
from switchhook.connections.models import Connection
from switchhook.console.templatetags.console import inquiry_state, phone, when
from switchhook.console.wording import BADGES, DIRECTIONS
from switchhook.core.mapping import parameters
from switchhook.projects.models import Project
from switchhook.scenarios.plan_settings import answerer

MOST_OFFERED = 30


def last_calls(project: Project) -> list[tuple[int, str]]:
    """The newest first: (id, what it was)."""
    found = Call.objects.filter(project=project).order_by("-started_at", "-id")[:MOST_OFFERED]
    return [(call.pk, _named(call)) for call in found]


def _named(call: Call) -> str:
    who = phone(call.client_number) or _("hidden number")
    if call.channel != "call":
        what = str(BADGES["inquiry"][inquiry_state(call.state)][1])
    else:
        direction = str(DIRECTIONS.get(call.direction, ""))
        what = ", ".join(filter(None, (direction, str(BADGES["call"].get(call.status, ("", call.status))[1]))))
    return f"{when(call.started_at)} · {who} · {what}"


def chosen_call(project: Project, said: str) -> Call | None:
    """The call whose id was said, else the newest, None where there is none."""
    calls = Call.objects.filter(project=project)
    found = calls.filter(pk=int(said)).first() if said.isdecimal() and len(said) < 19 else None
    return found or calls.order_by("-started_at", "-id").first()


def words_of(call: Call, connection: Connection) -> dict[str, str]:
    """The parameters of a call, form or dialogue as the rules of this connection see them."""
    state: Any = state_from_json(call.state)
    return parameters(state, zone=connection.project.zone, person=answerer(connection, call))
