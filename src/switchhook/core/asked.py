"""What a person asked for during a call joins the call's plan.

A record that somebody creates by hand and one that the scenario table wants are one: whichever was begun first stays,
and everything that would have been tied to the other is tied to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from switchhook.core.call import CallState, Moment
from switchhook.core.desk import Desk
from switchhook.core.links import Tie
from switchhook.core.matrix import MADE, ActionSpec, Do, Link, Role, Row, When
from switchhook.core.planned import Action, Plan, PlanSettings
from switchhook.core.reason import because
from switchhook.core.records import Capabilities, Draft, Kind, Record, Ref
from switchhook.core.roles import Roles
from switchhook.core.situation import Person, Verdict
from switchhook.core.words import _

_TAKERS = (Kind.LEAD, Kind.DEAL, Kind.CONTACT, Kind.COMPANY)
_CREATE = {
    Kind.CONTACT: Do.CREATE_CONTACT,
    Kind.COMPANY: Do.CREATE_COMPANY,
    Kind.LEAD: Do.CREATE_LEAD,
    Kind.DEAL: Do.CREATE_DEAL,
    Kind.ORDER: Do.CREATE_ORDER,
}
_ORDER = [Kind.COMPANY, Kind.CONTACT, Kind.LEAD, Kind.DEAL, Kind.ORDER, None, Kind.CALL, Kind.TASK, Kind.COMMENT]
_BY_HAND = Row(id="asked", when=When(), title=_("Asked for in the pop-up"))
_EVERY_CALL = frozenset({"in-answered", "in-missed", "out-answered", "out-missed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One wish. `id` is the action id of the ledger, `by` who asks, `values` what he typed, `about` a record."""

    id: str
    kind: Kind
    by: Person
    values: Mapping[str, Any] = field(default_factory=dict)
    about: Ref | None = None


def preferring(verdict: Verdict, chosen: Ref | None) -> Verdict:
    """The verdict of a client of whom a person said which of several matches he is: theirs, and no others."""
    head = next((record for record in verdict.matches if record.ref == chosen), None)
    if head is None:
        return verdict
    contact = head.id if head.kind is Kind.CONTACT else head.contact_id
    kin = [one for one in verdict.matches if one.ref != head.ref and contact and contact in {_contact(one), one.id}]
    return replace(verdict, matches=(head, *kin))


def _contact(record: Record) -> str | None:
    return record.contact_id if record.kind is not Kind.CONTACT else record.id


def with_asked(  # noqa: PLR0917 - as `plan` takes them
    planned: Plan,
    asked: Sequence[Asked],
    call: CallState,
    verdict: Verdict,
    settings: PlanSettings,
    capabilities: Capabilities,
    begun: frozenset[str] = frozenset(),
) -> Plan:
    """The plan with what was asked for, in an order in which it can be done. Pure.

    `begun` are the ids of actions that the ledger has begun to send: of two creates of one kind that one stays. A
    comment waits until there is a record to take it.
    """
    actions = {action.id: action for action in planned.actions}
    skipped = list(planned.skipped)
    free = replace(settings, update_only=False, create_contacts=_EVERY_CALL, cards_for=frozenset({"in", "out"}))
    for wish in sorted(asked, key=lambda one: _ORDER.index(one.kind)):
        rival = next((one for one in actions.values() if _makes(one, wish.kind)), None)
        if rival and rival.id in begun and wish.id not in begun:
            continue
        roles = Roles.cast(verdict, _TAKERS, free, wish.by)
        desk = Desk(call, verdict, free, capabilities, planned.situation, roles)
        desk.ties.made = [Tie(kind=one.draft.kind, use=one.id) for one in actions.values() if _is_made(one, rival)]
        made = _comment(desk, wish) if wish.kind is Kind.COMMENT else _record(desk, wish)
        if rival and wish.id in made:
            actions = _instead(actions, rival.id, wish.id)
        actions |= made
        skipped += desk.skipped.values()
    return replace(planned, actions=tuple(sorted(actions.values(), key=_place)), skipped=tuple(skipped))


def _makes(action: Action, kind: Kind) -> bool:
    return kind in MADE and action.draft.kind is kind and action.target is None and not action.amends


def _is_made(action: Action, rival: Action | None) -> bool:
    return action is not rival and _makes(action, action.draft.kind)


def _instead(actions: Mapping[str, Action], old: str, new: str) -> dict[str, Action]:
    """The actions without `old` and what only changes it; what uses it uses `new`."""
    left = (one for one in actions.values() if old not in {one.id, one.amends})
    return {one.id: replace(one, uses=tuple(new if use == old else use for use in one.uses)) for one in left}


def _record(desk: Desk, wish: Asked) -> dict[str, Action]:
    spec = ActionSpec(id=wish.id, do=_CREATE[wish.kind], who=Role.ANSWERER, moment=Moment.RING)
    desk.consider(_BY_HAND, spec)
    why = because(_("%(name)s asked for it in the pop-up."), name=wish.by.name)
    made = {name: replace(action, moment=Moment.RING, reason=why) for name, action in desk.actions.items()}
    if wish.id in made:
        own = made[wish.id]
        made[wish.id] = replace(own, draft=replace(own.draft, values={**own.draft.values, **wish.values}))
    return made


def _comment(desk: Desk, wish: Asked) -> dict[str, Action]:
    tie = _about(desk, wish)
    if tie is None:
        return {}
    author = {"author": wish.by.user} if wish.by.user else {}
    action = Action(
        id=wish.id,
        moment=Moment.RING,
        draft=Draft(kind=Kind.COMMENT, values={**wish.values, **author}, links=(tie.ref,) if tie.ref else ()),
        reason=because(_("%(name)s wrote it in the pop-up."), name=wish.by.name),
        uses=(tie.use,) if tie.use else (),
    )
    return {wish.id: action}


def _about(desk: Desk, wish: Asked) -> Tie | None:
    if wish.about and wish.about.kind in desk.capabilities.comment_links:
        return Tie(kind=wish.about.kind, ref=wish.about)
    return desk.commentable(ActionSpec(id=wish.id, do=Do.COMMENT), Link.MAIN)


def _place(action: Action) -> int:
    is_change = action.target is not None or action.amends
    return _ORDER.index(None if is_change else action.draft.kind)
