"""How many events a second become calls, compared with as many bare upserts in the same database."""

import json
from pathlib import Path

import pytest
from tests.benchmarks.stage import Stage

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

MERGING = Path(__file__).with_name("merging.py")
LEAST = 0.004
"""Of the floor, for one reader: an event is a fact stored, its call locked and folded anew, lanes and pages told."""


def test_merging_events_into_calls(stage: Stage) -> None:
    rates = json.loads(stage.run(str(MERGING)).splitlines()[-1])
    merged, floor = rates["merged"], rates["floor"]
    print(f"\nmerges: {merged:.0f} events/s, bare upserts {floor:.0f}/s, ratio {merged / floor:.1%}")
    assert merged / floor >= LEAST
