"""What rules notice: each look at the state of the project gives what there is to tell, by a key that tells it once.

The rules look at the hub from outside: nothing else knows of alerts.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from switchhook.alerts.models import AlertKind, AlertNotice, AlertRule
from switchhook.calls.models import Call, Recording, RecordingState
from switchhook.connections.models import Connection, ConnectionState
from switchhook.delivery.models import Delivery, DeliveryState, Effect, EffectState, Flow, FlowState
from switchhook.directory.models import DirectoryEntry
from switchhook.intake.models import RawEvent
from switchhook.missed.desk import MISSED, open_entries
from switchhook.missed.models import Closing, MissedClient
from switchhook.working_time import services as working_time

RECENT = timedelta(days=1)
"""Missed calls that are older when they become known are no news."""

RINGING = timedelta(hours=1)
"""No call rings longer."""

LOOKED_BACK = timedelta(days=7)
PATIENCE = timedelta(minutes=10)
"""How long a CRM may be out before somebody is told."""

HELD = timedelta(minutes=15)
"""How long work may wait before it counts as held."""

LATE_RECORDING = timedelta(hours=6)
MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something to tell. `quiet` marks what is only noted, so that it is not found again."""

    key: str
    data: Mapping[str, Any] = field(default_factory=dict)
    quiet: bool = False


def notice(rule: AlertRule, now: datetime) -> int:
    """Note what `rule` finds that it has not noted before; returns how much. Idempotent."""
    found = list(_EYES[AlertKind(rule.kind)](rule, now))
    known = set(rule.notices.filter(key__in=[one.key for one in found]).values_list("key", flat=True))
    fresh = [one for one in found if one.key not in known]
    AlertNotice.objects.bulk_create(
        [
            AlertNotice(rule=rule, key=one.key, data=one.data, noticed_at=now, told_at=now if one.quiet else None)
            for one in fresh
        ],
        ignore_conflicts=True,
    )
    return len(fresh)


def outdated(rule: AlertRule, notices: Iterable[AlertNotice]) -> set[int]:
    """Ids of those that need not be told any more: the client was called back, the connection works."""
    if rule.kind == AlertKind.MISSED:
        calls = {one.data.get("call"): one.pk for one in notices}
        waiting = set(_not_called_back(Call.objects.filter(pk__in=calls)).values_list("pk", flat=True))
        return {pk for call, pk in calls.items() if call not in waiting}
    if rule.kind == AlertKind.OVERDUE:
        open_ = set(_waiting(rule).values_list("pk", flat=True))
        return {one.pk for one in notices if one.data.get("entry") not in open_}
    if rule.kind == AlertKind.CONNECTION:
        working = {one.key for one in _troubles(rule)}
        return {one.pk for one in notices if not one.key.startswith("mended:") and one.key not in working}
    return set()


def _not_called_back(calls: QuerySet[Call]) -> QuerySet[Call]:
    """Those after which nobody has spoken with the client or settled it. A hidden number cannot be called back."""
    spoken = Call.objects.filter(
        project=OuterRef("project"),
        client_number=OuterRef("client_number"),
        status="answered",
        started_at__gt=OuterRef("started_at"),
    )
    settled = Closing.objects.filter(
        project=OuterRef("project"), e164=OuterRef("client_number"), at__gte=OuterRef("started_at"), undone=False
    )
    return calls.filter(Q(client_number="") | ~(Exists(spoken) | Exists(settled)))


def _missed_calls(rule: AlertRule, since: datetime) -> QuerySet[Call]:
    """Missed incoming calls that nobody has answered since; those that are to change nothing are left out."""
    missed = Call.objects.filter(MISSED, project=rule.project_id)
    # A call that rang when the rule was made belongs to it.
    over = Q(ended_at__gte=rule.since) | Q(ended_at=None, started_at__gte=rule.since)
    recent = missed.filter(over, started_at__gte=max(rule.since - RINGING, since))
    return _not_called_back(recent).order_by("started_at", "id")[:MOST]


def _missed(rule: AlertRule, now: datetime) -> Iterator[Found]:
    calls = list(_missed_calls(rule, now - RECENT))
    known = set(rule.notices.filter(key__in=[f"call:{call.pk}" for call in calls]).values_list("key", flat=True))
    fresh = [call for call in calls if f"call:{call.pk}" not in known]
    names = _names(rule, [call.client_number for call in fresh])
    for call in fresh:
        yield Found(key=f"call:{call.pk}", data=_about(call, names))


def _overdue(rule: AlertRule, now: datetime) -> Iterator[Found]:
    since = max(rule.since, now - LOOKED_BACK)
    late = list(_waiting(rule).filter(due_at__gt=since, due_at__lte=now)[:MOST])
    names = _names(rule, [entry.e164 for entry in late])
    for entry in late:
        yield Found(key=f"client:{entry.pk}:{entry.due_at.isoformat()}", data=_about_entry(entry, names))


def _digest(rule: AlertRule, now: datetime) -> Iterator[Found]:
    local = now.astimezone(rule.project.zone)
    if rule.at is None or local.time() < rule.at:
        return
    due_at = local.replace(hour=rule.at.hour, minute=rule.at.minute, second=0, microsecond=0)
    key = f"digest:{local.date().isoformat()}"
    if due_at < rule.since or rule.notices.filter(key=key).exists():
        return
    entries = list(_waiting(rule)[:MOST])
    names = _names(rule, [entry.e164 for entry in entries])
    yield Found(key=key, data={"clients": [_about_entry(entry, names) for entry in entries]}, quiet=not entries)


def _waiting(rule: AlertRule) -> QuerySet[MissedClient]:
    """Clients on the missed-call desk who wait to be called back."""
    return MissedClient.objects.filter(open_entries(rule.project)).order_by("last_at", "id")


def _names(rule: AlertRule, numbers: Iterable[str]) -> dict[str, str]:
    """What the first CRM that knows a client calls him, by number."""
    entries = DirectoryEntry.objects.filter(connection__project=rule.project_id, e164__in=numbers, kind="contact")
    found = entries.order_by("-connection__rank", "-connection").values_list("e164", "title")
    return {number: title for number, title in found if title and title != number}


def _about(call: Call, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "call": call.pk,
        "number": call.client_number,
        "name": names.get(call.client_number, ""),
        "at": call.started_at.isoformat(),
    }


def _about_entry(entry: MissedClient, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "entry": entry.pk,
        "number": entry.e164,
        "name": names.get(entry.e164, ""),
        "at": entry.last_at.isoformat(),
    }


def _connection(rule: AlertRule, now: datetime) -> Iterator[Found]:
    troubles = list(_troubles(rule))
    waited = [one for one in troubles if not one.key.startswith("waiting:") or _since(one) <= now - PATIENCE]
    yield from waited
    present = {one.key for one in troubles}
    told = rule.notices.filter(told_at__isnull=False, noticed_at__gte=now - 4 * LOOKED_BACK)
    for old in told.exclude(key__startswith="mended:"):
        if old.key not in present:
            yield Found(key=f"mended:{old.key}", data={**old.data, "mended": True})


def _since(found: Found) -> datetime:
    return datetime.fromisoformat(found.data["at"])


def _troubles(rule: AlertRule) -> Iterator[Found]:
    """Connections that do not work now."""
    connections = Connection.objects.filter(project=rule.project_id)
    for one in connections.filter(state=ConnectionState.BROKEN):
        at = (one.state_since or one.created_at).isoformat()
        data = {"connection": one.pk, "name": one.name, "why": one.state_reason, "at": at}
        yield Found(key=f"broken:{one.pk}:{at}", data=data)
    flows = Flow.objects.filter(connection__in=connections, state=FlowState.WAITING)
    for flow in flows.exclude(connection__state=ConnectionState.PAUSED).select_related("connection"):
        at = flow.since.isoformat()
        data = {"connection": flow.connection_id, "name": flow.connection.name, "why": flow.reason, "at": at}
        yield Found(key=f"waiting:{flow.connection_id}:{at}", data=data)


def _work(rule: AlertRule, now: datetime) -> Iterator[Found]:
    crms = Connection.objects.filter(project=rule.project_id, role="crm")
    stuck = Effect.objects.filter(connection__in=crms, state=EffectState.REFUSED).count()
    stuck += Delivery.objects.filter(connection__in=crms, state=DeliveryState.DEAD).count()
    waiting = Delivery.objects.filter(connection__in=crms, state=DeliveryState.PENDING)
    held = waiting.filter(created_at__lte=now - HELD).count()
    above = stuck + held >= max(rule.threshold, 1)
    if above and not rule.memory.get("above"):
        yield Found(key=f"work:{now.isoformat()}", data={"stuck": stuck, "held": held})
    if above != bool(rule.memory.get("above")):
        rule.memory = {**rule.memory, "above": above}
        rule.save(update_fields=["memory"])


def _silence(rule: AlertRule, now: datetime) -> Iterator[Found]:
    lines = Connection.objects.filter(project=rule.project_id, role="telephony", state=ConnectionState.ACTIVE)
    lasts = [RawEvent.objects.filter(connection=line).order_by("-id").first() for line in lines]
    if not lasts:
        return
    last = max((event for event in lasts if event), key=lambda event: event.received_at, default=None)
    since = max(rule.since, last.received_at) if last else rule.since
    key = f"silence:{last.pk if last else 0}:{rule.since.isoformat()}"
    hours = working_time.hours_of(rule.project)
    if hours is not None and not hours.is_open(now):
        return
    quiet_for = hours.between(since, now) if hours else now - since
    if quiet_for >= timedelta(hours=max(rule.threshold, 1)):
        yield Found(key=key, data={"hours": rule.threshold, "at": last.received_at.isoformat() if last else ""})


def _recordings(rule: AlertRule, now: datetime) -> Iterator[Found]:
    calls = Q(call__project=rule.project_id, call__started_at__gte=max(rule.since, now - LOOKED_BACK))
    late = Q(state=RecordingState.EXPECTED, call__ended_at__lte=now - LATE_RECORDING) & ~Q(sealed_url="")
    failing = Recording.objects.filter(calls & (Q(state=RecordingState.MISSING) | late))
    for pk, call, number, at in failing.values_list("pk", F("call"), "call__client_number", "call__started_at")[:MOST]:
        yield Found(key=f"recording:{pk}", data={"call": call, "number": number, "at": at.isoformat()})


_EYES: dict[AlertKind, Callable[[AlertRule, datetime], Iterator[Found]]] = {
    AlertKind.MISSED: _missed,
    AlertKind.OVERDUE: _overdue,
    AlertKind.DIGEST: _digest,
    AlertKind.CONNECTION: _connection,
    AlertKind.WORK: _work,
    AlertKind.SILENCE: _silence,
    AlertKind.RECORDINGS: _recordings,
}
