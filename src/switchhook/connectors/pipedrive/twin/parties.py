"""Persons and organizations."""

from typing import Any

from .links import check_links
from .lists import seconds
from .refusals import bad_request, forbidden
from .state import PipedriveState
from .validation import check_custom

_SYNCED = ("job_title", "notes", "im", "birthday", "postal_address")


def new_person(state: PipedriveState, body: dict[str, Any]) -> dict[str, Any]:
    """A person's whole record. Raises Refusal."""
    if any(name in body for name in _SYNCED):
        raise forbidden("Contact sync is not enabled for this company.")
    name = body.get("name") or " ".join(filter(None, (body.get("first_name"), body.get("last_name"))))
    if not name.strip():
        raise bad_request("Name must be given.")
    check_links(state, body)
    check_custom(body.get("custom_fields"), state.custom_types("person"))
    first, _, last = name.partition(" ")
    return {
        "id": state.next_id("persons"),
        "name": name,
        "first_name": body.get("first_name") or first,
        "last_name": body.get("last_name") or last or None,
        "add_time": seconds(state.clock()),
        "update_time": None,
        "visible_to": body.get("visible_to") or 3,
        "custom_fields": dict.fromkeys(state.custom_types("person")) | (body.get("custom_fields") or {}),
        "owner_id": body.get("owner_id") or state.me["id"],
        "label_ids": body.get("label_ids") or [],
        "org_id": body.get("org_id"),
        "is_deleted": False,
        "picture_id": None,
        "phones": points(body.get("phones")),
        "emails": points(body.get("emails")),
    }


def change_person(state: PipedriveState, data: dict[str, Any], body: dict[str, Any]) -> None:
    """Change what `body` names; lists of numbers are replaced whole. Raises Refusal."""
    if any(name in body for name in _SYNCED):
        raise forbidden("Contact sync is not enabled for this company.")
    if "name" in body and not (body["name"] or "").strip():
        raise bad_request("Name must be given.")
    check_links(state, body)
    change_custom(state, "person", data, body)
    lists = {name: points(body[name]) for name in ("phones", "emails") if name in body}
    data.update({name: value for name, value in body.items() if name != "custom_fields"} | lists)
    if "name" in body:
        data["first_name"], _, last = body["name"].partition(" ")
        data["last_name"] = last or None


def new_organization(state: PipedriveState, body: dict[str, Any]) -> dict[str, Any]:
    """An organization's whole record. Raises Refusal."""
    if not (body.get("name") or "").strip():
        raise bad_request("Organization name must be given.")
    check_links(state, body)
    check_custom(body.get("custom_fields"), state.custom_types("organization"))
    plain = ("website", "linkedin", "industry", "annual_revenue", "employee_count", "address")
    return {
        "id": state.next_id("organizations"),
        "name": body["name"],
        "add_time": seconds(state.clock()),
        "update_time": None,
        "visible_to": body.get("visible_to") or 3,
        "custom_fields": body.get("custom_fields"),
        "owner_id": body.get("owner_id") or state.me["id"],
        "label_ids": body.get("label_ids") or [],
        **{name: body.get(name) for name in plain},
        "is_deleted": False,
    }


def change_organization(state: PipedriveState, data: dict[str, Any], body: dict[str, Any]) -> None:
    """Change what `body` names. Raises Refusal."""
    if "name" in body and not (body["name"] or "").strip():
        raise bad_request("Organization name must be given.")
    check_links(state, body)
    change_custom(state, "organization", data, body)
    data.update({name: value for name, value in body.items() if name != "custom_fields"})


def change_custom(state: PipedriveState, kind: str, data: dict[str, Any], body: dict[str, Any]) -> None:
    """Add the custom values of `body`. Raises Refusal."""
    check_custom(body.get("custom_fields"), state.custom_types(kind))
    if body.get("custom_fields"):
        data["custom_fields"] = (data.get("custom_fields") or {}) | body["custom_fields"]


def points(given: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Numbers or addresses as they are kept: a label each, one of them primary."""
    kept = [{"label": item.get("label") or "work", "value": item["value"], "primary": bool(item.get("primary"))}
            for item in given or ()]  # fmt: skip
    if kept and not any(item["primary"] for item in kept):
        kept[0]["primary"] = True
    return kept
