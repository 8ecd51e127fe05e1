"""Jobs about calls that were asked for. They go before everything else that waits."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from switchhook.connections.accounts import open_telephony
from switchhook.core.errors import SwitchhookError
from switchhook.dialing.calling import carry_out
from switchhook.dialing.models import DialRequest, DialState
from switchhook.dialing.news import move
from switchhook.dialing.refusals import DialRefused
from switchhook.dialing.ways import telephony_of
from switchhook.engine import UNTIL_THE_DATABASE_IS_BACK

URGENT = 100

LOOK = timedelta(seconds=3)
LOOKS = 12
"""How often presence is asked whether the employee has picked up."""

REPORTED_WITHIN = timedelta(minutes=3)
"""A call of which no event has come for so long is not waited for any more; should one come, it is taken."""


@app.task(queue="housekeeping", name="dial", priority=URGENT, retry=UNTIL_THE_DATABASE_IS_BACK)
def dial(dial_id: int) -> None:
    """Carry out a request, and watch what becomes of it."""
    found = DialRequest.objects.select_related("project", "employee", "requested_by").filter(pk=dial_id).first()
    # A worker may have been lost after the exchange was asked: then only the watching is taken up again.
    if found and (carry_out(found) or found.state == DialState.CALLING):
        _later(LOOK, found, looks=1)


@app.task(queue="housekeeping", name="follow_dial", priority=URGENT, retry=UNTIL_THE_DATABASE_IS_BACK)
def follow_dial(dial_id: int, looks: int) -> None:
    """Look whether the employee has picked up, some times; at last, whether telephony has reported the call."""
    found = DialRequest.objects.select_related("project", "employee").filter(pk=dial_id).first()
    if found is None or found.asked_at is None or found.call_id or DialState(found.state).is_over:
        return
    left = found.asked_at + REPORTED_WITHIN - timezone.now()
    if left <= timedelta(0):
        move(found, DialState.UNREPORTED, only_from=(DialState.CALLING, DialState.RINGING))
    elif found.state == DialState.CALLING and looks <= LOOKS and _is_speaking(found) is not None:
        _later(LOOK, found, looks=looks + 1)
    else:
        _later(left, found, looks=LOOKS + 1)


def _is_speaking(found: DialRequest) -> bool | None:
    """Whether the employee has picked up (the request then says so); None where nobody can tell."""
    if found.line not in found.employee.sips:
        return None
    try:
        speaking = found.line in open_telephony(telephony_of(found.project)).speaking()
    except (SwitchhookError, DialRefused):
        return None
    if speaking:
        move(found, DialState.RINGING, only_from=(DialState.CALLING,))
    return speaking


def _later(wait: timedelta, found: DialRequest, *, looks: int) -> None:
    follow_dial.configure(schedule_at=timezone.now() + wait).defer(dial_id=found.pk, looks=looks)
