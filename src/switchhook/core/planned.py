"""What goes into a plan and what comes out of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from switchhook.core.call import Moment
from switchhook.core.mapping import OWN_ID, FieldRule, PipelineRule
from switchhook.core.matrix import Condition
from switchhook.core.plain import decode, encode
from switchhook.core.reason import Reason
from switchhook.core.records import Draft, Ref
from switchhook.core.situation import Channel, Situation
from switchhook.core.working_hours import WorkingHours, due


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """Who does the work of an employee who is away: `user` in this CRM, None where nobody who can work stands in.

    `absent` and `name` are the two people's names; `until` is the end of the absence as people write it.
    """

    absent: str
    until: str
    user: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSettings:
    """The connection's settings that decide a plan. Users are CRM user ids.

    senior, top       the two employees of these roles
    active_users      whom work may be given to: active in the CRM and mapped to an employee; None means everybody
    task_due          how long an open task has
    hours, own_hours  the working time that this counts, None: plain time; and users with hours of their own
    away              users who were away when the call was, and who stands in for them in open tasks
    parties_at        when an answered call's records are made: pick-up or end
    create_contacts   calls for which contacts are made: `in-answered`, `in-missed`, `out-answered`, `out-missed`
    cards_for         directions of calls for which leads, deals and orders are made: `in`, `out`
    channels          integrations that are switched on
    update_only       another program makes the records; ours are tasks, call records and comments on what it made
    send_on_contact   a dialogue is written once the client gave contact data, though no employee has sent them
    zone, translate   the project's; `translate` turns an English template into the project's language
    titles            edited default names by kind (`lead`), or by channel and kind (`form.lead`)
    recording_link    the hub's own stable link for this call, valid before the file arrives; "" where none will come
    """

    senior: str | None = None
    top: str | None = None
    active_users: frozenset[str] | None = None
    task_due: timedelta = timedelta(hours=4)
    hours: WorkingHours | None = None
    own_hours: Mapping[str, WorkingHours] = field(default_factory=dict)
    away: Mapping[str, StandIn] = field(default_factory=dict)
    parties_at: Moment = Moment.PICKUP
    create_contacts: frozenset[str] = frozenset({"in-answered", "in-missed"})
    cards_for: frozenset[str] = frozenset({"in", "out"})
    channels: frozenset[Channel] = frozenset(Channel)
    update_only: bool = False
    send_on_contact: bool = False
    default_pipeline: str = ""
    pipelines: tuple[PipelineRule, ...] = ()
    fields: tuple[FieldRule, ...] = ()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    translate: Callable[[str], str] = str
    titles: Mapping[str, str] = field(default_factory=dict)
    recording_link: str = ""

    def due(self, start: datetime, amount: timedelta, user: str | None) -> datetime:
        """When a task is due that `user` is given at `start` and has `amount` of time for."""
        hours = self.own_hours.get(user, self.hours) if user else self.hours
        return due(start, amount, hours)

    def may_work(self, user: str | None) -> bool:
        """Whether `user` is somebody to whom records and tasks can be given."""
        return user is not None and (self.active_users is None or user in self.active_users)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One record to create, or one to update (`target` set), for a call.

    `id` is the matrix's fixed action id, the ledger's key with connection and call. `uses` names actions of the same
    plan whose records are linked too (they must be done first); `draft.links` are existing records.

    Where `amends` names an action of the same plan, this is an update of the record made by that one: `aimed_at` tells
    which, once it is there. `{id}` in a text value stands for the record's id.
    """

    id: str
    moment: Moment
    draft: Draft
    reason: Reason
    condition: Condition = Condition.ALWAYS
    target: Ref | None = None
    uses: tuple[str, ...] = ()
    amends: str = ""

    def aimed_at(self, made: Ref) -> "Action":
        """The update of `made` that an action which `amends` comes down to."""
        values = {
            name: value.replace(OWN_ID, made.id) if isinstance(value, str) else value
            for name, value in self.draft.values.items()
        }
        return replace(self, target=made, draft=replace(self.draft, kind=made.kind, values=values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """An action of the chosen row that is not to be done, and why."""

    id: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What must exist for a call as far as it has come. `row` is the matrix row's id, None when no row applies.

    Actions stand in an order in which they can be done. `taker` is the existing record that takes the call,
    `responsible` the CRM user who answers for it. `notes` say what was decided on the way.
    """

    situation: Situation
    row: str | None
    reason: Reason
    actions: tuple[Action, ...] = ()
    skipped: tuple[Skip, ...] = ()
    notes: tuple[Reason, ...] = ()
    taker: Ref | None = None
    responsible: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The plan as plain JSON data."""
        return encode(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Plan":
        """The plan that `to_json` wrote. Raises Misconfigured on anything else."""
        return decode(cls, data)
