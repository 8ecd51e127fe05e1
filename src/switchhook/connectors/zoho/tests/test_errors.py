"""What Zoho's answers become: the codes decide, whatever the status."""

import json
from typing import Any

import pytest

from switchhook.connectors.allowances import Costs, Ungoverned
from switchhook.connectors.http import Answer
from switchhook.connectors.zoho.answers import explain
from switchhook.connectors.zoho.connector import ZohoCrm, connect
from switchhook.connectors.zoho.limits import at_once, credits_of
from switchhook.connectors.zoho.tests.zoho_account import TwinClient, account_of, open_crm
from switchhook.core.errors import (
    AuthFailed,
    Misconfigured,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    SwitchhookError,
    TargetGone,
    Unreachable,
)
from switchhook.core.records import Draft, Kind, Record, Ref

PHONE = "+380671234567"


class WatchedGovernor(Ungoverned):
    """Lets everything pass and remembers what it was told."""

    def __init__(self) -> None:
        self.costs: list[dict[str, float]] = []
        self.stops: list[float] = []
        self.learned: list[tuple[str, float]] = []

    def admit(self, costs: Costs) -> Any:
        self.costs.append({allowance.name: cost for allowance, cost in costs.items()})
        return super().admit(costs)

    def stop(self, seconds: float) -> None:
        self.stops.append(seconds)

    def learn(self, allowance: Any, left: float) -> None:
        self.learned.append((allowance.name, left))


def lead(crm: ZohoCrm, **values: Any) -> Record:
    return crm.create(Draft(kind=Kind.LEAD, values={"title": "Call", "phones": [PHONE], **values}), mark="swh-1")


def answered(status: int, body: Any, **headers: str) -> SwitchhookError | None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return explain(Answer(status=status, headers=headers, content=content, repeatable=False))


def error(code: str, message: str = "said", **details: Any) -> dict[str, Any]:
    return {"code": code, "message": message, "status": "error", "details": details}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, error("INVALID_TOKEN"), AuthFailed),
        (401, b"Unauthorized", AuthFailed),
        (401, error("OAUTH_SCOPE_MISMATCH"), Misconfigured),
        (403, error("NO_PERMISSION", permissions=["Crm_Implied_View_Leads"]), Rejected),
        (400, error("AUTHORIZATION_FAILED", resource_path_index=1), Rejected),
        (400, {"data": [error("INVALID_DATA", api_name="Email", json_path="$.data[0].Email")]}, Rejected),
        (202, {"data": [error("INVALID_DATA", api_name="Email", json_path="$.data[0].Email")]}, Rejected),
        (400, {"data": [error("INVALID_DATA", resource_path_index=1)]}, TargetGone),
        (400, {"data": [error("INVALID_DATA", api_name="What_Id", json_path="$.data[0].What_Id")]}, TargetGone),
        (400, {"data": [error("INVALID_DATA", api_name="id", json_path="$.data[0].Parent_Id.id")]}, TargetGone),
        (400, {"data": [error("ID_ALREADY_CONVERTED")]}, TargetGone),
        (400, {"data": [error("RECORD_IN_BLUEPRINT", id="1")]}, Rejected),
        (400, error("INVALID_MODULE", resource_path_index=0), Rejected),
        (400, error("INVALID_HOST"), Misconfigured),
        (404, error("INVALID_URL_PATTERN"), Misconfigured),
        (
            400,
            {"data": [error("MULTIPLE_OR_MULTI_ERRORS", errors=[error("DUPLICATE_DATA", api_name="X")])]},
            Rejected,
        ),
    ],
)
def test_a_code_becomes_an_error_with_its_own_fate(status: int, body: Any, expected: type[SwitchhookError]) -> None:
    assert type(answered(status, body)) in {expected, *expected.__subclasses__()}


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, {"data": [{"code": "SUCCESS", "status": "success", "details": {"id": "1"}}]}), (204, b""), (500, b"oops")],
)
def test_an_answer_without_an_error_of_zohos_is_left_to_its_status(status: int, body: Any) -> None:
    assert answered(status, body) is None


@pytest.mark.parametrize(
    ("body", "headers", "wait"),
    [
        (error("TOO_MANY_REQUESTS", "Rate limit exceeded.", retry_after=60), {}, 60),
        (error("RATE_LIMIT_EXCEEDED", "Too many requests. Please try again later."), {}, 2),
        (error("TOO_MANY_REQUESTS", "Too many at once"), {"retry-after": "9"}, 9),
        (error("TOO_MANY_REQUESTS", "API credits limit exceeded"), {}, 900),
        (error("RATE_LIMIT_EXCEEDED", "Too many"), {"x-api-credits-remaining": "0"}, 900),
        (b"<html>", {}, 2),
    ],
)
def test_the_kinds_of_limit_are_told_apart(body: Any, headers: dict[str, str], wait: float) -> None:
    problem = answered(429, body, **headers)
    assert isinstance(problem, RateLimited)
    assert problem.retry_after == wait


def test_a_refusal_names_the_field_and_what_would_be_right(twin: TwinClient) -> None:
    with pytest.raises(Rejected, match=r"invalid.*UTM_Nothing"):
        lead(open_crm(twin), custom={"UTM_Nothing": "x"})


def test_a_text_too_long_for_its_field_is_cut_and_said(twin: TwinClient) -> None:
    made = lead(open_crm(twin), custom={"UTM_Source": "x" * 300}, title="y" * 100)
    (row,) = twin.state()["records"]["lead"]
    assert (len(row["UTM_Source"]), len(row["Last_Name"])) == (255, 80)
    assert {remark.params["field"] for remark in made.remarks} == {"UTM_Source", "Last_Name"}
    assert twin.routes()["POST /{module}"] == 2


def test_an_address_that_zoho_does_not_take_is_left_out_and_said(twin: TwinClient) -> None:
    made = lead(open_crm(twin), email="ask the secretary")
    (row,) = twin.state()["records"]["lead"]
    assert row.get("Email") is None
    assert "ask the secretary" in str(made.remarks[0])


@pytest.mark.parametrize("kind", [Kind.CONTACT, Kind.LEAD])
def test_a_client_who_is_there_already_by_a_unique_number_is_taken(twin: TwinClient, kind: Kind) -> None:
    module = {"contact": "Contacts", "lead": "Leads"}[kind.value]
    twin.control("configure", unique={module: ["Phone"]})
    held = twin.people("add", module=module, values={"Last_Name": "Ivan", "Phone": PHONE})
    values = {"name": "Ivan", "title": "Ivan", "phones": [PHONE]}
    made = open_crm(twin).create(Draft(kind=kind, values=values), mark="swh-1")
    assert made.id == held["id"]
    assert "Phone" in str(made.remarks[0])


def test_a_unique_value_of_somebody_elses_record_is_refused(twin: TwinClient) -> None:
    twin.control("configure", unique={"Contacts": ["Email"]})
    twin.people("add", module="Contacts", values={"Last_Name": "Ivan", "Email": "i@example.com"})
    with pytest.raises(Rejected, match="DUPLICATE_DATA"):
        open_crm(twin).create(
            Draft(kind=Kind.CONTACT, values={"name": "Olha", "phones": [PHONE], "email": "i@example.com"}), mark=""
        )


def test_a_user_who_has_left_cannot_be_an_owner_and_the_remedy_is_said(twin: TwinClient) -> None:
    with pytest.raises(Rejected, match="Map the employee"):
        lead(open_crm(twin), owner="5725767000000999999")


def test_every_request_books_a_credit_and_a_place(twin: TwinClient) -> None:
    governor = WatchedGovernor()
    crm = connect(account_of(twin, governor=governor))
    lead(crm)
    crm.find_by_phone(PHONE)
    assert governor.costs[0] == {"day": 1, "at once": 1}
    assert governor.costs[1] == {"day": 1, "at once": 1, "search": 1}


def test_what_zoho_says_is_left_is_passed_on(twin: TwinClient) -> None:
    governor = WatchedGovernor()
    twin.control("configure", credits=4)
    crm = connect(account_of(twin, governor=governor))
    for _ in range(3):
        lead(crm)
    assert governor.learned == [("day", 2), ("day", 1)]


@pytest.mark.parametrize("body", ["TOO_MANY_REQUESTS", "RATE_LIMIT_EXCEEDED"])
def test_a_day_that_is_used_up_stops_everybody_for_long(twin: TwinClient, body: str) -> None:
    governor = WatchedGovernor()
    twin.control("configure", credits=1, limit_body=body)
    crm = connect(account_of(twin, governor=governor))
    lead(crm)
    with pytest.raises(RateLimited, match="of the day"):
        lead(crm)
    assert governor.stops == [900]
    twin.control("clock", advance=24 * 3600 + 1)
    twin.people("consent")
    assert lead(crm).id


@pytest.mark.parametrize(
    ("edition", "licences", "credits_", "together"),
    [
        ("free", 3, 5_000, 5),
        ("standard", 10, 52_500, 10),
        ("standard", 1000, 100_000, 10),
        ("professional", 10, 55_000, 15),
        ("enterprise", 10, 60_000, 20),
        ("ultimate", 10, 70_000, 25),
    ],
)
def test_an_edition_has_its_credits_and_places(edition: str, licences: int, credits_: int, together: int) -> None:
    assert (credits_of(edition, licences), at_once(edition)) == (credits_, together)


def test_a_create_that_zoho_does_not_confirm_has_an_unknown_outcome(twin: TwinClient) -> None:
    rule = {"action": "status", "path": "/crm/v8/Leads", "status": 201, "body": {"data": []}}
    twin.control("faults", **rule)
    with pytest.raises(OutcomeUnknown):
        lead(open_crm(twin))


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_failure_of_zohos_while_reading_is_tried_again_later(twin: TwinClient, status: int) -> None:
    twin.control("faults", action="status", path="/crm/v8/*", status=status, body="maintenance")
    with pytest.raises(Unreachable):
        open_crm(twin).get(Ref(Kind.LEAD, "1"))


def test_notes_that_are_for_administrators_only_are_refused_where_their_record_is_not_known(twin: TwinClient) -> None:
    twin.control("configure", notes_for_all=False)
    crm = open_crm(twin)
    made = lead(crm)
    draft = Draft(kind=Kind.COMMENT, values={"text": "Noted"}, links=(made.ref,))
    note = crm.create(draft, mark="swh-7")
    since = note.last_activity
    assert since is not None
    assert crm.find_made(draft, "swh-7", since=since) == crm.get(note.ref)
    with pytest.raises(Rejected, match="may not do this"):
        crm.find_made(Draft(kind=Kind.COMMENT, values={"text": "Noted"}), "swh-7", since=since)


def test_the_notes_of_a_record_that_is_no_more_are_no_more(twin: TwinClient) -> None:
    crm = open_crm(twin)
    made = lead(crm)
    draft = Draft(kind=Kind.COMMENT, values={"text": "Noted"}, links=(made.ref,))
    note = crm.create(draft, mark="swh-7")
    twin.people("delete", module="Leads", id=made.id)
    assert note.last_activity is not None
    assert crm.find_made(draft, "swh-7", since=note.last_activity) is None
