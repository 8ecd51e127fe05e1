"""A form or a dialogue is the fold of its facts, as a call is.

Each event becomes one `InquiryFact`: whatever it states. `fold` makes the inquiry from the *set* of facts, so that
order, delay and repetition cannot change it. The steps are a set; the value of a field comes from the fact of the
furthest step that has one; a missing value never erases a known one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from switchhook.core.call import EmployeeRef
from switchhook.core.situation import Channel, Inquiry, Step


class InquiryEvent(StrEnum):
    """What an event about a form or dialogue reports. Values are stored; do not rename.

    `released`: an employee sent the client's data to the CRM.
    """

    FORM = "form"
    STARTED = "started"
    TAKEN = "taken"
    CONTACT = "contact"
    RELEASED = "released"
    FINISHED = "finished"


_STEPS: dict[InquiryEvent, frozenset[Step]] = {
    InquiryEvent.FORM: frozenset({Step.FORM_SENT}),
    # Whatever happens in a dialogue, it was begun; who sends its data to the CRM has taken it into work.
    InquiryEvent.STARTED: frozenset({Step.DIALOGUE_STARTED}),
    InquiryEvent.TAKEN: frozenset({Step.DIALOGUE_STARTED, Step.DIALOGUE_TAKEN}),
    InquiryEvent.CONTACT: frozenset({Step.DIALOGUE_STARTED, Step.CONTACT_GIVEN}),
    InquiryEvent.RELEASED: frozenset({Step.DIALOGUE_STARTED, Step.DIALOGUE_TAKEN}),
    InquiryEvent.FINISHED: frozenset({Step.DIALOGUE_STARTED, Step.DIALOGUE_FINISHED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryFact:
    """What one event says about one form or dialogue; empty where it is silent.

    `external_id` names the form's submission or the dialogue at the telephony. `at` is when it happened (aware, UTC).
    `source` is the messenger. `text` holds the form's fields, line by line, or what was said; `link` opens the form's
    page or the chat. `released` is True where the event says that the client's data were sent to the CRM.
    """

    kind: InquiryEvent
    external_id: str
    at: datetime | None = None
    released: bool = False
    client_number: str | None = None
    client_name: str = ""
    client_email: str = ""
    source: str = ""
    text: str = ""
    link: str = ""
    employee: EmployeeRef | None = None
    utm: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def channel(self) -> Channel:
        """Form or dialogue."""
        return Channel.FORM if self.kind is InquiryEvent.FORM else Channel.DIALOGUE

    @property
    def key(self) -> str:
        """What names the inquiry among all that a connection reports: a form may have the id of a call."""
        return f"{self.channel}:{self.external_id}"

    @property
    def steps(self) -> frozenset[Step]:
        """The steps that the inquiry has come to by what this event says, also where it is about another one."""
        if self.channel is Channel.FORM:
            return _STEPS[self.kind]
        steps = set(_STEPS[self.kind])
        if self.released or self.employee:
            steps.add(Step.DIALOGUE_TAKEN)
        if self.client_number or self.client_email:
            steps.add(Step.CONTACT_GIVEN)
        return frozenset(steps)


def fold(facts: Iterable[InquiryFact], channel: Channel) -> Inquiry:
    """The form or dialogue that `facts` report. Pure; independent of order and repetition. Raises nothing."""
    ranked = sorted(facts, key=_precedence, reverse=True)
    times = [fact.at for fact in ranked if fact.at]
    return Inquiry(
        channel=channel,
        steps=frozenset().union(*(fact.steps for fact in ranked)),
        released=channel is Channel.FORM or any(fact.released or _is_release(fact) for fact in ranked),
        started_at=min(times, default=None),
        at=_latest(ranked),
        external_id=_first(ranked, "external_id"),
        client_number=_first(ranked, "client_number"),
        employee=_first(ranked, "employee"),
        utm=_merged(fact.utm for fact in ranked),
        tags=_merged(fact.tags for fact in ranked),
        **{name: _first(ranked, name) or "" for name in _TEXTS},
    )


_TEXTS = ("client_name", "client_email", "source", "text", "link")


def _is_release(fact: InquiryFact) -> bool:
    return fact.kind is InquiryEvent.RELEASED


def _precedence(fact: InquiryFact) -> tuple[int, str]:
    said = (fact.client_number, *(getattr(fact, name) for name in _TEXTS), sorted(fact.utm.items()))
    return list(InquiryEvent).index(fact.kind), repr((said, sorted(fact.tags.items()), fact.employee, fact.external_id))


def _latest(ranked: list[InquiryFact]) -> datetime | None:
    # A repeated event may carry a later time than the first: when the step was taken does not change by that.
    for kind in reversed(InquiryEvent):
        times = [fact.at for fact in ranked if fact.kind is kind and fact.at]
        if times:
            return min(times)
    return None


def _first(ranked: list[InquiryFact], name: str) -> Any:
    return next((value for fact in ranked if (value := getattr(fact, name))), None)


def _merged(mappings: Iterable[Mapping[str, str]]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for mapping in mappings:
        for name, value in mapping.items():
            merged.setdefault(name, value)
    return dict(sorted(merged.items()))
