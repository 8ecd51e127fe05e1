"""The twin keeps to what is known of NetHunt, and can be switched where nothing is."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from switchhook.connectors.nethunt.connector import connect
from switchhook.connectors.nethunt.tests.account import PHONE, account_at
from switchhook.connectors.nethunt.tests.conftest import TwinAt
from switchhook.connectors.nethunt.twin import PREFIX, TwinConfig
from switchhook.connectors.nethunt.twin.config import SWITCHES
from switchhook.connectors.nethunt.twin.search import parsed
from switchhook.connectors.registry import manifest

Serve = Callable[[TwinConfig], TwinAt]
CONTACTS = "65f0000000000000000000c1"
ZONE = {"timeZone": "Europe/Kyiv"}


def ask(twin: TwinAt, method: str, path: str, **given: Any) -> httpx2.Response:
    pair = (twin.config.email, twin.config.api_key)
    return httpx2.request(method, twin.url + PREFIX + path, auth=pair, **given)


def create(twin: TwinAt, fields: dict[str, Any], folder: str = CONTACTS) -> httpx2.Response:
    return ask(twin, "POST", f"/actions/create-record/{folder}", json={**ZONE, "fields": fields})


def made(twin: TwinAt, **fields: Any) -> str:
    return str(create(twin, {"Name": "Jan", **fields}).json()["recordId"])


def update(twin: TwinAt, record: str, actions: Any, **params: str) -> httpx2.Response:
    return ask(twin, "POST", f"/actions/update-record/{record}", json={"fieldActions": actions}, params=params)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_only_get_and_post_are_taken(twin: TwinAt, method: str) -> None:
    assert ask(twin, method, f"/actions/create-record/{CONTACTS}").status_code == 405


@pytest.mark.parametrize("path", ["/triggers/new-email/x", "/triggers/read-record", "/folders/x/records", "/record/x"])
def test_guessed_addresses_do_not_exist(twin: TwinAt, path: str) -> None:
    answer = ask(twin, "GET", path)
    assert (answer.status_code, answer.text) == (404, "Not found")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"fields": {"Name": "Jan"}}, "timeZone is required"),
        ({**ZONE, "timeZone": "Nowhere/Town", "fields": {}}, "timeZone is required"),
        (ZONE, "fields is required"),
        ({**ZONE, "fields": {"Nme": "Jan"}}, "Field 'Nme' is not found in folder 'Contacts'"),
        ({**ZONE, "fields": {"Name": ["Jan"]}}, "Field 'Name' takes one value"),
        ({**ZONE, "fields": {"Name": 5}}, "Field 'Name' takes a text"),
        ({**ZONE, "fields": {"Birthday": "soon"}}, "Field 'Birthday' takes a date"),
        ({**ZONE, "fields": {"Deals won": "5"}}, "Field 'Deals won' is read only"),
        ({**ZONE, "fields": {"Manager": "x@example.com"}}, "Field 'Manager': 'x@example.com' is no member"),
        ({**ZONE, "fields": {"Company": ["65f"]}}, "Field 'Company': the linked record is not found"),
        ([], "A JSON object is required"),
    ],
)
def test_a_record_that_does_not_fit_its_folder_is_refused_in_plain_text(twin: TwinAt, body: Any, said: str) -> None:
    answer = ask(twin, "POST", f"/actions/create-record/{CONTACTS}", json=body)
    assert answer.status_code == 400
    assert answer.text.startswith(said)
    assert answer.headers["content-type"].startswith("text/plain")
    assert twin.state()["records"]["contacts"] == []


def test_a_repeated_create_makes_a_duplicate(twin: TwinAt) -> None:
    assert made(twin) != made(twin)
    assert len(twin.state()["records"]["contacts"]) == 2


def test_a_link_is_the_base64_of_where_the_record_lies(twin: TwinAt) -> None:
    answer = create(twin, {"Name": "Jan"}).json()
    prefix, _, packed = answer["link"].partition("#nethunt/")
    place = json.loads(base64.b64decode(packed))
    assert prefix == "https://nethunt.com/web/"
    assert place["recordId"] == place["recordPage"]["recordId"] == answer["recordId"]
    assert place["folderId"] == CONTACTS


def test_field_actions_add_overwrite_and_remove(twin: TwinAt) -> None:
    record = made(twin, **{"Phone number": ["+1"]})
    assert update(twin, record, {"Phone number": {"add": ["+2"]}}).json()["fields"]["Phone number"] == ["+1", "+2"]
    assert update(twin, record, {"Phone number": {"remove": "+1"}}).json()["fields"]["Phone number"] == ["+2"]
    replaced = update(twin, record, {"Phone number": {"add": ["+3"]}}, overwrite="true")
    assert replaced.json()["fields"]["Phone number"] == ["+3"]
    assert update(twin, record, {"Name": {"add": "Piotr"}}).status_code == 400
    assert update(twin, record, {"Name": {"overwrite": True, "add": "Piotr"}}).json()["fields"]["Name"] == "Piotr"


def test_field_actions_in_a_list_break_the_vendor(twin: TwinAt) -> None:
    assert update(twin, made(twin), [{"field": "Name"}]).status_code == 500


def test_a_deleted_record_lies_in_the_trash_and_takes_nothing_more(twin: TwinAt) -> None:
    record = made(twin)
    assert ask(twin, "POST", f"/actions/delete-record/{record}").json()["trashItemId"]
    assert [item["recordId"] for item in twin.state()["records"]["trash"]] == [record]
    assert update(twin, record, {"Name": {"overwrite": True, "add": "x"}}).status_code == 404
    assert ask(twin, "POST", f"/actions/create-comment/{record}", json={"text": "x"}).status_code == 404
    twin.people("restore", recordId=record)
    assert twin.state()["records"]["trash"] == []


@pytest.mark.parametrize(
    "body", [{}, {"text": " "}, {"text": 5}, {"text": "x", "duration": "2"}, {"text": "x", "time": 1}]
)
def test_a_call_log_that_makes_no_sense_is_refused(twin: TwinAt, body: dict[str, Any]) -> None:
    assert ask(twin, "POST", f"/actions/create-call-log/{made(twin)}", json=body).status_code == 400


@pytest.mark.parametrize(
    ("text", "field", "values", "whole"),
    [
        ("stage:(Negotiating OR New)", "stage", ("Negotiating", "New"), False),
        ("Title:Surgeon", "Title", ("Surgeon",), False),
        ('Email:"jan@example.com"', "Email", ("jan@example.com",), True),
        ('"Телефон":"+380671234567"', "Телефон", ("+380671234567",), True),
        ('"A b":("1" OR "2 3")', "A b", ("1", "2 3"), True),
        ("+380", "", ("+380",), False),
    ],
)
def test_every_known_form_of_a_query_is_understood(text: str, field: str, values: tuple[str, ...], whole: bool) -> None:
    query = parsed(text)
    assert (query.field, query.values, query.whole) == (field, values, whole)


def test_a_feed_tells_what_is_later_than_its_time_and_no_more_than_asked(twin: TwinAt) -> None:
    records = [made(twin) for _ in range(5)]
    path = f"/triggers/new-record/{CONTACTS}"
    items = ask(twin, "GET", path).json()
    assert [item["recordId"] for item in items] == records[::-1]
    assert all(item["id"] != item["recordId"] for item in items)
    assert len(ask(twin, "GET", path, params={"limit": 2}).json()) == 2
    later = ask(twin, "GET", path, params={"since": items[2]["createdAt"]}).json()
    assert [item["recordId"] for item in later] == records[:2:-1]


def test_updated_records_are_those_of_which_a_named_field_was_changed(twin: TwinAt) -> None:
    first, second = made(twin), made(twin)
    update(twin, first, {"City": {"overwrite": True, "add": "Kyiv"}})
    update(twin, second, {"Name": {"overwrite": True, "add": "Piotr"}})
    path = f"/triggers/updated-record/{CONTACTS}"
    named = ask(twin, "GET", path, params={"fieldName": ["Name", "Source"]}).json()
    assert [item["recordId"] for item in named] == [second]
    assert len(ask(twin, "GET", path).json()) == 2


def test_the_log_of_changes_says_who_did_what(twin: TwinAt) -> None:
    record = made(twin)
    update(twin, record, {"City": {"overwrite": True, "add": "Kyiv"}})
    ask(twin, "POST", f"/actions/delete-record/{record}")
    log = ask(twin, "GET", f"/triggers/record-change/{CONTACTS}", params={"recordId": record}).json()
    assert [change["recordAction"] for change in log] == ["DELETE", "UPDATE", "CREATE"]
    assert log[1]["fieldActions"] == {"City": {"overwrite": True, "add": "Kyiv"}}
    assert log[0]["user"] == {"personalName": "Olena Kovalenko", "emailAddress": "acme_olena@example.com"}


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_takes_its_own_words_only(twin: TwinAt, name: str) -> None:
    for word in SWITCHES[name]:
        assert twin.control("configure", **{name: word})[name] == word
    answer = httpx2.post(f"{twin.url}/__twin__/configure", json={name: "perhaps"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("deed", "status"),
    [({"do": "dance"}, 400), ({"do": "delete"}, 400), ({"do": "delete", "recordId": "x"}, 404), ({}, 400)],
)
def test_a_persons_deed_that_cannot_be_done_is_refused(twin: TwinAt, deed: dict[str, str], status: int) -> None:
    assert httpx2.post(f"{twin.url}/__twin__/people", json=deed).status_code == status


def test_people_can_win_a_deal(twin: TwinAt) -> None:
    jan = twin.people("contact", name="Jan", phone=PHONE, owner="acme_piotr@example.com")
    deal = twin.people("add", folder="deals", fields={"Name": "D", "Contact person": [jan["recordId"]]})
    assert twin.people("win", recordId=deal["recordId"])["fields"]["Stage"] == "Won"
    assert twin.people("close", recordId=deal["recordId"], stage="New")["fields"]["Stage"] == "New"
    edited = twin.people("edit", recordId=jan["recordId"], fields={"City": "Kyiv"})
    assert edited["fields"]["Manager"] == "acme_piotr@example.com"


def test_the_page_shows_what_is_there_and_what_was_asked_without_trusting_it(twin: TwinAt) -> None:
    record = made(twin, City="<script>alert(1)</script>")
    page = httpx2.get(f"{twin.url}/__twin__/").text
    assert record in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "/actions/create-record/" in page
    assert twin.config.api_key not in page


def test_the_months_requests_are_counted(serve: Serve) -> None:
    twin = serve(TwinConfig(monthly_calls=100))
    made(twin)
    assert twin.state()["budget"] == {"month": {"used": 1, "most": 100, "left": 99}}


def test_the_demos_twin_has_the_hired_people_and_is_fit_for_a_connection(twin: TwinAt) -> None:
    demo = manifest("nethunt").crm_twin()
    demo.hire([("Anna Kowalska", "anna@example.com"), ("Ivan Petrenko", "ivan@example.com")])
    assert demo.credentials("http://x")["email"] == "anna@example.com"
    settings = demo.settings(twin.url)
    assert settings["managers"] == ["Anna Kowalska <anna@example.com>", "Ivan Petrenko <ivan@example.com>"]
    assert settings["base_url"] == twin.url + PREFIX
    account = account_at(twin.url, twin.config)
    assert set(settings) == set(account.settings)
    assert connect(account).check().remarks == ()


def test_the_twin_can_be_served_alone() -> None:
    command = [sys.executable, "-m", "switchhook.connectors.nethunt.twin", "--language", "uk"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            given = ready["credentials"]
            answer = httpx2.get(
                f"{ready['settings']['base_url']}/triggers/readable-folder", auth=(given["email"], given["api_key"])
            )
        finally:
            process.terminate()
    assert [folder["name"] for folder in answer.json()] == ["Контакти", "Компанії", "Угоди", "Завдання"]
    assert ready["settings"]["contact_phone"] == "Телефон"
