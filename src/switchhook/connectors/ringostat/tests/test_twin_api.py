"""The vendor's interface as the twin speaks it."""

import base64
import io
import time
import wave
from typing import Any

import pytest

from switchhook.connectors.ringostat.tests.receiving_hub import ReceivingHub, TwinClient


def rows(twin: TwinClient, **query: str) -> list[dict[str, Any]]:
    answer = twin.get("/calls/list", params=query)
    assert answer.status_code == 200, answer.text
    read: list[dict[str, Any]] = answer.json()
    return read


def rpc(twin: TwinClient, path: str, method: str, **params: Any) -> dict[str, Any]:
    asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    answer = twin.post(path, json=asked, headers={"x-project-id": "11111"})
    assert answer.status_code == 200
    read: dict[str, Any] = answer.json()
    return read


@pytest.mark.parametrize("path", ["/calls/list", "/sipstatus/online", "/sipstatus/speaking"])
def test_a_bad_key_is_refused(twin: TwinClient, path: str) -> None:
    assert twin.get(path, headers={"Auth-key": "wrong"}).status_code == 401
    assert twin.get(path).status_code == 200


def test_a_row_of_a_running_call_is_not_answered_until_it_matures(twin: TwinClient) -> None:
    call_id = twin.play("incoming-answered", events=["before", "taking"])["call_id"]
    running = rows(twin)[0]
    assert (running["disposition"], running["billsec"], running["has_recording"]) == ("NO ANSWER", 0, "0")
    assert twin.get("/sipstatus/speaking").json() == ["acme_olena"]
    twin.control("finish", call_id=call_id)
    mature = rows(twin)[0]
    assert (mature["disposition"], mature["billsec"], mature["connected_with"]) == ("PROPER", 83, "acme_olena")
    until = time.monotonic() + 2
    while (speaking := twin.get("/sipstatus/speaking").json()) and time.monotonic() < until:
        time.sleep(0.02)
    assert speaking == []


def test_a_row_matures_with_the_twins_clock(twin: TwinClient) -> None:
    twin.control("clock", now="2026-11-21T10:00:00+00:00")
    twin.play("incoming-answered", mature_after=3600)
    assert rows(twin)[0]["disposition"] == "NO ANSWER"
    twin.control("clock", advance=3601)
    assert rows(twin)[0]["disposition"] == "PROPER"


def test_an_id_may_occur_twice_and_the_last_row_is_right(twin: TwinClient) -> None:
    twin.play("incoming-answered", row="twice")
    first, second = rows(twin)
    assert first["uniqueid"] == second["uniqueid"]
    assert (first["disposition"], second["disposition"]) == ("NO ANSWER", "PROPER")


def test_the_period_is_in_the_projects_zone(twin: TwinClient) -> None:
    twin.play("incoming-answered", at="2026-11-20T10:00:00+00:00", delivery="none")
    found = rows(twin, **{"from": "2026-11-20 12:00:00", "to": "2026-11-20 12:00:00"})
    assert [row["calldate"] for row in found] == ["2026-11-20T10:00:00+0000"]
    assert rows(twin, **{"from": "2026-11-20 10:00:00", "to": "2026-11-20 11:59:59"}) == []


def test_rows_are_chosen_by_value_and_by_pattern(twin: TwinClient) -> None:
    twin.play("incoming-answered", delivery="none")
    twin.play("incoming-missed", delivery="none")
    pattern = base64.b64encode(b"answered|proper|repeated").decode()
    assert [row["disposition"] for row in rows(twin, filters=f"disposition~{pattern}")] == ["PROPER"]
    assert [row["disposition"] for row in rows(twin, filters="disposition=NO ANSWER,call_type=in")] == ["NO ANSWER"]


def test_merging_keeps_the_last_call_of_a_caller(twin: TwinClient) -> None:
    for at in ("2026-11-18T10:00:00+00:00", "2026-11-20T10:00:00+00:00", "2026-11-20T12:00:00+00:00"):
        twin.play("incoming-answered", at=at, delivery="none")
    period = {"from": "2026-11-18 00:00:00", "to": "2026-11-21 00:00:00", "order": "calldate desc"}
    assert [row["calldate"][8:13] for row in rows(twin, merge="1", **period)] == ["20T12", "18T10"]
    assert [row["calldate"][8:13] for row in rows(twin, merge="2", **period)] == ["20T12"]


def test_an_unknown_field_is_a_plain_text_error(twin: TwinClient) -> None:
    answer = twin.get("/calls/list", params={"fields": "calldate,userfield"})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/plain")
    assert "incorrect field name" in answer.text


def test_csv_is_separated_by_semicolons(twin: TwinClient) -> None:
    twin.play("incoming-missed", delivery="none")
    lines = twin.get("/calls/list", params={"export_type": "csv", "fields": "disposition,billsec"}).text.splitlines()
    assert lines == ["disposition;billsec", "NO ANSWER;0"]


def test_an_export_holds_no_more_than_6500_calls(twin: TwinClient) -> None:
    twin.play("incoming-missed", delivery="none", forward=False, count=6600, quiet=True)
    assert len(rows(twin, fields="uniqueid")) == 6500


def test_the_export_names_the_client_of_an_api_call_as_caller(twin: TwinClient) -> None:
    twin.play("outgoing-api", client="+380671234567", employee="acme_piotr")
    row = rows(twin)[0]
    assert (row["caller"], row["dst"], row["connected_with"]) == ("380671234567", "acme_piotr", "acme_piotr")


def test_staff_is_an_object_keyed_by_id(twin: TwinClient) -> None:
    result = rpc(twin, "/api/json-rpc", "getProjectStaffListAndDirections", projectId="11111")["result"]
    assert result["331852"]["directions"]["main"] == [{"direction": "acme_piotr", "type": "sip", "online": True}]
    assert result["331855"]["directions"]["main"] == [{"direction": "380501110005", "type": "fmc"}]


def test_an_added_employee_is_listed(twin: TwinClient) -> None:
    directions = {"main": [{"direction": "acme_new", "type": "sip"}]}
    params = {"projectId": "11111", "creatorId": 1, "access": 4, "fio": "New Person", "email": "new@example.com"}
    params |= {"extensionNumber": "777", "directions": directions, "departments": None, "powerDialer": False}
    staff_id = rpc(twin, "/a/v2", "Api\\V2\\Staff.addStaff", **params)["result"]
    listed = rpc(twin, "/api/json-rpc", "getProjectStaffListAndDirections", projectId="11111")["result"]
    assert listed[str(staff_id)]["fio"] == "New Person"
    assert "acme_new" in twin.get("/sipstatus/online").json()


def test_json_rpc_errors_come_with_status_200(twin: TwinClient) -> None:
    external = "Api\\V2\\Callback.external"
    assert rpc(twin, "/a/v2", external, projectId="11111")["error"] == {"code": -32602, "message": "Invalid params"}
    assert rpc(twin, "/a/v2", "No.such")["error"]["code"] == -32601
    assert twin.post("/a/v2", content=b"{").json()["error"]["code"] == -32700


def test_a_callback_is_played_as_a_call_started_by_the_api(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    parties = {"caller": "380671234567", "callee": "acme_piotr", "manager_dst": 0, "direction": "out"}
    assert "result" in rpc(twin, "/a/v2", "Api\\V2\\Callback.external", projectId="11111", **parties)
    wait_for(hub_outside, 2)
    after = hub_outside.body_of("outgoing_after")
    assert (after["userfield"], after["employee_number"]) == ("380671234567", 331852)


def test_a_callback_to_an_offline_employee_silently_fails(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.control("configure", sip_online=[])
    parties = {"caller": "380671234567", "callee": "acme_piotr"}
    assert "result" in rpc(twin, "/a/v2", "Api\\V2\\Callback.external", projectId="11111", **parties)
    assert len(twin.get("/__twin__/state").json()["callbacks"]) == 1
    assert hub_outside.taken == []


def test_a_simple_callback_wants_a_number_of_the_project(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    refused = twin.post("/callback/outward_call", data={"extension": "acme_piotr", "destination": "380671234567"})
    assert refused.status_code == 400
    taken = twin.post("/callback/outward_call", data={"extension": "380441230001", "destination": "380671234567"})
    assert taken.status_code == 200
    wait_for(hub_outside, 2)


def wait_for(hub: ReceivingHub, events: int) -> None:
    deadline = time.monotonic() + 10
    while len(hub.taken) < events and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(hub.taken) == events


CONTACT = {
    "projectId": 11111,
    "fullName": "Anna",
    "origin": "Switchhook",
    "externalId": "7",
    "responsible": "1",
    "staffId": None,
    "contactLink": "https://crm.example.com/7",
    "leadLink": None,
    "dealLink": None,
    "googleClientId": None,
    "contactDirections": [{"name": "work", "type": "phone", "value": "380671234567"}],
    "organizations": None,
}


def test_a_pushed_contact_replaces_its_earlier_version(twin: TwinClient) -> None:
    headers = {"x-project-id": "11111"}
    for name in ("Anna", "Anna Nowak"):
        body = {"contacts": [{**CONTACT, "fullName": name}]}
        assert twin.post("/minicrm/contacts/sync", json=body, headers=headers).status_code == 200
    assert [held["fullName"] for held in twin.get("/__twin__/state").json()["contacts"]] == ["Anna Nowak"]


@pytest.mark.parametrize("missing", ["fullName", "externalId", "staffId", "contactDirections"])
def test_a_contact_that_lacks_a_required_key_is_refused(twin: TwinClient, missing: str) -> None:
    contact = {name: value for name, value in CONTACT.items() if name != missing}
    answer = twin.post("/minicrm/contacts/sync", json={"contacts": [contact]}, headers={"x-project-id": "11111"})
    assert answer.status_code == 400
    assert twin.get("/__twin__/state").json()["contacts"] == []


def test_a_recording_is_a_stereo_wav_behind_its_token(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("incoming-answered")
    link = hub_outside.body_of("after_call")["recording_wav"]
    with wave.open(io.BytesIO(twin.get(link).content)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (8000, 2, 16000)
    assert twin.get(link.split("?")[0]).status_code == 404


def test_a_part_of_a_recording_can_be_asked_for(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("incoming-answered")
    link = hub_outside.body_of("after_call")["recording_wav"]
    part = twin.get(link, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"RIFF")
    assert part.headers["content-range"].startswith("bytes 0-3/")
    assert twin.get(link, headers={"Range": "bytes=99999999-"}).status_code == 416


def test_a_recording_can_be_late_gone_or_limited(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    call_id = twin.play("incoming-answered")["call_id"]
    link = hub_outside.body_of("after_call")["recording_wav"]
    for availability, status in (("late", 404), ("gone", 410), ("missing", 404)):
        twin.control("recordings", call_id=call_id, availability=availability)
        assert twin.get(link).status_code == status
    twin.control("recordings", call_id=call_id, availability="limited", retry_after=3, times=1)
    limited = twin.get(link)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "3")
    assert twin.get(link).status_code == 200


def test_a_transcript_has_time_codes(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("ai-analysis")
    text = twin.get(hub_outside.body_of("ai_analysis")["transcript_vtt"]).text
    assert text.startswith("WEBVTT")
    assert "-->" in text


def test_a_callback_happens_in_real_time_and_the_employee_speaks_meanwhile(
    twin: TwinClient, hub_outside: ReceivingHub
) -> None:
    twin.control("configure", callback_talk=0.4, callback_disposition="NO ANSWER")
    parties = {"caller": "380671234567", "callee": "acme_piotr"}
    rpc(twin, "/a/v2", "Api\\V2\\Callback.external", projectId="11111", **parties)
    wait_for(hub_outside, 1)
    assert twin.get("/sipstatus/speaking").json() == ["acme_piotr"]
    wait_for(hub_outside, 2)
    after = hub_outside.body_of("outgoing_after")
    assert (after["disposition"], after["billsec"], after["duration"]) == ("NO ANSWER", 0, 1)
    until = time.monotonic() + 2
    while (speaking := twin.get("/sipstatus/speaking").json()) and time.monotonic() < until:
        time.sleep(0.02)
    assert speaking == []
