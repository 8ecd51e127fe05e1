"""The feed of changes: nothing is lost, whoever writes and however commits are ordered."""

import threading

import pytest
from django.db import connection, transaction
from tests.crm.office import NOW, PHONE, Office, open_office

from switchhook.core.records import Kind, Record, Ref
from switchhook.crm import feed, services
from switchhook.crm.models import Change, Contact, ContactPhone, Lead

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(transactional_db: None) -> Office:
    return open_office("Ours")


def read(office: Office, cursor: str = "", limit: int = feed.PAGE) -> tuple[list[Record], list[Ref], str]:
    """Everything up to the end of the round."""
    told: list[Record] = []
    gone: list[Ref] = []
    more = True
    while more:
        page = feed.changes(office.project, cursor, limit=limit)
        told += page.records
        gone += page.gone
        cursor, more = page.cursor, page.more
    return told, gone, cursor


def refs(records: list[Record]) -> list[Ref]:
    return [record.ref for record in records]


def test_a_quiet_project_tells_nothing_more(office: Office) -> None:
    office.contact()
    told, _, cursor = read(office)
    assert len(told) == 1
    assert read(office, cursor)[0] == []


def test_only_what_changed_since_is_told_and_as_it_now_stands(office: Office) -> None:
    kept, changed = office.contact("Kept"), office.contact("Before")
    _, _, cursor = read(office)
    office.store.update(changed.ref, {"name": "After"})
    told, _, _ = read(office, cursor)
    assert [(record.ref, record.title) for record in told] == [(changed.ref, "After")]
    assert kept.ref not in refs(told)


def test_a_change_committed_after_a_later_one_is_not_lost(office: Office) -> None:
    slow, written, finish = office.contact("Slow"), threading.Event(), threading.Event()

    def write_slowly() -> None:
        try:
            with transaction.atomic():
                office.store.update(slow.ref, {"name": "Slow, changed"})
                written.set()
                finish.wait(10)
        finally:
            connection.close()

    _, _, cursor = read(office)
    thread = threading.Thread(target=write_slowly)
    thread.start()
    assert written.wait(10)
    quick = office.contact("Quick", "+380509876543")
    told, _, cursor = read(office, cursor)
    assert refs(told) == [quick.ref]
    finish.set()
    thread.join()
    assert [(record.ref, record.title) for record in read(office, cursor)[0]] == [(slow.ref, "Slow, changed")]


def test_many_writers_and_one_reader_lose_nothing(office: Office) -> None:
    made: list[Ref] = []

    def write(number: int) -> None:
        try:
            made.extend(office.contact(f"Client {number}.{turn}").ref for turn in range(10))
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    told: set[Ref] = set()
    cursor = ""
    while any(thread.is_alive() for thread in threads):
        records, _, cursor = read(office, cursor, limit=7)
        told |= set(refs(records))
    records, _, _ = read(office, cursor)
    assert told | set(refs(records)) == set(made)
    assert len(made) == 60


def test_pages_tell_each_record_once(office: Office) -> None:
    made = [office.contact(f"Client {number}").ref for number in range(10)]
    assert sorted(refs(read(office, limit=3)[0])) == sorted(made)


def test_one_bulk_change_is_told_in_pages(office: Office) -> None:
    made = [office.contact(f"Client {number}").ref for number in range(10)]
    _, _, cursor = read(office)
    Contact.objects.update(source="Import")
    assert sorted(refs(read(office, cursor, limit=4)[0])) == sorted(made)


def test_a_deleted_record_is_told_as_gone(office: Office) -> None:
    contact = office.contact()
    _, _, cursor = read(office)
    Contact.objects.all().delete()
    told, gone, _ = read(office, cursor)
    assert (told, gone) == ([], [contact.ref])


def test_a_number_that_changes_changes_all_that_is_found_by_it(office: Office) -> None:
    contact = office.contact()
    lead, deal = office.lead(contact), office.deal(contact)
    _, _, cursor = read(office)
    ContactPhone.objects.filter(e164=PHONE).update(e164="+380509876543")
    told, _, _ = read(office, cursor)
    assert {record.ref: record.phones for record in told} == {
        record.ref: ("+380509876543",) for record in (contact, lead, deal)
    }


def test_a_converted_lead_and_its_deal_are_told(office: Office) -> None:
    lead = office.lead()
    _, _, cursor = read(office)
    services.convert_lead(Lead.objects.get(pk=lead.id), now=NOW)
    told = {record.kind: record.status for record in read(office, cursor)[0]}
    assert told[Kind.LEAD] == "converted"
    assert told[Kind.DEAL] == "open"


def test_tasks_and_comments_are_no_news_for_the_directory(office: Office) -> None:
    office.make(Kind.TASK, subject="Alone")
    assert read(office)[0] == []


def test_another_project_is_never_told_of(office: Office) -> None:
    open_office("Theirs").contact()
    assert read(office)[0] == []


def test_a_reader_inside_its_own_transaction_misses_nothing_that_it_writes_later(office: Office) -> None:
    with transaction.atomic():
        office.contact("First")
        _, _, cursor = read(office)
        later = office.contact("Second")
    assert later.ref in refs(read(office, cursor)[0])


@pytest.mark.parametrize("cursor", ["nonsense", "~~", "1:2~~", "'; DROP TABLE crm_change; --", "1:2:~1:2:~1,unicorn"])
def test_a_cursor_that_cannot_be_read_starts_from_the_beginning(office: Office, cursor: str) -> None:
    contact = office.contact()
    assert refs(read(office, cursor)[0]) == [contact.ref]


def test_after_a_restore_on_a_younger_server_the_reader_starts_again_and_then_goes_on(office: Office) -> None:
    contact = office.contact()
    Change.objects.update(xid=4_000_000_000)  # as the older server counted
    from_old_server = "4000000000:4000000005:~~"
    told, _, cursor = read(office, from_old_server)
    assert refs(told) == [contact.ref]
    assert read(office, cursor)[0] == []
    later = office.contact("Later", "+380509876543")
    assert refs(read(office, cursor)[0]) == [later.ref]
