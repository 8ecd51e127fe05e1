"""A CRM whose search does not tell of every card of a client: what the directory knows besides is not lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
from django.utils import timezone

from switchhook.connections.models import Connection
from switchhook.connections.services import add
from switchhook.connectors.base import CrmConnector
from switchhook.core.errors import TargetGone
from switchhook.core.records import Capabilities, Kind, Record, Ref
from switchhook.directory import index
from switchhook.directory.models import DirectoryEntry
from switchhook.projects.models import Project

pytestmark = pytest.mark.django_db

ONE = "+380671234567"
BUYER = Record(kind=Kind.CONTACT, id="c1", phones=(ONE,))
OPEN = Record(kind=Kind.DEAL, id="d1", phones=(ONE,), owner="7")
CLOSED = Record(kind=Kind.DEAL, id="d2", phones=(ONE,), status="closed")


class SearchesContactsOnly:
    """Tells of the contacts only; a deal is read by its id."""

    capabilities = Capabilities(
        kinds=frozenset({Kind.CONTACT, Kind.DEAL}), updatable=frozenset(), partly_found=frozenset({Kind.DEAL})
    )

    def __init__(self, *deals: Record) -> None:
        self.deals = {deal.ref: deal for deal in deals}
        self.read: list[Ref] = []

    def find_by_phone(self, phone: str) -> Sequence[Record]:
        return [BUYER]

    def get(self, ref: Ref) -> Record:
        self.read.append(ref)
        if ref not in self.deals:
            raise TargetGone("It is no more.")
        return self.deals[ref]


def known_after(crm: SearchesContactsOnly) -> dict[str, Record]:
    """What the directory knows of the number, some time after it knew of both deals, and the CRM was asked."""
    connection: Connection = add(Project.objects.create(name="Ours"), "builtin")
    index.remember(connection, [BUYER, OPEN, CLOSED])
    DirectoryEntry.objects.update(confirmed_at=timezone.now() - timedelta(hours=1))
    index.ask(connection, ONE, cast("CrmConnector", crm))
    return {record.id: record for record in index.look_up(connection, ONE)}


def test_a_card_that_the_search_leaves_out_is_read_and_kept() -> None:
    crm = SearchesContactsOnly(Record(kind=Kind.DEAL, id="d1", phones=(ONE,), owner="8"), CLOSED)
    known = known_after(crm)
    assert known.keys() == {"c1", "d1", "d2"}
    assert known["d1"].owner == "8"


def test_a_closed_card_is_believed_without_a_request() -> None:
    crm = SearchesContactsOnly(OPEN, CLOSED)
    assert known_after(crm)["d2"].status == "closed"
    assert crm.read == [OPEN.ref]


def test_a_card_that_is_no_more_is_forgotten() -> None:
    assert known_after(SearchesContactsOnly(CLOSED)).keys() == {"c1", "d2"}


@pytest.mark.parametrize(("phones", "known"), [((ONE,), {"c1", "c2"}), (("+380509876543",), {"c1"})])
def test_a_party_that_is_left_out_is_kept_while_it_carries_the_number(phones: tuple[str, ...], known: set[str]) -> None:
    """A search for texts does not know every way in which people group the digits."""
    crm = SearchesContactsOnly(Record(kind=Kind.CONTACT, id="c2", phones=phones))
    crm.capabilities = replace(crm.capabilities, partly_found=frozenset({Kind.CONTACT}))
    connection: Connection = add(Project.objects.create(name="Ours"), "builtin")
    index.remember(connection, [BUYER, Record(kind=Kind.CONTACT, id="c2", phones=(ONE,))])
    DirectoryEntry.objects.update(confirmed_at=timezone.now() - timedelta(hours=1))
    index.ask(connection, ONE, cast("CrmConnector", crm))
    assert {record.id for record in index.look_up(connection, ONE)} == known
