"""Which numbers lead to which records, as contacts gain and lose numbers and records change hands."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from switchhook.connections.models import Connection
from switchhook.connections.services import add
from switchhook.core.records import Kind, Record, Ref
from switchhook.directory import index
from switchhook.directory.models import DirectoryEntry
from switchhook.projects.models import Project

pytestmark = pytest.mark.django_db

ONE, OTHER, THIRD = "+380671234567", "+380509876543", "+48601234567"


@pytest.fixture
def crm(db: None) -> Connection:
    return add(Project.objects.create(name="Ours"), "builtin")


def contact(name: str = "c1", *phones: str) -> Record:
    return Record(kind=Kind.CONTACT, id=name, title="Ivan", phones=phones)


def lead(name: str = "l1", *, of: str | None = "c1", **values: Any) -> Record:
    return Record(kind=Kind.LEAD, id=name, contact_id=of, **values)


def known(crm: Connection, phone: str) -> set[str]:
    return {record.id for record in index.look_up(crm, phone)}


def test_a_lead_is_found_by_every_number_of_its_contact(crm: Connection) -> None:
    index.remember(crm, [contact("c1", ONE, OTHER), lead()])
    assert known(crm, ONE) == known(crm, OTHER) == {"c1", "l1"}


def test_many_clients_are_known_as_each_is_alone(crm: Connection) -> None:
    index.remember(crm, [contact("c1", ONE, OTHER), lead("l1")])
    index.remember(crm, [lead("l2", of="c1"), lead("l3", of=None), contact("c2", THIRD)], THIRD)
    index.remember(crm, [lead("l4", of="c2")], OTHER)
    assert {phone: index.of_clients(crm, [phone])[phone] for phone in (ONE, OTHER, THIRD)} == index.of_clients(
        crm, [ONE, OTHER, THIRD, "+380440000000"]
    )
    assert {record.id for record in index.of_clients(crm, [ONE])[ONE]} == {"c1", "l1", "l2"}


def test_a_lead_told_before_its_contact_is_found_once_the_contact_is_known(crm: Connection) -> None:
    index.remember(crm, [lead()])
    assert known(crm, ONE) == set()
    index.remember(crm, [contact("c1", ONE)])
    assert known(crm, ONE) == {"c1", "l1"}
    assert not DirectoryEntry.objects.filter(e164="").exists()


def test_a_number_that_a_contact_gains_leads_to_its_lead_too(crm: Connection) -> None:
    index.remember(crm, [contact("c1", ONE), lead()])
    index.remember(crm, [contact("c1", ONE, OTHER)])
    assert known(crm, OTHER) == {"c1", "l1"}


def test_a_number_taken_off_a_contact_leads_neither_to_him_nor_to_his_lead(crm: Connection) -> None:
    index.remember(crm, [contact("c1", ONE, OTHER), lead()])
    index.remember(crm, [contact("c1", OTHER)])
    assert known(crm, ONE) == set()
    assert known(crm, OTHER) == {"c1", "l1"}


def test_a_leads_own_number_outlives_its_contacts(crm: Connection) -> None:
    index.remember(crm, [contact("c1", ONE), lead(phones=(ONE,))])
    index.remember(crm, [contact("c1", OTHER)])
    assert known(crm, ONE) == {"l1"}


def test_a_lead_given_to_another_contact_leaves_the_first_ones_numbers(crm: Connection) -> None:
    index.remember(crm, [contact("c1", ONE), contact("c2", OTHER), lead()])
    index.remember(crm, [lead(of="c2")])
    assert (known(crm, ONE), known(crm, OTHER)) == ({"c1"}, {"c2", "l1"})


def test_a_partial_answer_takes_no_number_off(crm: Connection) -> None:
    index.remember(crm, [contact("c1", ONE, OTHER)])
    index.remember(crm, [contact("c1")], ONE)
    assert known(crm, OTHER) == {"c1"}


def test_a_whole_record_without_numbers_is_found_by_none(crm: Connection) -> None:
    index.remember(crm, [contact("c1", ONE), lead()])
    index.remember(crm, [contact("c1")], whole=True)
    assert known(crm, ONE) == set()


def test_a_leads_own_number_goes_when_the_whole_lead_has_another(crm: Connection) -> None:
    index.remember(crm, [lead(of=None, phones=(ONE,))])
    index.remember(crm, [lead(of=None, phones=(OTHER,))], whole=True)
    assert (known(crm, ONE), known(crm, OTHER)) == (set(), {"l1"})


def test_what_was_found_by_a_number_is_entered_under_it(crm: Connection) -> None:
    index.remember(crm, [lead(of=None)], THIRD)
    assert known(crm, THIRD) == {"l1"}


def test_a_deleted_record_is_forgotten_under_all_its_numbers(crm: Connection) -> None:
    index.remember(crm, [contact("c1", ONE, OTHER)])
    index.forget(crm, [Ref(Kind.CONTACT, "c1")])
    assert known(crm, ONE) == known(crm, OTHER) == set()


def test_what_was_written_a_moment_ago_survives_a_search_that_lags(crm: Connection) -> None:
    index.remember(crm, [contact("c1", ONE)])
    index.replace(crm, ONE, [], timezone.now() - timedelta(seconds=30))
    assert known(crm, ONE) == {"c1"}
    index.replace(crm, ONE, [], timezone.now() + timedelta(seconds=30))
    assert known(crm, ONE) == set()


def test_a_page_of_many_records_costs_as_few_statements_as_one(
    crm: Connection, django_assert_max_num_queries: Any
) -> None:
    page = [record for n in range(200) for record in (contact(f"c{n}", f"+38067{n:07d}"), lead(f"l{n}", of=f"c{n}"))]
    with django_assert_max_num_queries(6):
        index.remember(crm, page, whole=True)
    assert known(crm, "+380670000199") == {"c199", "l199"}
