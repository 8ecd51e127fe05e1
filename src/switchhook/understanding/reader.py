"""Works off raw events in batches: body -> facts -> calls -> deliveries and live events.

A reserved loop, never a job behind client lanes, so that a pop-up is not late while thousands of deliveries wait.
Many processes may read at once: rows are claimed with SKIP LOCKED, and a batch locks its calls in a fixed order.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from operator import itemgetter

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from switchhook.calls.merging import Merged, Sourced, merge, reconsider
from switchhook.calls.models import Fact
from switchhook.connections.accounts import open_telephony
from switchhook.connections.models import Connection
from switchhook.connectors.base import RawEvent as Delivered
from switchhook.connectors.base import TelephonyConnector
from switchhook.core.call import CallFact
from switchhook.core.errors import SwitchhookError, UnsupportedEvent
from switchhook.core.inquiry import InquiryFact
from switchhook.intake.models import RawEvent, RawState
from switchhook.projects.people import Staff
from switchhook.understanding.handover import hand_over, ring_without_id, to_the_desk

logger = logging.getLogger(__name__)

BATCH = 50

_AWAY = (OperationalError, InterfaceError)
"""The database does not answer, or chose this transaction to break a deadlock: no fault of any event."""


@dataclass(slots=True)
class _Desk:
    """One connection's reader and staff list, opened once per batch."""

    connection: Connection
    staff: Staff
    telephony: TelephonyConnector


@dataclass(slots=True)
class _Group:
    """The facts of one batch about one call or inquiry; none where facts were only taken from it.

    `fresh` is False when all of them are replays.
    """

    desk: _Desk
    external_id: str
    sourced: list[Sourced] = field(default_factory=list)
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class _Ring:
    """A call that one event of the batch announces without an id."""

    desk: _Desk
    fact: CallFact
    received_at: datetime

    @property
    def client(self) -> str:
        return self.fact.client_number or ""

    def show(self) -> None:
        ring_without_id(self.desk.connection, self.fact, self.desk.staff)


@dataclass(slots=True)
class _Batch:
    groups: dict[tuple[int, str], _Group] = field(default_factory=dict)
    rings: list[_Ring] = field(default_factory=list)


def read_batch(limit: int = BATCH) -> int:
    """Read up to `limit` waiting events in one transaction; returns how many were taken.

    Idempotent under crashes: the events stay waiting until the transaction that merged them commits.
    """
    try:
        return _read_batch(limit)
    except _AWAY:
        raise
    except Exception:
        # One poisonous event must not stop the others: read them one by one, and flag the one that breaks.
        logger.exception("A batch of events could not be merged; reading them one by one")
        ids = list(_waiting().values_list("pk", flat=True)[:limit])
        return sum(_read_single(pk) for pk in ids)


def _waiting() -> QuerySet[RawEvent]:
    return RawEvent.objects.filter(state=RawState.NEW).order_by("id")


@transaction.atomic
def _read_batch(limit: int, **which: int) -> int:
    events = list(_waiting().filter(**which).select_for_update(skip_locked=True, no_key=True)[:limit])
    if events:
        _merge_all(_batch(events))
        RawEvent.objects.bulk_update(events, ["state", "error_code", "error", "read_at"])
    return len(events)


def _read_single(pk: int) -> int:
    try:
        return _read_batch(1, pk=pk)
    except _AWAY:
        raise
    except Exception as error:
        logger.exception("Event %s could not be merged", pk)
        said = f"The hub failed on this event: {error}"[:500]
        flagged = {"state": RawState.FLAGGED, "error_code": "internal", "error": said, "read_at": timezone.now()}
        return _waiting().filter(pk=pk).update(**flagged)


def _batch(events: Sequence[RawEvent]) -> _Batch:
    desks: dict[int, _Desk] = {}
    batch = _Batch()
    for event in events:
        if event.connection_id not in desks:
            desks[event.connection_id] = _desk(event.connection)
        desk = desks[event.connection_id]
        facts = _facts(desk, event)
        for left in _forget(event, facts) if event.replayed else ():
            batch.groups.setdefault((event.connection_id, left), _Group(desk, left))
        for index, fact in enumerate(facts):
            if fact.key:
                _sort_in(batch, desk, event, index, fact)
            elif isinstance(fact, CallFact) and not event.replayed:
                batch.rings.append(_Ring(desk, fact, event.received_at))
    return batch


def _sort_in(batch: _Batch, desk: _Desk, event: RawEvent, index: int, fact: CallFact | InquiryFact) -> None:
    group = batch.groups.setdefault((event.connection_id, fact.key), _Group(desk, fact.key))
    source = _source(event, index)
    group.sourced.append(Sourced(fact=fact, source=source, received_at=event.received_at, raw_event_id=event.pk))
    group.fresh = group.fresh or not event.replayed


def _source(event: RawEvent, index: int) -> str:
    return f"event:{event.pk}:{index}"


def _desk(connection: Connection) -> _Desk:
    return _Desk(connection, Staff(connection.project), open_telephony(connection))


def _facts(desk: _Desk, event: RawEvent) -> Sequence[CallFact | InquiryFact]:
    try:
        facts = desk.telephony.read(_delivered(event))
    except UnsupportedEvent as error:
        return _settle(event, RawState.UNUSED, error.code, str(error))
    except SwitchhookError as error:
        return _settle(event, RawState.FLAGGED, error.code, str(error))
    _settle(event, RawState.READ, "", "")
    return facts


def _settle(event: RawEvent, state: RawState, code: str, error: str) -> tuple[CallFact | InquiryFact, ...]:
    event.state, event.error_code, event.error, event.read_at = state, code, error, timezone.now()
    return ()


def _delivered(event: RawEvent) -> Delivered:
    return Delivered(
        method=event.method,
        content_type=event.content_type,
        query=event.query,
        body=bytes(event.body),
        headers=event.headers,
        received_at=event.received_at,
        truncated=event.truncated,
    )


def _forget(event: RawEvent, facts: Sequence[CallFact | InquiryFact]) -> set[str]:
    """Drop the event's facts that it states no longer; returns the ids of the calls that lost one.

    A corrected name map may give an event another call, fewer facts, or none.
    """
    kept = {(fact.key, _source(event, index)) for index, fact in enumerate(facts)}
    old = Fact.objects.filter(raw_event=event).values_list("pk", "call__external_id", "source")
    stale = {pk: external_id for pk, external_id, source in old if (external_id, source) not in kept}
    Fact.objects.filter(pk__in=stale).delete()
    return set(stale.values())


def _merge_all(batch: _Batch) -> None:
    # First all calls are locked, in the order of their ids, then client by client, in the order of their numbers, his
    # lanes, pop-ups and clicks: batches that share some of them wait for each other and never in a circle. Of one
    # client a ring without an id goes first, since its call takes it over, then the call that began first.
    groups = batch.groups
    merged = [(result, groups[key]) for key in sorted(groups) if (result := _merged(groups[key]))]
    work: list[tuple[str, int, datetime, Callable[[], None]]]
    work = [(ring.client, 0, ring.received_at, ring.show) for ring in batch.rings]
    for result, group in merged:
        if result.changed:
            tell = partial(hand_over, result, group.desk.staff, fresh=group.fresh)
            work.append((result.call.lane_key, 1, result.call.started_at, tell))
    for *_place, do in sorted(work, key=itemgetter(0, 1, 2)):
        do()
    to_the_desk(result for result, _group in merged)


def _merged(group: _Group) -> Merged | None:
    desk = group.desk
    if not group.sourced:
        return reconsider(desk.connection, group.external_id, desk.staff)
    return merge(desk.connection, group.external_id, group.sourced, desk.staff)
