"""Activities: tasks, and the records of calls."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from switchhook.core.records import Draft, Ref

from .config import Config
from .drafts import Body, Values, Writer, activity_links, due_into, owner_into, title_into
from .note import Note, call_text
from .records import Reader
from .words import word

_IN_NOTE = frozenset({"text", "recording_url", "call_id"})
_OUTCOMES = {"answered": "connected"}
V1_TIME = "%Y-%m-%d %H:%M:%S"


def new_task(writer: Writer, draft: Draft, mark: str) -> Body:
    """The body of a new activity that is a task."""
    values = draft.values
    body = writer.task(values, draft.links)
    spoken = bool(values.get("done") or values.get("recording_url"))
    note = Note(mark=mark, **_noted(values)).html()
    body.fields["type"] = writer.config.call_type if spoken else writer.config.task_type
    body.fields.setdefault("due_date", writer.now())
    body.fields |= {"note": note} if note else {}
    return body


def changed_task(writer: Writer, values: Values, held: Mapping[str, Any] | None) -> Body:
    """The body that changes a task; `held` is the activity where the note changes too."""
    body = writer.task(values)
    if held is not None:
        note = Note.of(held.get("note"))
        before = {"text": note.text, "recording_url": note.recording_url, "call_id": note.call_id}
        body.fields["note"] = Note(mark=note.mark, **(before | _noted(values))).html()
    return body


def touches_note(values: Values) -> bool:
    """Whether a change of a task needs its note."""
    return bool(_IN_NOTE & set(values))


def _noted(values: Values) -> dict[str, str]:
    return {name: str(values[name] or "") for name in _IN_NOTE if name in values}


def new_call(writer: Writer, draft: Draft, mark: str) -> Body:
    """The body of a new activity that records a call."""
    body = _call(writer, draft.values, mark)
    activity_links(body, draft.links)
    body.fields |= {"type": writer.config.call_type, "done": True}
    body.fields.setdefault("due_date", writer.now())
    return body


def changed_call(writer: Writer, reader: Reader, values: Values, held: Mapping[str, Any]) -> Body:
    """The body that changes a call record: its text holds all facts, so it is written anew."""
    whole = {**reader.call(held).values, **values}
    return _call(writer, whole, Note.of(held.get("note")).mark)


def _call(writer: Writer, values: Values, mark: str) -> Body:
    body = Body()
    language = writer.config.language
    title_into(body, {"subject": call_title(values, language)}, "subject", "subject")
    owner_into(body, values, "employee")
    due_into(body, values.get("started_at"))
    seconds = values.get("talk_seconds")
    if isinstance(seconds, (int, float)) and seconds > 0:
        hours, minutes = divmod(math.ceil(seconds / 60), 60)
        body.fields["duration"] = f"{min(hours, 23):02d}:{minutes:02d}"
    noted = {name: str(values.get(name) or "") for name in ("recording_url", "call_id")}
    body.fields["note"] = Note(text=call_text(values, language), mark=mark, **noted).html()
    return body


def call_title(values: Values, language: str) -> str:
    """What a list of activities shows of a call."""
    said = ", ".join(word(str(values[name]), language) for name in ("direction", "status") if values.get(name))
    who = str(values.get("client_number") or "")
    return f"{word('call', language)} {who}".strip() + (f": {said}" if said else "")


def call_log(config: Config, draft: Draft, activity: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of the call log that belongs to a call's activity."""
    values = draft.values
    start = _start(values)
    seconds = int(values.get("talk_seconds") or 0)
    client, line = (str(values.get(name) or "") for name in ("client_number", "project_number"))
    outgoing = values.get("direction") == "out"
    log: dict[str, Any] = {
        "activity_id": activity["id"],
        "subject": call_title(values, config.language),
        "outcome": _OUTCOMES.get(str(values.get("status")), "no_answer"),
        "duration": str(seconds),
        "from_phone_number": line if outgoing else client,
        "to_phone_number": (client if outgoing else line) or "-",
        "start_time": start.strftime(V1_TIME),
        "end_time": (start + timedelta(seconds=seconds)).strftime(V1_TIME),
        "note": activity.get("note") or "",
    }
    return {name: value for name, value in log.items() if value != ""} | _user(activity)


def _user(activity: Mapping[str, Any]) -> dict[str, Any]:
    return {"user_id": activity["owner_id"]} if activity.get("owner_id") else {}


def _start(values: Values) -> datetime:
    moment = datetime.fromisoformat(str(values.get("started_at")))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def about(links: Sequence[Ref]) -> dict[str, str]:
    """The query that lists the activities of a draft: by its most particular link."""
    names = {"lead": "lead_id", "deal": "deal_id", "contact": "person_id", "company": "org_id"}
    found = {link.kind.value: link.id for link in reversed(links)}
    return next(({query: found[kind]} for kind, query in names.items() if kind in found), {})
