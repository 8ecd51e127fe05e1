"""Activities."""

from typing import Any

from .links import check_links
from .lists import seconds
from .refusals import Refusal, bad_request, invalid
from .state import PipedriveState

_PLAIN = ("deal_id", "lead_id", "org_id", "project_id", "location", "public_description", "priority", "note")
_EMPTY = ("conference_meeting_client", "conference_meeting_url", "conference_meeting_id", "marked_as_done_time")


def read_only_person() -> Refusal:
    """The person of an activity is told by its participants."""
    text = "'person_id' is a read-only field. Add a primary participant to set 'person_id' instead."
    return bad_request(text)


def new_activity(state: PipedriveState, body: dict[str, Any]) -> dict[str, Any]:
    """An activity's whole record. Raises Refusal."""
    _check(state, body)
    now = seconds(state.clock())
    key = body.get("type") or "call"
    data: dict[str, Any] = dict.fromkeys(_EMPTY)
    data |= {
        "id": state.next_id("activities"),
        "subject": body.get("subject") or key.capitalize(),
        "type": key,
        "owner_id": body.get("owner_id") or state.me["id"],
        "creator_user_id": state.me["id"],
        "is_deleted": False,
        "add_time": now,
        "update_time": now,
        "due_date": body.get("due_date") or state.clock().date().isoformat(),
        "due_time": _time(state, body.get("due_time")),
        "duration": body.get("duration"),
        "done": bool(body.get("done")),
        "busy": bool(body.get("busy")),
        **{name: body.get(name) for name in _PLAIN},
        "participants": _participants(body.get("participants")),
    }
    data["person_id"] = _primary(data["participants"])
    data["marked_as_done_time"] = now if data["done"] else None
    return data


def change_activity(state: PipedriveState, data: dict[str, Any], body: dict[str, Any]) -> None:
    """Change what `body` names. Raises Refusal."""
    _check(state, {"lead_id": data["lead_id"], "deal_id": data["deal_id"], **body}, known=data)
    if "participants" in body:
        body = body | {"participants": _participants(body["participants"])}
        data["person_id"] = _primary(body["participants"])
    if "due_time" in body:
        body = body | {"due_time": _time(state, body["due_time"])}
    if body.get("done") and not data["done"]:
        data["marked_as_done_time"] = seconds(state.clock())
    data.update(body)


def _check(state: PipedriveState, body: dict[str, Any], known: dict[str, Any] | None = None) -> None:
    if body.get("lead_id") is not None and body.get("deal_id") is not None:
        raise bad_request("An activity cannot be linked to a lead and a deal at the same time.")
    active = {item["key_string"] for item in state.types if item["active_flag"]}
    if body.get("type") is not None and body["type"] not in active:
        raise invalid("type: The value you selected is not a valid choice.")
    old = known or {}
    check_links(state, {name: value for name, value in body.items() if value != old.get(name)})


def _participants(given: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    kept = [{"person_id": item["person_id"], "primary": bool(item.get("primary"))} for item in given or ()]
    if kept and not any(item["primary"] for item in kept):
        kept[0]["primary"] = True
    return kept


def _primary(participants: list[dict[str, Any]]) -> int | None:
    return next((item["person_id"] for item in participants if item["primary"]), None)


def _time(state: PipedriveState, text: str | None) -> str | None:
    if not text:
        return None
    return f"{text[:5]}:00" if state.config.due_time_seconds else text[:5]
