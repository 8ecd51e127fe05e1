"""A person says who a number is: it goes onto the record in the CRM, where the CRM allows, and into the directory.

It is written in the turn of the client's lane, so that no worker and no second click makes another contact meanwhile.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from switchhook.calls.models import Call, LinkedByHand
from switchhook.connections.accounts import open_crm
from switchhook.connections.governor import Urgency
from switchhook.connections.models import Connection, ConnectionState, EmployeeAccount
from switchhook.connectors.base import CrmConnector
from switchhook.core.errors import Rejected, TargetGone, Transient
from switchhook.core.records import PARTIES, Draft, Kind, Record, Ref
from switchhook.delivery import lanes, leases, observing
from switchhook.delivery.models import Flow, FlowState, Lane
from switchhook.directory import index
from switchhook.live.publish import publish
from switchhook.projects.models import User

PATIENCE = 10.0
"""Seconds for which a person waits for what is being written for the client at that moment."""

_LOOK_EVERY = 0.2
Outcome = LinkedByHand.Outcome


def crms_for(call: Call) -> list[Connection]:
    """The CRM connections in which the call's number can be tied to somebody, the first-ranked first.

    Those that hold their work (paused, broken) and those that only observe the call are left out.
    """
    active = Connection.objects.filter(project=call.project_id, role="crm", state=ConnectionState.ACTIVE)
    return [crm for crm in active.order_by("rank", "id") if not observing.watches(crm, call)]


def makes_contacts(crm: Connection) -> bool:
    """Whether the hub may make records in this CRM, and not only change what is there."""
    return not crm.setting("update_only", False)


def link(call: Call, connection: Connection, ref: Ref, user: User) -> LinkedByHand:
    """Tie the call's number to an existing contact or company. Idempotent.

    Raises TargetGone where the record is no more, AuthFailed, Misconfigured and Transient as the CRM answers, and
    Transient where the client's turn does not come. A CRM that refuses the number, or keeps none on such a record, does
    not hinder: then the hub alone knows.
    """
    crm = open_crm(connection, urgency=Urgency.LIVE)
    with _turn(connection, call, ref):
        record = crm.get(ref)
        record, outcome, error = _with_number(crm, record, call.client_number)
        return _settled(call, connection, record, user, outcome=outcome, error=error, made=False)


def make_contact(call: Call, connection: Connection, name: str, user: User) -> LinkedByHand:
    """Make a contact of this name with the call's number, owned by `user` where this CRM knows him.

    A contact that meanwhile has the number is linked instead of made again. Raises Rejected with the CRM's sentence,
    OutcomeUnknown where its answer was lost, and what `link` raises.
    """
    crm, number = open_crm(connection, urgency=Urgency.LIVE), call.client_number
    with _turn(connection, call) as run:
        there = _contact_of(connection, crm, number)
        if there is not None:
            return _settled(call, connection, there, user, outcome=Outcome.THERE, error="", made=False)
        values = {"name": name, "phones": [number]}
        if owner := _user_id(connection, user):
            values["owner"] = owner
        _hold_for(run, crm.capabilities.longest_request)
        record = crm.create(Draft(kind=Kind.CONTACT, values=values), mark=f"swh-by-hand-{call.pk}")
        return _settled(call, connection, record, user, outcome=Outcome.WRITTEN, error="", made=True)


@contextmanager
def _turn(connection: Connection, call: Call, contact: Ref | None = None) -> Iterator[lanes.Run]:
    """The client's lane, as a worker has it, and the lease on `contact`. Raises Transient where it is not free."""
    lane, _is_new = Lane.objects.get_or_create(connection=connection, key=call.lane_key)
    run = _claimed(lane)
    try:
        if contact is not None and contact.kind is Kind.CONTACT:
            leases.take(run, contact.id)
        yield run
    except leases.LeaseTaken as error:
        raise _busy() from error
    finally:
        leases.give_back(run)
        lanes.finish(run, attempts=run.attempts)


def _claimed(lane: Lane) -> lanes.Run:
    give_up_at = time.monotonic() + PATIENCE
    while True:
        if Flow.objects.filter(connection=lane.connection_id, state=FlowState.WAITING).exists():
            raise Transient("The CRM does not answer at present. Try again when it is back.")
        if run := lanes.claim(lane.pk):
            return run
        if time.monotonic() >= give_up_at:
            raise _busy()
        time.sleep(_LOOK_EVERY)


def _busy() -> Transient:
    return Transient("Something else is being written for this client. Try again in a moment.")


def _hold_for(run: lanes.Run, seconds: float) -> None:
    """Keep the turn for a request that may take so long."""
    if not lanes.owned(run).update(running_until=timezone.now() + timedelta(seconds=seconds)):
        raise _busy()


def _contact_of(connection: Connection, crm: CrmConnector, number: str) -> Record | None:
    """The contact that has the number, one that was made a moment ago and no search shows yet included."""
    index.ask(connection, number, crm, anew=True)
    for known in index.look_up(connection, number):
        if known.kind is not Kind.CONTACT:
            continue
        try:
            record = crm.get(known.ref)
        except TargetGone:
            index.forget(connection, [known.ref])
        else:
            if number in record.phones:
                return record
    return None


def _with_number(crm: CrmConnector, record: Record, number: str) -> tuple[Record, Outcome, str]:
    if number in record.phones:
        return record, Outcome.THERE, ""
    can = crm.capabilities
    if record.kind not in can.stores_phone or record.kind not in can.updatable:
        return record, Outcome.HUB, ""
    try:
        return crm.update(record.ref, {"phones": [*record.phones, number]}), Outcome.WRITTEN, ""
    except Rejected as error:
        return record, Outcome.REFUSED, str(error)


@transaction.atomic
def _settled(
    call: Call, connection: Connection, record: Record, user: User, *, outcome: Outcome, error: str, made: bool
) -> LinkedByHand:
    if record.kind not in PARTIES:
        raise TargetGone("Only a contact or a company can be who calls.")
    index.remember(connection, [record], call.client_number)
    told = LinkedByHand.objects.create(
        call=call,
        connection=connection,
        kind=record.kind,
        record_id=record.id,
        title=record.title[:255],
        url=record.url,
        made=made,
        outcome=outcome,
        error=error,
        user=user,
    )
    publish(call.project_id, "call", {"call": call.pk})
    return told


def _user_id(connection: Connection, user: User) -> str:
    mapped = EmployeeAccount.objects.filter(connection=connection, employee__user=user, employee__active=True)
    return mapped.values_list("user_id", flat=True).first() or ""
