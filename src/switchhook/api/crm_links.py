"""Where else a contact is known: his leads and deals here, and his records in the project's other CRMs."""

from collections import defaultdict
from collections.abc import Sequence

from switchhook.api.crm_shapes import PlacedLink
from switchhook.connections.models import Connection
from switchhook.core.records import Kind
from switchhook.crm.kinds import address
from switchhook.crm.models import Contact, Deal, Lead
from switchhook.crm.records import phones_of
from switchhook.directory.models import DirectoryEntry
from switchhook.projects.models import Project

BUILTIN = "builtin"


def attach_links(project: Project, contacts: Sequence[Contact]) -> None:
    """Give each contact its `links`, in a fixed number of queries for the whole page."""
    own = Connection.objects.filter(project=project, connector=BUILTIN).first()
    here = _links_here(contacts, None if own is None else str(own.pk))
    elsewhere = _links_elsewhere(project, contacts)
    for contact in contacts:
        found = [*here[contact.pk], *(link for number in phones_of(contact) for link in elsewhere[number])]
        unique = {(link.connection, link.kind, link.id): link for link in found}
        contact.links = list(unique.values())  # type: ignore[attr-defined]


def _links_here(contacts: Sequence[Contact], connection: str | None) -> dict[int, list[PlacedLink]]:
    links: dict[int, list[PlacedLink]] = defaultdict(list)

    def add(contact: int, kind: Kind, record: int) -> None:
        links[contact].append(PlacedLink(connection=connection, kind=kind, id=str(record), url=address(kind, record)))

    for contact in contacts:
        add(contact.pk, Kind.CONTACT, contact.pk)
        if contact.company_id is not None:
            add(contact.pk, Kind.COMPANY, contact.company_id)
    for model in (Lead, Deal):
        of_contacts = model.objects.filter(contact__in=[contact.pk for contact in contacts])
        for contact_id, record in of_contacts.order_by("-pk").values_list("contact_id", "pk"):
            add(contact_id, model.KIND, record)
    return links


def _links_elsewhere(project: Project, contacts: Sequence[Contact]) -> dict[str, list[PlacedLink]]:
    numbers = {number for contact in contacts for number in phones_of(contact)}
    entries = DirectoryEntry.objects.filter(connection__project=project, e164__in=numbers)
    links: dict[str, list[PlacedLink]] = defaultdict(list)
    for entry in entries.exclude(connection__connector=BUILTIN).order_by("connection", "kind", "record_id"):
        link = PlacedLink(connection=str(entry.connection_id), kind=entry.kind, id=entry.record_id, url=entry.url)
        links[entry.e164].append(link)
    return links
