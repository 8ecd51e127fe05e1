"""The feed: nothing is lost between pages and between rounds, whatever people do meanwhile."""

import json
from datetime import UTC, datetime

import pytest

from switchhook.connectors.keycrm.connector import KeyCrm
from switchhook.connectors.keycrm.tests.account import PHONE, TwinAccount
from switchhook.core.records import Kind, Record, Ref


@pytest.fixture
def crm(account: TwinAccount) -> KeyCrm:
    return account.connect()


def buyers(account: TwinAccount, many: int) -> list[str]:
    made = (account.add_contact(f"Client {n}", f"+38067000{n:04}") for n in range(many))
    return [ref.id for ref in made]


def follow(crm: KeyCrm, cursor: str = "") -> tuple[list[Record], str]:
    told: list[Record] = []
    for _ in range(100):
        page = crm.changes(cursor)
        told, cursor = [*told, *page.records], page.cursor
        if not page.more:
            return told, cursor
    raise AssertionError("the feed has no end")


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_the_first_round_tells_of_everything_once_however_lists_are_ordered(
    account: TwinAccount, crm: KeyCrm, order: str
) -> None:
    account.configure(order=order)
    made = buyers(account, 120)
    told, _ = follow(crm)
    assert sorted(record.id for record in told) == sorted(made)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_what_is_changed_while_pages_are_read_is_not_lost(account: TwinAccount, crm: KeyCrm, order: str) -> None:
    account.configure(order=order)
    made = buyers(account, 120)
    page = crm.changes("")
    told = {record.id for record in page.records}
    for id_ in made[::10]:
        crm.update(Ref(Kind.CONTACT, id_), {"name": "Renamed"})
    later, _ = follow(crm, page.cursor)
    assert told | {record.id for record in later} == set(made)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_record_deleted_while_pages_are_read_hides_no_other(account: TwinAccount, crm: KeyCrm, order: str) -> None:
    account.configure(order=order)
    made = buyers(account, 120)
    page = crm.changes("")
    gone = page.records[0].id
    account.delete(Ref(Kind.CONTACT, gone))
    told, _ = follow(crm, page.cursor)
    assert {record.id for record in (*page.records, *told)} == set(made)


def test_a_card_is_told_with_the_numbers_of_its_buyer(account: TwinAccount, crm: KeyCrm) -> None:
    account.people("add_card", title="By hand", phone=PHONE, manager_id=12)
    card = next(record for record in follow(crm)[0] if record.kind is Kind.DEAL)
    assert (card.phones, card.owner, card.contact_id is not None) == ((PHONE,), "12", True)


def test_later_rounds_tell_of_changes_only_with_an_overlap(account: TwinAccount, crm: KeyCrm) -> None:
    made = buyers(account, 3)
    _, cursor = follow(crm)
    account.let_time_pass(3600)
    crm.update(Ref(Kind.CONTACT, made[1]), {"name": "Renamed"})
    later = json.loads(cursor)
    later["since"] = datetime.fromtimestamp(datetime.now(UTC).timestamp() + 3600, UTC).isoformat()
    told, _ = follow(crm, json.dumps(later))
    assert [(record.id, record.title) for record in told] == [(made[1], "Renamed")]


def test_a_change_that_keycrm_carries_out_later_is_told_in_the_next_round(account: TwinAccount, crm: KeyCrm) -> None:
    made = buyers(account, 1)
    account.configure(put_delay=30)
    crm.update(Ref(Kind.CONTACT, made[0]), {"name": "Renamed"})
    told, cursor = follow(crm)
    assert [record.title for record in told] == ["Client 0"]
    account.let_time_pass(31)
    assert [record.title for record in follow(crm, cursor)[0]] == ["Renamed"]


@pytest.mark.parametrize("cursor", ["nonsense", '{"page": 3}', '{"unknown": 1}', "[]", "7"])
def test_a_cursor_that_cannot_be_read_begins_anew(account: TwinAccount, crm: KeyCrm, cursor: str) -> None:
    made = buyers(account, 2)
    assert sorted(record.id for record in follow(crm, cursor)[0]) == sorted(made)


def test_pages_are_as_large_as_keycrm_allows(account: TwinAccount, crm: KeyCrm) -> None:
    buyers(account, 51)
    page = crm.changes("")
    assert (len(page.records), page.more, page.gone) == (50, True, ())
    assert account.last()["query"]["include"] == "manager,company,custom_fields"
