"""Who the client is: judged once per call and connection, at its first plan, and kept."""

from datetime import datetime, timedelta

from django.utils import timezone

from switchhook.calls.models import Call
from switchhook.connections.models import Connection
from switchhook.connectors.base import CrmConnector
from switchhook.connectors.registry import manifest
from switchhook.core.errors import TargetGone
from switchhook.core.matrix import Matrix
from switchhook.core.reason import Reason
from switchhook.core.records import Kind, Record, Ref
from switchhook.core.situation import Client, Verdict
from switchhook.delivery.models import Decision, Effect
from switchhook.directory import index
from switchhook.scenarios.services import in_force

FRESH = timedelta(seconds=60)
"""How long an open lead or deal may go unconfirmed before it is read again, since it decides what is created."""

_DECIDING = (Kind.LEAD, Kind.DEAL)


def decide(connection: Connection, call: Call, crm: CrmConnector) -> tuple[Decision, Verdict, Matrix]:
    """The decision on this call: the stored one, else a new one by the matrix in force now.

    A verdict on another number (withheld at first, or misread before a name map was corrected) is passed anew.

    Asks the CRM only when the directory knows nothing or only something stale. Raises the connector's errors.
    """
    decision = Decision.objects.select_related("matrix").filter(connection=connection, call=call).first()
    if decision is None:
        version, _matrix = in_force(connection)
        passed = {"verdict": judge(connection, call, crm).to_json(), "client_number": call.client_number}
        decision, _ = Decision.objects.get_or_create(
            connection=connection, call=call, defaults={"matrix": version, **passed}
        )
    elif decision.client_number != call.client_number:
        decision.call = call
        _pass(decision, judge(connection, call, crm))
    return decision, Verdict.from_json(decision.verdict), Matrix.from_data(decision.matrix.data)


def judge_again(decision: Decision, crm: CrmConnector) -> Verdict:
    """Replace a verdict that rests on a record which is no longer there, from a live look."""
    if decision.call.client_number:
        index.ask(decision.connection, decision.call.client_number, crm, anew=True)
    verdict = judge(decision.connection, decision.call, crm)
    _pass(decision, verdict)
    return verdict


def _pass(decision: Decision, verdict: Verdict) -> None:
    decision.verdict, decision.client_number = verdict.to_json(), decision.call.client_number
    decision.save(update_fields=["verdict", "client_number"])


def judge(connection: Connection, call: Call, crm: CrmConnector) -> Verdict:
    """Look the client up: in the directory, else live. What the hub made for this very call makes nobody known."""
    phone = call.client_number
    if not phone:
        return Verdict(client=Client.HIDDEN, reasons=(Reason(text="The caller withheld his number.", params={}),))
    matches = _known(connection, phone)
    if not matches or manifest(connection.connector).local:
        index.ask(connection, phone, crm)
    elif any(_stale(match) for match in matches):
        _confirm(connection, phone, matches, crm)
    own = _made_for(connection, call)
    matches = [match for match in _known(connection, phone) if match.ref not in own]
    client = Client.KNOWN if matches else Client.NEW
    return Verdict(client=client, matches=tuple(matches), reasons=(_counted(matches, phone),))


def _known(connection: Connection, phone: str) -> list[Record]:
    """The number's records, and what hangs on their contact under its other numbers."""
    matches = index.look_up(connection, phone)
    contact = next((match.id for match in matches if match.kind is Kind.CONTACT), "")
    return index.of_client(connection, phone, contact) if contact else matches


def _made_for(connection: Connection, call: Call) -> set[Ref]:
    made = Effect.objects.filter(connection=connection, call=call, adopted=False, wanted__target=None)
    return {Ref(Kind(kind), name) for kind, name in made.exclude(remote_id="").values_list("kind", "remote_id")}


def _counted(matches: list[Record], phone: str) -> Reason:
    if not matches:
        return Reason(text="No record carries the number %(phone)s.", params={"phone": phone})
    return Reason(
        text="%(count)s records carry the number %(phone)s.", params={"count": str(len(matches)), "phone": phone}
    )


def _stale(record: Record) -> bool:
    if not record.is_open or record.kind not in _DECIDING:
        return False
    confirmed = record.values.get("confirmed_at", "")
    return timezone.now() - datetime.fromisoformat(confirmed) > FRESH


def _confirm(connection: Connection, phone: str, matches: list[Record], crm: CrmConnector) -> None:
    for match in filter(_stale, matches):
        try:
            index.remember(connection, [crm.get(match.ref)], phone)
        except TargetGone:
            index.forget(connection, [match.ref])
