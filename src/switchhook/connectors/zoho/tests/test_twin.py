"""The twin is as strict as Zoho is, and does what people do there."""

# ruff: noqa: S608 - queries of tests

from typing import Any

import pytest

from switchhook.connectors.zoho.tests.zoho_account import TwinClient, account_of
from switchhook.connectors.zoho.twin.config import TwinConfig
from switchhook.connectors.zoho.twin.demo import demo_twin

PHONE = "+380671234567"


class Caller:
    """A program with an access token."""

    def __init__(self, twin: TwinClient) -> None:
        self._twin = twin
        form = {**account_of(twin).credentials, "grant_type": "refresh_token"}
        self.token = twin.post("/oauth/v2/token", data=form).json()["access_token"]

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        headers = {"Authorization": f"Zoho-oauthtoken {self.token}", **options.pop("headers", {})}
        return self._twin.request(method, f"/crm/v8{path}", json=body, headers=headers, **options)

    def query(self, text: str) -> Any:
        return self("POST", "/coql", {"select_query": text})


@pytest.fixture
def call(twin: TwinClient) -> Caller:
    return Caller(twin)


def contacts(count: int) -> dict[str, Any]:
    return {"data": [{"Last_Name": f"Client {number}", "Phone": PHONE} for number in range(count)]}


@pytest.mark.parametrize("header", ["", "Bearer {}", "Zoho-oauthtoken 1000.wrong"])
def test_only_a_good_token_in_zohos_own_header_opens_anything(twin: TwinClient, call: Caller, header: str) -> None:
    answer = twin.get("/crm/v8/users", headers={"Authorization": header.format(call.token)})
    assert (answer.status_code, answer.json()["code"]) == (401, "INVALID_TOKEN")


def test_the_sixteenth_access_token_kills_the_first(twin: TwinClient, call: Caller) -> None:
    for _ in range(15):
        twin.control("clock", advance=61)
        Caller(twin)
    assert call("GET", "/users").status_code == 401


def test_an_access_token_lives_an_hour(twin: TwinClient, call: Caller) -> None:
    twin.control("clock", advance=3599)
    assert call("GET", "/users").status_code == 200
    twin.control("clock", advance=1)
    assert call("GET", "/users").status_code == 401


def test_a_refresh_token_can_be_revoked(twin: TwinClient, call: Caller) -> None:
    refresh = account_of(twin).credentials["refresh_token"]
    assert twin.post("/oauth/v2/token/revoke", data={"token": refresh}).json() == {"status": "success"}
    assert call("GET", "/users").status_code == 401


@pytest.mark.parametrize(
    ("module", "values", "code", "field"),
    [
        ("Leads", {"Phone": PHONE}, "MANDATORY_NOT_FOUND", "Last_Name"),
        ("Leads", {"Last_Name": 7}, "INVALID_DATA", "Last_Name"),
        ("Leads", {"Last_Name": "x" * 81}, "INVALID_DATA", "Last_Name"),
        ("Leads", {"Last_Name": "x", "Phone": "067  1234567"}, "INVALID_DATA", "Phone"),
        ("Leads", {"Last_Name": "x", "Lead_Source": "nowhere"}, "INVALID_DATA", "Lead_Source"),
        ("Leads", {"Last_Name": "x", "Owner": {"id": "7"}}, "INVALID_DATA", "Owner"),
        ("Leads", {"Last_Name": "x", "Nothing": "y"}, "INVALID_DATA", "Nothing"),
        ("Contacts", {"Last_Name": "x", "Account_Name": {"id": "7"}}, "INVALID_DATA", "Account_Name"),
        ("Deals", {"Deal_Name": "x", "Stage": "Qualification"}, "MANDATORY_NOT_FOUND", "Pipeline"),
        (
            "Deals",
            {"Deal_Name": "x", "Stage": "Paid", "Pipeline": "Standard (Standard)"},
            "DEPENDENT_MISMATCH",
            "Stage",
        ),
        ("Tasks", {"Subject": "x", "What_Id": {"id": "7"}}, "MANDATORY_NOT_FOUND", "$se_module"),
        ("Tasks", {"Subject": "x", "Due_Date": "2026-11-23T10:00:00+02:00"}, "INVALID_DATA", "Due_Date"),
        ("Notes", {"Note_Content": "x", "Parent_Id": "7"}, "INVALID_DATA", "Parent_Id"),
    ],
)
def test_a_record_that_zoho_would_refuse_is_refused(
    call: Caller, module: str, values: dict[str, Any], code: str, field: str
) -> None:
    answer = call("POST", f"/{module}", {"data": [values]})
    (item,) = answer.json()["data"]
    assert (answer.status_code, item["code"], item["details"]["api_name"]) == (400, code, field)


def test_a_call_that_was_answered_has_a_length(call: Caller) -> None:
    values = {"Subject": "x", "Call_Type": "Inbound", "Call_Start_Time": "2026-11-20T10:00:00+02:00"}
    answer = call("POST", "/Calls", {"data": [{**values, "Call_Duration": "00:00"}]})
    assert answer.json()["data"][0]["code"] == "DEPENDENT_MISMATCH"


def test_a_note_belongs_to_a_record(call: Caller) -> None:
    (item,) = call("POST", "/Notes", {"data": [{"Note_Content": "x"}]}).json()["data"]
    expected = [{"api_name": "Parent_Id", "json_path": "$.data[0].Parent_Id"}]
    assert (item["code"], item["details"]["expected_fields"]) == ("EXPECTED_FIELD_MISSING", expected)


def test_a_conversion_with_a_stage_of_another_pipeline_is_refused(twin: TwinClient, call: Caller) -> None:
    lead = twin.people("add", module="Leads", values={"Last_Name": "Ivan"})["id"]
    deal = {"Deal_Name": "Big", "Stage": "Paid", "Pipeline": "Standard (Standard)", "Closing_Date": "2026-12-01"}
    answer = call("POST", f"/Leads/{lead}/actions/convert", {"data": [{"Deals": deal}]})
    assert answer.json()["data"][0]["code"] == "MAPPING_MISMATCH"


def test_of_several_records_each_has_its_own_outcome_in_order(call: Caller) -> None:
    answer = call("POST", "/Contacts", {"data": [{"Last_Name": "One"}, {}, {"Last_Name": "Three"}]})
    assert answer.status_code == 207
    assert [item["status"] for item in answer.json()["data"]] == ["success", "error", "success"]


@pytest.mark.parametrize("body", [{}, {"data": {}}, {"data": []}, {**contacts(1), "trigger": ["wf"]}, contacts(101)])
def test_a_body_of_another_shape_is_refused(call: Caller, body: Any) -> None:
    assert call("POST", "/Contacts", body).status_code == 400


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "REQUIRED_PARAM_MISSING"),
        ({"fields": ",".join(f"F{n}" for n in range(51))}, "LIMIT_EXCEEDED"),
        ({"fields": "Phone", "per_page": 201}, "INVALID_DATA"),
        ({"fields": "Phone", "page": 11}, "DISCRETE_PAGINATION_LIMIT_EXCEEDED"),
        ({"fields": "Phone", "page": 1, "page_token": "x"}, "AMBIGUITY_DURING_PROCESSING"),
        ({"fields": "Phone", "page_token": "x"}, "EXPIRED_VALUE"),
        ({"fields": "Phone", "sort_by": "Phone"}, "INVALID_DATA"),
    ],
)
def test_a_list_is_asked_for_as_zoho_wants_it(call: Caller, params: dict[str, Any], code: str) -> None:
    answer = call("GET", "/Contacts", params=params)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_page_token_leads_on_and_fits_its_own_question_only(call: Caller) -> None:
    call("POST", "/Contacts", contacts(5))
    first = call("GET", "/Contacts", params={"fields": "Phone", "per_page": 3}).json()
    token = first["info"]["next_page_token"]
    asked = {"fields": "Phone", "per_page": 3, "page_token": token}
    second = call("GET", "/Contacts", params=asked).json()
    assert len({row["id"] for page in (first, second) for row in page["data"]}) == 5
    other = call("GET", "/Contacts", params={**asked, "fields": "Email"})
    assert other.json()["code"] == "TOKEN_BOUND_DATA_MISMATCH"


def test_nothing_found_has_no_body_and_nothing_newer_neither(twin: TwinClient, call: Caller) -> None:
    assert (call("GET", "/Leads", params={"fields": "Phone"}).status_code) == 204
    call("POST", "/Contacts", contacts(1))
    later = {"If-Modified-Since": "2100-01-01T00:00:00+00:00"}
    answer = call("GET", "/Contacts", params={"fields": "Phone"}, headers=later)
    assert (answer.status_code, answer.content) == (304, b"")


def test_times_are_told_in_the_users_zone_without_fractions(twin: TwinClient, call: Caller) -> None:
    twin.control("clock", now="2026-01-20T08:00:00.5+00:00")
    made = Caller(twin)("POST", "/Contacts", contacts(1)).json()["data"][0]["details"]
    assert made["Created_Time"] == "2026-01-20T10:00:00+02:00"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"phone": "0671234567"}, "digits"),
        ({"phone": PHONE}, "both"),
        ({"criteria": f"(Phone:equals:{PHONE})"}, "both"),
        ({"criteria": "(Last_Name:equals:client)"}, "both"),
        ({"criteria": "(Last_Name:starts_with:lient)"}, "none"),
        ({"criteria": f"((Phone:in:1,{PHONE})and(Last_Name:equals:Nobody))"}, "none"),
        ({"word": "Client"}, "both"),
    ],
)
@pytest.mark.parametrize("phone_match", ["digits", "literal"])
def test_the_search_is_loose_in_the_way_that_is_set(
    twin: TwinClient, call: Caller, asked: dict[str, str], found: str, phone_match: str
) -> None:
    twin.control("configure", phone_match=phone_match, index_delay=0)
    call("POST", "/Contacts", contacts(1))
    status = call("GET", "/Contacts/search", params=asked).status_code
    assert (status == 200) is (found in {"both", phone_match})


def test_the_index_lags_behind_what_was_written(twin: TwinClient, call: Caller) -> None:
    call("POST", "/Contacts", contacts(1))
    assert call("GET", "/Contacts/search", params={"phone": PHONE}).status_code == 204
    assert call.query(f"select id from Contacts where Phone = '{PHONE}'").status_code == 200
    twin.control("clock", advance=5)
    assert call("GET", "/Contacts/search", params={"phone": PHONE}).status_code == 200


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("Last_Name = 'Client 1'", 1),
        ("Last_Name != 'Client 1'", 2),
        ("Last_Name like '%1'", 1),
        ("Last_Name like 'Client%'", 3),
        ("Last_Name not like '%1'", 2),
        ("Last_Name in ('Client 0', 'Client 2')", 2),
        ("Last_Name not in ('Client 0', 'Client 2')", 1),
        ("Mobile is null", 3),
        ("Mobile is not null", 0),
        ("(Last_Name = 'Client 0' or Last_Name = 'Client 1') and Phone is not null", 2),
        ("Created_Time >= '2020-01-01T00:00:00+00:00'", 3),
        ("Created_Time between '2020-01-01T00:00:00+00:00' and '2021-01-01T00:00:00+00:00'", 0),
        ("id > 1", 3),
    ],
)
def test_a_query_finds_what_its_conditions_say(call: Caller, where: str, count: int) -> None:
    call("POST", "/Contacts", contacts(3))
    answer = call.query(f"select Last_Name from Contacts where {where} order by Last_Name desc limit 0, 10")
    assert (answer.json()["info"]["count"] if answer.content else 0) == count


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("select id from Contacts", "SYNTAX_ERROR"),
        ("select id from Contacts where Phone = '1' or Phone = '2' or Phone = '3'", "SYNTAX_ERROR"),
        ("select Nothing from Contacts where id is not null", "INVALID_QUERY"),
        ("select id from Contacts where Phone > '1'", "INVALID_QUERY"),
        ("select id from Nowhere where id is not null", "INVALID_QUERY"),
        (f"select id from Contacts where Phone in ({', '.join(['1'] * 51)})", "LIMIT_EXCEEDED"),
        ("select id from Contacts where id is not null limit 0, 2001", "LIMIT_EXCEEDED"),
        ("select id from Contacts where Phone like '%1%2%'", "SYNTAX_ERROR"),
    ],
)
def test_a_query_of_another_form_is_refused(call: Caller, text: str, code: str) -> None:
    answer = call.query(text)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_query_looks_through_lookups(twin: TwinClient, call: Caller) -> None:
    company = twin.people("add", module="Accounts", values={"Account_Name": "Acme"})
    values = {"Last_Name": "Ivan", "Account_Name": {"id": company["id"]}}
    twin.people("add", module="Contacts", values=values)
    answer = call.query("select Account_Name.Account_Name from Contacts where Account_Name.Account_Name = 'Acme'")
    assert answer.json()["data"][0]["Account_Name.Account_Name"] == "Acme"


def test_a_lead_is_converted_once(call: Caller) -> None:
    values = {"Last_Name": "Ivan", "Company": "Acme", "Phone": PHONE}
    lead = call("POST", "/Leads", {"data": [values]}).json()["data"][0]["details"]["id"]
    deal = {"Deal_Name": "Big", "Stage": "New", "Pipeline": "Context ads", "Closing_Date": "2026-12-01"}
    made = call("POST", f"/Leads/{lead}/actions/convert", {"data": [{"Deals": deal}]}).json()["data"][0]["details"]
    assert [made[name]["name"] for name in ("Contacts", "Accounts", "Deals")] == ["Ivan", "Acme", "Big"]
    again = call("POST", f"/Leads/{lead}/actions/convert", {"data": [{}]})
    assert again.json()["code"] == "ID_ALREADY_CONVERTED"
    listed = [call("GET", "/Leads", params={"fields": "Phone", "converted": c}).status_code for c in ("false", "both")]
    assert listed == [204, 200]


def test_an_upsert_changes_what_has_the_same_checked_value(call: Caller) -> None:
    body = {"data": [{"Last_Name": "Ivan", "Email": "i@example.com"}], "duplicate_check_fields": ["Email"]}
    actions = [call("POST", "/Contacts/upsert", body).json()["data"][0]["action"] for _ in range(2)]
    assert actions == ["insert", "update"]
    assert call("POST", "/Tasks/upsert", body).json()["code"] == "INVALID_MODULE"


def test_a_unique_value_is_refused_with_the_record_that_has_it(twin: TwinClient, call: Caller) -> None:
    twin.control("configure", unique={"Contacts": ["Phone"]})
    first = call("POST", "/Contacts", contacts(1)).json()["data"][0]["details"]["id"]
    (refusal,) = call("POST", "/Contacts", contacts(1)).json()["data"]
    assert (refusal["code"], refusal["details"]["duplicate_record"]["id"]) == ("DUPLICATE_DATA", first)


def test_credits_are_counted_over_a_day_and_told_when_half_are_gone(twin: TwinClient, call: Caller) -> None:
    twin.control("configure", credits=10)
    left = [call("GET", "/users").headers.get("x-api-credits-remaining") for _ in range(6)]
    assert left == [None, None, None, None, "5", "4"]
    assert twin.state()["budget"] == {"used": 6, "allowed": 10, "at_once": 20}


def test_a_watch_is_told_of_changes_until_it_ends(twin: TwinClient, call: Caller) -> None:
    watch = {
        "channel_id": "1",
        "events": ["Contacts.all"],
        "notify_url": f"{twin.base_url}__twin__/state",
        "token": "t",
    }
    assert call("POST", "/actions/watch", {"watch": [watch]}).status_code == 201
    made = call("POST", "/Contacts", contacts(1)).json()["data"][0]["details"]["id"]
    twin.control("clock", advance=3600)
    Caller(twin)("POST", "/Contacts", contacts(1))
    (note,) = twin.state()["notified"]
    assert (note["module"], note["operation"], note["ids"], note["token"]) == ("Contacts", "insert", [made], "t")


def test_a_module_can_be_read_in_bulk(twin: TwinClient, call: Caller) -> None:
    call("POST", "/Contacts", contacts(2))
    headers = {"Authorization": f"Zoho-oauthtoken {call.token}"}
    query = {"query": {"module": {"api_name": "Contacts"}, "fields": ["Phone"]}}
    job = twin.post("/crm/bulk/v8/read", json=query, headers=headers).json()["data"][0]["details"]["id"]
    state = twin.get(f"/crm/bulk/v8/read/{job}", headers=headers).json()["data"][0]
    packed = twin.get(f"/crm/bulk/v8/read/{job}/result", headers=headers).content
    assert (state["state"], state["result"]["count"], packed[:2]) == ("COMPLETED", 2, b"PK")


def test_an_owner_can_be_changed_and_a_link_attached(twin: TwinClient, call: Caller) -> None:
    id_ = call("POST", "/Contacts", contacts(1)).json()["data"][0]["details"]["id"]
    owner = {"owner": {"id": "5725767000000412001"}, "notify": False}
    assert call("POST", f"/Contacts/{id_}/actions/change_owner", owner).status_code == 200
    assert twin.state()["records"]["contact"][0]["Owner"]["name"] == "Piotr Nowak"
    link = call("POST", f"/Contacts/{id_}/Attachments", params={"attachmentUrl": "https://hub.example/r/1"})
    assert link.json()["data"][0]["code"] == "SUCCESS"


def test_an_address_that_is_none_is_said_to_be_none(call: Caller) -> None:
    assert call("GET", "/a/b/c/d").json()["code"] == "INVALID_URL_PATTERN"
    assert call("GET", "/Nowhere", params={"fields": "id"}).json()["code"] == "INVALID_MODULE"


def test_a_record_has_a_page_for_people(twin: TwinClient) -> None:
    deal = {"Deal_Name": "Big <b>", "Stage": "New", "Pipeline": "Context ads"}
    made = twin.people("add", module="Deals", values=deal)
    page = twin.get(f"/crm/tab/Potentials/{made['id']}")
    assert page.status_code == 200
    assert "Big &lt;b&gt;" in page.text
    assert twin.get("/crm/tab/Leads/1").status_code == 404


@pytest.mark.parametrize("asked", [{"do": "dance"}, {"do": "delete", "module": "Leads", "id": "1"}, {"do": "add"}, []])
def test_a_deed_that_cannot_be_done_is_refused(twin: TwinClient, asked: Any) -> None:
    assert twin.post("/__twin__/people", json=asked).status_code == 400


@pytest.mark.parametrize("changes", [{"phone_match": "guess"}, {"nothing": 1}, {"users": []}, {"time_zone": "Mars"}])
def test_a_configuration_that_cannot_be_is_refused(twin: TwinClient, changes: Any) -> None:
    assert twin.post("/__twin__/configure", json=changes).status_code == 400


def test_the_demos_people_are_the_accounts_users() -> None:
    demo = demo_twin()
    demo.hire([("Anna Bondar", "anna@example.com"), ("Ivan Melnyk", "ivan@example.com")])
    users = demo.app.state.snapshot()["users"]
    assert [(user["full_name"], user["profile"]["name"]) for user in users] == [
        ("Anna Bondar", "Administrator"),
        ("Ivan Melnyk", "Standard"),
    ]


def test_requests_are_logged_without_secrets(twin: TwinClient, call: Caller) -> None:
    call("GET", "/users")
    log = str(twin.get("/__twin__/requests").json())
    config = TwinConfig()
    secrets = (call.token, config.client_secret, account_of(twin).credentials["refresh_token"])
    assert [secret for secret in secrets if secret in log] == []
