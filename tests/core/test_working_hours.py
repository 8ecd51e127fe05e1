"""Working time: what counts, across nights, weekends, holidays and the two nights in which the clock is changed."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.core.working_hours import Closure, WorkingHours, due, week_of

KYIV = ZoneInfo("Europe/Kyiv")
OFFICE_DAY = [(9 * 60, 13 * 60), (14 * 60, 18 * 60)]
OFFICE = WorkingHours(zone=KYIV, week=week_of([OFFICE_DAY] * 5 + [[], []]))
NIGHT_SHIFT = WorkingHours(zone=KYIV, week=week_of([[(0, 6 * 60), (22 * 60, 24 * 60)]] * 7))
ALWAYS = WorkingHours(zone=KYIV, week=week_of([[(0, 24 * 60)]] * 7))
CLOSED = WorkingHours(zone=KYIV, week=week_of([[]] * 7))

parts = st.integers(0, 1410).flatmap(lambda start: st.tuples(st.just(start), st.integers(start + 30, 1440)))
weeks = st.lists(st.lists(parts, max_size=3), min_size=7, max_size=7).map(week_of)
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
closures = st.builds(
    lambda first, more, yearly: Closure(first=first, last=first + timedelta(days=more), yearly=yearly),
    days,
    st.integers(0, 20),
    st.booleans(),
)
zones = st.sampled_from(
    [KYIV, ZoneInfo("Europe/Warsaw"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]
)
hours = st.builds(WorkingHours, zone=zones, week=weeks, closures=st.lists(closures, max_size=3).map(tuple))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given aware
amounts = st.timedeltas(timedelta(), timedelta(hours=30))


def opening(hours: WorkingHours, moment: datetime) -> datetime | None:
    """`moment` itself in working time, else when the next begins; None where none ever does."""
    return next((max(moment, start) for start, end in hours.spans(moment) if moment < end), None)


def kyiv(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=KYIV)


@pytest.mark.parametrize(
    ("start", "wanted"),
    [
        ("2026-11-20 17:50", "2026-11-23 12:50"),
        ("2026-11-20 12:00", "2026-11-20 17:00"),
        ("2026-11-20 09:10", "2026-11-20 14:10"),
        ("2026-11-20 13:20", "2026-11-20 18:00"),
        ("2026-11-21 11:00", "2026-11-23 13:00"),
    ],
    ids=["over the weekend", "over lunch", "from the opening", "until the close", "from a closed day"],
)
def test_four_hours_are_counted_in_working_time(start: str, wanted: str) -> None:
    assert due(kyiv(start), timedelta(hours=4), OFFICE) == kyiv(wanted)


def test_a_holiday_counts_as_a_closed_day() -> None:
    hours = WorkingHours(
        zone=KYIV, week=OFFICE.week, closures=(Closure(first=date(2026, 11, 23), last=date(2026, 11, 24)),)
    )
    assert due(kyiv("2026-11-20 17:50"), timedelta(hours=4), hours) == kyiv("2026-11-25 12:50")


@pytest.mark.parametrize(("night", "hour"), [("2026-03-29", 9), ("2026-10-25", 7)], ids=["forward", "back"])
def test_real_time_counts_in_the_nights_in_which_the_clock_is_changed(night: str, hour: int) -> None:
    assert due(kyiv(f"{night} 00:00"), timedelta(hours=8), ALWAYS) == kyiv(f"{night} 0{hour}:00")


def test_a_shift_over_midnight_goes_on_without_a_gap() -> None:
    assert due(kyiv("2026-11-20 23:00"), timedelta(hours=2), NIGHT_SHIFT) == kyiv("2026-11-21 01:00")
    assert due(kyiv("2026-11-21 05:00"), timedelta(hours=2), NIGHT_SHIFT) == kyiv("2026-11-21 23:00")


@pytest.mark.parametrize("hours", [None, CLOSED])
def test_without_any_working_time_plain_time_counts(hours: WorkingHours | None) -> None:
    assert due(kyiv("2026-11-20 17:50"), timedelta(hours=4), hours) == kyiv("2026-11-20 21:50")


@pytest.mark.parametrize(
    ("first", "last", "closed", "open_"),
    [
        ("2020-12-30", "2021-01-02", ["2026-12-31", "2027-01-02", "2026-12-30"], ["2027-01-03", "2026-12-29"]),
        ("2024-02-29", "2024-02-29", ["2028-02-29"], ["2027-02-28", "2027-03-01"]),
        ("2024-02-27", "2024-02-29", ["2027-02-28"], ["2027-03-01", "2027-12-31"]),
    ],
)
def test_yearly_holidays_come_back(first: str, last: str, closed: list[str], open_: list[str]) -> None:
    closure = Closure(first=date.fromisoformat(first), last=date.fromisoformat(last), yearly=True)
    assert all(closure.covers(date.fromisoformat(day)) for day in closed)
    assert not any(closure.covers(date.fromisoformat(day)) for day in open_)


@given(hours, moments, amounts)
def test_just_the_amount_of_working_time_lies_before_the_due_time(
    hours: WorkingHours, start: datetime, amount: timedelta
) -> None:
    end = due(start, amount, hours)
    if opening(hours, start) is not None and amount:
        assert hours.between(start, end) == amount
        assert hours.is_open(end - timedelta(microseconds=1)), "it ends within working time, or as that ends"
    else:
        assert end == start + amount


@given(hours, moments, st.lists(amounts, min_size=2, max_size=4))
def test_more_work_is_never_due_earlier(hours: WorkingHours, start: datetime, some: list[timedelta]) -> None:
    ends = [due(start, amount, hours) for amount in sorted(some)]
    assert all(earlier <= later for earlier, later in pairwise(ends))


@given(hours, moments)
def test_the_next_opening_is_open_and_nothing_before_it_is(hours: WorkingHours, moment: datetime) -> None:
    opens = opening(hours, moment)
    if opens is not None:
        assert hours.is_open(opens)
        assert hours.between(moment, opens) == timedelta()
