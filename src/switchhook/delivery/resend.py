"""Mending dead work: send refused effects again, alone or in bulk."""

from collections.abc import Iterable

from django.db import transaction

from switchhook.delivery.lanes import append
from switchhook.delivery.models import Delivery, DeliveryState, Effect, EffectState

_DEAD = (EffectState.REFUSED, EffectState.BLOCKED)


@transaction.atomic
def resend(effect_ids: Iterable[int]) -> int:
    """Plan the effects again together with what they block, and queue their calls; returns how many calls.

    Other calls of the same client that wait for the same kind of record are queued too. Idempotent.
    """
    dead = list(Effect.objects.filter(pk__in=list(effect_ids), state__in=_DEAD).select_related("call", "connection"))
    pairs = {(effect.connection, effect.call) for effect in dead}
    for effect in dead:
        same_client = Effect.objects.filter(
            connection=effect.connection, call__client_number=effect.call.client_number, state=EffectState.BLOCKED
        )
        pairs |= {(other.connection, other.call) for other in same_client.select_related("call", "connection")}
    Effect.objects.filter(pk__in=[effect.pk for effect in dead]).update(
        state=EffectState.PLANNED, error="", error_code="", attempts=0
    )
    for connection, call in sorted(pairs, key=lambda pair: (pair[1].lane_key, pair[0].pk, pair[1].pk)):
        append(connection, call)
    return len(pairs)


@transaction.atomic
def retry(delivery_ids: Iterable[int]) -> int:
    """Queue again the calls whose deliveries ended as dead work; returns how many. Idempotent."""
    dead = Delivery.objects.filter(pk__in=list(delivery_ids), state=DeliveryState.DEAD)
    pairs = {(one.connection, one.call): one for one in dead.select_related("connection", "call")}
    for connection, call in sorted(pairs, key=lambda pair: (pair[1].lane_key, pair[0].pk, pair[1].pk)):
        append(connection, call)
    dead.update(state=DeliveryState.SKIPPED)
    return len(pairs)
