"""A CRM that is out makes its connection wait, not each client; then the backlog goes, in order and within limits."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from tests.delivery.remote import Days, RemoteCrm
from tests.hub import Hub, after, before

from switchhook.calls.models import Call
from switchhook.connections.models import Connection, ConnectionState
from switchhook.connections.services import add, pause
from switchhook.connectors.allowances import Allowance
from switchhook.core.errors import AuthFailed, Misconfigured, RateLimited, SwitchhookError, Unreachable
from switchhook.crm.models import Contact, Lead
from switchhook.delivery import holding, outages
from switchhook.delivery.models import Delivery, Effect, Flow, Lane
from switchhook.delivery.tasks import drain_lane
from switchhook.understanding.reader import read_batch

AWAY = Unreachable("away")


def _client(number: int) -> str:
    return f"38067{1000000 + number}"


def _call(number: int, name: str = "ua9_-2") -> dict[str, Any]:
    client = _client(number)
    return after("Olena", uniqueid=f"{name}.{number}", userfield=client, E164=f"+{client}")


def _calls(hub: Hub, numbers: range, name: str = "ua9_-2") -> None:
    hub.deliver(*(_call(number, name) for number in numbers))
    while read_batch():
        pass


def _run(lane: int) -> None:
    drain_lane.func(lane)


def _back_with_a_backlog(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    """Eighty clients have waited, and the one that tried was the first to be answered."""
    remote.out(AWAY)
    _calls(hub, range(80))
    days.work()
    remote.back()
    days.now += timedelta(minutes=6)
    lane = outages.probe(hub.crm.pk)
    assert lane
    _run(lane)


def _scheduled() -> int:
    return Lane.objects.filter(scheduled=True).count()


def test_one_client_on_whom_the_crm_fails_waits_by_himself(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    remote.fault = lambda _method, about: AWAY if about == f"+{_client(1)}" else None
    _calls(hub, range(3))
    days.work()
    assert outages.progress(hub.crm) is None
    assert Lead.objects.count() == 2
    assert Lane.objects.get(scheduled=True).wake_at


def test_two_clients_on_whom_it_fails_make_the_connection_wait_as_a_whole(
    hub: Hub, remote: RemoteCrm, days: Days
) -> None:
    remote.out(AWAY)
    _calls(hub, range(20))
    days.work()
    shown = outages.progress(hub.crm)
    assert shown
    assert (shown.state, shown.waiting, shown.reason) == ("waiting", 20, "away")
    assert (_scheduled(), sum(remote.requests.values())) == (0, 2)


def test_a_call_that_comes_while_the_crm_is_out_costs_nothing(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    remote.out(AWAY)
    _calls(hub, range(2))
    days.work()
    asked = sum(remote.requests.values())
    _calls(hub, range(2, 5))
    assert (days.work(), sum(remote.requests.values()), _scheduled()) == (0, asked, 0)


def test_one_lane_tries_with_growing_pauses_of_five_minutes_at_most(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    remote.out(AWAY)
    _calls(hub, range(5))
    days.work()
    for _ in range(9):
        until = Flow.objects.get().until
        assert until
        asked = len(remote.sent_at)
        days.now = until - timedelta(seconds=1)
        days.work()
        assert len(remote.sent_at) == asked
        days.forward(seconds=1)
    pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(remote.sent_at[1:])]
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300]


def test_a_client_who_failed_and_then_succeeded_is_forgotten(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    remote.out(AWAY)
    _calls(hub, range(1))
    days.work()
    remote.back()
    days.forward(seconds=10)
    assert not Flow.objects.exists()
    remote.out(AWAY)
    _calls(hub, range(1, 2))
    days.work()
    assert outages.progress(hub.crm) is None


def test_failures_hours_apart_are_no_outage(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    remote.fault = lambda _method, about: AWAY if about in (f"+{_client(0)}", f"+{_client(1)}") else None
    _calls(hub, range(1))
    days.work()
    Lane.objects.update(wake_at=days.now + timedelta(days=1))
    days.forward(hours=2)
    _calls(hub, range(1, 2))
    days.work()
    assert outages.progress(hub.crm) is None


def test_different_clients_try_in_turn(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    remote.out(AWAY)
    _calls(hub, range(3))
    for _ in range(60):
        days.forward(seconds=2)
    assert {about for _method, about in remote.log} == {f"+{_client(number)}" for number in range(3)}


def test_three_days_out_cost_little_and_then_everything_is_there_in_order(
    hub: Hub, remote: RemoteCrm, days: Days
) -> None:
    remote.out(AWAY)
    _calls(hub, range(80))
    days.forward(hours=1)
    _calls(hub, range(5), "later")
    for _ in range(23):
        days.forward(hours=3)
    assert sum(remote.requests.values()) < 40
    remote.back()
    days.forward(minutes=5)
    assert outages.progress(hub.crm) is None
    assert (Lead.objects.count(), Delivery.objects.exclude(state="done").count()) == (80, 0)
    order = list(
        Delivery.objects.filter(lane__key=f"+{_client(3)}").order_by("done_at", "id").values_list("pk", flat=True)
    )
    assert order == sorted(order)


def test_the_backlog_goes_in_a_window_and_the_oldest_first(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    _back_with_a_backlog(hub, remote, days)
    woken = Lane.objects.filter(scheduled=True)
    assert outages.WINDOW - 2 <= woken.count() <= outages.WINDOW
    assert {int(key[-3:]) for key in woken.values_list("key", flat=True)} <= set(range(outages.WINDOW + 2))
    assert remote.urgencies[-1] == "backlog"


def test_a_fresh_call_need_not_wait_for_the_backlog(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    _back_with_a_backlog(hub, remote, days)
    _calls(hub, range(500, 501))
    fresh = Lane.objects.get(key=f"+{_client(500)}")
    assert fresh.scheduled
    _run(fresh.pk)
    assert remote.urgencies[-1] == "delivery"


def test_the_page_can_say_how_far_it_has_come(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    _back_with_a_backlog(hub, remote, days)
    days.now += timedelta(minutes=1)
    for one in Lane.objects.filter(scheduled=True).values_list("pk", flat=True)[:20]:
        _run(one)
    shown = outages.progress(hub.crm)
    assert shown
    assert (shown.state, shown.backlog, shown.drained, shown.waiting) == ("draining", 79, 20, 59)
    assert shown.per_minute == 20
    assert shown.estimate == timedelta(minutes=59 / 20)


@pytest.mark.parametrize("seconds", [61, 7200])
def test_a_long_pause_that_the_vendor_asks_for_holds_the_connection_for_just_as_long(
    hub: Hub, remote: RemoteCrm, days: Days, seconds: int
) -> None:
    remote.out(RateLimited("the day is used up", retry_after=seconds))
    _calls(hub, range(20))
    days.work()
    assert sum(remote.requests.values()) == 1
    remote.back()
    days.forward(seconds=seconds - 1)
    assert sum(remote.requests.values()) == 1
    days.forward(seconds=2)
    assert Lead.objects.count() == 20


def test_the_backlog_stays_within_the_allowance(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    rate = Allowance(name="burst", most=20, per=2)
    remote.governed = {rate: 1}
    remote.out(AWAY)
    _calls(hub, range(24))
    days.work()
    remote.back()
    remote.sent_at.clear()
    for _ in range(400):
        days.forward(seconds=0.4)
        if not Delivery.objects.filter(state__in=["pending", "running"]).exists():
            break
    assert Lead.objects.count() == 24
    most = max(
        sum(1 for other in remote.sent_at if one <= other < one + timedelta(seconds=2)) for one in remote.sent_at
    )
    assert most <= rate.most
    took = (remote.sent_at[-1] - remote.sent_at[0]).total_seconds()
    assert took < 2.0 * len(remote.sent_at) / (rate.most / rate.per)


def test_a_used_up_day_of_the_backlog_leaves_fresh_calls_their_part(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    remote.out(AWAY)
    _calls(hub, range(60))
    days.work()
    remote.back()
    remote.governed = {Allowance(name="day", most=200, per=86400): 1}
    days.forward(minutes=6)
    assert Delivery.objects.filter(state="done").count() < 60
    shown = outages.progress(hub.crm)
    assert shown
    assert shown.state == "draining"
    _calls(hub, range(500, 501))
    days.work()
    assert Lead.objects.filter(title__contains=str(_client(500))).exists()


def test_a_record_on_which_the_crm_always_fails_becomes_dead_work_and_the_lane_goes_on(
    hub: Hub, remote: RemoteCrm, days: Days
) -> None:
    remote.fault = lambda method, about: AWAY if (method, about) == ("create", "company") else None
    _calls(hub, range(1))
    remote_fault = remote.fault
    for number in range(1, 40):
        remote.back()
        _calls(hub, range(number, number + 1))
        other = Lane.objects.get(key=f"+{_client(number)}")
        _run(other.pk)
        remote.fault = remote_fault
        days.forward(minutes=16)
    effects = {effect.action: effect for effect in Effect.objects.filter(call__external_id="ua9_-2.0")}
    assert (effects["company"].state, effects["company"].error_code) == ("refused", "record_fails")
    assert {effects[name].state for name in ("contact", "lead")} == {"blocked"}
    assert Delivery.objects.filter(lane__key=f"+{_client(0)}", state="done").exists()
    assert outages.progress(hub.crm) is None


def test_a_client_whose_look_up_always_fails_does_not_try_for_ever(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    poison = f"+{_client(0)}"
    remote.fault = lambda _method, about: AWAY if about == poison else None
    _calls(hub, range(1))
    for number in range(1, 30):
        _calls(hub, range(number, number + 1))
        days.forward(minutes=16)
    assert Delivery.objects.get(lane__key=poison).error_code == "record_fails"
    assert remote.log.count(("find", poison)) == 12


def test_refused_credentials_hold_all_lanes_at_no_cost_and_renewed_ones_drain_by_themselves(
    hub: Hub, remote: RemoteCrm, days: Days
) -> None:
    _calls(hub, range(5))
    days.work()
    refused: SwitchhookError = AuthFailed("token revoked")
    remote.out(refused)
    _calls(hub, range(5, 90))
    days.work()
    connection = Connection.objects.get(pk=hub.crm.pk)
    asked = sum(remote.requests.values())
    assert (connection.state, _scheduled()) == (ConnectionState.BROKEN, 0)
    days.forward(days=3)
    assert sum(remote.requests.values()) == asked
    remote.back()
    holding.resume(connection)
    days.work()
    assert (Contact.objects.count(), Lead.objects.count()) == (90, 90)
    assert not Flow.objects.exists()


def test_a_setting_that_makes_the_work_impossible_holds_it_until_it_is_mended(
    hub: Hub, remote: RemoteCrm, days: Days
) -> None:
    missing = Misconfigured("Choose the field of a lead's title.", field="lead_title")
    remote.fault = lambda method, about: missing if (method, about) == ("create", "lead") else None
    _calls(hub, range(3))
    days.work()
    connection = Connection.objects.get(pk=hub.crm.pk)
    assert (connection.state, connection.state_reason) == ("broken", "Choose the field of a lead's title.")
    assert not Effect.objects.filter(state__in=["refused", "blocked"]).exists()
    assert not Delivery.objects.filter(state="dead").exists()
    remote.back()
    holding.resume(connection)
    days.work()
    assert (Contact.objects.count(), Lead.objects.count()) == (3, 3)


def test_a_backlog_that_is_paused_half_way_costs_nothing_until_it_is_resumed(
    hub: Hub, remote: RemoteCrm, days: Days
) -> None:
    _back_with_a_backlog(hub, remote, days)
    pause(Connection.objects.get(pk=hub.crm.pk))
    days.work()
    asked = sum(remote.requests.values())
    days.forward(days=1)
    assert (days.work(), _scheduled(), sum(remote.requests.values())) == (0, 0, asked)
    holding.resume(Connection.objects.get(pk=hub.crm.pk), held=holding.Held.ALL)
    days.work()
    assert Lead.objects.count() == 80


def test_an_outage_of_one_crm_is_none_of_another(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    remote.out(AWAY)
    _calls(hub, range(3))
    days.work()
    other = add(hub.project, "builtin")
    assert outages.progress(other) is None


def test_a_person_can_have_it_tried_at_once(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    remote.out(RateLimited("the day is used up", retry_after=7200))
    _calls(hub, range(3))
    days.work()
    remote.back()
    outages.try_now(hub.crm)
    days.work()
    assert Lead.objects.count() == 3


def test_a_connection_without_trouble_has_no_row_for_it(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    hub.deliver(before())
    while read_batch():
        pass
    days.work()
    assert Call.objects.count() == 1
    assert not Flow.objects.exists()
