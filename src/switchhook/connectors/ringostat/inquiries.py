"""Forms and dialogues: from named values to the fact they state.

Nothing of these bodies is published. Whatever can be recognised is; every other field of a form stands in its text.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from switchhook.connectors.base import Account
from switchhook.core.call import EmployeeRef
from switchhook.core.errors import AnomalousPayload
from switchhook.core.inquiry import InquiryEvent, InquiryFact
from switchhook.core.phone import normalize

from .body import Values, clean, storable
from .config import name_map
from .inquiry_names import DIALOGUES, FORMS
from .names import NameMap, Vocabulary
from .parties import address, named_employee
from .values import flag, link, moment
from .visits import VISIT, may_be_shown, tags_of, utm_of

LONGEST_ID = 180
LONGEST_NAME = 200
LONGEST_EMAIL = 254
LONGEST_VALUE = 4_000
LONGEST_TEXT = 20_000
A_WHILE = timedelta(days=31)
"""How far from its arrival a value can be, as a date, that tells when a form was sent: others are something else."""

CONSUMED = VISIT | {
    "event", "test", "calldate", "calldate_timestamp_micros", "client_phone", "client_name", "first_name", "last_name",
    "client_email", "released", "connected_with", "extension_number", "employee_fio", "employee_number",
    "employee_email", "text", "dialogue_link", "dialogue_id", "messenger", "submission_id",
}  # fmt: skip
"""Names with a field of their own in the fact; every other one becomes a tag."""

_EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+")
_LISTED = re.compile(r"(?P<item>.*\.\d+)\.(?P<part>name|key|label|field|id|value)", re.IGNORECASE)

Stated = Mapping[str, str | None]


def inquiry_fact(values: Values, kind: InquiryEvent, received_at: datetime, account: Account) -> InquiryFact:
    """What an event about a form or dialogue states. One that gives no time happened when it was received.

    Raises AnomalousPayload where it tells neither which dialogue it is about nor whose.
    """
    vocabulary = FORMS if kind is InquiryEvent.FORM else DIALOGUES
    stated = _named(values, NameMap(name_map(account), vocabulary))
    at = moment(stated.get("calldate_timestamp_micros"), account.zone) or moment(stated.get("calldate"), account.zone)
    number, email = _number(stated, account), _email(stated)
    is_form = kind is InquiryEvent.FORM
    if is_form:
        own_id = _submission(values, stated, received_at, account.zone)
    else:
        own_id = _dialogue(stated, number, f"{(at or received_at).astimezone(account.zone):%Y-%m-%d}")
    missed = [name for name, read in (("client_phone", number), ("client_email", email), ("calldate", at)) if not read]
    return InquiryFact(
        kind=kind,
        external_id=own_id,
        at=at or received_at,
        released=flag(stated.get("released")) is True,
        client_number=number,
        client_name=_name(stated),
        client_email=email,
        source=(stated.get("messenger") or "")[:LONGEST_NAME],
        text=_fields(stated, vocabulary, missed) if is_form else (stated.get("text") or "")[:LONGEST_TEXT],
        link=_link(stated, ("page", "landing") if is_form else ("dialogue_link",)),
        employee=None if is_form else _employee(stated, account),
        utm=utm_of(stated),
        tags=tags_of({name: value for name, value in stated.items() if name not in CONSUMED}, vocabulary.canonical),
    )


def _named(values: Values, names: NameMap) -> dict[str, str | None]:
    return names.canonical((storable(name).strip(), clean(value)) for name, value in _paired(values))


def _paired(values: Values) -> Iterator[tuple[str, str | None]]:
    """The values; a list of `{"name": …, "value": …}` objects, as site forms are often sent, becomes plain fields."""
    found: dict[str, dict[str, str | None]] = {}
    for name, value in values:
        match = _LISTED.fullmatch(name)
        if match is None:
            yield name, value
        else:
            found.setdefault(match["item"], {})[match["part"].lower()] = value
    for item, parts in found.items():
        label = next((parts[part] for part in ("name", "key", "field", "label", "id") if parts.get(part)), None)
        if label and "value" in parts:
            yield label, parts["value"]
        else:
            yield from ((f"{item}.{part}", value) for part, value in parts.items())


def _submission(values: Values, stated: Stated, received_at: datetime, zone: ZoneInfo) -> str:
    # Two deliveries are of one submission where their bodies are equal: these hold the time, or else the day of arrival
    # stands in for it. The bodies as they came, so that a corrected name map does not make another form of an old one.
    if given := stated.get("submission_id"):
        return given[:LONGEST_ID]
    if not any(value for name, value in stated.items() if name not in {"event", "form_id", "form_name", "project_id"}):
        raise AnomalousPayload("The form has no fields. Add them to the webhook's parameters.", field="phone")
    said = sorted((name, value or "") for name, value in values if name != "event")
    times = [time for _name, value in said if (time := moment(value, zone))]
    dated = any(abs(time - received_at) < A_WHILE for time in times)
    return _digest([*said, ("", "" if dated else f"{received_at.astimezone(zone):%Y-%m-%d}")])


def _dialogue(stated: Stated, number: str | None, day: str) -> str:
    if given := stated.get("dialogue_id"):
        return given[:LONGEST_ID]
    who = stated.get("messenger_client_id") or number or stated.get("client_email")
    if not who:
        raise AnomalousPayload(
            "The event does not tell which dialogue it is about. Add the dialogue's id to the webhook's parameters, "
            "or name it in the connection's name map (dialogue_id).",
            field="dialogue_id",
        )
    return _digest([("messenger", stated.get("messenger")), ("who", who), ("day", day)])


def _digest(said: Iterable[tuple[str, str | None]]) -> str:
    return hashlib.sha256(repr(list(said)).encode()).hexdigest()[:32]


def _number(stated: Stated, account: Account) -> str | None:
    number = normalize(stated.get("client_phone"), account.country)
    return None if number in account.own_numbers else number


def _name(stated: Stated) -> str:
    both = " ".join(filter(None, (stated.get("first_name"), stated.get("last_name"))))
    return (stated.get("client_name") or both)[:LONGEST_NAME]


def _email(stated: Stated) -> str:
    said = stated.get("client_email") or ""
    return said if len(said) <= LONGEST_EMAIL and _EMAIL.fullmatch(said) else ""


def _link(stated: Stated, names: Iterable[str]) -> str:
    found = (link(stated.get(name)) for name in names)
    return next((address for address in found if address and may_be_shown(address)), "")


def _employee(stated: Stated, account: Account) -> EmployeeRef | None:
    side = address(stated.get("connected_with"), account.country)
    own = side.number if side.number in account.own_numbers else None
    return named_employee(stated, sip=side.sip, extension=side.short, number=own or "")


def _fields(stated: Stated, vocabulary: Vocabulary, missed: Collection[str]) -> str:
    """The form's name and its own fields, one a line; `missed` are known ones whose value could not be used."""
    known = set(vocabulary.canonical.values()) - set(missed)
    lines = [stated.get("form_name") or ""]
    for name, value in stated.items():
        if value and name not in known and may_be_shown(value):
            lines.append(f"{name.removeprefix('client_').removeprefix('call')}: {value[:LONGEST_VALUE]}")
    return "\n".join(filter(None, lines))[:LONGEST_TEXT]
