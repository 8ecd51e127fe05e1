"""Raw events: the queue that "understand" works off, and the archive that can be replayed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from switchhook.connections.models import Connection


class RawState(models.TextChoices):
    """`new` waits to be read; `read` became a fact; `unused` is genuine but without use; `flagged` is unreadable."""

    NEW = "new", _("waiting")
    READ = "read", _("read")
    UNUSED = "unused", _("received, not used")
    FLAGGED = "flagged", _("could not be read")


class RawEvent(models.Model):
    """One delivery exactly as it arrived. Rows are inserted by the fast path with SQL by hand (`intake/store.py`).

    `replayed` marks an event that is read again: it folds anew, but raises no pop-up.
    """

    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="raw_events")
    received_at = models.DateTimeField()
    method = models.CharField(max_length=8)
    content_type = models.TextField(blank=True)
    query = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(blank=True)
    truncated = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=RawState, default=RawState.NEW, db_default=RawState.NEW)
    replayed = models.BooleanField(default=False, db_default=False)
    error_code = models.CharField(max_length=40, blank=True, default="", db_default="")
    error = models.TextField(blank=True, default="", db_default="")
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state="new"), name="raw_event_queue"),
            models.Index(fields=["connection", "-id"], name="raw_event_journal"),
        ]
