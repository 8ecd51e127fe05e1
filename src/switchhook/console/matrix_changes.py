"""What one scenario table does otherwise than another, as lines that people read."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from switchhook.console.matrix_table import ADDED, CHANGED, REMOVED, Surroundings
from switchhook.console.matrix_words import action_in_words, in_words
from switchhook.console.wording import KINDS, MOMENTS
from switchhook.core.matrix import ActionSpec, Matrix, Row
from switchhook.core.matrix_diff import RowChange, difference
from switchhook.core.matrix_shape import is_analysis, planned_moment
from switchhook.core.situation import Channel


@dataclass(frozen=True, slots=True)
class Told:
    """One change of a row. `before` and `after` are actions in words, "" where there is none."""

    change: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class ToldRow:
    """A row (or the table's head, which has no `change`) with its changes; `remark` says what else is otherwise."""

    words: str
    change: str
    lines: list[Told] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def told_changes(before: Matrix, after: Matrix, around: Surroundings) -> list[ToldRow]:
    """Every change from one table to the other, in the order of the rows."""
    found = difference(before, after)
    head = [ToldRow(_("How calls find their record"), CHANGED, [_head(name, before, after) for name in found.head])]
    return [*(head if found.head else []), *(_row(change, around) for change in found.rows)]


def _head(name: str, before: Matrix, after: Matrix) -> Told:
    labels = {
        "takers": _("A call is taken by"),
        "forward": _("A ringing caller is sent to the owner of"),
        "known_by": _("A client is known by"),
    }
    old, new = (
        f"{labels[name]}: {', '.join(str(KINDS[kind]) for kind in getattr(matrix, name)) or '–'}"
        for matrix in (before, after)
    )
    return Told(CHANGED, old, new)


def _row(change: RowChange, around: Surroundings) -> ToldRow:
    words = in_words(change.row.when)
    if change.before is None or change.after is None:
        kind = ADDED if change.before is None else REMOVED
        pairs = [(None, spec) if kind == ADDED else (spec, None) for spec in change.row.actions]
        lines = [_action(before, after, change, around) for before, after in pairs]
        nothing = Told(kind, after=_nothing()) if kind == ADDED else Told(kind, before=_nothing())
        return ToldRow(words, kind, lines or [nothing])
    remarks = [_("Before, it was for: %(words)s") % {"words": in_words(change.before.when)}] if change.situation else []
    remarks += [_("It is asked earlier than before.")] if change.moved else []
    return ToldRow(words, CHANGED, [_action(one.before, one.after, change, around) for one in change.actions], remarks)


def _nothing() -> str:
    return _("journal only")


def _action(before: ActionSpec | None, after: ActionSpec | None, change: RowChange, around: Surroundings) -> Told:
    kind = ADDED if before is None else REMOVED if after is None else CHANGED
    return Told(kind, _in_full(before, change.before, around), _in_full(after, change.after, around))


def _in_full(spec: ActionSpec | None, row: Row | None, around: Surroundings) -> str:
    if spec is None or row is None:
        return ""
    saying = action_in_words(spec, due=around.due, translate=around.translate)
    off = [] if spec.enabled else [_("switched off")]
    moment = planned_moment(row.when, spec, around.settings.parties_at)
    at = [str(MOMENTS[moment])] if row.when.channel is Channel.CALL and not is_analysis(row.when) else []
    quoted = [_("“%(text)s”") % {"text": saying.text}] if saying.text else []
    return " · ".join([saying.head, *at, *saying.facts, *off, *quoted])
