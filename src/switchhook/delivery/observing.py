"""Observe mode: for some days a CRM's plans are made and shown, and nothing is written.

It is a setting of the connection with a date, so it ends by itself; a person can end it earlier. What was observed is
not sent afterwards unless a person says so (`delivery.holding.send_observed`), and what is heard later of a call that
was observed is observed too: half of a call is worse than none.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from switchhook.calls.models import Call
from switchhook.connections.models import Connection
from switchhook.core.rehearsed import is_rehearsed
from switchhook.delivery.models import Delivery, DeliveryState, Rehearsal
from switchhook.projects.models import AuditEntry, User

UNTIL = "observe_until"
"""Name of the connection's setting: an ISO 8601 moment with its zone."""

USUAL_DAYS, MOST_DAYS = 3, 60


def until(crm: Connection) -> datetime | None:
    """When the connection's observing ends; None where it does not observe (any more).

    Raises ValueError or TypeError where the setting is no moment with a zone.
    """
    said = crm.setting(UNTIL, "")
    ends = datetime.fromisoformat(said) if said else None
    return ends if ends and ends > timezone.now() else None


@transaction.atomic
def begin(crm: Connection, days: int, user: User | None = None) -> datetime:
    """Write nothing for so many days (1 to 60) from now; returns when that ends. Begun anew, the new end counts."""
    ends = timezone.now() + timedelta(days=min(max(days, 1), MOST_DAYS))
    _set(crm, user, "connection.observe", {UNTIL: ends.isoformat()})
    return ends


@transaction.atomic
def end(crm: Connection, user: User | None = None) -> None:
    """Write from now on: calls of which nothing was heard so far. Idempotent."""
    if until(crm) is not None:
        _set(crm, user, "connection.observe_end", {UNTIL: timezone.now().isoformat()})


def _set(crm: Connection, user: User | None, action: str, changes: dict[str, str]) -> None:
    held = Connection.objects.select_for_update(no_key=True).get(pk=crm.pk)
    held.settings = crm.settings = {**held.settings, **changes}
    held.save(update_fields=["settings"])
    AuditEntry.objects.create(project=held.project, user=user, action=action, target=held.name, changes=changes)


def watches(crm: Connection, call: Call) -> bool:
    """Whether this call is only observed at this connection. Costs a query where it ever observed, else none."""
    if is_rehearsed(call.external_id):
        acted = Rehearsal.objects.filter(telephony=call.connection_id, external_id=call.external_id)
        return not acted.filter(writes__contains=[crm.pk]).exists()
    if until(crm) is not None:
        return True
    if not crm.setting(UNTIL):
        return False
    return Delivery.objects.filter(call=call, connection=crm, state=DeliveryState.OBSERVED).exists()
