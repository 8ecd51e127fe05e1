"""The schedule of directory sync."""

import logging
from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from switchhook.connections.models import Connection, ConnectionState
from switchhook.connections.services import mark_broken
from switchhook.connectors.registry import manifest
from switchhook.core.errors import AuthFailed, SwitchhookError
from switchhook.directory.models import LookUp, SyncCursor
from switchhook.directory.sync import sync

logger = logging.getLogger(__name__)

REMOTE_EVERY = timedelta(minutes=2)
LOOK_UPS_KEPT = timedelta(days=1)


@app.periodic(cron="* * * * * */5")
@app.task(queue="housekeeping", name="sync_directories", priority=10)
def sync_directories(timestamp: int) -> None:
    """Queue a sync for every CRM whose turn it is: the hub's own at each tick, a vendor's every two minutes."""
    stale = timezone.now() - REMOTE_EVERY
    for crm in Connection.objects.filter(role="crm", state=ConnectionState.ACTIVE).select_related("sync_cursor"):
        place = getattr(crm, "sync_cursor", None)
        if manifest(crm.connector).local or place is None or place.synced_at is None or place.synced_at < stale:
            sync_directory.defer(connection_id=crm.pk)


@app.task(queue="housekeeping", name="sync_directory", priority=10)
def sync_directory(connection_id: int) -> None:
    """Bring one CRM's part of the directory up to date."""
    crm = Connection.objects.select_related("project").get(pk=connection_id)
    try:
        more = sync(crm)
    except AuthFailed as error:
        mark_broken(crm, str(error))
    except SwitchhookError as error:
        logger.info("The directory of connection %s waits for the next turn: %s", connection_id, error)
        SyncCursor.objects.filter(connection=crm).update(error=str(error), synced_at=timezone.now())
    else:
        if more:
            sync_directory.defer(connection_id=connection_id)


@app.periodic(cron="17 3 * * *")
@app.task(queue="housekeeping", name="forget_look_ups", priority=1)
def forget_look_ups(timestamp: int) -> None:
    """Drop the notes of when a CRM was asked, once they decide nothing any more."""
    LookUp.objects.filter(asked_at__lt=timezone.now() - LOOK_UPS_KEPT).delete()
