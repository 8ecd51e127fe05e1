"""Look before create: what the directory says at the moment of sending, under the client's lane and contact lease."""

from switchhook.calls.models import Call
from switchhook.connections.models import Connection
from switchhook.core.plan import Action, Condition
from switchhook.core.records import PARTIES, Kind, Record
from switchhook.delivery.models import Effect, EffectState
from switchhook.directory import index

_ONE_PER_CLIENT = (Kind.CONTACT, Kind.COMPANY, Kind.LEAD, Kind.DEAL)
_CARDS = (Kind.LEAD, Kind.DEAL)
_TAKEN_INSTEAD: dict[Condition, tuple[tuple[Kind, ...], bool]] = {
    Condition.NO_CONTACT: (_CARDS, True),
    Condition.NO_COMPANY: (_CARDS, True),
    Condition.NO_OPEN_LEAD: ((Kind.LEAD,), True),
    Condition.NO_OPEN_DEAL: ((Kind.DEAL,), True),
    Condition.NO_OPEN_CARD: (_CARDS, True),
    Condition.NEVER_HAD_CARD: (_CARDS, False),
}
_STUCK = (EffectState.REFUSED, EffectState.UNKNOWN)


def existing(connection: Connection, call: Call, action: Action) -> Record | None:
    """The record that makes a create needless, None when it must be made.

    A party of the number is always taken instead of made again. A lead or deal is taken where the action's condition
    says so: what was judged when the call was first planned may have been overtaken by an earlier call of the client.
    """
    kinds, open_only = _instead(action)
    if not kinds or not call.client_number:
        return None
    contact = next((ref.id for ref in action.draft.links if ref.kind is Kind.CONTACT), "")
    known = index.of_client(connection, call.client_number, contact)
    return next((record for record in known if record.kind in kinds and (record.is_open or not open_only)), None)


def may_be_there(call: Call, action: Action) -> bool:
    """Whether some existing record could make this create needless, so that looking for it is worth a request."""
    return bool(call.client_number and _instead(action)[0])


def _instead(action: Action) -> tuple[tuple[Kind, ...], bool]:
    kind = action.draft.kind
    if kind in PARTIES:
        return (kind,), False
    return _TAKEN_INSTEAD.get(action.condition, ((), True)) if kind in _CARDS else ((), True)


def refused_elsewhere(effect: Effect) -> bool:
    """Whether another call of this client has a create of the same kind that nobody has settled yet."""
    if not effect.call.client_number or effect.kind not in _ONE_PER_CLIENT:
        return False
    same = Effect.objects.filter(
        connection=effect.connection,
        call__client_number=effect.call.client_number,
        kind=effect.kind,
        state__in=_STUCK,
    )
    return same.exclude(pk=effect.pk).exists()
