"""How many requests each operation costs: the fewest that the interface allows, as the README's table says."""

from datetime import UTC, datetime
from typing import Any

import pytest

from switchhook.connectors.zoho.connector import ZohoCrm
from switchhook.connectors.zoho.tests.zoho_account import TwinClient, open_crm
from switchhook.core.records import Draft, Kind, Record, Ref

PHONE = "+380671234567"
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
CALL = {
    "direction": "in",
    "status": "answered",
    "client_number": PHONE,
    "project_number": "+380441234567",
    "started_at": "2026-11-20T09:30:00+00:00",
    "talk_seconds": 42,
    "recording_url": "https://hub.example/r/1",
}
DRAFTS: dict[Kind, dict[str, Any]] = {
    Kind.CONTACT: {"name": "Ivan", "phones": [PHONE], "utm": {"utm_source": "google"}, "owner": "5725767000000412001"},
    Kind.COMPANY: {"name": "Acme", "phones": [PHONE]},
    Kind.LEAD: {"title": "Call", "phones": [PHONE], "source": "google", "client_id": "1.2"},
    Kind.DEAL: {"title": "Call", "pipeline": "Context ads › New", "source": "google"},
    Kind.TASK: {"subject": "Call back", "due_at": "2026-11-23T13:45:00+00:00", "text": "Call back"},
    Kind.CALL: CALL,
    Kind.COMMENT: {"text": "Noted"},
}


@pytest.fixture
def crm(twin: TwinClient) -> ZohoCrm:
    return open_crm(twin)


def contact(crm: ZohoCrm) -> Record:
    """A contact made before the counting begins."""
    return crm.create(Draft(kind=Kind.CONTACT, values=DRAFTS[Kind.CONTACT]), mark="")


def spent(twin: TwinClient, before: int) -> int:
    return twin.requests() - before


@pytest.mark.parametrize("kind", sorted(DRAFTS))
def test_making_a_record_costs_one_request(crm: ZohoCrm, twin: TwinClient, kind: Kind) -> None:
    about = () if kind is Kind.COMPANY else (contact(crm).ref,)
    links = () if kind is Kind.CONTACT else about
    before = twin.requests()
    crm.create(Draft(kind=kind, values=DRAFTS[kind], links=links), mark="swh-1")
    assert spent(twin, before) == 1


def test_a_number_nobody_has_costs_three_requests(crm: ZohoCrm, twin: TwinClient) -> None:
    assert crm.find_by_phone(PHONE) == []
    assert twin.routes() == {"POST /coql": 3}


def test_accounts_that_are_not_searched_save_a_request(twin: TwinClient) -> None:
    assert open_crm(twin, company_phones=[]).find_by_phone(PHONE) == []
    assert twin.routes() == {"POST /coql": 2}


def test_a_client_who_may_have_deals_costs_four_requests(crm: ZohoCrm, twin: TwinClient) -> None:
    made = contact(crm)
    crm.create(Draft(kind=Kind.DEAL, values=DRAFTS[Kind.DEAL], links=(made.ref,)), mark="")
    before = twin.requests()
    assert {record.kind for record in crm.find_by_phone(PHONE)} == {Kind.CONTACT, Kind.DEAL}
    assert spent(twin, before) == 4


def test_a_lead_costs_three_requests_to_find(crm: ZohoCrm, twin: TwinClient) -> None:
    crm.create(Draft(kind=Kind.LEAD, values=DRAFTS[Kind.LEAD]), mark="")
    before = twin.requests()
    assert [record.kind for record in crm.find_by_phone(PHONE)] == [Kind.LEAD]
    assert spent(twin, before) == 3


@pytest.mark.parametrize(
    ("kind", "values", "cost"),
    [
        (Kind.CONTACT, {"name": "Renamed"}, 2),
        (Kind.CONTACT, {"name": "Ivan"}, 1),
        (Kind.LEAD, {"utm": {"utm_source": "bing"}}, 2),
        (Kind.TASK, {"done": True}, 1),
        (Kind.TASK, {"done": True, "text": "No longer needed"}, 2),
        (Kind.CALL, {"recording_url": "https://hub.example/r/2"}, 2),
        (Kind.COMMENT, {"text": "Changed"}, 1),
    ],
)
def test_a_change_costs_one_request_and_one_to_read_what_must_stay(
    crm: ZohoCrm, twin: TwinClient, kind: Kind, values: dict[str, object], cost: int
) -> None:
    links = () if kind is Kind.CONTACT else (contact(crm).ref,)
    made = crm.create(Draft(kind=kind, values=DRAFTS[kind], links=links), mark="swh-1")
    before = twin.requests()
    crm.update(made.ref, values)
    assert spent(twin, before) == cost


@pytest.mark.parametrize("kind", sorted(DRAFTS))
def test_looking_for_what_was_made_costs_one_request(crm: ZohoCrm, twin: TwinClient, kind: Kind) -> None:
    about = contact(crm).ref
    draft = Draft(kind=kind, values=DRAFTS[kind], links=() if kind is Kind.CONTACT else (about,))
    crm.create(draft, mark="swh-1")
    before = twin.requests()
    assert crm.find_made(draft, "swh-1", since=SINCE)
    assert spent(twin, before) == 1


def test_a_first_reading_costs_four_requests_and_each_later_one_eight(crm: ZohoCrm, twin: TwinClient) -> None:
    costs, cursor = [], ""
    for _round in range(2):
        before, more = twin.requests(), True
        while more:
            page = crm.changes(cursor)
            cursor, more = page.cursor, page.more
        costs.append(spent(twin, before))
    assert costs == [4, 8]


def test_reading_a_record_costs_one_request(crm: ZohoCrm, twin: TwinClient) -> None:
    made = contact(crm)
    before = twin.requests()
    crm.get(made.ref)
    assert spent(twin, before) == 1


def test_one_access_token_serves_all_of_it(crm: ZohoCrm, twin: TwinClient) -> None:
    for _ in range(3):
        contact(crm)
    assert twin.get("/__twin__/requests").json()["routes"]["POST /oauth/v2/token"] == 1


def test_a_deal_in_a_stage_of_ones_own_costs_two_requests_more_unless_it_is_set(twin: TwinClient) -> None:
    made = twin.people(
        "add",
        module="Deals",
        values={"Deal_Name": "Ours", "Pipeline": "Context ads", "Stage": "Paid", "Closing_Date": "2026-12-01"},
    )
    for settings, cost in (({}, 3), ({"won_stages": ["Paid"]}, 1)):
        crm, before = open_crm(twin, **settings), twin.requests()
        assert crm.get(Ref(Kind.DEAL, made["id"])).status == "won"
        assert spent(twin, before) == cost
