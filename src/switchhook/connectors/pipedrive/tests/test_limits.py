"""What a request costs, what an account may use, and the number of requests that each work takes."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import pytest

from switchhook.connectors.allowances import Allowance, Costs
from switchhook.connectors.pipedrive.config import Config
from switchhook.connectors.pipedrive.connector import Pipedrive, connect
from switchhook.connectors.pipedrive.limits import Budget, price_in_tokens
from switchhook.connectors.pipedrive.tests.office import Office
from switchhook.connectors.pipedrive.twin.limits import cost_of
from switchhook.core.clock import utc_now
from switchhook.core.records import Draft, Kind, Ref

PHONE = "+380671234567"


class Bookkeeper:
    """A governor that writes everything down."""

    def __init__(self) -> None:
        self.costs: list[Costs] = []
        self.stops: list[float] = []
        self.learned: list[tuple[str, float]] = []

    def admit(self, costs: Costs) -> AbstractContextManager[None]:
        self.costs.append(costs)
        return nullcontext()

    def stop(self, seconds: float) -> None:
        self.stops.append(seconds)

    def learn(self, allowance: Allowance, left: float) -> None:
        self.learned.append((allowance.name, left))

    def tokens(self) -> float:
        """What was booked of the day."""
        return sum(cost for costs in self.costs for allowance, cost in costs.items() if allowance.name == "day")


@pytest.mark.parametrize(
    ("plan", "oauth", "day", "burst"),
    [("lite", False, 60_000, 20), ("growth", True, 120_000, 160), ("ultimate", True, 420_000, 480)],
)
def test_allowances_are_those_of_the_plan(plan: str, oauth: bool, day: float, burst: float) -> None:
    config = Config(plan=plan, seats=2, api_token="" if oauth else "token")
    budget = Budget.of(config)
    assert (budget.day.most, budget.burst.most, budget.burst.per) == (day, burst, 2)
    assert (budget.search.most, budget.search.per) == (10, 2)


def test_only_searches_use_the_allowance_of_searches() -> None:
    budget = Budget.of(Config(api_token="token"))
    assert budget.search in budget.price("GET", "/api/v2/persons/search")
    assert budget.search not in budget.price("GET", "/api/v2/persons")


def test_what_is_booked_is_what_the_vendor_takes(office: Office) -> None:
    governor = Bookkeeper()
    crm = connect(replace(office.account(), governor=governor))
    work_of_every_kind(crm)
    assert governor.tokens() == office.used() > 200
    assert all(price_in_tokens(*line.split()) == cost_of(*line.split()) for line in office.asked())


def work_of_every_kind(crm: Pipedrive) -> None:
    crm.check()
    crm.users()
    crm.pipelines()
    person = crm.create(Draft(kind=Kind.CONTACT, values={"name": "Ivan", "phones": [PHONE]}), mark="").ref
    drafts = {Kind.LEAD: "title", Kind.DEAL: "title", Kind.TASK: "subject", Kind.COMMENT: "text"}
    for kind, name in drafts.items():
        made = crm.create(Draft(kind=kind, values={name: "Text"}, links=(person,)), mark="swh-1")
        crm.update(made.ref, {name: "Other"})
        crm.get(made.ref)
    crm.find_by_phone(PHONE)
    cursor, more = "", True
    while more:
        page = crm.changes(cursor)
        cursor, more = page.cursor, page.more


def test_the_governor_learns_what_is_left_and_stops_when_told_to(office: Office) -> None:
    governor = Bookkeeper()
    crm = connect(replace(office.account(plan="premium", seats=5), governor=governor))
    crm.users()
    assert governor.learned == [("day", 750_000 - 20)]
    office.fail(action="status", status=429, body={"error": "daily request budget exceeded"})
    with pytest.raises(Exception, match="tokens of the day"):
        crm.users()
    assert governor.stops == [3600]


def test_a_company_with_more_than_the_settings_say_is_not_held_back(office: Office) -> None:
    governor = Bookkeeper()
    connect(replace(office.account(), governor=governor)).users()
    assert governor.learned == [("day", 30_000)]


# --- requests of each work (the table of the README) ------------------------------------------------------------------


@pytest.fixture
def person(office: Office) -> Ref:
    return office.add_contact("Ivan", PHONE)


def count(office: Office, work: Callable[[], object]) -> tuple[int, int]:
    """Requests and tokens."""
    before = office.used()
    return len(office.requests_of(work)), office.used() - before


@pytest.mark.parametrize(
    ("kind", "name", "cost"),
    [
        (Kind.CONTACT, "name", (1, 5)),
        (Kind.COMPANY, "name", (1, 5)),
        (Kind.LEAD, "title", (1, 10)),
        (Kind.DEAL, "title", (1, 5)),
        (Kind.TASK, "subject", (1, 5)),
        (Kind.COMMENT, "text", (1, 10)),
        (Kind.CALL, "status", (1, 5)),
    ],
)
def test_a_create_is_one_request(office: Office, person: Ref, kind: Kind, name: str, cost: tuple[int, int]) -> None:
    links = () if kind in {Kind.CONTACT, Kind.COMPANY} else (person,)
    draft = Draft(kind=kind, values={name: "Text"}, links=links)
    crm = office.connect()
    assert count(office, lambda: crm.create(draft, mark="swh-1")) == cost
    assert count(office, lambda: crm.find_made(draft, "swh-1", since=utc_now()))[0] == 1


def test_a_look_up_is_one_request_and_two_for_each_person_found(office: Office) -> None:
    crm = office.connect()
    assert count(office, lambda: crm.find_by_phone(PHONE)) == (1, 20)
    office.add_contact("Ivan", PHONE)
    assert count(office, lambda: crm.find_by_phone(PHONE)) == (3, 50)


def test_a_change_is_one_request_and_two_where_a_text_is_kept(office: Office, person: Ref) -> None:
    crm = office.connect()
    task = crm.create(Draft(kind=Kind.TASK, values={"subject": "Call"}, links=(person,)), mark="").ref
    assert count(office, lambda: crm.update(task, {"done": True})) == (1, 5)
    assert count(office, lambda: crm.update(task, {"text": "Text"})) == (2, 6)
    assert count(office, lambda: crm.get(task)) == (1, 1)


def test_a_call_log_costs_a_second_request(office: Office, person: Ref) -> None:
    values = {"status": "answered", "started_at": "2026-11-20T09:30:00+00:00", "client_number": PHONE}
    crm = office.connect(call_record="call_log")
    assert count(office, lambda: crm.create(Draft(kind=Kind.CALL, values=values, links=(person,)), mark="")) == (2, 15)
