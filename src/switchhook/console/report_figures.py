"""The figures at the top of a report, and its charts in words and places."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from switchhook.console import report_words as words
from switchhook.console.report_form import journal_query
from switchhook.console.report_tables import groups, hours
from switchhook.console.report_words import Trend
from switchhook.reports import chart, queries
from switchhook.reports.periods import Period
from switchhook.reports.queries import Contacts, Scope, Sums, Waits

SERIES: dict[str, str | Promise] = {
    "answered": _("Answered calls"),
    "missed": _("Missed calls"),
    "outgoing": _("Outgoing calls"),
    "reached": _("Answered calls"),
    "unreached": _("Not answered"),
    "rest": _("Other calls"),
}
"""What the colours stand for."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its name, a sentence beside it, how it compares, and where it leads."""

    label: str
    value: str
    note: str = ""
    trend: Trend | None = None
    query: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """All that the figures of one period are made of."""

    sums: Sums
    waits: Waits
    contacts: Contacts

    @classmethod
    def of(cls, scope: Scope) -> "Known":
        """Asked of the database."""
        return cls(queries.total(scope), queries.waits(scope), queries.contacts(scope))


def figures(scope: Scope, now: Known, before: Known | None) -> list[Figure]:
    """The figures, those that the chosen direction leaves a sense to."""
    old = before or Known(Sums(), Waits(None, None), Contacts(0, 0, None))
    incoming, outgoing = scope.direction in {"", "in"}, scope.direction in {"", "out"}
    shown = [_calls(scope, now.sums, old.sums)]
    if incoming:
        shown += [_missed(scope, now.sums, old.sums), _waiting(now.waits, old.waits)]
        shown += [_called_back(now.contacts, old.contacts)]
    if outgoing:
        shown.append(_outgoing(scope, now.sums, old.sums))
    shown += [_fresh(now.sums, old.sums), _talk(now.sums, old.sums)]
    return shown if before else [_without_trend(figure) for figure in shown]


def _without_trend(figure: Figure) -> Figure:
    return Figure(figure.label, figure.value, figure.note, None, figure.query)


def _calls(scope: Scope, now: Sums, old: Sums) -> Figure:
    note = gettext("%(incoming)s incoming, %(outgoing)s outgoing") % {
        "incoming": words.count(now.incoming),
        "outgoing": words.count(now.outgoing),
    }
    note = note if not scope.direction else ""
    return Figure(
        gettext("Calls"), words.count(now.total), note, words.more_or_less(now.total, old.total), journal_query(scope)
    )


def _missed(scope: Scope, now: Sums, old: Sums) -> Figure:
    trend = words.points(now.missed_share, old.missed_share, good_up=False)
    told = {"missed": words.count(now.missed), "all": words.count(now.answered + now.missed)}
    query = journal_query(scope, direction="in", status="missed")
    return Figure(
        gettext("Missed calls"), words.percent(now.missed_share), gettext("%(missed)s of %(all)s") % told, trend, query
    )


def _waiting(now: Waits, old: Waits) -> Figure:
    trend = words.longer_or_shorter(now.median, old.median, good_up=False)
    note = gettext("nine of ten within %(time)s") % {"time": words.spell(now.p90)} if now.p90 is not None else ""
    return Figure(gettext("Time to answer"), words.spell(now.median), note, trend)


def _called_back(now: Contacts, old: Contacts) -> Figure:
    trend = words.points(now.share, old.share, good_up=True)
    note = gettext("nobody was missed")
    if now.missed:
        note = gettext("of %(n)s missed clients") % {"n": words.count(now.missed)}
    if now.median is not None:
        note = gettext("%(note)s, half within %(time)s") % {"note": note, "time": words.spell_long(60 * now.median)}
    return Figure(gettext("Spoken to later"), words.percent(now.share), note, trend)


def _outgoing(scope: Scope, now: Sums, old: Sums) -> Figure:
    note = gettext("%(n)s answered") % {"n": words.count(now.reached)}
    trend = words.more_or_less(now.outgoing, old.outgoing)
    return Figure(
        gettext("Outgoing calls"), words.count(now.outgoing), note, trend, journal_query(scope, direction="out")
    )


def _fresh(now: Sums, old: Sums) -> Figure:
    trend = words.more_or_less(now.fresh, old.fresh, good_up=True)
    return Figure(gettext("New clients"), words.count(now.fresh), gettext("first call ever"), trend)


def _talk(now: Sums, old: Sums) -> Figure:
    note = gettext("%(time)s on average") % {"time": words.spell(now.mean_talk)} if now.mean_talk is not None else ""
    trend = words.more_or_less(now.talk_seconds, old.talk_seconds)
    return Figure(gettext("Talk time"), words.spell(now.talk_seconds), note, trend)


@dataclass(frozen=True, slots=True)
class Column:
    """A bar with its words."""

    bar: chart.Bar
    label: str
    title: str
    query: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart with its words: `series` are pairs of a colour's name and what it stands for."""

    columns: tuple[Column, ...]
    drawn: chart.BarChart
    series: tuple[tuple[str, str], ...]
    summary: str


def parts(sums: Sums, direction: str) -> dict[str, int]:
    """What the colours of a bar stand for."""
    if direction == "out":
        return {"reached": sums.reached, "unreached": sums.outgoing - sums.reached}
    return {"answered": sums.answered, "missed": sums.missed, "outgoing": sums.outgoing, "rest": sums.rest}


def course(scope: Scope, unit: str, height: int = chart.HEIGHT) -> Chart:
    """Calls over time as bars."""
    if unit == "hour":
        told = [(f"{hour}", words.hour_name(hour), sums, journal_query(scope)) for hour, sums in hours(scope)]
    else:
        told = [
            (words.group_name(group, unit), words.group_title(group, unit), sums, journal_query(scope, group))
            for group, sums in groups(scope, unit)
        ]
    return _drawn(told, scope, height)


def today(scope: Scope, height: int) -> Chart:
    """The hours of one day as bars, from the first with a call or 8:00 to the last or 20:00."""
    found = hours(scope)
    busy = [hour for hour, sums in found if sums.total] or [8]
    told = [
        (f"{hour}", words.hour_name(hour), sums, journal_query(scope))
        for hour, sums in found
        if min(8, *busy) <= hour <= max(19, *busy)
    ]
    return _drawn(told, scope, height)


def _drawn(told: Sequence[tuple[str, str, Sums, str]], scope: Scope, height: int) -> Chart:
    values = [parts(sums, scope.direction) for _label, _title, sums, _query in told]
    names = chart.present(values, list(SERIES))
    drawn = chart.bars(values, names, height)
    columns = tuple(
        Column(bar, label, _bar_title(title, sums, value), query)
        for bar, (label, title, sums, query), value in zip(drawn.bars, told, values, strict=True)
    )
    return Chart(columns, drawn, tuple((name, str(SERIES[name])) for name in names), _summary(told))


def _bar_title(title: str, sums: Sums, value: dict[str, int]) -> str:
    said = ", ".join(f"{SERIES[name]}: {words.count(n)}" for name, n in value.items() if n)
    return f"{title}: {words.calls(sums.total)}" + (f". {said}" if said else "")


def _summary(told: Sequence[tuple[str, str, Sums, str]]) -> str:
    busiest = max(told, key=lambda one: one[2].total)
    if not busiest[2].total:
        return ""
    return gettext("Most calls: %(when)s, %(calls)s.") % {"when": busiest[1], "calls": words.calls(busiest[2].total)}


@dataclass(frozen=True, slots=True)
class Shade:
    """A cell of the heat map."""

    x: str
    width: str
    y: int
    level: int
    title: str


@dataclass(frozen=True)
class HeatMap:
    """Weekdays by hours: `days` name its rows, `hours` are labels, their places, and which stay on a narrow page."""

    days: tuple[str, ...]
    hours: tuple[tuple[int, str, bool], ...]
    shades: tuple[Shade, ...]
    summary: str
    row: int = 26
    scale: tuple[tuple[int, int], ...] = tuple((15 * level, level) for level in range(chart.LEVELS + 1))

    @property
    def label_y(self) -> int:
        """Where the labels of the hours stand."""
        return 7 * self.row + 16

    @property
    def height(self) -> int:
        """Of the cells and their labels."""
        return 7 * self.row + 22


def heat_map(scope: Scope) -> HeatMap:
    """When clients call: the sums of weekdays and hours as shades."""
    found = {place: sums.total for place, sums in queries.by_weekday_and_hour(scope).items()}
    highest = max(found.values(), default=0)
    shades = tuple(
        Shade(
            chart.share(hour, 24),
            chart.share(1, 24),
            (day - 1) * HeatMap.row,
            chart.level(found.get((day, hour), 0), highest),
            f"{words.weekday(day)}, {words.hour_name(hour)}: {words.calls(found.get((day, hour), 0))}",
        )
        for day in range(1, 8)
        for hour in range(24)
    )
    summary = ""
    if found:
        day, hour = max(found, key=lambda place: found[place])
        told = {"day": words.weekday(day), "hours": words.hour_name(hour), "calls": words.calls(found[day, hour])}
        summary = gettext("Most calls: %(day)s, %(hours)s, %(calls)s.") % told
    days = tuple(words.weekday(day, short=True) for day in range(1, 8))
    return HeatMap(
        days, tuple((hour, chart.share(hour, 24), hour % 6 == 0) for hour in range(0, 24, 3)), shades, summary
    )


WIDTH, LOW = 280, 56


def last_days(scope: Scope, until: date, days: int = 14) -> dict[str, Any]:
    """The line of the last days: its points, where it ends, and what it says."""
    period = Period(date.fromordinal(until.toordinal() - days + 1), until)
    told = groups(Scope(project=scope.project, period=period), "day")
    values = [sums.total for _group, sums in told]
    points = chart.sparkline(values, WIDTH, LOW)
    named = [f"{words.group_title(group, 'day')}: {words.calls(sums.total)}" for group, sums in told]
    return {"points": points, "end": chart.last_point(points), "days": named, "width": WIDTH, "height": LOW}
