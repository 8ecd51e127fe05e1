"""How fast a year of a million calls is reported, compared with one pass of the database over those calls."""

import json
from pathlib import Path

import pytest
from tests.benchmarks.stage import Stage

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3000)]

REPORTING = Path(__file__).with_name("reporting.py")


def test_reporting_a_year_of_a_million_calls(stage: Stage) -> None:
    told = json.loads(stage.run(str(REPORTING)).splitlines()[-1])
    floor = told.pop("floor")
    print(f"\none pass over the year's calls: {1000 * floor:.0f} ms")
    print(f"tables: {told.pop('entries MB'):.0f} MB of entries, {told.pop('tallies MB'):.0f} MB of tallies")
    for name, seconds in told.items():
        print(f"reports, {name}: {1000 * seconds:.0f} ms, ratio {seconds / floor:.2f}")
