"""A person says who a number is: it goes onto the record in the CRM, where the CRM allows, and into the directory."""

from collections.abc import Sequence

from django.contrib.postgres.search import SearchVector
from django.db import transaction

from switchhook.calls.models import Call, LinkedByHand
from switchhook.calls.search import known_entries, words_query
from switchhook.connections.accounts import open_crm
from switchhook.connections.governor import Urgency
from switchhook.connections.models import Connection, ConnectionState, EmployeeAccount
from switchhook.connectors.base import CrmConnector
from switchhook.core.errors import Rejected, TargetGone
from switchhook.core.phone import digits_of
from switchhook.core.records import PARTIES, Draft, Kind, Record, Ref
from switchhook.directory import index
from switchhook.directory.models import DirectoryEntry
from switchhook.live.publish import publish
from switchhook.projects.models import Project, User

_FEWEST_DIGITS = 4
Outcome = LinkedByHand.Outcome


def crms_of(project: Project) -> list[Connection]:
    """The CRM connections in which a number can be tied to somebody, the first-ranked first."""
    usable = Connection.objects.filter(project=project, role="crm").exclude(state=ConnectionState.BROKEN)
    return list(usable.order_by("rank", "id"))


def candidates(project: Project, text: str, *, most: int = 20) -> list[DirectoryEntry]:
    """Contacts and companies of the directory whose name has such words, or one of whose numbers has such digits."""
    parties = known_entries(project).filter(kind__in=sorted(PARTIES)).select_related("connection")
    digits, found = digits_of(text), parties
    if any(letter.isalpha() for letter in text):
        found = parties.alias(words=SearchVector("title", config="simple")).filter(words=words_query(text))
    elif len(digits) >= _FEWEST_DIGITS:
        found = parties.filter(e164__contains=digits)
    else:
        return []
    once = {(one.connection_id, one.kind, one.record_id): one for one in reversed(found[: most * 3])}
    ranked = sorted(once.values(), key=lambda one: (one.connection.rank, one.title.casefold(), one.pk))
    return ranked[:most]


def link(call: Call, connection: Connection, ref: Ref, user: User) -> LinkedByHand:
    """Tie the call's number to an existing contact or company. Idempotent.

    Raises TargetGone where the record is no more, AuthFailed, Misconfigured and Transient as the CRM answers. A CRM
    that refuses the number, or keeps none on such a record, does not hinder: then the hub alone knows.
    """
    crm = open_crm(connection, urgency=Urgency.LIVE)
    record = crm.get(ref)
    record, outcome, error = _with_number(crm, record, call.client_number)
    return _settled(call, connection, record, user, outcome=outcome, error=error, made=False)


def make_contact(call: Call, connection: Connection, name: str, user: User) -> LinkedByHand:
    """Make a contact of this name with the call's number, owned by `user` where this CRM knows him.

    A contact that meanwhile has the number is linked instead of made again. Raises Rejected with the CRM's sentence,
    OutcomeUnknown where its answer was lost, and what `link` raises.
    """
    crm, number = open_crm(connection, urgency=Urgency.LIVE), call.client_number
    there = next((record for record in crm.find_by_phone(number) if record.kind is Kind.CONTACT), None)
    if there is not None:
        return _settled(call, connection, there, user, outcome=Outcome.THERE, error="", made=False)
    values = {"name": name, "phones": [number]}
    if owner := _user_id(connection, user):
        values["owner"] = owner
    record = crm.create(Draft(kind=Kind.CONTACT, values=values), mark=f"swh-by-hand-{call.pk}")
    return _settled(call, connection, record, user, outcome=Outcome.WRITTEN, error="", made=True)


def _with_number(crm: CrmConnector, record: Record, number: str) -> tuple[Record, Outcome, str]:
    if number in record.phones:
        return record, Outcome.THERE, ""
    can = crm.capabilities
    if record.kind not in can.stores_phone or record.kind not in can.updatable:
        return record, Outcome.HUB, ""
    try:
        return crm.update(record.ref, {"phones": [*record.phones, number]}), Outcome.WRITTEN, ""
    except Rejected as error:
        return record, Outcome.REFUSED, str(error)


@transaction.atomic
def _settled(
    call: Call, connection: Connection, record: Record, user: User, *, outcome: Outcome, error: str, made: bool
) -> LinkedByHand:
    if record.kind not in PARTIES:
        raise TargetGone("Only a contact or a company can be who calls.")
    index.remember(connection, [record], call.client_number)
    told = LinkedByHand.objects.create(
        call=call,
        connection=connection,
        kind=record.kind,
        record_id=record.id,
        title=record.title[:255],
        url=record.url,
        made=made,
        outcome=outcome,
        error=error,
        user=user,
    )
    publish(call.project_id, "call", {"call": call.pk})
    return told


def _user_id(connection: Connection, user: User) -> str:
    mapped = EmployeeAccount.objects.filter(connection=connection, employee__user=user, employee__active=True)
    return mapped.values_list("user_id", flat=True).first() or ""


def linked_before(call: Call) -> Sequence[LinkedByHand]:
    """What people have tied this call to, the latest first."""
    return list(call.links_by_hand.select_related("connection", "user"))
