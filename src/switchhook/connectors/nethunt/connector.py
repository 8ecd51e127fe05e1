"""NetHunt CRM as one of the project's CRMs: records in the folders that the settings name."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from switchhook.connectors.base import Account, Changes, Choice, CrmUser, Health, Pipeline
from switchhook.core.errors import Misconfigured, Rejected, SwitchhookError, TargetGone
from switchhook.core.mapping import CrmField
from switchhook.core.records import Capabilities, Draft, Kind, Record, Ref

from .activities import Entry, call_body, call_record, comment_record, comment_text, entry_of, home_of
from .client import LONGEST_REQUEST, Feed, Forbidden, Item, NetHuntApi
from .config import Config, Folder
from .finding import Finder
from .offer import Offer
from .records import Glasses, fields_of, id_of, is_deleted
from .sheet import TASK_LINES, Pen, actions, changed, missing, party_kinds, written
from .sync import Feed as ChangeFeed
from .texts import Words, split
from .values import first, texts

SETTLE_SECONDS = 15.0
"""After this long the feeds and the search are taken to show what was written; NetHunt states no time."""
_ENTRY_FEEDS: dict[Kind, Feed] = {Kind.COMMENT: "new-comment", Kind.CALL: "new-call-log"}
_RECORDS = (Kind.CONTACT, Kind.COMPANY, Kind.DEAL, Kind.TASK)
_BEFORE = timedelta(seconds=60)


def connect(account: Account) -> "NetHunt":
    """Open an account. Raises Misconfigured where e-mail or key are missing, or a setting cannot be read."""
    return NetHunt(account)


class NetHunt:
    """One NetHunt workspace, through the rights of one user's key."""

    def __init__(self, account: Account) -> None:
        self._config = Config.of(account)
        self._account = account
        words = Words(account.translate)
        self._api = NetHuntApi(self._config, governor=account.governor, clock=account.clock)
        self._pen = Pen(self._config, account.zone, words)
        self._glasses = Glasses(self._config, account.country, words)
        self._finder = Finder(self._api, self._config, self._glasses)
        self._offer = Offer(self._api, self._config, account.country)

    @property
    def capabilities(self) -> Capabilities:
        """What the chosen folders allow; without a folder for deals or tasks there are none."""
        folders = self._config.folders
        records = frozenset({Kind.CONTACT, *folders})
        sales = records & {Kind.CONTACT, Kind.COMPANY, Kind.DEAL}
        marked = {kind for kind in folders if folders[kind].mark_home}
        has_links = Kind.TASK in folders and bool(folders[Kind.TASK].name("links"))
        return Capabilities(
            kinds=records | {Kind.COMMENT, Kind.CALL},
            updatable=records,
            task_links=sales if has_links else frozenset(),
            comment_links=records,
            call_links=sales,
            traceable=frozenset({*marked, *(records & {Kind.CONTACT, Kind.COMPANY}), Kind.COMMENT, Kind.CALL}),
            settle=SETTLE_SECONDS,
            stores_phone=party_kinds(self._config) or frozenset({Kind.CONTACT}),
            longest_request=LONGEST_REQUEST,
            tells_gone=sales,
            partly_found=sales,
        )

    def check(self) -> Health:
        """See `Offer.check`."""
        return self._offer.check()

    def users(self) -> Sequence[CrmUser]:
        """Who can be responsible, by e-mail: NetHunt lists nobody, so mostly those typed in the settings."""
        return self._offer.users()

    def fields(self, kind: Kind) -> Sequence[CrmField]:
        """Fields of the kind's folder that may hold text."""
        return self._offer.fields(kind)

    def pipelines(self) -> Sequence[Pipeline]:
        """The one folder of deals."""
        return self._offer.pipelines()

    def choices(self, setting: str) -> Sequence[Choice]:
        """Folders and fields."""
        return self._offer.choices(setting)

    def find_by_phone(self, phone: str) -> Sequence[Record]:
        """One request for the contacts, one for companies with numbers, one for each found party's deals."""
        self._config.folder(Kind.CONTACT)
        try:
            return self._finder.by_phone(phone)
        except Rejected as refusal:
            for kind in party_kinds(self._config):
                self._look_for_fields(self._config.folder(kind), refusal)
            raise

    def get(self, ref: Ref) -> Record:
        """The record, or the entry of a timeline, read live. Raises TargetGone."""
        if ref.kind in _ENTRY_FEEDS:
            return self._entry(ref)
        if ref.kind not in self._config.folders:
            raise TargetGone(f"NetHunt has no folder for a {ref.kind.value} in the settings.")
        item = self._item(ref)
        kinds = self._kinds_of_links(item) if ref.kind is Kind.TASK else {}
        return self._glasses.record(item, ref.kind, kinds=kinds)

    def create(self, draft: Draft, *, mark: str) -> Record:
        """One request; more only where NetHunt refuses, to tell what is missing: a linked record or a mapped field."""
        if draft.kind is Kind.COMMENT:
            return self._comment(draft, mark)
        return self._log_call(draft, mark) if draft.kind is Kind.CALL else self._record(draft, mark)

    def update(self, ref: Ref, values: Mapping[str, Any]) -> Record:
        """One request; a task's text and an answer that shows only what was changed need one more."""
        if ref.kind not in _RECORDS:
            raise Rejected(f"NetHunt cannot change a {ref.kind.value} once it is written.")
        whole, mark = (values, "") if ref.kind is not Kind.TASK else self._whole_text(ref, values)
        sheet = changed(ref.kind, whole, self._pen, mark=mark)
        if not sheet.fields:
            return self._glasses.record(self._item(ref), ref.kind, remarks=sheet.remarks)
        try:
            answer = self._api.update(ref.id, actions(sheet.fields))
        except Rejected as refusal:
            self._look_for_fields(sheet.folder, refusal)
            raise
        if is_deleted(answer):
            raise TargetGone("The record lies in NetHunt's trash.")
        if set(fields_of(answer)) <= set(sheet.fields):
            answer = self._item(ref)
        return self._glasses.record({**answer, "recordId": ref.id}, ref.kind, remarks=sheet.remarks)

    def find_made(self, draft: Draft, mark: str, *, since: datetime) -> Record | None:
        """By the mark in its field or text; a contact or company without one by name and number."""
        return self._finder.made(draft, mark, since)

    def changes(self, cursor: str) -> Changes:
        """Contacts, companies and deals; see `sync`."""
        return ChangeFeed(self._api, self._config, self._glasses, self._account.clock).after(cursor)

    # --- records ------------------------------------------------------------------------------------------------------

    def _record(self, draft: Draft, mark: str) -> Record:
        if draft.kind not in self._config.folders and draft.kind is not Kind.CONTACT:
            raise Rejected(f"NetHunt has no folder for a {draft.kind.value} in the settings.")
        sheet = written(draft, mark, self._pen)
        try:
            answer = self._api.create(sheet.folder.id, sheet.fields, zone=self._account.zone.key)
        except (Rejected, Misconfigured) as refusal:
            self._look_for_targets(draft)
            self._look_for_fields(sheet.folder, refusal)
            raise
        remarks = [*sheet.remarks, *missing(sheet, fields_of(answer))]
        item = {**answer, "fields": {**sheet.fields, **fields_of(answer)}}
        kinds = {link.id: link.kind for link in draft.links}
        return self._glasses.record(item, draft.kind, kinds=kinds, remarks=remarks)

    def _item(self, ref: Ref) -> Item:
        items = self._api.find(self._config.folder(ref.kind).id, record_id=ref.id)
        found = next((item for item in items if id_of(item) == ref.id and not is_deleted(item)), None)
        if found is None:
            raise TargetGone(f"NetHunt has no such {ref.kind.value} any more.")
        return found

    def _whole_text(self, ref: Ref, values: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
        """A task's text holds its recording and the mark too: what `values` does not name of it stays."""
        home = self._config.folder(Kind.TASK).name("text")
        if {"text", *TASK_LINES}.isdisjoint(values) or not home:
            return values, ""
        text, named, mark = split(first(fields_of(self._item(ref)).get(home)), TASK_LINES, self._pen.words)
        return {"text": text, **named, **values}, mark

    def _kinds_of_links(self, task: Item) -> dict[str, Kind]:
        folder = self._config.folder(Kind.TASK)
        return {name: kind for name in texts(fields_of(task).get(folder.name("links"))) for kind in self._where(name)}

    def _where(self, name: str) -> Iterator[Kind]:
        for kind in (Kind.CONTACT, Kind.DEAL, Kind.COMPANY):
            if kind in self._config.folders and self._is_there(Ref(kind, name)):
                yield kind
                return

    def _is_there(self, ref: Ref) -> bool:
        try:
            return bool(self._item(ref))
        except TargetGone:
            return False

    def _look_for_targets(self, draft: Draft) -> None:
        """What a refusal may come from: NetHunt does not say whether it was for a linked record that is no more."""
        for link in draft.links:
            if link.kind in self._config.folders and not self._is_there(link):
                raise TargetGone(f"The {link.kind.value} to tie it to is no longer in NetHunt.")

    def _look_for_fields(self, folder: Folder, refusal: SwitchhookError) -> None:
        """Fields are known by their display names: one that was renamed makes every such request fail."""
        if isinstance(refusal, Misconfigured | Forbidden):
            return
        there = self._api.field_names(folder.id)
        for role, name in folder.names.items():
            if name not in there:
                raise Misconfigured(
                    f"NetHunt's folder has no field “{name}” any more. Choose the field anew. {refusal}",
                    field=f"{folder.kind.value}_{role}",
                ) from refusal

    # --- timelines ----------------------------------------------------------------------------------------------------

    def _comment(self, draft: Draft, mark: str) -> Record:
        text = comment_text(draft, mark, self._pen.words)
        about, remarks = home_of(draft, self.capabilities.comment_links)
        answer = self._api.comment(about.id, text)
        return comment_record({**answer, "text": text}, about, self._pen.words, remarks)

    def _log_call(self, draft: Draft, mark: str) -> Record:
        body = call_body(draft, mark, self._pen.words)
        about, remarks = home_of(draft, self.capabilities.call_links)
        answer = self._api.log_call(about.id, body)
        return call_record({**answer, **body}, about, self._pen.words, remarks)

    def _entry(self, ref: Ref) -> Record:
        entry = Entry.of(ref)
        folder = self._config.folder(entry.about.kind)
        items = self._api.feed(_ENTRY_FEEDS[ref.kind], folder.id, since=entry.made_at - _BEFORE)
        found = next((item for item in items if entry_of(item, ref.kind, entry.about).name == entry.name), None)
        if found is None:
            raise TargetGone(f"NetHunt has no such {ref.kind.value} any more.")
        read = comment_record if ref.kind is Kind.COMMENT else call_record
        return read(found, entry.about, self._pen.words)
