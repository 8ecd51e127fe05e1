"""What a call (form, chat) amounts to for the rules.

`Verdict` is what was known of the client when the first plan of a call was made. It is stored and reused for all later
moments of that call and connection, so that what the hub itself made for the call never makes its client "known".
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from switchhook.core.call import CallState, Direction, EmployeeRef, Moment
from switchhook.core.plain import decode, encode
from switchhook.core.reason import Reason, because
from switchhook.core.records import Kind, Record
from switchhook.core.words import _


class Channel(StrEnum):
    CALL = "call"
    FORM = "form"
    DIALOGUE = "dialogue"


class Outcome(StrEnum):
    """How far and how well a call went; forms and dialogues have none.

    `analysed` is not an end of its own: an answered or missed call whose analysis is ready is in that situation *too*.
    """

    RINGING = "ringing"
    ANSWERED = "answered"
    MISSED = "missed"
    ANALYSED = "analysed"


class Step(StrEnum):
    """What a form or a dialogue has come to, in the order in which a dialogue goes."""

    FORM_SENT = "form_sent"
    DIALOGUE_STARTED = "dialogue_started"
    DIALOGUE_TAKEN = "dialogue_taken"
    CONTACT_GIVEN = "contact_given"
    DIALOGUE_FINISHED = "dialogue_finished"


class Client(StrEnum):
    NEW = "new"
    KNOWN = "known"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The employee of the call as this connection sees him: `user` is the CRM user id, None when he has none here.

    `line` is the SIP login, extension or number he spoke on.
    """

    name: str
    user: str | None = None
    line: str = ""


class AnsweredBy(StrEnum):
    """Who spoke with the client, seen from this connection: `unknown` is nobody, or an employee without a user here."""

    RESPONSIBLE = "responsible"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the connection knew of the client when the call was first planned.

    `matches` are all records found for the number, open and closed, best first by the match policy. Which of them takes
    the call, and who is responsible, follows from the matrix (`core.roles.Roles`). `reasons` say how they were found.
    """

    client: Client
    matches: tuple[Record, ...] = ()
    reasons: tuple[Reason, ...] = ()

    def first(self, kind: Kind, *, open_only: bool = False) -> Record | None:
        """The best match of a kind."""
        return next((m for m in self.matches if m.kind is kind and (m.is_open or not open_only)), None)

    def to_json(self) -> dict[str, Any]:
        """The verdict as plain JSON data."""
        return encode(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Verdict":
        """The verdict that `to_json` wrote. Raises Misconfigured on anything else."""
        return decode(cls, data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """A site form, or a dialogue in a messenger, as far as it has come.

    `at` is the time of its latest step, `started_at` of its first (aware, UTC). Rules collect while a dialogue goes on;
    nothing is written before it is `released`: an employee pressed "send client data to CRM". `employee` is who took
    the dialogue into work. `source` is the messenger. `text` holds the form's fields or what the comment is to say,
    `link` opens the form's page or the chat.
    """

    channel: Channel
    steps: frozenset[Step]
    external_id: str | None = None
    released: bool = True
    started_at: datetime | None = None
    at: datetime | None = None
    employee: EmployeeRef | None = None
    client_number: str | None = None
    client_name: str = ""
    client_email: str = ""
    source: str = ""
    text: str = ""
    link: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether nothing further is expected: a form is sent once, a dialogue is finished."""
        return self.channel is Channel.FORM or Step.DIALOGUE_FINISHED in self.steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The coordinates by which a matrix row is found. `step` names the form or dialogue step, "" for calls."""

    channel: Channel
    direction: Direction = Direction.IN
    outcome: Outcome = Outcome.RINGING
    client: Client = Client.NEW
    answered_by: AnsweredBy | None = None
    step: str = ""


def classify(
    event: CallState | Inquiry,
    verdict: Verdict,
    answerer: Person | None,
    responsible: str | None,
    *,
    known_by: Collection[Kind] = tuple(Kind),
) -> Situation:
    """The situation that `event` is in now. Total.

    `answerer` is the employee of the call as this connection sees him, `responsible` the CRM user who should have had
    it. A client is known only by records of the kinds in `known_by`.
    """
    client = _client(verdict, known_by)
    if isinstance(event, Inquiry):
        latest = max(event.steps, key=list(Step).index, default="")
        return Situation(channel=event.channel, client=_without_hidden(client), step=latest)
    outcome = _outcome(event)
    due = responsible if client is Client.KNOWN else None
    return Situation(
        channel=Channel.CALL,
        direction=event.direction or Direction.IN,
        outcome=outcome,
        client=client if event.client_number else Client.HIDDEN,
        answered_by=_answered_by(answerer, due) if outcome is Outcome.ANSWERED else None,
    )


def _client(verdict: Verdict, known_by: Collection[Kind]) -> Client:
    unknown_here = verdict.matches and not any(match.kind in known_by for match in verdict.matches)
    return Client.NEW if verdict.client is Client.KNOWN and unknown_here else verdict.client


def _without_hidden(client: Client) -> Client:
    # Who writes without giving a number hides nothing: he is known by his chat, or new.
    return Client.NEW if client is Client.HIDDEN else client


def _outcome(call: CallState) -> Outcome:
    if Moment.PICKUP in call.reached:
        return Outcome.ANSWERED
    return Outcome.MISSED if call.ended else Outcome.RINGING


def _answered_by(answerer: Person | None, responsible: str | None) -> AnsweredBy:
    if answerer is None or answerer.user is None:
        return AnsweredBy.UNKNOWN
    return AnsweredBy.RESPONSIBLE if answerer.user == responsible else AnsweredBy.OTHER


def stages(event: CallState | Inquiry, situation: Situation) -> Iterator[Situation]:
    """The situations `event` has come through, `situation` being the present one, earliest first.

    What an earlier stage asked for stays wanted: a call that was answered has rung, a finished dialogue was begun.
    """
    if isinstance(event, Inquiry):
        for step in sorted(event.steps, key=list(Step).index):
            yield replace(situation, step=step)
        return
    yield replace(situation, outcome=Outcome.RINGING, answered_by=None)
    if situation.outcome is not Outcome.RINGING:
        yield situation
    if Moment.ANALYSIS in event.reached and event.ended:
        yield replace(situation, outcome=Outcome.ANALYSED)


_IN, _OUT = Direction.IN, Direction.OUT
_RANG, _TAKEN, _MISSED = Outcome.RINGING, Outcome.ANSWERED, Outcome.MISSED
_NEW, _KNOWN = Client.NEW, Client.KNOWN
_OWN, _OTHER, _NOBODY = AnsweredBy.RESPONSIBLE, AnsweredBy.OTHER, AnsweredBy.UNKNOWN

_CALLS: dict[tuple[Direction, Outcome, Client, AnsweredBy | None], str] = {
    (_IN, _RANG, _NEW, None): _("Incoming call from a new client, ringing"),
    (_IN, _RANG, _KNOWN, None): _("Incoming call from a known client, ringing"),
    (_IN, _TAKEN, _NEW, _OTHER): _("Incoming call from a new client, answered"),
    (_IN, _TAKEN, _NEW, _NOBODY): _("Incoming call from a new client, answered by an unknown employee"),
    (_IN, _TAKEN, _KNOWN, _OWN): _("Incoming call from a known client, answered by the responsible manager"),
    (_IN, _TAKEN, _KNOWN, _OTHER): _("Incoming call from a known client, answered by another employee"),
    (_IN, _TAKEN, _KNOWN, _NOBODY): _("Incoming call from a known client, answered by an unknown employee"),
    (_IN, _MISSED, _NEW, None): _("Incoming call from a new client, missed"),
    (_IN, _MISSED, _KNOWN, None): _("Incoming call from a known client, missed"),
    (_OUT, _RANG, _NEW, None): _("Outgoing call to a new client, ringing"),
    (_OUT, _RANG, _KNOWN, None): _("Outgoing call to a known client, ringing"),
    (_OUT, _TAKEN, _NEW, _OTHER): _("Outgoing call to a new client, answered"),
    (_OUT, _TAKEN, _NEW, _NOBODY): _("Outgoing call to a new client by an unknown employee, answered"),
    (_OUT, _TAKEN, _KNOWN, _OWN): _("Outgoing call to a known client by the responsible manager, answered"),
    (_OUT, _TAKEN, _KNOWN, _OTHER): _("Outgoing call to a known client by another employee, answered"),
    (_OUT, _TAKEN, _KNOWN, _NOBODY): _("Outgoing call to a known client by an unknown employee, answered"),
    (_OUT, _MISSED, _NEW, None): _("Outgoing call to a new client, not answered"),
    (_OUT, _MISSED, _KNOWN, None): _("Outgoing call to a known client, not answered"),
}

_STEPS: dict[tuple[str, Client], str] = {
    (Step.FORM_SENT, _NEW): _("Form sent by a new client"),
    (Step.FORM_SENT, _KNOWN): _("Form sent by a known client"),
    (Step.DIALOGUE_STARTED, _NEW): _("Dialogue started by a new client"),
    (Step.DIALOGUE_STARTED, _KNOWN): _("Dialogue started by a known client"),
    (Step.DIALOGUE_TAKEN, _NEW): _("Dialogue with a new client taken into work"),
    (Step.DIALOGUE_TAKEN, _KNOWN): _("Dialogue with a known client taken into work"),
    (Step.CONTACT_GIVEN, _NEW): _("Contact data given by a new client in a dialogue"),
    (Step.CONTACT_GIVEN, _KNOWN): _("Contact data given by a known client in a dialogue"),
    (Step.DIALOGUE_FINISHED, _NEW): _("Dialogue with a new client finished"),
    (Step.DIALOGUE_FINISHED, _KNOWN): _("Dialogue with a known client finished"),
}


def describe(situation: Situation) -> Reason:
    """The situation in plain words."""
    if situation.channel is not Channel.CALL:
        return because(_STEPS.get((situation.step, situation.client), _("Form or dialogue without a step")))
    if situation.direction is Direction.INTERNAL:
        return because(_("Call between employees"))
    if situation.client is Client.HIDDEN:
        return because(_("Call without a number"))
    if situation.outcome is Outcome.ANALYSED:
        return because(_("The analysis of a call is ready"))
    key = (situation.direction, situation.outcome, situation.client, situation.answered_by)
    return because(_CALLS.get(key) or _CALLS[situation.direction, _RANG, situation.client, None])


def every_situation() -> Iterator[Situation]:
    """All situations that a matrix is asked about, in the order in which a table shows them.

    Ringing and analysed calls are among them; internal and hidden calls are not: no matrix decides on those.
    """
    for direction, outcome, client, answered_by in _CALLS:
        yield Situation(
            channel=Channel.CALL, direction=direction, outcome=outcome, client=client, answered_by=answered_by
        )
        if outcome is not Outcome.RINGING:
            yield Situation(
                channel=Channel.CALL,
                direction=direction,
                outcome=Outcome.ANALYSED,
                client=client,
                answered_by=answered_by,
            )
    for step, client in _STEPS:
        channel = Channel.FORM if step == Step.FORM_SENT else Channel.DIALOGUE
        yield Situation(channel=channel, client=client, step=step)
