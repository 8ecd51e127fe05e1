"""What a client's calls say about a call-back, without a database."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from switchhook.missed.streak import Contact, Miss, Streak, streak

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def miss(minute: int) -> Miss:
    return Miss(at=at(minute), call=minute)


def talk(minute: int) -> Contact:
    return Contact(at=at(minute), call=1000 + minute)


def judged(misses: list[int], talks: list[int] = [], tries: list[int] = []) -> Streak | None:  # noqa: B006
    return streak(map(miss, misses), map(talk, talks), map(at, tries))


def test_who_was_never_missed_does_not_stand_on_the_desk() -> None:
    assert judged([], [5], [6]) is None


def test_a_client_waits_since_his_first_missed_call() -> None:
    found = judged([5, 0, 9])
    assert found is not None
    assert (found.since, found.last.at, len(found.misses), found.closed) == (at(0), at(9), 3, None)


def test_a_talk_settles_what_was_missed_before_it() -> None:
    found = judged([0, 5], [7])
    assert found is not None
    assert (found.closed, len(found.misses)) == (talk(7), 2)


def test_a_call_missed_after_the_talk_begins_anew() -> None:
    found = judged([0, 5, 9], [7])
    assert found is not None
    assert (found.closed, found.since, len(found.misses)) == (None, at(9), 1)


def test_the_first_talk_after_it_is_what_settled_it() -> None:
    found = judged([0], [4, 9])
    assert found is not None
    assert found.closed == talk(4)


def test_only_tries_while_he_waited_count() -> None:
    found = judged([10], [3, 30], [1, 12, 14, 40])
    assert found is not None
    assert (found.tries, found.last_try) == (2, at(14))


minutes = st.lists(st.integers(0, 8), max_size=5)


@given(misses=minutes, talks=minutes, tries=minutes, data=st.data())
def test_order_and_repetition_change_nothing_but_the_counts(
    misses: list[int], talks: list[int], tries: list[int], data: st.DataObject
) -> None:
    mixed = [data.draw(st.permutations(each)) for each in (misses, talks, tries)]
    assert judged(misses, talks, tries) == judged(*mixed)


@given(misses=minutes.filter(bool), talks=minutes)
def test_he_waits_exactly_when_nobody_spoke_with_him_since(misses: list[int], talks: list[int]) -> None:
    found = judged(misses, talks)
    assert found is not None
    assert (found.closed is None) == all(minute < max(misses) for minute in talks)


def test_every_order_of_three_events_says_the_same() -> None:
    said = {judged(list(order), [4]) for order in permutations([1, 5, 9])}
    assert len(said) == 1
