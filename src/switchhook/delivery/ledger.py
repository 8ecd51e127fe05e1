"""The ledger of effects: what must exist in a CRM because of a call, and how far that has come.

An effect is named by (connection, call, action id). It is sent at most once at a time, under a lease that outlasts the
longest request; after a lost answer it is looked for by its mark before it is ever sent again.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists
from django.utils import timezone
from django.utils.translation import gettext, override

from switchhook.calls.models import Call
from switchhook.connections.models import Connection
from switchhook.connectors.base import CrmConnector
from switchhook.core.errors import (
    AuthFailed,
    Misconfigured,
    OutcomeUnknown,
    Rejected,
    SwitchhookError,
    TargetGone,
    Transient,
    Unreachable,
)
from switchhook.core.plain import encode
from switchhook.core.plan import Action, Plan
from switchhook.core.records import PARTIES, Draft, Kind, Record, Ref
from switchhook.delivery import failing, lanes, leases, looking
from switchhook.delivery.models import Effect, EffectState
from switchhook.directory import index

_DEAD = (EffectState.REFUSED, EffectState.BLOCKED)
_SENT = (EffectState.IN_FLIGHT, EffectState.UNKNOWN)
_INDEXED = (Kind.CONTACT, Kind.COMPANY, Kind.LEAD, Kind.DEAL)


@dataclass(kw_only=True)
class Ledger:
    """One run's view of a call's effects at one connection.

    `ask` is whether the CRM is still to be asked for the client before the first create: what the directory says may be
    older than what a person has entered since. `answered` is whether the CRM has answered any request.
    """

    run: lanes.Run
    crm: CrmConnector
    connection: Connection
    call: Call
    ask: bool = True
    answered: bool = False

    def carry_out(self, plan: Plan, *, bury_gone: bool) -> None:
        """Make every action of the plan true, in its order; what is done stays done.

        A refused action blocks only what depends on it. Raises Transient, AuthFailed and Misconfigured, with the ledger
        in a state from which the next run goes on; and TargetGone, which with `bury_gone` becomes dead work instead.
        """
        book = self._book(plan)
        for action in plan.actions:
            effect = book[action.id]
            try:
                self._advance(effect, action, book)
            except TargetGone as error:
                if not bury_gone:
                    self._look_again(effect, error, book)
                    raise
                self._set(effect, EffectState.REFUSED, error)
        self._withdraw(book, {action.id for action in plan.actions})

    def _look_again(self, effect: Effect, error: TargetGone, book: dict[str, Effect]) -> None:
        """Something that `effect` was to use is gone: what was taken from the directory is looked for anew.

        What the hub has entered moments ago the directory keeps against a search, so what is gone is found out here.
        """
        self._set(effect, EffectState.PLANNED, error)
        index.forget(self.connection, [ref for ref in _used(effect) if not self._is_there(ref)])
        for need in (book[name] for name in effect.uses if name in book):
            if need.adopted:
                need.adopted, need.remote_id = False, ""
                self._set(need, EffectState.PLANNED, error)

    def _is_there(self, ref: Ref) -> bool:
        try:
            index.remember(self.connection, [self.crm.get(ref)])
        except TargetGone:
            return False
        return True

    def _book(self, plan: Plan) -> dict[str, Effect]:
        """The call's effects by action, those of the plan that are new entered."""
        effects = Effect.objects.filter(connection=self.connection, call=self.call)
        book = {effect.action: effect for effect in effects}
        new = [self._entry(action, place) for place, action in enumerate(plan.actions) if action.id not in book]
        Effect.objects.bulk_create(new)
        return book | {effect.action: effect for effect in new}

    def _entry(self, action: Action, position: int) -> Effect:
        return Effect(
            connection=self.connection,
            call=self.call,
            action=action.id,
            position=position,
            kind=action.draft.kind,
            moment=action.moment,
            uses=list(action.uses),
            mark=f"swh-{secrets.token_hex(10)}",
            wanted=self._wanted(action),
        )

    def _wanted(self, action: Action) -> dict[str, Any]:
        values = dict(action.draft.values)
        if action.draft.kind in (Kind.TASK, Kind.CALL):
            values["call_id"] = str(self.call.pk)
        links = [[ref.kind.value, ref.id] for ref in action.draft.links]
        target = [action.target.kind.value, action.target.id] if action.target else None
        return {"values": values, "links": links, "target": target}

    def _advance(self, effect: Effect, action: Action, book: dict[str, Effect]) -> None:
        if action.amends:
            made = book[action.amends]
            if made.adopted:
                why = Rejected("The record was there already, so its title is left as it is.")
                return self._set(effect, EffectState.WITHDRAWN, why)
            if made.remote_id:
                action = action.aimed_at(Ref(Kind(made.kind), made.remote_id))
        if effect.state == EffectState.WITHDRAWN:
            self._set(effect, EffectState.DONE if effect.remote_id else EffectState.PLANNED)
        if effect.state == EffectState.DONE:
            return self._amend(effect, action)
        if effect.state in _SENT:
            self._find_out(effect)
        if effect.state in (EffectState.PLANNED, EffectState.BLOCKED):
            self._attempt(effect, action, book)
        return None

    def _attempt(self, effect: Effect, action: Action, book: dict[str, Effect]) -> None:
        needs = [book[name] for name in action.uses if name in book]
        if any(need.state in _DEAD for need in needs):
            return self._block(effect, Rejected("What this depends on was refused; mend that first."))
        if action.target is None:
            existing = self._existing(action)
            if existing:
                return self._done(effect, existing, adopted=True)
            if looking.refused_elsewhere(effect):
                why = Rejected("The same record was refused for an earlier call of this client.")
                return self._block(effect, why)
        return self._send(effect, action, needs)

    def _existing(self, action: Action) -> Record | None:
        if self.ask and looking.may_be_there(self.call, action):
            self.ask = False
            # Where it was asked within the last minute, this costs no request.
            index.ask(self.connection, self.call.client_number, self.crm)
        return looking.existing(self.connection, self.call, action)

    def _send(self, effect: Effect, action: Action, needs: list[Effect]) -> None:
        made = (Ref(Kind(need.kind), need.remote_id) for need in needs if need.remote_id)
        links = tuple(dict.fromkeys((*action.draft.links, *made)))
        effect.wanted = self._wanted(action) | {"links": [[ref.kind.value, ref.id] for ref in links]}
        self._take_off(effect)
        try:
            if action.target:
                record = self.crm.update(action.target, effect.wanted["values"])
            else:
                record = self.crm.create(self._as_sent(effect), mark=effect.mark)
        except OutcomeUnknown as error:
            self._count_failure(effect)
            self._set(effect, EffectState.UNKNOWN, error)
            raise
        except Unreachable as error:
            self._count_failure(effect)
            if not failing.hopeless(self.run, effect):
                self._set(effect, EffectState.PLANNED, error)
                raise
            self._set(effect, EffectState.REFUSED, failing.verdict(error))
        except (Transient, AuthFailed, Misconfigured) as error:
            self._set(effect, EffectState.PLANNED, error)
            raise
        except TargetGone:
            raise
        except SwitchhookError as error:
            self._set(effect, EffectState.REFUSED, error)
        else:
            self._done(effect, record)

    def _count_failure(self, effect: Effect) -> None:
        if not self.run.tries:
            effect.failures += 1

    def _take_off(self, effect: Effect) -> None:
        """To "in flight", only while this run still owns the lane; nobody else touches it before the lease ends."""
        lanes.renew(self.run)
        leases.renew(self.run)
        now, as_read = timezone.now(), Effect.objects.filter(pk=effect.pk, state=effect.state)
        effect.state, effect.epoch, effect.sent_at = EffectState.IN_FLIGHT, self.run.epoch, now
        effect.lease_until = now + timedelta(seconds=self.crm.capabilities.longest_request)
        effect.attempts += 1
        taken = as_read.filter(Exists(lanes.owned(self.run))).update(
            state=effect.state,
            epoch=effect.epoch,
            sent_at=effect.sent_at,
            lease_until=effect.lease_until,
            attempts=effect.attempts,
            wanted=effect.wanted,
        )
        if not taken:
            raise Transient("Another worker has taken over this client's lane.", retry_after=1)

    def _find_out(self, effect: Effect) -> None:
        """After a lost answer: found by its mark, or certain not to be there, before anything is sent again."""
        now = timezone.now()
        if effect.lease_until and effect.lease_until > now and effect.state == EffectState.IN_FLIGHT:
            wait = (effect.lease_until - now).total_seconds()
            raise Transient("The request of an earlier run may still be under way.", retry_after=wait)
        if effect.wanted.get("target"):
            return self._plan_again(effect)
        return self._trace(effect, effect.sent_at or effect.created_at, now)

    def _trace(self, effect: Effect, sent_at: datetime, now: datetime) -> None:
        """Look for the record that a create may have made; certain only when it would have to show by now."""
        can = self.crm.capabilities
        traceable = Kind(effect.kind) in can.traceable
        if not traceable and not (effect.kind in PARTIES and self.call.client_number):
            unclear = Rejected(
                "It is unknown whether this was made. Look in the CRM; send it again only if it is missing."
            )
            return self._set(effect, EffectState.REFUSED, unclear)
        if traceable:
            found = self.crm.find_made(self._as_sent(effect), effect.mark, since=sent_at - timedelta(minutes=5))
            self.answered = True
            if found:
                return self._done(effect, found)
        # The lost request may still have been at work until its longest time was over.
        settled = sent_at + timedelta(seconds=can.longest_request + can.settle)
        if now < settled:
            wait = (settled - now).total_seconds()
            raise Transient("Waiting until a record made by the lost request would show.", retry_after=wait)
        if not traceable and (party := self._by_number(effect)):
            return self._done(effect, party)
        return self._plan_again(effect)

    def _plan_again(self, effect: Effect) -> None:
        if failing.hopeless(self.run, effect):
            return self._set(effect, EffectState.REFUSED, failing.verdict())
        return self._set(effect, EffectState.PLANNED)

    def _by_number(self, effect: Effect) -> Record | None:
        """The party with the client's number: what a lost create has made, where nothing else would tell."""
        index.ask(self.connection, self.call.client_number, self.crm, anew=True)
        self.answered = True
        known = index.look_up(self.connection, self.call.client_number)
        return next((record for record in known if record.kind == effect.kind), None)

    def _as_sent(self, effect: Effect) -> Draft:
        """The draft with every link, those to records of the same plan included."""
        links = tuple(Ref(Kind(kind), name) for kind, name in effect.wanted["links"])
        return Draft(kind=Kind(effect.kind), values=effect.wanted["values"], links=links)

    def _amend(self, effect: Effect, action: Action) -> None:
        """What a done effect should say has changed (transfer, late recording): say so once, where the CRM can.

        Where it cannot, or a person has removed or closed the record meanwhile, the effect stays done and says so.
        """
        wanted = self._wanted(action)
        values, before = wanted["values"], effect.wanted["values"]
        if effect.adopted or before == values:
            return
        changed = {key: value for key, value in values.items() if before.get(key) != value}
        if "text" in before and "text" not in values:
            changed["text"] = ""
        problem = self._change(effect, changed)
        effect.wanted = wanted | {"links": effect.wanted["links"]}
        effect.sent = effect.sent if problem else effect.wanted
        self._set(effect, EffectState.DONE, problem)

    def _change(self, effect: Effect, values: dict[str, Any]) -> SwitchhookError | None:
        """Change the effect's record; the reason where that is not possible. Raises as `carry_out` does."""
        if effect.kind not in self.crm.capabilities.updatable or not effect.remote_id:
            return Rejected("The call has changed since, and this CRM cannot change such a record.")
        try:
            record = self.crm.update(Ref(Kind(effect.kind), effect.remote_id), values)
        except (Transient, AuthFailed, Misconfigured):
            raise
        except SwitchhookError as error:
            return error
        self.answered = True
        self._note(effect, record)
        self._index(record)
        return None

    def _note(self, effect: Effect, record: Record) -> None:
        """Keep what the CRM could not take; what it said of an earlier step stays."""
        for remark in map(encode, record.remarks):
            if remark not in effect.remarks:
                effect.remarks = [*effect.remarks, remark]

    def _withdraw(self, book: dict[str, Effect], wanted: set[str]) -> None:
        """What is no longer wanted is never deleted: an open task is closed with a sentence."""
        for effect in book.values():
            if effect.action in wanted or effect.state == EffectState.WITHDRAWN:
                continue
            if effect.state in _SENT:
                self._find_out(effect)
            if effect.state == EffectState.DONE:
                self._close(effect)
            else:
                self._set(effect, EffectState.WITHDRAWN)

    def _close(self, effect: Effect) -> None:
        values = effect.wanted["values"]
        if effect.kind != Kind.TASK or values.get("done"):
            return
        closed = {"done": True, "text": "\n".join(filter(None, (values.get("text"), self._closing_note())))}
        problem = self._change(effect, closed)
        effect.wanted = {**effect.wanted, "values": {**values, **closed}}
        self._set(effect, EffectState.WITHDRAWN, problem)

    def _closing_note(self) -> str:
        with override(self.connection.project.language):
            return gettext("No longer needed: the call turned out otherwise.")

    def _done(self, effect: Effect, record: Record, *, adopted: bool = False) -> None:
        effect.remote_id, effect.url, effect.adopted = record.id, record.url, adopted
        effect.kind = record.kind  # an open deal may stand in for the lead that was asked for
        effect.sent = None if adopted else effect.wanted
        self.answered = self.answered or not adopted
        self._note(effect, record)
        self._set(effect, EffectState.DONE)
        self._index(record)

    def _index(self, record: Record) -> None:
        if record.kind in _INDEXED:
            index.remember(self.connection, [record], self.call.client_number)

    def _block(self, effect: Effect, why: Rejected) -> None:
        self._set(effect, EffectState.BLOCKED, why)

    def _set(self, effect: Effect, state: EffectState, error: SwitchhookError | None = None) -> None:
        effect.state, effect.lease_until = state, None
        effect.error_code, effect.error = (error.code, str(error)) if error else ("", "")
        effect.save()


def _used(effect: Effect) -> list[Ref]:
    """The records that a request of `effect` names: what it changes, and what it is tied to."""
    named = [*effect.wanted.get("links", ()), effect.wanted.get("target")]
    return [Ref(Kind(found[0]), found[1]) for found in named if found]
