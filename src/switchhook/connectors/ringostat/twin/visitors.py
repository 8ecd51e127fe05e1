"""Events that are no calls: a site form, a messenger chat, the vendor's test delivery."""

import hashlib
from typing import Any

from . import calls
from .events import Event, Stage

_FIRST_NAMES = ("Оксана", "Marek", "Дмитро", "Zofia", "Василь", "Ewa")


def visitor_name(client: str) -> str:
    """A first name for a number, always the same one."""
    return _FIRST_NAMES[int(hashlib.sha256(client.encode()).hexdigest()[:8], 16) % len(_FIRST_NAMES)]


def _visit(stage: Stage) -> dict[str, Any]:
    marks = calls.marketing(stage.call)
    names = ("client_id", "remote_ip", "landing", "refferrer", *calls.UTM_DEFAULT)
    return {name: marks[name] for name in names if name in marks}


def _moment(stage: Stage) -> dict[str, Any]:
    stamped = calls.identity(stage.call, stage.config)
    return {name: stamped[name] for name in ("calldate", "calldate_timestamp_micros", "project_id")}


FORM_NAMES = {"calldate": "date", "calldate_timestamp_micros": "timestamp"}


def form(stage: Stage) -> list[Event]:
    """A visitor sent a form: the fields the site has (`fields` of the play adds to and replaces them) and the visit."""
    fields: dict[str, Any] = {
        "name": visitor_name(stage.call.client),
        "phone": stage.call.client,
        "email": "visitor@example.com",
        "comment": "Please call me back about the delivery.",
    }
    fields.update(stage.details.get("fields") or {})
    values = {"form_id": stage.call.call_id, "form_name": "Order form", **_moment(stage), **fields, **_visit(stage)}
    return [stage.event("form", values, FORM_NAMES)]


def dialogue_start(stage: Stage) -> list[Event]:
    """A chat was opened. The phone is in it only where the play says `"phone_at": "start"`."""
    return [stage.event("dialogue_start", {**_chat(stage, "start"), **_visit(stage)}, FORM_NAMES)]


def dialogue_end(stage: Stage) -> list[Event]:
    """A chat was closed by the employee who took it into work; the phone is in it if the client gave it by then."""
    person = calls.staff(stage.call.employee)
    return [
        stage.event("dialogue_end", {**_chat(stage, "end"), **_visit(stage), **person, "messages_count": 6}, FORM_NAMES)
    ]


def _chat(stage: Stage, moment: str) -> dict[str, Any]:
    asked = {"messenger": "telegram", "phone_at": "end", **dict(stage.details.get("chat") or {})}
    given = asked["phone_at"] == "start" or asked["phone_at"] == moment
    client = str(asked.get("client_id") or int(hashlib.sha256(stage.call.client.encode()).hexdigest()[:8], 16))
    return {
        "dialogue_id": stage.call.call_id,
        **_moment(stage),
        "messenger": asked["messenger"],
        "messenger_client_id": client,
        "client_name": asked.get("name") or visitor_name(stage.call.client),
        "client_phone": stage.call.client if given else None,
        "dialogue_link": f"{stage.base}/project/chats/{stage.call.call_id}/?project_id={stage.config.project_id}",
    }


def test_delivery(stage: Stage) -> list[Event]:
    """The cabinet's "send test webhook": the webhook's keys with placeholder values, no call behind them."""
    values = {
        **stage.known,
        **calls.staff(stage.call.employee),
        **calls.outcome(stage.call, stage.base, stage.config.project_id),
    }
    return [stage.event("after", dict.fromkeys(values, "test"))]
