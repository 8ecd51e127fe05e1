"""Many threads at once: one record per mark, one deal per lead, one first pipeline, nobody deadlocked."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection
from tests.crm.office import NOW, PHONE, Office, open_office

from switchhook.core.records import Draft, Kind, Ref
from switchhook.crm import services
from switchhook.crm.models import Contact, ContactPhone, Deal, Lead, Pipeline, Task

THREADS = 20
T = TypeVar("T")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(transactional_db: None) -> Office:
    return open_office("Ours")


def at_once(work: Callable[[int], T]) -> list[T]:
    """Do the work in twenty threads that start together; each gives its database connection back."""
    gate = Barrier(THREADS)

    def run(number: int) -> T:
        gate.wait()
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_twenty_creates_with_one_mark_make_one_record(office: Office) -> None:
    made = at_once(lambda _: office.contact("Ivan", PHONE, mark="effect-1").ref)
    assert len(set(made)) == 1
    assert Contact.objects.count() == ContactPhone.objects.count() == 1


@pytest.mark.parametrize("kind", [Kind.COMPANY, Kind.LEAD, Kind.DEAL, Kind.ORDER, Kind.TASK, Kind.COMMENT, Kind.CALL])
def test_one_mark_is_one_record_of_every_kind(office: Office, kind: Kind) -> None:
    contact = office.contact()
    values = {"name": "A", "title": "A", "subject": "A", "text": "A", "client_number": PHONE}
    draft = Draft(kind=kind, values=values, links=(contact.ref,))
    made = at_once(lambda _: office.store.create(draft, mark="effect-1").ref)
    assert len(set(made)) == 1
    assert office.store.find_by_mark(kind, "effect-1") is not None


def test_the_same_mark_in_another_project_or_kind_is_another_record(office: Office) -> None:
    stranger = open_office("Theirs")
    refs = {
        office.contact(mark="m").ref,
        stranger.contact(mark="m").ref,
        office.make(Kind.TASK, subject="A", mark="m").ref,
    }
    assert len(refs) == 3


def test_records_without_a_mark_are_never_taken_for_one(office: Office) -> None:
    assert len(set(at_once(lambda _: office.contact().ref))) == THREADS


def test_one_lead_converted_twenty_times_is_one_deal(office: Office) -> None:
    lead = Lead.objects.get(pk=office.lead().id)
    deals = at_once(lambda _: services.convert_lead(lead, now=NOW).pk)
    assert len(set(deals)) == Deal.objects.count() == Pipeline.objects.count() == 1


def test_tasks_about_the_same_records_in_any_order_do_not_block_each_other(office: Office) -> None:
    contact, lead = office.contact(), office.lead()
    refs: list[Ref] = [contact.ref, lead.ref, office.deal(contact).ref]
    at_once(lambda number: office.make(Kind.TASK, *(refs if number % 2 else refs[::-1]), subject=f"Task {number}"))
    assert Task.objects.count() == THREADS
