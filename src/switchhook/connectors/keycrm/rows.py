"""KeyCRM's rows -> canonical records."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from switchhook.core.phone import local_ones, normalize
from switchhook.core.records import Kind, Record, Ref

from .client import Row
from .notes import visit_of

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
TIME = "%Y-%m-%d %H:%M:%S"
BUYER, CARD = "manager,company,custom_fields", "contact.client,status,custom_fields"
COMPANY, ORDER = "buyer,custom_fields", "buyer,manager,status,marketing,custom_fields"
"""The relations to ask for, so that a row says all that a record holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads rows of one account. `page_url` is the address of its pages, "" where that is not known.

    `is_final` tells whether a card's status ends it; asked only where the card itself does not say.
    """

    country: str
    page_url: str = ""
    is_final: Callable[[object], bool] = field(default=lambda _status: False, repr=False)

    def buyer(self, row: Row) -> Record:
        """A contact."""
        phones, emails = self.phones(_texts(row.get("phone"))), _texts(row.get("email"))
        name, note = _text(row.get("full_name")), _text(row.get("note"))
        values: dict[str, Any] = {"name": name, "phones": list(phones), "email": next(iter(emails), "")}
        return Record(
            kind=Kind.CONTACT,
            id=str(row["id"]),
            title=name,
            phones=phones,
            local_phones=local_ones(_texts(row.get("phone")), self.country),
            owner=owner_of(row),
            company_id=_id(_dict(row.get("company")).get("id") or row.get("company_id")),
            url=self._page("clients", row["id"]),
            last_activity=moment(row.get("updated_at")),
            values=values | visit_of(note) | {"custom": custom_of(row)},
        )

    def card(self, row: Row, *, client_id: object = None) -> Record:
        """A deal. `client_id` is its buyer's, where the row does not tell."""
        contact = _dict(row.get("contact"))
        client = _dict(contact.get("client"))
        status, title = _dict(row.get("status")), _text(row.get("title"))
        buyer = _id(client.get("id") or contact.get("client_id") or client_id)
        numbers = (client.get("phone"), client.get("additional_phone"), contact.get("phone"))
        pipeline = _id(row.get("pipeline_id") or status.get("pipeline_id"))
        values: dict[str, Any] = {"title": title, "pipeline": pipeline or "", "stage": _id(row.get("status_id")) or ""}
        utm = {name: row[name] for name in UTM if row.get(name)}
        return Record(
            kind=Kind.DEAL,
            id=str(row["id"]),
            title=title,
            phones=self.phones(_texts(numbers)),
            owner=owner_of(row),
            status="closed" if self._closed(row) else "open",
            contact_id=buyer,
            company_id=_id(client.get("company_id")),
            url=self._page("clients", buyer) if buyer else (f"{self.page_url}/leads" if self.page_url else ""),
            last_activity=moment(row.get("updated_at")),
            values=values | visit_of(_text(row.get("manager_comment"))) | _known(utm=utm) | {"custom": custom_of(row)},
        )

    def _closed(self, row: Row) -> bool:
        flag = row.get("is_finished")
        return self.is_final(row.get("status_id")) if flag is None else truthy(flag)

    def company(self, row: Row) -> Record:
        """A company: KeyCRM gives it no number of its own."""
        name = _text(row.get("name"))
        return Record(
            kind=Kind.COMPANY,
            id=str(row["id"]),
            title=name,
            owner=owner_of(row),
            contact_id=_id(_dict(row.get("buyer")).get("id")),
            last_activity=moment(row.get("updated_at")),
            values={"name": name, "custom": custom_of(row)},
        )

    def order(self, row: Row) -> Record:
        """An order; its title is the first line of the manager's comment."""
        status, title = _dict(row.get("status")), _text(row.get("manager_comment")).partition("\n")[0]
        utm = {name: value for name, value in _dict(row.get("marketing")).items() if name in UTM and value}
        closed = bool(status.get("is_closing_order")) or row.get("status_group_id") in {5, 6}
        won = row.get("status_group_id") == 5 or status.get("group_id") == 5
        return Record(
            kind=Kind.ORDER,
            id=str(row["id"]),
            title=title,
            owner=owner_of(row),
            status=("won" if won else "closed") if closed else "open",
            contact_id=_id(_dict(row.get("buyer")).get("id")),
            url=self._page("orders/view", row["id"]),
            last_activity=moment(row.get("updated_at")),
            values={"title": title, "amount": row.get("grand_total"), **_known(utm=utm)},
        )

    def call(self, row: Row) -> Record:
        """An entry of the call history; its id is the one the hub gave it."""
        incoming = row.get("type") != "outgoing"
        talked = _seconds(row.get("duration"))
        missed = row.get("state") in {"canceled", "busy"} or not talked
        values = {
            "direction": "in" if incoming else "out",
            "status": "missed" if missed else "answered",
            "client_number": normalize(row.get("external_number"), self.country) or "",
            "talk_seconds": talked,
            "recording_url": _text(row.get("call_url")),
            "employee": _id(row.get("user_id")),
            "employee_line": _text(row.get("internal_number")),
            "links": links((Kind.CONTACT, row.get("client_id")), (Kind.DEAL, row.get("lead_id"))),
        }
        return Record(kind=Kind.CALL, id=str(row.get("reference_id")), owner=_id(row.get("user_id")), values=values)

    def phones(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Numbers as typed -> E.164, each once; what is no number is left out."""
        return tuple(dict.fromkeys(filter(None, (normalize(text, self.country) for text in texts))))

    def _page(self, place: str, id_: object) -> str:
        return f"{self.page_url}/{place}/{id_}" if self.page_url else ""


def links(*ends: tuple[Kind, object]) -> list[dict[str, str]]:
    """What an activity is tied to, as canonical values say it."""
    return [{"kind": kind.value, "id": str(id_)} for kind, id_ in ends if id_]


def owner_of(row: Row) -> str | None:
    """The manager's id, from the row or from the relation that was asked for."""
    return _id(row.get("manager_id") or _dict(row.get("manager")).get("id"))


def custom_of(row: Row) -> dict[str, Any]:
    """Custom fields by uuid."""
    found = row.get("custom_fields")
    held = [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
    return {str(item["uuid"]): item.get("value") for item in held if item.get("uuid")}


def moment(text: object) -> datetime | None:
    """A time of KeyCRM, which are all UTC."""
    try:
        return datetime.strptime(str(text), TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


def wall(at: datetime) -> str:
    """A moment as KeyCRM takes it."""
    return at.astimezone(UTC).strftime(TIME)


def truthy(flag: object) -> bool:
    """A flag that is described as text and seen as a truth value."""
    return flag.strip().lower() not in {"", "0", "false", "no", "null"} if isinstance(flag, str) else bool(flag)


def ref_of(kind: Kind, refs: Collection[Ref]) -> Ref | None:
    """The first of `refs` that is of `kind`."""
    return next((ref for ref in refs if ref.kind is kind), None)


def _seconds(value: object) -> int:
    text = str(value or 0).partition(".")[0]
    return int(text) if text.isdecimal() else 0


def _known(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _dict(value: object) -> Mapping[str, Any]:
    # A relation of one record is an object; a list of one is understood too.
    if isinstance(value, list):
        value = next(iter(value), None)
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    items = value if isinstance(value, (list, tuple)) else [value]
    return [str(item) for item in items if item]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _id(value: object) -> str | None:
    return str(value) if value not in (None, "", 0) else None
