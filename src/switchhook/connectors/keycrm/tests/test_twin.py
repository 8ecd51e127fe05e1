"""The twin is as strict as KeyCRM is, and tells what it holds."""

import json
import os
import signal
import subprocess
import sys
from typing import Any

import httpx2
import pytest

from switchhook.connectors.keycrm.tests.account import PHONE, TwinAccount
from switchhook.connectors.keycrm.twin import TwinConfig
from switchhook.connectors.keycrm.twin.demo import KeyCrmDemo


@pytest.fixture
def api(account: TwinAccount) -> httpx2.Client:
    account.client.headers["Authorization"] = f"Bearer {account.config.api_key}"
    return account.client


def event(account: TwinAccount, **call: Any) -> httpx2.Response:
    said = {
        "id": "1",
        "direction": "incoming",
        "caller": "301",
        "destination_number": PHONE,
        "state": "started",
        **call,
    }
    link = f"/telephony/webhook?token={account.config.link_token}"
    return account.client.post(link, json={"action": "call", "call": said})


@pytest.mark.parametrize(
    ("path", "refused", "allowed"),
    [
        ("pipelines/cards", "contact.phone", "pipeline_id, status_id, source_id, created_between, updated_between"),
        ("pipelines/cards", "client_id", "pipeline_id"),
        ("pipelines/cards", "buyer_phone", "pipeline_id"),
        ("buyer", "full_name", "buyer_id, buyer_phone, buyer_email, created_between, updated_between"),
        ("calls", "updated_between", "reference_id, client_id, manager_id, lead_id, type"),
    ],
)
def test_a_filter_that_is_not_allowed_is_refused_with_those_that_are(
    api: httpx2.Client, path: str, refused: str, allowed: str
) -> None:
    answer = api.get(f"/v1/{path}", params={f"filter[{refused}]": "1"})
    assert answer.status_code == 400
    assert refused in answer.json()["message"]
    assert allowed in answer.json()["message"]


def test_a_relation_that_is_not_allowed_is_refused(api: httpx2.Client) -> None:
    assert api.get("/v1/buyer", params={"include": "orders"}).status_code == 400


def test_lists_are_pages_and_custom_fields_a_plain_array(account: TwinAccount, api: httpx2.Client) -> None:
    for number in range(20):
        account.add_contact(f"Client {number}", f"+38067000{number:04}")
    page = api.get("/v1/buyer").json()
    assert (page["total"], page["per_page"], len(page["data"])) == (20, 15, 15)
    assert page["next_page_url"].endswith("?page=2")
    assert api.get("/v1/buyer?page=2").json()["next_page_url"] is None
    assert api.get("/v1/buyer?limit=51").status_code == 422
    fields = api.get("/v1/custom-fields", params={"filter[model]": "lead,order", "include": "options"}).json()
    assert {field["model"] for field in fields} == {"lead", "order"}


@pytest.mark.parametrize("key", ["", "Bearer wrong", "Basic kc-twin-0f6b8c1d2e3a4b5c6d7e8f90"])
def test_without_the_key_there_is_nothing(account: TwinAccount, key: str) -> None:
    account.client.headers.pop("Authorization", None)
    assert account.client.get("/v1/users", headers={"Authorization": key}).status_code == 401


@pytest.mark.parametrize(("asked", "found"), [("0671234567", 0), ("067 123 45 67", 1), (PHONE, 0)])
def test_numbers_are_compared_as_they_stand(account: TwinAccount, api: httpx2.Client, asked: str, found: int) -> None:
    account.add_contact("Ivan", "067 123 45 67")
    answer = api.get("/v1/buyer", params={"filter[buyer_phone]": f"+1,{asked}"})
    assert answer.json()["total"] == found


def test_a_change_is_accepted_and_carried_out_later(account: TwinAccount, api: httpx2.Client) -> None:
    account.configure(put_delay=2)
    id_ = account.add_contact("Ivan", PHONE).id
    answer = api.put(f"/v1/buyer/{id_}", json={"full_name": "Petro"})
    assert (answer.status_code, answer.json()["full_name"]) == (202, "Ivan")
    assert api.get(f"/v1/buyer/{id_}").json()["full_name"] == "Ivan"
    account.let_time_pass(3)
    assert api.get(f"/v1/buyer/{id_}").json()["full_name"] == "Petro"


def test_a_change_of_a_card_is_accepted_without_showing_it(api: httpx2.Client) -> None:
    card = api.post("/v1/pipelines/cards", json={"contact": {"phone": PHONE}}).json()
    answer = api.put(f"/v1/pipelines/cards/{card['id']}", json={"status_id": 2, "utm_source": "passed over"})
    assert (answer.status_code, answer.json()) == (202, {"status": True})
    read = api.get(f"/v1/pipelines/cards/{card['id']}").json()
    assert (read["status_id"], read["utm_source"]) == (2, None)


def test_a_change_without_a_name_is_refused(account: TwinAccount, api: httpx2.Client) -> None:
    answer = api.put(f"/v1/buyer/{account.add_contact('Ivan', PHONE).id}", json={"note": "x"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"full_name": ["The full_name field is required."]}


def test_the_sixty_first_request_of_a_minute_waits(account: TwinAccount, api: httpx2.Client) -> None:
    account.configure(requests_per_minute=60)
    answers = [api.get("/v1/users") for _ in range(61)]
    assert {answer.status_code for answer in answers[:60]} == {200}
    assert answers[59].headers["X-RateLimit-Remaining"] == "0"
    assert answers[60].status_code == 429
    assert 0 < int(answers[60].headers["Retry-After"]) <= 60
    assert account.state()["budget"] == {"requests_per_minute": 60, "used": 60}


def test_a_new_card_is_answered_bare(account: TwinAccount, api: httpx2.Client) -> None:
    answer = api.post("/v1/pipelines/cards", json={"contact": {"phone": PHONE}, "utm_source": "google"})
    assert answer.status_code == 201
    assert not {"utm_source", "contact", "pipeline_id", "client_id"} & answer.json().keys()
    assert answer.json()["title"] == str(answer.json()["id"])
    assert api.post("/v1/pipelines/cards", json={"title": "x"}).status_code == 422


@pytest.mark.parametrize(
    ("field", "value", "right"),
    [("LD_1023", "high", False), ("LD_1023", ["high"], True), ("LD_1021", ["x"], False), ("CT_1031", "x", False)],
)
def test_a_custom_field_takes_its_own_type_and_its_own_kind(
    api: httpx2.Client, field: str, value: object, right: bool
) -> None:
    body = {"contact": {"phone": PHONE}, "custom_fields": [{"uuid": field, "value": value}]}
    assert api.post("/v1/pipelines/cards", json=body).status_code == (201 if right else 422)


def test_calls_cannot_be_written_by_the_open_api(api: httpx2.Client) -> None:
    assert api.post("/v1/calls", json={}).status_code == 405


def test_a_call_goes_through_its_states_in_a_pop_up_and_stays_in_the_history(
    account: TwinAccount, api: httpx2.Client
) -> None:
    event(account)
    event(account, state="answered")
    assert [(p["state"], p["user_id"], p["offers"][0]) for p in account.state()["popups"]] == [
        ("answered", 11, "create a buyer")
    ]
    account.people("comment_call", reference_id="1", comment="Wants boots")
    event(account, state="completed", duration=30, audio_url="https://hub.example/r/1")
    assert account.state()["popups"] == []
    call = api.get("/v1/calls", params={"filter[reference_id]": "1", "include": "manager,client"}).json()["data"][0]
    assert (call["state"], call["duration"], call["comment"], call["manager"]["id"]) == (
        "completed",
        30,
        "Wants boots",
        11,
    )
    assert account.records("calls")[0]["events"] == ["started", "answered", "completed"]


@pytest.mark.parametrize(
    "wrong", [{"caller": ""}, {"state": "ringing"}, {"direction": "in"}, {"destination_number": None}]
)
def test_an_event_that_lacks_something_is_refused(account: TwinAccount, wrong: dict[str, Any]) -> None:
    assert event(account, **wrong).status_code == 422
    assert account.client.post("/telephony/webhook?token=wrong", json={}).status_code == 404


def test_the_link_answers_who_is_responsible_for_a_caller(account: TwinAccount) -> None:
    link = f"/telephony/webhook?token={account.config.link_token}"
    account.people("add_buyer", name="Ivan", phone=PHONE, manager_id=12)
    ping = {"from": "380671234567", "direction": "in", "state": "ping"}
    assert account.client.post(link, json=ping).json() == {"dst_phone": "302"}
    assert account.client.post(link, json={**ping, "from": "380509876543"}).json() == {}


def test_people_can_only_do_what_there_is(account: TwinAccount) -> None:
    for body in ({"do": "fly"}, {}, {"do": "add_buyer", "name": "", "manager_id": 999}):
        assert account.client.post("/__twin__/people", json=body).status_code == 400
    assert account.client.post("/__twin__/people", json={"do": "delete", "kind": "card", "id": 9}).status_code == 404
    assert account.client.post("/__twin__/configure", json={"colour": "red"}).status_code == 400


def test_a_reset_gives_the_account_as_it_was_built(account: TwinAccount) -> None:
    account.add_contact("Ivan", PHONE)
    account.configure(put_delay=9, users=[["Anna", "anna@example.com"]])
    account.control("reset")
    state = account.state()
    assert state["records"]["buyers"] == []
    assert len(state["users"]) == 2
    assert state["config"]["put_delay"] == 0


def test_who_was_hired_stays_after_a_reset() -> None:
    demo = KeyCrmDemo()
    demo.hire([("Anna", "anna@example.com")])
    demo.app.reset()
    assert [user["email"] for user in demo.app.state.snapshot()["users"]] == ["anna@example.com"]
    assert demo.app.state.snapshot()["internal_numbers"] == {"301": 11, "anna": 11, "acme_anna": 11}


def test_the_twin_serves_itself_and_says_how_to_connect() -> None:
    command = [sys.executable, "-m", "switchhook.connectors.keycrm.twin"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        try:
            answer = httpx2.get(f"{ready['url']}/v1/users", headers={"Authorization": f"Bearer {TwinConfig().api_key}"})
            assert answer.json()["total"] == 2
            assert ready["credentials"]["service_link"].startswith(ready["url"])
            assert ready["settings"]["requests_per_minute"] == 60
        finally:
            os.kill(process.pid, signal.SIGTERM)
