"""Events that are no calls: a site form, a messenger chat, the vendor's test delivery."""

import hashlib
from datetime import timedelta
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


def _moment(stage: Stage, seconds: int = 0) -> dict[str, Any]:
    at = stage.call.started_at + timedelta(seconds=seconds)
    return {
        "calldate": at.astimezone(stage.config.zone),
        "calldate_timestamp_micros": str(int(at.timestamp() * 1_000_000)),
        "project_id": stage.config.project_id,
    }


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
    about = {"form_id": "order-form", "form_name": "Order form", "page_url": "https://shop.example.com/order"}
    return [stage.event("form", {**about, **_moment(stage), **fields, **_visit(stage)}, FORM_NAMES)]


CHAT = {
    "messenger": "telegram",
    "name": None,
    "client_id": None,
    "email": None,
    "text": "Good day! Is the sofa still there?",
    "phone_at": "asked",
    "taken": True,
    "released": True,
    "told_by": "end",
}
"""How a chat goes unless the play says otherwise; the README of the twin explains every name."""

_AFTER = {"start": 0, "taken": 15, "asked": 40, "released": 60, "end": 97}
"""The steps of a chat in their order, with the second of each."""


def dialogue_start(stage: Stage) -> list[Event]:
    """A chat was opened."""
    return [stage.event("dialogue_start", {**_said(stage, "start"), **_visit(stage)}, FORM_NAMES)]


def dialogue_taken(stage: Stage) -> list[Event]:
    """An employee took the chat into work. The vendor lists no such webhook: only where the play asks for it."""
    values = {**_said(stage, "taken"), **_staff(stage)}
    return [stage.event("dialogue_taken", values, FORM_NAMES)] if _told(stage, "taken") else []


def contact_given(stage: Stage) -> list[Event]:
    """The client gave the contact data that he was asked for. Only where the play asks for it."""
    given = _chat(stage)["phone_at"] == "asked"
    values = {**_said(stage, "asked"), **_staff(stage)}
    return [stage.event("contact_given", values, FORM_NAMES)] if given and _told(stage) else []


def dialogue_released(stage: Stage) -> list[Event]:
    """The employee sent the client's data to the CRM. Only where the play asks for it."""
    values = {**_said(stage, "released"), **_staff(stage)}
    return [stage.event("dialogue_released", values, FORM_NAMES)] if _told(stage, "released") else []


def dialogue_end(stage: Stage) -> list[Event]:
    """A chat was closed, by the employee who took it into work if anybody did.

    Unless every step is an event of its own, `sent_to_crm` tells whether the client's data were sent.
    """
    sent = {} if _told(stage) else {"sent_to_crm": "1" if _chat(stage)["released"] else "0"}
    values = {**_said(stage, "end"), **_visit(stage), **_staff(stage), **sent, "messages_count": 6}
    return [stage.event("dialogue_end", values, FORM_NAMES)]


def _chat(stage: Stage) -> dict[str, Any]:
    return {**CHAT, **dict(stage.details.get("chat") or {})}


def _told(stage: Stage, step: str = "") -> bool:
    """Whether steps are events of their own, and `step` happens at all."""
    chat = _chat(stage)
    return chat["told_by"] == "events" and bool(chat[step] if step else True)


def _staff(stage: Stage) -> dict[str, Any]:
    return calls.staff(stage.call.employee if _chat(stage)["taken"] else None)


def _said(stage: Stage, step: str) -> dict[str, Any]:
    chat = _chat(stage)
    given = chat["phone_at"] != "never" and _AFTER[chat["phone_at"]] <= _AFTER[step]
    client = str(chat["client_id"] or int(hashlib.sha256(stage.call.client.encode()).hexdigest()[:8], 16))
    return {
        "dialogue_id": stage.call.call_id,
        **_moment(stage, _AFTER[step]),
        "messenger": chat["messenger"],
        "messenger_client_id": client,
        "client_name": visitor_name(stage.call.client) if chat["name"] is None else chat["name"],
        "client_phone": stage.call.client if given else None,
        "client_email": chat["email"] if given else None,
        "text": chat["text"],
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
