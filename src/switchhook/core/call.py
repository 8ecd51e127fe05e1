"""A call is the fold of its facts.

Telephony reports one conversation in many events that arrive late, twice and in any order. Each event becomes one
`CallFact`: whatever subset of fields it states. `fold` makes the call's state from the *set* of facts, so that order,
delay and repetition cannot change the result:

* a field's value comes from the fact whose event kind is the most informed about it (`EventKind.rank`);
* between facts of the same rank a fixed comparison of the values decides, never the time of arrival;
* a missing value never erases a known one; legs and tags are sets.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """What an event reports. Values are stored; do not rename."""

    BEFORE = "before"
    FORWARDING = "forwarding"
    TAKING = "taking"
    AFTER = "after"
    EXPORT = "export"
    RATING = "rating"
    ANALYSIS = "analysis"

    @property
    def rank(self) -> int:
        """How much the reporter knew: a mature export row equals the after-call event."""
        return _RANKS[self]


_RANKS = {
    EventKind.ANALYSIS: 1,
    EventKind.BEFORE: 1,
    EventKind.FORWARDING: 2,
    EventKind.TAKING: 3,
    EventKind.RATING: 4,
    EventKind.AFTER: 5,
    EventKind.EXPORT: 5,
}


class Direction(StrEnum):
    IN = "in"
    OUT = "out"
    INTERNAL = "internal"


class Status(StrEnum):
    """The outcome of a call as the rules see it; the vendor's own word is kept beside it as `disposition`."""

    ACTIVE = "active"
    ANSWERED = "answered"
    MISSED = "missed"
    FAILED = "failed"
    OTHER = "other"


class Moment(StrEnum):
    """The moments of a call at which actions may happen, in the order in which a call reaches them."""

    RING = "ring"
    PICKUP = "pickup"
    END = "end"
    RECORDING = "recording"
    ANALYSIS = "analysis"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class EmployeeRef:
    """What telephony says about an employee; any part may be missing (empty string). `number` is E.164 of a mobile."""

    staff_id: str = ""
    sip: str = ""
    extension: str = ""
    email: str = ""
    name: str = ""
    number: str = ""

    def __bool__(self) -> bool:
        return any((self.staff_id, self.sip, self.extension, self.email, self.name, self.number))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFact:
    """What one event says about one call. None (or an empty mapping) means that the event is silent on the field.

    Times are aware UTC datetimes; durations whole seconds; numbers E.164. `client_hidden` is True when the caller
    withheld the number. `final` is True on a fact that ends the call (after-call; a terminal export row). `tags` holds
    every other named value of the event (pool name, landing page …) under the vendor's canonical name.
    """

    kind: EventKind
    external_id: str | None = None
    final: bool = False
    direction: Direction | None = None
    call_type: str | None = None
    client_number: str | None = None
    client_hidden: bool | None = None
    project_number: str | None = None
    status: Status | None = None
    disposition: str | None = None
    started_at: datetime | None = None
    duration: int | None = None
    talk_seconds: int | None = None
    wait_seconds: int | None = None
    employee: EmployeeRef | None = None
    tried: EmployeeRef | None = None
    recording_url: str | None = None
    has_recording: bool | None = None
    rating: int | None = None
    utm: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    analysis: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What names the call among all that a connection reports; "" where the event does not tell."""
        return self.external_id or ""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Leg:
    """One attempt to bring the call to an employee. Without a time: vendors stamp all events with the call's start."""

    employee: EmployeeRef
    answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallState:
    """What is known of a call now: the fold of its facts. Same units as `CallFact`.

    `reached` is the set of moments the call has come to (the end implies the ring; an answered end implies the
    pick-up). `employee` is who took the call (answered incoming) or who made it (outgoing).
    `legs_ordered` is False when several employees took the call and no fact tells who was last.
    """

    external_id: str | None = None
    direction: Direction | None = None
    call_type: str | None = None
    client_number: str | None = None
    client_hidden: bool = False
    project_number: str | None = None
    status: Status = Status.ACTIVE
    disposition: str | None = None
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    duration: int | None = None
    talk_seconds: int | None = None
    wait_seconds: int | None = None
    employee: EmployeeRef | None = None
    ringing: tuple[EmployeeRef, ...] = ()
    legs: tuple[Leg, ...] = ()
    legs_ordered: bool = True
    recording_url: str | None = None
    has_recording: bool = False
    rating: int | None = None
    utm: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    analysis: Mapping[str, Any] = field(default_factory=dict)
    reached: frozenset[Moment] = frozenset()

    @property
    def ended(self) -> bool:
        """Whether a final fact has been seen."""
        return Moment.END in self.reached


def fold(facts: Iterable[CallFact]) -> CallState:
    """The state of the call that `facts` report. Pure; independent of order and repetition.

    No fact gives the empty state. Raises nothing: contradictory facts are settled by rank and fixed comparison.
    """
    ranked = sorted(facts, key=_precedence, reverse=True)
    if not ranked:
        return CallState()
    final = [fact for fact in ranked if fact.final]
    status = _status(ranked, final)
    legs = _legs(ranked, answered=status in {Status.ANSWERED, Status.ACTIVE})
    number = _first(ranked, "client_number")
    return CallState(
        **{name: _first(ranked, name) for name in _SAID_ALWAYS},
        **{name: _first(final, name) for name in _SAID_AT_THE_END},
        **_times(status, ranked, final),
        status=status,
        client_number=number,
        client_hidden=number is None and bool(_first(ranked, "client_hidden")),
        employee=_enriched(_first(ranked, "employee"), legs),
        ringing=tuple(sorted({fact.tried for fact in ranked if fact.tried})),
        legs=legs,
        legs_ordered=any(fact.employee for fact in final) or sum(leg.answered for leg in legs) < 2,
        has_recording=any(fact.has_recording or fact.recording_url for fact in ranked),
        utm=_merged(fact.utm for fact in ranked),
        tags=_merged(fact.tags for fact in ranked),
        analysis=_merged(fact.analysis for fact in ranked),
        reached=_reached(ranked, status, ended=bool(final)),
    )


_SAID_ALWAYS = ("external_id", "direction", "call_type", "project_number", "started_at", "recording_url", "rating")
_SAID_AT_THE_END = ("disposition", "duration", "talk_seconds", "wait_seconds")


def _precedence(fact: CallFact) -> tuple[int, str, str]:
    # A running export row claims "no answer, zero seconds" until the call ends, so it knows least of all.
    rank = 0 if fact.kind is EventKind.EXPORT and not fact.final else fact.kind.rank
    # Of two that know the same, the one that saw an answer, then the event rather than the log with its coarser times.
    tie = f"{fact.status is Status.ANSWERED:d}{fact.kind is EventKind.AFTER:d}"
    return rank, tie, repr(_canonical(fact))


def _canonical(value: Any) -> Any:
    if is_dataclass(value):
        return tuple((f.name, _canonical(getattr(value, f.name))) for f in fields(value))
    if isinstance(value, Mapping):
        return tuple(sorted((key, repr(_canonical(item))) for key, item in value.items()))
    return value


def _first(ranked: list[CallFact], name: str) -> Any:
    return next((value for fact in ranked if (value := getattr(fact, name)) is not None), None)


def _merged(mappings: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for mapping in mappings:
        for key, value in mapping.items():
            merged.setdefault(key, value)
    return dict(sorted(merged.items()))


def _after(moment: datetime | None, seconds: int | None) -> datetime | None:
    return None if moment is None or seconds is None else moment + timedelta(seconds=seconds)


def _status(ranked: list[CallFact], final: list[CallFact]) -> Status:
    said = next((fact.status for fact in final if fact.status not in {None, Status.ACTIVE}), None)
    if said is not None or not final:
        return said or Status.ACTIVE
    # The end came without an outcome (a customer may leave the parameter out): the talk tells, else who picked up.
    talk = _first(final, "talk_seconds")
    if talk is None:
        return Status.ANSWERED if any(fact.kind is EventKind.TAKING for fact in ranked) else Status.OTHER
    return Status.ANSWERED if talk else Status.MISSED


def _times(status: Status, ranked: list[CallFact], final: list[CallFact]) -> dict[str, Any]:
    started_at, wait, talk = _first(ranked, "started_at"), _first(final, "wait_seconds"), _first(final, "talk_seconds")
    ended_at = _after(started_at, _first(final, "duration"))
    if status is not Status.ANSWERED:
        return {"answered_at": None, "ended_at": ended_at}
    by_talk = _after(ended_at, -talk) if talk is not None else None
    return {"answered_at": _after(started_at, wait) or by_talk, "ended_at": ended_at}


def _reached(ranked: list[CallFact], status: Status, *, ended: bool) -> frozenset[Moment]:
    reached = {Moment.RING}
    if status is Status.ANSWERED or (not ended and any(fact.kind is EventKind.TAKING for fact in ranked)):
        reached.add(Moment.PICKUP)
    if ended:
        reached.add(Moment.END)
    if any(fact.recording_url for fact in ranked):
        reached.add(Moment.RECORDING)
    if any(fact.analysis for fact in ranked):
        reached.add(Moment.ANALYSIS)
    return frozenset(reached)


_IDENTITY = ("staff_id", "sip", "extension", "email", "number")


def _legs(ranked: list[CallFact], *, answered: bool) -> tuple[Leg, ...]:
    seen = {Leg(employee=fact.tried) for fact in ranked if fact.tried}
    for fact in ranked:
        took = fact.kind is EventKind.TAKING or (fact.final and fact.status is Status.ANSWERED)
        if fact.employee and took:
            seen.add(Leg(employee=fact.employee, answered=answered))
    legs: list[Leg] = []
    for leg in sorted(seen):
        same = [known for known in legs if _same_person(known.employee, leg.employee)]
        legs = [known for known in legs if known not in same]
        people = [leg.employee, *(known.employee for known in same)]
        legs.append(Leg(employee=_union(people), answered=leg.answered or any(known.answered for known in same)))
    return tuple(sorted(legs))


def _same_person(one: EmployeeRef, other: EmployeeRef) -> bool:
    return any(getattr(one, name) and getattr(one, name) == getattr(other, name) for name in _IDENTITY)


def _union(people: list[EmployeeRef]) -> EmployeeRef:
    return EmployeeRef(**{f.name: max(getattr(person, f.name) for person in people) for f in fields(EmployeeRef)})


def _enriched(employee: EmployeeRef | None, legs: tuple[Leg, ...]) -> EmployeeRef | None:
    # One event names the login, another the staff id; together they find the person.
    if not employee:
        return None
    known = _union([leg.employee for leg in legs if _same_person(leg.employee, employee)] or [employee])
    return EmployeeRef(**{f.name: getattr(employee, f.name) or getattr(known, f.name) for f in fields(EmployeeRef)})
