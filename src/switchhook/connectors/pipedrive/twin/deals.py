"""Deals."""

from typing import Any

from .links import check_links
from .lists import seconds
from .parties import change_custom
from .refusals import Refusal, bad_request, invalid
from .state import PipedriveState
from .validation import check_custom

STATUSES = ("open", "won", "lost")
_EMPTY = (
    "probability", "lost_reason", "close_time", "won_time", "lost_time", "stage_change_time", "local_won_date",
    "local_lost_date", "local_close_date", "expected_close_date", "origin_id", "channel", "channel_id", "acv", "arr",
    "mrr", "archive_time", "update_time", "source_lead_id",
)  # fmt: skip


def new_deal(state: PipedriveState, body: dict[str, Any]) -> dict[str, Any]:
    """A deal's whole record. Raises Refusal."""
    if not (body.get("title") or "").strip():
        raise bad_request("Deal title must be given.")
    check_links(state, body)
    check_custom(body.get("custom_fields"), state.custom_types("deal"))
    stage = stage_of(state, body.get("pipeline_id"), body.get("stage_id"))
    data: dict[str, Any] = dict.fromkeys(_EMPTY)
    data |= {
        "id": state.next_id("deals"),
        "title": body["title"],
        "creator_user_id": state.me["id"],
        "value": body.get("value") or 0,
        "person_id": body.get("person_id"),
        "org_id": body.get("org_id"),
        "stage_id": stage["id"],
        "currency": body.get("currency") or "EUR",
        "add_time": seconds(state.clock()),
        "status": "open",
        "visible_to": body.get("visible_to") or 3,
        "pipeline_id": stage["pipeline_id"],
        "custom_fields": dict.fromkeys(state.custom_types("deal")) | (body.get("custom_fields") or {}),
        "owner_id": body.get("owner_id") or state.me["id"],
        "label_ids": body.get("label_ids") or [],
        "is_deleted": False,
        "origin": "API",
        "is_archived": False,
    }
    set_status(state, data, body.get("status") or "open")
    return data


def change_deal(state: PipedriveState, data: dict[str, Any], body: dict[str, Any]) -> None:
    """Change what `body` names. Raises Refusal."""
    if data["is_archived"] and body.get("is_archived") is not False:
        raise archived_record("deal")
    if "title" in body and not (body["title"] or "").strip():
        raise bad_request("Deal title must be given.")
    check_links(state, body)
    change_custom(state, "deal", data, body)
    if "stage_id" in body or "pipeline_id" in body:
        stage = stage_of(state, body.get("pipeline_id"), body.get("stage_id"))
        data["stage_id"], data["pipeline_id"] = stage["id"], stage["pipeline_id"]
    if "status" in body:
        set_status(state, data, body["status"])
    apart = {"custom_fields", "status", "stage_id", "pipeline_id"}
    data.update({name: value for name, value in body.items() if name not in apart})


def set_status(state: PipedriveState, data: dict[str, Any], status: str) -> None:
    """Won, lost or open, with the times that belong to it. Raises Refusal."""
    if status not in STATUSES:
        raise invalid("status: The value you selected is not a valid choice.")
    now = seconds(state.clock())
    data["status"] = status
    data["won_time"] = now if status == "won" else None
    data["lost_time"] = now if status == "lost" else None
    data["close_time"] = None if status == "open" else now


def stage_of(state: PipedriveState, pipeline_id: int | None, stage_id: int | None) -> dict[str, Any]:
    """The stage that is named, else the first of the pipeline, else of the first pipeline. Raises Refusal."""
    if stage_id is not None:
        found = next((stage for stage in state.stages if stage["id"] == stage_id), None)
        if found is None:
            raise invalid("stage_id: This value is not a stage.")
        return found
    pipeline = state.pipelines[0]["id"] if pipeline_id is None else pipeline_id
    found = next((stage for stage in state.stages if stage["pipeline_id"] == pipeline), None)
    if found is None:
        raise invalid("pipeline_id: This value is not a pipeline.")
    return found


def archived_record(what: str) -> Refusal:
    """Archived records are not edited through the interface."""
    return bad_request(f"Archived {what} cannot be edited.")
