"""The hub's drafts and changes in Zoho's words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from switchhook.connectors.base import Account
from switchhook.core.errors import Rejected
from switchhook.core.reason import Reason, because
from switchhook.core.records import Draft, Kind
from switchhook.core.words import _

from .calls import call_facts, call_fields
from .client import Row
from .config import Config
from .details import Description, compose, marked
from .modules import LONGEST_DESCRIPTION, LONGEST_NAME, MODULES, NAMES, WITH_DESCRIPTION
from .records import DUE_FORMAT, Reader, moment
from .stages import Stages
from .ties import Ties

_PEOPLE = (Kind.CONTACT, Kind.LEAD)
_WITH_PHONES = (Kind.CONTACT, Kind.COMPANY, Kind.LEAD)
_WITH_VISIT = (Kind.CONTACT, Kind.LEAD, Kind.DEAL)
_USER = {Kind.TASK: "assignee", Kind.CALL: "employee", Kind.COMMENT: "author"}
_CALL_ITSELF = frozenset({"talk_seconds", "status", "direction", "client_number", "started_at"})
_NAMED = {Kind.CONTACT: "name", Kind.COMPANY: "name", Kind.TASK: "subject", Kind.COMMENT: "text"}


@dataclass(slots=True)
class Sheet:
    """What is sent: `fields` of the vendor's, and what of the wish they do not hold."""

    fields: Row = field(default_factory=dict)
    remarks: list[Reason] = field(default_factory=list)

    def remark(self, text: str, **params: str) -> None:
        """Say what Zoho could not take."""
        self.remarks.append(because(text, **params))


class Writer:
    """Writes the records of one account."""

    def __init__(self, config: Config, account: Account, reader: Reader, stages: Stages) -> None:
        self._config = config
        self._account = account
        self._reader = reader
        self._stages = stages
        self._ties = Ties(reader)

    def new(self, draft: Draft, mark: str) -> Sheet:
        """A record to be made. Raises Rejected where what the kind requires is missing."""
        kind, values = draft.kind, draft.values
        self._require(draft)
        sheet = Sheet()
        facts, tied = self._ties.of(kind, draft.links, sheet.remark)
        sheet.fields = tied
        self._named(sheet, kind, values)
        facts |= self._facts(sheet, kind, values)
        self._only_new(sheet, kind, values)
        if kind is Kind.COMMENT:
            sheet.fields["Note_Content"] = marked(self._cut(sheet, kind, str(values["text"]), mark), mark)
        elif kind in WITH_DESCRIPTION:
            self._describe(sheet, Description(str(values.get("text") or ""), facts, mark))
        for name, value in self._config.fixed.get(MODULES[kind], {}).items():
            sheet.fields.setdefault(name, value)
        sheet.fields = {name: value for name, value in sheet.fields.items() if value is not None}
        return sheet

    def needs_current(self, kind: Kind, values: Mapping[str, Any]) -> bool:
        """Whether the record must be read before `values` of it are changed."""
        if kind is Kind.COMMENT:
            return False
        return kind not in (Kind.TASK, Kind.CALL) or bool(set(values) - {"subject", "assignee", "done"})

    def changed(self, kind: Kind, values: Mapping[str, Any], current: Row) -> Sheet:
        """What an update of `values` sends, given the record as it is; nothing that it holds already."""
        sheet = Sheet()
        self._named(sheet, kind, values)
        if kind is Kind.COMMENT and "text" in values:
            sheet.fields["Note_Content"] = self._cut(sheet, kind, str(values["text"] or ""), "")
        if kind is Kind.DEAL:
            self._moved(sheet, values)
        if kind is Kind.CALL and set(values) & _CALL_ITSELF:
            values = {**self._reader.record(kind, current).values, **values}
            sheet.fields |= call_fields(values, self._config, self._account, sheet.remark)
        if kind in WITH_DESCRIPTION:
            self._told_anew(sheet, kind, values, current)
        sheet.fields = {name: value for name, value in sheet.fields.items() if not _same(current.get(name), value)}
        return sheet

    def _told_anew(self, sheet: Sheet, kind: Kind, values: Mapping[str, Any], current: Row) -> None:
        """The description with what `values` change in it; a person's words and the mark stay."""
        facts = self._facts(sheet, kind, values)
        if facts or "text" in values:
            held = self._reader.description(current)
            text = str(values["text"] or "") if "text" in values else held.text
            self._describe(sheet, Description(text, {**held.facts, **facts}, held.mark))

    # --- parts --------------------------------------------------------------------------------------------------------

    def _require(self, draft: Draft) -> None:
        name = _NAMED.get(draft.kind, "" if draft.kind is Kind.CALL else "title")
        if name and not str(draft.values.get(name) or "").strip():
            raise Rejected(f"A {draft.kind.value} without a {name} cannot be made in Zoho CRM.")

    def _named(self, sheet: Sheet, kind: Kind, values: Mapping[str, Any]) -> None:
        """Name, owner, numbers and the account's own fields."""
        name = _NAMED.get(kind, "title")
        if name in values and kind not in (Kind.COMMENT, Kind.CALL):
            sheet.fields[NAMES[kind]] = self._cut(sheet, kind, str(values[name] or ""), "")
            if kind in _PEOPLE:
                sheet.fields["First_Name"] = None
        owner = values.get(_USER.get(kind, "owner"))
        if owner:
            sheet.fields["Owner"] = {"id": str(owner)}
        if kind in _PEOPLE and values.get("email"):
            sheet.fields["Email"] = str(values["email"])
        custom = values.get("custom")
        sheet.fields |= {str(name): value for name, value in custom.items()} if isinstance(custom, Mapping) else {}
        if kind is Kind.TASK:
            self._task(sheet, values)
        elif kind is Kind.LEAD and values.get("status") in {"lost", "won", "closed"}:
            self._lose_lead(sheet, str(values["status"]))

    def _task(self, sheet: Sheet, values: Mapping[str, Any]) -> None:
        if "done" in values:
            done = bool(values["done"])
            sheet.fields["Status"] = self._config.task_done_status if done else self._config.task_open_status
        if "due_at" in values:
            due = moment(values["due_at"])
            local = due.astimezone(self._account.zone) if due else None
            sheet.fields["Due_Date"] = local.date().isoformat() if local else None
            if local and not values.get("done"):
                text = _("A task of Zoho CRM has a date and no hour: %(due)s stands in its description.")
                sheet.remark(text, due=f"{local:{DUE_FORMAT}}")

    def _lose_lead(self, sheet: Sheet, status: str) -> None:
        if status == "lost" and self._config.lost_lead_statuses:
            sheet.fields["Lead_Status"] = self._config.lost_lead_statuses[0]
        else:
            sheet.remark(_("The status “%(status)s” cannot be given to a lead of Zoho CRM."), status=status)

    def _only_new(self, sheet: Sheet, kind: Kind, values: Mapping[str, Any]) -> None:
        if kind is Kind.LEAD and self._config.lead_company:
            sheet.fields.setdefault("Company", self._config.lead_company)
        if kind is Kind.DEAL:
            self._new_deal(sheet, values)
        if kind is Kind.TASK:
            sheet.fields.setdefault("Status", self._config.task_open_status)
        if kind is Kind.CALL:
            sheet.fields |= call_fields(values, self._config, self._account, sheet.remark)

    def _new_deal(self, sheet: Sheet, values: Mapping[str, Any]) -> None:
        pipeline, stage = self._stages.entry(str(values.get("pipeline") or ""), str(values.get("stage") or ""))
        if values.get("status") in {"won", "lost"}:
            stage = self._stages.closing(str(values["status"]))
        today = self._account.clock().astimezone(self._account.zone).date()
        closing = today + timedelta(days=self._config.closing_days)
        sheet.fields |= {"Stage": stage, "Closing_Date": closing.isoformat()}
        sheet.fields |= {"Pipeline": pipeline} if pipeline else {}
        sheet.fields |= {"Layout": {"id": self._config.layout}} if self._config.layout else {}

    def _moved(self, sheet: Sheet, values: Mapping[str, Any]) -> None:
        if values.get("status") in {"won", "lost"}:
            sheet.fields["Stage"] = self._stages.closing(str(values["status"]))
        elif values.get("stage"):
            sheet.fields["Stage"] = str(values["stage"])
        if values.get("pipeline"):
            pipeline, stage = self._stages.entry(str(values["pipeline"]), str(values.get("stage") or ""))
            sheet.fields |= {"Pipeline": pipeline, "Stage": stage}

    def _facts(self, sheet: Sheet, kind: Kind, values: Mapping[str, Any]) -> dict[str, str]:
        """What has no field of its own; an empty text takes a line away."""
        facts: dict[str, str] = {}
        if kind in _WITH_PHONES and "phones" in values:
            facts |= self._number(sheet, kind, values)
        if kind in _WITH_VISIT:
            facts |= self._visit(sheet, values)
        if kind is Kind.CALL:
            facts |= call_facts(values, self._config)
            if values.get("recording_url") and self._config.recording_field:
                sheet.fields[self._config.recording_field] = str(values["recording_url"])
        if kind is Kind.TASK and "due_at" in values:
            due = moment(values["due_at"])
            open_due = due and not values.get("done")
            facts["due"] = f"{due.astimezone(self._account.zone):{DUE_FORMAT}}" if due and open_due else ""
        named = (("recording", "recording_url"), ("call", "call_id"))
        if kind in (Kind.TASK, Kind.CALL):
            facts |= {fact: str(values[name] or "") for fact, name in named if name in values}
        return facts

    def _number(self, sheet: Sheet, kind: Kind, values: Mapping[str, Any]) -> dict[str, str]:
        places = self._config.phones[kind]
        numbers = [str(phone) for phone in values["phones"] or ()]
        sheet.fields |= dict(zip(places, [*numbers, *(None for _place in places)], strict=False))
        left = ", ".join(numbers[len(places) :])
        if left:
            text = _("Zoho CRM has no field for a further number: %(phones)s stands in the description.")
            sheet.remark(text, phones=left)
        return {"phones": left}

    def _visit(self, sheet: Sheet, values: Mapping[str, Any]) -> dict[str, str]:
        """Source and visit: the source where the account has it among its sources, the rest as lines."""
        facts: dict[str, str] = {}
        source = str(values.get("source") or "").strip()
        listed = next((one for one in self._config.lead_sources if one.casefold() == source.casefold()), "")
        if listed:
            sheet.fields["Lead_Source"] = listed
        elif source:
            facts["source"] = source
        utm = values.get("utm")
        for name, value in utm.items() if isinstance(utm, Mapping) else ():
            facts[f"utm_{str(name).removeprefix('utm_')}"] = str(value or "")
        if "client_id" in values:
            facts["client_id"] = str(values["client_id"] or "")
        return facts if self._config.visit_in_description else {}

    def _describe(self, sheet: Sheet, parts: Description) -> None:
        written = compose(parts, self._account.translate)
        if len(written) > LONGEST_DESCRIPTION:
            over = len(written) - LONGEST_DESCRIPTION + 1
            short = Description(parts.text[: max(len(parts.text) - over, 0)] + "…", parts.facts, parts.mark)
            written = compose(short, self._account.translate)
            self._say_cut(sheet.remark, "Description", LONGEST_DESCRIPTION)
        sheet.fields["Description"] = written or None

    def _cut(self, sheet: Sheet, kind: Kind, text: str, mark: str) -> str:
        longest = LONGEST_NAME[kind] - (len(mark) + 2 if mark else 0)
        if len(text) <= longest:
            return text
        self._say_cut(sheet.remark, NAMES[kind], longest)
        return text[: longest - 1].rstrip() + "…"

    @staticmethod
    def _say_cut(remark: Callable[..., None], name: str, longest: int) -> None:
        text = _("“%(field)s” was cut to %(longest)s characters, the most that Zoho CRM takes.")
        remark(text, field=name, longest=str(longest))


def _same(held: object, wanted: object) -> bool:
    """Whether a field holds what is wanted; lookups are compared by their ids, a missing one is empty."""
    if isinstance(wanted, Mapping) and isinstance(held, Mapping):
        return held.get("id") == wanted.get("id")
    if isinstance(held, str) and isinstance(wanted, str):
        return held.replace("\r\n", "\n") == wanted
    return held == wanted
