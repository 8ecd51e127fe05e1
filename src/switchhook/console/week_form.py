"""A week of working hours as a form: rows may be added, taken away and copied before it is saved."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from switchhook.core.working_hours import MIDNIGHT, Week, week_of

MOST_ROWS = 6
_A_MONDAY = date(2024, 1, 1)
_COPIES: dict[str, Iterable[int]] = {"weekdays": range(5), "all": range(7)}


@dataclass(slots=True)
class HoursRow:
    """Two times as they stand in their fields, and what is wrong with them. `fresh` is to be typed into next."""

    start: str
    end: str
    error: str = ""
    fresh: bool = False

    def minutes(self) -> tuple[int, int] | None:
        """Both times in minutes; None where both are empty. Raises ValueError with a sentence for a person."""
        if not self.start and not self.end:
            return None
        if not self.start or not self.end:
            raise ValueError(_("Both times are needed."))
        start, end = _minutes(self.start), _minutes(self.end)
        if end == 0:
            end = MIDNIGHT
        if start >= end:
            raise ValueError(_("The end must come after the start. Hours over midnight are put on both days."))
        return start, end


@dataclass(slots=True)
class DayRows:
    """A weekday with its rows; 0 is Monday."""

    number: int
    rows: list[HoursRow] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The weekday in the active language."""
        return date_format(_A_MONDAY + timedelta(days=self.number), "l").capitalize()

    @property
    def full(self) -> bool:
        return len(self.rows) >= MOST_ROWS


class WeekForm:
    """Seven days of rows. `valid` checks them; `week` then has the hours."""

    def __init__(self, days: Sequence[DayRows]) -> None:
        self.days = list(days)
        self.week: Week | None = None

    @classmethod
    def of(cls, week: Week) -> "WeekForm":
        """The form for saved hours."""
        return cls(
            [
                DayRows(number, [HoursRow(_text(one.start), _text(one.end)) for one in day])
                for number, day in enumerate(week)
            ]
        )

    @classmethod
    def typed(cls, data: QueryDict) -> "WeekForm":
        """The form as it was sent."""
        return cls([DayRows(number, list(_rows(data, number))) for number in range(7)])

    def change(self, do: str) -> bool:
        """Carry out a button of the form: `add-2`, `remove-2-0`, `copy-2-weekdays`; False where it is none of them."""
        word, _dash, rest = do.partition("-")
        number, _dash, more = rest.partition("-")
        if word not in {"add", "remove", "copy"} or number not in {str(one.number) for one in self.days}:
            return False
        day = self.days[int(number)]
        if word == "add" and not day.full:
            day.rows.append(self._next(day))
        elif word == "remove" and more.isdecimal() and int(more) < len(day.rows):
            del day.rows[int(more)]
        elif word == "copy":
            self._copy(day, more)
        return True

    def valid(self) -> bool:
        """Whether the rows are a week; what is wrong stands in the rows."""
        parts = [[pair for row in day.rows if (pair := _checked(row))] for day in self.days]
        if any(row.error for day in self.days for row in day.rows):
            return False
        self.week = week_of(parts)
        return True

    def _copy(self, day: DayRows, days: str) -> None:
        for number in _COPIES.get(days, ()):
            if number != day.number:
                self.days[number].rows = [HoursRow(row.start, row.end) for row in day.rows]

    @staticmethod
    def _next(day: DayRows) -> HoursRow:
        """What most people type: the working day, or the time after a break."""
        if not day.rows:
            return HoursRow("09:00", "18:00", fresh=True)
        return HoursRow("", "", fresh=True)


def _rows(data: QueryDict, number: int) -> Iterator[HoursRow]:
    starts, ends = data.getlist(f"d{number}-start"), data.getlist(f"d{number}-end")
    for start, end in list(zip(starts, ends, strict=False))[:MOST_ROWS]:
        yield HoursRow(start.strip()[:8], end.strip()[:8])


def _checked(row: HoursRow) -> tuple[int, int] | None:
    row.error = ""
    try:
        return row.minutes()
    except ValueError as error:
        row.error = str(error)
        return None


def _minutes(text: str) -> int:
    hours, _colon, minutes = text.partition(":")
    if not (hours.isdecimal() and minutes[:2].isdecimal()) or int(hours) > 23 or int(minutes[:2]) > 59:
        raise ValueError(_("A time looks like 9:00."))
    return int(hours) * 60 + int(minutes[:2])


def _text(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
