"""Who the client is: judged once per call and connection, at its first plan, and kept."""

from datetime import datetime, timedelta

from django.utils import timezone

from switchhook.calls.models import Call
from switchhook.connections.models import Connection
from switchhook.connectors.base import CrmConnector
from switchhook.connectors.registry import manifest
from switchhook.core.errors import TargetGone
from switchhook.core.matrix import Matrix
from switchhook.core.records import Kind, Record
from switchhook.core.situation import Client, Reason, Verdict
from switchhook.delivery.models import Decision
from switchhook.directory import index
from switchhook.scenarios.services import in_force

FRESH = timedelta(seconds=60)
"""How long an open lead or deal may go unconfirmed before it is read again, since it decides what is created."""

_DECIDING = (Kind.LEAD, Kind.DEAL)


def decide(connection: Connection, call: Call, crm: CrmConnector) -> tuple[Decision, Verdict, Matrix]:
    """The decision on this call: the stored one, else a new one by the matrix in force now.

    Asks the CRM only when the directory knows nothing or only something stale. Raises the connector's errors.
    """
    decision = Decision.objects.select_related("matrix").filter(connection=connection, call=call).first()
    if decision is None:
        version, _matrix = in_force(connection)
        verdict = judge(connection, call, crm)
        decision, _ = Decision.objects.get_or_create(
            connection=connection, call=call, defaults={"matrix": version, "verdict": verdict.to_json()}
        )
    return decision, Verdict.from_json(decision.verdict), Matrix.from_data(decision.matrix.data)


def judge_again(decision: Decision, crm: CrmConnector) -> Verdict:
    """Replace a verdict that rests on a record which is no longer there, from a live look."""
    phone = decision.call.client_number
    index.replace(decision.connection, phone, list(crm.find_by_phone(phone)))
    verdict = judge(decision.connection, decision.call, crm)
    decision.verdict = verdict.to_json()
    decision.save(update_fields=["verdict"])
    return verdict


def judge(connection: Connection, call: Call, crm: CrmConnector) -> Verdict:
    """Look the client up: in the directory, else live."""
    phone = call.client_number
    if not phone:
        return Verdict(client=Client.HIDDEN, reasons=(Reason(text="The caller withheld his number.", params={}),))
    matches = index.look_up(connection, phone)
    if not matches or manifest(connection.connector).local:
        index.replace(connection, phone, list(crm.find_by_phone(phone)))
        matches = index.look_up(connection, phone)
    elif any(_stale(match) for match in matches):
        matches = _confirmed(connection, phone, matches, crm)
    client = Client.KNOWN if matches else Client.NEW
    return Verdict(client=client, matches=tuple(matches), reasons=(_counted(matches, phone),))


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


def _confirmed(connection: Connection, phone: str, matches: list[Record], crm: CrmConnector) -> list[Record]:
    for match in filter(_stale, matches):
        try:
            index.remember(connection, [crm.get(match.ref)], phone)
        except TargetGone:
            index.forget(connection, [match.ref])
    return index.look_up(connection, phone)
