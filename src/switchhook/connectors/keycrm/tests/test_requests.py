"""How many requests each operation costs: KeyCRM allows 60 a minute, so each is the fewest that its API allows."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from switchhook.connectors.keycrm.connector import KeyCrm
from switchhook.connectors.keycrm.tests.account import PHONE, TwinAccount
from switchhook.core.records import Draft, Kind, Record, Ref

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
CALL: dict[str, Any] = {
    "direction": "in", "status": "answered", "client_number": PHONE, "talk_seconds": 42, "call_id": "77",
    "employee_line": "acme_olena",
}  # fmt: skip


def cost(account: TwinAccount, work: Callable[[], Any]) -> dict[str, int]:
    """The requests of `work`, by route."""
    before = account.asked()
    work()
    return {
        route: count - before.get(route, 0) for route, count in account.asked().items() if count != before.get(route)
    }


def make(crm: KeyCrm, kind: Kind, *links: Ref, mark: str = "swh-m1", **values: Any) -> Record:
    return crm.create(Draft(kind=kind, values=values, links=links), mark=mark)


@pytest.fixture
def crm(account: TwinAccount) -> KeyCrm:
    return account.connect()


@pytest.fixture
def buyer(account: TwinAccount) -> Ref:
    return account.add_contact("Ivan", PHONE)


def test_a_number_that_keycrm_does_not_know_costs_one_request(account: TwinAccount, crm: KeyCrm) -> None:
    assert cost(account, lambda: crm.find_by_phone(PHONE)) == {"GET /v1/buyer": 1}


def test_a_young_buyer_and_all_of_his_cards_cost_two(account: TwinAccount, crm: KeyCrm, buyer: Ref) -> None:
    wanted = {"GET /v1/buyer": 1, "GET /v1/pipelines/cards": 1}
    assert cost(account, lambda: crm.find_by_phone(PHONE)) == wanted


def test_an_old_buyer_costs_one_more_for_the_cards_of_his_calls(account: TwinAccount, crm: KeyCrm, buyer: Ref) -> None:
    account.people("edit", kind="buyer", id=buyer.id, values={"created_at": "2026-01-12 08:00:00"})
    wanted = {"GET /v1/buyer": 1, "GET /v1/calls": 1, "GET /v1/pipelines/cards": 1}
    assert cost(account, lambda: crm.find_by_phone(PHONE)) == wanted


@pytest.mark.parametrize(
    ("kind", "values", "wanted"),
    [
        (Kind.CONTACT, {"name": "Ivan", "phones": [PHONE]}, {"POST /v1/buyer": 1}),
        (Kind.COMPANY, {"name": "Acme"}, {"POST /v1/companies": 1}),
        (Kind.DEAL, {"title": "Call", "phones": [PHONE]}, {"POST /v1/pipelines/cards": 1}),
        (Kind.CALL, CALL, {"POST /telephony/webhook": 1}),
    ],
)
def test_a_record_costs_one_request(
    account: TwinAccount, crm: KeyCrm, kind: Kind, values: dict[str, Any], wanted: dict[str, int]
) -> None:
    assert cost(account, lambda: make(crm, kind, **values)) == wanted


def test_a_card_of_a_known_buyer_costs_one_request(account: TwinAccount, crm: KeyCrm, buyer: Ref) -> None:
    assert cost(account, lambda: make(crm, Kind.DEAL, buyer, title="Call")) == {"POST /v1/pipelines/cards": 1}


def test_an_order_costs_two_since_its_buyer_is_named_by_number(account: TwinAccount, crm: KeyCrm, buyer: Ref) -> None:
    wanted = {"GET /v1/buyer/{id}": 1, "POST /v1/order": 1}
    assert cost(account, lambda: make(crm, Kind.ORDER, buyer, title="Boots", amount=120)) == wanted


def test_a_comment_costs_a_read_and_a_write(account: TwinAccount, crm: KeyCrm, buyer: Ref) -> None:
    wanted = {"GET /v1/buyer/{id}": 1, "PUT /v1/buyer/{id}": 1}
    assert cost(account, lambda: make(crm, Kind.COMMENT, buyer, text="Spoke")) == wanted
    card = make(crm, Kind.DEAL, buyer, title="Call")
    wanted = {"GET /v1/pipelines/cards/{id}": 1, "PUT /v1/buyer/{id}": 1}
    assert cost(account, lambda: make(crm, Kind.COMMENT, card.ref, mark="swh-m2", text="Spoke")) == wanted


def test_a_change_costs_a_read_and_a_write(account: TwinAccount, crm: KeyCrm, buyer: Ref) -> None:
    card = make(crm, Kind.DEAL, buyer, title="Call")
    wanted = {"GET /v1/pipelines/cards/{id}": 1, "PUT /v1/pipelines/cards/{id}": 1}
    assert cost(account, lambda: crm.update(card.ref, {"title": "Renamed"})) == wanted
    wanted = {"GET /v1/buyer/{id}": 1, "PUT /v1/buyer/{id}": 1}
    assert cost(account, lambda: crm.update(buyer, {"name": "Renamed"})) == wanted


@pytest.mark.parametrize(
    ("kind", "values", "wanted"),
    [
        (Kind.CONTACT, {"name": "Ivan", "phones": [PHONE]}, {"GET /v1/buyer": 1}),
        (Kind.COMPANY, {"name": "Acme"}, {"GET /v1/companies": 1}),
        (Kind.DEAL, {"title": "Call", "phones": [PHONE]}, {"GET /v1/pipelines/cards": 1}),
        (Kind.ORDER, {"title": "Boots"}, {"GET /v1/order": 1}),
        (Kind.CALL, CALL, {"GET /v1/calls": 1}),
    ],
)
def test_looking_for_what_a_lost_request_made_costs_one(
    account: TwinAccount, crm: KeyCrm, kind: Kind, values: dict[str, Any], wanted: dict[str, int]
) -> None:
    draft = Draft(kind=kind, values=values)
    assert cost(account, lambda: crm.find_made(draft, "swh-m1", since=SINCE)) == wanted


def test_a_turn_of_the_feed_without_news_costs_three(account: TwinAccount, crm: KeyCrm) -> None:
    def follow() -> None:
        cursor, more = "", True
        while more:
            page = crm.changes(cursor)
            cursor, more = page.cursor, page.more

    wanted = {"GET /v1/buyer": 1, "GET /v1/companies": 1, "GET /v1/pipelines/cards": 1}
    assert cost(account, follow) == wanted


def test_opening_a_connection_costs_nothing(account: TwinAccount) -> None:
    assert cost(account, account.connect) == {}


def test_a_first_call_of_a_number_costs_a_look_up_a_card_and_an_event(account: TwinAccount, crm: KeyCrm) -> None:
    def deliver() -> None:
        assert not crm.find_by_phone(PHONE)
        make(crm, Kind.DEAL, title="Call", phones=[PHONE], owner="11")
        make(crm, Kind.CALL, **CALL)

    assert sum(cost(account, deliver).values()) == 3
    card, call = account.records("cards")[0], account.records("calls")[0]
    assert (call["lead_id"], call["client_id"]) == (card["id"], card["contact"]["client_id"])
