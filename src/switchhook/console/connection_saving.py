"""Saving settings of a connection: under its row's lock, with what stood before and after in the audit trail."""

from typing import Any

from django.db import transaction

from switchhook.connections.models import Connection
from switchhook.console.access import ProjectRequest
from switchhook.projects.audit import difference, note


@transaction.atomic
def save_settings(request: ProjectRequest, found: Connection, changes: dict[str, Any], action: str) -> None:
    """Merge `changes` into the connection's settings (None: unset). `found` has the latest then."""
    held = Connection.objects.select_for_update(no_key=True).get(pk=found.pk)
    changed = difference(held.settings, changes)
    held.settings = found.settings = held.settings | changes
    held.save(update_fields=["settings"])
    if changed:
        note(request.project, request.user, action, held.name, **changed)
