"""The schedule of reconciliation."""

import logging

from procrastinate.contrib.django import app

from switchhook.connections.models import Connection, ConnectionState
from switchhook.connections.services import mark_broken
from switchhook.core.errors import AuthFailed, SwitchhookError
from switchhook.understanding.reconcile import reconcile

logger = logging.getLogger(__name__)


@app.periodic(cron="*/10 * * * *")
@app.task(queue="housekeeping", name="reconcile_all", priority=10)
def reconcile_all(timestamp: int = 0) -> None:
    """Queue a reading of the call log for every active telephony connection; also called when a worker starts."""
    for telephony in Connection.objects.filter(role="telephony", state=ConnectionState.ACTIVE):
        reconcile_connection.defer(connection_id=telephony.pk)


@app.task(queue="housekeeping", name="reconcile_connection", priority=10)
def reconcile_connection(connection_id: int) -> None:
    """Read one connection's call log since the last run."""
    telephony = Connection.objects.select_related("project").get(pk=connection_id)
    try:
        found = reconcile(telephony)
    except AuthFailed as error:
        mark_broken(telephony, str(error))
    except SwitchhookError as error:
        logger.warning("The call log of connection %s could not be read: %s", connection_id, error)
    else:
        logger.info(
            "Connection %s: %s rows of the call log, %s changed a call", connection_id, found.rows, found.changed
        )
