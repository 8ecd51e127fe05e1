"""When a call or inquiry changed: its deliveries are scheduled and people told, in the same transaction."""

from switchhook.calls.merging import Merged
from switchhook.calls.models import Call
from switchhook.calls.tasks import fetch_recording
from switchhook.connections.models import Connection
from switchhook.core.call import CallFact, CallState, Direction, EmployeeRef, EventKind, Moment
from switchhook.delivery.lanes import schedule
from switchhook.dialing import linking
from switchhook.live.publish import publish
from switchhook.projects.people import Staff

_ANNOUNCING = (EventKind.BEFORE, EventKind.FORWARDING, EventKind.TAKING)


def hand_over(merged: Merged, staff: Staff, *, fresh: bool) -> None:
    """Tell the rest of the hub that a call, form or dialogue changed.

    `fresh` is False for replayed and recovered events: they change records, and raise no pop-up. A form or dialogue
    never raises one.
    """
    call = merged.call
    if not call.stopped and not call.journal_only:
        schedule(call)
    if merged.recording:
        fetch_recording.defer(recording_id=merged.recording.pk)
    publish(call.project_id, "call", {"call": call.pk})
    if isinstance(merged.state, CallState):
        linking.link(call, merged.state)
    if fresh and isinstance(merged.state, CallState):
        _pop_up(call, merged.state, staff)


def ring_without_id(connection: Connection, fact: CallFact, staff: Staff) -> None:
    """A call announced without an id cannot be stored as a call: it only rings on the screen of who dials."""
    if fact.kind not in _ANNOUNCING:
        return
    people = staff.find_all([fact.employee] if fact.employee else [])
    linking.rang_without_id(connection, fact, next(iter(people), None))
    data = {"call": None, "moment": Moment.RING, "client": fact.client_number, "employees": [one.pk for one in people]}
    publish(connection.project_id, "popup", data, to=[one.pk for one in people])


def _pop_up(call: Call, state: CallState, staff: Staff) -> None:
    people = staff.find_all(_concerned(state))
    hearers = staff.find_all([*_concerned(state), *state.ringing])
    moment = Moment.END if state.ended else Moment.PICKUP if Moment.PICKUP in state.reached else Moment.RING
    data = {"call": call.pk, "moment": moment, "employees": [one.pk for one in people]}
    publish(call.project_id, "popup", data, to=[one.pk for one in hearers] or None)


def _concerned(state: CallState) -> list[EmployeeRef]:
    if state.employee and (Moment.PICKUP in state.reached or state.direction is Direction.OUT):
        return [state.employee]
    return list(state.ringing)
