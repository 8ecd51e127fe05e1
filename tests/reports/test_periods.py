"""Named periods, what they are compared with, and their groups."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.reports.periods import Period, named

TODAY = date(2026, 3, 29)


@pytest.mark.parametrize(
    ("name", "since", "until"),
    [
        ("today", TODAY, TODAY),
        ("yesterday", date(2026, 3, 28), date(2026, 3, 28)),
        ("week", date(2026, 3, 23), TODAY),
        ("this_week", date(2026, 3, 23), TODAY),
        ("last_week", date(2026, 3, 16), date(2026, 3, 22)),
        ("month", date(2026, 2, 28), TODAY),
        ("this_month", date(2026, 3, 1), TODAY),
        ("last_month", date(2026, 2, 1), date(2026, 2, 28)),
        ("year", date(2025, 3, 30), TODAY),
    ],
)
def test_a_name_stands_for_days(name: str, since: date, until: date) -> None:
    assert named(name, TODAY) == Period(since, until)


def test_a_name_that_is_none_stands_for_nothing() -> None:
    assert named("decade", TODAY) is None


@pytest.mark.parametrize(
    ("since", "until", "before"),
    [
        (date(2026, 3, 23), date(2026, 3, 29), (date(2026, 3, 16), date(2026, 3, 22))),
        (date(2026, 3, 1), date(2026, 3, 31), (date(2026, 2, 1), date(2026, 2, 28))),
        (date(2026, 1, 1), date(2026, 3, 31), (date(2025, 10, 1), date(2025, 12, 31))),
        (date(2026, 3, 1), date(2026, 3, 30), (date(2026, 2, 1), date(2026, 2, 28))),
        (date(2026, 1, 1), date(2026, 1, 9), (date(2025, 12, 1), date(2025, 12, 9))),
    ],
)
def test_a_period_is_compared_with_the_one_before(since: date, until: date, before: tuple[date, date]) -> None:
    assert Period(since, until).before() == Period(*before)


DATES = st.dates(date(2000, 1, 1), date(2040, 1, 1))


@given(DATES, st.integers(0, 800), st.sampled_from(["day", "week", "month"]))
def test_groups_cover_every_day_once(since: date, days: int, unit: str) -> None:
    period = Period(since, date.fromordinal(since.toordinal() + days))
    groups = list(period.groups(unit))
    assert (groups[0].since, groups[-1].until) == (period.since, period.until)
    assert all(b.since.toordinal() - a.until.toordinal() == 1 for a, b in itertools.pairwise(groups))
    assert sum(group.days for group in groups) == period.days
    if unit == "week":
        assert all(group.since.weekday() == 0 for group in groups[1:])


@given(DATES, st.integers(0, 1800), st.sampled_from(["", "hour", "day", "week", "month", "era"]))
def test_no_grouping_makes_more_bars_than_can_be_read(since: date, days: int, wanted: str) -> None:
    period = Period(since, date.fromordinal(since.toordinal() + days))
    unit = period.unit(wanted)
    assert unit == "hour" if days == 0 else len(list(period.groups(unit))) <= 122
    assert unit in period.units()


def test_long_periods_are_grouped_by_themselves() -> None:
    units = [
        Period(date(2026, 1, 1), date.fromordinal(date(2026, 1, 1).toordinal() + n)).unit() for n in (0, 29, 89, 364)
    ]
    assert units == ["hour", "day", "week", "month"]
    assert Period(date(2026, 1, 1), date(2026, 3, 31)).unit("day") == "day"
