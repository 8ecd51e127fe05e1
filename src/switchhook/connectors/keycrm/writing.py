"""Making and changing buyers, companies, cards and orders."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from switchhook.core.clock import Clock
from switchhook.core.errors import Rejected, SwitchhookError
from switchhook.core.reason import Reason, because
from switchhook.core.records import Draft, Kind, Record, Ref
from switchhook.core.words import _

from . import bodies, recent
from .bodies import number
from .client import Forbidden, KeyCrmApi, RefusedFields, Row
from .config import Config
from .finding import Finder
from .notes import updated, visit_lines
from .rows import BUYER, CARD, COMPANY, UTM, Reader, ref_of
from .setup import Setup

PATHS = {Kind.CONTACT: "/buyer", Kind.COMPANY: "/companies", Kind.DEAL: "/pipelines/cards", Kind.ORDER: "/order"}

_ALREADY = _("KeyCRM takes a number only once: the buyer who has it already was taken.")
_STAGE = _("The card was made, but could not be put into its stage: %(problem)s")
_VISIT = _(
    "KeyCRM takes the tags, the source and the id of a visit only when a card is made; map them to fields of the card."
)
_STATUS = _("KeyCRM closes a card by its stage: name the stage instead of the status “%(status)s”.")
_UNCHANGED = _("KeyCRM cannot change “%(value)s” of a %(kind)s.")


class Writer:
    """Writes records of one account. Every answer that tells less than was sent is filled from what was sent."""

    def __init__(  # noqa: PLR0917 - the parts of one account
        self, api: KeyCrmApi, config: Config, reader: Reader, setup: Setup, finder: Finder, clock: Clock
    ) -> None:
        self._api, self._config, self._reader, self._setup, self._finder = api, config, reader, setup, finder
        self._clock = clock

    def create(self, draft: Draft, mark: str) -> Record:
        """Make a buyer, a company, a card or an order: one request, but for an order, whose buyer is read first."""
        make = {
            Kind.CONTACT: self._buyer,
            Kind.COMPANY: self._company,
            Kind.DEAL: self._card,
            Kind.ORDER: self._order,
        }[draft.kind]
        record = make(draft, mark)
        return replace(record, remarks=(*record.remarks, *bodies.remarks_on(draft)))

    def _buyer(self, draft: Draft, mark: str) -> Record:
        body = bodies.buyer_body(draft, mark)
        try:
            row = self._api.add(PATHS[Kind.CONTACT], body)
        except RefusedFields as refusal:
            there = self._taken_number(refusal, draft)
            if there is None:
                raise
            return replace(there, remarks=(because(_ALREADY),))
        told = {
            name: body.get(name) for name in ("manager_id", "company_id", "custom_fields", "phone", "email", "note")
        }
        return self._reader.buyer({**told, "full_name": body["full_name"], **row})

    def _taken_number(self, refusal: RefusedFields, draft: Draft) -> Record | None:
        # It is not published whether a second buyer with a number is refused; where it is, the first one is meant.
        if not any(name.startswith("phone") for name in refusal.fields):
            return None
        found = (self._finder.buyers(phone) for phone in draft.values.get("phones") or ())
        return next((records[0] for records in found if records), None)

    def _company(self, draft: Draft, mark: str) -> Record:
        body = bodies.company_body(draft, mark)
        row = self._api.add(PATHS[Kind.COMPANY], body)
        return self._reader.company({**body, **row, "buyer": {"id": next(iter(body.get("buyer_id", ())), None)}})

    def _card(self, draft: Draft, mark: str) -> Record:
        body = bodies.card_body(draft, mark, self._config)
        try:
            row = self._api.add(PATHS[Kind.DEAL], body)
        except (Forbidden, RefusedFields):
            # Of a buyer who is no more KeyCRM says only that something is wrong.
            if client := body["contact"].get("client_id"):
                self._api.one(f"/buyer/{client}")
            raise
        told = {name: body[name] for name in (*UTM, "custom_fields", "pipeline_id", "contact") if name in body}
        record = self._reader.card({"is_finished": False, **row, **told})
        stage = draft.values.get("stage")
        return self._staged(record, str(stage)) if stage and str(stage) != record.values["stage"] else record

    def _staged(self, record: Record, stage: str) -> Record:
        # The card is there: whatever goes wrong from here on must not make anybody create it again.
        try:
            return self.update(record.ref, {"stage": stage}, known=record)
        except SwitchhookError as error:
            return replace(record, remarks=(because(_STAGE, problem=str(error)),))

    def _order(self, draft: Draft, mark: str) -> Record:
        if self._config.source_id is None:
            raise Rejected("KeyCRM makes no order without a source. Choose one in the connection's settings.")
        bodies.required(draft, "title")
        began = self._clock()
        buyer, client = self._client_of(draft)
        body = bodies.order_body(draft, mark, self._config, buyer)
        self._api.still(began)
        row = self._api.add(PATHS[Kind.ORDER], body)
        told = {"manager_id": body.get("manager_id"), "buyer": {"id": client}, "marketing": body.get("marketing", {})}
        return self._reader.order({**told, **row})

    def _client_of(self, draft: Draft) -> tuple[Row, str]:
        """The buyer by whose number or address KeyCRM knows whose the order is."""
        contact, deal = ref_of(Kind.CONTACT, draft.links), ref_of(Kind.DEAL, draft.links)
        if contact:
            record = self._reader.buyer(self._api.one(f"/buyer/{contact.id}"))
            phones, name, email = record.phones, record.title, record.values["email"]
        elif deal:
            card = self._api.one(f"/pipelines/cards/{deal.id}", "contact.client")
            record = self._reader.card(card)
            phones, name, email = record.phones, str((card.get("contact") or {}).get("full_name") or ""), ""
        else:
            raise Rejected("KeyCRM makes an order only for a buyer, and none is known here.")
        if not phones and not email:
            raise Rejected("The buyer has neither a number nor an e-mail, and KeyCRM knows whose an order is by these.")
        client = contact.id if contact else record.contact_id or ""
        return {"full_name": name, "phone": next(iter(phones), ""), "email": email}, client

    # --- changes ------------------------------------------------------------------------------------------------------

    def update(self, ref: Ref, values: Mapping[str, Any], *, known: Record | None = None) -> Record:
        """Read the record, change what `values` name. KeyCRM carries it out later, so it is not read again."""
        if ref.kind is Kind.CONTACT:
            return self._change_buyer(ref, values)
        if ref.kind is Kind.COMPANY:
            return self._change_company(ref, values)
        return self._change_card(ref, values, known)

    def _change_buyer(self, ref: Ref, values: Mapping[str, Any]) -> Record:
        path = f"/buyer/{ref.id}"
        row = self._api.one(path, BUYER)
        key = (self._config.digest, path, str(row.get("created_at") or ""))
        fields, note = bodies.custom_fields(values), recent.restored(key, str(row.get("note") or ""), self._clock())
        lines = visit_lines(values, known=(field["value"] for field in fields))
        body: Row = {"full_name": str(values.get("name") or row.get("full_name") or "")}
        body |= {"phone": list(values["phones"])} if values.get("phones") is not None else {}
        body |= _first_email(values, row)
        body |= _owner(values)
        body |= {"note": updated(note, lines)} if lines else {}
        body |= {"custom_fields": fields} if fields else {}
        self._api.change(path, body)
        for line in lines:
            recent.remember(key, line, self._clock())
        record = self._reader.buyer(_overlaid(row, body))
        return replace(
            record, remarks=self._left(ref.kind, values, {"name", "phones", "email", "source", "utm", "client_id"})
        )

    def _change_company(self, ref: Ref, values: Mapping[str, Any]) -> Record:
        path = f"/companies/{ref.id}"
        row = self._api.one(path, COMPANY)
        fields = bodies.custom_fields(values)
        body: Row = {"name": str(values.get("name") or row.get("name") or "")} | _owner(values)
        body |= {"custom_fields": fields} if fields else {}
        answer = self._api.change(path, body)
        record = self._reader.company(_overlaid(row, body) | {k: v for k, v in answer.items() if k != "custom_fields"})
        return replace(record, remarks=self._left(ref.kind, values, {"name"}))

    def _change_card(self, ref: Ref, values: Mapping[str, Any], known: Record | None) -> Record:
        path = f"/pipelines/cards/{ref.id}"
        row: Row = {} if known else self._api.one(path, CARD)
        body: Row = {"title": str(values["title"])} if values.get("title") else {}
        body |= _owner(values)
        fields = bodies.custom_fields(values)
        body |= {"custom_fields": fields} if fields else {}
        stage = self._stage(values)
        body |= {"status_id": number(stage["id"], "stage")} if stage else {}
        if body:
            self._api.change(path, body)
        remarks = self._card_remarks(values, fields)
        if known:
            closed = bool(stage and stage.get("is_final"))
            held = {**known.values, "stage": str(body.get("status_id", known.values["stage"]))}
            return replace(known, values=held, status="closed" if closed else known.status, remarks=remarks)
        moved = {"status": stage, "pipeline_id": stage.get("pipeline_id"), "is_finished": bool(stage.get("is_final"))}
        record = self._reader.card(_overlaid(row, body) | (moved if stage else {}))
        return replace(record, remarks=remarks)

    def _stage(self, values: Mapping[str, Any]) -> Row:
        """The status that `stage` or, for a move, `pipeline` asks for; {} for neither. Raises Rejected."""
        stage, pipeline = values.get("stage"), values.get("pipeline")
        if stage:
            found = self._setup.status(str(stage))
        elif pipeline:
            found = self._setup.first_status(str(pipeline))
        else:
            return {}
        if found is None:
            raise Rejected(
                f"KeyCRM has no stage “{stage or pipeline}” any more. Choose another in the connection's settings."
            )
        return found

    def _card_remarks(self, values: Mapping[str, Any], fields: list[Row]) -> tuple[Reason, ...]:
        remarks = list(
            self._left(Kind.DEAL, values, {"title", "stage", "pipeline", "source", "utm", "client_id", "status"})
        )
        if visit_lines(values, known=(field["value"] for field in fields)):
            remarks.append(because(_VISIT))
        if values.get("status") not in (None, "", "open"):
            remarks.append(because(_STATUS, status=str(values["status"])))
        return tuple(remarks)

    def _left(self, kind: Kind, values: Mapping[str, Any], taken: set[str]) -> tuple[Reason, ...]:
        left = [name for name, value in values.items() if value and name not in taken | {"owner", "custom"}]
        return tuple(because(_UNCHANGED, value=name, kind=kind.value) for name in left)


def _owner(values: Mapping[str, Any]) -> Row:
    if "owner" not in values:
        return {}
    return {"manager_id": number(values["owner"], "user") if values["owner"] else None}


def _first_email(values: Mapping[str, Any], row: Row) -> Row:
    """The address as the buyer's first; his others are kept."""
    email, held = values.get("email"), row.get("email") or []
    return {"email": [email, *(other for other in held if other != email)]} if email else {}


def _overlaid(row: Row, body: Row) -> Row:
    """`row` as it will be once `body` is carried out."""
    uuids = {item.get("uuid"): item for item in (*(row.get("custom_fields") or ()), *body.get("custom_fields", ()))}
    gone = {"manager"} if "manager_id" in body else set()
    kept = {name: value for name, value in row.items() if name not in gone}
    return {**kept, **body, "custom_fields": list(uuids.values())}
