"""One delivery looked at closely: what each of its parameters means here, and how that is known."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from switchhook.connectors.base import Account, Meaning, NamedValue, RawEvent, SampleReading
from switchhook.core.redaction import MASK, is_secret_name, redact_text
from switchhook.core.words import _

from .body import clean, read_body, storable
from .config import name_map
from .dispositions import CALL_TYPES, canonical_call_type
from .events import is_test, named_values
from .guess import guess_names
from .kinds import event_of
from .names import ALIASES, NameMap, folded

LONGEST_SHOWN = 120
SHORTEST_LIKENESS = 5
LIKE = 0.8
"""How alike two names must be to be taken for one: one or two wrong letters in a usual name."""

MEANINGS = (
    Meaning(name="uniqueid", label=_("Call id")),
    Meaning(name="E164", label=_("Client's number")),
    Meaning(name="caller", label=_("Who calls")),
    Meaning(name="dst", label=_("Number that was called")),
    Meaning(name="connected_with", label=_("Who answered (SIP login or number)")),
    Meaning(name="call_type", label=_("Type of call")),
    Meaning(name="calldate", label=_("Date and time of the call")),
    Meaning(name="disposition", label=_("Status of the call")),
    Meaning(name="billsec", label=_("Talk, seconds")),
    Meaning(name="duration", label=_("Whole call, seconds")),
    Meaning(name="waittime", label=_("Wait, seconds")),
    Meaning(name="has_recording", label=_("Whether there is a recording")),
    Meaning(name="recording_wav", label=_("Link to the recording")),
    Meaning(name="employee_number", label=_("Employee's id in telephony")),
    Meaning(name="employee_fio", label=_("Employee's name")),
    Meaning(name="employee_email", label=_("Employee's e-mail")),
    Meaning(name="extension_number", label=_("Employee's extension")),
    Meaning(name="outbound_number", label=_("Line of an outgoing call")),
    Meaning(name="forward_location", label=_("Where the call is being sent")),
    Meaning(name="calldate_timestamp_micros", label=_("Start of the call, microseconds")),
    Meaning(name="utm_source", label="utm_source"),
    Meaning(name="utm_medium", label="utm_medium"),
    Meaning(name="utm_campaign", label="utm_campaign"),
    Meaning(name="utm_term", label="utm_term"),
    Meaning(name="utm_content", label="utm_content"),
    Meaning(name="client_id", label=_("Visitor's id (client id)")),
    Meaning(name="pool_name", label=_("Pool of numbers")),
    Meaning(name="scheme_name", label=_("Routing scheme")),
    Meaning(name="department", label=_("Department")),
    Meaning(name="landing", label=_("Landing page")),
    Meaning(name="refferrer", label=_("Page before the visit")),
    Meaning(name="call_card", label=_("Link to the call's card")),
    Meaning(name="summary", label=_("Summary of the call")),
    Meaning(name="transcript_vtt", label=_("Link to the transcript")),
    Meaning(name="event", label=_("Name of the event")),
)
"""What people choose from, the most needed first. A parameter may mean other variables too; those keep their names."""

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_E164 = re.compile(r"\+\d{9,15}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d.*")


def explain(event: RawEvent, account: Account) -> SampleReading:
    """How the first event of a delivery reads. See `TelephonyConnector.explain`."""
    values = read_body(event)[0]
    names = NameMap(name_map(account))
    stated = named_values(values, names)
    found = event_of(stated)
    shown = [(storable(name).strip(), clean(value)) for name, value in values if name != "event"]
    return SampleReading(
        event=found.value if found else "", test=is_test(stated), values=_explained(shown, name_map(account))
    )


def _explained(values: Sequence[tuple[str, str | None]], own: dict[str, str]) -> tuple[NamedValue, ...]:
    plain, mapped = NameMap({}), NameMap(own)
    read = [(name, value, _by_name(name, value, plain, mapped, own)) for name, value in values if name]
    taken = {meaning for _name, _value, (meaning, _by) in read if meaning}
    guessed = guess_names((name, value) for name, value, (meaning, _by) in read if value and not meaning)
    told: dict[str, NamedValue] = {}
    for name, value, by_name in read:
        sure = by_name[0] or by_name[1] == "map"
        meaning, by = by_name if sure else _by_value(name, value, guessed, taken)
        taken |= {meaning} - {""}
        told.setdefault(name, NamedValue(name=name[:LONGEST_SHOWN], value=_shown(name, value), meaning=meaning, by=by))
    return tuple(told.values())


def _by_name(name: str, value: str | None, plain: NameMap, mapped: NameMap, own: dict[str, str]) -> tuple[str, str]:
    """The meaning that the name gives, and by what; one that the map hides has none, by the map."""
    if folded(name) in {folded(theirs) for theirs in own}:
        return next(iter(mapped.canonical([(name, value or "-")])), ""), "map"
    meaning = next(iter(plain.canonical([(name, value or "-")])), "")
    return (meaning, "name") if meaning in ALIASES else ("", "")


def _by_value(name: str, value: str | None, guessed: dict[str, str], taken: set[str]) -> tuple[str, str]:
    if name in guessed and guessed[name] not in taken:
        return guessed[name], "value"
    like = _alike(name)
    if like and like not in taken:
        return like, "likeness"
    shape = _shape(value or "")
    return (shape, "likeness") if shape and shape not in taken else ("", "")


def _alike(name: str) -> str:
    """The known variable whose name, or alias, is spelt most like `name`; "" where none is close."""
    ours = folded(name)
    if len(ours) < SHORTEST_LIKENESS:
        return ""
    spellings = ((folded(spelling), variable) for variable, known in ALIASES.items() for spelling in (variable, *known))
    rated = ((SequenceMatcher(None, ours, spelling).ratio(), variable) for spelling, variable in spellings)
    best, variable = max(rated)
    return variable if best >= LIKE else ""


def _shape(value: str) -> str:
    if _EMAIL.fullmatch(value):
        return "employee_email"
    if _E164.fullmatch(value):
        return "E164"
    if _MOMENT.fullmatch(value):
        return "calldate"
    return "call_type" if canonical_call_type(value) in CALL_TYPES else ""


def _shown(name: str, value: str | None) -> str:
    if value is None:
        return ""
    return MASK if is_secret_name(name) else redact_text(value)[:LONGEST_SHOWN]
