"""The scenario table in plain words: situations, actions, who and when, and what a change comes down to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from switchhook.core.call import Direction
from switchhook.core.matrix import MADE, ActionSpec, Condition, Do, Link, Role, TaskState, When
from switchhook.core.matrix_shape import Group, is_analysis
from switchhook.core.situation import AnsweredBy, Channel, Client, Outcome, Step

T = TypeVar("T")
Words = str | Promise

GROUPS: dict[Group, Words] = {
    Group.IN_NEW: gettext_lazy("Incoming · new client"),
    Group.IN_KNOWN: gettext_lazy("Incoming · known client"),
    Group.IN_ANY: gettext_lazy("Incoming · any client"),
    Group.OUT: gettext_lazy("Outgoing"),
    Group.BOTH_WAYS: gettext_lazy("Incoming and outgoing"),
    Group.INQUIRIES: gettext_lazy("Forms and messengers"),
    Group.ANALYSIS: gettext_lazy("AI analysis"),
}

ROLES: dict[Role, Words] = {
    Role.ANSWERER: gettext_lazy("who was on the line"),
    Role.RESPONSIBLE: gettext_lazy("the responsible manager"),
    Role.SENIOR: gettext_lazy("the senior manager"),
    Role.TOP: gettext_lazy("the top manager"),
    Role.NOBODY: gettext_lazy("nobody"),
}

DOINGS: dict[Do, Words] = {
    Do.CREATE_CONTACT: gettext_lazy("Create a contact"),
    Do.CREATE_COMPANY: gettext_lazy("Create a company"),
    Do.CREATE_LEAD: gettext_lazy("Create a lead"),
    Do.CREATE_DEAL: gettext_lazy("Create a deal"),
    Do.CREATE_ORDER: gettext_lazy("Create an order"),
    Do.TASK: gettext_lazy("Set a task"),
    Do.LOG_CALL: gettext_lazy("Record the call"),
    Do.COMMENT: gettext_lazy("Leave a comment"),
    Do.AI_COMMENT: gettext_lazy("Write the AI analysis as a comment"),
    Do.UPDATE: gettext_lazy("Add the visit's data to a record that is there"),
}

CONDITIONS: dict[Condition, Words] = {
    Condition.ALWAYS: gettext_lazy("always"),
    Condition.NO_CONTACT: gettext_lazy("only if there is no contact"),
    Condition.NO_COMPANY: gettext_lazy("only if there is no company"),
    Condition.NO_OPEN_LEAD: gettext_lazy("only if no lead is open"),
    Condition.NO_OPEN_DEAL: gettext_lazy("only if no deal is open"),
    Condition.NO_OPEN_CARD: gettext_lazy("only if no lead or deal is open"),
    Condition.NEVER_HAD_CARD: gettext_lazy("only if there never was a lead or deal"),
}

LINKS: dict[Link, Words] = {
    Link.MADE: gettext_lazy("everything made for the call"),
    Link.TAKER: gettext_lazy("the record that takes the call"),
    Link.MAIN: gettext_lazy("the lead or deal, else the contact"),
    Link.CONTACT: gettext_lazy("contact"),
    Link.COMPANY: gettext_lazy("company"),
    Link.LEAD: gettext_lazy("lead"),
    Link.DEAL: gettext_lazy("deal"),
    Link.ORDER: gettext_lazy("order"),
    Link.CALL: gettext_lazy("call record"),
}

RECORDS: dict[Do, Words] = {
    Do.CREATE_CONTACT: gettext_lazy("Contact"),
    Do.CREATE_COMPANY: gettext_lazy("Company"),
    Do.CREATE_LEAD: gettext_lazy("Lead"),
    Do.CREATE_DEAL: gettext_lazy("Deal"),
    Do.CREATE_ORDER: gettext_lazy("Order"),
}

SYMBOLS = {
    "contact": "person",
    "company": "building",
    "lead": "spark",
    "deal": "deal",
    "order": "order",
    "task": "task",
    "comment": "comment",
    "call": "phone",
    "update": "edit",
}
"""The icon of each kind of record; `update` is a change of one that is there."""

_OWNERS: dict[Role, Words] = {
    Role.ANSWERER: gettext_lazy("owner: who was on the line"),
    Role.RESPONSIBLE: gettext_lazy("owner: the responsible manager"),
    Role.SENIOR: gettext_lazy("owner: the senior manager"),
    Role.TOP: gettext_lazy("owner: the top manager"),
    Role.NOBODY: gettext_lazy("without an owner"),
}
_OPEN_TASKS: dict[Role, Words] = {
    Role.ANSWERER: gettext_lazy("Task for who was on the line"),
    Role.RESPONSIBLE: gettext_lazy("Task for the responsible manager"),
    Role.SENIOR: gettext_lazy("Task for the senior manager"),
    Role.TOP: gettext_lazy("Task for the top manager"),
    Role.NOBODY: gettext_lazy("Task for nobody in particular"),
}
_DONE_TASKS: dict[Role, Words] = {
    Role.ANSWERER: gettext_lazy("Done task with the recording for who was on the line"),
    Role.RESPONSIBLE: gettext_lazy("Done task with the recording for the responsible manager"),
    Role.SENIOR: gettext_lazy("Done task with the recording for the senior manager"),
    Role.TOP: gettext_lazy("Done task with the recording for the top manager"),
    Role.NOBODY: gettext_lazy("Done task with the recording for nobody in particular"),
}
_CALL_RECORDS: dict[Role, Words] = {
    Role.ANSWERER: gettext_lazy("Call record of who was on the line"),
    Role.RESPONSIBLE: gettext_lazy("Call record of the responsible manager"),
    Role.SENIOR: gettext_lazy("Call record of the senior manager"),
    Role.TOP: gettext_lazy("Call record of the top manager"),
    Role.NOBODY: gettext_lazy("Call record without a manager"),
}

_CALLERS: dict[tuple[Direction | None, Client | None], Words] = {
    (Direction.IN, Client.NEW): gettext_lazy("A new client calls"),
    (Direction.IN, Client.KNOWN): gettext_lazy("A known client calls"),
    (Direction.IN, None): gettext_lazy("Any client calls"),
    (None, Client.NEW): gettext_lazy("A call with a new client"),
    (None, Client.KNOWN): gettext_lazy("A call with a known client"),
    (None, None): gettext_lazy("Any call"),
}
_DIALLERS: dict[tuple[AnsweredBy | None, Client | None], Words] = {
    (None, Client.NEW): gettext_lazy("An employee calls a new number"),
    (None, Client.KNOWN): gettext_lazy("An employee calls a known client"),
    (None, None): gettext_lazy("An employee calls a client"),
    (AnsweredBy.RESPONSIBLE, Client.KNOWN): gettext_lazy("The responsible manager calls a known client"),
    (AnsweredBy.RESPONSIBLE, None): gettext_lazy("The responsible manager calls a client"),
    (AnsweredBy.OTHER, Client.KNOWN): gettext_lazy("Somebody else than the responsible calls a known client"),
    (AnsweredBy.OTHER, Client.NEW): gettext_lazy("An employee calls a new number"),
    (AnsweredBy.OTHER, None): gettext_lazy("Somebody else than the responsible calls a client"),
    (AnsweredBy.UNKNOWN, Client.NEW): gettext_lazy("An unknown employee calls a new number"),
    (AnsweredBy.UNKNOWN, Client.KNOWN): gettext_lazy("An unknown employee calls a known client"),
    (AnsweredBy.UNKNOWN, None): gettext_lazy("An unknown employee calls a client"),
}
_ANSWERS: dict[frozenset[AnsweredBy], Words] = {
    frozenset(): gettext_lazy("somebody answers"),
    frozenset({AnsweredBy.RESPONSIBLE}): gettext_lazy("the responsible manager answers"),
    frozenset({AnsweredBy.OTHER}): gettext_lazy("somebody else than the responsible answers"),
    frozenset({AnsweredBy.UNKNOWN}): gettext_lazy("an unknown employee answers"),
    frozenset({AnsweredBy.RESPONSIBLE, AnsweredBy.OTHER}): gettext_lazy("an employee answers"),
    frozenset({AnsweredBy.OTHER, AnsweredBy.UNKNOWN}): gettext_lazy("anybody but the responsible answers"),
}
_FORMS: dict[Client | None, Words] = {
    Client.NEW: gettext_lazy("A new client sends a form on the site"),
    Client.KNOWN: gettext_lazy("A known client sends a form on the site"),
    None: gettext_lazy("A form is sent on the site"),
}
_CHATTERS: dict[Client | None, Words] = {
    Client.NEW: gettext_lazy("A new client writes in a messenger"),
    Client.KNOWN: gettext_lazy("A known client writes in a messenger"),
    None: gettext_lazy("Somebody writes in a messenger"),
}
_CHAT_STEPS: dict[Step, Words] = {
    Step.FORM_SENT: gettext_lazy("a form is sent"),
    Step.DIALOGUE_STARTED: gettext_lazy("the chat has begun"),
    Step.DIALOGUE_TAKEN: gettext_lazy("an employee has taken the chat into work"),
    Step.CONTACT_GIVEN: gettext_lazy("the client has given contact data"),
    Step.DIALOGUE_FINISHED: gettext_lazy("the chat is finished"),
}


def in_words(when: When) -> str:
    """The situations of a row as a sentence: "A known client calls, nobody answers"."""
    if when.channel is Channel.FORM:
        return str(_FORMS[_only(when.client)])
    if when.channel is Channel.DIALOGUE:
        return _sentence(_CHATTERS[_only(when.client)], _either(_CHAT_STEPS[step] for step in when.step))
    if is_analysis(when):
        return _("The analysis of a call is ready")
    return _call_in_words(when)


def _call_in_words(when: When) -> str:
    way, client = _only(when.direction), _only(when.client)
    who = frozenset(when.answered_by) if len(set(when.answered_by)) < len(AnsweredBy) else frozenset()
    if client is Client.NEW and who == {AnsweredBy.OTHER}:
        # Nobody is responsible for a new client yet, so whoever is known is "another".
        who = frozenset({AnsweredBy.RESPONSIBLE, AnsweredBy.OTHER})
    if way is Direction.OUT:
        caller = _only(tuple(who))
        return _sentence(_DIALLERS.get((caller, client)) or _DIALLERS[None, client], _reached(when))
    return _sentence(_CALLERS[way, client], _answered(when, who))


def _only(values: tuple[T, ...]) -> T | None:
    """The one value that a coordinate names; None where it says any, or several."""
    return values[0] if len(set(values)) == 1 else None


def _answered(when: When, who: frozenset[AnsweredBy]) -> str:
    outcomes = set(when.outcome) or {Outcome.ANSWERED, Outcome.MISSED}
    said: list[Words] = [_("the phone is ringing")] if Outcome.RINGING in outcomes else []
    if outcomes >= {Outcome.ANSWERED, Outcome.MISSED} and not who:
        said.append(_("answered or not"))
    else:
        said += [_ANSWERS.get(who, _ANSWERS[frozenset()])] if Outcome.ANSWERED in outcomes else []
        said += [_("nobody answers")] if Outcome.MISSED in outcomes else []
    return _either(said)


def _reached(when: When) -> str:
    outcomes = set(when.outcome) or {Outcome.ANSWERED, Outcome.MISSED}
    said: list[Words] = [_("the phone is ringing")] if Outcome.RINGING in outcomes else []
    if outcomes >= {Outcome.ANSWERED, Outcome.MISSED}:
        said.append(_("answered or not"))
    else:
        said += [_("the client answers")] if Outcome.ANSWERED in outcomes else []
        said += [_("the client does not answer")] if Outcome.MISSED in outcomes else []
    return _either(said)


def _either(said: Iterable[Words]) -> str:
    return _(" or ").join(str(one) for one in said)


def _sentence(subject: Words, rest: str) -> str:
    return f"{subject}, {rest}" if rest else str(subject)


@dataclass(frozen=True, slots=True)
class Saying:
    """An action as people read it: what it makes, the facts beside it, and the text that is written."""

    head: str
    facts: list[str] = field(default_factory=list)
    text: str = ""


def action_in_words(spec: ActionSpec, *, due: str, translate: Callable[[str], str], plain: bool = False) -> Saying:
    """`due` is the time that open tasks have by the connection's setting, in words; `plain` leaves small facts out."""
    facts: list[str] = []
    if spec.do.kind in MADE:
        facts += [str(_OWNERS[spec.who])]
    if spec.do is Do.TASK and spec.state is TaskState.OPEN:
        facts += [_("due in %(time)s") % {"time": _time(spec.due_minutes) if spec.due_minutes is not None else due}]
    if spec.condition is not Condition.ALWAYS:
        facts += [str(CONDITIONS[spec.condition])]
    if spec.links and not plain:
        facts += [_("linked to: %(records)s") % {"records": links_in_words(spec.links)}]
    if spec.source and not plain:
        facts += [_("source: %(name)s") % {"name": spec.source}]
    return Saying(_head(spec), facts, translate(spec.title or spec.text) if spec.title or spec.text else "")


def links_in_words(links: Iterable[Link]) -> str:
    """What an action is linked to, as a list."""
    return ", ".join(str(LINKS[link]) for link in links)


def _head(spec: ActionSpec) -> str:
    if spec.do is Do.TASK:
        return str((_DONE_TASKS if spec.state is TaskState.DONE else _OPEN_TASKS)[spec.who])
    if spec.do is Do.LOG_CALL:
        return str(_CALL_RECORDS[spec.who])
    others = {
        Do.COMMENT: _("Comment"),
        Do.AI_COMMENT: _("Comment with the AI analysis"),
        Do.UPDATE: _("The visit's data are added"),
    }
    return str(others.get(spec.do) or RECORDS[spec.do])


def _time(minutes: int) -> str:
    return minutes_in_words(minutes)


def minutes_in_words(minutes: int) -> str:
    """`240` → "4 h", `90` → "1 h 30 min", `2880` → "2 d"."""
    days, rest = divmod(minutes, 1440)
    hours, left = divmod(rest, 60)
    parts = [
        _("%(n)s d") % {"n": days} if days else "",
        _("%(n)s h") % {"n": hours} if hours else "",
        _("%(n)s min") % {"n": left} if left or not minutes else "",
    ]
    return " ".join(part for part in parts if part)


_MORE: Mapping[str, Callable[[int], str]] = {
    "contact": lambda n: ngettext("%(n)s contact more", "%(n)s contacts more", n),
    "company": lambda n: ngettext("%(n)s company more", "%(n)s companies more", n),
    "lead": lambda n: ngettext("%(n)s lead more", "%(n)s leads more", n),
    "deal": lambda n: ngettext("%(n)s deal more", "%(n)s deals more", n),
    "order": lambda n: ngettext("%(n)s order more", "%(n)s orders more", n),
    "task": lambda n: ngettext("%(n)s task more", "%(n)s tasks more", n),
    "comment": lambda n: ngettext("%(n)s comment more", "%(n)s comments more", n),
    "call": lambda n: ngettext("%(n)s call record more", "%(n)s call records more", n),
    "update": lambda n: ngettext("%(n)s update more", "%(n)s updates more", n),
}
_FEWER: Mapping[str, Callable[[int], str]] = {
    "contact": lambda n: ngettext("%(n)s contact fewer", "%(n)s contacts fewer", n),
    "company": lambda n: ngettext("%(n)s company fewer", "%(n)s companies fewer", n),
    "lead": lambda n: ngettext("%(n)s lead fewer", "%(n)s leads fewer", n),
    "deal": lambda n: ngettext("%(n)s deal fewer", "%(n)s deals fewer", n),
    "order": lambda n: ngettext("%(n)s order fewer", "%(n)s orders fewer", n),
    "task": lambda n: ngettext("%(n)s task fewer", "%(n)s tasks fewer", n),
    "comment": lambda n: ngettext("%(n)s comment fewer", "%(n)s comments fewer", n),
    "call": lambda n: ngettext("%(n)s call record fewer", "%(n)s call records fewer", n),
    "update": lambda n: ngettext("%(n)s update fewer", "%(n)s updates fewer", n),
}


def balance_in_words(balance: Mapping[str, int]) -> str:
    """`{"lead": -14, "task": 3}` → "14 leads fewer, 3 tasks more"; "" where nothing is left."""
    order = [kind for kind in _MORE if kind in balance]
    said = ((_MORE if balance[kind] > 0 else _FEWER)[kind](abs(balance[kind])) for kind in order)
    return ", ".join(text % {"n": abs(balance[kind])} for kind, text in zip(order, said, strict=True))
