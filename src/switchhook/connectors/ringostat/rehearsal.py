"""A call that nobody has made, as the cabinet's webhooks would tell it: for the first run of a new hub."""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from switchhook.connectors.base import Account, RehearsedCall, RehearsedEvent
from switchhook.core.call import EmployeeRef

from .kinds import Event

_CLOCK = "%Y-%m-%d %H:%M:%S"


def rehearse(call: RehearsedCall, account: Account) -> Sequence[RehearsedEvent]:
    """Before the call, its way to the employee, the taking of it, and after it: flat JSON with the vendor's names."""
    return [
        RehearsedEvent(
            query=urlencode({"event": event.value}),
            content_type="application/json",
            body=json.dumps(body, ensure_ascii=False).encode(),
        )
        for event, body in _events(call, account)
    ]


def _events(call: RehearsedCall, account: Account) -> Iterator[tuple[Event, dict[str, Any]]]:
    known = _identity(call, account)
    yield Event.BEFORE, known
    if call.employee:
        yield Event.FORWARDING, {**known, "forward_location": _direction(call.employee)}
        known |= _employee(call.employee)
        yield Event.TAKING, known
    talk = call.talk_seconds if call.employee else 0
    result = {
        "disposition": "ANSWERED" if call.employee else "NO ANSWER",
        "billsec": talk,
        "duration": talk + call.wait_seconds,
        "waittime": call.wait_seconds,
        "has_recording": "0",
    }
    yield Event.AFTER, {**known, **result}


def _identity(call: RehearsedCall, account: Account) -> dict[str, Any]:
    digits = call.client.removeprefix("+")
    return {
        "uniqueid": call.external_id,
        "calldate": call.started_at.astimezone(account.zone).strftime(_CLOCK),
        "calldate_timestamp_micros": str(int(call.started_at.timestamp() * 1_000_000)),
        "call_type": "in",
        "E164": call.client,
        "userfield": digits,
        "dst": call.line.removeprefix("+"),
        "utm_source": "switchhook",
        "utm_medium": "test",
    }


def _employee(who: EmployeeRef) -> dict[str, Any]:
    return {
        "connected_with": _direction(who),
        "employee_fio": who.name,
        "employee_number": who.staff_id,
        "employee_email": who.email,
        "extension_number": who.extension,
    }


def _direction(who: EmployeeRef) -> str:
    return who.sip or who.number.removeprefix("+") or who.extension
