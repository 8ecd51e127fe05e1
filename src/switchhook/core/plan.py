"""The planner: call + verdict + matrix + settings -> what must exist in the CRM, and why.

`plan` is pure and total, and plans for *all moments reached so far*; the worker skips what the ledger already holds.
The same function serves execution, the editor's try-out and the tests.
"""

from collections.abc import Iterable, Iterator, Sequence

from switchhook.core.call import CallState, Direction
from switchhook.core.desk import NOTHING_TO_UPDATE, Desk
from switchhook.core.matrix import ActionSpec, Condition, Matrix, Role, Row, When
from switchhook.core.planned import Action, Plan, PlanSettings, Skip
from switchhook.core.reason import Reason, because
from switchhook.core.records import Capabilities, Kind
from switchhook.core.roles import Roles
from switchhook.core.situation import (
    Channel,
    Client,
    Inquiry,
    Person,
    Situation,
    Step,
    Verdict,
    classify,
    describe,
    stages,
)
from switchhook.core.words import _

__all__ = ["NOTHING_TO_UPDATE", "Action", "Condition", "Person", "Plan", "PlanSettings", "Skip", "held_back", "plan"]


def plan(  # noqa: PLR0917 - the pipeline's own order: what happened, to whom, by which rules, where
    call: CallState | Inquiry,
    verdict: Verdict,
    matrix: Matrix,
    settings: PlanSettings,
    capabilities: Capabilities,
    answerer: Person | None = None,
) -> Plan:
    """What must exist in the CRM for `call` as far as it has come.

    `answerer` is the employee of the call as this connection sees him, None where nobody is known. Total and pure: the
    same arguments give the same plan, nothing is raised, and a call that goes on adds actions and takes none away (but
    a later stage's row may replace an action of an earlier one by giving its id to another).
    """
    roles = Roles.cast(verdict, matrix.takers, settings, answerer)
    responsible = roles.users[Role.RESPONSIBLE]
    situation = classify(call, verdict, roles.answerer, responsible, known_by=matrix.known_by)
    silence = _journal_only(call, situation, settings)
    if silence is not None:
        return Plan(situation=situation, row=None, reason=silence)
    rows = [row for stage in stages(call, situation) if (row := matrix.row_for(stage)) is not None]
    rows = rows or ([_VISIT] if settings.update_only else [])
    if not rows:
        return Plan(situation=situation, row=None, reason=because(_("No row of the matrix is for this: journal only.")))
    desk = Desk(call, verdict, settings, capabilities, situation, roles)
    _consider_all(desk, rows)
    decisive = matrix.row_for(situation) or rows[-1]
    silent = because(_("The matrix asks for nothing here: journal only."))
    return Plan(
        situation=situation,
        row=decisive.id,
        reason=describe(situation) if decisive.actions else silent,
        actions=tuple(desk.actions.values()),
        skipped=tuple(desk.skipped.values()),
        notes=tuple(desk.notes.values()),
        taker=roles.taker.ref if roles.taker else None,
        responsible=responsible if situation.client is Client.KNOWN else None,
    )


def _consider_all(desk: Desk, rows: Sequence[Row]) -> None:
    for row, spec in _in_order(rows, desk):
        desk.consider(row, spec)
    if desk.settings.update_only:
        desk.bring_the_visit(rows[-1])


def held_back(event: CallState | Inquiry, settings: PlanSettings) -> Reason | None:
    """Why nothing is written for `event` yet, whoever the client is; None where that is no hindrance."""
    channel = event.channel if isinstance(event, Inquiry) else Channel.CALL
    if channel not in settings.channels:
        return because(_("This integration is switched off for the connection."))
    if isinstance(event, Inquiry) and not _released(event, settings):
        return because(_("Nothing is written before an employee sends the client's data to the CRM."))
    return None


def _journal_only(call: CallState | Inquiry, situation: Situation, settings: PlanSettings) -> Reason | None:
    hindrance = held_back(call, settings)
    if hindrance is not None or situation.channel is not Channel.CALL:
        return hindrance
    if situation.direction is Direction.INTERNAL:
        return because(_("A call between employees stays in the journal."))
    if situation.client is Client.HIDDEN:
        return because(_("A call without a number stays in the journal: there is nobody to make records of."))
    return None


def _released(inquiry: Inquiry, settings: PlanSettings) -> bool:
    return inquiry.released or (settings.send_on_contact and Step.CONTACT_GIVEN in inquiry.steps)


_VISIT = Row(id="visit", title=_("Another program makes the records"), when=When())
"""Stands in where the matrix has no row for what only adds to another program's records: a ring, above all."""

_ORDER = [Kind.COMPANY, Kind.CONTACT, Kind.LEAD, Kind.DEAL, Kind.ORDER, None, Kind.CALL, Kind.TASK, Kind.COMMENT]


def _in_order(rows: Iterable[Row], desk: Desk) -> Iterator[tuple[Row, ActionSpec]]:
    # A later stage's action replaces an earlier one of the same id: it is the same effect, better known.
    due = ((row, spec) for row in rows for spec in row.actions if desk.has_come_to(row, spec))
    chosen = {spec.id: (row, spec) for row, spec in due}
    yield from sorted(chosen.values(), key=lambda pair: _ORDER.index(pair[1].do.kind))
