"""Canonical drafts -> the bodies that KeyCRM takes, with remarks on what it has no place for."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from switchhook.core.errors import Rejected
from switchhook.core.reason import Reason, because
from switchhook.core.records import Draft, Kind, Ref
from switchhook.core.words import _

from .client import Row
from .config import Config
from .notes import joined, visit_lines
from .rows import UTM, ref_of

_NO_PLACE = _("KeyCRM has no place for the value “%(value)s” of a %(kind)s.")
_NO_LINK = _("KeyCRM cannot tie a %(kind)s to a %(other)s.")
_NO_COMPANY = _("A card of KeyCRM has no company of its own: it is the company of its buyer.")
_CUT = _("The tag “%(name)s” was cut to %(length)s characters.")
LONGEST_TAG = 255
"""KeyCRM publishes no limit; a column of this length is the usual one, and a tag is not worth losing a card for."""

_CURRENCY = _("KeyCRM counts an order in the currency of its source; “%(currency)s” was not passed on.")


def number(value: object, name: str) -> int:
    """An id as KeyCRM takes it. Raises Rejected for what cannot be one."""
    text = str(value)
    if not text.isdecimal():
        raise Rejected(f"KeyCRM has no {name} with the id “{text[:40]}”.")
    return int(text)


def required(draft: Draft, name: str) -> str:
    """The value without which there is no record. Raises Rejected."""
    value = str(draft.values.get(name) or "").strip()
    if not value:
        raise Rejected(f"KeyCRM makes no {draft.kind.value} without its {name}.")
    return value


def custom_fields(values: Mapping[str, Any]) -> list[Row]:
    """The account's own fields by uuid."""
    custom = values.get("custom")
    if not isinstance(custom, Mapping):
        return []
    return [{"uuid": name, "value": value} for name, value in custom.items() if value not in (None, "")]


def utm_tags(values: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """The visit's tags: those for which cards and orders have fields, and the others."""
    given = values.get("utm")
    tags = {f"utm_{str(k).removeprefix('utm_')}": v for k, v in given.items()} if isinstance(given, Mapping) else {}
    own = {name: str(value)[:LONGEST_TAG] for name, value in tags.items() if name in UTM and value}
    return own, {name: value for name, value in tags.items() if name not in UTM}


def buyer_body(draft: Draft, mark: str) -> Row:
    """A new buyer. Phones in international form with plus, as KeyCRM recommends."""
    values, company = draft.values, ref_of(Kind.COMPANY, draft.links)
    fields = custom_fields(values)
    lines = visit_lines(values, known=(field["value"] for field in fields))
    body: Row = {
        "full_name": required(draft, "name"),
        "phone": list(values.get("phones") or ()),
        "email": [values["email"]] if values.get("email") else [],
        "note": joined(*lines, mark),
        "manager_id": number(values["owner"], "user") if values.get("owner") else None,
        "company_id": number(company.id, "company") if company else None,
        "custom_fields": fields,
    }
    return _filled(body)


def company_body(draft: Draft, mark: str) -> Row:
    """A new company. It has no numbers of its own: they stand in its notes."""
    values, contact = draft.values, ref_of(Kind.CONTACT, draft.links)
    numbers = [f"phone: {phone}" for phone in values.get("phones") or ()]
    body: Row = {
        "name": required(draft, "name"),
        "notes": joined(*numbers, *visit_lines(values), mark),
        "manager_id": number(values["owner"], "user") if values.get("owner") else None,
        "buyer_id": [contact.id] if contact else None,
        "custom_fields": custom_fields(values),
    }
    return _filled(body)


def card_body(draft: Draft, mark: str, config: Config) -> Row:
    """A new card. KeyCRM finds or makes the buyer itself, by id or by the number."""
    values, fields = draft.values, custom_fields(draft.values)
    tags, others = utm_tags(values)
    told = [*(field["value"] for field in fields), *tags.values()]
    body: Row = {
        "title": required(draft, "title"),
        "source_id": config.source_id,
        "manager_comment": joined(*visit_lines({**values, "utm": others}, known=told), mark),
        "manager_id": number(values["owner"], "user") if values.get("owner") else None,
        "pipeline_id": number(values["pipeline"], "pipeline") if values.get("pipeline") else None,
        "contact": _contact(draft),
        **tags,
        "custom_fields": fields,
    }
    return _filled(body) | {"contact": body["contact"]}


def _contact(draft: Draft) -> Row:
    known = ref_of(Kind.CONTACT, draft.links)
    if known:
        return {"client_id": number(known.id, "buyer")}
    phone = next(iter(draft.values.get("phones") or ()), "")
    email = str(draft.values.get("email") or "")
    return _filled({"full_name": phone or email or str(draft.values["title"]), "phone": phone, "email": email})


def order_body(draft: Draft, mark: str, config: Config, buyer: Row) -> Row:
    """A new order of `buyer`, whose number or address ties it to him. The mark is its number in the source."""
    values = draft.values
    title = required(draft, "title")
    amount = values.get("amount")
    body: Row = {
        "source_id": config.source_id,
        "source_uuid": mark,
        "manager_comment": title,
        "manager_id": number(values["owner"], "user") if values.get("owner") else None,
        "buyer": _filled(buyer),
        "marketing": utm_tags(values)[0],
        "products": [{"name": title, "price": _price(amount), "quantity": 1}] if amount else [],
        "custom_fields": custom_fields(values),
    }
    return _filled(body)


def _price(amount: object) -> float:
    try:
        return float(str(amount))
    except ValueError:
        raise Rejected(f"“{str(amount)[:40]}” is no amount of money.") from None


def _filled(body: Row) -> Row:
    return {name: value for name, value in body.items() if value not in (None, "", [], {})}


_TAKEN: dict[Kind, frozenset[str]] = {
    Kind.CONTACT: frozenset({"name", "phones", "email", "owner", "source", "utm", "client_id", "custom"}),
    Kind.COMPANY: frozenset({"name", "phones", "owner", "source", "utm", "client_id", "custom"}),
    Kind.DEAL: frozenset(
        {"title", "phones", "email", "owner", "pipeline", "stage", "source", "utm", "client_id", "custom", "status"}
    ),
    Kind.ORDER: frozenset({"title", "owner", "amount", "currency", "utm", "custom", "status"}),
    Kind.COMMENT: frozenset({"text", "author"}),
}
_TIED: dict[Kind, frozenset[Kind]] = {
    Kind.CONTACT: frozenset({Kind.COMPANY}),
    Kind.COMPANY: frozenset({Kind.CONTACT}),
    Kind.DEAL: frozenset({Kind.CONTACT, Kind.COMPANY}),
    Kind.ORDER: frozenset({Kind.CONTACT, Kind.DEAL}),
}


def remarks_on(draft: Draft) -> list[Reason]:
    """What of a draft KeyCRM has no place for."""
    values, kind = draft.values, draft.kind
    left = [name for name, value in values.items() if value not in (None, "", [], {}, 0) and name not in _TAKEN[kind]]
    left += ["status"] if values.get("status") not in (None, "", "open") else []
    remarks = [because(_NO_PLACE, value=name, kind=kind.value) for name in dict.fromkeys(left)]
    if kind is Kind.ORDER and values.get("currency"):
        remarks.append(because(_CURRENCY, currency=str(values["currency"])))
    if kind in {Kind.DEAL, Kind.ORDER}:
        long = [name for name, value in utm_tags(values)[0].items() if len(value) == LONGEST_TAG]
        remarks += [because(_CUT, name=name, length=str(LONGEST_TAG)) for name in long]
    if kind is Kind.DEAL and ref_of(Kind.COMPANY, draft.links):
        remarks.append(because(_NO_COMPANY))
    return remarks + links_left(kind, draft.links, _TIED.get(kind, frozenset()))


def links_left(kind: Kind, links: Sequence[Ref], possible: Collection[Kind]) -> list[Reason]:
    """A remark for each link that cannot be kept: of a kind that is not possible, or a second of one that is."""
    seen: set[Kind] = set()
    remarks = []
    for link in links:
        if link.kind not in possible or link.kind in seen:
            remarks.append(because(_NO_LINK, kind=kind.value, other=link.kind.value))
        seen.add(link.kind)
    return remarks
