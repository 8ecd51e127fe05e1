"""The planner: call + verdict + matrix + settings -> what must exist in the CRM, and why.

`plan` is pure and total, and plans for *all moments reached so far*; the worker skips what the ledger already holds.
The same function serves execution, the editor's try-out and the tests.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from switchhook.core.call import CallState, Moment
from switchhook.core.matrix import Matrix
from switchhook.core.records import Capabilities, Draft, Ref
from switchhook.core.situation import Reason, Situation, Verdict


class Condition(StrEnum):
    """When a create applies; checked by the planner on the verdict and by the worker again under the contact's lease."""

    ALWAYS = "always"
    NO_CONTACT = "no_contact"
    NO_COMPANY = "no_company"
    NO_OPEN_LEAD = "no_open_lead"
    NO_OPEN_DEAL = "no_open_deal"
    NEVER_HAD_CARD = "never_had_card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The employee of the call as this connection sees him: `user` is the CRM user id, None when he has none here."""

    name: str
    user: str | None = None
    line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSettings:
    """The connection's settings that decide a plan. Users are CRM user ids; `active_users` None means "all".

    `translate` turns an English template into the project's language. `recording_link` is the hub's own stable link for
    this call (valid before the file arrives). `parties_at` is the moment at which an answered call's records are made.
    """

    senior: str | None = None
    top: str | None = None
    active_users: frozenset[str] | None = None
    task_due: timedelta = timedelta(hours=4)
    parties_at: Moment = Moment.PICKUP
    create_contacts: frozenset[str] = frozenset({"in-answered", "in-missed"})
    default_pipeline: str = ""
    zone: ZoneInfo = ZoneInfo("UTC")
    translate: Callable[[str], str] = field(default=lambda text: text)
    titles: Mapping[str, str] = field(default_factory=dict)
    recording_link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One record to create, or one to update (`target` set), for a call.

    `id` is the matrix's fixed action id, the ledger's key with connection and call. `uses` names actions of the same plan
    whose records are linked too (they must be done first); `draft.links` are existing records.
    """

    id: str
    moment: Moment
    draft: Draft
    reason: Reason
    condition: Condition = Condition.ALWAYS
    target: Ref | None = None
    uses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """An action of the chosen row that is not to be done, and why."""

    id: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What must exist for a call as far as it has come. `row` is the matrix row's id, None when no row applies."""

    situation: Situation
    row: str | None
    reason: Reason
    actions: tuple[Action, ...] = ()
    skipped: tuple[Skip, ...] = ()
    notes: tuple[Reason, ...] = ()
