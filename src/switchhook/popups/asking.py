"""What an employee asks for in the pop-up: records, comments, and which of several matches the client is."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from switchhook.calls.models import Call
from switchhook.connections.models import Connection, EmployeeAccount
from switchhook.core.asked import Asked
from switchhook.core.records import Kind, Ref
from switchhook.core.situation import Person
from switchhook.delivery.lanes import append
from switchhook.delivery.models import Effect
from switchhook.delivery.wishes import BEGUN, Wishes
from switchhook.popups.models import PopUp, Wish
from switchhook.popups.showing import tell_of
from switchhook.projects.models import Employee, User

CHOICE = "choice"
LATE = "late"
"""Marks a choice that came when something was written already: it names the client in the pop-up, and moves nothing."""


@transaction.atomic
def ask_for(
    connection: Connection, call: Call, user: User, kind: str, *, values: Mapping[str, Any], about: Ref | None = None
) -> Wish:
    """Keep a wish and queue the call, so that the client's lane makes it true.

    Idempotent for records and choices: a second wish of a kind is the first one (a choice is changed). The caller has
    checked that the CRM can take it.
    """
    employee = Employee.objects.filter(project=call.project_id, user=user, active=True).first()
    account = EmployeeAccount.objects.filter(connection=connection, employee=employee).first() if employee else None
    told: dict[str, Any] = {"user": user, "by": employee.name if employee else str(user), "values": dict(values)}
    told |= {"crm_user": account.user_id if account else ""}
    told |= {"about_kind": about.kind.value if about else "", "about_id": about.id if about else ""}
    wish = _kept(connection, call, kind, told)
    append(connection, call)
    if popup := PopUp.objects.filter(call=call).first():
        tell_of(popup)
    return wish


def _kept(connection: Connection, call: Call, kind: str, told: dict[str, Any]) -> Wish:
    named: dict[str, Any] = {"connection": connection, "call": call, "kind": kind}
    if kind == Kind.COMMENT:
        return Wish.objects.create(**named, **told)
    if kind == CHOICE:
        return Wish.objects.update_or_create(**named, defaults=told)[0]
    return Wish.objects.get_or_create(**named, defaults=told)[0]


def choose(connection: Connection, call: Call, user: User, record: Ref) -> bool:
    """Keep that the client is `record`; whether the call itself goes to it too.

    It does as long as nothing of the call stands in the CRM; afterwards the choice is for the pop-up and comments.
    """
    in_crm = Effect.objects.filter(connection=connection, call=call, state__in=BEGUN)
    is_late = in_crm.exclude(action__startswith="asked-").exists()
    ask_for(connection, call, user, CHOICE, values={LATE: True} if is_late else {}, about=record)
    return not is_late


def wishes_of(connection: Connection, call: Call) -> Wishes:
    """What was asked for, as delivery takes it."""
    rows = list(Wish.objects.filter(connection=connection, call=call))
    choice = next((row for row in rows if row.kind == CHOICE), None)
    chosen = ref_of(choice) if choice else None
    asked = [_asked(row, chosen) for row in rows if row.kind != CHOICE]
    return Wishes(asked=asked, chosen=None if choice is None or choice.values.get(LATE) else chosen)


def ref_of(wish: Wish) -> Ref | None:
    """The record that a wish is about."""
    return Ref(Kind(wish.about_kind), wish.about_id) if wish.about_id else None


def _asked(row: Wish, chosen: Ref | None) -> Asked:
    by = Person(name=row.by, user=row.crm_user or None)
    about = ref_of(row) or (chosen if row.kind == Kind.COMMENT else None)
    return Asked(id=row.action, kind=Kind(row.kind), by=by, values=row.values, about=about)
