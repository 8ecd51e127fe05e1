"""The desk follows the calls: whatever order they come in, and by itself when events are read."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.factories import CLIENT, Desk, open_desk
from tests.hub import Hub, after, answered, before, taking

from switchhook.calls.models import Call
from switchhook.connections.models import Connection
from switchhook.intake.models import RawEvent
from switchhook.intake.replay import replay
from switchhook.missed import services
from switchhook.missed.desk import count_open, follow, hidden_missed, rebuild
from switchhook.missed.models import Closing, MissedClient, Reason
from switchhook.projects.models import IgnoredClient, Role
from switchhook.understanding.reader import read_batch
from switchhook.working_time.models import Absence

NOW = timezone.now()
KINDS: dict[str, dict[str, Any]] = {
    "missed": {"status": "missed", "employee": None, "talk_seconds": 0},
    "talk": {},
    "called": {"direction": "out"},
    "tried": {"direction": "out", "status": "missed", "talk_seconds": 0},
    "active": {"status": "active"},
    "stopped": {"status": "missed", "stopped": True},
}


def ring(desk: Desk, kind: str, minute: int = 0, client: str = CLIENT) -> Call:
    call = desk.call(client, started_at=NOW - timedelta(days=1) + timedelta(minutes=minute), **KINDS[kind])
    follow(desk.project, [client])
    return call


def entry(desk: Desk) -> MissedClient:
    return MissedClient.objects.get(project=desk.project, e164=CLIENT)


def said(desk: Desk) -> list[dict[str, Any]]:
    """What of the desk must follow from calls alone."""
    kept = ("e164", "since", "last_at", "misses", "last_call", "line", "source", "tries", "last_try_at", "closed_at")
    return list(MissedClient.objects.filter(project=desk.project).order_by("e164").values(*kept, "closing_call"))


def test_two_missed_calls_of_a_client_are_one_entry(desk: Desk) -> None:
    ring(desk, "missed", 0)
    last = ring(desk, "missed", 30)
    found = entry(desk)
    assert (found.misses, found.last_call, found.is_open, count_open(desk.project)) == (2, last, True, 1)


@pytest.mark.parametrize("kind", ["talk", "called"])
def test_any_talk_with_the_client_settles_it(desk: Desk, kind: str) -> None:
    ring(desk, "missed", 0)
    talk = ring(desk, kind, 30)
    assert (entry(desk).is_open, entry(desk).closing_call, count_open(desk.project)) == (False, talk, 0)


def test_a_try_that_nobody_answers_is_counted_and_settles_nothing(desk: Desk) -> None:
    ring(desk, "missed", 0)
    ring(desk, "tried", 10)
    assert (entry(desk).tries, entry(desk).is_open) == (1, True)


def test_only_the_first_talk_and_what_came_before_it_count(desk: Desk) -> None:
    _missed, _tried, talk, *_later = [
        ring(desk, kind, minute * 10) for minute, kind in enumerate(("missed", "tried", "called", "tried", "talk"))
    ]
    assert (entry(desk).closing_call, entry(desk).tries) == (talk, 1)


def test_a_missed_call_after_the_talk_opens_it_again(desk: Desk) -> None:
    for minute, kind in enumerate(("missed", "called", "missed")):
        ring(desk, kind, minute * 10)
    assert (entry(desk).is_open, entry(desk).misses) == (True, 1)


@pytest.mark.parametrize("kind", ["talk", "tried", "active", "stopped"])
def test_nothing_else_puts_a_client_on_the_desk(desk: Desk, kind: str) -> None:
    ring(desk, kind)
    assert not MissedClient.objects.exists()


def test_a_caller_without_a_number_stands_apart(desk: Desk) -> None:
    hidden = ring(desk, "missed", client="")
    assert (hidden_missed(desk.project), MissedClient.objects.count()) == ([hidden], 0)


class TestAnyOrder(TestCase):
    """Examples of Hypothesis, each in a transaction of its own."""

    @given(st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.integers(0, 9)), max_size=6), st.randoms())
    @settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
    def test_the_desk_is_a_function_of_the_calls(self, calls: list[tuple[str, int]], dice: Any) -> None:
        desk = open_desk()
        made = [desk.call(started_at=NOW + timedelta(minutes=minute), **KINDS[kind]) for kind, minute in calls]
        follow(desk.project, [CLIENT])
        at_once = said(desk)
        later = Call.objects.filter(project=desk.project)
        final = {call.pk: call.status for call in made}
        later.update(status="active")
        MissedClient.objects.all().delete()
        for call in dice.sample(made, len(made)):
            later.filter(pk=call.pk).update(status=final[call.pk])
            follow(desk.project, [CLIENT])
            follow(desk.project, [CLIENT])
        assert said(desk) == at_once
        MissedClient.objects.all().delete()
        rebuild(desk.project)
        assert said(desk) == at_once


def test_every_order_of_a_missed_and_an_answered_calls_events_ends_alike(hub: Hub) -> None:
    hub.deliver(before(), after(), *answered("Olena", uniqueid="ua9_-2.1", calldate="2026-11-20 11:00:00"))
    ids = list(RawEvent.objects.values_list("pk", flat=True))
    ends = set()
    for order in list(permutations(range(len(ids))))[::17]:
        Call.objects.all().delete()
        MissedClient.objects.all().delete()
        for place in order:
            RawEvent.objects.filter(pk=ids[place]).update(state="new")
            read_batch()
        found = MissedClient.objects.get()
        ends.add((found.misses, found.is_open, found.since, found.closed_at))
    assert len(ends) == 1
    assert next(iter(ends))[:2] == (1, False)


def test_reading_events_keeps_the_desk(hub: Hub) -> None:
    hub.play(before(), after())
    assert count_open(hub.project) == 1
    assert MissedClient.objects.get().source == "google"
    hub.play(*answered("Piotr", uniqueid="ua9_-2.1", calldate="2026-11-20 11:00:00"))
    assert count_open(hub.project) == 0


def test_a_replay_changes_nothing_on_the_desk(hub: Hub) -> None:
    hub.play(before(), after())
    before_it = MissedClient.objects.values().get()
    replay(list(RawEvent.objects.values_list("pk", flat=True)))
    hub.settle()
    assert MissedClient.objects.values().get() == before_it


def test_an_event_that_turns_out_to_be_another_clients_takes_him_off(hub: Hub) -> None:
    hub.play(before(), after())
    for event in RawEvent.objects.all():
        event.body = bytes(event.body).replace(b"380671234567", b"380501112233")
        event.save()
    replay(list(RawEvent.objects.values_list("pk", flat=True)))
    hub.settle()
    assert list(MissedClient.objects.values_list("e164", flat=True)) == ["+380501112233"]


def test_a_late_taking_event_of_a_missed_call_leaves_it_missed(hub: Hub) -> None:
    hub.play(before(), after())
    hub.play(taking("Olena"))
    assert Call.objects.get().status == "missed"
    assert count_open(hub.project) == 1


def test_the_responsible_owns_it_else_the_senior_manager(desk: Desk) -> None:
    Connection.objects.filter(pk=desk.crm.pk).update(settings={"senior_employee": desk.piotr.pk})
    ring(desk, "missed", 0)
    assert entry(desk).owner == desk.piotr
    desk.known(owner=str(desk.olena.pk))
    ring(desk, "missed", 10)
    assert entry(desk).owner == desk.olena


def test_being_settled_and_opened_again_leaves_an_entry_with_its_owner(desk: Desk) -> None:
    client = desk.known(owner=str(desk.olena.pk))
    ring(desk, "missed", 0)
    type(client).objects.update(owner=str(desk.piotr.pk))
    services.close(entry(desk), Reason.OTHER, None, at=timezone.now())
    assert entry(desk).owner == desk.olena
    services.reopen(entry(desk), None)
    assert entry(desk).owner == desk.olena


def test_who_is_away_is_stood_in_for(desk: Desk) -> None:
    desk.known(owner=str(desk.olena.pk))
    day = timedelta(days=1)
    now = timezone.now()
    Absence.objects.create(
        project=desk.project, employee=desk.olena, substitute=desk.piotr, starts_at=now - day, ends_at=now + day
    )
    ring(desk, "missed")
    assert entry(desk).owner == desk.piotr


def test_the_deadline_is_the_time_that_tasks_have(desk: Desk) -> None:
    Connection.objects.filter(pk=desk.crm.pk).update(settings={"task_due_minutes": 30})
    ring(desk, "missed", 0)
    ring(desk, "missed", 20)
    assert entry(desk).due_at == entry(desk).since + timedelta(minutes=30)


def test_a_chosen_owner_stays_until_the_client_is_reached(desk: Desk) -> None:
    desk.known(owner=str(desk.olena.pk))
    ring(desk, "missed", 0)
    services.assign(entry(desk), desk.piotr, None)
    ring(desk, "missed", 10)
    assert entry(desk).owner == desk.piotr
    ring(desk, "called", 20)
    ring(desk, "missed", 30)
    assert entry(desk).owner == desk.olena


def test_closed_by_hand_it_opens_with_the_next_missed_call(desk: Desk) -> None:
    ring(desk, "missed", 0)
    services.close(entry(desk), Reason.NEEDLESS, None, at=entry(desk).last_at + timedelta(minutes=1))
    assert not entry(desk).is_open
    ring(desk, "missed", 10)
    assert (entry(desk).is_open, entry(desk).misses) == (True, 1)


def test_a_closing_by_hand_can_be_undone_and_a_talk_cannot(desk: Desk) -> None:
    ring(desk, "missed", 0)
    services.close(entry(desk), Reason.OTHER, None, at=timezone.now(), note="wrote to him")
    assert (services.reopen(entry(desk), None), entry(desk).is_open) == (True, True)
    ring(desk, "talk", 5)
    assert (services.reopen(entry(desk), None), entry(desk).is_open) == (False, False)
    assert Closing.objects.get().undone


def test_spam_can_go_onto_the_list_of_ignored_clients(desk: Desk) -> None:
    ring(desk, "missed", 0)
    services.close(entry(desk), Reason.SPAM, desk.members[Role.MANAGER], at=timezone.now(), ignore=True)
    assert IgnoredClient.objects.get().e164 == CLIENT


def test_following_many_clients_costs_little_where_nobody_was_missed(desk: Desk) -> None:
    numbers = [f"+38067000{number:04d}" for number in range(50)]
    for number in numbers:
        desk.call(number)
    with CaptureQueriesContext(connection) as queries:
        follow(desk.project, numbers)
    assert len(queries) <= 5


def test_the_moment_of_a_talk_is_its_end(desk: Desk) -> None:
    """A second call that comes in while he is being spoken with needs no call-back."""
    start = NOW - timedelta(days=1)
    desk.call(started_at=start, ended_at=start + timedelta(minutes=20))
    ring(desk, "missed", 5)
    assert not entry(desk).is_open
