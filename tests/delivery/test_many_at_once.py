"""Concurrency: many workers, one client."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connections
from tests.hub import Hub, after, answered, before, taking

from switchhook.calls.models import Call, Fact
from switchhook.connections.accounts import open_crm
from switchhook.core.errors import Transient
from switchhook.core.records import Draft, Kind
from switchhook.crm.models import Company, Contact, Lead
from switchhook.delivery import lanes
from switchhook.delivery.handling import handle
from switchhook.delivery.models import Delivery, Lane
from switchhook.delivery.tasks import drain_lane
from switchhook.directory.sync import sync
from switchhook.understanding.reader import read_batch

SPELLINGS = (
    "+380671234567", "380671234567", "0671234567", "+38 067 123 45 67", "+38-067-123-4567", "+38(067)1234567",
    "00380671234567", "067 123 45 67", "067-123-45-67", "(067) 123-45-67", "+38.067.123.45.67", "38 067 1234567",
    "067.123.45.67", "+380 67 123 45 67", "380-67-123-45-67", "380 (67) 123 45 67", "+380671234567 ", "(067)1234567",
    "00 380 67 123 45 67", "067/123/45/67",
)  # fmt: skip


def _in_threads(work: Callable[[int], object], count: int, threads: int = 8) -> None:
    def run(number: int) -> None:
        try:
            work(number)
        finally:
            for connection in connections.all():
                connection.close()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, range(count)))


def _drain(lane_ids: list[int], number: int) -> None:
    drain_lane.func(lane_ids[number % len(lane_ids)])


def _drain_all(threads: int = 8) -> None:
    for _ in range(200):
        waiting = list(Lane.objects.filter(scheduled=True).values_list("pk", flat=True))
        if not waiting:
            return
        _in_threads(partial(_drain, waiting), threads, threads)
    pytest.fail(f"lanes do not come to rest: {list(Delivery.objects.values('state', 'error'))[:5]}")


def test_a_hundred_first_calls_of_one_number_in_twenty_spellings_make_one_contact(hub: Hub) -> None:
    for number in range(100):
        spelled = {"uniqueid": f"ua9_-1.{number}", "userfield": SPELLINGS[number % 20], "E164": None}
        hub.deliver(*answered("Olena", **spelled))
    _in_threads(lambda _: read_batch(20), 20)
    _drain_all()
    assert Call.objects.count() == 100
    assert (Contact.objects.count(), Company.objects.count(), Lead.objects.count()) == (1, 1, 1)


def test_a_hundred_parallel_calls_from_two_numbers_of_one_contact_make_one_lead(hub: Hub) -> None:
    both = ["+380671234567", "+380501112233"]
    open_crm(hub.crm).create(Draft(kind=Kind.CONTACT, values={"name": "Марія", "phones": both}), mark="")
    sync(hub.crm)
    for number in range(100):
        hub.deliver(
            *answered("Olena", uniqueid=f"ua9_-1.{number}", userfield=both[number % 2][1:], E164=both[number % 2])
        )
    _in_threads(lambda _: read_batch(20), 20)
    _drain_all()
    assert (Contact.objects.count(), Lead.objects.count()) == (1, 1)


def test_processes_that_merge_facts_of_the_same_call_lose_nothing(hub: Hub) -> None:
    for _ in range(20):
        hub.deliver(before(), taking("Olena"), after("Olena"))
    _in_threads(lambda _: read_batch(3), 40)
    call = Call.objects.get()
    assert (Fact.objects.count(), call.facts_seen, call.status) == (60, 60, "answered")


def test_an_overtaken_worker_sends_nothing_any_more(hub: Hub) -> None:
    hub.deliver(*answered("Olena"))
    read_batch()
    lane = Lane.objects.get()
    overtaken = lanes.claim(lane.pk)
    assert overtaken
    Lane.objects.update(running_until=None)
    delivery = lanes.head(overtaken)
    assert delivery
    assert lanes.claim(lane.pk)
    with pytest.raises(Transient):
        handle(overtaken, delivery)
    assert Contact.objects.count() == 0
