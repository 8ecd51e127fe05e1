"""The right to change what hangs on one contact.

Two numbers of one contact run in two lanes; without the lease both could find "no open lead" and make one each.
"""

from datetime import timedelta

from django.db import connection as database
from django.db.models.functions import Now

from switchhook.delivery.lanes import Run
from switchhook.delivery.models import ContactLease

TERM_SECONDS = 120.0


class LeaseTaken(Exception):
    """Another lane is working on this contact: come back a moment later."""


def take(run: Run, contact_id: str) -> None:
    """Take or renew the lease on a contact for this lane. Raises LeaseTaken."""
    with database.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO delivery_contactlease (connection_id, contact_id, lane_id, until)
            VALUES (%(connection)s, %(contact)s, %(lane)s, now() + make_interval(secs => %(term)s))
            ON CONFLICT (connection_id, contact_id) DO UPDATE SET lane_id = EXCLUDED.lane_id, until = EXCLUDED.until
            WHERE delivery_contactlease.lane_id = EXCLUDED.lane_id OR delivery_contactlease.until < now()
            RETURNING id
            """,
            {"connection": run.connection_id, "contact": contact_id, "lane": run.lane_id, "term": TERM_SECONDS},
        )
        if cursor.fetchone() is None:
            raise LeaseTaken(contact_id)


def renew(run: Run) -> None:
    """Extend the leases of this lane: a delivery of many requests may outlast one term."""
    ContactLease.objects.filter(lane_id=run.lane_id).update(until=Now() + timedelta(seconds=TERM_SECONDS))


def give_back(run: Run) -> None:
    """Release every lease of this lane, unless another run has overtaken this one and needs them. Idempotent."""
    ContactLease.objects.filter(lane_id=run.lane_id, lane__epoch=run.epoch).delete()
