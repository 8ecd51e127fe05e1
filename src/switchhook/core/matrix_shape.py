"""How a scenario table is read: which situations a row decides, when its actions are done, how its rows are grouped."""

from enum import StrEnum
from functools import cache, lru_cache

from switchhook.core.call import Direction, Moment
from switchhook.core.matrix import MADE, ActionSpec, Do, Matrix, When
from switchhook.core.situation import Channel, Client, Outcome, Situation, every_situation

_LATE = (Moment.RECORDING, Moment.ANALYSIS)


class Group(StrEnum):
    """The parts of a table, in the order in which a page shows them."""

    IN_NEW = "in-new"
    IN_KNOWN = "in-known"
    IN_ANY = "in-any"
    OUT = "out"
    BOTH_WAYS = "both-ways"
    INQUIRIES = "inquiries"
    ANALYSIS = "analysis"


def group_of(when: When) -> Group:
    """The part of the table in which a row for `when` stands."""
    if when.channel is not Channel.CALL:
        return Group.INQUIRIES
    if is_analysis(when):
        return Group.ANALYSIS
    ways = set(when.direction)
    if ways == {Direction.OUT}:
        return Group.OUT
    if ways != {Direction.IN}:
        return Group.BOTH_WAYS
    own = when.client[0] if len(when.client) == 1 else None
    return {Client.NEW: Group.IN_NEW, Client.KNOWN: Group.IN_KNOWN}.get(own or Client.HIDDEN, Group.IN_ANY)


def group_of_situation(situation: Situation) -> Group:
    """The part of the table in which a row for this one situation would stand."""
    if situation.channel is not Channel.CALL:
        return Group.INQUIRIES
    return group_of(When(direction=(situation.direction,), outcome=(situation.outcome,), client=(situation.client,)))


def exactly(situation: Situation) -> When:
    """The narrowest pattern that fits `situation`."""
    if situation.channel is not Channel.CALL:
        return When(channel=situation.channel, client=(situation.client,), step=(situation.step,))  # type: ignore[arg-type]  # a step's value
    who = (situation.answered_by,) if situation.answered_by else ()
    return When(
        direction=(situation.direction,), outcome=(situation.outcome,), client=(situation.client,), answered_by=who
    )


def is_analysis(when: When) -> bool:
    """Whether the row only adds to a call whose analysis is ready."""
    return when.channel is Channel.CALL and set(when.outcome) == {Outcome.ANALYSED}


def is_ringing(when: When) -> bool:
    """Whether the row is (also) for calls that are still ringing."""
    return when.channel is Channel.CALL and Outcome.RINGING in when.outcome


def may_be_answered(when: When) -> bool:
    """Whether answered calls are among those of the row."""
    return when.channel is Channel.CALL and (not when.outcome or Outcome.ANSWERED in when.outcome)


@cache
def _situations() -> tuple[Situation, ...]:
    return tuple(every_situation())


@lru_cache(maxsize=2048)
def covered(when: When) -> frozenset[Situation]:
    """All situations that `when` fits, whoever decides them."""
    return frozenset(situation for situation in _situations() if when.matches(situation))


def decided(matrix: Matrix) -> dict[str, tuple[Situation, ...]]:
    """The situations that each row decides, by the row's id: those that no row above it takes."""
    found: dict[str, list[Situation]] = {row.id: [] for row in matrix.rows}
    for situation in _situations():
        row = matrix.row_for(situation)
        if row is not None:
            found[row.id].append(situation)
    return {id_: tuple(situations) for id_, situations in found.items()}


def overlapping(matrix: Matrix, row_id: str) -> tuple[list[str], list[str]]:
    """The ids of the rows above and of the rows below that share situations with the row: there, order decides."""
    own = next(row for row in matrix.rows if row.id == row_id)
    place = matrix.rows.index(own)
    sharing = [(n, row.id) for n, row in enumerate(matrix.rows) if n != place and covered(row.when) & covered(own.when)]
    return [id_ for n, id_ in sharing if n < place], [id_ for n, id_ in sharing if n > place]


def planned_moment(when: When, spec: ActionSpec, parties_at: Moment = Moment.PICKUP) -> Moment:
    """When an action of a row is done, as the planner has it; of several possible moments the first.

    `parties_at` is the connection's setting: when the records of answered calls are made.
    """
    if when.channel is not Channel.CALL or is_analysis(when):
        return Moment.ANALYSIS if is_analysis(when) else Moment.END
    wanted = spec.moment or spec.do.moment
    if spec.do is Do.TASK:
        return wanted if wanted in _LATE else Moment.END
    if wanted in {Moment.END, *_LATE}:
        return wanted
    if is_ringing(when):
        return Moment.RING
    if not may_be_answered(when):
        return Moment.END
    return parties_at if spec.do.kind in MADE and wanted is Moment.PICKUP else Moment.PICKUP


def possible_moments(when: When, do: Do) -> tuple[Moment, ...]:
    """The moments that can be chosen for an action of a row; empty where there is but one."""
    if when.channel is not Channel.CALL or is_analysis(when) or do is Do.AI_COMMENT:
        return ()
    if do in {Do.TASK, Do.LOG_CALL}:
        return (Moment.END, *_LATE)
    first = [Moment.RING] if is_ringing(when) else [Moment.PICKUP] if may_be_answered(when) else []
    return (*first, Moment.END, *_LATE)
