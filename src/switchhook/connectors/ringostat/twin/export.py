"""The call log, `GET /calls/list`: rows that mature, filters, merging, the cap of 6,500."""

import base64
import binascii
import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from . import calls
from .calls import Call
from .config import TwinConfig
from .state import RingostatState

MOST_ROWS = 6500
REQUEST_FORMAT = "%Y-%m-%d %H:%M:%S"

FIELDS = (
    *("calldate", "caller", "caller_number", "dst", "n_alias", "pool_name", "scheme_name", "call_type", "uniqueid"),
    *("disposition", "duration", "duration_ms", "waittime", "billsec", "connected_with", "additional_number"),
    *("call_counter", "proper_flag", "repeated_flag", "category_mark", "category_number"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
    *("employee_number", "employee_fio", "employee_mark", "department"),
    *("client_id", "remote_ip", "refferrer", "landing"),
    *("recording", "recording_wav", "has_recording", "call_card"),
)

DEFAULT_FIELDS = (
    *("calldate", "caller", "dst", "disposition", "billsec", "duration", "call_type", "has_recording", "recording"),
    *("uniqueid", "connected_with"),
)

RUNNING_WORDS = {"in_progress": "IN PROGRESS", "calling": "CALLING"}


class BadExport(ValueError):
    """The request is refused; the text is the vendor's answer."""


def export(state: RingostatState, query: Mapping[str, str], base: str) -> list[dict[str, Any]]:
    """The rows for a query string's parameters, at most 6,500, oldest first. Raises BadExport."""
    config, now = state.config, state.clock()
    fields = _fields(query.get("fields", ""), config)
    since, until = _period(query, config.zone, now)
    keep = _filters(query.get("filters", ""), config)
    chosen = (call for call in state.calls.values() if since <= call.started_at <= until and call.row != "absent")
    rows = [row for call in chosen for row in _rows(call, config, now, base) if keep(row)]
    rows = _merged(rows, query.get("merge", "0"))
    _sort(rows, query.get("order", "calldate asc"), config)
    return [{name: _shown(row[name]) for name in fields} for row in rows[:MOST_ROWS]]


def as_csv(rows: Iterable[dict[str, Any]], fields: list[str]) -> str:
    """The rows with a header line, separated by semicolons."""
    written = io.StringIO()
    writer = csv.DictWriter(written, fields, delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def asked_fields(query: Mapping[str, str], config: TwinConfig) -> list[str]:
    """The columns of the answer. Raises BadExport."""
    return _fields(query.get("fields", ""), config)


def _fields(asked: str, config: TwinConfig) -> list[str]:
    names = [name.strip() for name in asked.split(",") if name.strip()] or list(DEFAULT_FIELDS)
    for name in names:
        _known(name, config)
    return names


def _known(name: str, config: TwinConfig) -> str:
    if name not in FIELDS or name in config.refused_fields:
        raise BadExport(f"incorrect field name: {name}")
    return name


def _period(query: Mapping[str, str], zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
    until = _moment(query["to"], zone) if query.get("to") else now
    since = _moment(query["from"], zone) if query.get("from") else until - timedelta(hours=24)
    return since, until


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.strptime(text, REQUEST_FORMAT).replace(tzinfo=zone)
    except ValueError as error:
        raise BadExport(f"incorrect date: {text}") from error


def _filters(asked: str, config: TwinConfig) -> Callable[[dict[str, Any]], bool]:
    """`field=value` and `field~base64(regex)`, joined by commas; all must hold. Letter case does not count."""
    tests = [_filter(part.strip(), config) for part in asked.split(",") if part.strip()]
    return lambda row: all(test(row) for test in tests)


def _filter(asked: str, config: TwinConfig) -> Callable[[dict[str, Any]], bool]:
    match = re.fullmatch(r"(\w+)([=~])(.*)", asked)
    if match is None:
        raise BadExport(f"incorrect filter: {asked}")
    name = _known(match[1], config)
    if match[2] == "=":
        wanted = match[3].lower()
        return lambda row: str(_shown(row[name])).lower() == wanted
    try:
        pattern = re.compile(base64.b64decode(match[3], validate=True).decode(), re.IGNORECASE)
    except (binascii.Error, UnicodeDecodeError, re.error) as error:
        raise BadExport(f"incorrect filter: {asked}") from error
    return lambda row: pattern.search(str(_shown(row[name]))) is not None


def _rows(call: Call, config: TwinConfig, now: datetime, base: str) -> list[dict[str, Any]]:
    if call.running(now) or call.row in {"running", *RUNNING_WORDS}:
        return [_running(call, config)]
    mature = _mature(call, config, base)
    return [_running(call, config), mature] if call.row == "twice" else [mature]


def _running(call: Call, config: TwinConfig) -> dict[str, Any]:
    """The row of a call that goes on: as if nobody had answered."""
    word = RUNNING_WORDS.get(call.row, "NO ANSWER")
    return {
        **dict.fromkeys(FIELDS),
        **_identity(call, config),
        "disposition": word,
        "billsec": 0,
        "duration": 0,
        "duration_ms": "0",
        "waittime": "0",
        "has_recording": "0",
        "connected_with": "",
        "employee_number": -1,
    }


def _mature(call: Call, config: TwinConfig, base: str) -> dict[str, Any]:
    answered = call.disposition in calls.ANSWERED
    person = call.last_employee if answered or call.made_by != "client" else None
    connected = call.last_direction if answered else ""
    if call.made_by == "employee":
        connected = calls.spellings(call.client)[1]
    elif call.made_by == "api":
        connected = call.last_direction
    staff = calls.staff(person, connected)
    return {
        **dict.fromkeys(FIELDS),
        **_identity(call, config),
        **calls.outcome(call, base, config.project_id),
        "connected_with": connected,
        "employee_fio": staff["employee_fio"],
        "employee_number": person.staff_id if person else -1,
        "department": staff["department"],
        "category_mark": -1,
        "category_number": -1,
        "employee_mark": -1,
    }


def _identity(call: Call, config: TwinConfig) -> dict[str, Any]:
    """Who and when. A call started by the API stands in the log with the client as caller, unlike in the webhook."""
    said = {**calls.identity(call, config), **calls.parties(call), **calls.marketing(call)}
    digits = calls.spellings(call.client)[1]
    shown = {name: said.get(name) for name in FIELDS}
    if call.made_by == "api":
        shown |= {"caller": digits, "caller_number": digits, "dst": call.last_direction}
    if call.made_by == "client":
        shown["n_alias"] = call.project_number
    return {**shown, "calldate": call.started_at}


def _merged(rows: list[dict[str, Any]], merge: str) -> list[dict[str, Any]]:
    """1: the last row of a caller within 24 hours; 2: the last row of a caller; anything else: all rows."""
    if merge not in {"1", "2"}:
        return rows
    kept: list[dict[str, Any]] = []
    seen: dict[str, datetime] = {}
    for row in sorted(rows, key=lambda row: row["calldate"], reverse=True):
        later = seen.get(row["caller"])
        if later is None or (merge == "1" and later - row["calldate"] > timedelta(hours=24)):
            seen[row["caller"]] = row["calldate"]
            kept.append(row)
    return kept


def _sort(rows: list[dict[str, Any]], order: str, config: TwinConfig) -> None:
    name, _, way = order.strip().partition(" ")
    _known(name, config)
    rows.sort(
        key=lambda row: (row[name] is not None, row[name] if name == "calldate" else str(row[name])),
        reverse=way.strip().lower() == "desc",
    )


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S%z")
    return "" if value is None else value
