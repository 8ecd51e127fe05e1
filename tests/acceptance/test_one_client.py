"""However his number is written, and however many calls come at once: one client is one contact with one lead."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.acceptance.records import OLENA, one_of_each, owners
from tests.demo_hub import DemoHub

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(400)]

CALLS = 100


def spellings(number: str) -> list[str]:
    """Twenty ways to write a Ukrainian number given as +380 and nine digits."""
    national = f"0{number[4:]}"
    code, a, b, c = national[:3], national[3:6], national[6:8], national[8:]
    return [
        number,
        number[1:],
        national,
        f"00{number[1:]}",
        f"+38 {code} {a} {b} {c}",
        f"+38-{code}-{a}-{b}-{c}",
        f"+38({code}){a}{b}{c}",
        f"+38 ({code}) {a}-{b}-{c}",
        f"+38.{code}.{a}.{b}.{c}",
        f"38 {code} {a}{b}{c}",
        f"38-{code}-{a}{b}{c}",
        f"+380 {code[1:]} {a} {b} {c}",
        f"{number[1:4]} {code[1:]} {a}{b}{c}",
        f"{code} {a} {b} {c}",
        f"{code}-{a}-{b}-{c}",
        f"({code}) {a}-{b}-{c}",
        f"({code}){a}{b}{c}",
        f"{code}.{a}.{b}.{c}",
        f" {number} ",
        f"{code}/{a}/{b}/{c}",
    ]


def test_a_hundred_parallel_first_calls_of_one_number_in_twenty_spellings_make_one_contact(
    hub: DemoHub, client: str
) -> None:
    written = spellings(client)
    assert len(set(written)) == 20
    played = hub.play("incoming-answered", written, employee=OLENA, count=CALLS, parallel=32, quiet=True)
    assert set(played["statuses"]) == {"200"}
    assert len(hub.calls(client)) == CALLS
    assert owners(hub, client) == one_of_each(OLENA)


def test_a_hundred_parallel_first_events_of_one_call_make_one_contact(hub: DemoHub, client: str) -> None:
    # What is played of a call that exists is the same call, so these are a hundred deliveries of one event at once.
    call = hub.send("incoming-answered", client, employee=OLENA, events=["before"], delivery="none")["call_id"]
    pick_up = {"employee": OLENA, "events": ["taking"], "call_id": call}
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: hub.send("incoming-answered", client, **pick_up), range(100)))
    hub.settle()
    assert len(hub.calls(client)) == 1
    assert owners(hub, client) == one_of_each(OLENA)


def test_a_hundred_parallel_calls_from_two_numbers_of_one_contact_make_one_lead(
    hub: DemoHub, new_client: Callable[[], str]
) -> None:
    both = [new_client(), new_client()]
    contact = hub.api.post("contacts", {"name": "Марія", "phones": both, "owner": OLENA})
    hub.play("incoming-answered", both, employee=OLENA, count=CALLS, parallel=32, quiet=True)
    assert [one["id"] for one in hub.contacts(both[0])] == [contact["id"]]
    assert [one["id"] for one in hub.contacts(both[1])] == [contact["id"]]
    assert len({lead["id"] for number in both for lead in hub.leads(number)}) == 1


def test_a_contact_entered_by_hand_in_local_format_is_found_when_he_calls(hub: DemoHub, client: str) -> None:
    contact = hub.api.post("contacts", {"name": "Іван", "phones": [f"0{client[4:]}"], "owner": OLENA})
    hub.play("incoming-answered", client, employee=OLENA)
    assert [one["id"] for one in hub.contacts(client)] == [contact["id"]]
