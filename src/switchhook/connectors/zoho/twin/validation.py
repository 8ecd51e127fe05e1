"""What Zoho checks before it keeps a record."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from .answers import Refused, Row, invalid, missing
from .schema import MODULES, PIPELINES, Field
from .state import ZohoState

_PHONE = re.compile(r"^\+?[\w(](?:[\w().;,#]|[ \-](?! ))*$")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_WEBSITE = re.compile(r"^(https?|ftp)://\S+$|^www\.\S+$")
_LENGTH = re.compile(r"^\d{1,4}:\d{2}$")
_BESIDE = frozenset({"id", "$se_module", "$append_values", "Remind_At", "Send_Notification_Email"})


def checked(state: ZohoState, module: str, given: Mapping[str, Any], current: Row | None = None) -> Row:
    """The values as they are kept, lookups and full name filled in. Raises Refused.

    `current` is the record that is changed; None for a new one.
    """
    schema = state.schema(module)
    values: Row = {}
    for name, value in given.items():
        field = schema.get(name)
        if field is None:
            _unknown(state, name)
            if name == "$se_module":
                values[name] = value
        elif not field.fixed:
            values[name] = _value(state, field, value, given)
    whole = {**(current or {}), **values}
    if module == "Notes" and current is None and not whole.get("Parent_Id"):
        expected = [{"api_name": "Parent_Id", "json_path": "$.data[0].Parent_Id"}]
        raise Refused("EXPECTED_FIELD_MISSING", "expected field missing", {"expected_fields": expected})
    _mandatory(schema, whole, values, new=current is None)
    _module_rules(state, module, whole, values)
    _unique(state, module, schema, values, current)
    if "Last_Name" in schema:
        values["Full_Name"] = " ".join(filter(None, (whole.get("First_Name"), whole.get("Last_Name"))))
    return values


def _unknown(state: ZohoState, name: str) -> None:
    if name not in _BESIDE and not name.startswith("$") and state.config.unknown_fields == "reject":
        raise invalid(name, "the field api name given seems to be invalid")


def _mandatory(schema: Mapping[str, Field], whole: Row, values: Row, *, new: bool) -> None:
    for name, field in schema.items():
        if field.mandatory and (new or name in values) and whole.get(name) in (None, ""):
            raise missing(name)


def _value(state: ZohoState, field: Field, value: Any, given: Mapping[str, Any]) -> Any:
    if value is None:
        return None
    if field.type in _REFERENCES:
        return _REFERENCES[field.type](state, field, value, given)
    if field.type in {"integer", "currency"}:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise invalid(field.name, expected_data_type="integer" if field.type == "integer" else "double")
        return value
    if field.name == "Tag":
        return value
    if not isinstance(value, str):
        raise invalid(field.name, expected_data_type="string")
    if len(value) > field.length:
        raise invalid(field.name, maximum_length=field.length)
    return _text(field, value)


def _text(field: Field, value: str) -> Any:
    patterns = {"phone": _PHONE, "email": _EMAIL, "website": _WEBSITE}
    if value and field.type in patterns and not patterns[field.type].match(value):
        raise invalid(field.name, expected_data_type=field.type)
    if field.type == "picklist" and value and field.values and value not in field.values:
        raise invalid(field.name, supported_values=list(field.values))
    try:
        if field.type == "date":
            return date.fromisoformat(value).isoformat()
        if field.type == "datetime":
            return _moment(value)
    except ValueError:
        raise invalid(field.name, expected_data_type=field.type) from None
    return value


def _moment(value: str) -> datetime:
    read = datetime.fromisoformat(value)
    if read.tzinfo is None or read.microsecond or "T" not in value:
        raise ValueError(value)
    return read


def _owner(state: ZohoState, field: Field, value: Any, _given: Mapping[str, Any]) -> Row:
    found = state.active_user(_id(field, value))
    if found is None:
        raise invalid(field.name)
    return found


def _lookup(state: ZohoState, field: Field, value: Any, given: Mapping[str, Any]) -> Row:
    id_ = _id(field, value)
    if field.name == "Parent_Id":
        return _parent(state, field, value, id_)
    module = field.module
    if module == "*":
        module = str(given.get("$se_module") or "")
        if not module:
            raise missing("$se_module")
    row = state.row(module, id_) if module in MODULES else None
    if row is None:
        raise invalid(field.name)
    return {"name": _name(row), "id": id_}


def _parent(state: ZohoState, field: Field, value: Row, id_: str) -> Row:
    module = value.get("module")
    name = module.get("api_name") if isinstance(module, dict) else None
    if not isinstance(name, str):
        raise invalid(field.name, expected_data_type="jsonobject", place="Parent_Id.module")
    row = state.row(name, id_) if name in MODULES else None
    if row is None:
        raise invalid("id", place="Parent_Id.id")
    return {"module": {"api_name": name, "id": module_id(name)}, "name": _name(row), "id": id_}


def _layout(_state: ZohoState, field: Field, value: Any, _given: Mapping[str, Any]) -> Row:
    return {"name": "Standard", "id": _id(field, value)}


_REFERENCES = {"ownerlookup": _owner, "lookup": _lookup, "layout": _layout}


def module_id(module: str) -> str:
    """The id of a module."""
    return str(5725767000000002000 + MODULES.index(module))


def _id(field: Field, value: Any) -> str:
    # Zoho's own client sends ids as numbers, though they are documented as texts.
    id_ = str(value.get("id")) if isinstance(value, dict) else ""
    if not id_.isdecimal():
        raise invalid(field.name, expected_data_type="jsonobject")
    return id_


def _name(row: Row) -> str:
    names = ("Full_Name", "Account_Name", "Deal_Name", "Subject")
    return next((row[name] for name in names if isinstance(row.get(name), str)), "")


def _module_rules(state: ZohoState, module: str, whole: Row, values: Row) -> None:
    if module == "Deals" and state.config.pipelines_on and {"Stage", "Pipeline"} & values.keys():
        stages = [name for name, _forecast in PIPELINES[whole["Pipeline"]]]
        if whole["Stage"] not in stages:
            raise _mismatch("Stage", "Pipeline", "Pipeline doesn`t contain the Stage")
    if module == "Calls":
        _call(state, whole, values)
    if module == "Tasks" and "Status" in values:
        values["Closed_Time"] = state.clock().replace(microsecond=0) if values["Status"] == "Completed" else None
    if module in {"Tasks", "Calls"} and whole.get("Who_Id") and whole.get("$se_module") == "Leads":
        raise invalid("Who_Id", "a lead and a contact cannot both be given")


def _mismatch(name: str, other: str, message: str) -> Refused:
    """A value that does not go with that of another field."""
    dependee = {"api_name": other, "json_path": f"$.data[0].{other}"}
    details = {"dependee": dependee, "api_name": name, "json_path": f"$.data[0].{name}"}
    return Refused("DEPENDENT_MISMATCH", message, details)


def _call(state: ZohoState, whole: Row, values: Row) -> None:
    length = str(whole["Call_Duration"])
    if not _LENGTH.match(length):
        raise invalid("Call_Duration", expected_data_type="string")
    first, second = map(int, length.split(":"))
    unit = (60, 1) if state.config.call_length == "mm:ss" else (3600, 60)
    seconds = first * unit[0] + second * unit[1]
    if not seconds and whole["Call_Type"] != "Missed":
        raise _mismatch("Call_Duration", "Call_Type", "Call Duration can not be zero.")
    values["Call_Duration_in_seconds"] = seconds


def _unique(state: ZohoState, module: str, schema: Mapping[str, Field], values: Row, current: Row | None) -> None:
    for name, value in values.items():
        field = schema.get(name)
        if field is None or not field.unique or value in (None, ""):
            continue
        for row in state.rows(module):
            if row.get(name) == value and (current is None or row["id"] != current["id"]):
                raise duplicate(module, name, row)


def duplicate(module: str, name: str, row: Row) -> Refused:
    """Another record has the value that must be unique."""
    owner = {"name": row["Owner"]["name"], "id": row["Owner"]["id"], "zuid": row["Owner"]["id"][-9:]}
    held = {"id": row["id"], "Owner": owner, "module": {"api_name": module, "id": module_id(module)}}
    details = {"api_name": name, "json_path": f"$.data[0].{name}", "id": row["id"], "duplicate_record": held}
    return Refused("DUPLICATE_DATA", "duplicate data", {**details, "more_records": False})
