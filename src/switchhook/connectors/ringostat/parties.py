"""Who called whom: the client, the employee and the project's line, told apart.

Which field holds the client depends on the direction and on how the call was started, and fields are filled with
whatever the exchange had at hand. So all fields are candidates; logins, short numbers and the project's own numbers
fall out; the direction puts the rest in order.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from switchhook.core.call import Direction, EmployeeRef
from switchhook.core.phone import digits_of, looks_like_subscriber, normalize

INCOMING_CLIENT = ("E164", "userfield", "caller_number", "caller")
CALLBACK_CLIENT = (*INCOMING_CLIENT, "full_num", "dst", "connected_with")
OUTGOING_CLIENT = ("full_num", "dst", "userfield", "E164", "connected_with", "caller_number", "caller")
LINES = ("outbound_number", "n_alias")
LONGEST_TEXT = 200

HIDDEN_WORDS = frozenset(
    {
        "anonymous",
        "unknown",
        "restricted",
        "private",
        "unavailable",
        "withheld",
        "hidden",
        "blocked",
        "приховано",
        "скрыт",
    }
)
_ANGLED = re.compile(r'\s*"?(?P<display>[^"<>]*)"?\s*<(?P<address>[^<>]*)>\s*')
_TECHNOLOGY = re.compile(r"(?:sips?:|tel:|(?:pj)?sip/)", re.IGNORECASE)

Stated = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Address:
    """One side of a call as a field names it: an outside number (E.164), a short number or a SIP login."""

    number: str | None = None
    short: str = ""
    sip: str = ""
    display: str = ""
    hidden: bool = False


def address(text: str | None, country: str) -> Address:
    """What `text` names: `380…`, `101`, `login`, `"login" <login>`, `"Name" <380…>`, `sip:login@host`, `anonymous`."""
    said = (text or "")[:LONGEST_TEXT].strip()
    match = _ANGLED.fullmatch(said)
    display, bare = (match["display"].strip(), match["address"].strip()) if match else ("", said)
    bare = _TECHNOLOGY.sub("", bare, count=1).partition("@")[0].partition(";")[0].strip()
    if bare.casefold() in HIDDEN_WORDS or (not bare and display.casefold() in HIDDEN_WORDS):
        return Address(hidden=True)
    if not bare:
        return Address()
    if looks_like_subscriber(bare):
        number = normalize(bare, country)
        return Address(number=number, display=display, hidden=number is None)
    if re.search(r"[^\W\d_]", bare):
        return Address(sip=bare, display=display)
    return Address(short=digits_of(bare), display=display)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """The sides of one call. `hidden`: the event speaks of a client and gives no number."""

    direction: Direction | None
    client: str | None
    hidden: bool | None
    client_name: str
    line: str | None
    employee: EmployeeRef | None


def find_parties(
    stated: Stated, said: Direction | None, default: Direction | None, *, country: str, own: frozenset[str]
) -> Parties:
    """Tell the sides apart.

    `said` is the direction by the call type, None where it is silent; then the fields decide, and at last `default`,
    the direction of the family of events. `own` are the project's lines and its employees' mobiles.
    """
    sides = {name: address(stated[name], country) for name in {*OUTGOING_CLIENT, *LINES} & set(stated)}
    way = said or _direction(sides, own) or default
    lines = own | {found for name in LINES if name in sides and (found := sides[name].number)}
    field = _client_field(sides, way, stated.get("call_type") == "callback", lines)
    client = sides[field].number if field else None
    line = _line(sides, way, client)
    if client is None and _between_colleagues(sides, way):
        way = Direction.INTERNAL
    return Parties(
        direction=way,
        client=client,
        hidden=_hidden(sides, way, client),
        client_name=_client_name(sides, client),
        line=line,
        employee=_employee(stated, sides, way, not_his={client, line}),
    )


def _direction(sides: Mapping[str, Address], own: frozenset[str]) -> Direction | None:
    caller, called = sides.get("caller", Address()), sides.get("dst", Address())
    if caller.sip or (caller.number in own and called.number and called.number not in own):
        return Direction.OUT
    return Direction.IN if caller.number in own or called.number in own else None


def _client_field(
    sides: Mapping[str, Address], way: Direction | None, callback: bool, lines: frozenset[str]
) -> str | None:
    outgoing = way is Direction.OUT
    order = OUTGOING_CLIENT if outgoing else CALLBACK_CLIENT if callback else INCOMING_CLIENT
    candidates = {name: sides[name].number for name in order if name in sides and sides[name].number}
    outside = {name: number for name, number in candidates.items() if number not in lines}
    if outgoing:
        # A call started by the API names its client as the caller too; what is dialled may be the project's line.
        for name in ("userfield", "E164"):
            if name in outside and outside[name] == outside.get("caller"):
                return name
    return next(iter(outside), None)


def _between_colleagues(sides: Mapping[str, Address], way: Direction | None) -> bool:
    caller, called = sides.get("caller", Address()), sides.get("dst", Address())
    if way is Direction.OUT:
        return bool(called.sip or _extension(called))
    return way is Direction.IN and bool(caller.sip or _extension(caller))


def _hidden(sides: Mapping[str, Address], way: Direction | None, client: str | None) -> bool | None:
    if client:
        return False
    said = [sides[name] for name in INCOMING_CLIENT if name in sides]
    if way in {Direction.OUT, Direction.INTERNAL} or not said:
        return None
    return True if any(side.hidden for side in said) or all(side == Address() for side in said) else None


def _client_name(sides: Mapping[str, Address], client: str | None) -> str:
    side = sides.get("caller", Address())
    says_a_name = re.search(r"[^\W\d_]", side.display) is not None
    return side.display if client is not None and side.number == client and says_a_name else ""


def _line(sides: Mapping[str, Address], way: Direction | None, client: str | None) -> str | None:
    fields = ("outbound_number", "dst", "n_alias") if way is Direction.OUT else ("dst", "n_alias", "outbound_number")
    numbers = (sides[name].number for name in fields if name in sides)
    return next((number for number in numbers if number and number != client), None)


def _employee(
    stated: Stated, sides: Mapping[str, Address], way: Direction | None, *, not_his: set[str | None]
) -> EmployeeRef | None:
    incoming = way is Direction.IN
    fields = ("connected_with", "dst") if incoming else ("caller", "connected_with", "dst")
    named = [sides[name] for name in fields if name in sides]
    # Only who answered, or who dialled, has a number of his own here: other fields hold lines and clients.
    own_side = sides.get("connected_with" if incoming else "caller", Address())
    return named_employee(
        stated,
        sip=next((side.sip for side in named if side.sip), ""),
        extension=_extension(own_side),
        number=own_side.number if own_side.number and own_side.number not in not_his else "",
    )


def named_employee(stated: Stated, *, sip: str = "", extension: str = "", number: str = "") -> EmployeeRef | None:
    """The employee whom the event names, with what his side of the line tells; None for nobody."""
    staff_id = (stated.get("employee_number") or "").removesuffix(".0")
    email = stated.get("employee_email") or ""
    found = EmployeeRef(
        staff_id="" if staff_id in {"-1", "0"} else staff_id[:LONGEST_TEXT],
        sip=sip,
        extension=(stated.get("extension_number") or extension)[:LONGEST_TEXT],
        email=email[:LONGEST_TEXT] if "@" in email else "",
        name=(stated.get("employee_fio") or "")[:LONGEST_TEXT],
        number=number,
    )
    return found or None


def _extension(side: Address) -> str:
    return side.short if 2 <= len(side.short) <= 5 else ""
