"""Looking again for what there was to update.

Where another program makes a CRM's records, it may do so while the client is still speaking, or minutes later. A call
whose update found nothing is looked for again at its next moments, then two and fifteen minutes after its end.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from switchhook.calls.models import Call
from switchhook.core.call import CallState, Moment
from switchhook.core.matrix import MADE
from switchhook.core.plan import NOTHING_TO_UPDATE, Plan
from switchhook.core.situation import Inquiry
from switchhook.delivery.lanes import append
from switchhook.delivery.models import Decision

AFTER_THE_END = (timedelta(minutes=2), timedelta(minutes=15))
_MOMENTS = (Moment.RING, Moment.PICKUP, Moment.END)
_AT_ONCE = 500


def found_nothing(planned: Plan) -> bool:
    """Whether an update of this plan had no record to go to."""
    return any(skip.reason.text == NOTHING_TO_UPDATE for skip in planned.skipped)


def due(decision: Decision, call: Call, state: CallState | Inquiry) -> bool:
    """Whether it is time for a look that this call has not had; notes it, and when the next one is due."""
    look, next_at = _stage(call, state, timezone.now())
    if look <= decision.looks:
        return False
    decision.looks, decision.look_at = look, next_at
    return True


def _stage(call: Call, state: CallState | Inquiry, now: datetime) -> tuple[int, datetime | None]:
    """How many looks a call has had coming, and when the next one is: None where an event brings it, or none will."""
    if isinstance(state, Inquiry):
        looks, end = len(_MOMENTS), state.at or call.started_at
    elif state.ended:
        looks, end = len(_MOMENTS), call.ended_at or call.started_at
    else:
        return sum(1 for moment in _MOMENTS if moment in state.reached), None
    times = [end + wait for wait in AFTER_THE_END]
    looks += sum(1 for at in times if at <= now)
    return looks, next((at for at in times if at > now), None)


def completed(planned: Plan, later: Plan) -> Plan:
    """`planned`, with what it found nothing for and `later` did; records that are made stay as they were decided."""
    missing = {skip.id for skip in planned.skipped}
    found = tuple(
        action for action in later.actions if action.id in missing and (action.target or action.draft.kind not in MADE)
    )
    names = {action.id for action in found}
    return replace(
        planned,
        actions=planned.actions + found,
        skipped=tuple(skip for skip in planned.skipped if skip.id not in names),
        taker=planned.taker or later.taker,
    )


def wake_due() -> int:
    """Queue the calls whose next look is due; returns how many. Idempotent."""
    waiting = Decision.objects.filter(look_at__lte=timezone.now()).select_related("call", "connection__flow")
    return sum(1 for decision in waiting.order_by("look_at")[:_AT_ONCE] if _queue(decision))


@transaction.atomic
def _queue(decision: Decision) -> bool:
    taken = Decision.objects.filter(pk=decision.pk, look_at=decision.look_at).update(look_at=None)
    if taken:
        append(decision.connection, decision.call)
    return bool(taken)
