"""The twin is as strict as the vendor."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from switchhook.connectors.pipedrive.tests.office import Office
from switchhook.connectors.pipedrive.twin.config import field_code

HASH = field_code("deal", "utm_source")


@pytest.fixture
def api(office: Office) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=office.url, headers={"x-api-token": office.config.api_token}) as client:
        yield client


@pytest.fixture
def person(api: httpx2.Client) -> int:
    return int(api.post("/api/v2/persons", json={"name": "Ivan"}).json()["data"]["id"])


@pytest.fixture
def lead(api: httpx2.Client, person: int) -> str:
    return str(api.post("/v1/leads", json={"title": "Lead", "person_id": person}).json()["data"]["id"])


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("persons", {"name": "Ivan", "phone": "1"}, "phone: Parameter 'phone' is not allowed for this request"),
        ("persons", {"name": 5}, "name: This value should be of type string."),
        ("persons", {"name": "Ivan", "owner_id": "101"}, "owner_id: This value should be of type int."),
        ("persons", {"name": "Ivan", "custom_fields": {"0" * 40: "x"}}, "is not allowed for this request"),
        ("persons", {}, "Name must be given."),
        ("organizations", {}, "Organization name must be given."),
        ("deals", {"person_id": 1}, "Deal title must be given."),
        ("deals", {"title": "x", HASH: "google"}, f"{HASH}: Parameter '{HASH}' is not allowed for this request"),
        ("deals", {"title": "x", "expected_close_date": "soon"}, "This value is not a valid date."),
        ("deals", {"title": "x", "custom_fields": {field_code("deal", "Segment"): "17"}}, "should be of type int"),
        ("activities", {"subject": "x", "done": 1}, "done: This value should be of type bool."),
        ("activities", {"subject": "x", "due_time": "25:00"}, "due_time: This value is not a valid datetime."),
        ("activities", {"subject": "x", "person_id": 1}, "'person_id' is a read-only field."),
        ("activities", {"subject": "x", "type": "fax"}, "type: The value you selected is not a valid choice."),
    ],
)
def test_a_body_that_the_second_api_refuses(api: httpx2.Client, path: str, body: Any, said: str) -> None:
    answer = api.post(f"/api/v2/{path}", json=body)
    assert answer.status_code == 400
    assert said in answer.json()["error"]


def test_several_faults_are_told_together(api: httpx2.Client) -> None:
    error = api.post("/api/v2/persons", json={"name": 5, "phone": "1"}).json()["error"]
    assert error.startswith("Validation failed: ")
    assert "; " in error


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"title": "x"}, 'One of the "person_id" or "organization_id" must be set.'),
        ({"title": "x", "person_id": "1"}, '"person_id" must be a number'),
        ({"title": "x" * 256, "person_id": 201}, "255 characters"),
        ({"title": "x", "person_id": 201, "visible_to": 3}, '"visible_to" must be a string'),
        ({"title": "x", "person_id": 201, "0" * 40: "y"}, "is not allowed"),
    ],
)
@pytest.mark.usefixtures("person")
def test_a_lead_that_the_first_api_refuses(api: httpx2.Client, body: Any, said: str) -> None:
    answer = api.post("/v1/leads", json=body)
    assert answer.status_code == 400
    assert said in answer.text.replace('\\"', '"')


def test_a_lead_shows_only_the_own_fields_that_are_set(api: httpx2.Client, person: int, lead: str) -> None:
    assert HASH not in api.get(f"/v1/leads/{lead}").json()["data"]
    made = api.post("/v1/leads", json={"title": "x", "person_id": person, HASH: "google"})
    assert (made.status_code, made.json()["data"][HASH]) == (201, "google")


def test_a_new_record_has_no_time_of_change(api: httpx2.Client, person: int) -> None:
    data = api.get(f"/api/v2/persons/{person}").json()["data"]
    assert (data["update_time"], data["phones"], data["custom_fields"][field_code("person", "utm_source")]) == (
        None,
        [],
        None,
    )


@pytest.mark.parametrize("moment", ["2026-01-01T00:00:00.000Z", "2026-01-01 00:00:00"])
def test_a_time_that_is_not_to_the_second_is_refused(api: httpx2.Client, moment: str) -> None:
    assert api.get("/api/v2/persons", params={"updated_since": moment}).status_code == 400


def test_pipelines_know_nothing_of_changes(api: httpx2.Client) -> None:
    assert api.get("/api/v2/pipelines", params={"updated_since": "2026-01-01T00:00:00Z"}).status_code == 400


def test_lists_have_pages_of_two_kinds(api: httpx2.Client, person: int) -> None:
    for _ in range(4):
        api.post("/api/v2/persons", json={"name": "Ivan"})
        api.post("/v1/leads", json={"title": "Lead", "person_id": person})
    first = api.get("/api/v2/persons", params={"limit": 3}).json()
    rest = api.get("/api/v2/persons", params={"limit": 3, "cursor": first["additional_data"]["next_cursor"]}).json()
    assert (len(rest["data"]), rest["additional_data"]["next_cursor"]) == (2, None)
    page = api.get("/v1/leads", params={"limit": 3}).json()["additional_data"]["pagination"]
    assert page == {"start": 0, "limit": 3, "more_items_in_collection": True, "next_start": 3}


@pytest.mark.parametrize(("match", "found"), [("digits", True), ("literal", False), ("exact", False)])
def test_search_meets_numbers_as_it_is_set(office: Office, api: httpx2.Client, match: str, found: bool) -> None:
    office.configure(phone_match=match)
    office.add_contact("Ivan", "067 123 45 67")
    hits = api.get("/api/v2/persons/search", params={"term": "671234567", "fields": "phone"}).json()["data"]["items"]
    assert bool(hits) is found


@pytest.mark.parametrize("term", ["", "6"])
def test_a_short_term_is_refused(api: httpx2.Client, term: str) -> None:
    assert api.get("/api/v2/persons/search", params={"term": term}).status_code == 400


@pytest.mark.parametrize("ending", ["completed", "failed", "rejected"])
def test_a_conversion_ends_as_it_is_set(office: Office, api: httpx2.Client, lead: str, ending: str) -> None:
    office.configure(conversion=ending)
    task = api.post("/api/v2/activities", json={"subject": "x", "lead_id": lead}).json()["data"]["id"]
    run = api.post(f"/api/v2/leads/{lead}/convert/deal", json={}).json()["data"]["conversion_id"]
    path = f"/api/v2/leads/{lead}/convert/status/{run}"
    looks = [api.get(path).json()["data"] for _ in range(3)]
    assert [look["status"] for look in looks] == ["not_started", "running", ending]
    moved = api.get(f"/api/v2/activities/{task}").json()["data"]["deal_id"]
    assert moved == looks[-1].get("deal_id")
    assert api.get(f"/v1/leads/{lead}").status_code == (404 if ending == "completed" else 200)


def test_every_answer_tells_of_the_limits(api: httpx2.Client) -> None:
    headers = api.get("/v1/users/me").headers
    assert (headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]) == ("100", "99")
    assert headers["x-daily-ratelimit-token-remaining"] == "749998"


def test_neither_a_wrong_token_nor_none_opens_anything(office: Office) -> None:
    for headers in ({}, {"x-api-token": "wrong"}, {"Authorization": "Bearer wrong"}):
        answer = httpx2.get(f"{office.url}/v1/users/me", headers=headers)
        assert (answer.status_code, answer.json()["errorCode"]) == (401, 401)


def test_an_unknown_route_is_answered_in_the_vendors_way(api: httpx2.Client) -> None:
    answer = api.get("/v1/nothing")
    assert (answer.status_code, answer.json()["success"]) == (404, False)


def test_what_it_holds_can_be_looked_at(office: Office, lead: str) -> None:
    assert "Lead" in httpx2.get(office.url).text
    assert "Lead" in httpx2.get(f"{office.url}/leads/inbox/{lead}").text
    assert httpx2.get(f"{office.url}/person/999").status_code == 404
    assert set(office.state()) >= {"records", "users", "budget"}


def test_what_it_was_told_as_a_secret_is_not_in_its_log(office: Office, api: httpx2.Client) -> None:
    api.get("/v1/users/me")
    office.connect().check()
    log = httpx2.get(f"{office.url}/__twin__/requests").text
    assert office.config.api_token not in log


def test_its_people_can_be_exchanged(office: Office) -> None:
    office.control("hire", people=[["Anna", "anna@example.com"]])
    assert [user.name for user in office.connect().users()] == ["Anna"]
