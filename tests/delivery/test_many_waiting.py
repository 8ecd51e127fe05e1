"""Twenty thousand waiting clients cost next to nothing, and drain oldest first."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.delivery.remote import Days, RemoteCrm
from tests.hub import Hub

from switchhook.calls.models import Call
from switchhook.core.errors import Unreachable
from switchhook.delivery import looks, outages
from switchhook.delivery.lanes import sweep
from switchhook.delivery.models import Delivery, Flow, Lane
from switchhook.delivery.tasks import drain_lane

MANY = 20_000


@pytest.fixture
def waiting(hub: Hub, remote: RemoteCrm, days: Days) -> list[Lane]:
    """As many lanes, each with a call to deliver, scheduled when the CRM went out."""
    state = {"reached": ["ring", "end"], "ended": True, "direction": "in", "legs_ordered": True}
    calls = Call.objects.bulk_create(
        Call(
            project=hub.project,
            connection=hub.telephony,
            external_id=f"many-{number}",
            client_number=f"+38067{number:07}",
            started_at=days.now,
            status="missed",
            state={**state, "client_number": f"+38067{number:07}"},
        )
        for number in range(MANY)
    )
    lanes = Lane.objects.bulk_create(Lane(connection=hub.crm, key=call.client_number, scheduled=True) for call in calls)
    Delivery.objects.bulk_create(
        Delivery(lane=lane, connection=hub.crm, call=call) for lane, call in zip(lanes, calls, strict=True)
    )
    with database.cursor() as cursor:
        cursor.execute("ANALYZE")
    outages.begin(hub.crm.pk, Unreachable("away"))
    return lanes


def test_while_the_crm_is_out_a_round_of_the_sweep_is_a_handful_of_statements(
    waiting: list[Lane], remote: RemoteCrm, days: Days
) -> None:
    remote.out(Unreachable("away"))
    with CaptureQueriesContext(database) as asked:
        looks.wake_due()
        sweep()
        outages.look_after()
    assert len(asked) < 15
    assert sum(float(query["time"]) for query in asked) < 5
    assert Lane.objects.filter(scheduled=True).count() == 0


def test_a_job_that_was_queued_before_ends_at_once(waiting: list[Lane], remote: RemoteCrm, days: Days) -> None:
    with CaptureQueriesContext(database) as asked:
        drain_lane.func(waiting[-1].pk)
    assert len(asked) < 8
    assert not remote.requests


def test_they_drain_the_oldest_first_and_the_numbers_are_cheap(
    hub: Hub, waiting: list[Lane], remote: RemoteCrm, days: Days
) -> None:
    Flow.objects.update(until=days.now)
    lane = outages.probe(hub.crm.pk)
    assert lane == waiting[0].pk
    drain_lane.func(lane)
    woken = set(Lane.objects.filter(scheduled=True).values_list("pk", flat=True))
    assert woken == {one.pk for one in waiting[1 : 1 + len(woken)]}
    with CaptureQueriesContext(database) as asked:
        shown = outages.progress(hub.crm)
    assert shown
    assert (shown.waiting, len(asked)) == (MANY - 1, 2)
