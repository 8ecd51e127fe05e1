"""Why each thing was made for a call, or was not: one value for the page and for the API.

Sentences are in the language that is active when the trace is made; times are UTC; nothing in it is secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from switchhook.calls.models import Call, Fact
from switchhook.connections.models import Connection
from switchhook.core.plain import decode
from switchhook.core.redaction import redact
from switchhook.core.rehearsed import is_rehearsed
from switchhook.core.situation import Situation, describe
from switchhook.delivery.failing import CAUSE
from switchhook.delivery.models import Decision, Delivery, DeliveryState, Effect
from switchhook.scenarios.models import MatrixVersion

NOT_YET, OBSERVED = "planned", "observed"
_SEALED = frozenset({"recording_url"})
_WORDS = frozenset({"row", "kind", "kinds", "home", "other", "instead", "link"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchTrace:
    """A record that carried the client's number when the call was first judged."""

    kind: str
    id: str
    title: str
    owner: str | None
    status: str
    url: str
    takes_call: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTrace:
    """One thing that is to exist in the CRM. `state` as in `EffectState`, or `observed` for what is not written at all;
    `sent` is what the CRM last confirmed.

    `adopted` marks a record that was already there and was taken instead of making another; `remarks` say what the CRM
    could not take of it.
    """

    id: str
    kind: str
    moment: str
    reason: str
    condition: str
    state: str
    effect_id: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    sent: Mapping[str, Any] | None = None
    target: str = ""
    links: tuple[str, ...] = ()
    remote_id: str = ""
    url: str = ""
    adopted: bool = False
    remarks: tuple[str, ...] = ()
    attempts: int = 0
    error_code: str = ""
    error: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipTrace:
    """An action of the row that is not done, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionTrace:
    """What one CRM connection made of the call. `client` is "" until the call was judged there."""

    connection_id: int
    name: str
    state: str
    delivery: str = ""
    delivery_error: str = ""
    client: str = ""
    considered: tuple[str, ...] = ()
    matches: tuple[MatchTrace, ...] = ()
    responsible: str | None = None
    situation: str = ""
    row: str | None = None
    row_title: str = ""
    reason: str = ""
    preset: str = ""
    version: int | None = None
    actions: tuple[ActionTrace, ...] = ()
    skipped: tuple[SkipTrace, ...] = ()
    notes: tuple[str, ...] = ()
    decided_at: datetime | None = None
    planned_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTrace:
    """One fact about the call, with the raw event that stated it (None for a row of the vendor's own log)."""

    fact_id: int
    kind: str
    source: str
    received_at: datetime
    says: Mapping[str, Any]
    event_id: int | None
    event_state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTrace:
    """Everything that led from a call's events to what stands in the CRMs."""

    call_id: int
    external_id: str
    remarks: tuple[str, ...]
    connections: tuple[ConnectionTrace, ...]
    events: tuple[EventTrace, ...]


def sentence(reason: Mapping[str, Any]) -> str:
    """A stored reason (`text`, an English message id, and `params`) in the active language.

    Places that name a row of the table or a kind of record are translated too. A sentence whose places do not fit its
    values is given unfilled rather than not at all.
    """
    text = gettext(str(reason["text"])) if reason.get("text") else ""
    params = dict(reason.get("params") or {})
    words = {name: _each(str(params[name])) for name in _WORDS & params.keys() if params[name]}
    try:
        return text % (params | words)
    except (KeyError, ValueError, TypeError):
        return text


def _each(words: str) -> str:
    # The title of a row may hold commas, and is one message.
    whole = gettext(words)
    return whole if whole != words else ", ".join(gettext(word) for word in words.split(", "))


def worded(text: str) -> str:
    """A stored English sentence in the active language; what no catalogue has (a vendor's own words) stays."""
    cause, told = text[: len(CAUSE)], text[len(CAUSE) :]
    if cause == CAUSE:
        return f"{gettext(cause)}{told}"
    return gettext(text) if text else ""


def trace_of(call: Call) -> CallTrace:
    """The trace of a call as it stands now: a fixed number of queries, whatever the call has been through."""
    decisions = {d.connection_id: d for d in Decision.objects.filter(call=call).select_related("matrix")}
    effects = list(Effect.objects.filter(call=call).order_by("position", "id"))
    deliveries = {d.connection_id: d for d in Delivery.objects.filter(call=call).order_by("id")}
    crms = Connection.objects.filter(project=call.project_id, role="crm")
    facts = call.facts.select_related("raw_event").defer("raw_event__body", "raw_event__headers").order_by("id")
    return CallTrace(
        call_id=call.pk,
        external_id=call.external_id,
        remarks=tuple(_remarks(call)),
        connections=tuple(
            _connection(
                crm, decisions.get(crm.pk), deliveries.get(crm.pk), [e for e in effects if e.connection_id == crm.pk]
            )
            for crm in crms
        ),
        events=tuple(_event(fact) for fact in facts),
    )


def _remarks(call: Call) -> list[str]:
    remarks = []
    if is_rehearsed(call.external_id):
        remarks.append(gettext("The hub has acted this call out itself: nobody has called."))
    if call.stopped:
        remarks.append(
            gettext("The line is on the stop list or the client on the ignore list: nothing is written to a CRM.")
        )
    if call.journal_only:
        remarks.append(gettext("The call began before its connection was activated: it stands in the journal only."))
    if not call.state.get("legs_ordered", True):
        remarks.append(gettext("Several employees took this call, and no event says in which order."))
    return remarks


def _connection(
    crm: Connection, decision: Decision | None, delivery: Delivery | None, effects: list[Effect]
) -> ConnectionTrace:
    head: dict[str, Any] = {
        "connection_id": crm.pk,
        "name": crm.name,
        "state": crm.state,
        "delivery": delivery.state if delivery else "",
        "delivery_error": worded(delivery.error) if delivery else "",
    }
    if decision is None:
        return ConnectionTrace(**head)
    plan, verdict = decision.plan, decision.verdict
    return ConnectionTrace(
        **head,
        client=verdict.get("client", ""),
        considered=tuple(sentence(reason) for reason in verdict.get("reasons", ())),
        matches=tuple(_match(record, plan.get("taker")) for record in verdict.get("matches", ())),
        responsible=plan.get("responsible"),
        situation=_situation(plan.get("situation")),
        row=plan.get("row"),
        row_title=_row_title(decision.matrix, plan.get("row")),
        reason=sentence(plan.get("reason") or {}),
        preset=decision.matrix.preset,
        version=decision.matrix.number,
        actions=tuple(_actions(plan.get("actions", ()), effects, OBSERVED if _observed(delivery) else NOT_YET)),
        skipped=tuple(SkipTrace(id=skip["id"], reason=sentence(skip["reason"])) for skip in plan.get("skipped", ())),
        notes=tuple(sentence(note) for note in plan.get("notes", ())),
        decided_at=decision.decided_at,
        planned_at=decision.planned_at,
    )


def _observed(delivery: Delivery | None) -> bool:
    return delivery is not None and delivery.state == DeliveryState.OBSERVED


def _match(record: Mapping[str, Any], taker: Mapping[str, Any] | None) -> MatchTrace:
    names = {"kind": record["kind"], "id": record["id"]}
    return MatchTrace(
        **names,
        title=record.get("title", ""),
        owner=record.get("owner"),
        status=record.get("status", "open"),
        url=record.get("url", ""),
        takes_call=taker is not None and names == {"kind": taker.get("kind"), "id": taker.get("id")},
    )


def _situation(data: Mapping[str, Any] | None) -> str:
    if not data:
        return ""
    reason = describe(decode(Situation, data))
    return sentence({"text": reason.text, "params": reason.params})


def _row_title(matrix: MatrixVersion, row: str | None) -> str:
    found = next((item for item in matrix.data.get("rows", ()) if item.get("id") == row), None)
    return gettext(found["title"]) if found and found.get("title") else ""


def _actions(planned: Any, effects: list[Effect], unsent: str) -> list[ActionTrace]:
    by_id = {effect.action: effect for effect in effects}
    traced = [_planned(action, by_id.pop(action["id"], None), unsent) for action in planned]
    return traced + [_leftover(effect) for effect in effects if effect.action in by_id]


def _planned(action: Mapping[str, Any], effect: Effect | None, unsent: str) -> ActionTrace:
    draft, target = action["draft"], action.get("target")
    if effect and action.get("amends"):
        # What the record of another action is changed to is known once that one is there.
        draft = draft | {"values": effect.wanted.get("values") or draft["values"]}
        target = target or _pair(effect.wanted.get("target"))
    return ActionTrace(
        id=action["id"],
        kind=draft["kind"],
        moment=action["moment"],
        reason=sentence(action["reason"]),
        condition=action.get("condition", ""),
        values=draft["values"],
        target=_ref(target) if target else "",
        links=(*(_ref(ref) for ref in draft.get("links", ())), *action.get("uses", ())),
        **(_result(effect) if effect else {"state": unsent}),
    )


def _leftover(effect: Effect) -> ActionTrace:
    return ActionTrace(
        id=effect.action,
        kind=effect.kind,
        moment=effect.moment,
        reason=gettext("An earlier plan asked for this; the call has since turned out otherwise."),
        condition="",
        values=effect.wanted.get("values", {}),
        **_result(effect),
    )


def _result(effect: Effect) -> dict[str, Any]:
    return {
        "effect_id": effect.pk,
        "state": effect.state,
        "sent": (effect.sent or {}).get("values") if effect.sent else None,
        "remote_id": effect.remote_id,
        "url": effect.url,
        "adopted": effect.adopted,
        "remarks": tuple(sentence(remark) for remark in effect.remarks),
        "attempts": effect.attempts,
        "error_code": effect.error_code,
        "error": worded(effect.error),
        "changed_at": effect.updated_at,
    }


def _pair(named: Any) -> dict[str, str] | None:
    return {"kind": named[0], "id": named[1]} if named else None


def _ref(ref: Mapping[str, str]) -> str:
    return f"{ref['kind']} {ref['id']}"


def _event(fact: Fact) -> EventTrace:
    return EventTrace(
        fact_id=fact.pk,
        kind=fact.kind,
        source=fact.source,
        received_at=fact.received_at,
        says=redact({name: value for name, value in fact.data.items() if name not in _SEALED}),
        event_id=fact.raw_event_id,
        event_state=fact.raw_event.state if fact.raw_event else "",
    )
