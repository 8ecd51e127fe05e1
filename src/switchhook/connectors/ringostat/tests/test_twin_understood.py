"""The connector understands what the twin says: the same call in every layout and encoding."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from switchhook.connectors.base import Account, RawEvent
from switchhook.connectors.ringostat.events import read
from switchhook.connectors.ringostat.tests.receiving_hub import ReceivingHub, Taken, TwinClient
from switchhook.core.call import CallFact, CallState, Direction, Status, fold

ACCOUNT = Account(country="UA", zone=ZoneInfo("Europe/Kyiv"), own_numbers=frozenset({"+380441230001", "+380441230002"}))

EXPECTED = {
    "incoming-answered": (Direction.IN, Status.ANSWERED, "331852"),
    "incoming-missed": (Direction.IN, Status.MISSED, ""),
    "incoming-busy": (Direction.IN, Status.MISSED, ""),
    "incoming-transferred": (Direction.IN, Status.ANSWERED, "331851"),
    "incoming-queue": (Direction.IN, Status.ANSWERED, "331852"),
    "incoming-voicemail": (Direction.IN, Status.MISSED, ""),
    "incoming-unknown-employee": (Direction.IN, Status.ANSWERED, ""),
    "callback": (Direction.IN, Status.ANSWERED, "331852"),
    "outgoing-answered": (Direction.OUT, Status.ANSWERED, "331852"),
    "outgoing-missed": (Direction.OUT, Status.MISSED, "331852"),
    "outgoing-api": (Direction.OUT, Status.ANSWERED, "331852"),
    "late-recording": (Direction.IN, Status.ANSWERED, "331852"),
    "ai-analysis": (Direction.IN, Status.ANSWERED, "331852"),
    "rating": (Direction.IN, Status.ANSWERED, "331852"),
    "ring-only": (Direction.IN, Status.ACTIVE, ""),
}


def as_raw(taken: Taken) -> RawEvent:
    return RawEvent(
        method=taken.method,
        content_type=taken.content_type,
        query=taken.raw_query,
        body=taken.content,
        headers={},
        received_at=datetime(2026, 11, 21, tzinfo=UTC),
    )


def understood(hub: ReceivingHub) -> CallState:
    facts = [fact for taken in hub.taken for fact in read(as_raw(taken), ACCOUNT)]
    return fold(fact for fact in facts if isinstance(fact, CallFact))


@pytest.mark.parametrize("layout", ["flat", "nested", "classic"])
@pytest.mark.parametrize("encoding", ["json", "form", "query"])
def test_every_call_reads_the_same_in_every_layout(
    twin: TwinClient, hub_outside: ReceivingHub, layout: str, encoding: str
) -> None:
    for scenario, (direction, status, staff_id) in EXPECTED.items():
        hub_outside.taken.clear()
        twin.play(
            scenario, client="+380671234567", employee="acme_piotr", layout=layout, encoding=encoding, forward=False
        )
        state = understood(hub_outside)
        person = state.employee.staff_id if state.employee else ""
        assert (state.direction, state.status, person) == (direction, status, staff_id), scenario
        assert state.client_number == "+380671234567", scenario
        assert state.project_number == "+380441230001", scenario


def test_a_hidden_caller_is_nobody(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("incoming-hidden")
    state = understood(hub_outside)
    assert (state.client_hidden, state.client_number) == (True, None)


def test_a_call_between_employees_is_internal(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("internal")
    assert understood(hub_outside).direction is Direction.INTERNAL


def test_a_test_delivery_states_nothing(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("test-webhook")
    assert understood(hub_outside) == CallState()
