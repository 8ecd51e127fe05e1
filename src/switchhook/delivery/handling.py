"""One delivery's turn: judge the client, plan as far as the call has come, and make the plan true in the CRM."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from switchhook.calls.codec import state_from_json
from switchhook.calls.models import Call
from switchhook.connections.accounts import open_crm
from switchhook.connections.governor import Urgency
from switchhook.connections.models import Connection
from switchhook.connections.services import mark_broken
from switchhook.connectors.base import CrmConnector
from switchhook.core.call import CallState, Status
from switchhook.core.errors import AuthFailed, Misconfigured, SwitchhookError, TargetGone, Transient
from switchhook.core.matrix import Matrix
from switchhook.core.plan import Person, Plan, PlanSettings, held_back, plan
from switchhook.core.records import Kind, Record
from switchhook.core.situation import Inquiry, Verdict
from switchhook.delivery import leases, looks, observing, people, verdicts
from switchhook.delivery.lanes import Run, busy_elsewhere, rehome
from switchhook.delivery.ledger import Ledger
from switchhook.delivery.models import Decision, Delivery, DeliveryState
from switchhook.delivery.wishes import Wishes, wishes_for
from switchhook.directory import index
from switchhook.live.publish import publish
from switchhook.projects.stop_list import StopList
from switchhook.scenarios.plan_settings import plan_settings

OLD = timedelta(minutes=2)
"""A delivery that has waited longer belongs to a backlog: calls that come now go before it."""


def handle(run: Run, delivery: Delivery) -> bool:
    """Bring the CRM to where the call is; whether the CRM has answered a request on the way.

    Idempotent: what the ledger already holds is not done again. What is only observed is planned, and nothing of it is
    written. Raises Transient (the lane waits), AuthFailed (the
    connection is now broken, by its credentials or by a setting) and LeaseTaken (come back soon); any other error of
    the tree ends the delivery as dead work, with its cause.
    """
    call = delivery.call
    if rehome(delivery):
        return False
    if busy_elsewhere(delivery):
        raise leases.LeaseTaken(call.pk)
    if _is_kept(run, delivery):
        return _end(run, delivery, DeliveryState.KEPT)
    if StopList(call.project).covers(call.project_number, call.client_number):
        return _end(run, delivery, DeliveryState.SKIPPED)
    observed = observing.watches(delivery.connection, delivery.call)
    try:
        answered = _carry_out(run, delivery, *_opened(delivery), observed=observed)
    except Transient as error:
        Delivery.objects.filter(pk=delivery.pk).update(error_code=error.code, error=str(error))
        raise
    except AuthFailed as error:
        mark_broken(delivery.connection, str(error))
        raise
    except Misconfigured as error:
        # No fault of this call: as with refused credentials, the work is held until somebody mends the connection.
        mark_broken(delivery.connection, str(error))
        raise AuthFailed(str(error)) from error
    except SwitchhookError as error:
        return _end(run, delivery, DeliveryState.DEAD, error)
    finally:
        leases.give_back(run)
    _end(run, delivery, DeliveryState.OBSERVED if observed else DeliveryState.DONE)
    return answered


def bury(run: Run, delivery: Delivery, fault: SwitchhookError) -> None:
    """End a delivery that nothing will come of as dead work, with the fault named."""
    _end(run, delivery, DeliveryState.DEAD, fault)


def is_backlog(delivery: Delivery) -> bool:
    """Whether the delivery has waited so long that fresh calls go before it."""
    return timezone.now() - delivery.created_at > OLD


def _urgency(delivery: Delivery) -> Urgency:
    if is_backlog(delivery):
        return Urgency.BACKLOG
    return Urgency.LIVE if delivery.call.status == Status.ACTIVE else Urgency.DELIVERY


def _is_kept(run: Run, delivery: Delivery) -> bool:
    """Whether a person chose not to send this call: what is heard of it later is kept with it."""
    if run.flow is None or not run.flow.kept:
        return False
    kept = Delivery.objects.filter(call=delivery.call_id, connection=delivery.connection_id, state=DeliveryState.KEPT)
    return kept.exists()


def _opened(delivery: Delivery) -> tuple[CrmConnector, PlanSettings]:
    crm = open_crm(delivery.connection, urgency=_urgency(delivery))
    return crm, plan_settings(delivery.connection, delivery.call)


@dataclass(kw_only=True)
class _Desk:
    """All that a call is planned by at one connection."""

    connection: Connection
    call: Call
    crm: CrmConnector
    decision: Decision
    state: CallState | Inquiry
    settings: PlanSettings
    matrix: Matrix
    person: Person | None
    wishes: Wishes

    def plan(self, verdict: Verdict) -> Plan:
        """What must exist, what another program has made since included; kept with the decision."""
        planned = self._planned(verdict)
        if looks.found_nothing(planned):
            if looks.due(self.decision, self.call, self.state):
                self.decision.later = self._look(verdict).to_json()
            if self.decision.later:
                planned = looks.completed(planned, self._planned(Verdict.from_json(self.decision.later)))
            if not looks.found_nothing(planned):
                self.decision.look_at = None
        self._keep(planned, verdict)
        return planned

    def _look(self, verdict: Verdict) -> Verdict:
        # Where the CRM has been asked in this very run, it would say the same again.
        if not self.decision.plan and verdicts.asked_since(self.connection, self.call, self.decision.decided_at):
            return verdicts.with_known(self.decision, verdict)
        return verdicts.look_again(self.decision, verdict, self.crm)

    def _planned(self, verdict: Verdict) -> Plan:
        can, verdict = self.crm.capabilities, self.wishes.judged(verdict)
        planned = plan(self.state, verdict, self.matrix, self.settings, can, self.person)
        return self.wishes.completed(planned, self.state, verdict, self.settings, can)

    def _keep(self, planned: Plan, verdict: Verdict) -> None:
        decision, data = self.decision, planned.to_json()
        who = decision.people
        if isinstance(self.state, Inquiry) or self.state.ended:
            who = people.to_keep(who, self.call, self.settings, self.person, verdict.matches)
        kept = ["plan", "planned_at", "people", "later", "looks", "look_at"]
        if decision.plan != data or decision.people != who or looks.found_nothing(planned):
            decision.plan, decision.people = data, who
            decision.save(update_fields=kept)


def _carry_out(
    run: Run, delivery: Delivery, crm: CrmConnector, settings: PlanSettings, *, observed: bool = False
) -> bool:
    call, connection, state = delivery.call, delivery.connection, state_from_json(delivery.call.state)
    if isinstance(state, Inquiry) and held_back(state, settings) is not None:
        return _hold_back(delivery, crm, state, settings)
    # Under the contact's lease, or what a lane of his other number is making now would be missing in the verdict.
    _lease(run, index.look_up(connection, call.client_number))
    begun = timezone.now()
    decision, verdict, matrix = verdicts.decide(connection, call, crm)
    _lease(run, verdict.matches)
    settings, person = people.as_decided(decision, connection, call, settings)
    desk = _Desk(
        connection=connection,
        call=call,
        crm=crm,
        decision=decision,
        state=state,
        settings=settings,
        matrix=matrix,
        person=person,
        wishes=wishes_for(connection, call),
    )
    if observed:
        desk.plan(verdict)
        return run.flow is not None and verdicts.asked_since(connection, call, begun)
    ledger = Ledger(run=run, crm=crm, connection=connection, call=call)
    for last in (False, True):
        try:
            ledger.carry_out(desk.plan(verdict), bury_gone=last)
            break
        except TargetGone:
            verdict = verdicts.judge_again(decision, crm)
    return ledger.answered or (run.flow is not None and verdicts.asked_since(connection, call, begun))


def _hold_back(delivery: Delivery, crm: CrmConnector, state: Inquiry, settings: PlanSettings) -> bool:
    """Say why nothing may be written of a form or dialogue yet; what was planned when it might be stays as it is."""
    decision, verdict, matrix = verdicts.decide(delivery.connection, delivery.call, crm, held_back=True)
    planned = plan(state, verdict, matrix, settings, crm.capabilities)
    unplanned = Decision.objects.filter(Q(plan={}) | Q(plan__row=None), pk=decision.pk)
    unplanned.update(plan=planned.to_json(), planned_at=timezone.now())
    return False


def _lease(run: Run, records: Iterable[Record]) -> None:
    contact = next((record for record in records if record.kind is Kind.CONTACT), None)
    if contact:
        leases.take(run, contact.id)


def _end(run: Run, delivery: Delivery, state: DeliveryState, error: SwitchhookError | None = None) -> bool:
    # An overtaken run says nothing of a delivery that another is working on.
    Delivery.objects.filter(pk=delivery.pk, lane__epoch=run.epoch).update(
        state=state, done_at=timezone.now(), error_code=error.code if error else "", error=str(error or "")
    )
    data = {"call": delivery.call_id, "connection": delivery.connection_id, "state": state}
    publish(delivery.call.project_id, "delivery", data)
    return False
