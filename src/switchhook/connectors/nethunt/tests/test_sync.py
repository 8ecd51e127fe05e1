"""The feed of changes: nothing is lost, whatever the order, the caps and the writes in between."""

import json
import random
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from switchhook.connectors.base import Changes
from switchhook.connectors.nethunt.connector import NetHunt
from switchhook.connectors.nethunt.tests.conftest import TwinAt
from switchhook.core.errors import Misconfigured, Unreachable
from switchhook.core.records import Draft, Kind, Record, Ref

Opened = Callable[..., tuple[NetHunt, TwinAt]]


class Copy:
    """What a reader of the feed believes to be there."""

    def __init__(self, crm: NetHunt) -> None:
        self._crm = crm
        self.cursor = ""
        self.records: dict[Ref, Record] = {}

    def read(self) -> list[Changes]:
        pages: list[Changes] = []
        while not pages or pages[-1].more:
            pages.append(self._crm.changes(self.cursor))
            self.records |= {record.ref: record for record in pages[-1].records}
            for ref in pages[-1].gone:
                self.records.pop(ref, None)
            self.cursor = pages[-1].cursor
        return pages

    def titles(self) -> dict[str, str]:
        return {ref.id: record.title for ref, record in self.records.items()}


def contact(crm: NetHunt, name: str) -> Record:
    return crm.create(Draft(kind=Kind.CONTACT, values={"name": name, "phones": ["+380671234567"]}), mark="")


def held(twin: TwinAt, folder: str = "contacts") -> dict[str, str]:
    name = twin.config.folder(folder).named("name")
    return {record["recordId"]: record["fields"][name] for record in twin.state()["records"][folder]}


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
@pytest.mark.parametrize("seed", range(3))
def test_a_reader_of_the_feed_knows_what_is_there(crm_at: Opened, order: str, seed: int) -> None:
    crm, twin = crm_at(feed_order=order)
    copy, chance, made = Copy(crm), random.Random(seed), list[Record]()  # noqa: S311 - repeatable
    for step in range(60):
        deed = chance.choice(["make", "make", "rename", "delete", "read"])
        if deed == "make" or not made:
            made.append(contact(crm, f"Client {step}"))
        elif deed == "rename":
            crm.update(chance.choice(made).ref, {"name": f"Renamed {step}"})
        elif deed == "delete":
            twin.people("delete", recordId=made.pop(chance.randrange(len(made))).id)
        else:
            copy.read()
    copy.read()
    assert copy.titles() == held(twin)


def test_a_list_that_begins_with_the_oldest_is_read_on_behind_its_cap(crm_at: Opened) -> None:
    crm, twin = crm_at(feed_order="oldest", feed_cap=7)
    for number in range(30):
        contact(crm, f"Client {number}")
        twin.control("clock", advance=2)
    copy = Copy(crm)
    copy.read()
    assert copy.titles() == held(twin)


def test_of_a_list_that_begins_with_the_newest_the_search_gives_the_rest(crm_at: Opened) -> None:
    crm, twin = crm_at(feed_order="newest", feed_cap=50, search_match="part")
    for number in range(60):
        contact(crm, f"Client {number}")
    copy = Copy(crm)
    copy.read()
    assert copy.titles() == held(twin)


def test_a_list_too_long_to_be_answered_is_asked_for_in_parts(twin: TwinAt, crm: NetHunt) -> None:
    contact(crm, "Jan")
    twin.control("faults", action="status", status=503, path="*/new-record/*", body="Timeout")
    copy = Copy(crm)
    copy.read()
    assert copy.titles() == held(twin)
    log = httpx2.get(f"{twin.url}/__twin__/requests").json()["log"]
    limits = [one["request"]["query"]["limit"] for one in log if "new-record" in one["request"]["path"]]
    assert limits[:3] == ["10000", "2000", "2000"]


def test_an_outage_is_not_taken_for_a_long_list(twin: TwinAt, crm: NetHunt) -> None:
    twin.control("faults", action="status", status=503, path="*/new-record/*", times=None, body="Down")
    with pytest.raises(Unreachable):
        crm.changes("")


def test_a_change_is_told_once_though_its_time_is_asked_for_again(twin: TwinAt, crm: NetHunt) -> None:
    copy = Copy(crm)
    contact(crm, "First")
    copy.read()
    contact(crm, "Second")
    assert [record.title for page in copy.read() for record in page.records].count("Second") == 1
    assert [page.records for page in copy.read()] == [[]]


def test_a_deal_leads_to_its_contact(twin: TwinAt, crm: NetHunt) -> None:
    jan = contact(crm, "Jan")
    deal = crm.create(Draft(kind=Kind.DEAL, values={"title": "Deal"}, links=(jan.ref,)), mark="")
    copy = Copy(crm)
    copy.read()
    assert copy.records[deal.ref].contact_id == jan.id
    assert [record.kind for record in copy.records.values()] == [Kind.CONTACT, Kind.DEAL]


def test_merged_contacts_become_one(twin: TwinAt, crm: NetHunt) -> None:
    keep, drop = contact(crm, "Jan"), contact(crm, "Jan again")
    deal = crm.create(Draft(kind=Kind.DEAL, values={"title": "Deal"}, links=(drop.ref,)), mark="")
    copy = Copy(crm)
    copy.read()
    twin.people("merge", keep=keep.id, drop=drop.id)
    copy.read()
    assert drop.ref not in copy.records
    assert copy.records[deal.ref].contact_id == keep.id


def test_what_was_thrown_away_by_mistake_comes_back(twin: TwinAt, crm: NetHunt) -> None:
    jan, copy = contact(crm, "Jan"), Copy(crm)
    copy.read()
    twin.people("delete", recordId=jan.id)
    copy.read()
    assert copy.records == {}
    twin.people("restore", recordId=jan.id)
    crm.update(jan.ref, {"name": "Jan is back"})
    copy.read()
    assert copy.titles() == {jan.id: "Jan is back"}


def test_a_folder_chosen_later_is_read_from_its_beginning(crm_at: Opened) -> None:
    crm, twin = crm_at(settings={"deals_folder": ""})
    jan, copy = contact(crm, "Jan"), Copy(crm)
    deal = twin.people("add", folder="deals", fields={"Name": "Old", "Contact person": [jan.id]})["recordId"]
    copy.read()
    later, _ = Copy(reopened(twin)), copy.read()
    later.cursor = copy.cursor
    later.read()
    assert Ref(Kind.DEAL, deal) in later.records
    assert jan.ref not in later.records


def reopened(twin: TwinAt) -> NetHunt:
    from switchhook.connectors.nethunt.connector import connect
    from switchhook.connectors.nethunt.tests.account import account_at

    return connect(account_at(twin.url, twin.config))


@pytest.mark.parametrize("cursor", ["nonsense", "[]", '{"a": 1}', '{"a": ["x", []]}', "null"])
def test_a_cursor_that_cannot_be_read_begins_anew(twin: TwinAt, crm: NetHunt, cursor: str) -> None:
    jan = contact(crm, "Jan")
    assert [record.ref for record in crm.changes(cursor).records] == [jan.ref]


def test_the_cursor_stays_small_under_many_changes(twin: TwinAt, crm: NetHunt) -> None:
    copy = Copy(crm)
    copy.read()
    state: Any = twin.app.state
    folder = twin.config.folder("contacts")
    for number in range(2_500):
        state.add(folder, {"Name": f"Client {number}"})
    copy.read()
    assert len(copy.records) == 2_500
    assert max(len(told) for _at, told in json.loads(copy.cursor).values()) <= 2_000


def test_a_folder_that_is_not_there_holds_the_work_until_it_is_chosen_anew(crm_at: Opened) -> None:
    crm, _twin = crm_at(settings={"contacts_folder": "65f0000000000000000000ff"})
    with pytest.raises(Misconfigured) as refusal:
        crm.changes("")
    assert refusal.value.field == "contacts_folder"
