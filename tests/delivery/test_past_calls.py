"""Which calls of the journal a scenario table is tried on, and at what cost."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories import Desk, open_desk

from switchhook.calls.codec import state_to_json
from switchhook.calls.models import Call
from switchhook.core.call import CallState, Direction
from switchhook.core.rehearsed import PREFIX
from switchhook.core.situation import Client
from switchhook.delivery.past_calls import past_cases

STATE = state_to_json(
    CallState(external_id="x", direction=Direction.IN, started_at=datetime(2026, 3, 2, 8, tzinfo=UTC))
)
NUMBERS = [f"+38067123450{n}" for n in range(10)]


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk()


def call(desk: Desk, **values: Any) -> Call:
    return desk.call(**{"state": STATE, **values})


def test_calls_that_the_hub_has_acted_out_are_no_cases(desk: Desk) -> None:
    real = call(desk)
    call(desk, external_id=f"{PREFIX}1")
    assert [case.what.call for case in past_cases(desk.crm, 10)] == [real]


def test_many_clients_cost_as_many_queries_as_one(desk: Desk) -> None:
    costs = []
    for number in NUMBERS:
        call(desk, client_number=number)
        desk.known(number, record_id=number)
        with CaptureQueriesContext(connection) as queries:
            cases = past_cases(desk.crm, 100)
        costs.append(len(queries))
    assert {case.verdict.client for case in cases} == {Client.KNOWN}
    assert costs == costs[:1] * len(NUMBERS)
