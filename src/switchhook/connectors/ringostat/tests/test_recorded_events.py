"""Every recorded delivery gives exactly the facts written beside it, and the telephony contract holds for all."""

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from switchhook.connectors.base import Account
from switchhook.connectors.ringostat.connector import Ringostat, connect
from switchhook.connectors.testing.telephony import RecordedEvent, TelephonyContract, outcome_of, recorded_events

FIXTURES = Path(__file__).parent.parent / "fixtures"
RECORDED = recorded_events(FIXTURES)
LEAST_CASES = 25


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: case.name)
def test_a_recorded_event_gives_the_facts_beside_it(case: RecordedEvent) -> None:
    assert outcome_of(connect(case.account), case.event) == case.expected, case.about


def test_every_kind_of_event_is_recorded() -> None:
    kinds = {case.name.partition("__")[0] for case in RECORDED}
    assert len(RECORDED) >= LEAST_CASES
    assert kinds >= {
        "before_call", "forwarding", "taking_call", "after_call", "rating", "outgoing_before", "outgoing_after",
        "ai_analysis", "form", "dialogue_start", "dialogue_taken", "contact_given", "dialogue_released", "dialogue_end",
        "deal", "test", "unreadable",
    }  # fmt: skip


class TestTheTelephonyContract(TelephonyContract):
    def connector(self) -> Ringostat:
        return connect(Account(country="UA", zone=ZoneInfo("Europe/Kyiv"), own_numbers=frozenset({"+380736500001"})))

    def recorded(self) -> Sequence[RecordedEvent]:
        return RECORDED
