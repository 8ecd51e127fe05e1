"""The vendor's shapes: how rows look in answers, bare and with relations."""

from collections.abc import Collection
from typing import Any

from .account import BORN, FIELDS, ORDER_STATUSES, SERVICE, STATUSES
from .query import Row
from .state import KeyCrmState

OF_BUYER = ("manager", "shipping", "company", "loyalty", "custom_fields")
OF_COMPANY = ("manager", "buyer", "custom_fields")
OF_CARD = ("contact", "contact.client", "products", "products.offer", "manager", "status", "payments", "custom_fields")
OF_ORDER = (
    "buyer", "products.offer", "manager", "tags", "status", "marketing", "payments", "shipping.lastHistory",
    "shipping.deliveryService", "expenses", "custom_fields", "assigned",
)  # fmt: skip
OF_CALL = ("manager", "service", "lead", "client")
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
_OF_A_BUYER = ("id", "full_name", "email", "phone", "company_id", "manager_id")
IN_PROGRESS = ("started", "pending", "answered", "transferred")


def _times(row: Row) -> Row:
    return {"created_at": row["created_at"], "updated_at": row["updated_at"]}


def _custom(row: Row, *, full: bool) -> list[Row]:
    named = {field["uuid"]: field for field in FIELDS}
    told = [{"uuid": uuid, "value": value} for uuid, value in row["custom"].items()]
    if not full:
        return told
    return [{"id": named[f["uuid"]]["id"], "name": named[f["uuid"]]["name"], "type": named[f["uuid"]]["type"], **f}
            for f in told]  # fmt: skip


def buyer(state: KeyCrmState, row: Row, include: Collection[str] = ()) -> Row:
    """A buyer; relations that are empty are left out as the vendor's serializer leaves them null."""
    shown = {name: row[name] for name in ("id", "full_name", "birthday", "email", "phone", "note")} | _times(row)
    if state.config.live_extras:
        shown["manager_id"] = row["manager_id"]
    if "manager" in include:
        shown["manager"] = state.user(row["manager_id"])
    if "company" in include:
        held = state.row("companies", row["company_id"])
        shown["company"] = held and {
            "id": held["id"], "name": held["name"], "full_name": held["title"], "address": None,
            "banking_detailse": held["bank_account"], "note": held["notes"], **_times(held),
        }  # fmt: skip
    if "custom_fields" in include:
        shown["custom_fields"] = _custom(row, full=False)
    return shown | {name: [] for name in ("shipping", "loyalty") if name in include}


def client(row: Row | None) -> Row | None:
    """The other view of a buyer, nested in cards and calls."""
    if row is None:
        return None
    phones, emails = [*row["phone"], None, None], [*row["email"], None]
    return {
        "id": row["id"], "company_id": row["company_id"], "full_name": row["full_name"], "phone": phones[0],
        "formatted_phone": phones[0], "additional_phone": phones[1], "email": emails[0], "note": row["note"],
        "picture": None, "image": None, "currency": "UAH", "orders_sum": "0.00", "orders_count": 0,
        "has_duplicates": 0, "manager_id": row["manager_id"], **_times(row),
    }  # fmt: skip


def company(state: KeyCrmState, row: Row, include: Collection[str] = ()) -> Row:
    """A company; the bare one has its own fields too."""
    shown = {name: row[name] for name in ("id", "name", "title", "notes", "bank_account", "manager_id")}
    shown |= {"custom_fields": _custom(row, full="custom_fields" in include), **_times(row)}
    if "manager" in include:
        shown["manager"] = state.user(row["manager_id"])
    if "buyer" in include:
        first = next((held for held in state.rows("buyers") if held["company_id"] == row["id"]), None)
        view = client(first)
        shown["buyer"] = view and {name: view[name] for name in _OF_A_BUYER}
    return shown


def bare_card(state: KeyCrmState, row: Row) -> Row:
    """A card as the answer to its creation and inside a call."""
    names = ("id", "contact_id", "source_id", "manager_id", "status_id", "title", "manager_comment")
    shown = {name: row[name] for name in names} | {"is_finished": _finished(state, row)}
    if state.config.live_extras:
        shown["pipeline_id"] = bare_status(row)["pipeline_id"]
    return shown | {name: row[name] for name in ("status_changed_at", "communicate_at")} | _times(row)


def _finished(state: KeyCrmState, row: Row) -> object:
    closed = state.is_closed(row)
    return {"truth": closed, "text": str(int(closed)), "missing": None}[state.config.finished_flag]


def card(state: KeyCrmState, row: Row, include: Collection[str] = ()) -> Row:
    """A card as it is read."""
    shown = bare_card(state, row) | {"target_id": None, "target_type": None} | {name: row[name] for name in UTM}
    if "contact" in include or "contact.client" in include:
        held = state.tables["contacts"][row["contact_id"]]
        names = ("id", "full_name", "email", "phone", "client_id")
        contact: Row = {name: held[name] for name in names}
        shown["contact"] = contact | {"picture": None, "additional_details": [], **_times(held)}
        if "contact.client" in include:
            shown["contact"]["client"] = client(state.row("buyers", held["client_id"]))
    if "manager" in include:
        shown["manager"] = state.user(row["manager_id"])
    if "status" in include:
        status = bare_status(row)
        shown["status"] = {name: status[name] for name in ("id", "alias", "pipeline_id")} | {
            "name": status["title"],
            "is_active": True,
        }
        shown["status"] |= {"created_at": BORN, "updated_at": BORN}
    if "custom_fields" in include:
        shown["custom_fields"] = _custom(row, full=True)
    return shown | {name: row.get(name, []) for name in ("products", "payments") if name in include}


def bare_status(row: Row) -> Row:
    """The status a card stands in."""
    return next(status for status in STATUSES if status["id"] == row["status_id"])


def bare_order(row: Row) -> Row:
    """An order as the answer to its creation."""
    names = ("id", "source_uuid", "source_id", "status_id", "grand_total", "manager_comment", "buyer_comment")
    shown = {name: row[name] for name in names} | {"parent_id": None, "payment_status": "not_paid", **_times(row)}
    return shown | {"status_group_id": _order_status(row)["group_id"], "total_discount": 0}


def _order_status(row: Row) -> Row:
    return next(status for status in ORDER_STATUSES if status["id"] == row["status_id"])


def order(state: KeyCrmState, row: Row, include: Collection[str] = ()) -> Row:
    """An order as it is read."""
    shown = bare_order(row)
    held = state.row("buyers", row["client_id"])
    if "buyer" in include:
        view = client(held) or {}
        shown["buyer"] = {name: view.get(name) for name in _OF_A_BUYER}
    if "manager" in include:
        shown["manager"] = state.user(row["manager_id"])
    if "status" in include:
        hidden = ("expiration_period", "deleted_at")
        shown["status"] = {name: value for name, value in _order_status(row).items() if name not in hidden}
    if "marketing" in include:
        shown["marketing"] = {**{name: row["marketing"].get(name) for name in UTM}, **_times(row)}
    if "custom_fields" in include:
        shown["custom_fields"] = _custom(row, full=True)
    if "products.offer" in include:
        shown["products"] = row["products"]
    return shown | {name: [] for name in ("tags", "payments", "expenses", "assigned") if name in include}


def call(state: KeyCrmState, row: Row, include: Collection[str] = ()) -> Row:
    """An entry of the call history."""
    names = ("id", "internal_number", "external_number", "source_number", "reference_id", "type", "state", "user_id",
             "call_route_service_id", "duration", "call_url", "comment", "client_id", "lead_id", *UTM)  # fmt: skip
    shown = {name: row.get(name) for name in names} | _times(row)
    lead = state.row("cards", row["lead_id"])
    relations: dict[str, Any] = {
        "manager": state.user(row["user_id"]),
        "service": SERVICE,
        "lead": lead and bare_card(state, lead),
        "client": client(state.row("buyers", row["client_id"])),
    }
    return shown | {name: relations[name] for name in OF_CALL if name in include}


def popup(state: KeyCrmState, row: Row) -> Row:
    """What the employee of a call that is going on is offered."""
    offers = ["open the buyer" if row["client_id"] else "create a buyer", "create an order", "comment"]
    return {"reference_id": row["reference_id"], "state": row["state"], "user_id": row["user_id"],
            "external_number": row["external_number"], "client_id": row["client_id"], "offers": offers}  # fmt: skip
