"""The strictness of the second API: types, unknown keys, dates."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from .refusals import invalid

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
Check = Callable[[Any], str]


def _of(kind: type | tuple[type, ...], word: str) -> Check:
    def check(value: Any) -> str:
        wrong = not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)
        return f"This value should be of type {word}." if wrong else ""

    return check


def _matching(pattern: re.Pattern[str], sentence: str) -> Check:
    return lambda value: "" if isinstance(value, str) and pattern.match(value) else sentence


def _date(value: Any) -> str:
    try:
        date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        return "This value is not a valid date."
    return ""


def _ids(value: Any) -> str:
    if not isinstance(value, list) or any(_id(item) for item in value):
        return "This value should be a list of integers."
    return ""


def _contact_points(value: Any) -> str:
    if not isinstance(value, list) or not all(isinstance(item, dict) and item.get("value") for item in value):
        return "This value should be a list of objects with a value."
    if any(set(item) - {"value", "label", "primary"} for item in value):
        return "This collection has an unknown field."
    if any(not isinstance(item.get("primary", False), bool) for item in value):
        return "This value should be of type boolean."
    return "Only one value can be primary." if sum(bool(item.get("primary")) for item in value) > 1 else ""


def _participants(value: Any) -> str:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return "This value should be a list of objects."
    wrong = any(set(item) - {"person_id", "primary"} or _id(item.get("person_id")) for item in value)
    return "This collection needs the integer field person_id." if wrong else ""


_id = _of(int, "int")
text = _of(str, "string")
number = _of((int, float), "numeric")
TYPES: Mapping[str, Check] = {
    "text": text,
    "int": _id,
    "number": number,
    "flag": _of(bool, "bool"),
    "object": _of(dict, "object"),
    "date": _date,
    "time": _matching(_TIME, "This value is not a valid datetime."),
    "duration": _matching(re.compile(r"\d{2}:[0-5]\d(:[0-5]\d)?$"), "This value is not a valid duration."),
    "instant": _matching(_INSTANT, "This value is not a valid datetime."),
    "ids": _ids,
    "points": _contact_points,
    "participants": _participants,
}
Schema = Mapping[str, str]

PERSON: Schema = {
    "name": "text", "first_name": "text", "last_name": "text", "owner_id": "int", "org_id": "int", "add_time": "text",
    "emails": "points", "phones": "points", "visible_to": "int", "label_ids": "ids", "custom_fields": "object",
    "marketing_status": "text", "job_title": "text", "notes": "text", "im": "points", "birthday": "date",
    "postal_address": "object",
}  # fmt: skip
ORGANIZATION: Schema = {
    "name": "text", "owner_id": "int", "add_time": "text", "visible_to": "int", "label_ids": "ids", "address": "object",
    "website": "text", "linkedin": "text", "industry": "int", "annual_revenue": "int", "employee_count": "int",
    "custom_fields": "object",
}  # fmt: skip
DEAL: Schema = {
    "title": "text", "owner_id": "int", "person_id": "int", "org_id": "int", "pipeline_id": "int", "stage_id": "int",
    "value": "number", "currency": "text", "is_deleted": "flag", "is_archived": "flag", "archive_time": "text",
    "status": "text", "probability": "number", "lost_reason": "text", "visible_to": "int", "close_time": "text",
    "won_time": "text", "lost_time": "text", "expected_close_date": "date", "label_ids": "ids",
    "custom_fields": "object",
}  # fmt: skip
ACTIVITY: Schema = {
    "subject": "text", "type": "text", "owner_id": "int", "deal_id": "int", "lead_id": "text", "org_id": "int",
    "project_id": "int", "due_date": "date", "due_time": "time", "duration": "duration", "busy": "flag", "done": "flag",
    "location": "object", "participants": "participants", "attendees": "object", "public_description": "text",
    "priority": "int", "note": "text", "outcome": "int",
}  # fmt: skip
CONVERSION: Schema = {"stage_id": "int", "pipeline_id": "int"}
FIELD: Schema = {
    "field_name": "text", "field_type": "text", "options": "options", "description": "text",
    "ui_visibility": "object", "important_fields": "object", "required_fields": "object",
}  # fmt: skip


def check_body(body: Any, schema: Schema) -> dict[str, Any]:
    """The body, if it keeps to `schema`; null is allowed everywhere. Raises Refusal with every fault."""
    if not isinstance(body, dict):
        raise invalid("body: This value should be of type object.")
    faults = [f"{key}: Parameter '{key}' is not allowed for this request" for key in body if key not in schema]
    for key, value in body.items():
        check = TYPES.get(schema.get(key, ""))
        fault = check(value) if check and value is not None else ""
        if fault:
            faults.append(f"{key}: {fault}")
    if faults:
        raise invalid(*faults)
    return body


def check_custom(values: Any, fields: Mapping[str, str]) -> None:
    """Custom values against the account's own fields (code to type). Raises Refusal."""
    faults = []
    for code, value in (values or {}).items():
        kind = fields.get(code)
        if kind is None:
            faults.append(f"custom_fields.{code}: Parameter '{code}' is not allowed for this request")
        elif value is not None and (fault := _custom_fault(kind, value)):
            faults.append(f"custom_fields.{code}: {fault}")
    if faults:
        raise invalid(*faults)


def _custom_fault(kind: str, value: Any) -> str:
    if kind == "set":
        return "This value should not be blank." if value == [] else _ids(value)
    if kind == "varchar" and isinstance(value, str) and len(value) > 255:
        return "This value is too long. It should have 255 characters or less."
    checks: dict[str, Check] = {"double": number, "enum": _id, "user": _id, "org": _id, "people": _id, "date": _date}
    checks |= {"monetary": TYPES["object"], "time": TYPES["object"], "address": TYPES["object"]}
    return checks.get(kind, text)(value)


def check_instant(query: Mapping[str, str], names: Collection[str]) -> None:
    """Times of a query: whole seconds, UTC, with T and Z. Raises Refusal."""
    for name in names:
        if name in query and TYPES["instant"](query[name]):
            raise invalid(f"{name}: This value is not a valid datetime.")
