"""What is counted is what a count of all calls would give, whatever happened to the calls in between."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.factories import LINE, Desk, open_desk

from switchhook.calls.models import Call
from switchhook.projects.models import Project
from switchhook.reports import counting, queries
from switchhook.reports.counting import Outcome, rebuild, refresh, sweep
from switchhook.reports.models import Change, Entry, Facet, Standing, Tally
from switchhook.reports.periods import Period
from switchhook.reports.queries import Scope

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAYS = Period(date(2026, 3, 1), date(2026, 4, 30))
OTHER = "+380509998877"


def scope(desk: Desk, **narrower: Any) -> Scope:
    return Scope(project=desk.project, period=DAYS, **narrower)


def seen(desk: Desk) -> tuple[Any, ...]:
    """All that is kept for a project, without the ids of rows."""
    entries = list(Entry.objects.filter(project=desk.project).order_by("pk").values())
    tallies = Counter(tuple(row.values())[1:] for row in Tally.objects.filter(project=desk.project).values())
    return entries, tallies


def test_a_call_is_counted_on_its_day_in_the_projects_zone(desk: Desk) -> None:
    desk.call(started_at=datetime(2026, 3, 10, 22, 30, tzinfo=UTC))
    assert refresh(desk.project) is Outcome.CURRENT
    assert queries.by_day(scope(desk)).keys() == {date(2026, 3, 11)}
    assert queries.by_hour(scope(desk)).keys() == {0}


@pytest.mark.parametrize(
    ("moment", "hour"),
    [
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 2),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), 4),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 3),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 3),
    ],
)
def test_the_clock_changes_do_not_move_a_call(desk: Desk, moment: datetime, hour: int) -> None:
    desk.call(started_at=moment)
    refresh(desk.project)
    whole = replace(scope(desk), period=Period(moment.date(), moment.date()))
    assert queries.by_hour(whole).keys() == {hour}
    assert sum(sums.total for sums in queries.by_day(whole).values()) == 1


def test_a_later_word_about_a_call_moves_it(desk: Desk) -> None:
    call = desk.call(started_at=NOON, status="active", talk_seconds=None)
    refresh(desk.project)
    Call.objects.filter(pk=call.pk).update(status="missed", started_at=NOON - timedelta(days=2))
    refresh(desk.project)
    assert {day: sums.missed for day, sums in queries.by_day(scope(desk)).items()} == {date(2026, 3, 8): 1}


def test_a_deleted_call_is_no_longer_counted(desk: Desk) -> None:
    call = desk.call(started_at=NOON)
    desk.call(OTHER, started_at=NOON)
    refresh(desk.project)
    Call.objects.filter(pk=call.pk).delete()
    refresh(desk.project)
    assert queries.total(scope(desk)).total == 1


def test_forms_and_chats_are_no_calls(desk: Desk) -> None:
    desk.call(started_at=NOON, channel="form")
    refresh(desk.project)
    assert queries.total(scope(desk)).total == 0


def test_a_project_moved_to_another_zone_is_counted_anew(desk: Desk) -> None:
    desk.call(started_at=datetime(2026, 3, 10, 22, 30, tzinfo=UTC))
    refresh(desk.project)
    Project.objects.filter(pk=desk.project.pk).update(time_zone="America/New_York")
    desk.project.refresh_from_db()
    refresh(desk.project)
    assert queries.by_day(scope(desk)).keys() == {date(2026, 3, 10)}


def test_a_missed_call_is_told_of_whom_it_rang_at(desk: Desk) -> None:
    tried = [{"employee": {"sip": "olena"}, "answered": False}, {"employee": {"sip": "unknown"}, "answered": False}]
    state = {"legs": tried, "ringing": [{"sip": "piotr"}]}
    desk.call(started_at=NOON, status="missed", employee=None, state=state)
    desk.call(OTHER, started_at=NOON, status="missed", employee=None, state={"ringing": [{"sip": "piotr"}]})
    refresh(desk.project)
    assert queries.rung(scope(desk)) == {desk.olena.pk: 1, desk.piotr.pk: 2}
    assert queries.rung(scope(desk, employee=desk.piotr.pk)) == {desk.piotr.pk: 2}
    assert queries.rung(scope(desk, direction="out")) == {}


def test_a_missed_client_counts_once_until_he_is_spoken_to(desk: Desk) -> None:
    for minutes, values in (
        (0, {"status": "missed"}),
        (2, {"status": "missed"}),
        (9, {"direction": "out", "status": "missed"}),
        (30, {"direction": "out"}),
        (60, {"status": "missed"}),
    ):
        desk.call(started_at=NOON + timedelta(minutes=minutes), **values)
    desk.call("", started_at=NOON, status="missed")
    refresh(desk.project)
    assert queries.contacts(scope(desk)) == queries.Contacts(missed=2, reached=1, median=30)


def test_an_earlier_call_that_comes_to_light_late_takes_the_first_place(desk: Desk) -> None:
    desk.call(started_at=NOON)
    refresh(desk.project)
    desk.call(started_at=NOON - timedelta(days=1))
    refresh(desk.project)
    assert {day: sums.fresh for day, sums in queries.by_day(scope(desk)).items()} == {
        date(2026, 3, 9): 1,
        date(2026, 3, 10): 0,
    }


def test_projects_are_counted_apart(desk: Desk) -> None:
    other = open_desk("Other")
    desk.call(started_at=NOON)
    other.call(started_at=NOON)
    refresh(other.project)
    assert queries.total(scope(desk)).total == 0
    assert queries.total(scope(other)).total == 1


def test_many_calls_are_first_counted_in_the_background(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_INLINE", 1)
    for _ in range(2):
        desk.call(started_at=NOON)
    assert refresh(desk.project, patient=False) is Outcome.ABSENT
    sweep()
    assert refresh(desk.project, patient=False) is Outcome.CURRENT
    assert queries.total(scope(desk)).total == 2


def test_a_flood_of_changes_is_counted_in_parts_or_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    refresh(desk.project)
    monkeypatch.setattr(counting, "AT_ONCE", 2)
    for _ in range(5):
        desk.call(started_at=NOON)
    assert refresh(desk.project) is Outcome.BEHIND
    sweep()
    assert (queries.total(scope(desk)).total, Change.objects.count()) == (5, 0)
    built = Standing.objects.get(project=desk.project).built_at
    monkeypatch.setattr(counting, "FLOOD", 1)
    Call.objects.update(status="missed")
    assert refresh(desk.project) is Outcome.CURRENT
    assert Standing.objects.get(project=desk.project).built_at > built
    assert queries.total(scope(desk)).missed == 5


def test_while_another_process_counts_the_earlier_figures_are_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "_locked", lambda _project: False)
    assert refresh(desk.project) is Outcome.ABSENT
    Standing.objects.create(project=desk.project, time_zone="Asia/Tokyo", built_at=NOON)
    assert refresh(desk.project) is Outcome.BEHIND


def test_changes_of_a_project_that_is_gone_are_forgotten(desk: Desk) -> None:
    desk.call(started_at=NOON)
    desk.project.delete()
    sweep()
    assert Change.objects.count() == Tally.objects.count() == Entry.objects.count() == 0


CALLS = st.fixed_dictionaries(
    {
        "client_number": st.sampled_from(["", "+380671234567", OTHER]),
        "direction": st.sampled_from(["in", "in", "out", "internal"]),
        "status": st.sampled_from(["answered", "missed", "missed", "active", "failed"]),
        "started_at": st.integers(0, 60 * 24 * 4).map(lambda minutes: NOON + timedelta(minutes=minutes)),
        "wait_seconds": st.none() | st.integers(0, 90),
        "talk_seconds": st.none() | st.integers(0, 900),
        "source": st.sampled_from(["", "google", "bing"]),
        "project_number": st.sampled_from([LINE, "+380441230002"]),
        "ringing": st.lists(st.sampled_from(["olena", "piotr", "unknown"]), max_size=2),
        "took": st.sampled_from(["olena", "piotr", ""]),
    }
)
STEPS = st.lists(st.tuples(st.sampled_from(["make", "change", "delete", "count"]), CALLS), min_size=1, max_size=9)


def as_row(desk: Desk, said: dict[str, Any]) -> dict[str, Any]:
    people = {"olena": desk.olena, "piotr": desk.piotr, "": None}
    values = {name: value for name, value in said.items() if name not in {"ringing", "took"}}
    state = {"ringing": [{"sip": sip} for sip in said["ringing"]], "tags": {"pool_name": said["source"]}}
    return values | {"employee": people[said["took"]], "state": state}


def missed_by_day(desk: Desk) -> Counter[date]:
    """Counted call by call, in Python."""
    calls = Call.objects.filter(project=desk.project)
    days: Counter[date] = Counter()
    for call in calls:
        lost = call.direction == "in" and call.status == "missed"
        days[call.started_at.astimezone(desk.project.zone).date()] += lost
    return days


class Counted(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(STEPS)
    def test_counting_piece_by_piece_gives_what_counting_everything_gives(self, steps: list[Any]) -> None:
        desk = open_desk()
        refresh(desk.project)
        for step, said in steps:
            values, some = as_row(desk, said), Call.objects.filter(project=desk.project).order_by("external_id").first()
            if step == "make" or some is None:
                desk.call(values.pop("client_number"), **values)
            elif step == "change":
                Call.objects.filter(pk=some.pk).update(**values)
            elif step == "delete":
                some.delete()
            else:
                refresh(desk.project)
        refresh(desk.project)
        piece_by_piece = seen(desk)
        assert rebuild(desk.project)
        assert seen(desk) == piece_by_piece
        assert missed_by_day(desk) == {day: sums.missed for day, sums in queries.by_day(scope(desk)).items()}
        self.tallies_say_what_entries_say(desk)

    def tallies_say_what_entries_say(self, desk: Desk) -> None:
        questions: list[Callable[[Scope], Any]] = [
            queries.by_day, queries.by_hour, queries.by_weekday_and_hour, queries.waits, queries.contacts, queries.rung,
            *(lambda asked, facet=facet: queries.by_key(asked, facet) for facet in Facet if facet != "rung"),
        ]  # fmt: skip
        for direction in ("", "in", "out"):
            asked = scope(desk, direction=direction)
            for ask in questions:
                of_tallies = ask(asked)
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(Scope, "is_plain", False)
                    assert ask(asked) == of_tallies
