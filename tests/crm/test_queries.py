"""Lists: what they find, in which order, and that an index answers."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import QuerySet
from tests.crm.office import NOW, PHONE, Office, open_office

from switchhook.core.records import Kind, Record
from switchhook.crm import queries
from switchhook.crm.queries import Search


def found(office: Office, kind: Kind, **search: Any) -> list[str]:
    return [str(row) for row in queries.page(office.project, kind, Search(**search)).rows]


@pytest.mark.parametrize("text", ["ivan", "IVAN PETR", "petrenko iv", "  Petr ", "Петренко ів"])
def test_words_are_found_by_their_beginnings_in_any_order(office: Office, text: str) -> None:
    office.contact("Ivan Petrenko" if text.isascii() else "Іван Петренко")
    office.contact("Oksana Kovalenko")
    assert len(found(office, Kind.CONTACT, text=text)) == 1


@pytest.mark.parametrize("text", ["etrenko", "Petrenko Oksana", "!!!", "& | !", "a:* <-> b", "('"])
def test_text_that_matches_nothing_finds_nothing(office: Office, text: str) -> None:
    office.contact("Ivan Petrenko")
    assert found(office, Kind.CONTACT, text=text) == []


def test_a_default_title_is_found_by_its_words_and_its_number(office: Office) -> None:
    office.lead(title="Call +380671234567 2026-11-21")
    for text in ("call", "Call +380671234567", "067 123 45 67", "4567"):
        assert found(office, Kind.LEAD, text=text) == ["Call +380671234567 2026-11-21"]


def test_a_contact_is_found_by_e_mail_in_any_case(office: Office) -> None:
    office.contact("Ivan", email="Ivan@Example.com")
    office.contact("Nobody")
    assert found(office, Kind.CONTACT, text="ivan@example.COM") == ["Ivan"]


def test_an_order_is_found_by_its_number(office: Office) -> None:
    office.make(Kind.ORDER, title="Tiles", number="A-17")
    office.make(Kind.ORDER, title="Bricks", number="20261121")
    assert found(office, Kind.ORDER, text="A-17") == ["Tiles"]
    assert found(office, Kind.ORDER, text="20261121") == ["Bricks"]


def test_three_digits_are_too_few_for_a_number(office: Office) -> None:
    office.contact()
    assert found(office, Kind.CONTACT, phone="567") == []


def test_records_are_filtered_by_who_is_responsible(office: Office) -> None:
    office.contact("Anna's", owner=str(office.anna.pk))
    office.contact("Nobody's")
    assert found(office, Kind.CONTACT, owner=office.anna.email) == ["Anna's"]
    assert found(office, Kind.CONTACT, owner=str(office.anna.pk)) == ["Anna's"]
    assert found(office, Kind.CONTACT, owner=queries.NOBODY) == ["Nobody's"]
    assert found(office, Kind.CONTACT, owner="stranger@example.com") == []


def test_what_is_about_a_record_is_found(office: Office) -> None:
    contact = office.contact()
    lead = office.lead(contact, title="His lead")
    office.lead(title="Another's lead")
    office.make(Kind.TASK, contact.ref, lead.ref, subject="About both")
    office.make(Kind.TASK, contact.ref, subject="About him")
    assert found(office, Kind.LEAD, about=(contact.ref,)) == ["His lead"]
    assert found(office, Kind.TASK, about=(contact.ref,)) == ["About him", "About both"]
    assert found(office, Kind.TASK, about=(contact.ref, lead.ref)) == ["About both"]


def test_a_condition_that_a_kind_lacks_is_refused(office: Office) -> None:
    for kind, search in [
        (Kind.CONTACT, Search(status="open")),
        (Kind.CONTACT, Search(call_id="1")),
        (Kind.TASK, Search(phone=PHONE)),
        (Kind.COMMENT, Search(text="word")),
    ]:
        with pytest.raises(ValidationError):
            queries.page(office.project, kind, search)


def test_the_desk_shows_the_most_urgent_first_and_those_without_a_time_last(office: Office) -> None:
    for name, hours in [("later", 5), ("whenever", None), ("now", 1), ("never mind", None), ("as well", 1)]:
        due = None if hours is None else (NOW + timedelta(hours=hours)).isoformat()
        office.make(Kind.TASK, subject=name, due_at=due, assignee=str(office.anna.pk))
    office.make(Kind.TASK, subject="done", done=True)
    office.make(Kind.TASK, subject="Boris's", assignee=str(office.boris.pk))
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = queries.desk(office.project, office.anna, cursor=cursor, limit=2)
        seen += [str(task) for task in page.rows]
        cursor = page.next
    assert seen == ["now", "as well", "later", "whenever", "never mind"]


@pytest.mark.parametrize("cursor", ["x", "2026-11-21T10:00:00,5", "2026-99-99,5", ",", "2026-11-21T10:00:00+00:00,x"])
def test_a_cursor_that_was_not_given_out_is_refused(office: Office, cursor: str) -> None:
    with pytest.raises(ValidationError):
        queries.desk(office.project, cursor=cursor)


# --- every list is answered by an index -------------------------------------------------------------------------------

CROWD = 5_000
CROWD_SQL = """
    INSERT INTO crm_contact (project_id, name, email, source, utm, fields, mark, created_at, updated_at)
    SELECT %(project)s, 'Client ' || n || ' Name' || n, 'c' || n || '@example.com', '', '{}', '{}', '', now(), now()
    FROM generate_series(1, %(crowd)s) n;
    INSERT INTO crm_contactphone (project_id, contact_id, e164, raw, label, created_at, updated_at)
    SELECT project_id, id, '+38067' || lpad((id %% 10000000)::text, 7, '0'), '', '', now(), now() FROM crm_contact;
    INSERT INTO crm_lead (project_id, contact_id, title, status, source, utm, fields, mark, created_at, updated_at)
    SELECT project_id, id, 'Lead ' || name, CASE WHEN id %% 500 = 0 THEN 'lost' ELSE 'open' END,
           '', '{}', '{}', '', now(), now() FROM crm_contact;
    INSERT INTO crm_task (project_id, subject, text, kind, done, recording_url, call_id, fields, mark, created_at,
                          updated_at, due_at)
    SELECT project_id, 'Task ' || id, '', 'task', true, '', 'call-' || id, '{}', '', now(), now(), now()
    FROM crm_contact;
    INSERT INTO crm_tasklink (project_id, task_id, kind, record_id, created_at, updated_at)
    SELECT project_id, id, 'contact', id, now(), now() FROM crm_task;
"""


@pytest.fixture
def crowd(office: Office) -> Record:
    """A project of 5,000 clients, and one of them."""
    with connection.cursor() as database:
        database.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for trigger in ("contact", "contactphone", "lead", "task"):
            database.execute(f"ALTER TABLE crm_{trigger} DISABLE TRIGGER USER")
        database.execute(CROWD_SQL, {"project": office.project.pk, "crowd": CROWD})
        for trigger in ("contact", "contactphone", "lead", "task"):
            database.execute(f"ALTER TABLE crm_{trigger} ENABLE TRIGGER USER")
        for table in ("contact", "contactphone", "lead", "task", "tasklink"):
            database.execute(f"ANALYZE crm_{table}")
    return office.contact("Zinaida Zorina", "+380671234567")


def read_in_vain(query: QuerySet[Any]) -> float:
    """How many rows the database looked at and threw away."""
    todo = [json.loads(query.explain(format="json", analyze=True))[0]["Plan"]]
    thrown = 0.0
    while todo:
        node = todo.pop()
        todo += node.get("Plans", [])
        thrown += sum(node.get(f"Rows Removed by {reason}", 0) for reason in ("Filter", "Index Recheck", "Join Filter"))
    return thrown


def test_a_list_that_no_index_answers_would_be_noticed(office: Office, crowd: Record) -> None:
    assert read_in_vain(queries.matching(office.project, Kind.CONTACT, Search()).filter(source="x")) >= CROWD


def test_no_list_reads_a_whole_table(office: Office, crowd: Record) -> None:
    searches = [
        (Kind.CONTACT, Search()),
        (Kind.CONTACT, Search(text="zina zor")),
        (Kind.CONTACT, Search(text="c77@example.com")),
        (Kind.CONTACT, Search(phone=PHONE)),
        (Kind.CONTACT, Search(text="34567")),
        (Kind.LEAD, Search(status="lost")),
        (Kind.LEAD, Search(text="name1234")),
        (Kind.LEAD, Search(phone=PHONE)),
        (Kind.TASK, Search(call_id="call-77")),
        (Kind.TASK, Search(status="open")),
        (Kind.TASK, Search(about=(crowd.ref,))),
    ]
    in_vain = {}
    for kind, search in searches:
        matching = queries.matching(office.project, kind, search).prefetch_related(None).select_related(None)
        in_vain[f"{kind} {search}"] = read_in_vain(matching.order_by("-pk")[:51])
    assert {search: rows for search, rows in in_vain.items() if rows > CROWD / 50} == {}


def test_a_page_of_contacts_takes_a_fixed_number_of_queries(
    office: Office, crowd: Record, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(2):
        page = queries.page(office.project, Kind.CONTACT, Search(), limit=100)
        assert sum(len(contact.phones.all()) for contact in page.rows) == 100


def test_a_look_up_by_number_takes_a_fixed_number_of_queries(
    office: Office, django_assert_max_num_queries: Any
) -> None:
    contact = office.contact()
    for _ in range(5):
        office.lead(contact)
        office.deal(contact)
    with django_assert_max_num_queries(9):
        assert len(office.store.find_by_phone(PHONE)) == 11


def test_one_project_does_not_find_what_another_has(office: Office) -> None:
    stranger = open_office("Theirs")
    office.contact("Ivan Petrenko", owner=str(office.anna.pk), email="ivan@example.com")
    for search in ("ivan", "ivan@example.com", PHONE, "4567"):
        assert found(stranger, Kind.CONTACT, text=search) == []
    assert found(stranger, Kind.CONTACT, owner=office.anna.email) == []
