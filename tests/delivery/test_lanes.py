"""A delivery says "this call changed": no change may fall between its being queued and its being taken."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

from django.db import connection as database
from django.db import transaction
from django.utils import timezone
from tests.hub import Hub, before

from switchhook.calls.models import Call
from switchhook.delivery import lanes
from switchhook.delivery.models import Delivery, Lane
from switchhook.understanding.reader import read_batch


def _take(run: lanes.Run) -> Delivery | None:
    try:
        return lanes.head(run)
    finally:
        database.close()


def test_a_change_that_is_under_way_while_its_delivery_is_taken_is_part_of_it(hub: Hub) -> None:
    hub.deliver(before())
    read_batch()
    run = lanes.claim(Lane.objects.get().pk)
    assert run
    with ThreadPoolExecutor(1) as worker:
        with transaction.atomic():
            Call.objects.update(status="missed")
            lanes.append(hub.crm, Call.objects.get())
            taking = worker.submit(_take, run)
            assert not wait([taking], timeout=0.5).done
        taken = taking.result(timeout=30)
    assert taken
    assert taken.call.status == "missed"


def test_a_change_of_the_client_that_is_under_way_meanwhile_waits_in_his_lane(hub: Hub) -> None:
    hub.deliver(before())
    read_batch()
    run = lanes.claim(Lane.objects.get().pk)
    assert run
    with ThreadPoolExecutor(1) as worker, transaction.atomic():
        Call.objects.update(client_number="+380501112233")
        lanes.append(hub.crm, Call.objects.get())
        assert worker.submit(_take, run).result(timeout=30) is None
    assert [(one.state, one.lane.key) for one in Delivery.objects.all()] == [("pending", "+380501112233")]


def test_a_change_after_a_delivery_was_taken_queues_a_new_one(hub: Hub) -> None:
    hub.deliver(before())
    read_batch()
    run = lanes.claim(Lane.objects.get().pk)
    assert run
    assert lanes.head(run)
    lanes.append(hub.crm, Call.objects.get())
    assert list(Delivery.objects.order_by("id").values_list("state", flat=True)) == ["running", "pending"]


def test_a_lane_whose_worker_was_killed_at_the_very_end_is_free_again_after_the_sweep(hub: Hub) -> None:
    hub.play(before())
    lane = Lane.objects.get()
    assert lanes.claim(lane.pk)
    Lane.objects.update(running_until=timezone.now() - timedelta(seconds=1))
    assert lanes.sweep() == 1
    hub.settle()
    assert not Lane.objects.get().scheduled
