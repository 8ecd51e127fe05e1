"""Lead mode in Pipedrive, as its own stand-in holds it: what the article says, in few requests."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from tests.acceptance.records import ANDRII, IRYNA, OLENA, PIOTR
from tests.demo_hub import DemoHub, eventually, running_demo

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(400)]

Row = dict[str, Any]
UTM = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "brand"}
SEARCH, PERSON, COMPANY = "GET /api/v2/persons/search", "POST /api/v2/persons", "POST /api/v2/organizations"
LEAD, ACTIVITY, DEAL = "POST /v1/leads", "POST /api/v2/activities", "POST /api/v2/deals"
LEADS_OF, DEALS_OF, READ_LEAD = "GET /v1/leads", "GET /api/v2/deals", "GET /v1/leads/{id}"
NEW_CLIENT = {SEARCH: 1, COMPANY: 1, PERSON: 1, LEAD: 1}
LOOKED_UP = {SEARCH: 1, LEADS_OF: 1, DEALS_OF: 1}

_numbers = count(1)


class PipedriveDemo(DemoHub):
    """The demo on Pipedrive, with what its twin holds and was asked."""

    @property
    def pipedrive(self) -> str:
        return str(self.process.line["twins"]["pipedrive"])

    def crm(self) -> Row:
        """The connection."""
        return next(one for one in self.api.all("connections") if one["connector"] == "pipedrive")

    def state(self) -> Row:
        found: Row = self.web.get(f"{self.pipedrive}/__twin__/state").json()
        return found

    def records(self, kind: str, client: str) -> list[Row]:
        """The client's own, and what hangs on his person or leads."""
        records = self.state()["records"]
        persons = [one for one in records["persons"] if client in {point["value"] for point in one["phones"]}]
        ids = {one["id"] for one in persons}
        leads = [one for one in records["leads"] if one["person_id"] in ids]
        deals = [one for one in records["deals"] if one["person_id"] in ids]
        topics = {one["id"] for one in (*leads, *deals)}
        tied = (("lead_id", topics), ("deal_id", topics), ("person_id", ids))
        about = [one for one in records["activities"] if any(one[name] in those for name, those in tied)]
        owned = {one["org_id"] for one in persons} | {one["organization_id"] for one in leads}
        companies = [one for one in records["organizations"] if one["id"] in owned]
        kinds = {"persons": persons, "leads": leads, "activities": about, "deals": deals, "organizations": companies}
        return kinds[kind]

    def user(self, number: int) -> str:
        """The e-mail of a user."""
        return str(next(user["email"] for user in self.state()["users"] if user["id"] == number))

    def owners(self, client: str) -> dict[str, list[str]]:
        kinds = ("persons", "organizations", "leads", "deals")
        return {kind: [self.user(one["owner_id"]) for one in self.records(kind, client)] for kind in kinds}

    def work(self, client: str) -> list[tuple[str, bool]]:
        """Whose activities they are, and whether they are done; oldest first."""
        return [(self.user(one["owner_id"]), one["done"]) for one in self.records("activities", client)]

    def tag(self, kind: str, name: str) -> str:
        """The code of the field for a tag."""
        return str(next(one["field_code"] for one in self.state()["fields"][kind] if one["field_name"] == name))

    def asked(self) -> Counter[str]:
        """Requests so far, but those of the feed, which comes round by itself."""
        log = self.web.get(f"{self.pipedrive}/__twin__/requests?last=1000").json()["log"]
        requests = (entry["request"] for entry in log)
        return Counter(f"{one['method']} {one['route']}" for one in requests if not _is_of_the_feed(one))

    def people(self, do: str, **said: Any) -> Row:
        answer = self.web.post(f"{self.pipedrive}/__twin__/people", json={"do": do, **said})
        answer.raise_for_status()
        return dict(answer.json())

    def an_hour_passes(self) -> None:
        """As if the last look at Pipedrive were an hour ago."""
        self.process.query("UPDATE directory_directoryentry SET confirmed_at = now() - interval '1 hour'")
        self.process.query("UPDATE directory_lookup SET asked_at = now() - interval '1 hour'")


def _is_of_the_feed(request: Row) -> bool:
    marks = ("updated_since", "include_fields", "sort_by", "sort")
    whole = ("/api/v2/persons", "/api/v2/organizations")
    if request["method"] != "GET" or "person_id" in request["query"]:
        return False
    return request["route"] in whole or any(name in request["query"] for name in marks)


def demo_of(preset: str) -> Iterator[PipedriveDemo]:
    with running_demo(PipedriveDemo, preset, crm="pipedrive") as hub:
        yield hub


@pytest.fixture(scope="module")
def demo() -> Iterator[PipedriveDemo]:
    yield from demo_of("pipedrive-leads")


@pytest.fixture
def client() -> str:
    return f"+38067197{next(_numbers):04}"


@pytest.fixture
def known(demo: PipedriveDemo, client: str) -> str:
    """A client whose open lead is Olena's."""
    demo.play("incoming-answered", client, employee=OLENA)
    return client


def only(owner: str) -> dict[str, list[str]]:
    """One of each in lead mode."""
    return {"persons": [owner], "organizations": [owner], "leads": [owner], "deals": []}


# --- a new client -----------------------------------------------------------------------------------------------------


def test_at_pick_up_person_lead_and_organisation_are_made_with_utm_tags(demo: PipedriveDemo, client: str) -> None:
    before = demo.asked()
    demo.play("incoming-answered", client, employee=OLENA, utm=UTM)
    assert demo.owners(client) == only(OLENA)
    (person,), (lead,), (company,) = (demo.records(k, client) for k in ("persons", "leads", "organizations"))
    assert (lead["person_id"], lead["organization_id"]) == (person["id"], company["id"])
    assert {name: lead[demo.tag("deal", name)] for name in UTM} == UTM
    assert {name: person["custom_fields"][demo.tag("person", name)] for name in UTM} == UTM
    assert demo.work(client) == []
    assert demo.asked() - before == Counter(NEW_CLIENT)


def test_a_missed_call_is_the_senior_managers_task_on_everything_due_in_four_hours(
    demo: PipedriveDemo, client: str
) -> None:
    before = demo.asked()
    demo.play("incoming-missed", client)
    assert demo.owners(client) == only(IRYNA)
    (task,), (lead,) = demo.records("activities", client), demo.records("leads", client)
    assert demo.work(client) == [(IRYNA, False)]
    assert (task["lead_id"], task["person_id"], task["org_id"]) == (
        lead["id"], lead["person_id"], lead["organization_id"],
    )  # fmt: skip
    ended = datetime.fromisoformat(demo.calls(client)[0]["ended_at"])
    due = datetime.fromisoformat(f"{task['due_date']}T{task['due_time']}:00+00:00")
    assert due == (ended + timedelta(hours=4)).replace(second=0, microsecond=0)
    assert demo.asked() - before == Counter(NEW_CLIENT | {ACTIVITY: 1})


def test_an_unknown_employee_leaves_the_top_manager_a_task(demo: PipedriveDemo, client: str) -> None:
    before = demo.asked()
    demo.play("incoming-unknown-employee", client)
    assert (demo.owners(client), demo.work(client)) == (only(ANDRII), [(ANDRII, False)])
    assert demo.asked() - before == Counter(NEW_CLIENT | {ACTIVITY: 1})


def test_somebody_typed_in_by_hand_is_not_made_again(demo: PipedriveDemo, client: str) -> None:
    local = f"0{client[4:6]} {client[6:9]} {client[9:11]} {client[11:]}"
    person = demo.people("add_person", name="Typed", phones=[{"value": local}])
    before = demo.asked()
    demo.play("incoming-answered", client, employee=OLENA)
    state = demo.state()["records"]
    assert [one["id"] for one in state["persons"] if one["name"] in {"Typed", client}] == [person["id"]]
    assert [demo.user(one["owner_id"]) for one in state["leads"] if one["person_id"] == person["id"]] == [OLENA]
    assert demo.asked() - before == Counter(LOOKED_UP | {LEAD: 1, ACTIVITY: 1})


# --- a client with an open lead ---------------------------------------------------------------------------------------


def test_if_the_responsible_answers_there_is_a_done_task_with_the_recording(demo: PipedriveDemo, known: str) -> None:
    before = demo.asked()
    demo.play("incoming-answered", known, employee=OLENA)
    assert (demo.owners(known), demo.work(known)) == (only(OLENA), [(OLENA, True)])
    (task,) = demo.records("activities", known)
    assert f'<a href="{demo.url}/r/' in task["note"]
    assert demo.asked() - before == Counter({ACTIVITY: 1})


def test_if_another_answers_there_are_two_tasks(demo: PipedriveDemo, known: str) -> None:
    before = demo.asked()
    demo.play("incoming-answered", known, employee=PIOTR)
    assert sorted(demo.work(known)) == [(OLENA, False), (PIOTR, True)]
    assert demo.owners(known) == only(OLENA)
    assert demo.asked() - before == Counter({ACTIVITY: 2})


def test_a_missed_call_is_the_senior_managers_task(demo: PipedriveDemo, known: str) -> None:
    before = demo.asked()
    demo.play("incoming-missed", known)
    assert demo.work(known) == [(IRYNA, False)]
    assert demo.asked() - before == Counter({ACTIVITY: 1})


def test_if_nobody_knows_who_answered_the_top_manager_gets_a_task(demo: PipedriveDemo, known: str) -> None:
    demo.play("incoming-unknown-employee", known)
    assert (demo.owners(known), demo.work(known)) == (only(OLENA), [(ANDRII, False)])


def test_a_lead_that_nobody_read_for_a_while_is_read_before_it_is_used(demo: PipedriveDemo, known: str) -> None:
    demo.an_hour_passes()
    before = demo.asked()
    demo.play("incoming-answered", known, employee=OLENA)
    assert demo.asked() - before == Counter({READ_LEAD: 1, ACTIVITY: 1})


@pytest.mark.parametrize("who", [OLENA, PIOTR])
def test_an_outgoing_call_is_one_done_task_of_the_responsible(demo: PipedriveDemo, known: str, who: str) -> None:
    before = demo.asked()
    demo.play("outgoing-answered", known, employee=who)
    assert demo.work(known) == [(OLENA, True)]
    assert demo.asked() - before == Counter({ACTIVITY: 1})


def test_an_outgoing_call_to_nobody_known_writes_nothing(demo: PipedriveDemo, client: str) -> None:
    demo.play("outgoing-answered", client, employee=OLENA)
    assert demo.records("persons", client) == []


# --- what became of the lead ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("later", [False, True])
def test_if_the_lead_was_converted_a_new_one_is_made_and_the_deal_left_alone(
    demo: PipedriveDemo, known: str, later: bool
) -> None:
    (lead,) = demo.records("leads", known)
    demo.people("convert", id=lead["id"])
    if later:
        demo.an_hour_passes()
    demo.play("incoming-answered", known, employee=PIOTR)
    (second,), (deal,) = demo.records("leads", known), demo.records("deals", known)
    assert second["id"] != lead["id"]
    assert {task["lead_id"] for task in demo.records("activities", known)} == {second["id"]}
    assert (deal["title"], deal["update_time"]) == (lead["title"], None)


def test_an_archived_lead_does_not_take_the_call(demo: PipedriveDemo, known: str) -> None:
    (lead,) = demo.records("leads", known)
    demo.people("archive", kind="leads", id=lead["id"])
    demo.an_hour_passes()
    demo.play("incoming-answered", known, employee=OLENA)
    leads = demo.records("leads", known)
    assert [one["is_archived"] for one in leads] == [True, False]
    assert {task["lead_id"] for task in demo.records("activities", known)} == {leads[1]["id"]}


# --- a token that was revoked -----------------------------------------------------------------------------------------


def test_a_revoked_token_holds_the_work_until_it_is_renewed(demo: PipedriveDemo, client: str) -> None:
    rule = {"action": "expire_token", "path": "/api/v2/persons/search"}
    demo.web.post(f"{demo.pipedrive}/__twin__/faults", json=rule)
    demo.send("incoming-answered", client, employee=OLENA)
    eventually(lambda: demo.crm()["state"] == "broken", what="the connection is not broken")
    assert demo.records("persons", client) == []
    fresh = {"api_token": demo.people("regenerate_token")["api_token"]}
    demo.api.post(f"connections/{demo.crm()['id']}/credentials", {"credentials": fresh}, code=200)
    demo.settle()
    assert demo.owners(client) == only(OLENA)
