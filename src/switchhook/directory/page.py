"""A page of records on its way into the phone index: which rows it makes, and which it makes stale."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from switchhook.connections.models import Connection
from switchhook.core.records import Kind, Record
from switchhook.directory.models import DirectoryEntry

TOLD = ("title", "owner", "status", "contact_id", "company_id", "url", "last_activity", "confirmed_at", "inherited")
"""What a row says beside its key."""

NO_NUMBER = ""
_Name = tuple[str, str]


@dataclass
class Page:
    """Records of one connection, and what the index holds of them, of their contacts and of what hangs on those.

    One query reads it all, so that a page of a large CRM costs as few statements as a single record. Unless the records
    are `whole`, one that tells no number keeps those that are known.
    """

    connection: Connection
    records: Sequence[Record]
    phone: str = ""
    whole: bool = False
    contacts: dict[str, Record] = field(init=False)
    held: dict[_Name, dict[str, DirectoryEntry]] = field(init=False)
    heirs: dict[str, set[_Name]] = field(init=False)

    def __post_init__(self) -> None:
        self.contacts = {record.id: record for record in self.records if record.kind is Kind.CONTACT}
        self.held, self.heirs = defaultdict(dict), defaultdict(set)
        for entry in self._entries():
            self.held[entry.kind, entry.record_id][entry.e164] = entry
            if entry.kind != Kind.CONTACT:
                self.heirs[entry.contact_id].add((entry.kind, entry.record_id))

    def _entries(self) -> Iterable[DirectoryEntry]:
        named = self.contacts.keys() | {record.contact_id for record in self.records if record.contact_id}
        scope = Q(kind=Kind.CONTACT, record_id__in=named) | Q(contact_id__in=list(self.contacts))
        for kind in {record.kind for record in self.records} - {Kind.CONTACT}:
            scope |= Q(kind=kind, record_id__in=[record.id for record in self.records if record.kind is kind])
        return DirectoryEntry.objects.filter(scope, connection=self.connection) if self.records else ()

    def stale(self) -> set[int]:
        """Rows that must go: numbers that were taken off a record, or off the contact from which it had them."""
        gone: set[int] = set()
        for contact in self.contacts.values():
            kept = self._numbers(contact)
            lost = self.held[_name(contact)].keys() - kept
            gone |= {self.held[_name(contact)][number].pk for number in lost}
            for heir in self.heirs[contact.id]:
                for number, entry in self.held[heir].items():
                    if (entry.inherited and number in lost) or (number == NO_NUMBER and kept):
                        gone.add(entry.pk)
        for record in self.records:
            if record.kind is not Kind.CONTACT:
                gone |= {entry.pk for entry in self.held[_name(record)].values() if self._left(record, entry)}
        return gone

    def _left(self, record: Record, entry: DirectoryEntry) -> bool:
        """Whether a lead, deal or company has the number of `entry` no longer."""
        if entry.e164 in {*record.phones, self.phone}:
            return False
        if entry.inherited:
            return entry.contact_id != (record.contact_id or "")
        return self.whole or bool(record.phones)

    def rows(self, now: datetime) -> Iterable[DirectoryEntry]:
        """The rows to enter, one for each number that leads to a record."""
        rows: dict[tuple[_Name, str], DirectoryEntry] = {}
        for contact in self.contacts.values():
            for heir in self.heirs[contact.id]:
                sample = next(iter(self.held[heir].values()))
                for number in self._numbers(contact) - self.held[heir].keys():
                    rows[heir, number] = _copied(sample, number)
        for record in self.records:
            own = self._numbers(record) if record.kind is Kind.CONTACT else self._own(record)
            through = self._inherited(record) - own
            nowhere = {NO_NUMBER} if record.contact_id else set()
            for number in (own | through) or nowhere:
                rows[_name(record), number] = _row(self.connection, record, number, now, inherited=number not in own)
        return rows.values()

    def _numbers(self, contact: Record) -> set[str]:
        numbers = {*contact.phones, self.phone} - {NO_NUMBER}
        if self.whole or contact.phones:
            return numbers
        return numbers | set(self.held[_name(contact)])

    def _own(self, record: Record) -> set[str]:
        found_by = NO_NUMBER if record.contact_id else self.phone
        return {*record.phones, found_by} - {NO_NUMBER}

    def _inherited(self, record: Record) -> set[str]:
        if not record.contact_id:
            return set()
        contact = self.contacts.get(record.contact_id)
        held = self.held[Kind.CONTACT.value, record.contact_id]
        return ({self.phone} | (self._numbers(contact) if contact else held.keys())) - {NO_NUMBER}


def _name(record: Record) -> _Name:
    return record.kind.value, record.id


def _copied(sample: DirectoryEntry, number: str) -> DirectoryEntry:
    told = {name: getattr(sample, name) for name in TOLD}
    key = {"connection_id": sample.connection_id, "kind": sample.kind, "record_id": sample.record_id}
    return DirectoryEntry(**key, **{**told, "inherited": True}, e164=number)


def _row(connection: Connection, record: Record, number: str, now: datetime, inherited: bool) -> DirectoryEntry:
    return DirectoryEntry(
        connection=connection,
        e164=number,
        kind=record.kind,
        record_id=record.id,
        title=record.title[:255],
        owner=record.owner or "",
        status=record.status,
        contact_id=record.contact_id or "",
        company_id=record.company_id or "",
        url=record.url,
        last_activity=record.last_activity,
        confirmed_at=now,
        inherited=inherited,
    )
