"""Reading and writing the phone index.

Everything the hub learns about a client's records passes through here: by sync, by live look-up, and by what the hub
itself writes (at once, so that the next call of the client sees it).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from switchhook.connections.models import Connection
from switchhook.connectors.base import CrmConnector
from switchhook.connectors.registry import manifest
from switchhook.core.errors import TargetGone
from switchhook.core.records import PARTIES, Kind, Record, Ref
from switchhook.directory.models import DirectoryEntry, LookUp
from switchhook.directory.page import TOLD, Page
from switchhook.live.publish import publish

FRESH = timedelta(seconds=60)
"""How long what a CRM has said of a number counts as what it would say now."""

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


def of_clients(connection: Connection, phones: Collection[str]) -> dict[str, list[Record]]:
    """For each of these numbers what is known for it and what hangs on its contact under other numbers, best first.

    Two queries, however many numbers there are; a number of which nothing is known is left out.
    """
    rows = DirectoryEntry.objects.filter(connection=connection)
    known: defaultdict[str, list[Record]] = defaultdict(list)
    for entry in rows.filter(e164__in=phones):
        known[entry.e164].append(_record(entry))
    contacts = {phone: _first_contact(ranked(records)) for phone, records in known.items()}
    named = set(contacts.values()) - {""}
    hanging: defaultdict[str, list[Record]] = defaultdict(list)
    for entry in rows.filter(Q(contact_id__in=named) | Q(kind=Kind.CONTACT, record_id__in=named)):
        own = entry.record_id if entry.kind == Kind.CONTACT else ""
        for contact in {own, entry.contact_id} & named:
            hanging[contact].append(_record(entry))
    return {phone: ranked(records + hanging[contacts[phone]]) for phone, records in known.items()}


def _first_contact(records: Iterable[Record]) -> str:
    return next((record.id for record in records if record.kind is Kind.CONTACT), "")


def ranked(records: Iterable[Record]) -> list[Record]:
    """The match policy: open lead, open deal, contact, company, then what is closed; the latest activity first."""
    unique = {record.ref: record for record in records}
    return sorted(unique.values(), key=_policy)


def _policy(record: Record) -> tuple[bool, int, float, str]:
    place = _ORDER.index(record.kind) if record.kind in _ORDER else len(_ORDER)
    age = -(record.last_activity or _EPOCH).timestamp()
    return not record.is_open, place, age, record.id


@transaction.atomic
def remember(connection: Connection, records: Iterable[Record], phone: str = "", *, whole: bool = False) -> None:
    """Enter records under their own numbers, their contact's, and `phone`, by which they were found. Idempotent.

    A contact that comes without any number keeps those that are known, unless the records are `whole`: an answer to a
    change may tell only a part.
    """
    page = Page(connection, list(records), phone, whole=whole)
    if stale := page.stale():
        DirectoryEntry.objects.filter(pk__in=stale).delete()
    # In one order everywhere: two that enter the same records wait for each other and never in a circle.
    DirectoryEntry.objects.bulk_create(
        sorted(page.rows(timezone.now()), key=lambda row: (row.kind, row.record_id, row.e164)),
        update_conflicts=True,
        unique_fields=["connection", "e164", "kind", "record_id"],
        update_fields=list(TOLD),
    )


def ask(connection: Connection, phone: str, crm: CrmConnector, *, anew: bool = False) -> None:
    """Bring what is known for the number up to date from the CRM itself. Raises the connector's errors.

    A remote CRM that was asked within the last minute is not asked again, unless `anew`. Open pages are told of whom it
    knows: the pop-up of a ringing caller may have had nothing to show.
    """
    if not anew and asked_lately(connection, phone):
        return
    now = timezone.now()
    found = crm.find_by_phone(phone)
    found = [*found, *_left_out(connection, phone, crm, found)]
    replace(connection, phone, found, now - timedelta(seconds=crm.capabilities.settle))
    if manifest(connection.connector).local:
        return
    LookUp.objects.update_or_create(connection=connection, e164=phone, defaults={"asked_at": now})
    if found:
        publish(connection.project_id, "caller", {"client": phone, "connection": connection.pk})


def _left_out(connection: Connection, phone: str, crm: CrmConnector, found: Sequence[Record]) -> list[Record]:
    """Known records that the CRM's look-up may have left out: open ones are read one by one, closed ones believed.

    A party that is read without the number has lost it since.
    """
    told, kinds, left = {record.ref for record in found}, crm.capabilities.partly_found, []
    for record in look_up(connection, phone) if kinds else ():
        if record.kind not in kinds or record.ref in told:
            continue
        try:
            now = crm.get(record.ref) if record.is_open else record
        except TargetGone:
            continue
        if now.kind not in PARTIES or phone in now.phones:
            left.append(now)
    return left


def asked_lately(connection: Connection, phone: str) -> bool:
    """Whether the CRM was asked for the number within the last minute; never so of the hub's own."""
    if manifest(connection.connector).local:
        return False
    return LookUp.objects.filter(connection=connection, e164=phone, asked_at__gt=timezone.now() - FRESH).exists()


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
        DirectoryEntry.objects.filter(connection=connection, kind=ref.kind, record_id=ref.id).delete()


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
