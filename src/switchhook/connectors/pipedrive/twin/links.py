"""Links between records: they must lead to something that is there."""

from collections.abc import Mapping
from typing import Any

from .refusals import Refusal, bad_request, invalid
from .state import PipedriveState

_TARGETS = {
    "person_id": ("persons", "Person"),
    "org_id": ("organizations", "Organization"),
    "organization_id": ("organizations", "Organization"),
    "deal_id": ("deals", "Deal"),
    "lead_id": ("leads", "Lead"),
}


def check_links(state: PipedriveState, values: Mapping[str, Any]) -> None:
    """Every id in `values` names a live record, every owner an active user. Raises Refusal."""
    for name, (kind, title) in _TARGETS.items():
        if values.get(name) is not None and state.row(kind, values[name]) is None:
            raise missing_link(state, title)
    for participant in values.get("participants") or ():
        if state.row("persons", participant["person_id"]) is None:
            raise missing_link(state, "Person")
    for name in ("owner_id", "user_id"):
        if values.get(name) is not None and state.user(values[name]) is None:
            raise invalid(f"{name}: This value is not an active user.")


def missing_link(state: PipedriveState, title: str) -> Refusal:
    """The answer for a link that leads nowhere."""
    if state.config.missing_link_status == 404:
        return Refusal(404, {"success": False, "error": f"{title} not found", "code": "ERR_NOT_FOUND"})
    return bad_request(f"{title} not found or deleted")
