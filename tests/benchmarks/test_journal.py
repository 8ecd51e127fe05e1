"""How long the journal of a million calls takes to answer: every filter, the search, the counts, the export."""

import json
from pathlib import Path

import pytest
from tests.benchmarks.stage import Stage, quantile

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1200)]

JOURNAL = Path(__file__).with_name("journal.py")
CALLS = 1_000_000
MOST_GROWN_MB = 40


def test_a_million_calls_are_filtered_searched_and_exported(fresh_stage: Stage) -> None:
    told = json.loads(fresh_stage.run(str(JOURNAL), str(CALLS)).splitlines()[-1])
    floors = told["floors"]
    print(f"\na journal of {CALLS:,} calls (floors: page {floors['page']:.1f} ms, count {floors['count']:.1f} ms)")
    for name, page in told["pages"].items():
        count = told["counts"].get(name)
        counted = f", counted in {count:6.1f} ms ({count / floors['count']:5.1f} x)" if count is not None else ""
        print(f"  {name:16} page {page:6.1f} ms ({page / floors['page']:5.1f} x the floor){counted}")
    print(f"  export {told['export']['rows']:.0f} rows/s, memory grown by {told['export']['grown']:.1f} MB")
    print(
        f"  missed desk: count {told['desk']['count']:.1f} ms, 50 clients followed in {told['desk']['follow']:.1f} ms"
    )
    every = [*told["pages"].values(), *told["counts"].values()]
    print(f"  of all pages and counts: 90 % within {quantile(every, 0.9):.0f} ms, the slowest {max(every):.0f} ms")
    assert told["export"]["grown"] <= MOST_GROWN_MB
