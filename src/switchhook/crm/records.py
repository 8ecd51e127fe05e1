"""Rows as canonical records (`switchhook.core.records`)."""

from datetime import datetime
from typing import Any

from switchhook.core.records import Kind, Record
from switchhook.crm.kinds import address
from switchhook.crm.models import CallEntry, Comment, Company, Contact, Deal, Lead, LinkRow, Order, RecordRow, Task


def phones_of(row: RecordRow) -> tuple[str, ...]:
    """E.164 numbers: a party's own; a lead's, deal's or order's through its contact and company."""
    if isinstance(row, Contact | Company):
        return tuple(item.e164 for item in row.phones.all())
    if isinstance(row, Lead | Deal | Order):
        parties = [party for party in (row.contact, row.company) if party is not None]
        return tuple(dict.fromkeys(number for party in parties for number in phones_of(party)))
    return ()


def record_of(row: RecordRow) -> Record:
    """The row as a record. Free of further queries if the row was read by `crm.kinds.rows`."""
    owner = next((getattr(row, name) for name in _OWNERS if hasattr(row, name)), None)
    contact, company = getattr(row, "contact_id", None), getattr(row, "company_id", None)
    return Record(
        kind=row.KIND,
        id=str(row.pk),
        title=str(row),
        phones=phones_of(row),
        owner=_id(owner),
        status=_status(row),
        contact_id=_id(contact),
        company_id=_id(company),
        url=address(row.KIND, row.pk),
        last_activity=getattr(row, "last_activity_at", None) or row.updated_at,
        values=_values(row),
    )


def _status(row: RecordRow) -> str:
    if isinstance(row, Lead | Deal | Order):
        return row.status
    if isinstance(row, Task):
        return "closed" if row.done else "open"
    return "closed" if row.KIND is Kind.CALL else "open"


def _values(row: RecordRow) -> dict[str, Any]:
    values: dict[str, Any] = {"custom": row.fields}
    for name in _PLAIN[row.KIND]:
        values[name] = _json(getattr(row, name))
    if isinstance(row, Contact | Company):
        values["phones"] = list(phones_of(row))
    if isinstance(row, Deal):
        values |= {"pipeline": row.pipeline.name, "stage": row.stage.name}
    if isinstance(row, Task | Comment | CallEntry):
        values["links"] = links_of(row)
    for name in _OWNERS:
        if hasattr(row, name):
            values[name.removesuffix("_id")] = _id(getattr(row, name))
    return values


def links_of(row: Task | Comment | CallEntry) -> list[dict[str, str]]:
    """What the activity is about, as `{"kind", "id"}`."""
    found: list[LinkRow] = list(row.links.all())
    return [{"kind": link.kind, "id": str(link.record_id)} for link in found]


def _id(key: int | None) -> str | None:
    return None if key is None else str(key)


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | bool | dict) else str(value)


_OWNERS = ("owner_id", "assignee_id", "author_id", "employee_id")
_PARTY = ("name", "email", "source", "utm")
_SALE = ("title", "source", "utm", "status")
_PLAIN: dict[Kind, tuple[str, ...]] = {
    Kind.CONTACT: _PARTY,
    Kind.COMPANY: _PARTY,
    Kind.LEAD: _SALE,
    Kind.DEAL: (*_SALE, "amount", "currency"),
    Kind.ORDER: (*_SALE, "number", "amount", "currency"),
    Kind.TASK: ("subject", "text", "kind", "due_at", "done", "recording_url", "call_id"),
    Kind.COMMENT: ("text", "call_id"),
    Kind.CALL: (
        "direction",
        "status",
        "client_number",
        "project_number",
        "started_at",
        "talk_seconds",
        "wait_seconds",
        "recording_url",
        "call_id",
    ),
}
