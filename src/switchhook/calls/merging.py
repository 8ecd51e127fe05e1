"""Facts become calls and inquiries: each is stored once per source, and folded anew under its row lock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from switchhook.calls.codec import fact_from_json, fact_to_json, inquiry_fact_from_json, state_to_json, visit_of
from switchhook.calls.models import Call, Fact, Recording, RecordingState
from switchhook.connections.models import Connection
from switchhook.connections.sealing import seal, unseal
from switchhook.connections.services import began_before_activation
from switchhook.core import inquiry
from switchhook.core.call import CallFact, CallState, Status, fold
from switchhook.core.inquiry import InquiryFact
from switchhook.core.situation import Channel, Inquiry
from switchhook.projects.people import Staff

PARSER = 1
"""Version of the reading of events; stored with each fact, so that a better reader can be told from an older one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """A fact with where it came from: `source` is unique within the call (`event:17:0`, `export:ua9-1.2`)."""

    fact: CallFact | InquiryFact
    source: str
    received_at: datetime
    raw_event_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A call after new facts: `changed` is False when they said nothing new; `recording` is one whose link is new.

    It is also True when the call is seen otherwise than before: its employee has been entered, its line stopped.
    `numbers` are the clients whom the change concerns: whose call it is, and whose it was taken for before.
    """

    call: Call
    state: CallState | Inquiry
    changed: bool
    numbers: frozenset[str] = frozenset()
    recording: Recording | None = None


@transaction.atomic
def merge(connection: Connection, external_id: str, sourced: Iterable[Sourced], staff: Staff) -> Merged:
    """Store the facts and fold their call. Idempotent; safe for many processes at once on the same call.

    `external_id` is the facts' `key`; those of a form or dialogue make one, in the same table.

    A fact with a known source replaces the older one. Must be called for a batch's calls in the order of their ids,
    since each locks its row until the surrounding transaction ends.
    """
    sourced = list(sourced)
    new = Call(
        connection=connection,
        external_id=external_id,
        channel=_channel(sourced[0].fact),
        project=connection.project,
        started_at=min(item.received_at for item in sourced),
    )
    call = _locked(new)
    Fact.objects.bulk_create(
        [_fact(call, item) for item in {item.source: item for item in sourced}.values()],
        update_conflicts=True,
        unique_fields=["call", "source"],
        update_fields=["raw_event", "kind", "parser", "received_at", "data"],
    )
    return refold(call, staff)


def reconsider(connection: Connection, external_id: str, staff: Staff) -> Merged | None:
    """Fold a call anew from which facts were taken; None when there is none.

    One that has lost its last fact is deleted, unless something was already made for it; nothing is to be told of it.
    """
    call = Call.objects.select_for_update(no_key=True).filter(connection=connection, external_id=external_id).first()
    if call is None:
        return None
    if not call.facts.exists() and not call.effects.exists():
        call.delete()
        left = frozenset({call.client_number})
        return Merged(call=call, state=CallState(), changed=False, numbers=left)
    call.connection, call.project = connection, connection.project
    return refold(call, staff)


def _fact(call: Call, item: Sourced) -> Fact:
    return Fact(
        call=call,
        source=item.source,
        raw_event_id=item.raw_event_id,
        kind=item.fact.kind,
        parser=PARSER,
        received_at=item.received_at,
        data=_sealed(item.fact),
    )


def refold(call: Call, staff: Staff) -> Merged:
    """Fold a locked call from its stored facts and save what changed."""
    facts = list(call.facts.all())
    state = _folded(call, facts)
    before, seen, number = _seen(call), call.facts_seen, call.client_number
    # Where no event tells when the call began, the first one to arrive does, in whatever order they are read.
    call.started_at = state.started_at or min((fact.received_at for fact in facts), default=call.started_at)
    _apply(call, state, staff)
    call.facts_seen = len(facts)
    changed = before != _seen(call)
    if changed or seen != call.facts_seen:
        call.save()
    recording = _expect_recording(call, state) if isinstance(state, CallState) else None
    numbers = frozenset({number, call.client_number}) if changed else frozenset()
    return Merged(
        call=call, state=state, changed=changed or recording is not None, numbers=numbers, recording=recording
    )


def _seen(call: Call) -> tuple[object, ...]:
    return call.state, call.employee_id, call.started_at, call.stopped, call.journal_only


def _channel(fact: CallFact | InquiryFact) -> Channel:
    return fact.channel if isinstance(fact, InquiryFact) else Channel.CALL


def _folded(call: Call, facts: Iterable[Fact]) -> CallState | Inquiry:
    if call.channel == Channel.CALL:
        return fold(_unsealed(fact.data) for fact in facts)
    return inquiry.fold((inquiry_fact_from_json(fact.data) for fact in facts), Channel(call.channel))


def _locked(new: Call) -> Call:
    """The row that `new` would be, made if there is none, and locked."""
    known = Call.objects.select_for_update(no_key=True).filter(connection=new.connection, external_id=new.external_id)
    call = known.first()
    if call is None:
        # Another process may be making it at this moment: one of the two inserts, and both go on with that row.
        Call.objects.bulk_create([new], ignore_conflicts=True)
        call = known.get()
    call.connection, call.project = new.connection, new.project
    return call


def _apply(call: Call, state: CallState | Inquiry, staff: Staff) -> None:
    if isinstance(state, Inquiry):
        call.status = Status.OTHER if state.ended else Status.ACTIVE
        call.ended_at = state.at if state.ended else None
    else:
        call.direction, call.status = state.direction or "in", state.status
        call.project_number = state.project_number or ""
        call.answered_at, call.ended_at = state.answered_at, state.ended_at
        call.talk_seconds, call.wait_seconds = state.talk_seconds, state.wait_seconds
    call.client_number = state.client_number or ""
    call.employee = staff.find(state.employee)
    call.stopped = staff.stop_list.covers(call.project_number, call.client_number)
    call.journal_only = began_before_activation(call.connection, call.started_at)
    call.state = state_to_json(state)
    call.source, call.campaign = visit_of(state)


def _sealed(fact: CallFact | InquiryFact) -> dict[str, object]:
    data = fact_to_json(fact)
    if isinstance(fact, CallFact) and fact.recording_url:
        data["recording_url"] = seal(fact.recording_url)
    return data


def _unsealed(data: dict[str, object]) -> CallFact:
    if url := data.get("recording_url"):
        data = {**data, "recording_url": unseal(str(url))}
    return fact_from_json(data)


def _expect_recording(call: Call, state: CallState) -> Recording | None:
    # An answered call has its link before anybody knows whether and when the file will come, so that what is written
    # into a CRM at the end of the call need not change later.
    if not (state.has_recording or (state.ended and state.status is Status.ANSWERED)):
        return None
    Recording.objects.bulk_create([Recording(call=call)], ignore_conflicts=True)
    if not state.recording_url:
        return None
    recording = Recording.objects.get(call=call)
    if recording.sealed_url and unseal(recording.sealed_url) == state.recording_url:
        return None
    known = Recording.objects.filter(pk=recording.pk)
    known.update(sealed_url=seal(state.recording_url), attempts=0)
    known.filter(state=RecordingState.MISSING).update(state=RecordingState.EXPECTED)
    return recording
