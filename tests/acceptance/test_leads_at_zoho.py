"""Leads, tasks and call records in Zoho CRM, as its own stand-in holds them: what the articles state."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from tests.acceptance.records import ANDRII, DONE, IRYNA, OLENA, OPEN, PIOTR
from tests.books import Left, ZohoBook, state_of
from tests.demo_hub import DemoHub, running_demo

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(400)]

_numbers = count(1)


class ZohoDemo(DemoHub):
    """The demo on Zoho CRM, with what its twin holds."""

    @property
    def zoho(self) -> str:
        return str(self.process.line["twins"]["zoho"])

    def book(self) -> ZohoBook:
        return ZohoBook(state_of(self.zoho))

    def left(self, client: str) -> Left:
        return self.book().of(client)

    def one(self, kind: str, client: str) -> dict[str, Any]:
        """The client's only record of a kind that carries numbers."""
        (found,) = [row for row in self.book().rows[kind] if row.get("Phone") == client]
        return found

    def people(self, do: str, **said: Any) -> Any:
        return self.web.post(f"{self.zoho}/__twin__/people", json={"do": do, **said}).raise_for_status().json()

    def forget_when_it_was_confirmed(self) -> None:
        """As if the last look at Zoho were an hour ago."""
        self.process.query("UPDATE directory_directoryentry SET confirmed_at = now() - interval '1 hour'")
        self.process.query("UPDATE directory_lookup SET asked_at = now() - interval '1 hour'")


@pytest.fixture(scope="module")
def demo() -> Iterator[ZohoDemo]:
    with running_demo(ZohoDemo, crm="zoho") as demo:
        yield demo


@pytest.fixture
def client() -> str:
    return f"+38067193{next(_numbers):04}"


@pytest.fixture
def known(demo: ZohoDemo, client: str) -> str:
    """A client whose open lead is Olena's."""
    demo.play("incoming-answered", client, employee=OLENA)
    return client


def test_a_new_clients_answered_call_makes_a_lead_with_its_tags_and_a_call_record(demo: ZohoDemo, client: str) -> None:
    tags = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "brand"}
    demo.play("incoming-answered", client, employee=PIOTR, utm=tags)
    assert demo.left(client) == Left(leads=[PIOTR], calls=[("in", True, PIOTR)])
    lead = demo.one("lead", client)
    assert lead["Lead_Source"] == "google"
    assert all(value in lead["Description"] for value in tags.values())


def test_a_new_clients_missed_call_makes_lead_and_task_of_the_top_manager(demo: ZohoDemo, client: str) -> None:
    demo.play("incoming-missed", client)
    assert demo.left(client) == Left(leads=[ANDRII], tasks=[(ANDRII, OPEN)], calls=[("in", False, "")])


def test_a_call_of_an_unknown_employee_is_the_top_managers_to_look_at(demo: ZohoDemo, client: str) -> None:
    demo.play("incoming-unknown-employee", client)
    assert demo.left(client) == Left(leads=[ANDRII], tasks=[(ANDRII, OPEN)], calls=[("in", True, "")])


def test_a_known_clients_calls_become_done_tasks_and_tasks_to_look_at(demo: ZohoDemo, known: str) -> None:
    demo.play("incoming-answered", known, employee=OLENA)
    demo.play("incoming-answered", known, employee=PIOTR)
    demo.play("incoming-missed", known)
    left = demo.left(known)
    assert left.leads == [OLENA]
    assert left.tasks == [(OLENA, DONE), (PIOTR, DONE), (OLENA, OPEN), (IRYNA, OPEN)]
    assert [answered for _, answered, _ in left.calls] == [True, True, True, False]


def test_a_converted_lead_takes_no_call_but_its_contact_does(demo: ZohoDemo, known: str) -> None:
    demo.people("convert", id=demo.one("lead", known)["id"])
    demo.forget_when_it_was_confirmed()
    demo.play("incoming-answered", known, employee=OLENA)
    call = demo.book().rows["call"][-1]
    assert (call["Call_Type"], call["Who_Id"]["id"]) == ("Inbound", demo.one("contact", known)["id"])


def test_a_contact_typed_in_local_form_is_no_new_client(demo: ZohoDemo, client: str) -> None:
    local = client.removeprefix("+38")
    demo.people("add_contact", name="Typed by hand", phone=local)
    demo.play("incoming-missed", client)
    assert demo.left(local) == Left(contacts=[OLENA], tasks=[(IRYNA, OPEN)], calls=[("in", False, "")])


def test_the_analysis_becomes_a_note_on_the_call(demo: ZohoDemo, known: str) -> None:
    demo.play("ai-analysis", known, employee=OLENA)
    notes = [row for row in demo.book().rows["comment"] if "Summary" in row["Note_Content"]]
    assert {row["Parent_Id"]["module"]["api_name"] for row in notes} == {"Calls"}


def test_a_chat_that_gave_a_number_makes_a_lead_and_its_end_a_note(demo: ZohoDemo, client: str) -> None:
    demo.play("chat", client)
    assert len(demo.left(client).leads) == 1
    lead = demo.one("lead", client)
    assert lead["id"] in {row["Parent_Id"]["id"] for row in demo.book().rows["comment"]}


def test_a_ringing_client_is_sent_to_the_owner_of_his_lead(demo: ZohoDemo, known: str) -> None:
    asked = {"from": known.removeprefix("+"), "direction": "in", "state": "ping"}
    assert demo.web.post(demo.forward_url, json=asked).json() == {"dst_phone": "acme_olena"}


def test_an_access_token_that_ends_is_renewed_without_anybody_noticing(demo: ZohoDemo, client: str) -> None:
    demo.people("expire_access")
    demo.play("incoming-answered", client, employee=OLENA)
    assert demo.left(client).leads == [OLENA]
    assert {one["state"] for one in demo.api.all("connections")} == {"active"}
