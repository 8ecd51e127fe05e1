"""The scenario table as a page shows it: rows in groups, a cell for each moment, marks and problems in their place."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from switchhook.connections.models import Connection
from switchhook.console.matrix_remarks import action_remarks, part_remark
from switchhook.console.matrix_words import GROUPS, SYMBOLS, action_in_words, in_words, minutes_in_words
from switchhook.console.wording import MOMENTS
from switchhook.core.call import Moment
from switchhook.core.matrix import ActionSpec, Matrix, Row, When
from switchhook.core.matrix_check import Problem, Severity
from switchhook.core.matrix_diff import ActionChange, Difference, RowChange, difference
from switchhook.core.matrix_shape import (
    Group,
    decided,
    exactly,
    group_of,
    group_of_situation,
    is_analysis,
    overlapping,
    planned_moment,
)
from switchhook.core.planned import PlanSettings
from switchhook.core.reason import Reason
from switchhook.core.situation import Channel, Situation
from switchhook.delivery.trace import sentence

ADDED, CHANGED, REMOVED = "added", "changed", "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One action. `change` is "added", "changed" or "removed" against the other table; `was` what it said there."""

    spec: ActionSpec
    head: str
    facts: list[str]
    text: str
    change: str = ""
    was: str = ""
    wrong: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def symbol(self) -> str:
        """The icon of what is made."""
        return SYMBOLS[self.spec.do.kind.value if self.spec.do.kind else "update"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a row does at one moment; "" for forms, chats and analyses, which have but one."""

    moment: str
    chips: list[Chip]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row: its situations in words, its cells, what is wrong with it and what has changed.

    `name` is the row's own name where it says more than the words; `decides` are its situations one by one where it
    does not decide all that its words say; `above` are the rows that take the rest.
    """

    row: Row
    words: str
    name: str
    note: str
    cells: list[Cell]
    change: str = ""
    moved: bool = False
    other_situation: str = ""
    wrong: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    decides: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    idle: bool = False

    @property
    def chips(self) -> list[Chip]:
        """All actions, by moment."""
        return [chip for cell in self.cells for chip in cell.chips]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A situation without a row: nothing is made, and nobody said that this is meant."""

    words: str
    situation: Situation

    @property
    def query(self) -> str:
        """The coordinates of a row that would fill it, for an address."""
        when, named = exactly(self.situation), ("direction", "outcome", "client", "answered_by", "step")
        pairs = [("channel", when.channel.value)]
        pairs += [(name, value.value) for name in named for value in getattr(when, name)]
        return "&".join(f"{name}={value}" for name, value in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A group of rows with the moments that its columns stand for; `busy` are those at which something is done."""

    group: Group
    title: str
    moments: list[str]
    busy: set[str]
    lines: list[Line]
    holes: list[Hole]
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the words of a table depend on besides the table."""

    connection: Connection
    settings: PlanSettings
    has_settings: bool = True

    @property
    def due(self) -> str:
        """The time that an open task has, in words."""
        return minutes_in_words(int(self.settings.task_due.total_seconds()) // 60)

    @property
    def translate(self) -> Callable[[str], str]:
        return self.settings.translate


def said(reason: Reason) -> str:
    """A reason in the active language."""
    return sentence({"text": reason.text, "params": reason.params})


def parts_of(
    matrix: Matrix,
    around: Surroundings,
    *,
    problems: Iterable[Problem] = (),
    against: Matrix | None = None,
) -> list[Part]:
    """The table's groups in their order; marks tell what is otherwise than in the table `against`."""
    problems = list(problems)
    changes = difference(against, matrix) if against is not None else Difference()
    lines = _Lines(matrix, around, problems, changes)
    holes = [problem.situation for problem in problems if problem.severity is Severity.HOLE and problem.situation]
    parts = []
    for group in Group:
        own = [lines.line(row) for row in matrix.rows if group_of(row.when) is group]
        own += [lines.gone(change) for change in changes.rows if _is_gone(change, group)]
        missing = [Hole(words=in_words(exactly(s)), situation=s) for s in holes if group_of_situation(s) is group]
        if own or missing:
            parts.append(_part(group, own, missing, around))
    return parts


def _is_gone(change: RowChange, group: Group) -> bool:
    return change.after is None and group_of(change.row.when) is group


def _part(group: Group, lines: list[Line], holes: list[Hole], around: Surroundings) -> Part:
    moments = [] if group in {Group.INQUIRIES, Group.ANALYSIS} else [moment.value for moment in Moment]
    return Part(
        group=group,
        title=str(GROUPS[group]),
        moments=moments,
        busy={cell.moment for line in lines for cell in line.cells if cell.chips},
        lines=lines,
        holes=holes,
        remark=part_remark(group, around.settings),
    )


@dataclass(slots=True)
class _Lines:
    matrix: Matrix
    around: Surroundings
    problems: list[Problem]
    changes: Difference
    decided: Mapping[str, tuple[Situation, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.decided = decided(self.matrix)

    def line(self, row: Row) -> Line:
        change = self.changes.of(row.id)
        chips = [self.chip(row, spec, change) for spec in row.actions]
        if change is not None and change.before is not None:
            chips += [self.taken_out(one.before) for one in change.actions if one.before and one.after is None]
        situations, above = self.decided.get(row.id, ()), overlapping(self.matrix, row.id)[0]
        return Line(
            row=row,
            words=in_words(row.when),
            name=own_name(row),
            note=_(row.note) if row.note else "",
            cells=self.cells(row.when, chips),
            change=_mark(change),
            moved=bool(change and change.moved),
            other_situation=in_words(change.before.when) if change and change.situation and change.before else "",
            wrong=[said(p.reason) for p in self.of(row.id, "") if p.severity is Severity.CONTRADICTION],
            remarks=[said(p.reason) for p in self.of(row.id, "") if p.severity is Severity.REMARK],
            decides=[in_words(exactly(s)) for s in situations] if above and not is_analysis(row.when) else [],
            above=[in_words(other.when) for other in self.matrix.rows if other.id in above],
            idle=not situations,
        )

    def gone(self, change: RowChange) -> Line:
        """A row that the table has no longer."""
        chips = [self.taken_out(spec) for spec in change.row.actions]
        row = change.row
        return Line(
            row=row, words=in_words(row.when), name=own_name(row), note="", cells=self.cells(row.when, chips),
            change=REMOVED,
        )  # fmt: skip

    def chip(self, row: Row, spec: ActionSpec, change: RowChange | None) -> Chip:
        own = next((one for one in change.actions if one.after is spec), None) if change else None
        saying = action_in_words(spec, due=self.around.due, translate=self.around.translate)
        found = list(self.of(row.id, spec.id))
        return Chip(
            spec=spec,
            head=saying.head,
            facts=saying.facts,
            text=saying.text,
            change=(ADDED if own.before is None else CHANGED) if own else ADDED if _is_new(change) else "",
            was=self.before(own, row.when),
            wrong=[said(p.reason) for p in found if p.severity is Severity.CONTRADICTION],
            remarks=[said(p.reason) for p in found if p.severity is Severity.REMARK]
            + (action_remarks(row.when, spec, self.around.settings) if self.around.has_settings else []),
        )

    def before(self, change: ActionChange | None, when: When) -> str:
        if change is None or change.before is None:
            return ""
        old = action_in_words(change.before, due=self.around.due, translate=self.around.translate)
        off = [] if change.before.enabled else [_("switched off")]
        moment = planned_moment(when, change.before, self.around.settings.parties_at)
        at = [str(MOMENTS[moment])] if "moment" in change.parts else []
        return " · ".join([old.head, *at, *old.facts, *off, *([f"“{old.text}”"] if old.text else [])])

    def taken_out(self, spec: ActionSpec) -> Chip:
        saying = action_in_words(spec, due=self.around.due, translate=self.around.translate)
        return Chip(spec=spec, head=saying.head, facts=saying.facts, text=saying.text, change=REMOVED)

    def cells(self, when: When, chips: list[Chip]) -> list[Cell]:
        if when.channel is not Channel.CALL or is_analysis(when):
            return [Cell(moment="", chips=chips)]
        at = self.around.settings.parties_at
        return [
            Cell(moment=moment.value, chips=[c for c in chips if planned_moment(when, c.spec, at) is moment])
            for moment in Moment
        ]

    def of(self, row: str, action: str) -> Iterator[Problem]:
        return (problem for problem in self.problems if problem.row == row and problem.action == action)


def own_name(row: Row) -> str:
    """The row's own name, in the active language where it comes with a preset; "" where it says nothing new."""
    return _(row.title) if row.title and not is_stock(row.title) else ""


def is_stock(title: str) -> bool:
    """Whether a row's name is one of the presets', which say what the words say."""
    from switchhook.scenarios.presets.messages import MESSAGES

    return title in MESSAGES


def _mark(change: RowChange | None) -> str:
    if change is None:
        return ""
    return ADDED if change.before is None else CHANGED


def _is_new(change: RowChange | None) -> bool:
    return change is not None and change.before is None


def counted(problems: Iterable[Problem]) -> dict[str, int]:
    """How many problems there are of each severity."""
    found: dict[str, Any] = {severity.value: 0 for severity in Severity}
    for problem in problems:
        found[problem.severity.value] += 1
    return found
