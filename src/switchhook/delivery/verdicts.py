"""Who the client is: judged once per call and connection, at its first plan, and kept."""

from dataclasses import replace
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
from switchhook.core.situation import Channel, Client, Verdict
from switchhook.core.words import _
from switchhook.delivery.models import Decision, Effect
from switchhook.directory import index
from switchhook.directory.models import LookUp
from switchhook.scenarios.services import in_force

FRESH = timedelta(seconds=60)
"""How long an open lead or deal may go unconfirmed before it is read again, since it decides what is created."""

_DECIDING = (Kind.LEAD, Kind.DEAL)


def decide(
    connection: Connection, call: Call, crm: CrmConnector, *, held_back: bool = False
) -> tuple[Decision, Verdict, Matrix]:
    """The decision on this call: the stored one, else a new one by the matrix in force now.

    A verdict on another number (withheld at first, or misread before a name map was corrected) is passed anew. While
    the call is `held_back` nobody is looked up: its client is judged when something may be written.

    Asks the CRM only when the directory knows nothing or only something stale. Raises the connector's errors.
    """
    decision = Decision.objects.select_related("matrix").filter(connection=connection, call=call).first()
    if decision is None:
        version, _matrix = in_force(connection)
        verdict = Verdict(client=Client.NEW) if held_back else judge(connection, call, crm)
        passed = {"verdict": verdict.to_json(), "client_number": "" if held_back else call.client_number}
        decision, _made = Decision.objects.get_or_create(
            connection=connection, call=call, defaults={"matrix": version, **passed}
        )
    elif decision.client_number != call.client_number and not held_back:
        decision.call = call
        _pass(decision, judge(connection, call, crm))
    return decision, Verdict.from_json(decision.verdict), Matrix.from_data(decision.matrix.data)


def judge_again(decision: Decision, crm: CrmConnector) -> Verdict:
    """Replace a verdict that rests on a record which is no longer there, from a live look."""
    verdict = judge(decision.connection, decision.call, crm, anew=True)
    _pass(decision, verdict)
    return verdict


def look_again(decision: Decision, verdict: Verdict, crm: CrmConnector) -> Verdict:
    """The verdict with what is there now, from a live look: what makes the client new or known stays as it was."""
    index.ask(decision.connection, decision.call.client_number, crm, anew=True)
    return with_known(decision, verdict)


def with_known(decision: Decision, verdict: Verdict) -> Verdict:
    """The verdict with what the directory says now."""
    return replace(verdict, matches=tuple(_found(decision.connection, decision.call)))


def asked_since(connection: Connection, call: Call, begun: datetime) -> bool:
    """Whether a remote CRM has answered a look-up of the call's client since then, or a second before."""
    moment = begun - timedelta(seconds=1)
    return LookUp.objects.filter(connection=connection, e164=call.client_number, asked_at__gte=moment).exists()


def _pass(decision: Decision, verdict: Verdict) -> None:
    decision.verdict, decision.client_number = verdict.to_json(), decision.call.client_number
    decision.save(update_fields=["verdict", "client_number"])


def judge(connection: Connection, call: Call, crm: CrmConnector, *, anew: bool = False) -> Verdict:
    """Look the client up: in the directory, else live. What the hub made for this very call makes nobody known.

    With `anew` the CRM is asked whatever the directory says.
    """
    phone = call.client_number
    if not phone:
        if call.channel != Channel.CALL:
            # Who writes without giving a number hides nothing; no record can be found for him.
            return Verdict(client=Client.NEW, reasons=(Reason(text=_("The client gave no number."), params={}),))
        return Verdict(client=Client.HIDDEN, reasons=(Reason(text=_("The caller withheld his number."), params={}),))
    known = _known(connection, phone)
    if anew or not known or manifest(connection.connector).local:
        index.ask(connection, phone, crm, anew=anew)
    else:
        _confirm(connection, phone, known, crm)
    matches = _found(connection, call)
    client = Client.KNOWN if matches else Client.NEW
    return Verdict(client=client, matches=tuple(matches), reasons=(_counted(matches, phone),))


def _found(connection: Connection, call: Call) -> list[Record]:
    own = _made_for(connection, call)
    return [match for match in _known(connection, call.client_number) if match.ref not in own]


def _known(connection: Connection, phone: str) -> list[Record]:
    return index.of_clients(connection, [phone]).get(phone, [])


def _made_for(connection: Connection, call: Call) -> set[Ref]:
    made = Effect.objects.filter(connection=connection, call=call, adopted=False, wanted__target=None)
    return {Ref(Kind(kind), name) for kind, name in made.exclude(remote_id="").values_list("kind", "remote_id")}


def _counted(matches: list[Record], phone: str) -> Reason:
    if not matches:
        return Reason(text="No record carries the number %(phone)s.", params={"phone": phone})
    return Reason(
        text="%(count)s records carry the number %(phone)s.", params={"count": str(len(matches)), "phone": phone}
    )


def _confirm(connection: Connection, phone: str, known: list[Record], crm: CrmConnector) -> None:
    """Read the record that takes the call, where nobody has for a while.

    Where it is no more, or open no longer, the CRM is asked who the client is now: a lead that was converted has left
    a contact, and perhaps a deal, which nobody has told of yet.
    """
    stale = next((record for record in known if record.kind in _DECIDING and record.is_open), None)
    if stale is None or timezone.now() - datetime.fromisoformat(stale.values["confirmed_at"]) <= FRESH:
        return
    try:
        read = crm.get(stale.ref)
    except TargetGone:
        index.forget(connection, [stale.ref])
    else:
        index.remember(connection, [read], phone)
        if read.is_open:
            return
    index.ask(connection, phone, crm, anew=True)
