"""Reading and writing the phone index.

Everything the hub learns about a client's records passes through here: by sync, by live look-up, and by what the hub
itself writes (at once, so that the next call of the client sees it).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from switchhook.connections.models import Connection
from switchhook.connectors.base import CrmConnector
from switchhook.core.records import Kind, Record, Ref
from switchhook.directory.models import DirectoryEntry

_EPOCH = datetime.min.replace(tzinfo=UTC)
_ORDER = (Kind.LEAD, Kind.DEAL, Kind.CONTACT, Kind.COMPANY)


def look_up(connection: Connection, phone: str) -> list[Record]:
    """The records known for an E.164 number, best first; one indexed query."""
    return ranked(_record(entry) for entry in DirectoryEntry.objects.filter(connection=connection, e164=phone))


def of_client(connection: Connection, phone: str, contact_id: str = "") -> list[Record]:
    """As `look_up`, together with what hangs on the contact under its other numbers."""
    scope = Q(e164=phone)
    if contact_id:
        scope |= Q(contact_id=contact_id) | Q(kind=Kind.CONTACT, record_id=contact_id)
    return ranked(_record(entry) for entry in DirectoryEntry.objects.filter(scope, connection=connection))


def ranked(records: Iterable[Record]) -> list[Record]:
    """The match policy: open lead, open deal, contact, company, then what is closed; the latest activity first."""
    unique = {record.ref: record for record in records}
    return sorted(unique.values(), key=_policy)


def _policy(record: Record) -> tuple[bool, int, float, str]:
    place = _ORDER.index(record.kind) if record.kind in _ORDER else len(_ORDER)
    age = -(record.last_activity or _EPOCH).timestamp()
    return not record.is_open, place, age, record.id


@transaction.atomic
def remember(connection: Connection, records: Iterable[Record], phone: str = "") -> None:
    """Enter records under their own numbers, their contact's, and `phone`, by which they were found. Idempotent."""
    now = timezone.now()
    rows = []
    for record in records:
        numbers = {*record.phones, phone, *_numbers_of_contact(connection, record)} - {""}
        if record.kind is Kind.CONTACT:
            # A number taken off a contact must no longer lead to him.
            _entries(connection, record.ref).exclude(e164__in=numbers).delete()
        rows += [_entry(connection, record, number, now) for number in sorted(numbers)]
    # In one order everywhere: two that enter the same records wait for each other and never in a circle.
    DirectoryEntry.objects.bulk_create(
        sorted(rows, key=lambda row: (row.kind, row.record_id, row.e164)),
        update_conflicts=True,
        unique_fields=["connection", "e164", "kind", "record_id"],
        update_fields=["title", "owner", "status", "contact_id", "company_id", "url", "last_activity", "confirmed_at"],
    )


def ask(connection: Connection, phone: str, crm: CrmConnector) -> None:
    """Bring what is known for the number up to date from the CRM itself. Raises the connector's errors."""
    settled = timezone.now() - timedelta(seconds=crm.capabilities.settle)
    replace(connection, phone, crm.find_by_phone(phone), settled)


@transaction.atomic
def replace(connection: Connection, phone: str, records: Sequence[Record], settled: datetime | None = None) -> None:
    """Make `records` all that is known for the number: the CRM has just been asked.

    What was entered after `settled` stays: a CRM's search may not show yet what was written a moment ago.
    """
    known = {(record.kind.value, record.id) for record in records}
    for entry in DirectoryEntry.objects.filter(connection=connection, e164=phone):
        is_old = settled is None or entry.confirmed_at <= settled
        if is_old and (entry.kind, entry.record_id) not in known:
            entry.delete()
    remember(connection, records, phone)


def forget(connection: Connection, refs: Iterable[Ref]) -> None:
    """Drop records that no longer exist."""
    for ref in refs:
        _entries(connection, ref).delete()


def _entries(connection: Connection, ref: Ref) -> QuerySet[DirectoryEntry]:
    return DirectoryEntry.objects.filter(connection=connection, kind=ref.kind, record_id=ref.id)


def _numbers_of_contact(connection: Connection, record: Record) -> list[str]:
    if not record.contact_id:
        return []
    contact = _entries(connection, Ref(Kind.CONTACT, record.contact_id))
    return list(contact.values_list("e164", flat=True))


def _entry(connection: Connection, record: Record, phone: str, now: datetime) -> DirectoryEntry:
    return DirectoryEntry(
        connection=connection,
        e164=phone,
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
    )


def _record(entry: DirectoryEntry) -> Record:
    return Record(
        kind=Kind(entry.kind),
        id=entry.record_id,
        title=entry.title,
        phones=(entry.e164,),
        owner=entry.owner or None,
        status=entry.status,
        contact_id=entry.contact_id or None,
        company_id=entry.company_id or None,
        url=entry.url,
        last_activity=entry.last_activity,
        values={"confirmed_at": entry.confirmed_at.isoformat()},
    )
