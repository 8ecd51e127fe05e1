"""Kill -9 of any process while calls come in: what was acknowledged is kept, and nothing is lost or made twice.

SWITCHHOOK_CHAOS_EVENTS sets the size (500 events in CI, 2000 for the full run), SWITCHHOOK_CHAOS_SEED the moments.
"""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2 as httpx
import pytest
from tests.acceptance.records import everything
from tests.chaos.calls import Played, cast, expected, found, introduce
from tests.chaos.killing import Killer
from tests.demo_hub import DemoHub, DemoProcess, eventually, running_process

from switchhook.connectors.ringostat.twin import TwinConfig, create_twin
from switchhook.connectors.testing.twin import run_in_thread

EVENTS = int(os.environ.get("SWITCHHOOK_CHAOS_EVENTS", "500"))
SEED = int(os.environ.get("SWITCHHOOK_CHAOS_SEED", "1"))
PER_ROUND = 250
"""Events for which each process is killed once, and twice the worker, whose work is the longest."""

LINES = 6
"""Calls at the same time."""

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.timeout(120 + EVENTS)]


@pytest.fixture
def process() -> Iterator[DemoProcess]:
    with running_process("pipedrive-leads") as process:
        yield process


@pytest.fixture
def exchange(process: DemoProcess) -> Iterator[httpx.Client]:
    """A telephony that outlives the hub, as telephony does: the twin's control."""
    config = TwinConfig(webhook_url=process.line["webhook_url"], webhook_timeout=20)
    with (
        run_in_thread(create_twin(config)) as twin,
        httpx.Client(base_url=f"{twin.url}/__twin__/", timeout=None, trust_env=False) as control,
    ):
        yield control


def _ask(exchange: httpx.Client, path: str, body: Any) -> Any:
    answer = exchange.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _play(exchange: httpx.Client, call: Played) -> None:
    retries = {"delivery": "retries", "retry_gap": 1, "pace": 0.1, "forward": False}
    _ask(exchange, "play", {**retries, **call.case.play, "client": call.client})


def _hand_in_what_failed(exchange: httpx.Client) -> None:
    """The telephony's operator sends again what no hub took."""
    eventually(lambda: not _ask(exchange, "resend", {"failed": True})["deliveries"], what="the hub takes no events")


def _check_what_was_acknowledged(process: DemoProcess, exchange: httpx.Client) -> None:
    deliveries = exchange.get("deliveries").json()["deliveries"]
    kept = {id_: bytes(body) for id_, body in process.query("SELECT id, body FROM intake_rawevent")}
    assert {delivery["status"] for delivery in deliveries} == {200}
    differing = [one for one in deliveries if json.loads(kept[json.loads(one["answer"])["stored"]]) != one["body"]]
    assert differing == []


def _check_records(hub: DemoHub, calls: list[Played]) -> None:
    seen = everything(hub, [call.client for call in calls])
    wrong = {
        (call.client, call.case.play["scenario"]): (found(seen[call.client]), expected(call.case))
        for call in calls
        if found(seen[call.client]) != expected(call.case)
    }
    assert wrong == {}
    known, tasks = sum(call.case.known for call in calls), sum(len(call.case.tasks) for call in calls)
    every = len(calls)
    in_all = {"contacts": every, "companies": every - known, "leads": every, "tasks": tasks, "calls": every}
    assert {path: len(hub.api.all(path, limit=200)) for path in in_all} == in_all
    assert hub.api.all("deliveries", state="dead") == []
    assert hub.api.all("events", state="flagged") == []


def _check_recordings(hub: DemoHub) -> None:
    def on_their_way() -> list[str]:
        calls = hub.api.all("calls", status="answered", limit=200)
        return [call["external_id"] for call in calls if call["recording_state"] != "stored"]

    eventually(lambda: not on_their_way(), what="recordings were not fetched")


def test_nothing_is_lost_and_nothing_is_doubled_when_processes_are_killed(
    process: DemoProcess, exchange: httpx.Client
) -> None:
    calls = cast(EVENTS)
    before = DemoHub(process)
    introduce(before, calls)
    before.close()
    rounds = max(1, EVENTS // PER_ROUND)
    killer = Killer(process, ["web", "read", "work", "postgres"] * rounds + ["supervisor"] * -(-rounds // 2), SEED)
    killer.start()
    with ThreadPoolExecutor(LINES) as lines:
        list(lines.map(lambda call: _play(exchange, call), calls))
    killer.finish()
    _hand_in_what_failed(exchange)
    hub = DemoHub(process)
    process.settle()
    _check_what_was_acknowledged(process, exchange)
    _check_records(hub, calls)
    _check_recordings(hub)
    hub.close()
