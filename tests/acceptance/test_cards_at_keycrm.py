"""Cards and the call history in KeyCRM, as its own stand-in holds them: what the article says, in few requests."""

from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx2
import pytest
from tests.acceptance.records import OLENA, PIOTR
from tests.demo_hub import DemoHub, running_demo

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(400)]

Row = dict[str, Any]
LOOK_UP, CARD, EVENT = "GET /v1/buyer", "POST /v1/pipelines/cards", "POST /telephony/webhook"
UTM = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "spring"}

_numbers = count(1)


class KeyCrmDemo(DemoHub):
    """The demo on KeyCRM, with what its twin holds and was asked."""

    @property
    def keycrm(self) -> str:
        return str(self.process.line["twins"]["keycrm"])

    def records(self, kind: str) -> list[Row]:
        found: list[Row] = self.web.get(f"{self.keycrm}/__twin__/state").json()["records"][kind]
        return found

    def cards(self, client: str) -> list[Row]:
        return [card for card in self.records("cards") if card["contact"]["client"]["phone"] == client]

    def history(self, client: str) -> list[Row]:
        """The client's calls, oldest first."""
        return [call for call in self.records("calls") if call["external_number"] == client]

    def asked(self) -> Counter[str]:
        """Requests so far, but those of the feed, which comes round by itself."""
        log = self.web.get(f"{self.keycrm}/__twin__/requests?last=1000").json()["log"]
        requests = (entry["request"] for entry in log)
        return Counter(
            f"{one['method']} {one['route']}" for one in requests if not any("between" in name for name in one["query"])
        )

    def people(self, do: str, **said: Any) -> Row:
        answer = self.web.post(f"{self.keycrm}/__twin__/people", json={"do": do, **said})
        answer.raise_for_status()
        return dict(answer.json())

    def fault(self, **rule: Any) -> None:
        self.web.post(f"{self.keycrm}/__twin__/faults", json=rule).raise_for_status()

    def forget_when_it_was_confirmed(self) -> None:
        """As if the last look at KeyCRM were an hour ago."""
        self.process.query("UPDATE directory_directoryentry SET confirmed_at = now() - interval '1 hour'")
        self.process.query("UPDATE directory_lookup SET asked_at = now() - interval '1 hour'")


def demo_of(preset: str) -> Iterator[KeyCrmDemo]:
    with running_demo(KeyCrmDemo, preset, crm="keycrm") as hub:
        yield hub


@pytest.fixture(scope="module")
def once() -> Iterator[KeyCrmDemo]:
    yield from demo_of("keycrm-once")


@pytest.fixture(scope="module")
def repeat() -> Iterator[KeyCrmDemo]:
    yield from demo_of("keycrm-repeat")


@pytest.fixture
def client() -> str:
    return f"+38067195{next(_numbers):04}"


def test_the_first_conversation_makes_a_card_with_its_tags_and_an_entry_tied_to_it(
    once: KeyCrmDemo, client: str
) -> None:
    before = once.asked()
    once.play("incoming-answered", client, employee=OLENA, utm=UTM)
    (card,), (call,) = once.cards(client), once.history(client)
    assert (card["manager"]["email"], card["status"]["pipeline_id"]) == (OLENA, 1)
    assert {name: card[name] for name in UTM} == UTM
    assert (call["type"], call["state"], call["manager"]["email"], call["lead_id"]) == (
        "incoming", "completed", OLENA, card["id"]
    )  # fmt: skip
    assert once.asked() - before == Counter({LOOK_UP: 1, CARD: 1, EVENT: 1})


def test_the_recording_of_an_entry_can_be_listened_to(once: KeyCrmDemo, client: str) -> None:
    once.play("incoming-answered", client, employee=OLENA)
    link = once.history(client)[0]["call_url"]
    assert link.startswith(f"{once.url}/r/")
    assert httpx2.get(link, headers={"Range": "bytes=0-99"}).status_code in {200, 206}


def test_a_known_clients_call_is_one_request(once: KeyCrmDemo, client: str) -> None:
    once.play("incoming-answered", client, employee=OLENA)
    before = once.asked()
    once.play("incoming-answered", client, employee=PIOTR)
    assert [call["manager"]["email"] for call in once.history(client)] == [OLENA, PIOTR]
    assert len(once.cards(client)) == 1
    assert once.asked() - before == Counter({EVENT: 1})


def test_a_missed_call_of_a_new_client_is_an_entry_in_the_history_only(once: KeyCrmDemo, client: str) -> None:
    before = once.asked()
    once.play("incoming-missed", client)
    (call,) = once.history(client)
    assert (call["state"], call["manager"], call["client_id"], call["lead_id"]) == ("canceled", None, None, None)
    assert once.cards(client) == []
    assert once.asked() - before == Counter({LOOK_UP: 1, EVENT: 1})


def test_a_missed_call_of_a_known_client_is_an_entry_of_his(once: KeyCrmDemo, client: str) -> None:
    once.play("incoming-answered", client, employee=OLENA)
    before = once.asked()
    once.play("incoming-missed", client)
    card, last = once.cards(client)[0], once.history(client)[-1]
    assert (last["state"], last["lead_id"]) == ("canceled", card["id"])
    assert once.asked() - before == Counter({EVENT: 1})


def test_an_outgoing_call_that_is_answered_makes_a_card_too(once: KeyCrmDemo, client: str) -> None:
    before = once.asked()
    once.play("outgoing-answered", client, employee=PIOTR)
    assert [card["manager"]["email"] for card in once.cards(client)] == [PIOTR]
    assert [call["type"] for call in once.history(client)] == ["outgoing"]
    assert once.asked() - before == Counter({LOOK_UP: 1, CARD: 1, EVENT: 1})


def test_an_outgoing_call_that_is_not_answered_is_an_entry_only(once: KeyCrmDemo, client: str) -> None:
    once.play("outgoing-missed", client, employee=PIOTR)
    assert [(call["type"], call["state"]) for call in once.history(client)] == [("outgoing", "canceled")]
    assert once.cards(client) == []


def test_a_buyer_whom_people_have_entered_gets_the_card(once: KeyCrmDemo, client: str) -> None:
    typed = once.people("add_buyer", name="Ivan", phone=client)
    once.play("incoming-answered", client, employee=OLENA)
    assert [card["contact"]["client_id"] for card in once.cards(client)] == [typed["id"]]
    assert [buyer["full_name"] for buyer in once.records("buyers") if client in buyer["phone"]] == ["Ivan"]


def test_in_one_time_mode_there_is_no_second_card_even_if_none_is_open(once: KeyCrmDemo, client: str) -> None:
    once.play("incoming-answered", client, employee=OLENA)
    once.people("close_card", id=once.cards(client)[0]["id"])
    once.forget_when_it_was_confirmed()
    once.play("incoming-answered", client, employee=OLENA)
    assert len(once.cards(client)) == 1
    assert len(once.history(client)) == 2


def test_in_one_time_mode_a_card_that_people_have_made_counts(once: KeyCrmDemo, client: str) -> None:
    once.people("close_card", id=once.people("add_card", title="By hand", phone=client)["id"])
    once.play("incoming-answered", client, employee=OLENA)
    assert [card["title"] for card in once.cards(client)] == ["By hand"]


def test_in_repeated_mode_a_card_is_made_whenever_none_is_open(repeat: KeyCrmDemo, client: str) -> None:
    repeat.play("incoming-answered", client, employee=OLENA)
    repeat.play("incoming-answered", client, employee=PIOTR)
    assert len(repeat.cards(client)) == 1
    repeat.people("close_card", id=repeat.cards(client)[0]["id"])
    repeat.forget_when_it_was_confirmed()
    before = repeat.asked()
    repeat.play("incoming-answered", client, employee=PIOTR)
    assert [card["manager"]["email"] for card in repeat.cards(client)] == [OLENA, PIOTR]
    confirmed = "GET /v1/pipelines/cards/{id}"
    assert (repeat.asked() - before)[confirmed] == 1


def test_calls_of_one_number_at_the_same_time_make_one_card(repeat: KeyCrmDemo, client: str) -> None:
    for _ in range(4):
        repeat.send("incoming-answered", client, employee=OLENA)
    repeat.settle()
    assert len(repeat.cards(client)) == 1
    assert len(repeat.history(client)) == 4


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/pipelines/cards"), ("POST", "/telephony/webhook")])
def test_a_lost_answer_makes_nothing_twice(repeat: KeyCrmDemo, client: str, method: str, path: str) -> None:
    repeat.fault(action="drop_after_commit", method=method, path=path)
    repeat.play("incoming-answered", client, employee=OLENA)
    assert len(repeat.cards(client)) == 1
    assert [call["events"] for call in repeat.history(client)] == [["completed"]]


def test_a_limit_of_keycrm_delays_and_loses_nothing(repeat: KeyCrmDemo, client: str) -> None:
    repeat.fault(action="status", status=429, headers={"Retry-After": "2"}, times=2, path="/v1/*", method="POST")
    repeat.play("incoming-answered", client, employee=OLENA)
    assert len(repeat.cards(client)) == len(repeat.history(client)) == 1


def test_a_link_is_no_ones_to_read_in_the_log(repeat: KeyCrmDemo, client: str) -> None:
    repeat.play("incoming-missed", client)
    assert "kl-twin-71c2a94e55d04c0b9f1a" not in repeat.process.log_end()
