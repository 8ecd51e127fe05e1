"""The call that telephony reports, and the click that asked for it: put together."""

from datetime import timedelta

from django.db.models import Q

from switchhook.calls.models import Call
from switchhook.connections.models import Connection
from switchhook.core.call import CallFact, CallState, Direction, Moment
from switchhook.dialing.models import DialRequest, DialState
from switchhook.dialing.news import move
from switchhook.projects.models import Employee

CLOCKS = timedelta(seconds=30)
"""By how much the exchange's clock may be behind ours."""

STARTS_WITHIN = timedelta(minutes=3)
"""How long after the click its call may begin: the employee's phone rings first."""

CALLBACK = "callback"
"""The type under which some exchanges report a call that they have started themselves, as an incoming one."""

_WAITING = (DialState.CALLING, DialState.RINGING, DialState.CONNECTED, DialState.UNREPORTED)
_ORDER = (DialState.UNREPORTED, DialState.CALLING, DialState.RINGING, DialState.CONNECTED, DialState.ENDED)


def link(call: Call, state: CallState) -> None:
    """Bring the request that asked for `call` up to date, if there is one. Idempotent; one indexed query."""
    if not call.client_number or not (state.direction is Direction.OUT or state.call_type == CALLBACK):
        return
    found = DialRequest.objects.filter(call=call).first() or _asked_for(call)
    if found is None:
        return
    reached = _reached(state)
    if found.call_id == call.pk and _ORDER.index(reached) <= _ORDER.index(DialState(found.state)):
        return
    state_now = max(reached, DialState(found.state), key=_ORDER.index)
    move(found, state_now, only_from=_WAITING, call=call)


def rang_without_id(connection: Connection, fact: CallFact, person: Employee | None) -> None:
    """An outgoing call was announced that cannot be stored yet: its request says that the client is being called."""
    if fact.direction is not Direction.OUT or not fact.client_number:
        return
    same = DialRequest.objects.filter(project=connection.project, number=fact.client_number, state=DialState.CALLING)
    found = same.filter(employee=person).last() if person else same.last()
    if found:
        move(found, DialState.RINGING, only_from=(DialState.CALLING,))


def _asked_for(call: Call) -> DialRequest | None:
    """The oldest click on this number whose call this can be: same employee, begun soon after it, unknown before it."""
    asked = DialRequest.objects.filter(
        project=call.project_id,
        number=call.client_number,
        call=None,
        state__in=_WAITING,
        created_at__lte=min(call.started_at + CLOCKS, call.created_at),
        created_at__gte=call.started_at - STARTS_WITHIN,
    )
    whose = Q() if call.employee_id is None else Q(employee=call.employee_id)
    return asked.filter(whose).order_by("created_at", "id").first()


def _reached(state: CallState) -> DialState:
    if state.ended:
        return DialState.ENDED
    return DialState.CONNECTED if Moment.PICKUP in state.reached else DialState.RINGING
