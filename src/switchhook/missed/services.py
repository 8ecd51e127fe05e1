"""What people do at the desk: take an entry, give it to somebody, close it, open it again."""

from datetime import datetime

from django.db import transaction

from switchhook.calls.models import Call
from switchhook.live.publish import publish
from switchhook.missed import desk
from switchhook.missed.models import Closing, MissedClient, Reason
from switchhook.projects.models import AuditEntry, Employee, IgnoredClient, Project, User


@transaction.atomic
def assign(entry: MissedClient, owner: Employee | None, user: User | None) -> None:
    """Give an entry to an employee, or to nobody. It stays his until the client has been reached."""
    desk.lock(entry.project, [entry.e164])
    MissedClient.objects.filter(pk=entry.pk).update(owner=owner, chosen=owner is not None)
    _note(entry, user, "missed.assigned", owner=owner.name if owner else "")


@transaction.atomic
def close(
    entry: MissedClient, reason: Reason, user: User | None, *, at: datetime, note: str = "", ignore: bool = False
) -> None:
    """Close an entry by hand; what the client missed until `at` is settled, a later missed call opens it again.

    With `ignore` his number goes onto the project's list of ignored clients: his next calls stay in the journal only.
    """
    desk.lock(entry.project, [entry.e164])
    at = max(at, entry.last_at)
    Closing.objects.create(
        project=entry.project, e164=entry.e164, at=at, reason=reason, note=note.strip()[:300], user=user
    )
    if ignore:
        IgnoredClient.objects.get_or_create(
            project=entry.project, e164=entry.e164, defaults={"note": str(Reason(reason).label)}
        )
    desk.follow(entry.project, [entry.e164])
    _note(entry, user, "missed.closed", reason=str(reason), ignored=ignore)


@transaction.atomic
def reopen(entry: MissedClient, user: User | None) -> bool:
    """Undo the closing by hand that closed this entry; False where it was a talk that did."""
    desk.lock(entry.project, [entry.e164])
    mine = Closing.objects.filter(project=entry.project, e164=entry.e164, undone=False, at__gte=entry.last_at)
    undone = mine.update(undone=True)
    desk.follow(entry.project, [entry.e164])
    if undone:
        _note(entry, user, "missed.reopened")
    return bool(undone)


def closing_of(project: Project, numbers: list[str]) -> dict[str, Closing]:
    """The last closing by hand of each of these clients that counts."""
    found: dict[str, Closing] = {}
    for closing in Closing.objects.filter(project=project, e164__in=numbers, undone=False).select_related("user"):
        found.setdefault(closing.e164, closing)
    return found


def entry_of(call: Call) -> MissedClient | None:
    """The desk's entry of a call's client."""
    if not call.client_number:
        return None
    entries = MissedClient.objects.filter(project=call.project_id, e164=call.client_number)
    return entries.select_related("owner").first()


def _note(entry: MissedClient, user: User | None, action: str, **changes: object) -> None:
    AuditEntry.objects.create(project=entry.project, user=user, action=action, target=entry.e164, changes={**changes})
    # The journal's row is told, and with it every page that shows the desk.
    if entry.last_call_id:
        publish(entry.project_id, "call", {"call": entry.last_call_id})
