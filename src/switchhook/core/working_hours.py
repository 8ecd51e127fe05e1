"""When a business is open, and when something is due that only working time counts for.

A day's hours are wall-clock times in the business's zone; what is counted is real time: in the night in which the clock
goes forward an hour of the table lasts no time, in the one in which it goes back it lasts two.
"""

from calendar import isleap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MIDNIGHT = 24 * 60
"""The end of a day, in minutes."""

HORIZON = 1100
"""Days that are looked through for working time: a business that does not open in three years has no hours."""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Working time within one day: minutes from its midnight, `start` (0 to 1439) before `end` (to 1440)."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= MIDNIGHT:
            message = f"No part of a day: {self.start}-{self.end}."
            raise ValueError(message)


Week = tuple[tuple[Interval, ...], ...]
"""The hours of each weekday, Monday first, sorted and apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A holiday: closed from `first` to `last`, both included; `yearly` ones come back on the same dates."""

    first: date
    last: date
    yearly: bool = False

    def covers(self, day: date) -> bool:
        """Whether the business is closed on `day` by this."""
        if not self.yearly:
            return self.first <= day <= self.last
        # A range over New Year's begins in the year before.
        return any(
            _in_year(self.first, self.first.year + years, date(2000, 3, 1))
            <= day
            <= _in_year(self.last, self.last.year + years, date(2000, 2, 28))
            for years in {day.year - self.first.year, day.year - self.last.year}
        )


def _in_year(day: date, year: int, instead: date) -> date:
    """The same date in another year; `instead` is for 29 February in a year without one."""
    if (day.month, day.day) == (2, 29) and not isleap(year):
        day = instead
    return day.replace(year=year)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """A business's hours (or an employee's), its holidays, and the zone in which both are meant."""

    zone: ZoneInfo
    week: Week
    closures: tuple[Closure, ...] = ()

    def is_open(self, moment: datetime) -> bool:
        """Whether `moment` (aware) lies in working time: the first minute does, the end does not."""
        day = moment.astimezone(self.zone).date()
        return any(start <= moment < end for start, end in self._spans(day - timedelta(days=1), days=3))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end` (aware)."""
        days = (end.astimezone(self.zone).date() - start.astimezone(self.zone).date()).days + 3
        spans = self._spans(start.astimezone(self.zone).date() - timedelta(days=1), days=min(days, HORIZON))
        parts = (min(end, close) - max(start, open_) for open_, close in spans)
        return sum((part for part in parts if part > timedelta()), timedelta())

    def spans(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of working time from the day before `moment` (aware) on: start and end in UTC, in order."""
        return self._spans(moment.astimezone(self.zone).date() - timedelta(days=1), days=HORIZON)

    def _spans(self, first: date, *, days: int) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of working time of `days` days, in UTC, in order."""
        for number in range(days if any(self.week) else 0):
            day = first + timedelta(days=number)
            if any(closure.covers(day) for closure in self.closures):
                continue
            for interval in self.week[day.weekday()]:
                start, end = self._instant(day, interval.start, fold=0), self._instant(day, interval.end, fold=1)
                if start < end:
                    yield start, end

    def _instant(self, day: date, minutes: int, *, fold: int) -> datetime:
        # What begins in the hour that comes twice begins the first time, what ends in it ends the second.
        day, minutes = (day + timedelta(days=1), 0) if minutes == MIDNIGHT else (day, minutes)
        if minutes == 0:
            fold = 0
        return datetime.combine(day, time(minutes // 60, minutes % 60, fold=fold), self.zone).astimezone(UTC)


def due(start: datetime, amount: timedelta, hours: WorkingHours | None) -> datetime:
    """When `amount` of working time has passed since `start` (aware); UTC. Total.

    What is used up exactly when the business closes is due then, not when it opens again. Without hours, without any
    working time to come, and for no amount at all, this is plain addition; what would take longer than the horizon is
    due at its end.
    """
    plain = start.astimezone(UTC) + amount
    if hours is None or amount <= timedelta():
        return plain
    left, begun, latest = amount, start.astimezone(UTC), plain
    for open_, close in hours.spans(begun):
        usable = close - max(open_, begun)
        if usable >= left:
            return max(open_, begun) + left
        if usable > timedelta():
            left, latest = left - usable, max(plain, begun + timedelta(days=HORIZON))
    return latest


def week_of(days: Sequence[Iterable[tuple[int, int]]]) -> Week:
    """Seven days of (start, end) pairs in minutes as a week: sorted, those that overlap or touch made one.

    Raises ValueError for what is no part of a day, and for another number of days.
    """
    if len(days) != 7:
        message = "A week has seven days."
        raise ValueError(message)
    return tuple(_joined(sorted(Interval(start, end) for start, end in day)) for day in days)


def _joined(intervals: list[Interval]) -> tuple[Interval, ...]:
    joined: list[Interval] = []
    for one in intervals:
        if joined and one.start <= joined[-1].end:
            joined[-1] = Interval(joined[-1].start, max(joined[-1].end, one.end))
        else:
            joined.append(one)
    return tuple(joined)
