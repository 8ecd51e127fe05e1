"""Trying a scenario table: the same planner on the same calls by two tables, and what comes out differently.

Pure: nothing is looked up and nothing is written.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from switchhook.core.call import CallState
from switchhook.core.matrix import Matrix
from switchhook.core.plan import Person, Plan, PlanSettings, plan
from switchhook.core.planned import Action
from switchhook.core.records import Capabilities
from switchhook.core.situation import Inquiry, Verdict

UPDATE = "update"
"""Counts changes to existing records, as a kind's name counts the records that are made."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Generic[T]):
    """All that a call, form or dialogue is planned by, the table apart. `what` is the caller's own name for it."""

    what: T
    event: CallState | Inquiry
    verdict: Verdict
    settings: PlanSettings
    answerer: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes(Generic[T]):
    """One case by both tables."""

    case: Case[T]
    before: Plan
    after: Plan


@dataclass(slots=True, kw_only=True)
class Trial(Generic[T]):
    """What two tables make of the same cases: how many records of each kind (or `UPDATE`), and where they differ."""

    cases: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    differing: list[Outcomes[T]] = field(default_factory=list)

    @property
    def balance(self) -> dict[str, int]:
        """How many records of each kind are made more (positive) or fewer; equal numbers are left out."""
        kinds = [*dict.fromkeys([*self.before, *self.after])]
        return {kind: self.after[kind] - self.before[kind] for kind in kinds if self.after[kind] != self.before[kind]}


def planned(case: Case[Any], matrix: Matrix, capabilities: Capabilities) -> Plan:
    """What `matrix` wants for the case."""
    return plan(case.event, case.verdict, matrix, case.settings, capabilities, case.answerer)


def try_out(cases: Iterable[Case[T]], before: Matrix, after: Matrix, capabilities: Capabilities) -> Trial[T]:
    """Plan every case by both tables. Two plans differ where they ask for different records, not for other ids."""
    trial: Trial[T] = Trial()
    for case in cases:
        old, new = planned(case, before, capabilities), planned(case, after, capabilities)
        trial.cases += 1
        trial.before.update(counted(old))
        trial.after.update(counted(new))
        if content(old) != content(new):
            trial.differing.append(Outcomes(case=case, before=old, after=new))
    return trial


def counted(made: Plan) -> Iterator[str]:
    """The kind of each record that the plan makes; `UPDATE` for each that it changes."""
    for action in made.actions:
        if not action.amends:
            yield action.draft.kind.value if action.target is None else UPDATE


def content(made: Plan) -> list[str]:
    """What the plan asks for, in a form in which two plans can be compared."""
    return sorted(content_by_action(made).values())


def content_by_action(made: Plan) -> dict[str, str]:
    """What each action of the plan asks for, by its id; ids of others do not count in it."""
    kinds = {action.id: action.draft.kind.value for action in made.actions}
    return {action.id: _content(action, kinds) for action in made.actions}


def _content(action: Action, kinds: dict[str, str]) -> str:
    ties = sorted(
        [*(f"{ref.kind} {ref.id}" for ref in action.draft.links), *(kinds.get(use, "") for use in action.uses)]
    )
    said = {
        "kind": action.draft.kind,
        "moment": action.moment,
        "values": dict(action.draft.values),
        "condition": action.condition,
        "target": [action.target.kind, action.target.id] if action.target else None,
        "amends": kinds.get(action.amends, ""),
        "ties": ties,
    }
    return json.dumps(said, sort_keys=True, default=str)
