"""An account stays within its vendor's allowances, whoever uses it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from switchhook.connections.accounts import open_crm
from switchhook.connections.governor import SharedGovernor, Urgency, budget
from switchhook.connections.models import Connection
from switchhook.connections.services import add
from switchhook.connections.usage import RequestSlot
from switchhook.connectors.allowances import Allowance
from switchhook.core.errors import RateLimited
from switchhook.projects.models import Project

BURST = Allowance(name="burst", most=10, per=2)
DAY = Allowance(name="day", most=100, per=86400)
AT_ONCE = Allowance(name="at_once", most=2, per=0)
BUSY = Allowance(name="busy", most=50, per=60)

pytestmark = pytest.mark.django_db


class Hand:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    clock = Hand()
    monkeypatch.setattr(timezone, "now", clock)
    return clock


@pytest.fixture
def account() -> Connection:
    return add(Project.objects.create(name="Acme"), "builtin")


@pytest.fixture
def governor(account: Connection, hand: Hand) -> SharedGovernor:
    return SharedGovernor(account.pk, Urgency.LIVE)


def _send(governor: SharedGovernor, allowance: Allowance, cost: float = 1, times: int = 1) -> None:
    for _ in range(times):
        with governor.admit({allowance: cost}):
            pass


def _refused(governor: SharedGovernor, allowance: Allowance, cost: float = 1) -> float:
    with pytest.raises(RateLimited) as refusal, governor.admit({allowance: cost}):
        pass
    assert refusal.value.retry_after
    return refusal.value.retry_after


def test_what_is_within_the_allowance_goes_and_the_next_must_wait(governor: SharedGovernor) -> None:
    _send(governor, BURST, times=10)
    assert 0 < _refused(governor, BURST) <= BURST.per * 13 / 12


def test_the_wait_is_exact(governor: SharedGovernor, hand: Hand) -> None:
    _send(governor, BURST, times=10)
    wait = _refused(governor, BURST)
    hand.forward(wait - 0.01)
    assert _refused(governor, BURST) == pytest.approx(0.01, abs=0.002)
    hand.forward(0.011)
    _send(governor, BURST)


def test_no_window_of_any_position_sees_more_than_the_allowance(governor: SharedGovernor, hand: Hand) -> None:
    sent: list[datetime] = []
    for _ in range(400):
        try:
            _send(governor, BURST)
            sent.append(hand.now)
        except RateLimited:
            hand.forward(0.07)
    assert len(sent) >= 100
    window = timedelta(seconds=BURST.per)
    assert max(sum(1 for other in sent if one <= other < one + window) for one in sent) <= BURST.most


def test_most_of_the_allowance_can_really_be_used(governor: SharedGovernor, hand: Hand) -> None:
    end, sent = hand.now + timedelta(seconds=20), 0
    while hand.now < end:
        try:
            _send(governor, BURST)
            sent += 1
        except RateLimited as refusal:
            hand.forward(refusal.retry_after or 1)
    assert sent >= 0.85 * BURST.most * 20 / BURST.per


def test_a_request_that_one_allowance_refuses_uses_nothing_of_the_others(
    governor: SharedGovernor, account: Connection
) -> None:
    _send(governor, BURST, times=10)
    with pytest.raises(RateLimited), governor.admit({DAY: 5, BURST: 1}):
        pass
    assert [one.used for one in budget(account).allowances if one.name == "day"] in ([], [0])


def test_a_request_dearer_than_the_whole_allowance_goes_when_nothing_else_does(governor: SharedGovernor) -> None:
    _send(governor, BURST, cost=25)
    assert _refused(governor, BURST) > 0


def test_requests_at_once_are_counted_while_they_last(governor: SharedGovernor) -> None:
    with governor.admit({AT_ONCE: 1}), governor.admit({AT_ONCE: 1}):
        assert _refused(governor, AT_ONCE) == 1
    _send(governor, AT_ONCE)


def test_the_request_of_a_dead_worker_stops_counting(governor: SharedGovernor, account: Connection, hand: Hand) -> None:
    for _ in range(2):
        RequestSlot.objects.create(connection=account, name="at_once", until=hand.now + timedelta(seconds=60))
    assert _refused(governor, AT_ONCE) == 1
    hand.forward(61)
    _send(governor, AT_ONCE)


def test_a_stop_holds_everybody_for_as_long_as_the_vendor_said(
    governor: SharedGovernor, account: Connection, hand: Hand
) -> None:
    governor.stop(7)
    governor.stop(2)
    assert _refused(SharedGovernor(account.pk, Urgency.SYNC), DAY) == 7
    hand.forward(7)
    _send(governor, DAY)


def test_a_stop_holds_requests_that_cost_nothing_too(governor: SharedGovernor) -> None:
    governor.stop(7)
    with pytest.raises(RateLimited), governor.admit({}):
        pass


def test_one_account_does_not_wait_for_another(governor: SharedGovernor, account: Connection) -> None:
    governor.stop(7)
    _send(SharedGovernor(add(account.project, "builtin").pk), DAY)


@pytest.mark.parametrize(
    ("urgency", "allowed"), [(Urgency.LIVE, 100), (Urgency.DELIVERY, 95), (Urgency.BACKLOG, 90), (Urgency.SYNC, 70)]
)
def test_the_less_urgent_leave_a_part_to_the_more_urgent(
    account: Connection, hand: Hand, urgency: Urgency, allowed: int
) -> None:
    _send(SharedGovernor(account.pk, urgency), DAY, times=allowed)
    _refused(SharedGovernor(account.pk, urgency), DAY)
    if urgency is not Urgency.LIVE:
        _send(SharedGovernor(account.pk, Urgency.LIVE), DAY)


def test_a_vendor_that_says_less_is_left_is_believed(governor: SharedGovernor, account: Connection) -> None:
    _send(governor, DAY, times=3)
    governor.learn(DAY, left=1)
    assert budget(account).allowances[0].left == 1
    _send(governor, DAY)
    _refused(governor, DAY)


def test_a_vendor_that_says_more_is_left_is_believed_of_a_long_window(
    governor: SharedGovernor, account: Connection
) -> None:
    _send(governor, DAY, times=100)
    governor.learn(DAY, left=60)
    assert budget(account).allowances[0].left == 60
    _send(governor, DAY, times=60)


def test_a_used_up_day_is_there_again_when_the_vendor_said_it_would_be(governor: SharedGovernor, hand: Hand) -> None:
    _send(governor, DAY, times=100)
    governor.stop(3939)
    hand.forward(3939)
    _send(governor, DAY, times=100)


def test_a_short_stop_leaves_the_day_used_up(governor: SharedGovernor, hand: Hand) -> None:
    _send(governor, DAY, times=100)
    governor.stop(2)
    hand.forward(2)
    _refused(governor, DAY)


def test_a_used_up_day_is_tried_now_and_then_since_vendors_begin_it_when_they_please(
    governor: SharedGovernor, hand: Hand
) -> None:
    _send(governor, DAY, times=100)
    hand.forward(_refused(governor, DAY))
    _send(governor, DAY)
    assert _refused(governor, DAY) == pytest.approx(600, abs=1)


def test_what_only_a_reserve_forbids_is_not_tried(account: Connection, hand: Hand) -> None:
    sync = SharedGovernor(account.pk, Urgency.SYNC)
    _send(sync, DAY, times=70)
    hand.forward(3600)
    assert _refused(sync, DAY) > 3600


def test_an_answer_that_leaves_out_requests_on_their_way_makes_no_room_in_a_short_window(
    governor: SharedGovernor,
) -> None:
    _send(governor, BURST, times=10)
    governor.learn(BURST, left=9)
    _refused(governor, BURST)


def test_what_was_believed_anyway_costs_no_statement(
    governor: SharedGovernor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        _send(governor, DAY)
        governor.learn(DAY, left=99)


def test_a_request_costs_one_statement(
    governor: SharedGovernor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _send(governor, DAY)
    with django_assert_num_queries(1), governor.admit({DAY: 1, BURST: 1}):
        pass


def test_a_changed_rule_of_the_vendor_forgets_nothing_that_was_used(governor: SharedGovernor) -> None:
    _send(governor, DAY, times=40)
    _send(governor, Allowance(name="day", most=50, per=3600), times=10)
    _refused(governor, Allowance(name="day", most=50, per=3600))


def test_the_budget_tells_what_is_used_and_when_it_is_free_again(
    governor: SharedGovernor, account: Connection, hand: Hand
) -> None:
    _send(governor, DAY, cost=25)
    governor.stop(30)
    shown = budget(account)
    day = shown.allowances[0]
    assert (day.name, day.most, day.used, day.left, day.share) == ("day", 100, 25, 75, 0.25)
    assert day.resets_at
    assert timedelta(hours=24) <= day.resets_at - hand.now <= timedelta(hours=26)
    assert shown.stopped_until == hand.now + timedelta(seconds=30)


def test_the_hubs_own_crm_asks_nobody_for_leave(account: Connection) -> None:
    with CaptureQueriesContext(database) as asked:
        open_crm(account).find_by_phone("+380671234567")
    assert not [query for query in asked if "connections_admit" in query["sql"]]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_held_in_the_database_while_a_request_is_under_way(account: Connection) -> None:
    with SharedGovernor(account.pk).admit({DAY: 1, AT_ONCE: 1}), ThreadPoolExecutor(1) as another:
        assert another.submit(_hammer, account.pk).result(timeout=5) == 25


def _hammer(account: int) -> int:
    done, governor = 0, SharedGovernor(account, Urgency.LIVE)
    try:
        for _ in range(25):
            try:
                with governor.admit({BUSY: 1, DAY: 1}):
                    done += 1
            except RateLimited:
                pass
    finally:
        connections.close_all()
    return done


@pytest.mark.django_db(transaction=True)
def test_eight_workers_together_send_what_one_may(account: Connection) -> None:
    with ThreadPoolExecutor(8) as pool:
        sent = sum(pool.map(_hammer, [account.pk] * 8))
    assert sent == BUSY.most
    assert {one.name: one.used for one in budget(account).allowances} == {"day": 50, "busy": 50}


def _hold(account: int) -> Iterator[int]:
    governor = SharedGovernor(account, Urgency.LIVE)
    try:
        with governor.admit({AT_ONCE: 1}):
            yield RequestSlot.objects.filter(connection=account).count()
    except RateLimited:
        yield 0
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_no_more_requests_are_under_way_than_may_be(account: Connection) -> None:
    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda _: max(_hold(account.pk)), range(60)))
    assert 1 <= max(seen) <= AT_ONCE.most
    assert not RequestSlot.objects.exists()
