"""The feed of changes under what happens in a real account: many records, writes while it is read, merges."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from switchhook.connectors.zoho.connector import ZohoCrm, connect
from switchhook.connectors.zoho.sync import BEGINNING, Place
from switchhook.connectors.zoho.tests.zoho_account import TwinClient, account_of, open_crm
from switchhook.core.records import Kind, Record, Ref


def read_on(crm: ZohoCrm, cursor: str = "", pages: int = 200) -> tuple[list[Record], list[Ref], str]:
    """What the feed tells until its end, or for so many pages."""
    told: list[Record] = []
    gone: list[Ref] = []
    for _ in range(pages):
        page = crm.changes(cursor)
        told, gone, cursor = [*told, *page.records], [*gone, *page.gone], page.cursor
        if not page.more:
            return told, gone, cursor
    return told, gone, cursor


def typed_in(twin: TwinClient, count: int, *, seconds_apart: float = 1, first: int = 0) -> list[str]:
    """Contacts made one after the other, by the twin's clock."""
    made = []
    for number in range(first, first + count):
        values = {"Last_Name": f"Client {number}", "Phone": f"+38067{number:07}"}
        made.append(twin.people("add", module="Contacts", values=values)["id"])
        twin.control("clock", advance=seconds_apart)
    return made


@pytest.fixture
def crm(twin: TwinClient) -> ZohoCrm:
    return open_crm(twin)


@pytest.mark.parametrize("seconds_apart", [1, 0], ids=["one a second", "all in one second"])
def test_more_records_than_a_page_are_all_told(twin: TwinClient, crm: ZohoCrm, seconds_apart: int) -> None:
    twin.control("clock", now="2026-11-20T10:00:00+00:00")
    made = typed_in(twin, 450, seconds_apart=seconds_apart)
    told, _gone, _cursor = read_on(crm)
    assert {record.id for record in told} == set(made)


def test_a_record_changed_while_the_feed_is_read_is_told_as_it_now_stands(twin: TwinClient, crm: ZohoCrm) -> None:
    twin.control("clock", now="2026-11-20T10:00:00+00:00")
    made = typed_in(twin, 250)
    first, _gone, cursor = read_on(crm, pages=1)
    twin.people("change", module="Contacts", id=made[0], values={"Last_Name": "Renamed"})
    twin.people("delete", module="Contacts", id=made[1])
    later, _gone, _cursor = read_on(crm, cursor)
    assert {record.id for record in (*first, *later)} == set(made)
    assert [record.title for record in later if record.id == made[0]] == ["Renamed"]


def test_a_list_that_cannot_be_read_on_by_time_survives_an_ended_page_token(twin: TwinClient, crm: ZohoCrm) -> None:
    twin.control("clock", now="2026-11-20T10:00:00+00:00")
    made = typed_in(twin, 450, seconds_apart=0)
    first, _gone, cursor = read_on(crm, pages=2)
    twin.control("clock", advance=25 * 3600)
    later, _gone, _cursor = read_on(crm, cursor)
    assert {record.id for record in (*first, *later)} == set(made)


def test_nothing_new_is_nothing_told_after_the_overlap(twin: TwinClient, crm: ZohoCrm) -> None:
    twin.control("clock", now="2026-11-20T10:00:00+00:00")
    typed_in(twin, 3)
    _told, _gone, cursor = read_on(crm)
    assert read_on(crm, cursor)[:2] == ([], [])


def test_records_carry_their_numbers_owner_and_links(twin: TwinClient, crm: ZohoCrm) -> None:
    company = twin.people("add", module="Accounts", values={"Account_Name": "Acme", "Phone": "0441234567"})
    values = {"Last_Name": "Ivan", "Mobile": "067 123 45 67", "Account_Name": {"id": company["id"]}}
    contact = twin.people("add", module="Contacts", values=values)
    told = {record.id: record for record in read_on(crm)[0]}
    assert told[company["id"]].phones == ("+380441234567",)
    assert told[contact["id"]].phones == ("+380671234567",)
    assert told[contact["id"]].company_id == company["id"]
    assert told[contact["id"]].owner == "5725767000000411001"
    assert told[contact["id"]].url.endswith(f"/crm/tab/Contacts/{contact['id']}")


def test_a_merged_contact_is_gone_and_the_other_told(twin: TwinClient, crm: ZohoCrm) -> None:
    one, other = typed_in(twin, 2, seconds_apart=0)
    _told, _gone, cursor = read_on(crm)
    twin.people("merge", module="Contacts", id=one, into=other)
    told, gone, _cursor = read_on(crm, cursor)
    assert Ref(Kind.CONTACT, one) in gone
    assert one not in {record.id for record in told}


def test_a_converted_lead_is_told_as_converted(twin: TwinClient, crm: ZohoCrm) -> None:
    lead = twin.people("add", module="Leads", values={"Last_Name": "Call", "Phone": "+380671234567"})
    _told, _gone, cursor = read_on(crm)
    twin.control("clock", advance=1)
    made = twin.people("convert", id=lead["id"])
    told = {record.id: record for record in read_on(crm, cursor)[0]}
    assert told[lead["id"]].status == "converted"
    assert made["Contacts"]["id"] in told


def test_clocks_that_differ_by_minutes_lose_nothing(twin: TwinClient) -> None:
    twin.control("clock", now="2026-11-20T10:00:00+00:00")
    ahead = datetime(2026, 11, 20, 10, 4, tzinfo=UTC)
    crm = connect(account_of(twin, clock=lambda: ahead))
    _told, _gone, cursor = read_on(crm)
    (made,) = typed_in(twin, 1)
    assert made in {record.id for record in read_on(crm, cursor)[0]}


def test_an_account_of_the_free_edition_is_read_every_ten_minutes(twin: TwinClient) -> None:
    now = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    moments = [now, now, now, now, now, now + timedelta(minutes=9)]
    crm = connect(account_of(twin, {"edition": "free"}, clock=lambda: moments[0]))
    _told, _gone, cursor = read_on(crm)
    before = twin.requests()
    moments[0] = now + timedelta(minutes=9)
    assert read_on(crm, cursor)[2] == cursor
    assert twin.requests() == before
    moments[0] = now + timedelta(minutes=11)
    assert read_on(crm, cursor)[2] != cursor


@pytest.mark.parametrize("cursor", ["", "nonsense", "[]", '{"unknown": 1}'])
def test_a_cursor_that_cannot_be_read_begins_anew(cursor: str) -> None:
    assert Place.of(cursor).since == BEGINNING


def test_a_cursor_says_no_more_than_it_must() -> None:
    assert json.loads(Place(since="2026-11-20T10:00:00+00:00", step=2).cursor()) == {
        "since": "2026-11-20T10:00:00+00:00",
        "step": 2,
    }
