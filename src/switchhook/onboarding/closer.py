"""A closer look: the checks that cost requests. Run when a person asks for it, and remembered with its time."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Count
from django.utils import timezone

from switchhook.connections.accounts import open_crm, open_telephony
from switchhook.connections.governor import Urgency
from switchhook.connections.models import Connection, ConnectionState, EmployeeAccount
from switchhook.connectors.base import CrmConnector
from switchhook.core.errors import SwitchhookError
from switchhook.core.mapping import offered
from switchhook.core.records import Kind, Record
from switchhook.directory.models import DirectoryEntry
from switchhook.onboarding import reach
from switchhook.onboarding.checks import forget_count
from switchhook.onboarding.facts import CLOSER
from switchhook.onboarding.models import Finding
from switchhook.projects.models import Project
from switchhook.projects.people import Staff

ASKED = "asked"
_PAGES, _EXAMPLES, _OWNERS = 5, 5, 20


def ask(project: Project) -> datetime:
    """Note that a look was asked for; it is over when every account was looked into since."""
    now = timezone.now()
    Finding.objects.update_or_create(project=project, check_name=ASKED, subject="", defaults={"at": now})
    return now


def look(project: Project) -> None:
    """Look into every account that works, and at the public address. Sends requests; raises nothing of theirs."""
    begun = timezone.now()
    reach.look(project)
    for one in Connection.objects.filter(project=project, state=ConnectionState.ACTIVE).select_related("project"):
        found = _looked_into(one)
        Finding.objects.update_or_create(
            project=project, check_name=CLOSER, subject=str(one.pk), defaults={"found": found, "at": timezone.now()}
        )
    others = Finding.objects.filter(project=project, check_name=CLOSER, at__lt=begun)
    others.delete()
    Finding.objects.filter(project=project, check_name=ASKED).update(found={"done": begun.isoformat()})
    forget_count(project)


def last_look(project: Project) -> tuple[datetime | None, bool]:
    """When accounts were last looked into, and whether a look that was asked for is not over yet."""
    asked = Finding.objects.filter(project=project, check_name=ASKED).first()
    if asked is None:
        return None, False
    done = datetime.fromisoformat(asked.found["done"]) if asked.found.get("done") else None
    return done, done is None or done < asked.at


def _looked_into(one: Connection) -> dict[str, Any]:
    try:
        return _of_telephony(one) if one.role == "telephony" else _of_crm(one)
    except SwitchhookError as error:
        return {"problem": str(error)[:500]}


def _of_telephony(one: Connection) -> dict[str, Any]:
    staff = Staff(one.project)
    members = open_telephony(one).staff()
    strangers = [member.ref.name or member.ref.sip for member in members if staff.find(member.ref) is None]
    return {"strangers": sorted(filter(None, strangers))}


def _of_crm(one: Connection) -> dict[str, Any]:
    crm = open_crm(one, urgency=Urgency.LIVE)
    crm.check()
    users = {user.id: user for user in crm.users()}
    active = {pk for pk, user in users.items() if user.active}
    accounts = EmployeeAccount.objects.filter(connection=one, employee__active=True).select_related("employee")
    gone = sorted(account.employee.name for account in accounts if account.user_id not in active)
    known = {account.user_id for account in accounts}
    owners = [users[pk].name if pk in users else pk for pk in _owners(one) if pk not in known]
    return {"users_gone": gone, "owners": owners, "fields_gone": _fields_gone(one, crm), **_numbers(crm)}


def _owners(one: Connection) -> list[str]:
    """Who owns records of clients, by the directory; the busiest first."""
    owned = DirectoryEntry.objects.filter(connection=one, status="open").exclude(owner="")
    counted = owned.values_list("owner").annotate(n=Count("pk")).order_by("-n", "owner")
    return [owner for owner, _n in counted[:_OWNERS]]


def _fields_gone(one: Connection, crm: CrmConnector) -> list[str]:
    rules = one.setting("field_rules", [])
    kinds = {Kind(rule["kind"]) for rule in rules}
    there = {(kind, field.name) for kind in kinds for field in offered(crm.fields(kind), kind)}
    return sorted({rule["field"] for rule in rules if (Kind(rule["kind"]), rule["field"]) not in there})


def _numbers(crm: CrmConnector) -> dict[str, Any]:
    """Numbers without country code among the first pages of the CRM's records."""
    local = [text for record in islice(_records(crm), 2000) for text in record.local_phones]
    return {"local_numbers": len(local), "local_examples": local[:_EXAMPLES]}


def _records(crm: CrmConnector) -> Iterator[Record]:
    cursor = ""
    for _page in range(_PAGES):
        changes = crm.changes(cursor)
        yield from changes.records
        cursor = changes.cursor
        if not changes.more:
            return
