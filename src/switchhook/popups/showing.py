"""From a call's state to the screens on which it shows: who sees it, and that they are told."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from switchhook.calls.models import Call
from switchhook.core.call import CallFact, CallState, Direction, EmployeeRef, EventKind, Moment
from switchhook.live.publish import publish
from switchhook.popups.models import Aim, PopUp, PopUpSettings
from switchhook.projects.models import Project
from switchhook.projects.people import Staff

SAME_CALL = timedelta(seconds=90)
"""How far a ring without a call id and the beginning of the call that it announced may lie apart."""

AT_ONCE = timedelta(seconds=3)
"""Forwarding steps that come closer together than this ring at the same time; otherwise the last one rings."""

ANNOUNCING = (EventKind.BEFORE, EventKind.FORWARDING, EventKind.TAKING)
"""Events that say that a telephone rings, or rang until this moment."""


def show(call: Call, state: CallState, staff: Staff, *, fresh: bool) -> None:
    """Bring a call's pop-up to where the call is, and tell those who see it and those who no longer do.

    Must run in the transaction that changed the call. A call of which nothing was shown before its end shows nothing;
    news that are not `fresh` (replayed, recovered) change what is shown and raise nothing new.
    """
    moment = _moment(state)
    popup = _of(call)
    if popup is None and (moment is Moment.END or not fresh):
        return
    now = timezone.now()
    popup = popup or PopUp(project_id=call.project_id, began_at=now)
    before = popup.employees
    aim, people = _aimed(call, state, staff, popup)
    popup.call, popup.client, popup.moment = call, call.client_number, moment
    popup.outgoing = state.direction is Direction.OUT
    popup.aim, popup.employees, popup.updated_at = aim, people, now
    popup.ended_at = (popup.ended_at or now) if moment is Moment.END else None
    popup.save()
    left = _take_away_rings(call) if moment is Moment.END else ()
    _tell(popup, {*before, *people, *left, *(one.pk for one in staff.find_all(state.ringing))})


def show_without_id(project: Project, fact: CallFact, staff: Staff) -> None:
    """Show a call that was announced without an id, and so is no call in the journal yet."""
    people = [one.pk for one in staff.find_all([ref for ref in (fact.employee, fact.tried) if ref])]
    outgoing = fact.direction is Direction.OUT
    aim = Aim.TOLD if people or outgoing else Aim.LIST
    people = people if aim == Aim.TOLD else _show_to(project.pk)
    if not people:
        return
    now, client = timezone.now(), fact.client_number or ""
    known = PopUp.objects.filter(project=project, call=None, client=client, began_at__gt=now - SAME_CALL)
    rings = known.select_for_update(no_key=True).first()
    popup = rings or PopUp(project=project, client=client, outgoing=outgoing, began_at=now)
    popup.aim, popup.employees, popup.updated_at = aim, people, now
    popup.save()
    _tell(popup, people)


def tell_of(popup: PopUp) -> None:
    """Let the screens that show it read it afresh."""
    _tell(popup, popup.employees)


def _tell(popup: PopUp, hearers: Iterable[int]) -> None:
    data = {"call": popup.call_id, "moment": popup.moment, "client": popup.client, "employees": popup.employees}
    if heard_by := set(hearers):
        publish(popup.project_id, "popup", data, to=heard_by)


def _moment(state: CallState) -> Moment:
    if state.ended:
        return Moment.END
    return Moment.PICKUP if Moment.PICKUP in state.reached else Moment.RING


def _of(call: Call) -> PopUp | None:
    """The call's pop-up, or the one that announced its client before it had an id; locked."""
    mine = Q(call=call)
    if call.client_number:
        announced = Q(call=None, client=call.client_number, ended_at=None)
        # Beside when the call began, which an exchange's clock may tell wrong, what rings just now will do.
        when = Q(began_at__range=(call.started_at - SAME_CALL, call.started_at + SAME_CALL))
        mine |= announced & (when | Q(began_at__gt=timezone.now() - SAME_CALL))
    known = PopUp.objects.filter(mine, project=call.project_id).order_by("call_id")
    return known.select_for_update(no_key=True).first()


def _take_away_rings(call: Call) -> set[int]:
    """Remove the rings without an id that stood beside the pop-up of a call that is over; returns who saw them."""
    if not call.client_number:
        return set()
    beside = PopUp.objects.filter(project=call.project_id, call=None, client=call.client_number, ended_at=None)
    # What has begun after the end announces the next call.
    within = (call.started_at - SAME_CALL, call.ended_at or timezone.now())
    left = list(beside.filter(began_at__range=within).order_by("pk").select_for_update())
    PopUp.objects.filter(pk__in=[popup.pk for popup in left]).delete()
    return {one for popup in left for one in popup.employees}


def _aimed(call: Call, state: CallState, staff: Staff, popup: PopUp) -> tuple[Aim, list[int]]:
    """Why, and whose screens: who took or makes the call, else whose phone rings, else who is to see it anyway."""
    told = _ids(staff, _takers(state)) or _ids(staff, _ringing(call, state))
    if told or state.direction is Direction.OUT:
        return Aim.TOLD, told or popup.employees
    if popup.employees:
        return Aim(popup.aim), popup.employees
    return Aim.LIST, _show_to(call.project_id)


def _ids(staff: Staff, refs: Iterable[EmployeeRef]) -> list[int]:
    return [one.pk for one in staff.find_all(refs)]


def _takers(state: CallState) -> Sequence[EmployeeRef]:
    """Who speaks. After a transfer whose order nobody tells, everybody who took the call."""
    if state.direction is not Direction.OUT and Moment.PICKUP not in state.reached:
        return ()
    if not state.legs_ordered:
        return [leg.employee for leg in state.legs if leg.answered]
    return [state.employee] if state.employee else ()


def _ringing(call: Call, state: CallState) -> Sequence[EmployeeRef]:
    if len(state.ringing) < 2 or state.ended:
        return state.ringing
    steps = call.facts.filter(kind=EventKind.FORWARDING).order_by("-received_at")
    told: list[tuple[datetime, dict[str, str] | None]] = list(steps.values_list("received_at", "data__tried"))
    last = told[0][0] if told else None
    return [EmployeeRef(**ref) for at, ref in told if ref and last and last - at < AT_ONCE]


def _show_to(project_id: int) -> list[int]:
    chosen = PopUpSettings.objects.filter(project=project_id).values_list("show_to", flat=True).first()
    return list(chosen or ())
