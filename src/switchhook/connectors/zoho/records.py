"""Zoho's records in the hub's words."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from switchhook.connectors.base import Account
from switchhook.core.phone import local_ones, normalize
from switchhook.core.reason import Reason
from switchhook.core.records import Kind, Record, Ref

from .client import Row
from .config import Config
from .details import Description, parse, unmarked
from .modules import KINDS, SYSTEM, TABS
from .stages import Stages

LOST_LEADS = frozenset({"Lost Lead", "Junk Lead", "Not Qualified"})
DUE_FORMAT = "%Y-%m-%d %H:%M"
DIRECTIONS = {"Inbound": ("in", "answered"), "Outbound": ("out", "answered"), "Missed": ("in", "missed")}


class Reader:
    """Reads the records of one account."""

    def __init__(self, config: Config, account: Account, stages: Stages) -> None:
        self._config = config
        self._account = account
        self._stages = stages

    def record(self, kind: Kind, row: Row, remarks: Iterable[Reason] = ()) -> Record:
        """The record in `row`, an answer's or one put together from what was sent."""
        parts = self.description(row)
        contact, company = _parties(kind, row, parts)
        return Record(
            kind=kind,
            id=str(row.get("id") or ""),
            title=_title(kind, row),
            phones=self.phones(kind, row, parts),
            local_phones=local_ones(self._typed(kind, row), self._account.country),
            owner=_id(row.get("Owner")),
            status=self._status(kind, row),
            contact_id=contact,
            company_id=company,
            url=self._url(kind, row),
            last_activity=moment(row.get("Last_Activity_Time")) or moment(row.get("Modified_Time")),
            values=self._values(kind, row, parts),
            remarks=tuple(remarks),
        )

    def description(self, row: Mapping[str, Any]) -> Description:
        """What stands in the record's description."""
        return parse(row.get("Description"), self._account.translate)

    def phones(self, kind: Kind, row: Row, parts: Description) -> tuple[str, ...]:
        """The record's numbers in E.164, those in its description too; what is no number is passed over."""
        typed = self._typed(kind, row)
        typed += parts.facts.get("phones", "").split(", ")
        read = (normalize(text, self._account.country) for text in typed if isinstance(text, str))
        return tuple(dict.fromkeys(number for number in read if number))

    def _typed(self, kind: Kind, row: Row) -> list[Any]:
        return [row.get(name) for name in self._config.phones.get(kind, ())]

    def address(self, ref: Ref) -> str:
        """The page of a record, for a person."""
        return f"{self._config.web_url}/tab/{TABS[ref.kind]}/{ref.id}"

    def _url(self, kind: Kind, row: Row) -> str:
        target = _parent(row) if kind is Kind.COMMENT else Ref(kind, str(row.get("id") or ""))
        return self.address(target) if target else ""

    def _status(self, kind: Kind, row: Row) -> str:
        if kind is Kind.DEAL:
            return self._stages.status(row.get("Stage"))
        if kind is Kind.LEAD:
            if is_converted(row):
                return "converted"
            lost = self._config.lost_lead_statuses or LOST_LEADS
            return "lost" if row.get("Lead_Status") in lost else "open"
        if kind is Kind.TASK:
            done = row.get("Status") == self._config.task_done_status or row.get("Closed_Time")
            return "closed" if done else "open"
        return "closed" if kind is Kind.CALL else "open"

    def _values(self, kind: Kind, row: Row, parts: Description) -> dict[str, Any]:
        match kind:
            case Kind.TASK:
                return self._task(row, parts)
            case Kind.CALL:
                return _call(row, parts)
            case Kind.COMMENT:
                return {"text": unmarked(row.get("Note_Content")), "links": _links(row)}
            case _:
                return self._party_or_sale(kind, row, parts)

    def _party_or_sale(self, kind: Kind, row: Row, parts: Description) -> dict[str, Any]:
        values: dict[str, Any] = {
            "custom": {
                name: value
                for name, value in row.items()
                if name not in SYSTEM[kind] and not name.startswith("$") and isinstance(value, str)
                if name not in self._config.phones.get(kind, ())
            },
            "source": row.get("Lead_Source") or parts.facts.get("source", ""),
            "utm": {name: value for name, value in parts.facts.items() if name.startswith("utm_")},
            "client_id": parts.facts.get("client_id", ""),
            "email": row.get("Email") or "",
            "text": parts.text,
        }
        if kind is Kind.DEAL:
            values |= {"stage": row.get("Stage") or "", "pipeline": row.get("Pipeline") or ""}
        return {name: value for name, value in values.items() if value or name == "custom"}

    def _task(self, row: Row, parts: Description) -> dict[str, Any]:
        values = {
            "subject": row.get("Subject") or "",
            "text": parts.text,
            "assignee": _id(row.get("Owner")),
            "due_at": self._due(row.get("Due_Date"), parts.facts.get("due", "")),
            "recording_url": parts.facts.get("recording", ""),
            "call_id": parts.facts.get("call", ""),
            "links": _links(row),
        }
        done = self._status(Kind.TASK, row) == "closed"
        return {name: value for name, value in values.items() if value not in (None, "")} | {"done": done}

    def _due(self, day: object, told: str) -> str | None:
        """The minute that the description tells, if a person has not moved the day since; else the end of the day."""
        if not isinstance(day, str) or not day:
            return None
        zone = self._account.zone
        try:
            local = datetime.strptime(told, DUE_FORMAT).replace(tzinfo=zone)
            if local.date().isoformat() == day:
                return local.astimezone(UTC).isoformat()
        except ValueError:
            pass
        try:
            end = datetime.combine(date.fromisoformat(day), time(23, 59, 59), zone)
        except ValueError:
            return None
        return end.astimezone(UTC).isoformat()


def is_converted(row: Mapping[str, Any]) -> bool:
    """Whether a lead has become a contact."""
    return bool(row.get("Converted__s") or row.get("$converted"))


def moment(value: object) -> datetime | None:
    """An instant of Zoho's as an aware one in UTC."""
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return read.astimezone(UTC) if read and read.tzinfo else None


def seconds_of(length: object, unit: str) -> int:
    """`Call_Duration` as seconds; 0 where it cannot be read. `unit` is `mm:ss` or `HH:mm`."""
    first, _colon, second = str(length or "").partition(":")
    if not (first.isdecimal() and second.isdecimal()):
        return 0
    return int(first) * 60 + int(second) if unit == "mm:ss" else int(first) * 3600 + int(second) * 60


def _call(row: Row, parts: Description) -> dict[str, Any]:
    facts = parts.facts
    direction, status = DIRECTIONS.get(str(row.get("Call_Type")), ("", "other"))
    told = facts.get("result", "").split()
    if len(told) == 2:
        direction, status = told
    began = moment(row.get("Call_Start_Time"))
    values = {
        "direction": direction,
        "status": status,
        "client_number": facts.get("client", ""),
        "project_number": facts.get("line", ""),
        "started_at": began.isoformat() if began else "",
        "talk_seconds": _number(facts.get("talk"), row.get("Call_Duration_in_seconds")),
        "wait_seconds": _number(facts.get("wait"), None),
        "recording_url": facts.get("recording", ""),
        "employee": _id(row.get("Owner")),
        "employee_name": facts.get("employee", ""),
        "call_id": facts.get("call", ""),
        "links": _links(row),
    }
    return {name: value for name, value in values.items() if value not in (None, "")}


def _number(told: str | None, counted: object) -> int | None:
    if told and told.isdecimal():
        return int(told)
    return int(counted) if isinstance(counted, int | float) else None


def _title(kind: Kind, row: Row) -> str:
    match kind:
        case Kind.CONTACT | Kind.LEAD:
            both = f"{row.get('First_Name') or ''} {row.get('Last_Name') or ''}".strip()
            return both or str(row.get("Full_Name") or "")
        case Kind.COMPANY:
            return str(row.get("Account_Name") or "")
        case Kind.DEAL:
            return str(row.get("Deal_Name") or "")
        case Kind.TASK | Kind.CALL:
            return str(row.get("Subject") or "")
        case _:
            return str(row.get("Note_Title") or "")


def _parties(kind: Kind, row: Row, parts: Description) -> tuple[str | None, str | None]:
    match kind:
        case Kind.CONTACT:
            return None, _id(row.get("Account_Name"))
        case Kind.DEAL:
            return _id(row.get("Contact_Name")), _id(row.get("Account_Name"))
        case Kind.LEAD:
            contact, company = (parts.facts.get(name, "").rpartition("/")[2] or None for name in ("contact", "company"))
            return _id(row.get("Converted_Contact")) or contact, _id(row.get("Converted_Account")) or company
        case _:
            return None, None


def _links(row: Row) -> list[dict[str, str]]:
    """What an activity or a note is tied to."""
    found = [_parent(row)] if isinstance(row.get("Parent_Id"), Mapping) else []
    who, what = _id(row.get("Who_Id")), _id(row.get("What_Id"))
    kind = KINDS.get(str(row.get("$se_module") or ""))
    if who:
        found.append(Ref(Kind.CONTACT, who))
    if what and kind:
        found.append(Ref(kind, what))
    return [{"kind": ref.kind.value, "id": ref.id} for ref in found if ref]


def _parent(row: Row) -> Ref | None:
    parent = row.get("Parent_Id")
    if not isinstance(parent, Mapping):
        return None
    module = parent.get("module")
    name = module.get("api_name") if isinstance(module, Mapping) else row.get("$se_module")
    kind = KINDS.get(str(name or ""))
    return Ref(kind, str(parent.get("id"))) if kind and parent.get("id") else None


def _id(value: object) -> str | None:
    """The id of a lookup, which a query gives without a name and an old answer as bare text."""
    found = value.get("id") if isinstance(value, Mapping) else value
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) and str(found) else None
