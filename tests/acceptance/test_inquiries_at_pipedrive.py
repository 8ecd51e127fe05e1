"""Forms and chats in Pipedrive, as its own stand-in holds them: what the article says, with the fewest requests."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from tests.acceptance.records import OLENA
from tests.demo_hub import DemoHub, running_demo

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(400)]

Records = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoHub]:
    with running_demo(DemoHub, crm="pipedrive") as hub:
        yield hub


def held(demo: DemoHub, client: str) -> Records:
    """The client's persons, and the leads and organisations that hang on them."""
    records = demo.web.get(f"{demo.process.line['twins']['pipedrive']}/__twin__/state").json()["records"]
    persons = [one for one in records["persons"] if client in [phone["value"] for phone in one["phones"]]]
    leads = [one for one in records["leads"] if one["person_id"] in [person["id"] for person in persons]]
    notes = [one for one in records["notes"] if one["lead_id"] in [lead["id"] for lead in leads]]
    owned = {person["org_id"] for person in persons}
    organizations = [one for one in records["organizations"] if one["id"] in owned]
    return {"persons": persons, "leads": leads, "organizations": organizations, "notes": notes}


def numbers(demo: DemoHub, client: str) -> dict[str, int]:
    return {kind: len(found) for kind, found in held(demo, client).items()}


def writes(demo: DemoHub) -> Counter[str]:
    """Requests that changed something so far, by route."""
    routes = demo.web.get(f"{demo.process.line['twins']['pipedrive']}/__twin__/requests").json()["routes"]
    return Counter({route: count for route, count in routes.items() if not route.startswith("GET ")})


def test_a_form_makes_person_lead_and_organisation_and_the_next_one_is_added_to_the_lead(demo: DemoHub) -> None:
    client = "+380671930001"
    demo.play("form", client)
    assert numbers(demo, client) == {"persons": 1, "leads": 1, "organizations": 1, "notes": 1}
    demo.play("form", client, fields={"comment": "One more thing"}, utm={"utm_source": "bing"})
    assert numbers(demo, client) == {"persons": 1, "leads": 1, "organizations": 1, "notes": 2}
    assert any("One more thing" in note["content"] for note in held(demo, client)["notes"])


def test_a_chat_makes_a_lead_whose_title_carries_its_id_by_one_update(demo: DemoHub) -> None:
    client, before = "+380671930002", writes(demo)
    demo.play("chat", client, employee=OLENA, chat={"name": "Olha"})
    (lead,), (who,) = held(demo, client)["leads"], held(demo, client)["persons"]
    assert lead["title"].startswith("Chat Olha ")
    assert lead["title"].endswith(f" {lead['id']}")
    assert (who["name"], who["owner_id"]) == ("Olha", lead["owner_id"])
    made = {"POST /api/v2/organizations": 1, "POST /api/v2/persons": 1, "POST /v1/leads": 1, "PATCH /v1/leads/{id}": 1}
    assert writes(demo) - before == Counter(made)


def test_a_chat_of_a_known_number_or_one_that_is_not_sent_writes_nothing(demo: DemoHub) -> None:
    known, unsent = "+380671930003", "+380671930004"
    demo.play("incoming-answered", known, employee=OLENA)
    before = writes(demo)
    demo.play("chat", known)
    demo.play("chat-not-sent", unsent)
    assert writes(demo) == before
