"""From a webhook's body to the facts it states."""

from datetime import datetime

from switchhook.connectors.base import Account, RawEvent
from switchhook.core.call import CallFact, Direction, EventKind, Status
from switchhook.core.errors import AnomalousPayload, UnsupportedEvent, Unusable
from switchhook.core.inquiry import InquiryFact

from .body import Values, clean, read_body, storable
from .config import name_map
from .dispositions import CALL_TYPES, canonical_call_type, canonical_disposition, status_of
from .guess import guess_names
from .inquiries import inquiry_fact
from .kinds import INQUIRIES, KINDS, Event, Stated, default_direction, event_of, has_result
from .names import ALIASES, ANALYSIS, NameMap
from .parties import INCOMING_CLIENT, LINES, OUTGOING_CLIENT, Parties, find_parties
from .values import flag, link, moment, moment_in_id, seconds, whole
from .visits import VISIT, may_be_shown, tags_of, utm_of

LONGEST_ID = 200
LONGEST_WORD = 100
MOST_ANALYSES, LONGEST_ANALYSIS = 200, 20_000

VENDOR_SAMPLE_DATE = "2022-01-01 10:16:46"
"""The call date in the vendor's own sample values, which its test delivery is filled with, whatever its name there."""

CONSUMED = frozenset(OUTGOING_CLIENT + INCOMING_CLIENT + LINES) | {
    "uniqueid", "calldate", "calldate_timestamp_micros", "call_type", "forward_location", "extension_number",
    "disposition", "duration", "duration_ms", "billsec", "waittime", "has_recording", "recording_wav", "recording",
    "employee_fio", "employee_number", "employee_email", "event", "test",
}  # fmt: skip
"""Variables with a field of their own in the fact; every other one becomes a tag."""


def read(event: RawEvent, account: Account) -> tuple[CallFact | InquiryFact, ...]:
    """The facts a delivery states: one for each event in it, none for the vendor's test delivery.

    Pure. Raises UnsupportedEvent for deals, AnomalousPayload for what cannot be read; of a batch what can be read is
    read, and the error raised only when that is nothing.
    """
    names = NameMap(name_map(account))
    facts: list[CallFact | InquiryFact] = []
    problems: list[Unusable] = []
    for values in read_body(event):
        try:
            fact = _fact(values, names, event, account)
        except Unusable as problem:
            problems.append(problem)
        else:
            facts += [fact] if fact else []
    if problems and not facts:
        raise problems[0]
    return tuple(facts)


def named_values(values: Values, names: NameMap) -> dict[str, str | None]:
    """Values under canonical names, spelled canonically; what has an unknown name but a telling shape is named too."""
    stated = names.canonical((storable(name).strip(), clean(value)) for name, value in values)
    strangers = [(name, value) for name, value in stated.items() if value and name not in ALIASES]
    for theirs, ours in guess_names(strangers).items():
        if not stated.get(ours):
            stated[ours] = stated.pop(theirs)
    if stated.get("call_type"):
        stated["call_type"] = canonical_call_type(stated["call_type"] or "")
    return stated


def _fact(values: Values, names: NameMap, delivery: RawEvent, account: Account) -> CallFact | InquiryFact | None:
    stated = named_values(values, names)
    if is_test(stated):
        return None
    event = event_of(stated)
    if event in INQUIRIES:
        return inquiry_fact(values, INQUIRIES[event], delivery.received_at, account)
    if event is None:
        raise AnomalousPayload(
            "No parameter of this event is known. Name them as Ringostat does, or fill in the connection's name map.",
            field="names",
        )
    if event not in KINDS:
        raise UnsupportedEvent(f"Events of the kind “{event.value}” are stored and not used.")
    fact = fact_of(stated, event, KINDS[event], account)
    if fact.external_id is None and fact.client_number is None and not fact.client_hidden:
        raise AnomalousPayload(
            "The event names neither a call nor a client. Add the call id (uniqueid) to the webhook's parameters.",
            field="uniqueid",
        )
    return fact


def is_test(stated: Stated) -> bool:
    """Whether this is the cabinet's test delivery: sample values in place of a call's."""
    said = {(value or "").casefold() for name, value in stated.items() if name != "event"} - {""}
    return (
        event_of({"event": stated.get("event")}) is Event.TEST
        or flag(stated.get("test")) is True
        or VENDOR_SAMPLE_DATE in stated.values()
        or (stated.get("uniqueid") or "").casefold() in {"test", "test_call", "testcall", "test-call"}
        or said == {"test"}
    )


def fact_of(stated: Stated, event: Event, kind: EventKind, account: Account) -> CallFact:
    """The fact that canonical values state. For an export row, `final` is left to the caller.

    An after-call event without any result (the second one, for a late recording's sake) does not end the call: the one
    with the result does, whichever comes first.
    """
    call_type = stated.get("call_type") or None
    said = CALL_TYPES.get(call_type or "") or (Direction.OUT if default_direction(event) is Direction.OUT else None)
    default = None if kind in {EventKind.ANALYSIS, EventKind.EXPORT} else default_direction(event)
    parties = find_parties(_asked(stated, kind), said, default, country=account.country, own=account.own_numbers)
    external_id, status = _external_id(stated), _status(stated, kind)
    employee = None if kind is EventKind.BEFORE and parties.direction is Direction.IN else parties.employee
    forwarding = kind is EventKind.FORWARDING
    return CallFact(
        kind=kind,
        external_id=external_id,
        final=kind is EventKind.AFTER and has_result(stated),
        direction=parties.direction,
        call_type=call_type[:LONGEST_WORD] if call_type else None,
        client_number=parties.client,
        client_hidden=parties.hidden,
        project_number=parties.line,
        status=status,
        disposition=_disposition(stated),
        started_at=_started_at(stated, account, external_id),
        duration=_duration(stated),
        talk_seconds=seconds(stated.get("billsec")),
        wait_seconds=seconds(stated.get("waittime")),
        employee=None if forwarding else employee,
        tried=employee if forwarding else None,
        recording_url=link(stated.get("recording_wav")) or link(stated.get("recording")),
        has_recording=flag(stated.get("has_recording")),
        rating=_rating(stated),
        utm=utm_of(stated),
        tags=_tags(stated, kind, parties),
        analysis=_analysis(stated, kind),
    )


def _asked(stated: Stated, kind: EventKind) -> Stated:
    place = stated.get("forward_location")
    return {**stated, "connected_with": place} if kind is EventKind.FORWARDING and place else stated


def _external_id(stated: Stated) -> str | None:
    value = stated.get("uniqueid") or None
    if value is not None and len(value) > LONGEST_ID:
        raise AnomalousPayload("The call id is too long to be one. Check the webhook's parameters.", field="uniqueid")
    return value


def _disposition(stated: Stated) -> str | None:
    value = stated.get("disposition")
    return canonical_disposition(value)[:LONGEST_WORD] if value else None


def _status(stated: Stated, kind: EventKind) -> Status | None:
    value, talk = stated.get("disposition"), seconds(stated.get("billsec"))
    if value:
        return status_of(value)
    if kind is not EventKind.AFTER or talk is None:
        return None
    return Status.ANSWERED if talk else Status.MISSED


def _started_at(stated: Stated, account: Account, external_id: str | None) -> datetime | None:
    stamped = moment_in_id(external_id)
    exact = moment(stated.get("calldate_timestamp_micros"), account.zone)
    return exact or moment(stated.get("calldate"), account.zone, near=stamped) or stamped


def _duration(stated: Stated) -> int | None:
    whole_seconds = seconds(stated.get("duration"))
    if whole_seconds is not None:
        return whole_seconds
    milliseconds = whole(stated.get("duration_ms"))
    return None if milliseconds is None else seconds(str(milliseconds // 1000))


def _rating(stated: Stated) -> int | None:
    marks = (whole(stated.get(name)) for name in ("category_mark", "employee_mark"))
    return next((mark for mark in marks if mark is not None and 0 < mark <= 100), None)


def _tags(stated: Stated, kind: EventKind, parties: Parties) -> dict[str, str]:
    strangers_are_tags = kind is not EventKind.ANALYSIS
    taken = CONSUMED | ANALYSIS | VISIT
    named = {
        name: value for name, value in stated.items() if name not in taken and (strangers_are_tags or name in ALIASES)
    }
    if parties.client_name:
        named["client_name"] = parties.client_name
    return tags_of(named, first=ALIASES)


def _analysis(stated: Stated, kind: EventKind) -> dict[str, str]:
    named = {
        name[:LONGEST_WORD]: value[:LONGEST_ANALYSIS]
        for name, value in sorted(stated.items())
        if value and (name in ANALYSIS or (kind is EventKind.ANALYSIS and name not in ALIASES and may_be_shown(value)))
    }
    return dict(list(named.items())[:MOST_ANALYSES])
