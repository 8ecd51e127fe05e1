"""What the twin holds: the project, its calls, what was delivered, what was asked of it."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from switchhook.connectors.testing.twin import TwinClock

from .bodies import Message
from .calls import ANSWERED, Call, spellings
from .config import TwinConfig
from .delivery import Delivery

FIRST_SEQUENCE = 2139025
FIRST_STAFF_ID = 340001
KEPT_DELIVERIES = 20_000


class Clearable(Protocol):
    """A collection that can be emptied."""

    def clear(self) -> None: ...


@dataclass(slots=True)
class RecordingSwitch:
    """How a recording answers: ready, late (404 until released), missing (404), gone (410), empty, limited (429)."""

    availability: str = "ready"
    retry_after: int = 1
    times: int | None = None


@dataclass(slots=True)
class RingostatState:
    """The twin's memory. Used on one event loop; `snapshot` may be read from anywhere."""

    initial: TwinConfig
    clock: TwinClock
    config: TwinConfig = field(init=False)
    calls: dict[str, Call] = field(default_factory=dict)
    deliveries: deque[Delivery] = field(default_factory=lambda: deque(maxlen=KEPT_DELIVERIES))
    held: dict[str, list[Message]] = field(default_factory=dict)
    recordings: dict[str, RecordingSwitch] = field(default_factory=dict)
    callbacks: list[dict[str, Any]] = field(default_factory=list)
    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    organizations: dict[str, dict[str, Any]] = field(default_factory=dict)
    revoked_keys: set[str] = field(default_factory=set)
    _sequence: int = FIRST_SEQUENCE
    _deliveries_made: int = 0
    _counts: dict[str, int] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.config = self.initial

    def reset(self) -> None:
        """The project as it was configured last, with nothing in it."""
        memories: tuple[Clearable, ...] = (
            *(self.calls, self.deliveries, self.held, self.recordings, self.callbacks),
            *(self.contacts, self.organizations, self.revoked_keys, self._counts, self._answered),
        )
        for memory in memories:
            memory.clear()
        self.config = self.initial
        self._sequence, self._deliveries_made = FIRST_SEQUENCE, 0

    def configure(self, config: TwinConfig) -> None:
        """Be this project from now on, and after a reset."""
        self.initial = self.config = config

    def expire_token(self) -> None:
        """The Auth-key in force is refused until another is configured or the twin is reset."""
        self.revoked_keys.add(self.config.auth_key)

    def next_sequence(self) -> int:
        """The number after the dot of the next call id."""
        self._sequence += 1
        return self._sequence - 1

    def next_staff_id(self) -> int:
        """An id that no employee has."""
        return max((FIRST_STAFF_ID - 1, *(person.staff_id for person in self.config.employees))) + 1

    def add_call(self, call: Call) -> None:
        """Take a call into the log: counts it for its client, and marks a further answered one REPEATED."""
        _, digits = spellings(call.client)
        self._counts[digits] = self._counts.get(digits, 0) + 1
        call.counter = self._counts[digits]
        if call.disposition == "PROPER" and digits in self._answered:
            call.disposition = "REPEATED"
        if call.disposition in ANSWERED:
            self._answered.add(digits)
        self.calls[call.call_id] = call

    def new_delivery(self, call_id: str, message: Message) -> Delivery:
        """A delivery with a number of its own, kept for a resend."""
        self._deliveries_made += 1
        delivery = Delivery(self._deliveries_made, call_id, message)
        self.deliveries.append(delivery)
        return delivery

    def speaking(self, now: datetime) -> list[str]:
        """SIP logins that are in a conversation now."""
        return sorted(
            {
                call.last_direction
                for call in self.calls.values()
                if call.running(now) and call.last_direction in self.config.online
            }
        )

    def snapshot(self) -> dict[str, Any]:
        """For `GET /__twin__/state`; the last hundred calls and deliveries."""
        now = self.clock()
        return {
            "config": self.config.as_json(),
            "call_count": len(self.calls),
            "delivery_count": self._deliveries_made,
            "calls": [_call_as_json(call, now) for call in list(self.calls.values())[-100:]],
            "deliveries": [delivery.as_json() for delivery in list(self.deliveries)[-100:]],
            "held": {call_id: [message.event for message in messages] for call_id, messages in self.held.items()},
            "callbacks": self.callbacks,
            "contacts": list(self.contacts.values()),
            "organizations": list(self.organizations.values()),
        }


def _call_as_json(call: Call, now: datetime) -> dict[str, Any]:
    return {
        "call_id": call.call_id,
        "call_type": call.call_type,
        "client": call.client,
        "started_at": call.started_at.isoformat(),
        "disposition": call.disposition,
        "talk": call.talk,
        "wait": call.wait,
        "employee": call.last_employee.staff_id if call.last_employee else None,
        "connected_with": call.last_direction,
        "running": call.running(now),
    }
