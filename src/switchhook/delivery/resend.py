"""Mending dead work: send refused effects again, alone or in bulk."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, QuerySet

from switchhook.calls.models import Call
from switchhook.connections.models import Connection
from switchhook.delivery.advice import advice
from switchhook.delivery.lanes import append
from switchhook.delivery.models import Decision, Delivery, DeliveryState, Effect, EffectState
from switchhook.delivery.trace import worded
from switchhook.projects.models import Project

_DEAD = (EffectState.REFUSED, EffectState.BLOCKED)
MOST_AT_ONCE = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Dead effects of one connection and kind that ended with the same sentence, and what can be done about them.

    `error_code`, `error` and `kind` are as `resend_matching` takes them; `sentence` is the error in the reader's
    language.
    """

    connection_id: int
    connection: str
    kind: str
    error_code: str
    error: str
    sentence: str
    advice: str
    count: int


def causes(project: Project, connection: Connection | None = None) -> list[Cause]:
    """Why records of this project are not in its CRMs, the most frequent cause first; one query."""
    refused = Effect.objects.filter(connection__project=project, state=EffectState.REFUSED)
    if connection is not None:
        refused = refused.filter(connection=connection)
    groups = refused.order_by().values("connection_id", "connection__name", "kind", "error_code", "error")
    return [
        Cause(
            connection_id=group["connection_id"],
            connection=group["connection__name"],
            kind=group["kind"],
            error_code=group["error_code"],
            error=group["error"],
            sentence=worded(group["error"]),
            advice=advice(group["error_code"]),
            count=group["count"],
        )
        for group in groups.annotate(count=Count("pk")).order_by("-count", "connection_id", "kind", "error")
    ]


def resend_matching(
    project: Project, *, connection_id: int | None = None, error_code: str = "", error: str = "", kind: str = ""
) -> int:
    """Send again all dead work of a cause (an empty filter takes all), 5,000 effects at most; how many calls."""
    named = {"connection_id": connection_id, "error_code": error_code, "error": error, "kind": kind}
    wanted = {name: value for name, value in named.items() if value}
    dead = Effect.objects.filter(connection__project=project, state__in=_DEAD, **wanted)
    return resend(dead.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])


@transaction.atomic
def resend(effect_ids: Iterable[int]) -> int:
    """Plan the effects again together with what they block, and queue their calls; returns how many calls.

    Other calls of the same client that wait for the same kind of record are queued too. The people of today get the
    work. Idempotent.
    """
    dead = list(Effect.objects.filter(pk__in=list(effect_ids), state__in=_DEAD).select_related("call"))
    Effect.objects.filter(pk__in=[effect.pk for effect in dead]).update(
        state=EffectState.PLANNED, error="", error_code="", attempts=0, failures=0
    )
    pairs = {(effect.connection_id, effect.call) for effect in dead}
    for connection_id in {effect.connection_id for effect in dead}:
        pairs |= {(connection_id, call) for call in _waiting_for(connection_id, dead)}
    return _queue(pairs)


def _waiting_for(connection_id: int, dead: Iterable[Effect]) -> QuerySet[Call]:
    numbers = {one.call.client_number for one in dead if one.connection_id == connection_id} - {""}
    blocked = Effect.objects.filter(
        connection_id=connection_id, call__client_number__in=numbers, state=EffectState.BLOCKED
    )
    return Call.objects.filter(pk__in=blocked.values("call"))


@transaction.atomic
def retry(delivery_ids: Iterable[int]) -> int:
    """Queue again the calls whose deliveries ended as dead work; returns how many. Idempotent."""
    dead = Delivery.objects.filter(pk__in=list(delivery_ids), state=DeliveryState.DEAD)
    pairs = {(one.connection_id, one.call) for one in dead.select_related("call")}
    queued = _queue(pairs)
    dead.update(state=DeliveryState.SKIPPED)
    return queued


def _queue(pairs: set[tuple[int, Call]]) -> int:
    """Queue each call for its connection, a client's calls in the order in which they began."""
    crms = Connection.objects.select_related("flow").in_bulk({connection_id for connection_id, _call in pairs})
    calls = {call.pk for _connection, call in pairs}
    Decision.objects.filter(call__in=calls, connection__in=crms).exclude(people={}).update(people={})
    for connection_id, call in sorted(pairs, key=lambda pair: (pair[1].lane_key, pair[0], pair[1].pk)):
        append(crms[connection_id], call)
    return len(pairs)
