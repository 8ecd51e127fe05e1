"""A pop-up does not queue behind deliveries: 20,000 of them wait, and it is there as it is on an idle hub."""

import json
import time
from pathlib import Path

import httpx2
import psycopg
import pytest
from tests.benchmarks.stage import Stage, quantile
from tests.benchmarks.test_popup import OFFICE, heard, popup, ring

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

BACKLOG = Path(__file__).with_name("backlog.py")
WAITING = 20_000
CALLS = 60
PAUSE_SECONDS = 0.05
LONGEST = {"held": 1.5, "busy": 5.0}
"""How many times the idle hub's median a pop-up may take: while the CRM is switched off, so that the deliveries only
wait; and while the worker writes them out as fast as this machine can.
"""


def rings(base: str, office: dict[str, str], first: int) -> list[float]:
    """Milliseconds from ring to pop-up, of calls one after the other."""
    times = []
    with httpx2.Client(base_url=base, timeout=20) as client, heard(base, office["live"]) as frames:
        for number in range(first, first + CALLS):
            time.sleep(PAUSE_SECONDS)
            started = ring(client, office["intake"], number)
            times.append((popup(frames) - started) * 1000)
    return times


def waiting(stage: Stage) -> int:
    """Deliveries that nobody has worked off yet."""
    with psycopg.connect(stage.url) as connection:
        row = connection.execute("SELECT count(*) FROM delivery_delivery WHERE state = 'pending'").fetchone()
    return int(row[0]) if row else 0


@pytest.mark.parametrize("crm", ["held", "busy"])
def test_the_pop_up_does_not_wait_behind_twenty_thousand_deliveries(fresh_stage: Stage, crm: str) -> None:
    stage = fresh_stage
    with stage.web() as (host, port), stage.process("read"), stage.process("work", "--no-reading"):
        base = f"http://{host}:{port}"
        office = json.loads(stage.run(str(OFFICE)))
        rings(base, office, 0)
        idle = rings(base, office, CALLS)
        stage.run(str(BACKLOG), str(WAITING), crm)
        loaded = rings(base, office, 2 * CALLS)
        left = waiting(stage)
    ratio = quantile(loaded, 0.5) / quantile(idle, 0.5)
    print(
        f"\nring to pop-up, {left} deliveries still waiting ({crm} CRM): p50 {quantile(loaded, 0.5):.1f} ms, "
        f"p95 {quantile(loaded, 0.95):.1f} ms; idle p50 {quantile(idle, 0.5):.1f} ms, "
        f"p95 {quantile(idle, 0.95):.1f} ms; ratio of the medians {ratio:.2f}"
    )
    assert left > WAITING / 4
    assert ratio <= LONGEST[crm]
