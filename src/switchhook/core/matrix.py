"""The scenario matrix: a table of situations and what is to be done in each, as data that a person reads and edits.

The first row whose `when` matches decides. A row without actions says "journal only" on purpose; a situation without a
row is a hole (`core.matrix_check`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from pydantic import ConfigDict

from switchhook.core.call import Direction, Moment
from switchhook.core.plain import Several, decode, encode
from switchhook.core.reason import Reason, because
from switchhook.core.records import Capabilities, Kind, Record
from switchhook.core.situation import AnsweredBy, Channel, Client, Outcome, Situation, Step
from switchhook.core.words import _


class Do(StrEnum):
    """What an action does."""

    CREATE_CONTACT = "create_contact"
    CREATE_COMPANY = "create_company"
    CREATE_LEAD = "create_lead"
    CREATE_DEAL = "create_deal"
    CREATE_ORDER = "create_order"
    UPDATE = "update"
    LOG_CALL = "log_call"
    TASK = "task"
    COMMENT = "comment"
    AI_COMMENT = "ai_comment"

    @property
    def kind(self) -> Kind | None:
        """The kind of record it makes; an update makes none."""
        return _KINDS.get(self)

    @property
    def moment(self) -> Moment:
        """When it is done unless the action says otherwise."""
        if self is Do.AI_COMMENT:
            return Moment.ANALYSIS
        return Moment.PICKUP if self.kind in MADE or self is Do.UPDATE else Moment.END


_KINDS = {
    Do.CREATE_CONTACT: Kind.CONTACT,
    Do.CREATE_COMPANY: Kind.COMPANY,
    Do.CREATE_LEAD: Kind.LEAD,
    Do.CREATE_DEAL: Kind.DEAL,
    Do.CREATE_ORDER: Kind.ORDER,
    Do.LOG_CALL: Kind.CALL,
    Do.TASK: Kind.TASK,
    Do.COMMENT: Kind.COMMENT,
    Do.AI_COMMENT: Kind.COMMENT,
}

CARDS = frozenset({Kind.LEAD, Kind.DEAL, Kind.ORDER})
"""Kinds that say what the client wants."""

MADE = CARDS | {Kind.CONTACT, Kind.COMPANY}
"""Kinds that stand for a client or his wish: what tasks, comments and call records are tied to."""


class Role(StrEnum):
    """Whose a record or task is to be, said without naming anybody."""

    ANSWERER = "answerer"
    RESPONSIBLE = "responsible"
    SENIOR = "senior"
    TOP = "top"
    NOBODY = "nobody"


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"


class Condition(StrEnum):
    """When a create applies; checked by the planner on the verdict and by the worker again under the contact's lease.

    A card is a lead or a deal.
    """

    ALWAYS = "always"
    NO_CONTACT = "no_contact"
    NO_COMPANY = "no_company"
    NO_OPEN_LEAD = "no_open_lead"
    NO_OPEN_DEAL = "no_open_deal"
    NO_OPEN_CARD = "no_open_card"
    NEVER_HAD_CARD = "never_had_card"

    def refusal(self, matches: tuple[Record, ...]) -> Reason | None:
        """Why the create does not apply to a client with these records; None where it does."""
        sentence, kinds, open_only = _REFUSALS[self]
        against = next((m for m in matches if m.kind in kinds and (m.is_open or not open_only)), None)
        return because(sentence, title=against.title or against.id) if against else None


_REFUSALS = {
    Condition.ALWAYS: ("", frozenset[Kind](), False),
    Condition.NO_CONTACT: (_("The contact “%(title)s” is already there."), frozenset({Kind.CONTACT}), True),
    Condition.NO_COMPANY: (_("The company “%(title)s” is already there."), frozenset({Kind.COMPANY}), True),
    Condition.NO_OPEN_LEAD: (_("The lead “%(title)s” is open."), frozenset({Kind.LEAD}), True),
    Condition.NO_OPEN_DEAL: (_("The deal “%(title)s” is open."), frozenset({Kind.DEAL}), True),
    Condition.NO_OPEN_CARD: (_("The card “%(title)s” is open."), frozenset({Kind.LEAD, Kind.DEAL}), True),
    Condition.NEVER_HAD_CARD: (
        _("This client has had the card “%(title)s”, and cards are made once."),
        frozenset({Kind.LEAD, Kind.DEAL}),
        False,
    ),
}


class Link(StrEnum):
    """To what a task, comment, call record or update goes.

    `made`: every record made for this call · `taker`: the record that takes the call · `main`: the card of the call,
    made or found, else the contact · a kind: the record of that kind, made or found open. An action that names kinds
    only and finds none of them is not done, and says so.
    """

    MADE = "made"
    TAKER = "taker"
    MAIN = "main"
    CONTACT = "contact"
    COMPANY = "company"
    LEAD = "lead"
    DEAL = "deal"
    ORDER = "order"
    CALL = "call"


_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """One action of a row.

    id         fixed: the ledger's key. The same id in two rows is the same effect, changed when the situation changes
    do         what is done
    who        owner of a record, assignee of a task, employee of a call record
    condition  when a create applies. Contacts and companies are never made beside existing ones
    moment     None: at pick-up for records (or at the end, as the connection is set), at the end for the rest
    state      of a task: a done one documents, an open one asks
    due_minutes  of a task, None: the connection's setting
    title      name or subject, a template (English message id, or the project's own words); "" is the default name.
               `{id}` in the name of a new record is its own id: the record is made without it and gets it by one update
    text       body of a task or comment, a template likewise
    links      what it is tied to; empty: the record that takes the call and all made for it (a comment: the main one)
    source     what a new record names as its source
    enabled    an unticked action stays in the table and does nothing
    unstated   the vendor's articles are silent on this cell, and it is our default; `note` says more
    """

    __pydantic_config__ = _STRICT

    id: str
    do: Do
    who: Role = Role.NOBODY
    condition: Condition = Condition.ALWAYS
    moment: Moment | None = None
    state: TaskState = TaskState.OPEN
    due_minutes: int | None = None
    title: str = ""
    text: str = ""
    links: Several[Link] = ()
    source: str = ""
    enabled: bool = True
    unstated: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The situations a row is for. An empty coordinate means any; no `outcome` means answered and missed."""

    __pydantic_config__ = _STRICT

    channel: Channel = Channel.CALL
    direction: Several[Direction] = ()
    outcome: Several[Outcome] = ()
    client: Several[Client] = ()
    answered_by: Several[AnsweredBy] = ()
    step: Several[Step] = ()

    def matches(self, situation: Situation) -> bool:
        """Whether the row is for `situation`."""
        if situation.channel is not self.channel or (self.client and situation.client not in self.client):
            return False
        if self.channel is not Channel.CALL:
            return not self.step or situation.step in self.step
        return (
            (not self.direction or situation.direction in self.direction)
            and situation.outcome in (self.outcome or (Outcome.ANSWERED, Outcome.MISSED))
            and (not self.answered_by or situation.answered_by in self.answered_by)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Situations and their actions. `title` and `note` are shown; `unstated` as in `ActionSpec`."""

    __pydantic_config__ = _STRICT

    id: str
    when: When
    title: str = ""
    actions: tuple[ActionSpec, ...] = ()
    unstated: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The table of one CRM connection.

    `takers` says which open record takes a call, first kind first; its owner is responsible. `known_by` names the kinds
    of records that make a client known. `forward` says to whose owner a ringing caller is sent, first kind first;
    empty: as the webhook number is set. `source` says in words where the defaults come from.
    """

    __pydantic_config__ = _STRICT

    title: str = ""
    source: str = ""
    takers: Several[Kind] = (Kind.LEAD, Kind.DEAL, Kind.CONTACT, Kind.COMPANY)
    known_by: Several[Kind] = tuple(Kind)
    forward: Several[Kind] = ()
    rows: tuple[Row, ...] = ()

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Matrix":
        """The matrix that `data` (a preset's TOML) describes. Raises Misconfigured naming place and remedy."""
        known = {f.name for part in (Matrix, Row, When, ActionSpec) for f in fields(part)}
        return decode(cls, data, known=known)

    def to_data(self) -> dict[str, Any]:
        """The matrix as plain data without defaults; `from_data` of it is the same matrix."""
        return encode(self, terse=True)

    def row_for(self, situation: Situation) -> Row | None:
        """The first row that is for `situation`."""
        return next((row for row in self.rows if row.when.matches(situation)), None)


_SUBSTITUTES: dict[Kind, tuple[Kind, ...]] = {
    Kind.LEAD: (Kind.DEAL,),
    Kind.DEAL: (Kind.LEAD,),
    Kind.ORDER: (Kind.DEAL, Kind.LEAD),
    Kind.TASK: (Kind.COMMENT,),
    Kind.CALL: (Kind.COMMENT,),
}


def substitute(kind: Kind, capabilities: Capabilities) -> Kind | None:
    """`kind` where the CRM has it, else what stands in for it there, else None.

    A lead and a deal stand in for each other, and for an order; a comment stands in for a task or a call record.
    """
    return next((k for k in (kind, *_SUBSTITUTES.get(kind, ())) if k in capabilities.kinds), None)
