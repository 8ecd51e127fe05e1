"""Figures in the reader's words: grouped numbers, shares, times, days, and how they compare with the period before."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from switchhook.reports.periods import Period

NARROW = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Trend:
    """How a figure compares: `way` is up, down or same; `tone` good, bad or "" where more is neither."""

    way: str
    tone: str
    text: str


def count(number: int) -> str:
    """A number of calls, its thousands grouped as the language does."""
    return number_format(number, use_l10n=True, force_grouping=True)


def percent(share: float | None) -> str:
    """A share from 0 to 1 in whole percent; a dash for none. What is not nothing is never called 0%."""
    if share is None:
        return "–"
    return "<1%" if 0 < share < 0.005 else f"{round(100 * share)}%"


def spell(seconds: float | None) -> str:
    """A length of time in its two largest units: `14 s`, `1 min 5 s`, `12 h 5 min`; a dash for none."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    units = ((_("%(n)s h"), hours), (_("%(n)s min"), minutes), (_("%(n)s s"), rest))
    largest = next((place for place, (_unit, n) in enumerate(units) if n), 2)
    parts = [unit % {"n": count(n)} for unit, n in units[largest : largest + 2] if n or largest == 2]
    return " ".join(part.replace(" ", NARROW) for part in parts)


def spell_long(seconds: float | None) -> str:
    """The same, in days where it is more than two of them."""
    if seconds is not None and seconds >= 2 * 86_400:
        return (_("%(n)s d") % {"n": count(round(seconds / 86_400))}).replace(" ", NARROW)
    return spell(seconds)


def calls(number: int) -> str:
    """`3 calls`."""
    return ngettext("%(n)s call", "%(n)s calls", number) % {"n": count(number)}


def day_name(day: date) -> str:
    """`3 Nov`, with the year where it is not this one's."""
    return date_format(day, "j M" if day.year == timezone.localdate().year else "j M Y")


def span(period: Period) -> str:
    """`3 Nov – 9 Nov`; a single day stands alone."""
    if period.days == 1:
        return day_name(period.since)
    if period.since.year != period.until.year:
        return f"{date_format(period.since, 'j M Y')} – {date_format(period.until, 'j M Y')}"
    return f"{day_name(period.since)} – {day_name(period.until)}"


def group_name(period: Period, unit: str) -> str:
    """What stands under a bar: the day, the week's first day, the month."""
    if unit == "month":
        return date_format(period.since, "M")
    return date_format(period.since, "j M")


def group_title(period: Period, unit: str) -> str:
    """The same in full: `Tuesday, 3 Nov`, `3 Nov – 9 Nov`, `November 2026`."""
    if unit == "day":
        return f"{WEEKDAYS[period.since.weekday()]}, {day_name(period.since)}"
    if unit == "month" and period.days > 27:
        return date_format(period.since, "F Y")
    return span(period)


def hour_name(hour: int) -> str:
    """`9:00–10:00`."""
    return f"{hour}:00–{hour + 1}:00"


def weekday(number: int, *, short: bool = False) -> str:
    """The name of a weekday; 1 is Monday."""
    return str((WEEKDAYS_ABBR if short else WEEKDAYS)[number - 1])


def more_or_less(now: int, before: int, *, good_up: bool | None = None) -> Trend | None:
    """How a number compares, in percent of the one before; nothing where both are 0."""
    if not now and not before:
        return None
    if not before:
        return Trend("up", _tone(up=True, good_up=good_up), _("none before"))
    change = (now - before) / before
    shown = percent(abs(change))
    if round(100 * change) == 0:
        return Trend("same", "", _("as before"))
    text = _("%(change)s more") if change > 0 else _("%(change)s fewer")
    return Trend("up" if change > 0 else "down", _tone(up=change > 0, good_up=good_up), text % {"change": shown})


def points(now: float | None, before: float | None, *, good_up: bool) -> Trend | None:
    """How a share compares, in percentage points."""
    if now is None or before is None:
        return None
    change = round(100 * now) - round(100 * before)
    if not change:
        return Trend("same", "", _("as before"))
    text = ngettext("%(n)s point more", "%(n)s points more", abs(change)) if change > 0 else ""
    text = text or ngettext("%(n)s point less", "%(n)s points less", abs(change))
    return Trend("up" if change > 0 else "down", _tone(up=change > 0, good_up=good_up), text % {"n": abs(change)})


def longer_or_shorter(now: float | None, before: float | None, *, good_up: bool | None) -> Trend | None:
    """How a time compares, by how much it is longer or shorter."""
    if now is None or before is None:
        return None
    change = round(now) - round(before)
    if not change:
        return Trend("same", "", _("as before"))
    text = _("%(time)s longer") if change > 0 else _("%(time)s shorter")
    return Trend(
        "up" if change > 0 else "down", _tone(up=change > 0, good_up=good_up), text % {"time": spell(abs(change))}
    )


def _tone(*, up: bool, good_up: bool | None) -> str:
    return "" if good_up is None else "good" if up is good_up else "bad"
