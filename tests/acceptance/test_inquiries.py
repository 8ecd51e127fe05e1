"""Forms and messengers, sentence by sentence: sent by the telephony's twin over HTTP, read back through the API."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.acceptance.records import IRYNA, OLENA, OPEN, PIOTR, links, one_of_each, owners, person
from tests.demo_hub import DemoHub, Record

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

NOTHING: dict[str, list[str]] = {"contacts": [], "companies": [], "leads": [], "deals": []}
Configure = Callable[..., None]
UseRules = Callable[..., None]


@pytest.fixture
def crm(hub: DemoHub) -> str:
    """The path of the CRM connection."""
    (found,) = [one for one in hub.api.all("connections") if one["role"] == "crm"]
    return f"connections/{found['id']}"


@pytest.fixture
def configure(hub: DemoHub, crm: str) -> Iterator[Configure]:
    """Changes settings of the CRM connection until the end of the test."""
    changed: set[str] = set()

    def change(**settings: Any) -> None:
        changed.update(settings)
        hub.api.patch(crm, {"settings": settings})

    yield change
    hub.api.patch(crm, {"settings": dict.fromkeys(changed)})


@pytest.fixture
def use_rules(hub: DemoHub, crm: str) -> Iterator[UseRules]:
    """Puts a preset by its name, or rows of one's own, in force until the end of the test."""

    def put(preset: str = "", rows: list[Record] | None = None) -> None:
        if preset:
            hub.api.post(f"{crm}/preset", {"preset": preset}, code=200)
        else:
            hub.api.put(f"{crm}/matrix", {"rows": rows})

    yield put
    hub.api.post(f"{crm}/preset", {"preset": "pipedrive-leads"}, code=200)


def inquiries(hub: DemoHub, client: str) -> list[Record]:
    return hub.api.all("calls", number=client, channel="form") + hub.api.all("calls", number=client, channel="dialogue")


def comments(hub: DemoHub, **about: str) -> list[str]:
    return [comment["text"] for comment in hub.api.all("comments", **about)]


def the_lead(hub: DemoHub, client: str) -> Record:
    (lead,) = hub.leads(client)
    return lead


# --- forms ----------------------------------------------------------------------------------------------------------


def test_without_an_open_lead_a_form_makes_contact_lead_and_company(hub: DemoHub, client: str) -> None:
    hub.play("form", client, fields={"name": "Olha"}, utm={"utm_source": "google"})
    assert owners(hub, client) == one_of_each(IRYNA)
    (contact,), lead = hub.contacts(client), the_lead(hub, client)
    assert (contact["name"], contact["email"], contact["phones"]) == ("Olha", "visitor@example.com", [client])
    assert (lead["contact_id"], lead["status"], lead["utm"]) == (contact["id"], "open", {"utm_source": "google"})


def test_what_the_visitor_wrote_is_a_comment_on_the_lead(hub: DemoHub, client: str) -> None:
    hub.play("form", client, fields={"size": "XL", "comment": "Is it there?"})
    (text,) = comments(hub, lead_id=the_lead(hub, client)["id"])
    assert {"Form from https://shop.example.com/order", "size: XL", "comment: Is it there?"} <= {*text.splitlines()}


def test_a_form_with_the_phone_of_an_open_lead_is_added_to_it(hub: DemoHub, client: str) -> None:
    hub.play("incoming-answered", client, employee=OLENA, utm={"utm_source": "google"})
    lead = the_lead(hub, client)
    hub.play("form", client, utm={"utm_source": "bing"}, fields={"comment": "One more thing"})
    assert owners(hub, client) == one_of_each(OLENA)
    assert the_lead(hub, client)["id"] == lead["id"]
    assert the_lead(hub, client)["utm"]["utm_source"] == "bing"
    assert "One more thing" in comments(hub, lead_id=lead["id"])[0]


@pytest.mark.parametrize("spelling", ["380{}", "0{}", "+380 ({}"])
def test_the_phone_may_be_typed_in_any_spelling(hub: DemoHub, client: str, spelling: str) -> None:
    hub.play("incoming-answered", client, employee=OLENA)
    national = client.removeprefix("+380")
    typed = "+380 (" + national[:2] + ") " + national[2:] if "(" in spelling else spelling.format(national)
    hub.play("form", client, fields={"phone": typed})
    assert owners(hub, client) == one_of_each(OLENA)


def test_there_is_never_a_second_lead_while_one_is_open(hub: DemoHub, client: str) -> None:
    hub.send("form", client, count=6, parallel=6, delivery="repeat")
    hub.settle()
    assert owners(hub, client) == one_of_each(IRYNA)
    assert len(inquiries(hub, client)) == 6
    assert len(comments(hub, lead_id=the_lead(hub, client)["id"])) == 6


def test_after_the_lead_was_closed_a_form_makes_a_new_one_on_the_same_contact(hub: DemoHub, client: str) -> None:
    hub.play("form", client)
    (contact,), lead = hub.contacts(client), the_lead(hub, client)
    hub.api.post(f"leads/{lead['id']}/convert", {}, code=200)
    hub.play("form", client, fields={"comment": "A second sofa"})
    (new,) = [one for one in hub.leads(client) if one["status"] == "open"]
    assert (new["contact_id"], len(hub.contacts(client))) == (contact["id"], 1)


def test_forms_reach_the_crm_only_while_their_integration_is_switched_on(
    hub: DemoHub, client: str, configure: Configure
) -> None:
    configure(channels=["call", "dialogue"])
    hub.play("form", client)
    assert owners(hub, client) == NOTHING
    (form,) = inquiries(hub, client)
    (trace,) = hub.api.get(f"calls/{form['id']}/trace")["connections"]
    assert trace["reason"] == "This integration is switched off for the connection."
    configure(channels=["call", "form", "dialogue"])
    hub.play("form", client, fields={"comment": "Hello?"})
    assert owners(hub, client) == one_of_each(IRYNA)


# --- messengers -----------------------------------------------------------------------------------------------------


def test_the_rules_collect_and_only_sending_the_clients_data_writes(hub: DemoHub, client: str) -> None:
    steps: dict[str, Any] = {"employee": OLENA, "call_id": f"chat-{client}"}
    hub.play("chat-steps", client, events=["dialogue_start", "dialogue_taken", "contact_given"], **steps)
    assert owners(hub, client) == NOTHING
    (chat,) = inquiries(hub, client)
    told = ["dialogue_started", "dialogue_taken", "contact_given"]
    assert (chat["inquiry"]["steps"], chat["inquiry"]["released"]) == (told, False)
    hub.play("chat-steps", client, events=["dialogue_released"], **steps)
    assert owners(hub, client) == one_of_each(OLENA)
    hub.play("chat-steps", client, events=["dialogue_end"], **steps)
    assert owners(hub, client) == one_of_each(OLENA)
    assert [one["inquiry"]["released"] for one in inquiries(hub, client)] == [True]


def test_a_chat_that_nobody_sent_to_the_crm_leaves_nothing_there(hub: DemoHub, client: str) -> None:
    hub.play("chat-not-sent", client)
    assert owners(hub, client) == NOTHING
    (trace,) = hub.api.get(f"calls/{inquiries(hub, client)[0]['id']}/trace")["connections"]
    assert "before an employee sends" in trace["reason"]


def test_where_it_is_so_set_giving_contact_data_is_enough(hub: DemoHub, client: str, configure: Configure) -> None:
    configure(send_on_contact=True)
    hub.play("chat-not-sent", client, employee=PIOTR)
    assert owners(hub, client) == one_of_each(PIOTR)


@pytest.mark.parametrize("told_by", ["end", "events"])
def test_lead_contact_and_company_are_made_if_the_number_is_unknown(hub: DemoHub, client: str, told_by: str) -> None:
    hub.play("chat", client, employee=PIOTR, chat={"told_by": told_by, "name": "Olha", "messenger": "viber"})
    assert owners(hub, client) == one_of_each(PIOTR)
    (contact,) = hub.contacts(client)
    assert (contact["name"], contact["source"], contact["phones"]) == ("Olha", "viber", [client])


def test_client_id_and_utm_tags_go_into_the_contact_and_the_lead(hub: DemoHub, client: str) -> None:
    hub.play("chat", client, utm={"utm_source": "google", "utm_campaign": "brand"})
    for record in (*hub.contacts(client), *hub.leads(client)):
        assert record["utm"] == {"utm_source": "google", "utm_campaign": "brand"}
        assert record["custom"]["client_id"]


def test_the_leads_title_carries_its_id_by_one_update_after_the_create(hub: DemoHub, client: str) -> None:
    hub.play("chat", client, chat={"name": "Olha"})
    lead = the_lead(hub, client)
    assert lead["title"].startswith("Chat Olha ")
    assert lead["title"].endswith(f" {lead['id']}")
    (trace,) = hub.api.get(f"calls/{inquiries(hub, client)[0]['id']}/trace")["connections"]
    done = {action["id"]: (action["state"], action["attempts"]) for action in trace["actions"]}
    assert (done["lead"], done["lead-id"]) == (("done", 1), ("done", 1))


def test_a_known_number_gets_nothing(hub: DemoHub, client: str) -> None:
    hub.play("incoming-answered", client, employee=OLENA)
    before = (owners(hub, client), the_lead(hub, client))
    hub.play("chat", client, employee=PIOTR)
    assert (owners(hub, client), the_lead(hub, client)) == before


def test_without_phone_and_e_mail_there_is_a_new_contact_by_its_name(hub: DemoHub, client: str) -> None:
    name = f"Visitor {client}"
    hub.play("chat-without-contact", client, employee=OLENA, chat={"name": name})
    (contact,) = [one for one in hub.api.all("contacts", q=name) if one["name"] == name]
    assert (contact["phones"], person(contact["owner"])) == ([], OLENA)


def test_a_chat_that_was_sent_over_and_over_in_any_order_makes_one_of_each(hub: DemoHub, client: str) -> None:
    hub.play("chat-steps", client, employee=OLENA, delivery="chaos", copies=3, seed=7)
    assert owners(hub, client) == one_of_each(OLENA)
    lead = the_lead(hub, client)
    assert lead["title"].endswith(f" {lead['id']}")


def test_the_task_has_the_chats_link_and_hangs_with_the_comment_on_deal_and_contact(
    hub: DemoHub, client: str, use_rules: UseRules
) -> None:
    both = ["deal", "contact"]
    task = {"id": "task", "do": "task", "who": "senior", "title": "Chat with {name}", "text": "{link}", "links": both}
    made = [{"id": "contact", "do": "create_contact"}, {"id": "deal", "do": "create_deal"}, task]
    said = {"id": "said", "do": "comment", "text": "{name}, {phone}: {text}", "links": both}
    ended = {"channel": "dialogue", "step": "dialogue_finished"}
    rows = [
        {"id": "end", "when": ended, "actions": [said]},
        {"id": "chat", "when": {"channel": "dialogue"}, "actions": made},
    ]
    use_rules(rows=rows)
    played = hub.play("chat", client, chat={"name": "Olha", "text": "Is it there?"})
    (contact,), (deal,), (one,) = hub.contacts(client), hub.deals(client), hub.tasks(client)
    assert links(one) == {("deal", deal["id"]), ("contact", contact["id"])}
    assert played["call_id"] in one["text"]
    assert one["text"].startswith("http")
    expected = [f"Olha, {client}: Is it there?"]
    assert comments(hub, deal_id=deal["id"]) == comments(hub, contact_id=contact["id"]) == expected


def test_by_zohos_defaults_given_contact_data_always_make_a_lead_and_the_end_a_comment(
    hub: DemoHub, client: str, use_rules: UseRules
) -> None:
    hub.play("incoming-answered", client, employee=OLENA)
    use_rules("zoho-leads")
    hub.play("chat", client, employee=PIOTR, chat={"text": "A second sofa, please"})
    (new,) = [lead for lead in hub.leads(client) if person(lead["owner"]) == PIOTR]
    assert len(hub.leads(client)) == 2
    assert "A second sofa" in comments(hub, lead_id=new["id"])[0]


def test_messengers_reach_the_crm_only_while_their_integration_is_switched_on(
    hub: DemoHub, client: str, configure: Configure
) -> None:
    configure(channels=["call", "form"])
    hub.play("chat", client)
    assert owners(hub, client) == NOTHING


# --- what forms and chats are not -----------------------------------------------------------------------------------


def test_an_ignored_clients_forms_and_chats_stay_out_of_every_crm(hub: DemoHub, client: str) -> None:
    project = hub.process.query("SELECT id FROM projects_project ORDER BY id LIMIT 1")[0][0]
    hub.process.query(
        "INSERT INTO projects_ignoredclient (project_id, e164, note) VALUES (%s, %s, '')", project, client
    )
    hub.play("form", client)
    hub.play("chat", client)
    assert owners(hub, client) == NOTHING
    assert {one["stopped"] for one in inquiries(hub, client)} == {True}


def test_forms_and_chats_are_no_calls(hub: DemoHub, client: str) -> None:
    hub.play("form", client)
    hub.play("chat", client)
    assert hub.calls(client) == []
    assert {one["channel"] for one in hub.api.all("calls", number=client, channel="all")} == {"form", "dialogue"}


def test_the_call_log_knows_nothing_of_them_and_changes_nothing(hub: DemoHub, client: str) -> None:
    hub.play("form", client)
    before = (owners(hub, client), inquiries(hub, client))
    hub.process.run("reconcile", hub.telephony)
    hub.settle()
    assert (owners(hub, client), inquiries(hub, client)) == before


def test_a_missed_call_after_a_form_is_the_senior_managers_as_ever(hub: DemoHub, client: str) -> None:
    hub.play("form", client)
    hub.play("incoming-missed", client)
    (task,) = hub.tasks(client)
    assert (person(task["assignee"]), task["done"]) == (IRYNA, OPEN)
    assert ("lead", the_lead(hub, client)["id"]) in links(task)
