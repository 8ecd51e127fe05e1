"""In whatever order, and however often, a call's events arrive: the records are the same."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from typing import Any

import pytest
from tests.acceptance.records import DONE, IRYNA, OLENA, OPEN, PIOTR, everything, one_of_each, owners, tasks
from tests.demo_hub import DemoHub

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(400)]

NewClient = Callable[[], str]
AT_ONCE = 8

CALLS: dict[str, dict[str, Any]] = {
    "incoming-answered": {"employee": OLENA},
    "incoming-missed": {},
    "incoming-transferred": {"employee": OLENA, "transfer_to": PIOTR},
    "late-recording": {"employee": OLENA},
    "incoming-unknown-employee": {},
    "outgoing-answered": {"employee": PIOTR},
}
EVENTS = {"incoming-missed": 3, "outgoing-answered": 2, "incoming-transferred": 5, "late-recording": 5}


def _play_all(hub: DemoHub, scenario: str, orders: Sequence[Sequence[int]], clients: Sequence[str]) -> None:
    def play(order: Sequence[int], client: str) -> None:
        played = hub.send(scenario, client, order=list(order), **CALLS[scenario])
        assert {delivery["status"] for delivery in played["deliveries"]} == {200}

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(play, orders, clients))
    hub.settle()


@pytest.mark.parametrize("scenario", CALLS)
def test_every_order_of_the_events_of_a_new_clients_call_gives_the_same_records(
    hub: DemoHub, new_client: NewClient, scenario: str
) -> None:
    orders = list(permutations(range(EVENTS.get(scenario, 4))))
    clients = [new_client() for _ in orders]
    _play_all(hub, scenario, orders, clients)
    found = everything(hub, clients)
    in_order = found[clients[0]]
    assert len(in_order["call"]) == 1
    assert {order: found[one] for order, one in zip(orders, clients, strict=True) if found[one] != in_order} == {}


@pytest.mark.parametrize("scenario", ["incoming-answered", "incoming-missed", "outgoing-answered"])
def test_every_order_of_the_events_of_a_known_clients_call_gives_the_same_records(
    hub: DemoHub, new_client: NewClient, scenario: str
) -> None:
    orders = list(permutations(range(EVENTS.get(scenario, 4))))
    clients = [new_client() for _ in orders]
    _play_all(hub, "incoming-answered", [range(4)] * len(orders), clients)
    _play_all(hub, scenario, orders, clients)
    found = everything(hub, clients)
    in_order = found[clients[0]]
    assert (len(in_order["call"]), len(in_order["task"])) == (2, 1)
    assert {order: found[one] for order, one in zip(orders, clients, strict=True) if found[one] != in_order} == {}


@pytest.mark.parametrize("delivery", ["repeat", "chaos", "reverse", "parallel"])
def test_repeated_and_shuffled_deliveries_make_nothing_twice(hub: DemoHub, client: str, delivery: str) -> None:
    hub.play("incoming-answered", client, employee=OLENA)
    hub.play("incoming-answered", client, employee=PIOTR, delivery=delivery, copies=3)
    assert owners(hub, client) == one_of_each(OLENA)
    assert tasks(hub, client) == [(OLENA, OPEN), (PIOTR, DONE)]


def test_a_pick_up_that_arrives_after_the_end_changes_nothing(hub: DemoHub, client: str) -> None:
    call = hub.play("incoming-answered", client, employee=PIOTR, events=["before", "after"])["call_id"]
    hub.play("incoming-answered", client, employee=PIOTR, events=["taking"], call_id=call)
    assert owners(hub, client) == one_of_each(PIOTR)
    assert [one["status"] for one in hub.calls(client)] == ["answered"]
    assert tasks(hub, client) == []


def test_a_pick_up_whose_end_was_lost_is_ended_by_the_end_when_it_comes(hub: DemoHub, client: str) -> None:
    call = hub.play("incoming-answered", client, employee=OLENA, events=["taking"])["call_id"]
    assert owners(hub, client) == one_of_each(OLENA)
    hub.play("incoming-answered", client, employee=OLENA, events=["after"], call_id=call)
    assert owners(hub, client) == one_of_each(OLENA)
    assert tasks(hub, client) == []


def test_the_end_of_a_missed_call_alone_is_enough(hub: DemoHub, client: str) -> None:
    hub.play("incoming-missed", client, events=["after"])
    assert owners(hub, client) == one_of_each(IRYNA)
    assert tasks(hub, client) == [(IRYNA, OPEN)]
