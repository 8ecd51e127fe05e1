"""The tables of a report: shown beside the charts, and written as CSV."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from switchhook.console import report_words as words
from switchhook.console.line_names import line_labels, line_name
from switchhook.console.report_form import ORIGINS, journal_query
from switchhook.projects.models import Employee
from switchhook.reports import chart, queries
from switchhook.reports.models import Facet
from switchhook.reports.periods import Period
from switchhook.reports.queries import Scope, Sums

MOST_ROWS = 15
"""So many rows of a breakdown are shown; the file has all of them."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure: as it is shown, and as a program wants it."""

    shown: str
    raw: str | int | float = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table. `query` leads into the journal; `share` and `missed` are widths of its bar, as percentages."""

    name: str
    cells: tuple[Cell, ...]
    query: str = ""
    share: str = ""
    missed: str = ""
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`slug` names its file; `more` counts the rows that are only in the file."""

    slug: str
    first: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    barred: bool = field(default=False)

    @property
    def shown(self) -> tuple[Row, ...]:
        """The rows for the page."""
        return self.rows[:MOST_ROWS]

    @property
    def more(self) -> int:
        """How many rows are in the file only."""
        return max(0, len(self.rows) - MOST_ROWS)


def number(value: int) -> Cell:
    """A count."""
    return Cell(words.count(value), value)


def share(value: float | None) -> Cell:
    """A share; in the file as percent with one decimal."""
    return Cell(words.percent(value), "" if value is None else round(100 * value, 1))


def time(seconds: float | None) -> Cell:
    """A length of time; in the file as seconds."""
    return Cell(words.spell(seconds), "" if seconds is None else round(seconds))


def groups(scope: Scope, unit: str) -> list[tuple[Period, Sums]]:
    """The report's days, weeks or months, those without calls too."""
    found = queries.by_day(scope)
    sums: dict[Period, Sums] = {group: Sums() for group in scope.period.groups(unit)}
    ordered = iter(sums)
    group = next(ordered)
    for day in sorted(found):
        while day > group.until:
            group = next(ordered)
        sums[group] += found[day]
    return list(sums.items())


def hours(scope: Scope) -> list[tuple[int, Sums]]:
    """The hours of a report's days, those without calls too."""
    found = queries.by_hour(scope)
    return [(hour, found.get(hour, Sums())) for hour in range(24)]


def course(scope: Scope, unit: str) -> Table:
    """Calls over time."""
    if unit == "hour":
        rows = [_course_row(words.hour_name(hour), sums, journal_query(scope)) for hour, sums in hours(scope)]
    else:
        rows = [
            _course_row(words.group_title(group, unit), sums, journal_query(scope, group))
            for group, sums in groups(scope, unit)
        ]
    first = {"hour": _("Hour"), "day": _("Day"), "week": _("Week"), "month": _("Month")}[unit]
    heads = (
        _("Calls"),
        _("Incoming calls"),
        _("Answered calls"),
        _("Missed calls"),
        _("Missed share"),
        _("Outgoing calls"),
        _("New clients"),
    )
    return Table("course", first, heads, tuple(rows))


def _course_row(name: str, sums: Sums, query: str) -> Row:
    counts = (sums.total, sums.incoming, sums.answered, sums.missed)
    rest = (share(sums.missed_share), number(sums.outgoing), number(sums.fresh))
    return Row(name, (*map(number, counts), *rest), query if sums.total else "")


def week(scope: Scope) -> Table:
    """Calls by weekday and hour."""
    found = queries.by_weekday_and_hour(scope)
    rows = [
        Row(words.weekday(day), tuple(number(found.get((day, hour), Sums()).total) for hour in range(24)))
        for day in range(1, 8)
    ]
    return Table("week", _("Weekday"), tuple(f"{hour}:00" for hour in range(24)), tuple(rows))


def people(scope: Scope) -> Table:
    """What each employee did: answered, missed while it rang, called out, talked."""
    found, rung = dict(queries.by_key(scope, Facet.EMPLOYEE)), queries.rung(scope)
    names = dict(Employee.objects.filter(project=scope.project).values_list("pk", "name"))
    ids = {int(key) for key in found if key} | set(rung)
    sums = {person: found.get(str(person), Sums()) for person in ids}
    ranked = sorted(ids, key=lambda person: (-sums[person].answered - sums[person].outgoing, names.get(person, "")))
    most = max((one.answered + one.outgoing for one in sums.values()), default=0)
    rows = [
        Row(
            names.get(person, _("Former employee")),
            _work(sums[person], rung.get(person, 0)),
            journal_query(scope, employee=person) if person in names else "",
            chart.share(sums[person].answered + sums[person].outgoing, most),
            muted=person not in names,
        )
        for person in ranked
    ]
    nobody = found.get("", Sums())
    if nobody.answered or nobody.outgoing:
        rows.append(Row(_("Nobody"), _work(nobody, 0), share="0%", muted=True))
    heads = (
        _("Answered calls"),
        _("Missed while ringing"),
        _("Outgoing calls"),
        _("Talk time"),
        _("Average time to answer"),
    )
    return Table("people", _("Employee"), heads, tuple(rows), barred=True)


def _work(sums: Sums, rung: int) -> tuple[Cell, ...]:
    counts = (number(sums.answered), number(rung), number(sums.outgoing))
    return (*counts, time(sums.talk_seconds), time(sums.mean_wait))


def origins(scope: Scope, origin: str) -> Table:
    """Calls by a tag of the visit: source, medium, campaign, or pool of numbers."""

    def query(key: str) -> str:
        if not key or origin not in {"source", "campaign"}:
            return ""
        return journal_query(scope, source=key) if origin == "source" else journal_query(scope, campaign=key)

    title = str(dict(ORIGINS)[origin])
    return _breakdown(queries.by_key(scope, Facet(origin)), "origins", title, lambda key: key or _("Not known"), query)


def lines(scope: Scope) -> Table:
    """Calls by line of the project."""
    labels = line_labels(scope.project)

    def name(key: str) -> str:
        return line_name(key, labels) if key else _("Not known")

    def query(key: str) -> str:
        return journal_query(scope, line=key) if key else ""

    return _breakdown(queries.by_key(scope, Facet.LINE), "lines", _("Line"), name, query)


def _breakdown(
    found: list[tuple[str, Sums]], slug: str, first: str, name: Callable[[str], str], query: Callable[[str], str]
) -> Table:
    most = max((sums.total for _key, sums in found), default=0)
    rows = tuple(
        Row(
            name(key),
            (number(sums.total), number(sums.missed), share(sums.missed_share), number(sums.fresh)),
            query(key),
            chart.share(sums.total, most),
            chart.share(sums.missed, most),
            muted=not key,
        )
        for key, sums in found
    )
    return Table(slug, first, (_("Calls"), _("Missed calls"), _("Missed share"), _("New clients")), rows, barred=True)


def named(slug: str, scope: Scope, unit: str, origin: str) -> Table:
    """A table by the name of its file."""
    makers: Mapping[str, Callable[[], Table]] = {
        "course": lambda: course(scope, unit),
        "week": lambda: week(scope),
        "people": lambda: people(scope),
        "origins": lambda: origins(scope, origin),
        "lines": lambda: lines(scope),
    }
    return makers[slug]()


def written(table: Table) -> Iterable[list[object]]:
    """The whole table for a file: heads, then rows of plain values."""
    yield [table.first, *table.heads]
    for row in table.rows:
        yield [row.name, *(cell.raw for cell in row.cells)]
