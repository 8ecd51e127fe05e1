"""Contacts and calls in NetHunt CRM, as its own stand-in holds them: the article, sentence by sentence."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import httpx2
import pytest
from tests.acceptance.records import OLENA, PIOTR
from tests.books import Left, NetHuntBook, state_of
from tests.demo_hub import DemoHub, running_demo

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(400)]

LOOK_UP, RECORD, CALL_LOG = "searches/find-record", "actions/create-record", "actions/create-call-log"

ANALYSIS = {
    "id": "analysis",
    "when": {"outcome": ["analysed"]},
    "actions": [{"id": "analysis", "do": "ai_comment", "links": ["contact"]}],
}

_numbers = count(1)


class NetHuntDemo(DemoHub):
    """The demo on NetHunt CRM, with what its twin holds."""

    @property
    def nethunt(self) -> str:
        return str(self.process.line["twins"]["nethunt"])

    def book(self) -> NetHuntBook:
        return NetHuntBook(state_of(self.nethunt))

    def left(self, client: str) -> Left:
        return self.book().of(client)

    def contact(self, client: str) -> dict[str, Any]:
        """The client's contact in the vendor's shape."""
        (found,) = [row for row in self.book().rows["contacts"] if client in (row["fields"].get("Phone number") or ())]
        return dict(found["fields"])

    def asked(self) -> Counter[str]:
        """Requests so far by what they are for, but those of the feeds, which come round by themselves."""
        routes = self.web.get(f"{self.nethunt}/__twin__/requests?last=0").json()["routes"]
        named = {route.split("/api/v1/zapier/")[-1].split("/{")[0]: count for route, count in routes.items()}
        return Counter({name: count for name, count in named.items() if not name.startswith("triggers")})

    def people(self, do: str, **said: Any) -> Any:
        return self.web.post(f"{self.nethunt}/__twin__/people", json={"do": do, **said}).raise_for_status().json()

    @property
    def _crm(self) -> str:
        connection = next(one for one in self.api.all("connections") if one["connector"] == "nethunt")
        return f"connections/{connection['id']}"

    def set(self, **settings: Any) -> None:
        """Change the CRM connection's settings; null takes one back."""
        self.api.patch(self._crm, {"settings": settings})

    @contextmanager
    def table(self, *rows: dict[str, Any]) -> Iterator[None]:
        """With these rows before the scenario table's own."""
        table = self.api.get(f"{self._crm}/matrix")["data"]
        self.api.put(f"{self._crm}/matrix", {**table, "rows": [*rows, *table["rows"]]})
        try:
            yield
        finally:
            self.api.put(f"{self._crm}/matrix", table)


@pytest.fixture(scope="module")
def demo() -> Iterator[NetHuntDemo]:
    with running_demo(NetHuntDemo, crm="nethunt") as demo:
        yield demo


@pytest.fixture
def client() -> str:
    return f"+38067194{next(_numbers):04}"


@pytest.fixture
def known(demo: NetHuntDemo, client: str) -> str:
    """A client whom Olena has spoken with, and who is therefore hers."""
    demo.play("incoming-answered", client, employee=OLENA)
    return client


def test_who_answers_a_new_client_owns_the_contact_and_the_call(demo: NetHuntDemo, client: str) -> None:
    demo.play("incoming-answered", client, employee=PIOTR)
    assert demo.left(client) == Left(contacts=[PIOTR], calls=[("in", True, PIOTR)])
    assert demo.contact(client)["Source"] == "Ringostat"


def test_the_contact_carries_the_tags_of_the_visit(demo: NetHuntDemo, client: str) -> None:
    tags = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "brand", "utm_term": "boots"}
    demo.play("incoming-answered", client, employee=OLENA, utm=tags)
    fields = demo.contact(client)
    wanted = {"Visit source": "google", "Channel": "cpc", "Campaign": "brand", "Keyword": "boots"}
    assert {name: fields.get(name) for name in wanted} == wanted


def test_a_missed_call_of_a_new_client_leaves_a_contact_and_a_call_of_nobody(demo: NetHuntDemo, client: str) -> None:
    demo.play("incoming-missed", client)
    assert demo.left(client) == Left(contacts=[""], calls=[("in", False, "")])


def test_a_call_of_a_known_client_is_added_to_his_contact(demo: NetHuntDemo, known: str) -> None:
    demo.play("incoming-answered", known, employee=PIOTR)
    demo.play("incoming-missed", known)
    calls = [("in", True, OLENA), ("in", True, PIOTR), ("in", False, "")]
    assert demo.left(known) == Left(contacts=[OLENA], calls=calls)


def test_a_call_to_a_known_client_is_added_to_his_contact_answered_or_not(demo: NetHuntDemo, known: str) -> None:
    demo.play("outgoing-answered", known, employee=PIOTR)
    demo.play("outgoing-missed", known, employee=OLENA)
    assert demo.left(known).calls[1:] == [("out", True, PIOTR), ("out", False, OLENA)]


@pytest.mark.parametrize("scenario", ["outgoing-answered", "outgoing-missed"])
def test_a_call_to_an_unknown_number_stays_in_the_journal(demo: NetHuntDemo, client: str, scenario: str) -> None:
    demo.play(scenario, client, employee=OLENA)
    assert demo.left(client) == Left()
    assert len(demo.calls(client)) == 1


def test_with_contacts_switched_off_an_unknown_number_stays_in_the_journal(demo: NetHuntDemo, client: str) -> None:
    demo.set(create_contacts=[])
    try:
        demo.play("incoming-answered", client, employee=OLENA)
    finally:
        demo.set(create_contacts=None)
    assert demo.left(client) == Left()
    assert demo.calls(client)[0]["contact"] is None


def test_a_number_that_stands_in_a_deal_alone_makes_nobody_known(demo: NetHuntDemo, client: str) -> None:
    demo.people("add", folder="deals", fields={"Name": f"Sofa for {client}"})
    demo.play("incoming-answered", client, employee=OLENA)
    assert demo.left(client).contacts == [OLENA]


def test_a_contact_that_people_typed_is_not_made_again(demo: NetHuntDemo, client: str) -> None:
    demo.people("contact", name="Typed by hand", phone=client)
    demo.play("incoming-answered", client, employee=OLENA)
    assert demo.left(client).contacts == [""]
    assert demo.left(client).calls == [("in", True, OLENA)]


def test_the_recording_stands_in_the_call_and_can_be_listened_to(demo: NetHuntDemo, known: str) -> None:
    text = next(log["text"] for log in demo.book().rows["call_logs"] if known in log["text"])
    link = next(word for word in text.split() if word.startswith(f"{demo.url}/r/"))
    assert httpx2.get(link, headers={"Range": "bytes=0-99"}).status_code in {200, 206}


def test_the_analysis_of_a_call_becomes_a_comment_on_the_contact_where_the_table_asks_for_it(
    demo: NetHuntDemo, known: str
) -> None:
    with demo.table(ANALYSIS):
        demo.play("ai-analysis", known, employee=OLENA)
    (comment,) = [row["text"] for row in demo.book().rows["comments"]]
    assert "Summary" in comment


@pytest.mark.parametrize("scenario", ["incoming-answered", "incoming-missed"])
def test_a_new_clients_call_costs_a_look_into_each_folder_of_numbers_and_what_is_made(
    demo: NetHuntDemo, client: str, scenario: str
) -> None:
    before = demo.asked()
    demo.play(scenario, client, employee=OLENA)
    assert demo.asked() - before == Counter({LOOK_UP: 2, RECORD: 1, CALL_LOG: 1})


@pytest.mark.parametrize("scenario", ["incoming-answered", "incoming-missed", "outgoing-answered", "outgoing-missed"])
def test_a_known_clients_call_costs_one_request(demo: NetHuntDemo, known: str, scenario: str) -> None:
    before = demo.asked()
    demo.play(scenario, known, employee=PIOTR)
    assert demo.asked() - before == Counter({CALL_LOG: 1})


def test_a_ringing_client_is_sent_to_the_manager_of_his_contact(demo: NetHuntDemo, known: str) -> None:
    asked = {"from": known.removeprefix("+"), "direction": "in", "state": "ping"}
    assert demo.web.post(demo.forward_url, json=asked).json() == {"dst_phone": "acme_olena"}


def test_nobody_known_lets_the_scheme_go_on(demo: NetHuntDemo, client: str) -> None:
    asked = {"from": client.removeprefix("+"), "direction": "in", "state": "ping"}
    assert demo.web.post(demo.forward_url, json=asked).json() == {}
