"""What NetHunt answers, as recorded by others: the connector reads it, and the twin answers alike."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from switchhook.connectors.nethunt.connector import NetHunt
from switchhook.connectors.nethunt.tests.account import OTHER_PHONE, PHONE
from switchhook.connectors.nethunt.tests.canned import FIXTURES, answering, fixture
from switchhook.connectors.nethunt.tests.conftest import TwinAt
from switchhook.connectors.nethunt.twin import PREFIX
from switchhook.core.records import Draft, Kind, Record, Ref

READ = [path.stem for path in sorted(FIXTURES.glob("*.json")) if "read" in fixture(path.stem)]
FREE = {"fields", "fieldActions"}
"""Keyed by display names, so that no shape can be compared."""


def shape(value: Any) -> Any:
    """Names and types of a JSON value; a list by its first item."""
    if isinstance(value, dict):
        return {name: "free" if name in FREE else shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) else type(value).__name__


@pytest.mark.parametrize("name", READ)
def test_a_recorded_record_is_read(name: str) -> None:
    recorded = fixture(name)
    wanted = recorded["read"]
    ref = Ref(Kind(wanted["kind"]), wanted["id"])
    with answering(recorded["answer"], deal_won_stages=["closed won"]) as crm:
        read = crm.get(ref)
    assert {key: plain(getattr(read, key)) for key in wanted if key != "values"} == without_values(wanted)
    assert {key: read.values.get(key) for key in wanted["values"]} == wanted["values"]


def without_values(wanted: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in wanted.items() if key != "values"}


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def contact(crm: NetHunt) -> Record:
    return crm.create(Draft(kind=Kind.CONTACT, values={"name": "Jan", "phones": [PHONE]}), mark="")


ASKED: dict[str, Callable[[dict[str, str]], tuple[str, str, Any]]] = {
    "auth_test__user": lambda _: ("GET", "/triggers/auth-test", None),
    "readable_folder__two": lambda _: ("GET", "/triggers/readable-folder", None),
    "folder_field__names_only": lambda at: ("GET", f"/triggers/folder-field/{at['folder']}", None),
    "find_record__contact": lambda at: ("GET", f"/searches/find-record/{at['folder']}?recordId={at['record']}", None),
    "find_record__no_match": lambda at: ("GET", f"/searches/find-record/{at['folder']}?query={OTHER_PHONE[1:]}", None),
    "new_record__item_with_its_own_id": lambda at: ("GET", f"/triggers/new-record/{at['folder']}", None),
    "updated_record__item": lambda at: ("GET", f"/triggers/updated-record/{at['folder']}", None),
    "record_change__update": lambda at: ("GET", f"/triggers/record-change/{at['folder']}", None),
    "new_comment__item": lambda at: ("GET", f"/triggers/new-comment/{at['folder']}", None),
    "new_call_log__item": lambda at: ("GET", f"/triggers/new-call-log/{at['folder']}", None),
    "create_record__whole": lambda at: (
        "POST",
        f"/actions/create-record/{at['folder']}",
        {"timeZone": "Europe/Kyiv", "fields": {"Name": "Jan"}},
    ),
    "update_record__whole": lambda at: (
        "POST",
        f"/actions/update-record/{at['record']}",
        {"fieldActions": {"Name": {"overwrite": True, "add": "Jan N."}}},
    ),
    "create_comment__made": lambda at: ("POST", f"/actions/create-comment/{at['record']}", {"text": "Yes"}),
    "create_call_log__made": lambda at: ("POST", f"/actions/create-call-log/{at['record']}", {"text": "Call"}),
    "delete_record__trashed": lambda at: ("POST", f"/actions/delete-record/{at['record']}", None),
    "error__nothing_asked": lambda at: ("GET", f"/searches/find-record/{at['folder']}", None),
}


@pytest.mark.parametrize("name", ASKED)
def test_the_twin_answers_in_the_recorded_shape(twin: TwinAt, crm: NetHunt, name: str) -> None:
    made = contact(crm)
    crm.update(made.ref, {"name": "Jan Nowak"})
    for kind, values in ((Kind.COMMENT, {"text": "Yes"}), (Kind.CALL, {"talk_seconds": 150})):
        crm.create(Draft(kind=kind, values=values, links=(made.ref,)), mark="")
    method, path, body = ASKED[name]({"folder": twin.config.folder("contacts").id, "record": made.id})
    pair = (twin.config.email, twin.config.api_key)
    answer = httpx2.request(method, twin.url + PREFIX + path, json=body, auth=pair)
    recorded = fixture(name)
    assert answer.status_code == recorded["status"]
    if isinstance(recorded["answer"], str):
        assert answer.text == recorded["answer"]
    else:
        assert shape(answer.json()) == shape(recorded["answer"])


def test_the_twin_refuses_a_wrong_key_as_recorded(twin: TwinAt) -> None:
    answer = httpx2.get(f"{twin.url}{PREFIX}/triggers/auth-test", auth=("x@example.com", "y"))
    recorded = fixture("error__bad_key")
    assert (answer.status_code, answer.text) == (recorded["status"], recorded["answer"])
    assert answer.headers["content-type"].startswith("text/plain")
