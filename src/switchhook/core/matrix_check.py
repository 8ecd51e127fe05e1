"""What is wrong with a matrix, said before a call finds out."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from switchhook.core.call import Direction
from switchhook.core.matrix import ActionSpec, Do, Link, Matrix, Role, Row, substitute
from switchhook.core.reason import Reason, because
from switchhook.core.records import PARTIES, Capabilities, Kind
from switchhook.core.situation import Channel, Client, Outcome, Situation, describe, every_situation
from switchhook.core.words import _


class Severity(StrEnum):
    """A contradiction is refused by the editor; a hole and a remark are shown."""

    CONTRADICTION = "contradiction"
    HOLE = "hole"
    REMARK = "remark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`row` and `action` are ids, "" where the problem is not in one; a hole names its situation."""

    severity: Severity
    reason: Reason
    row: str = ""
    action: str = ""
    situation: Situation | None = None


def check(matrix: Matrix, capabilities: Capabilities) -> list[Problem]:
    """All problems of `matrix` for a CRM with `capabilities`: contradictions first, then holes, then remarks."""
    problems = [*_repeated_rows(matrix), *_changed_meanings(matrix), *_holes(matrix), *_unreachable(matrix)]
    for row in matrix.rows:
        problems += [*_repeated_actions(row), *_cards(row, capabilities), *_missing_kinds(row, capabilities)]
        problems += [*_impossible_links(row, capabilities), *_vain_roles(row)]
    return sorted(problems, key=lambda problem: list(Severity).index(problem.severity))


def _wrong(reason: Reason, row: Row, action: ActionSpec | None = None) -> Problem:
    return Problem(
        severity=Severity.CONTRADICTION, reason=reason, row=row.id, action=action.id if action is not None else ""
    )


def _repeated_rows(matrix: Matrix) -> Iterator[Problem]:
    ids = [row.id for row in matrix.rows]
    for number, row in enumerate(matrix.rows):
        if row.id in ids[:number]:
            yield _wrong(because(_("Two rows have the id “%(id)s”. Rename one."), id=row.id), row)


def _repeated_actions(row: Row) -> Iterator[Problem]:
    ids = [action.id for action in row.actions]
    for number, action in enumerate(row.actions):
        if action.id in ids[:number]:
            reason = because(_("Two actions of this row have the id “%(id)s”. Rename one."), id=action.id)
            yield _wrong(reason, row, action)


def _changed_meanings(matrix: Matrix) -> Iterator[Problem]:
    # An id is one effect in the ledger: a call that changes rows would turn a task into a contact.
    meanings: dict[str, Kind | None] = {}
    for row in matrix.rows:
        for action in row.actions:
            if meanings.setdefault(action.id, action.do.kind) is not action.do.kind:
                text = _("The id “%(id)s” stands for another kind of record in another row. Rename it here.")
                yield _wrong(because(text, id=action.id), row, action)


def _cards(row: Row, capabilities: Capabilities) -> Iterator[Problem]:
    ticked = {action.do: action for action in row.actions if action.enabled}
    lead = ticked.get(Do.CREATE_LEAD)
    if lead is None:
        return
    if capabilities.lead_excludes_deal and Do.CREATE_DEAL in ticked:
        text = _("This CRM turns leads into deals: a lead and a deal cannot both be created. Remove one of them.")
        yield _wrong(because(text), row, ticked[Do.CREATE_DEAL])
    for_new = not row.when.client or Client.NEW in row.when.client
    if capabilities.lead_needs_party and for_new and not any(do.kind in PARTIES for do in ticked):
        text = _("A lead of this CRM needs a contact or a company. Add “create contact” or “create company” here.")
        yield _wrong(because(text), row, lead)


def _missing_kinds(row: Row, capabilities: Capabilities) -> Iterator[Problem]:
    for action in row.actions:
        kind = action.do.kind
        if kind is None or not action.enabled or kind in capabilities.kinds:
            continue
        instead = substitute(kind, capabilities)
        if instead is None:
            text = _("This CRM has no %(kind)s records, and nothing stands in for them. Untick the action.")
            yield _wrong(because(text, kind=kind.value), row, action)
        else:
            text = _("This CRM has no %(kind)s records: a %(instead)s is made instead.")
            reason = because(text, kind=kind.value, instead=instead.value)
            yield Problem(severity=Severity.REMARK, reason=reason, row=row.id, action=action.id)


def _impossible_links(row: Row, capabilities: Capabilities) -> Iterator[Problem]:
    possible = {
        Do.TASK: capabilities.task_links,
        Do.LOG_CALL: capabilities.call_links,
        Do.COMMENT: capabilities.comment_links,
        Do.AI_COMMENT: capabilities.comment_links,
    }
    for action in row.actions:
        kinds = possible.get(action.do)
        if kinds is None or not action.enabled or not action.links or action.do.kind not in capabilities.kinds:
            continue
        named = [Kind(link.value) for link in action.links if link not in {Link.MADE, Link.TAKER, Link.MAIN}]
        vain = [kind for kind in named if (substitute(kind, capabilities) or kind) not in kinds]
        if vain and len(vain) == len(action.links):
            text = _("A %(kind)s of this CRM cannot be tied to a %(other)s. Tie it to something else.")
            kind = action.do.kind.value if action.do.kind else ""
            reason = because(text, kind=kind, other=vain[0].value)
            yield Problem(severity=Severity.REMARK, reason=reason, row=row.id, action=action.id)


def _vain_roles(row: Row) -> Iterator[Problem]:
    when = row.when
    unanswered = when.direction == (Direction.IN,) and when.outcome == (Outcome.MISSED,)
    stranger = when.client == (Client.NEW,) and when.channel is Channel.CALL
    for action in row.actions:
        text = ""
        if unanswered and action.who is Role.ANSWERER:
            text = _("Nobody is on the line of a missed call, so this is nobody's. Choose somebody else.")
        elif stranger and action.who is Role.RESPONSIBLE:
            text = _("A new client has no responsible manager yet, so this is nobody's. Choose somebody else.")
        if text and action.enabled:
            yield Problem(severity=Severity.REMARK, reason=because(text), row=row.id, action=action.id)


def _holes(matrix: Matrix) -> Iterator[Problem]:
    # Nothing need be done at ring or when an analysis is ready: these rows only add to the others.
    for situation in every_situation():
        adds_only = situation.channel == "call" and situation.outcome in {Outcome.RINGING, Outcome.ANALYSED}
        if not adds_only and matrix.row_for(situation) is None:
            yield Problem(severity=Severity.HOLE, reason=describe(situation), situation=situation)


def _unreachable(matrix: Matrix) -> Iterator[Problem]:
    reached = {row.id for situation in every_situation() if (row := matrix.row_for(situation))}
    for row in matrix.rows:
        if row.id not in reached:
            text = _("No call, form or dialogue comes to this row: the rows above it take them all. Move it up.")
            yield Problem(severity=Severity.REMARK, reason=because(text), row=row.id)
