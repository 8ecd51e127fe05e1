"""Learning a telephony connection's name map from a sample event: what each parameter means, and which map that makes.

Used by the first-run guide (the sample is the first event that came) and by the settings page (the sample is pasted).
Nothing here writes: the caller shows the reading, a person confirms it, and `name_map` gives what to save as the
connection's setting `names`.
"""

from collections.abc import Iterable, Mapping

from django.utils import timezone

from switchhook.connections.accounts import open_telephony
from switchhook.connections.models import Connection
from switchhook.connectors.base import Meaning, RawEvent, SampleReading
from switchhook.intake.models import RawEvent as Stored

SURE = frozenset({"map", "name", "value"})
"""Ways of knowing a meaning (`NamedValue.by`) that need nobody's confirmation."""


def read_sample(connection: Connection, body: bytes, *, content_type: str = "", query: str = "") -> SampleReading:
    """How this connection reads a body (JSON, or a form) that a person has pasted. Raises AnomalousPayload.

    `query` is what stood behind `?` in the webhook's address.
    """
    now = timezone.now()
    event = RawEvent(method="POST", content_type=content_type, query=query, body=body, headers={}, received_at=now)
    return open_telephony(connection).explain(event)


def read_stored(connection: Connection, event: Stored) -> SampleReading:
    """The same for an event that has come. Raises AnomalousPayload where it cannot be read."""
    delivered = RawEvent(
        method=event.method,
        content_type=event.content_type,
        query=event.query,
        body=bytes(event.body),
        headers=event.headers,
        received_at=event.received_at,
        truncated=event.truncated,
    )
    return open_telephony(connection).explain(delivered)


def meanings(connection: Connection) -> tuple[Meaning, ...]:
    """What a parameter can mean at this connection's provider, for a choice; labels are English message ids."""
    return tuple(open_telephony(connection).meanings())


def name_map(reading: SampleReading, chosen: Mapping[str, str], held: Mapping[str, str]) -> dict[str, str]:
    """The map (their name to ours) that makes the hub read the sample as a person has `chosen` it to be read.

    `chosen` is parameter name to meaning ("" for: keep as a tag); parameters that are not in it stay as they are.
    `held` is the map so far: its other entries stay. What the hub understands by itself needs no entry. Pure.
    """
    names = dict(held)
    for value in reading.values:
        meaning = chosen.get(value.name)
        if meaning is None or (meaning == value.meaning and value.by in SURE):
            continue
        if meaning:
            names[value.name] = meaning
        else:
            names.pop(value.name, None)
    return names


def uncertain(reading: SampleReading) -> list[str]:
    """Names of the parameters whose meaning is a likeness only, or not known at all: what a person should look at."""
    return [value.name for value in reading.values if value.by not in SURE]


def missing(reading: SampleReading, needed: Iterable[str]) -> list[str]:
    """Which of the `needed` meanings no parameter of the sample has."""
    stated = {value.meaning for value in reading.values}
    return [name for name in needed if name not in stated]
