"""The control routes that every twin shares, shown on Ringostat's."""

import json
import subprocess
import sys
import time

import httpx2
import pytest

from switchhook.connectors.ringostat.tests.receiving_hub import TwinClient


def test_a_status_fault_fires_as_often_as_told(twin: TwinClient) -> None:
    twin.control("faults", path="/calls/*", action="status", status=503, headers={"Retry-After": "7"}, times=2)
    answers = [twin.get("/calls/list") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["retry-after"] == "7"


def test_a_fault_speaks_of_its_method_and_path_only(twin: TwinClient) -> None:
    twin.control("faults", method="POST", path="/a/v2", action="status", times=None)
    assert twin.get("/calls/list").status_code == 200
    assert twin.post("/a/v2", json={}).status_code == 500


def test_a_dropped_answer_has_done_its_work(twin: TwinClient) -> None:
    twin.control("faults", path="/callback/outward_call", action="drop_after_commit")
    with pytest.raises(httpx2.RemoteProtocolError):
        twin.post("/callback/outward_call", data={"extension": "380441230001", "destination": "380671234567"})
    assert len(twin.get("/__twin__/state").json()["callbacks"]) == 1


def test_a_delay_comes_before_the_answer(twin: TwinClient) -> None:
    twin.control("faults", action="delay", seconds=0.2)
    started = time.perf_counter()
    assert twin.get("/sipstatus/online").status_code == 200
    assert time.perf_counter() - started >= 0.2


def test_a_hanging_request_is_never_answered(twin: TwinClient) -> None:
    twin.control("faults", action="hang")
    with pytest.raises(httpx2.ReadTimeout):
        twin.get("/sipstatus/online", timeout=0.2)
    assert twin.get("/sipstatus/online").status_code == 200


def test_an_expired_key_stays_refused_until_the_reset(twin: TwinClient) -> None:
    twin.control("faults", action="expire_token")
    assert [twin.get("/sipstatus/online").status_code for _ in range(2)] == [401, 401]
    twin.control("reset")
    assert twin.get("/sipstatus/online").status_code == 200


def test_chance_is_the_same_for_the_same_seed(twin: TwinClient) -> None:
    rule = {"action": "status", "status": 500, "times": None, "probability": 0.5}
    seen = []
    for _ in range(2):
        twin.control("faults", rules=[rule], seed=3)
        seen.append([twin.get("/sipstatus/online").status_code for _ in range(12)])
    assert seen[0] == seen[1]
    assert set(seen[0]) == {200, 500}


def test_a_fault_of_an_unknown_kind_is_refused(twin: TwinClient) -> None:
    answer = twin.post("/__twin__/faults", json={"action": "explode"})
    assert answer.status_code == 400
    assert "drop_after_commit" in answer.json()["error"]


def test_the_log_counts_per_route_and_hides_secrets(twin: TwinClient) -> None:
    call_id = twin.play("incoming-answered")["call_id"]
    twin.get(f"/recordings/{call_id}.wav", params={"token": "0123456789abcdef"})
    twin.get("/calls/list", params={"fields": "uniqueid"})
    said = twin.get("/__twin__/requests").json()
    assert said["routes"] == {"GET /calls/list": 1, "GET /recordings/{name}": 1}
    assert "0123456789abcdef" not in str(said)
    assert "twin-auth-key" not in str(said)
    assert said["log"][1]["answer"] == {"status": 200, "body": [{"uniqueid": call_id}]}


def test_the_clock_stands_moves_and_runs(twin: TwinClient) -> None:
    assert twin.control("clock", now="2026-11-21T12:00:00+02:00") == {
        "now": "2026-11-21T10:00:00+00:00",
        "frozen": True,
    }
    assert twin.control("clock", advance=90)["now"] == "2026-11-21T10:01:30+00:00"
    assert twin.control("clock", real=True)["frozen"] is False


def test_a_reset_forgets_calls_and_starts_the_ids_again(twin: TwinClient) -> None:
    at = "2026-11-21T10:00:00+00:00"
    first = twin.play("ring-only", at=at)["call_id"]
    twin.control("reset")
    assert twin.get("/__twin__/state").json()["call_count"] == 0
    assert twin.play("ring-only", at=at)["call_id"] == first


def test_a_configuration_is_changed_by_name(twin: TwinClient) -> None:
    person = {"name": "Solo", "email": "solo@example.com", "staff_id": 1, "sip": ["solo_1"]}
    twin.control("configure", employees=[person], auth_key="other")
    assert twin.get("/sipstatus/online").status_code == 401
    assert twin.get("/sipstatus/online", headers={"AUTH-KEY": "other"}).json() == ["solo_1"]
    assert twin.post("/__twin__/configure", json={"time_zone": "Mars/Base"}).status_code == 400


def test_the_twin_runs_alone_and_says_where() -> None:
    command = [sys.executable, "-m", "switchhook.connectors.ringostat.twin", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            deadline = time.monotonic() + 20
            while not answers(ready["url"]) and time.monotonic() < deadline:
                time.sleep(0.05)
            assert httpx2.get(ready["url"] + "/sipstatus/online", headers={"auth-key": ready["auth_key"]}).json()
        finally:
            process.terminate()


def answers(url: str) -> bool:
    try:
        return httpx2.get(url + "/__twin__/state").is_success
    except httpx2.TransportError:
        return False
