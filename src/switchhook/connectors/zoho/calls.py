"""A call as Zoho's module Calls has it."""

from collections.abc import Mapping
from typing import Any

from switchhook.connectors.base import Account
from switchhook.core.records import Kind
from switchhook.core.words import _

from .client import Row
from .config import Config
from .modules import LONGEST_NAME
from .records import DIRECTIONS, moment
from .ties import Remark

SHORTEST = {"mm:ss": 1, "HH:mm": 60}
_SUBJECTS = {
    "Inbound": _("Incoming call from %(client)s"),
    "Outbound": _("Outgoing call to %(client)s"),
    "Missed": _("Missed call from %(client)s"),
}
_MISSED_BY_CLIENT = _("Unanswered call to %(client)s")


def call_type(values: Mapping[str, Any], config: Config) -> str:
    """`Inbound`, `Outbound` or `Missed`, the only kind that may have no length."""
    answered = values.get("status") == "answered"
    if values.get("direction") == "out":
        return "Outbound" if answered or config.unanswered_outgoing == "outbound" else "Missed"
    return "Inbound" if answered else "Missed"


def call_fields(values: Mapping[str, Any], config: Config, account: Account, remark: Remark) -> Row:
    """The fields of a new call record, its links and description apart."""
    type_, talked = call_type(values, config), int(values.get("talk_seconds") or 0)
    unanswered_out = values.get("direction") == "out" and values.get("status") != "answered"
    subject = _MISSED_BY_CLIENT if unanswered_out else _SUBJECTS[type_]
    client = str(values.get("client_number") or "")
    at = moment(values.get("started_at")) or account.clock()
    fields: Row = {
        "Subject": (account.translate(subject) % {"client": client}).strip()[: LONGEST_NAME[Kind.CALL]],
        "Call_Type": type_,
        "Call_Start_Time": at.astimezone(account.zone).isoformat(timespec="seconds"),
        "Call_Duration": _length(type_, talked, config, remark),
    }
    if type_ == "Outbound" and config.outgoing_status_field != "none":
        fields[config.outgoing_status_field] = "Completed"
    return fields


def _length(type_: str, talked: int, config: Config, remark: Remark) -> str:
    shortest = 0 if type_ == "Missed" else SHORTEST[config.call_length]
    if talked < shortest:
        text = _("Zoho CRM takes no such call without a length: %(seconds)s s were entered.")
        remark(text, seconds=str(shortest))
    return length_of(max(talked, shortest), config.call_length)


def length_of(seconds: int, unit: str) -> str:
    """`Call_Duration` for so many seconds."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:02}:{rest:02}" if unit == "mm:ss" else f"{minutes // 60:02}:{minutes % 60:02}"


def call_facts(values: Mapping[str, Any], config: Config) -> dict[str, str]:
    """What of a call Zoho has no field for, or none that is certain."""
    named = {
        "client": "client_number",
        "line": "project_number",
        "talk": "talk_seconds",
        "wait": "wait_seconds",
        "employee": "employee_name",
    }
    facts = {fact: _text(values[name]) for fact, name in named.items() if name in values}
    if "status" in values:
        happened = (values.get("direction") or "in", values["status"])
        plain = DIRECTIONS[call_type(values, config)] == happened
        facts["result"] = "" if plain else " ".join(map(str, happened))
    return facts


def _text(value: Any) -> str:
    return "" if value is None else str(value)
