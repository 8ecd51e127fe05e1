"""One delivery's turn: judge the client, plan as far as the call has come, and make the plan true in the CRM."""

from collections.abc import Iterable

from django.utils import timezone

from switchhook.calls.codec import state_from_json
from switchhook.connections.accounts import open_crm
from switchhook.connections.services import mark_broken
from switchhook.connectors.base import CrmConnector
from switchhook.connectors.registry import manifest
from switchhook.core.errors import AuthFailed, Misconfigured, SwitchhookError, TargetGone, Transient
from switchhook.core.plan import Plan, PlanSettings, plan
from switchhook.core.records import Kind, Record
from switchhook.delivery import leases, verdicts
from switchhook.delivery.lanes import Run, rehome
from switchhook.delivery.ledger import Ledger
from switchhook.delivery.models import Decision, Delivery, DeliveryState
from switchhook.directory import index
from switchhook.live.publish import publish
from switchhook.projects.stop_list import StopList
from switchhook.scenarios.plan_settings import answerer, plan_settings


def handle(run: Run, delivery: Delivery) -> None:
    """Bring the CRM to where the call is. Idempotent: what the ledger already holds is not done again.

    Raises Transient (the lane waits), AuthFailed (the connection is now broken) and LeaseTaken (come back soon); any
    other error of the tree ends the delivery as dead work, with its cause.
    """
    call = delivery.call
    if rehome(delivery):
        return None
    if StopList(call.project).covers(call.project_number, call.client_number):
        return _end(run, delivery, DeliveryState.SKIPPED)
    try:
        _carry_out(run, delivery, *_opened(delivery))
    except Transient as error:
        Delivery.objects.filter(pk=delivery.pk).update(error_code=error.code, error=str(error))
        raise
    except AuthFailed as error:
        mark_broken(delivery.connection, str(error))
        raise
    except SwitchhookError as error:
        return _end(run, delivery, DeliveryState.DEAD, error)
    finally:
        leases.give_back(run)
    return _end(run, delivery, DeliveryState.DONE)


def bury(run: Run, delivery: Delivery, error: Exception) -> None:
    """End a delivery on which the hub itself failed: dead work, with the fault named."""
    fault = SwitchhookError(f"The hub failed on this: {type(error).__name__}: {error}"[:500])
    _end(run, delivery, DeliveryState.DEAD, fault)


def _opened(delivery: Delivery) -> tuple[CrmConnector, PlanSettings]:
    try:
        return open_crm(delivery.connection), plan_settings(delivery.connection, delivery.call)
    except Misconfigured as error:
        # No fault of this call: as with refused credentials, the work is held until somebody mends the connection.
        raise AuthFailed(str(error)) from error


def _carry_out(run: Run, delivery: Delivery, crm: CrmConnector, settings: PlanSettings) -> None:
    call, connection = delivery.call, delivery.connection
    # Under the contact's lease, or what a lane of his other number is making now would be missing in the verdict.
    _lease(run, index.look_up(connection, call.client_number))
    decision, verdict, matrix = verdicts.decide(connection, call, crm)
    _lease(run, verdict.matches)
    person, state = answerer(connection, call), state_from_json(call.state)
    asked_now = not manifest(connection.connector).local and timezone.now() - decision.decided_at < verdicts.FRESH
    ledger = Ledger(run=run, crm=crm, connection=connection, call=call, ask=not asked_now)
    for last in (False, True):
        planned = plan(state, verdict, matrix, settings, crm.capabilities, person)
        _keep(decision, planned)
        try:
            return ledger.carry_out(planned, bury_gone=last)
        except TargetGone:
            verdict = verdicts.judge_again(decision, crm)
    return None


def _lease(run: Run, records: Iterable[Record]) -> None:
    contact = next((record for record in records if record.kind is Kind.CONTACT), None)
    if contact:
        leases.take(run, contact.id)


def _keep(decision: Decision, planned: Plan) -> None:
    data = planned.to_json()
    if decision.plan != data:
        decision.plan = data
        decision.save(update_fields=["plan", "planned_at"])


def _end(run: Run, delivery: Delivery, state: DeliveryState, error: SwitchhookError | None = None) -> None:
    # An overtaken run says nothing of a delivery that another is working on.
    Delivery.objects.filter(pk=delivery.pk, lane__epoch=run.epoch).update(
        state=state, done_at=timezone.now(), error_code=error.code if error else "", error=str(error or "")
    )
    data = {"call": delivery.call_id, "connection": delivery.connection_id, "state": state}
    publish(delivery.call.project_id, "delivery", data)
