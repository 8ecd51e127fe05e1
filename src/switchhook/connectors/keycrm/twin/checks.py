"""What a body must be, and the columns it sets. Every check raises Refusal with status 422 that names the field."""

from collections.abc import Mapping
from typing import Any

from . import account, views
from .query import Row, invalid
from .state import KeyCrmState

Body = Mapping[str, Any]
LONGEST = 255


def text(body: Body, name: str, *, required: bool = False, longest: int = 65_535) -> str | None:
    """A text; None where it is left out or null."""
    value = body.get(name)
    if value is None or value == "":
        if required:
            raise invalid(**{name: f"The {name} field is required."})
        return None
    if not isinstance(value, str):
        raise invalid(**{name: f"The {name} must be a string."})
    if len(value) > longest:
        raise invalid(**{name: f"The {name} may not be greater than {longest} characters."})
    return value


def texts(body: Body, name: str) -> list[str]:
    """A list of texts."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise invalid(**{name: f"The {name} must be an array of strings."})
    return list(value)


def user_id(state: KeyCrmState, body: Body) -> int | None:
    """The id of a user who is there."""
    return _id(body, "manager_id", state.user)


def _id(body: Body, name: str, find: Any) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(**{name: f"The {name} must be an integer."})
    if find(value) is None:
        raise invalid(**{name: f"The selected {name} is invalid."})
    return value


def custom(body: Body, model: str) -> dict[str, Any]:
    """Custom fields by uuid; those of another model are refused, a select takes a list of its options."""
    known = {field["uuid"]: field for field in account.FIELDS if field["model"] == model}
    values: dict[str, Any] = {}
    for place, item in enumerate(body.get("custom_fields") or ()):
        field = known.get(item.get("uuid")) if isinstance(item, dict) else None
        if field is None:
            raise invalid(**{f"custom_fields__{place}__uuid": "The selected uuid is invalid."})
        if (field["type"] == "select") != isinstance(item.get("value"), list):
            raise invalid(**{f"custom_fields__{place}__value": "The value is of the wrong type."})
        values[field["uuid"]] = item["value"]
    return values


def _sent(body: Body, columns: dict[str, Any], *, new: bool) -> dict[str, Any]:
    return columns if new else {name: value for name, value in columns.items() if name in body}


def buyer_values(state: KeyCrmState, body: Body, *, new: bool) -> dict[str, Any]:
    """The columns of a buyer: all of a new one, else those that were sent."""
    columns = {
        "full_name": text(body, "full_name", required=True, longest=LONGEST),
        "birthday": text(body, "birthday"),
        "email": texts(body, "email"),
        "phone": texts(body, "phone"),
        "note": text(body, "note"),
        "company_id": _id(body, "company_id", lambda id_: state.row("companies", id_)),
        "manager_id": user_id(state, body),
    }
    return _sent(body, columns, new=new) | {"custom": custom(body, "client")}


def company_values(state: KeyCrmState, body: Body, *, new: bool) -> dict[str, Any]:
    """The columns of a company: all of a new one, else those that were sent."""
    columns = {
        "name": text(body, "name", required=True, longest=LONGEST),
        "title": text(body, "title", longest=LONGEST),
        "notes": text(body, "notes"),
        "bank_account": text(body, "bank_account"),
        "manager_id": user_id(state, body),
    }
    return _sent(body, columns, new=new) | {"custom": custom(body, "company")}


def card_values(state: KeyCrmState, body: Body) -> dict[str, Any]:
    """The columns of a new card, its contact apart."""
    if not isinstance(body.get("contact"), dict):
        raise invalid(contact="The contact field is required.")
    pipeline = _id(body, "pipeline_id", lambda id_: _named(account.PIPELINES, id_)) or account.PIPELINES[0]["id"]
    utm = {name: text(body, name, longest=LONGEST) for name in views.UTM}
    return utm | {
        "title": text(body, "title", longest=LONGEST),
        "source_id": _id(body, "source_id", lambda id_: _named(account.SOURCES, id_)),
        "manager_comment": text(body, "manager_comment"),
        "manager_id": user_id(state, body),
        "communicate_at": text(body, "communicate_at"),
        "status_id": next(s["id"] for s in account.STATUSES if s["pipeline_id"] == pipeline),
        "custom": custom(body, "lead"),
    }


def card_change(state: KeyCrmState, body: Body) -> dict[str, Any]:
    """The columns that a change of a card sets; UTM tags are not among them, unknown names are passed over."""
    columns: dict[str, Any] = {
        "title": text(body, "title", longest=LONGEST),
        "status_id": _id(body, "status_id", lambda id_: _named(account.STATUSES, id_)),
        "source_id": _id(body, "source_id", lambda id_: _named(account.SOURCES, id_)),
        "client_id": _id(body, "client_id", lambda id_: state.row("buyers", id_)),
        "manager_id": user_id(state, body),
        "communicate_at": text(body, "communicate_at"),
    }
    if state.config.comment_on_put:
        columns["manager_comment"] = text(body, "manager_comment")
    return _sent(body, columns, new=False) | {"custom": custom(body, "lead")}


def _named(rows: tuple[Row, ...], id_: int) -> Row | None:
    return next((row for row in rows if row["id"] == id_), None)
