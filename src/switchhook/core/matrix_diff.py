"""What is different between two scenario tables, row by row and action by action."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import combinations

from switchhook.core.matrix import ActionSpec, Matrix, Row
from switchhook.core.matrix_shape import covered

HEAD = ("takers", "known_by", "forward")
"""What a table says besides its rows and its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionChange:
    """An action that was added (`before` is None), taken out (`after` is None) or changed."""

    before: ActionSpec | None
    after: ActionSpec | None

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the fields that differ, where it was changed."""
        if self.before is None or self.after is None:
            return ()
        return tuple(f.name for f in fields(ActionSpec) if getattr(self.before, f.name) != getattr(self.after, f.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """A row that was added, taken out or changed.

    `moved`: rows that share its situations are now asked in another order; `situation`: it is for others than before.
    """

    before: Row | None
    after: Row | None
    actions: tuple[ActionChange, ...] = ()
    situation: bool = False
    moved: bool = False

    @property
    def row(self) -> Row:
        """The row as it is now, or as it was last."""
        row = self.after or self.before
        if row is None:
            raise ValueError("A change has a row before or after it.")
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """All changes from one table to another; `head` names the fields of the table itself that differ."""

    rows: tuple[RowChange, ...] = ()
    head: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rows or self.head)

    def of(self, row_id: str) -> RowChange | None:
        """The change of the row that has this id now, or had it."""
        return next((change for change in self.rows if change.row.id == row_id), None)


def difference(before: Matrix, after: Matrix) -> Difference:
    """What `after` does otherwise than `before`. Names and notes of rows do not count, nor do unchanged orders."""
    pairs = list(_paired(before, after))
    shifted = _shifted([(old, new) for old, new in pairs if old and new], before, after)
    changes = (_change(old, new, moved=bool(new and new.id in shifted)) for old, new in pairs)
    head = tuple(name for name in HEAD if getattr(before, name) != getattr(after, name))
    return Difference(rows=tuple(change for change in changes if change is not None), head=head)


def _paired(before: Matrix, after: Matrix) -> Iterator[tuple[Row | None, Row | None]]:
    """Rows of the same id, else for the same situations, belong together; in the order of `after`, then the rest."""
    old = {row.id: row for row in before.rows}
    left = {row.id: row for row in before.rows if row.id not in {new.id for new in after.rows}}
    for new in after.rows:
        found = old.get(new.id) or next((row for row in left.values() if covered(row.when) == covered(new.when)), None)
        if found is not None:
            left.pop(found.id, None)
        yield found, new
    for row in left.values():
        yield row, None


def _change(before: Row | None, after: Row | None, *, moved: bool) -> RowChange | None:
    if before is None or after is None:
        return RowChange(before=before, after=after)
    actions = tuple(_actions(before, after))
    situation = covered(before.when) != covered(after.when)
    if not (actions or situation or moved):
        return None
    return RowChange(before=before, after=after, actions=actions, situation=situation, moved=moved)


def _actions(before: Row, after: Row) -> Iterator[ActionChange]:
    ids = {spec.id for spec in after.actions}
    left = [spec for spec in before.actions if spec.id not in ids]
    known = {spec.id: spec for spec in before.actions}
    for spec in after.actions:
        old = known.get(spec.id) or next((one for one in left if one.do is spec.do), None)
        if old in left:
            left.remove(old)
        if old is None or not same_action(old, spec):
            yield ActionChange(before=old, after=spec)
    yield from (ActionChange(before=spec, after=None) for spec in left)


def same_action(one: ActionSpec, other: ActionSpec) -> bool:
    """Whether two actions come to the same; their ids, and what is said about their origin, do not count."""
    return replace(one, id="", note="", unstated=False) == replace(other, id="", note="", unstated=False)


def _shifted(pairs: list[tuple[Row, Row]], before: Matrix, after: Matrix) -> set[str]:
    """Ids of rows that now come before one that they share situations with and came after."""
    was = {row.id: number for number, row in enumerate(before.rows)}
    now = {row.id: number for number, row in enumerate(after.rows)}
    shifted: set[str] = set()
    for (old, new), (other_old, other_new) in combinations(pairs, 2):
        turned = (was[old.id] < was[other_old.id]) != (now[new.id] < now[other_new.id])
        if turned and covered(new.when) & covered(other_new.when):
            shifted.add(new.id if now[new.id] < now[other_new.id] else other_new.id)
    return shifted
