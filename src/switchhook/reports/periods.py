"""Days of calls: named periods, what they are compared with, and how their days are grouped. Pure."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

LONGEST = 366 * 5
_MOST_DAYS = 45
_MOST_WEEKS_IN_DAYS = 190
_MOST_BARS = 120


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `since` to `until`, both inclusive, in the project's zone."""

    since: date
    until: date

    @property
    def days(self) -> int:
        """How many days it has, one at least."""
        return (self.until - self.since).days + 1

    def before(self) -> "Period":
        """What it is compared with: the months before whole months, else as many days right before it.

        The first days of a month are compared with the same days of the month before.
        """
        if self.since.day == 1 and self.until == _last_of_month(self.until):
            months = (self.until.year - self.since.year) * 12 + self.until.month - self.since.month + 1
            return Period(_months_back(self.since, months), self.since - timedelta(days=1))
        if self.since.day == 1 and (self.since.year, self.since.month) == (self.until.year, self.until.month):
            earlier = _months_back(self.since, 1)
            last = min(self.until.day, monthrange(earlier.year, earlier.month)[1])
            return Period(earlier, earlier.replace(day=last))
        return Period(self.since - timedelta(days=self.days), self.since - timedelta(days=1))

    def unit(self, wanted: str = "") -> str:
        """How to group: `wanted` if it is one of `units`, else what gives a readable number of bars."""
        if wanted in self.units():
            return wanted
        if self.days == 1:
            return "hour"
        return "day" if self.days <= _MOST_DAYS else "week" if self.days <= _MOST_WEEKS_IN_DAYS else "month"

    def units(self) -> tuple[str, ...]:
        """The groupings that make sense for its length."""
        if self.days == 1:
            return ("hour",)
        lengths = {"day": 1, "week": 7, "month": 28}
        return tuple(u for u, n in lengths.items() if self.days > n and self.days / n <= _MOST_BARS) or ("day",)

    def groups(self, unit: str) -> Iterator["Period"]:
        """Its days in weeks (from Monday), months or single days, cut off at both ends."""
        start = self.since
        while start <= self.until:
            end = min(_end_of(start, unit), self.until)
            yield Period(start, end)
            start = end + timedelta(days=1)


def named(name: str, today: date) -> Period | None:
    """The period that a name stands for today; None for a name that is none. Weeks begin on Monday."""
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    last_month = first - timedelta(days=1)
    back = {"today": 0, "week": 6, "month": 29, "quarter": 89, "year": 364}
    if name in back:
        return Period(today - timedelta(days=back[name]), today)
    return {
        "yesterday": Period(today - timedelta(days=1), today - timedelta(days=1)),
        "this_week": Period(monday, today),
        "last_week": Period(monday - timedelta(days=7), monday - timedelta(days=1)),
        "this_month": Period(first, today),
        "last_month": Period(last_month.replace(day=1), last_month),
    }.get(name)


def _end_of(day: date, unit: str) -> date:
    if unit == "week":
        return day + timedelta(days=6 - day.weekday())
    return _last_of_month(day) if unit == "month" else day


def _last_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _months_back(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
