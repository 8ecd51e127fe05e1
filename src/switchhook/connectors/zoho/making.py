"""Making and changing records: what Zoho refuses for a detail is sent again without the detail, and said.

A refused request has done nothing, so sending it again makes nothing twice.
"""

import time
from collections.abc import Callable
from typing import Any

from switchhook.core.errors import Rejected, SwitchhookError, TargetGone
from switchhook.core.records import PARTIES, Draft, Kind, Record, Ref
from switchhook.core.words import _

from .answers import FieldRefused
from .client import Row, ZohoApi
from .config import Config
from .modules import MODULES
from .records import Reader, is_converted
from .writer import Sheet, Writer

PATIENCE = 5.0
"""Seconds after which a refused record is not sent again."""

_ADOPTED = PARTIES | {Kind.LEAD}


class Maker:
    """Makes and changes the records of one account."""

    def __init__(self, config: Config, api: ZohoApi, reader: Reader, writer: Writer) -> None:
        self._config = config
        self._api = api
        self._reader = reader
        self._writer = writer

    def create(self, draft: Draft, mark: str) -> Record:
        """One request, unless Zoho dislikes a detail; the record is put together from what was sent."""
        sheet, module = self._writer.new(draft, mark), MODULES[draft.kind]
        try:
            details = self._sent(sheet, lambda: self._api.insert(module, sheet.fields))
        except FieldRefused as refusal:
            return self._there_already(draft, refusal)
        row = {"Owner": details.get("Created_By"), **details, **sheet.fields}
        if draft.kind is Kind.COMPANY:
            self._tie_contact(draft, str(details["id"]), sheet)
        return self._reader.record(draft.kind, row, sheet.remarks)

    def update(self, ref: Ref, values: dict[str, Any]) -> Record:
        """Changes what differs. A party, lead or deal is read first: what the directory gets must be whole."""
        module, read = MODULES[ref.kind], self._writer.needs_current(ref.kind, values)
        current = self._api.one(module, ref.id) if read else {"id": ref.id}
        if ref.kind is Kind.LEAD and is_converted(current):
            raise TargetGone("The lead has been converted in Zoho CRM.")
        sheet = self._writer.changed(ref.kind, values, current)
        if sheet.fields:
            self._sent(sheet, lambda: self._api.change(module, ref.id, sheet.fields))
        return self._reader.record(ref.kind, {**current, **sheet.fields}, sheet.remarks)

    def _sent(self, sheet: Sheet, send: Callable[[], Row | None]) -> Row:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return send() or {}
            except FieldRefused as refusal:
                if time.monotonic() > deadline or not self._mended(sheet, refusal):
                    raise

    def _mended(self, sheet: Sheet, refusal: FieldRefused) -> bool:
        """Whether the sheet can be sent again, without what was refused."""
        name, problem = refusal.name, refusal.problem
        value = sheet.fields.get(name)
        if problem.code != "INVALID_DATA" or value is None:
            return False
        if problem.longest and isinstance(value, str) and len(value) > problem.longest and name != "Description":
            sheet.fields[name] = value[: problem.longest - 1] + "…"
            text = _("“%(field)s” was cut to %(longest)s characters, the most that Zoho CRM takes.")
            sheet.remark(text, field=name, longest=str(problem.longest))
            return True
        if name in {"Email", "Lead_Source", self._config.recording_field}:
            del sheet.fields[name]
            text = _("Zoho CRM did not take “%(value)s” for the field “%(field)s”; it was left out.")
            sheet.remark(text, value=str(value), field=name)
            return True
        return False

    def _there_already(self, draft: Draft, refusal: FieldRefused) -> Record:
        """The record that holds a unique value of the draft, if it is this client's; else the refusal stands."""
        existing = refusal.problem.duplicate
        if refusal.problem.code != "DUPLICATE_DATA" or draft.kind not in _ADOPTED or not existing:
            raise refusal
        row = self._api.one(MODULES[draft.kind], existing)
        sheet = Sheet()
        text = _("The record was in Zoho CRM already, with the same value in the unique field “%(field)s”.")
        sheet.remark(text, field=refusal.name)
        held = self._reader.record(draft.kind, row, sheet.remarks)
        if not held.is_open or not set(held.phones) & set(draft.values.get("phones") or ()):
            raise refusal
        return held

    def _tie_contact(self, draft: Draft, company: str, sheet: Sheet) -> None:
        """A company cannot name its contacts: the contact names its company."""
        for ref in draft.links:
            if ref.kind is not Kind.CONTACT:
                continue
            try:
                self._api.change("Contacts", ref.id, {"Account_Name": {"id": company}})
            except SwitchhookError as error:
                # The company is made: whatever happened to its tie must not make it a second time.
                text = _("The contact %(id)s could not be tied to the company: %(reason)s")
                sheet.remark(text, id=ref.id, reason=str(error))


def rejected_kind(kind: Kind) -> Rejected:
    """Why a record of `kind` cannot be made here."""
    return Rejected(f"Zoho CRM has no {kind.value} records that the hub can make.")
