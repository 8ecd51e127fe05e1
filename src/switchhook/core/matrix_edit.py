"""Changes to a scenario table, one at a time; each gives a new table and leaves the old one as it was."""

from collections.abc import Iterable
from dataclasses import replace

from switchhook.core.matrix import ActionSpec, Do, Matrix, Row, When
from switchhook.core.matrix_shape import covered, decided, group_of

_NAMES = {
    Do.CREATE_CONTACT: "contact",
    Do.CREATE_COMPANY: "company",
    Do.CREATE_LEAD: "lead",
    Do.CREATE_DEAL: "deal",
    Do.CREATE_ORDER: "order",
    Do.UPDATE: "visit",
    Do.LOG_CALL: "call",
    Do.TASK: "task",
    Do.COMMENT: "comment",
    Do.AI_COMMENT: "analysis",
}
_OWN_EACH = frozenset({Do.TASK, Do.COMMENT})
"""Each of these is an effect of its own; of the others a call has one, whatever row decides."""


def row_of(matrix: Matrix, row_id: str) -> Row | None:
    """The row with this id, None where there is none."""
    return next((row for row in matrix.rows if row.id == row_id), None)


def action_of(row: Row, action_id: str) -> ActionSpec | None:
    """The action with this id, None where there is none."""
    return next((spec for spec in row.actions if spec.id == action_id), None)


def with_row(matrix: Matrix, row: Row) -> Matrix:
    """The table with `row` for the one of its id; a new one goes below narrower rows and above wider ones."""
    if row_of(matrix, row.id) is not None:
        return replace(matrix, rows=tuple(row if old.id == row.id else old for old in matrix.rows))
    rows = list(matrix.rows)
    rows.insert(_place(matrix, row.when), row)
    return replace(matrix, rows=tuple(rows))


def _place(matrix: Matrix, when: When) -> int:
    # Below what is narrower and decides something, above what is wider; else beside the rows of its own group.
    own, alive, rows = covered(when), decided(matrix), matrix.rows
    narrower = [number for number, row in enumerate(rows) if covered(row.when) < own and alive.get(row.id)]
    if narrower:
        return narrower[-1] + 1
    sharing = (number for number, row in enumerate(rows) if covered(row.when) & own)
    alike = [number for number, row in enumerate(rows) if group_of(row.when) is group_of(when)]
    return next(sharing, alike[-1] + 1 if alike else len(rows))


def without_row(matrix: Matrix, row_id: str) -> Matrix:
    """The table without the row; as it is where there is none."""
    return replace(matrix, rows=tuple(row for row in matrix.rows if row.id != row_id))


def moved(matrix: Matrix, row_id: str, *, before: str = "", after: str = "") -> Matrix:
    """The table with a row directly before or after another one; as it is where one of them is missing."""
    row, other = row_of(matrix, row_id), row_of(matrix, before or after)
    if row is None or other is None or row is other:
        return matrix
    rows = [one for one in matrix.rows if one is not row]
    rows.insert(rows.index(other) + (0 if before else 1), row)
    return replace(matrix, rows=tuple(rows))


def with_action(row: Row, spec: ActionSpec, *, instead_of: str = "") -> Row:
    """The row with `spec`: in the place of the action `instead_of`, of the one with its own id, or as the last one."""
    name = instead_of or spec.id
    if action_of(row, name) is None:
        return replace(row, actions=(*row.actions, spec))
    return replace(row, actions=tuple(spec if old.id == name else old for old in row.actions))


def without_action(row: Row, action_id: str) -> Row:
    """The row without the action; as it is where there is none."""
    return replace(row, actions=tuple(spec for spec in row.actions if spec.id != action_id))


def fresh_row_id(matrix: Matrix, when: When) -> str:
    """An id for a new row that no row has: readable, since traces name it."""
    parts = [when.channel.value if when.channel.value != "call" else "", *(d.value for d in when.direction)]
    parts += [value.value for values in (when.outcome, when.client, when.answered_by, when.step) for value in values]
    return _free("-".join(part for part in parts if part)[:50] or "call", {row.id for row in matrix.rows})


def fresh_action_id(matrix: Matrix, row: Row, do: Do) -> str:
    """An id for a new action of `row`.

    An id is one effect of a call, whichever row decides in the end: a record to create takes the id that other rows
    have for such a record, so that a call which changes rows does not make it twice; tasks and comments are each their
    own.
    """
    taken = {spec.id for spec in row.actions}
    elsewhere = [spec for other in matrix.rows for spec in other.actions]
    if do in _OWN_EACH:
        return _free(_NAMES[do], taken | {spec.id for spec in elsewhere})
    shared = next((spec.id for spec in elsewhere if spec.do is do and spec.id not in taken), None)
    foreign = {spec.id for spec in elsewhere if spec.do.kind is not do.kind}
    return shared or _free(_NAMES[do], taken | foreign)


def _free(name: str, taken: Iterable[str]) -> str:
    known = set(taken)
    return next(one for one in (name, *(f"{name}-{n}" for n in range(2, 10_000))) if one not in known)
