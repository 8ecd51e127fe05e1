"""The default scenarios of lead mode, sentence by sentence: played by the twin, read back through the API."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from tests.acceptance.records import (
    ANDRII,
    DONE,
    IRYNA,
    OLENA,
    OPEN,
    PIOTR,
    TARAS,
    links,
    one_of_each,
    owners,
    person,
    tasks,
)
from tests.demo_hub import DemoHub, Record

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

NewClient = Callable[[], str]
NOTHING: dict[str, list[str]] = {"contacts": [], "companies": [], "leads": [], "deals": []}
FOUR_HOURS = timedelta(hours=4)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def the_lead(hub: DemoHub, client: str) -> Record:
    (lead,) = hub.leads(client)
    return lead


def a_client_of(hub: DemoHub, who: str, client: str) -> Record:
    """A client whose open lead is `who`'s, made by his first call. Returns the lead."""
    hub.play("incoming-answered", client, employee=who)
    return the_lead(hub, client)


# --- incoming call from a new client --------------------------------------------------------------------------------


def test_at_pick_up_contact_lead_and_company_are_created_with_utm_tags(hub: DemoHub, client: str) -> None:
    tags = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "brand"}
    hub.play("incoming-answered", client, employee=OLENA, events=["before", "forwarding", "taking"], utm=tags)
    assert owners(hub, client) == one_of_each(OLENA)
    for record in (*hub.contacts(client), *hub.leads(client)):
        assert tags.items() <= record["utm"].items()


def test_nothing_is_created_while_the_call_rings(hub: DemoHub, client: str) -> None:
    hub.play("ring-only", client)
    assert owners(hub, client) == NOTHING
    assert [call["status"] for call in hub.calls(client)] == ["active"]


def test_who_answered_becomes_responsible_for_lead_contact_and_company_and_has_no_task(
    hub: DemoHub, client: str
) -> None:
    hub.play("incoming-answered", client, employee=PIOTR)
    assert owners(hub, client) == one_of_each(PIOTR)
    assert tasks(hub, client) == []


def test_the_new_lead_hangs_on_the_new_contact_and_company(hub: DemoHub, client: str) -> None:
    lead = a_client_of(hub, OLENA, client)
    (contact,), (company,) = hub.contacts(client), hub.companies(client)
    assert (lead["contact_id"], lead["company_id"], lead["status"]) == (contact["id"], company["id"], "open")
    assert contact["company_id"] == company["id"]
    assert contact["phones"] == [client]


def test_a_manager_who_has_only_a_mobile_number_is_known_when_he_answers(hub: DemoHub, client: str) -> None:
    hub.play("incoming-answered", client, employee=TARAS)
    assert owners(hub, client) == one_of_each(TARAS)


@pytest.mark.parametrize("scenario", ["incoming-missed", "incoming-busy", "incoming-voicemail"])
def test_a_missed_call_of_a_new_client_is_the_senior_managers_open_task_on_lead_contact_and_company(
    hub: DemoHub, client: str, scenario: str
) -> None:
    hub.play(scenario, client)
    assert owners(hub, client) == one_of_each(IRYNA)
    (task,), (lead,) = hub.tasks(client), hub.leads(client)
    assert (person(task["assignee"]), task["done"]) == (IRYNA, OPEN)
    made = {("lead", lead["id"]), ("contact", lead["contact_id"]), ("company", lead["company_id"])}
    assert links(task) == made


def test_the_task_of_a_missed_call_is_due_four_hours_after_the_call(hub: DemoHub, client: str) -> None:
    hub.play("incoming-missed", client)
    (task,), (call,) = hub.tasks(client), hub.calls(client)
    assert moment(task["due_at"]) == moment(call["ended_at"]) + FOUR_HOURS
    assert task["call_id"] == str(call["id"])


def test_if_an_unknown_employee_answers_a_new_client_the_top_manager_is_to_check_the_settings(
    hub: DemoHub, client: str
) -> None:
    hub.play("incoming-unknown-employee", client)
    assert owners(hub, client) == one_of_each(ANDRII)
    (task,) = hub.tasks(client)
    assert (person(task["assignee"]), task["done"]) == (ANDRII, OPEN)


# --- incoming call from a known client ------------------------------------------------------------------------------


def test_a_call_of_a_client_with_an_open_lead_is_recorded_in_that_lead(hub: DemoHub, client: str) -> None:
    lead = a_client_of(hub, OLENA, client)
    hub.play("incoming-answered", client, employee=OLENA)
    assert the_lead(hub, client)["id"] == lead["id"]
    (task,) = hub.tasks(client)
    assert links(task) == {("lead", lead["id"])}


def test_if_the_responsible_manager_answers_there_is_a_done_task_with_the_recording(hub: DemoHub, client: str) -> None:
    a_client_of(hub, OLENA, client)
    hub.play("incoming-answered", client, employee=OLENA)
    (task,) = hub.tasks(client)
    assert (person(task["assignee"]), task["done"]) == (OLENA, DONE)
    assert task["recording_url"].startswith(f"{hub.url}/r/")


def test_if_another_manager_answers_there_are_two_tasks(hub: DemoHub, client: str) -> None:
    a_client_of(hub, OLENA, client)
    hub.play("incoming-answered", client, employee=PIOTR)
    assert tasks(hub, client) == [(OLENA, OPEN), (PIOTR, DONE)]
    assert owners(hub, client) == one_of_each(OLENA)
    review = next(task for task in hub.tasks(client) if not task["done"])
    assert moment(review["due_at"]) == moment(hub.calls(client)[0]["ended_at"]) + FOUR_HOURS


def test_a_missed_call_of_a_known_client_is_the_senior_managers_open_task(hub: DemoHub, client: str) -> None:
    lead = a_client_of(hub, OLENA, client)
    hub.play("incoming-missed", client)
    (task,) = hub.tasks(client)
    assert (person(task["assignee"]), task["done"], links(task)) == (IRYNA, OPEN, {("lead", lead["id"])})


def test_if_an_unknown_employee_answers_a_known_client_the_top_manager_gets_the_task(hub: DemoHub, client: str) -> None:
    a_client_of(hub, OLENA, client)
    hub.play("incoming-unknown-employee", client)
    assert tasks(hub, client) == [(ANDRII, OPEN)]
    assert owners(hub, client) == one_of_each(OLENA)


def test_if_the_lead_was_converted_a_new_lead_is_made_and_nothing_is_written_to_the_deal(
    hub: DemoHub, client: str
) -> None:
    first = a_client_of(hub, OLENA, client)
    deal = hub.api.post(f"leads/{first['id']}/convert", {}, code=200)
    hub.play("incoming-answered", client, employee=PIOTR)
    second = next(lead for lead in hub.leads(client) if lead["status"] == "open")
    assert {lead["id"] for lead in hub.leads(client)} == {first["id"], second["id"]}
    assert second["contact_id"] == first["contact_id"]
    assert hub.api.get(f"deals/{deal['id']}") == deal
    assert hub.api.all("tasks", deal_id=deal["id"]) == []


def test_a_known_contact_without_a_lead_gets_one_of_who_answered(hub: DemoHub, client: str) -> None:
    contact = hub.api.post("contacts", {"name": "Ганна", "phones": [client], "owner": PIOTR})
    hub.play("incoming-answered", client, employee=OLENA)
    assert owners(hub, client) == {"contacts": [PIOTR], "companies": [], "leads": [OLENA], "deals": []}
    assert the_lead(hub, client)["contact_id"] == contact["id"]


def test_a_missed_call_of_a_known_contact_without_a_lead_makes_one_of_the_contacts_responsible(
    hub: DemoHub, client: str
) -> None:
    hub.api.post("contacts", {"name": "Ганна", "phones": [client], "owner": PIOTR})
    hub.play("incoming-missed", client)
    assert owners(hub, client) == {"contacts": [PIOTR], "companies": [], "leads": [PIOTR], "deals": []}
    assert tasks(hub, client) == [(IRYNA, OPEN)]


def test_a_lost_lead_does_not_take_the_call(hub: DemoHub, client: str) -> None:
    first = a_client_of(hub, OLENA, client)
    hub.api.patch(f"leads/{first['id']}", {"status": "lost"})
    hub.play("incoming-answered", client, employee=PIOTR)
    assert sorted(lead["status"] for lead in hub.leads(client)) == ["lost", "open"]


# --- outgoing call --------------------------------------------------------------------------------------------------


def test_an_outgoing_call_by_the_responsible_manager_is_one_done_task_with_the_recording_on_the_lead(
    hub: DemoHub, client: str
) -> None:
    lead = a_client_of(hub, OLENA, client)
    hub.play("outgoing-answered", client, employee=OLENA)
    (task,) = hub.tasks(client)
    assert (person(task["assignee"]), task["done"], links(task)) == (OLENA, DONE, {("lead", lead["id"])})
    assert task["recording_url"].startswith(f"{hub.url}/r/")


def test_an_outgoing_call_by_another_manager_is_one_done_task_for_the_responsible_to_look_at(
    hub: DemoHub, client: str
) -> None:
    a_client_of(hub, OLENA, client)
    hub.play("outgoing-answered", client, employee=PIOTR)
    (task,) = hub.tasks(client)
    assert (person(task["assignee"]), task["done"]) == (OLENA, DONE)
    assert task["recording_url"]


def test_an_unanswered_outgoing_call_stays_in_the_journal(hub: DemoHub, client: str) -> None:
    a_client_of(hub, OLENA, client)
    hub.play("outgoing-missed", client, employee=OLENA)
    assert tasks(hub, client) == []
    assert [call["direction"] for call in hub.calls(client)] == ["out", "in"]


@pytest.mark.parametrize("scenario", ["outgoing-answered", "outgoing-missed", "outgoing-no-id-before"])
def test_an_outgoing_call_to_an_unknown_number_stays_in_the_journal(hub: DemoHub, client: str, scenario: str) -> None:
    hub.play(scenario, client, employee=OLENA)
    assert owners(hub, client) == NOTHING
    assert len(hub.calls(client)) == 1


# --- forms and other callers ----------------------------------------------------------------------------------------


def test_a_caller_who_withholds_the_number_stays_in_the_journal(hub: DemoHub) -> None:
    before = {path: hub.api.all(path) for path in ("contacts", "companies", "leads", "tasks")}
    played = hub.play("incoming-hidden")
    assert {path: hub.api.all(path) for path in before} == before
    call = next(call for call in hub.api.all("calls") if call["external_id"] == played["call_id"])
    assert not call["client_number"]


def test_a_call_between_employees_stays_in_the_journal(hub: DemoHub) -> None:
    before = {path: hub.api.all(path) for path in ("contacts", "companies", "leads", "tasks")}
    hub.play("internal", employee=OLENA, transfer_to=PIOTR)
    assert {path: hub.api.all(path) for path in before} == before


def test_the_call_in_the_journal_names_its_client_and_employee(hub: DemoHub, client: str) -> None:
    played = hub.play("incoming-answered", client, employee=OLENA)
    (call,) = hub.calls(client)
    assert (call["external_id"], call["direction"], call["status"]) == (played["call_id"], "in", "answered")
    assert (call["client_number"], person(call["employee"])) == (client, OLENA)
    assert (call["talk_seconds"], call["wait_seconds"]) == (83, 14)
    assert call["contact"]["id"] == hub.contacts(client)[0]["id"]
