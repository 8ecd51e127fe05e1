"""One client's trouble: a record on which the CRM breaks down every time, while it takes everybody else's.

Such a record is no outage and must not be tried for ever: after some tries it becomes dead work, and its client's other
work goes on.
"""

from datetime import datetime

from switchhook.calls.models import Call
from switchhook.core.errors import OutcomeUnknown, RecordFails, SwitchhookError, Transient, Unreachable
from switchhook.core.words import _
from switchhook.delivery.lanes import Run
from switchhook.delivery.models import Delivery, Effect, EffectState

MOST_TRIES = 8
"""Tries of one effect on which the CRM may fail while it takes others' records."""

MOST_RUNS = 12
"""Failed runs of one delivery, likewise: it may fail before there is any effect, or on several in turn."""

CAUSE = _("The CRM fails on this record each time, while it takes others.")
_LOOKED_AT = 200


def given_up(run: Run, delivery: Delivery, error: Transient, tries: int) -> bool:
    """Whether this delivery is dead work after `tries` failed runs."""
    fails = isinstance(error, Unreachable | OutcomeUnknown)
    tried_enough = fails and tries >= MOST_RUNS and not run.tries
    return tried_enough and others_succeed(run, delivery.call, delivery.created_at)


def hopeless(run: Run, effect: Effect) -> bool:
    """Whether an effect has failed often enough, while others have not."""
    return effect.failures >= MOST_TRIES and others_succeed(run, effect.call, effect.created_at)


def others_succeed(run: Run, call: Call, since: datetime) -> bool:
    """Whether the CRM has taken a record of another call since then."""
    latest = Effect.objects.filter(connection_id=run.connection_id).order_by("-pk").values("pk")[:_LOOKED_AT]
    done = Effect.objects.filter(pk__in=latest, state=EffectState.DONE, sent_at__gt=since)
    return done.exclude(call=call).exists()


def verdict(error: SwitchhookError | str = "") -> RecordFails:
    """Why it was given up, with what the CRM said last."""
    return RecordFails(f"{CAUSE} {error}".strip())
