"""Who is on the line, as each CRM of the project knows him: a few queries for all calls of the moment."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from switchhook.connections.models import Connection, EmployeeAccount
from switchhook.connectors.registry import manifest
from switchhook.core.errors import Misconfigured
from switchhook.core.records import Kind, Ref
from switchhook.crm.models import Deal
from switchhook.directory.models import DirectoryEntry

_PARTIES = (Kind.CONTACT, Kind.COMPANY)
_CARDS = (Kind.LEAD, Kind.DEAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """An open lead or deal; `stage` is the pipeline and step in which it stands, "" where the hub does not know."""

    ref: Ref
    title: str
    url: str
    stage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One client whom a number may be: a contact, a company, or a lead or deal that belongs to neither.

    `owner` is the employee who answers for him ("" where the owner is none of the project's), `owner_user` the id of
    that employee's sign-in.
    """

    ref: Ref
    name: str
    url: str
    company: str = ""
    owner: str = ""
    owner_user: int | None = None
    sales: tuple[Sale, ...] = ()


Numbers = Mapping[str, Sequence[Match]]


@dataclass(slots=True)
class Book:
    """What the directory knows of some numbers: `matches[connection id][number]`, the best first."""

    crms: Sequence[Connection]
    numbers: Collection[str]
    matches: dict[int, dict[str, list[Match]]] = field(default_factory=dict)
    _entries: list[DirectoryEntry] = field(default_factory=list)
    _kin: list[DirectoryEntry] = field(default_factory=list)
    _owners: dict[tuple[int, str], tuple[str, int | None]] = field(default_factory=dict)
    _stages: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.numbers or not self.crms:
            return
        self._read()
        for crm in self.crms:
            self.matches[crm.pk] = {number: self._matches(crm, number) for number in self.numbers}

    def of(self, crm: Connection, number: str) -> Sequence[Match]:
        """Whom `crm` knows under the number."""
        return self.matches.get(crm.pk, {}).get(number, ())

    def _read(self) -> None:
        ids = [crm.pk for crm in self.crms]
        entries = DirectoryEntry.objects.filter(connection__in=ids)
        self._entries = list(entries.filter(e164__in=self.numbers))
        contacts = {one.record_id for one in self._entries if one.kind == Kind.CONTACT}
        companies = {one.company_id for one in self._entries if one.company_id}
        if contacts or companies:
            kin = Q(contact_id__in=contacts) | Q(kind=Kind.COMPANY, record_id__in=companies)
            self._kin = list(entries.filter(kin))
        known = [*self._entries, *self._kin]
        accounts = EmployeeAccount.objects.filter(connection__in=ids, user_id__in={one.owner for one in known} - {""})
        told = accounts.values_list("connection_id", "user_id", "employee__name", "employee__user")
        self._owners = {(crm, owner): (name, user) for crm, owner, name, user in told}
        self._stages = _stages(self.crms, known)

    def _matches(self, crm: Connection, number: str) -> list[Match]:
        mine = [one for one in self._entries if one.connection_id == crm.pk and one.e164 == number]
        heads = [one for one in mine if one.kind == Kind.CONTACT]
        named = {one.company_id for one in heads}
        heads += [one for one in mine if one.kind == Kind.COMPANY and one.record_id not in named]
        in_family = {one.record_id for one in heads if one.kind == Kind.CONTACT}
        lonely = [one for one in mine if one.kind in _CARDS and one.contact_id not in in_family and _is_open(one)]
        ranked = sorted([*heads, *([] if heads else lonely)], key=lambda one: self._rank(crm, one))
        return [self._match(crm, one) for one in ranked]

    def _rank(self, crm: Connection, entry: DirectoryEntry) -> tuple[int, float, int]:
        """An open lead before an open deal before neither, contacts first, then the latest activity (D3)."""
        kinds = {sale.ref.kind for sale in self._sales(crm, entry)}
        place = 0 if Kind.LEAD in kinds else 1 if Kind.DEAL in kinds else 2
        recent = -(entry.last_activity.timestamp() if entry.last_activity else 0.0)
        return place * 2 + (entry.kind != Kind.CONTACT), recent, -entry.pk

    def _match(self, crm: Connection, entry: DirectoryEntry) -> Match:
        owner, user = self._owners.get((crm.pk, entry.owner), ("", None))
        is_company = entry.kind == Kind.COMPANY
        return Match(
            ref=Ref(Kind(entry.kind), entry.record_id),
            name=entry.title or entry.e164,
            url=entry.url,
            company="" if is_company else self._company(crm, entry),
            owner=owner,
            owner_user=user,
            sales=tuple(self._sales(crm, entry)),
        )

    def _company(self, crm: Connection, entry: DirectoryEntry) -> str:
        same = (one for one in [*self._entries, *self._kin] if one.connection_id == crm.pk and one.kind == Kind.COMPANY)
        return next((one.title for one in same if entry.company_id and one.record_id == entry.company_id), "")

    def _sales(self, crm: Connection, head: DirectoryEntry) -> list[Sale]:
        if head.kind in _CARDS:
            return [self._sale(head)]
        link = "contact_id" if head.kind == Kind.CONTACT else "company_id"
        known = [one for one in [*self._entries, *self._kin] if one.connection_id == crm.pk and one.kind in _CARDS]
        mine = {one.record_id: one for one in known if getattr(one, link) == head.record_id and _is_open(one)}
        return [self._sale(one) for one in sorted(mine.values(), key=lambda one: (one.kind != Kind.LEAD, -one.pk))]

    def _sale(self, entry: DirectoryEntry) -> Sale:
        stage = self._stages.get(f"{entry.connection_id}:{entry.record_id}", "") if entry.kind == Kind.DEAL else ""
        return Sale(ref=Ref(Kind(entry.kind), entry.record_id), title=entry.title, url=entry.url, stage=stage)


def _is_open(entry: DirectoryEntry) -> bool:
    return entry.status == "open"


def _stages(crms: Iterable[Connection], entries: Iterable[DirectoryEntry]) -> dict[str, str]:
    """Where deals of the hub's own CRM stand; of others the directory keeps that they are open, and no more."""
    own = {crm.pk for crm in crms if is_local(crm)}
    wanted = {entry.record_id: entry.connection_id for entry in entries if entry.kind == Kind.DEAL}
    ids = [int(one) for one, crm in wanted.items() if crm in own and one.isdigit()]
    if not ids:
        return {}
    deals = Deal.objects.filter(pk__in=ids).values_list("pk", "pipeline__name", "stage__name")
    return {f"{wanted[str(pk)]}:{pk}": f"{pipeline} · {stage}" for pk, pipeline, stage in deals}


def is_local(crm: Connection) -> bool:
    """Whether the CRM is the hub's own."""
    try:
        return manifest(crm.connector).local
    except Misconfigured:  # its connector is not installed any more
        return False
