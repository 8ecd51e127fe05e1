"""Comments and call logs: what their text says, and what is read from it again."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from switchhook.connectors.nethunt.connector import NetHunt, connect
from switchhook.connectors.nethunt.tests.account import PHONE, account_at
from switchhook.connectors.nethunt.tests.canned import answering, fixture
from switchhook.connectors.nethunt.tests.conftest import TwinAt
from switchhook.core.errors import Rejected, TargetGone
from switchhook.core.records import Draft, Kind, Ref

Opened = Callable[..., tuple[NetHunt, TwinAt]]
UKRAINIAN = {
    "Incoming call": "Вхідний дзвінок",
    "answered": "прийнятий",
    "Client's number": "Номер клієнта",
    "Employee": "Співробітник",
    "Talk time": "Розмова",
    "Recording": "Запис",
}
CALL: Mapping[str, Any] = {
    "direction": "in",
    "status": "answered",
    "client_number": PHONE,
    "project_number": "+380441234567",
    "started_at": "2026-11-20T09:30:00+00:00",
    "talk_seconds": 142,
    "wait_seconds": 5,
    "recording_url": "https://hub.example/r/1",
    "call_id": "77",
    "employee": "acme_olena@example.com",
    "employee_name": "Olena Kovalenko",
}


@pytest.fixture
def contact(crm: NetHunt) -> Ref:
    return crm.create(Draft(kind=Kind.CONTACT, values={"name": "Jan", "phones": [PHONE]}), mark="").ref


def test_a_call_logs_text_says_what_has_no_field(twin: TwinAt, crm: NetHunt, contact: Ref) -> None:
    crm.create(Draft(kind=Kind.CALL, values=CALL, links=(contact,)), mark="swh-4")
    log = twin.state()["records"]["call_logs"][0]
    assert log["text"].splitlines() == [
        "Incoming call, answered",
        f"Client's number: {PHONE}",
        "Project number: +380441234567",
        "Employee: Olena Kovalenko <acme_olena@example.com>",
        "Talk time: 2:22",
        "Waiting time: 0:05",
        "Recording: https://hub.example/r/1",
        "Call id: 77",
        "swh-4",
    ]
    assert (log["time"], log["endTime"]) == ("2026-11-20T09:30:00.000Z", "2026-11-20T09:32:22.002Z")
    assert log["duration"] == pytest.approx(142 / 60, abs=0.001)


def test_a_call_log_is_read_back_as_it_was_written(crm: NetHunt, contact: Ref) -> None:
    made = crm.create(Draft(kind=Kind.CALL, values=CALL, links=(contact,)), mark="swh-4")
    read = crm.get(made.ref)
    assert {name: read.values.get(name) for name in CALL} == CALL
    assert read.values["links"] == [{"kind": "contact", "id": contact.id}]
    assert read.values == made.values


def test_a_call_log_in_the_projects_language_is_read_too(twin: TwinAt) -> None:
    account = replace(account_at(twin.url, twin.config), translate=lambda text: UKRAINIAN.get(text, text))
    crm = connect(account)
    jan = crm.create(Draft(kind=Kind.CONTACT, values={"name": "Jan"}), mark="").ref
    made = crm.create(Draft(kind=Kind.CALL, values=CALL, links=(jan,)), mark="")
    text = twin.state()["records"]["call_logs"][0]["text"]
    assert text.startswith(f"Вхідний дзвінок, прийнятий\nНомер клієнта: {PHONE}\n")
    assert {name: crm.get(made.ref).values.get(name) for name in CALL} == CALL


def test_a_call_log_in_english_is_read_after_the_language_was_changed(twin: TwinAt, crm: NetHunt, contact: Ref) -> None:
    made = crm.create(Draft(kind=Kind.CALL, values=CALL, links=(contact,)), mark="")
    later = connect(replace(account_at(twin.url, twin.config), translate=lambda text: UKRAINIAN.get(text, text)))
    assert later.get(made.ref).values["direction"] == "in"


def test_a_missed_call_has_no_employee_and_no_length(twin: TwinAt, crm: NetHunt, contact: Ref) -> None:
    values = {"direction": "in", "status": "missed", "client_number": PHONE, "talk_seconds": 0, "wait_seconds": 31}
    crm.create(Draft(kind=Kind.CALL, values=values, links=(contact,)), mark="")
    log = twin.state()["records"]["call_logs"][0]
    assert log["duration"] == 0
    assert log["text"] == f"Incoming call, missed\nClient's number: {PHONE}\nWaiting time: 0:31"


def test_a_call_log_typed_by_a_person_is_read_as_far_as_it_goes() -> None:
    item = {**fixture("new_call_log__item")["answer"][0], "text": "Spoke about prices: fine", "time": None}
    with answering([item]) as crm:
        read = crm.get(Ref(Kind.CALL, f"contact/{item['recordId']}/{item['callLogId']}/1772442300"))
    assert read.title == "Spoke about prices: fine"
    assert {"direction", "client_number"}.isdisjoint(read.values)
    assert read.values["talk_seconds"] == 150


def test_recorded_entries_are_read() -> None:
    call, comment = fixture("new_call_log__item")["answer"], fixture("new_comment__item")["answer"]
    with answering(call) as crm:
        read = crm.get(Ref(Kind.CALL, f"contact/{call[0]['recordId']}/{call[0]['callLogId']}/1772442300"))
    assert read.values["employee"] == "anna@example.com"
    assert read.values["recording_url"] == "https://hub.example/r/1"
    with answering(comment) as crm:
        read = crm.get(Ref(Kind.COMMENT, f"deal/{comment[0]['recordId']}/{comment[0]['commentId']}/1772442600"))
    assert read.values == {
        "text": "Summary: wants a call",
        "links": [{"kind": "deal", "id": comment[0]["recordId"]}],
    }


def test_a_comment_names_its_author_as_the_key_is_one_persons(twin: TwinAt, crm: NetHunt, contact: Ref) -> None:
    draft = Draft(kind=Kind.COMMENT, values={"text": "Yes", "author": "Olena"}, links=(contact,))
    made = crm.create(draft, mark="swh-5")
    assert twin.state()["records"]["comments"][0]["text"] == "Yes\nAuthor: Olena\nswh-5"
    assert crm.get(made.ref).values["author"] == "Olena"


def test_lines_of_a_comment_that_look_like_a_call_stay_in_it(crm: NetHunt, contact: Ref) -> None:
    text = "Summary\nRecording: https://hub.example/r/1\nCall id: 5"
    made = crm.create(Draft(kind=Kind.COMMENT, values={"text": text}, links=(contact,)), mark="swh-5")
    assert crm.get(made.ref).values["text"] == text


def test_an_entry_belongs_to_the_contact_before_all_others(crm: NetHunt, contact: Ref) -> None:
    deal = crm.create(Draft(kind=Kind.DEAL, values={"title": "Deal"}, links=(contact,)), mark="").ref
    made = crm.create(Draft(kind=Kind.CALL, values=CALL, links=(deal, contact)), mark="")
    assert made.id.startswith(f"contact/{contact.id}/")
    assert [str(remark) for remark in made.remarks] == [
        "A call of NetHunt belongs to one record, its contact: a deal is not tied to it."
    ]


@pytest.mark.parametrize("kind", [Kind.COMMENT, Kind.CALL])
def test_an_entry_about_nothing_is_refused(crm: NetHunt, kind: Kind) -> None:
    with pytest.raises(Rejected):
        crm.create(Draft(kind=kind, values={"text": "x"}), mark="")


@pytest.mark.parametrize("name", ["", "1", "contact/1/2", "contact/1/2/x", "house/1/2/3", "contact/1/2/3/4"])
def test_an_id_that_is_none_of_ours_is_gone(crm: NetHunt, name: str) -> None:
    with pytest.raises(TargetGone):
        crm.get(Ref(Kind.CALL, name))


def test_the_id_of_an_entry_has_room_in_the_ledger(crm: NetHunt, contact: Ref) -> None:
    made = crm.create(Draft(kind=Kind.CALL, values=CALL, links=(contact,)), mark="")
    assert len(made.id) <= 80
