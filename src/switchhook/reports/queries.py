"""What a report asks: sums by day, hour, person, line and source, and how long clients waited.

Each question is one grouped query. Where nothing but the direction narrows a report it is asked of the tallies, else of
the entries; both answer alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, FloatField, Func, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Ceil, ExtractIsoWeekDay

from switchhook.projects.models import Project
from switchhook.reports.models import Entry, Facet, Tally
from switchhook.reports.periods import Period

_WAITED = Q(direction="in", status="answered", wait__isnull=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a report is about. Days are the project's own; empty means "any". `line` is E.164."""

    project: Project
    period: Period
    direction: str = ""
    employee: int | None = None
    source: str = ""
    campaign: str = ""
    line: str = ""
    answers: dict[tuple[str, ...], dict[tuple[Any, ...], "Sums"]] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )
    """What was asked already: charts and tables of a page ask for the same sums."""

    @property
    def is_plain(self) -> bool:
        """Whether tallies can answer: nothing narrower than the direction is asked."""
        return self.employee is None and not (self.source or self.campaign or self.line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Numbers of calls: `answered` and `missed` of the incoming ones, `reached` of the outgoing ones.

    `fresh` counts first calls ever with a client, `waits` the answered incoming calls whose waiting time is known.
    """

    total: int = 0
    incoming: int = 0
    outgoing: int = 0
    answered: int = 0
    missed: int = 0
    reached: int = 0
    fresh: int = 0
    talk_seconds: int = 0
    waits: int = 0
    wait_seconds: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            total=self.total + other.total,
            incoming=self.incoming + other.incoming,
            outgoing=self.outgoing + other.outgoing,
            answered=self.answered + other.answered,
            missed=self.missed + other.missed,
            reached=self.reached + other.reached,
            fresh=self.fresh + other.fresh,
            talk_seconds=self.talk_seconds + other.talk_seconds,
            waits=self.waits + other.waits,
            wait_seconds=self.wait_seconds + other.wait_seconds,
        )

    @property
    def rest(self) -> int:
        """Calls that are neither answered, nor missed, nor outgoing: internal, failed, going on."""
        return self.total - self.answered - self.missed - self.outgoing

    @property
    def missed_share(self) -> float | None:
        """Missed of all that were answered or missed, from 0 to 1; None where there were none."""
        decided = self.answered + self.missed
        return self.missed / decided if decided else None

    @property
    def mean_wait(self) -> float | None:
        """Seconds until an answer, on average."""
        return self.wait_seconds / self.waits if self.waits else None

    @property
    def mean_talk(self) -> float | None:
        """Seconds of talk of an answered call, on average."""
        spoken = self.answered + self.reached
        return self.talk_seconds / spoken if spoken else None


@dataclass(frozen=True, slots=True)
class Waits:
    """How long clients waited for an answer, in seconds: half of them at most `median`, nine of ten at most `p90`."""

    median: int | None
    p90: int | None


@dataclass(frozen=True, slots=True)
class Contacts:
    """What became of clients who were missed: how many, how many were spoken to later, half of them in `median` min."""

    missed: int
    reached: int
    median: int | None

    @property
    def share(self) -> float | None:
        """Of the missed clients, how many were spoken to, from 0 to 1."""
        return self.reached / self.missed if self.missed else None


def total(scope: Scope) -> Sums:
    """All calls of the report."""
    return sum(by_day(scope).values(), Sums())


def by_day(scope: Scope) -> dict[Any, Sums]:
    """Sums of each day that had calls."""
    return {day: found for (day,), found in _sums(scope, Facet.HOUR, "day").items()}


def by_hour(scope: Scope) -> dict[int, Sums]:
    """Sums of each hour of the day (project's zone) that had calls."""
    return {int(key): found for (key,), found in _sums(scope, Facet.HOUR, "key").items()}


def by_weekday_and_hour(scope: Scope) -> dict[tuple[int, int], Sums]:
    """Sums by weekday (1 is Monday) and hour."""
    return {
        (int(weekday), int(key)): found for (weekday, key), found in _sums(scope, Facet.HOUR, "weekday", "key").items()
    }


def by_key(scope: Scope, facet: Facet) -> list[tuple[str, Sums]]:
    """Sums by employee (id), line or a visit's tag, those with most calls first; "" is nobody, no line, no tag."""
    found = {key: sums for (key,), sums in _sums(scope, facet, "key").items()}
    return sorted(found.items(), key=lambda item: (-item[1].total, item[0]))


def rung(scope: Scope) -> dict[int, int]:
    """How many missed calls rang at each employee (by id)."""
    if scope.direction not in {"", "in"}:
        return {}
    found = {int(key): sums.missed for (key,), sums in _sums(scope, Facet.RUNG, "key").items()}
    return {person: n for person, n in found.items() if scope.employee in {None, person}}


def waits(scope: Scope) -> Waits:
    """How long answered incoming calls waited."""
    counted = {int(key): sums.total for (key,), sums in _sums(scope, Facet.WAIT, "key").items()}
    return Waits(quantile(counted, 0.5), quantile(counted, 0.9))


def contacts(scope: Scope) -> Contacts:
    """What became of the clients who were missed."""
    counted = {key: sums.total for (key,), sums in _sums(scope, Facet.REACHED, "key").items()}
    reached = {int(key): n for key, n in counted.items() if key}
    return Contacts(sum(counted.values()), sum(reached.values()), quantile(reached, 0.5))


def quantile(counted: Mapping[int, int], share: float) -> int | None:
    """The smallest value that `share` of all do not exceed; `counted` says how often each value stands."""
    left = share * sum(counted.values())
    for value in sorted(counted):
        left -= counted[value]
        if left <= 1e-9:
            return value
    return None


def _sums(scope: Scope, facet: Facet, *by: str) -> dict[tuple[Any, ...], Sums]:
    asked = (facet.value, *by)
    if asked in scope.answers:
        return scope.answers[asked]
    rows = _of_tallies(scope, facet, by) if scope.is_plain else _of_entries(scope, facet, by)
    found: dict[tuple[Any, ...], Sums] = {}
    for row in rows:
        group = tuple(_named(row[name]) if name == "key" else row[name] for name in by)
        found[group] = found[group] + _read(row) if group in found else _read(row)
    scope.answers[asked] = found
    return found


def _named(key: Any) -> str:
    return "" if key is None else str(int(key) if isinstance(key, float) else key)


def _read(row: Mapping[str, Any]) -> Sums:
    incoming, outgoing = row["direction"] == "in", row["direction"] == "out"
    return Sums(
        total=row["n"],
        incoming=row["n"] * incoming,
        outgoing=row["n"] * outgoing,
        answered=row["n_answered"] * incoming,
        missed=row["n_missed"] * incoming,
        reached=row["n_answered"] * outgoing,
        fresh=row["n_fresh"],
        talk_seconds=row["talked"] or 0,
        waits=row["n_waits"],
        wait_seconds=row["waited"] or 0,
    )


_Row = Mapping[str, Any]


def _of_tallies(scope: Scope, facet: Facet, by: Iterable[str]) -> Iterable[_Row]:
    tallies = _chosen(Tally.objects.filter(project=scope.project, facet=facet), scope)
    rows: Iterable[_Row] = tallies.values(*by, "direction").annotate(
        n=Sum("total"),
        n_answered=Sum("answered"),
        n_missed=Sum("missed"),
        n_fresh=Sum("fresh"),
        talked=Sum("talk_seconds"),
        n_waits=Sum("waits"),
        waited=Sum("wait_seconds"),
    )
    return rows


def _of_entries(scope: Scope, facet: Facet, by: Iterable[str]) -> Iterable[_Row]:
    entries = _chosen(Entry.objects.filter(project=scope.project), scope)
    # Who was rung at is asked of all missed calls: those of one employee are told apart by the answer's key.
    if scope.employee is not None and facet is not Facet.RUNG:
        entries = entries.filter(employee_id=scope.employee)
    for name in ("source", "campaign", "line"):
        if wanted := getattr(scope, name):
            entries = entries.filter(**{name: wanted})
    entries = entries.filter(_CONDITIONS.get(facet, Q())).annotate(key=_KEYS[facet])
    rows: Iterable[_Row] = entries.values(*by, "direction").annotate(
        n=Count("pk"),
        n_answered=Count("pk", filter=Q(status="answered")),
        n_missed=Count("pk", filter=Q(status="missed")),
        n_fresh=Count("pk", filter=Q(fresh=True)),
        talked=Sum("talk"),
        n_waits=Count("pk", filter=_WAITED),
        waited=Sum("wait", filter=_WAITED),
    )
    return rows


_AFTER = Cast("reached_after", FloatField())
_KEYS: dict[Facet, Any] = {
    Facet.HOUR: F("hour"),
    Facet.EMPLOYEE: F("employee_id"),
    Facet.RUNG: Func(F("rung"), function="unnest", output_field=BigIntegerField()),
    Facet.LINE: F("line"),
    Facet.SOURCE: F("source"),
    Facet.MEDIUM: F("medium"),
    Facet.CAMPAIGN: F("campaign"),
    Facet.POOL: F("pool"),
    Facet.WAIT: F("wait"),
    # As `statements.REACHED` has it.
    Facet.REACHED: Case(
        When(reached_after=None, then=None),
        When(reached_after__lte=7200, then=Ceil(_AFTER / Value(60.0))),
        When(reached_after__lte=172_800, then=Value(60.0) * Ceil(_AFTER / Value(3600.0))),
        default=Value(1440.0) * Ceil(_AFTER / Value(86_400.0)),
        output_field=FloatField(),
    ),
}
_CONDITIONS = {Facet.WAIT: _WAITED, Facet.REACHED: Q(first_missed=True), Facet.RUNG: ~Q(rung=[])}


def _chosen(rows: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    chosen: QuerySet[Any] = rows.filter(day__gte=scope.period.since, day__lte=scope.period.until)
    chosen = chosen.annotate(weekday=ExtractIsoWeekDay("day"))
    return chosen.filter(direction=scope.direction) if scope.direction else chosen
