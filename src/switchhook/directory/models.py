"""The phone index. One row per (connection, number, record); a look-up is one index scan."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models

from switchhook.connections.models import Connection


class DirectoryEntry(models.Model):
    """A record of a CRM that carries, or belongs to a contact that carries, a number.

    `inherited` says that the number is the contact's alone: taken off the contact, it leads here no longer. A record of
    a contact whose numbers are not known yet stands under the number "" until they are.

    `owner` is the CRM's user id ("" for nobody); `status` as in `core.records.Record`; `confirmed_at` is when the CRM
    last told us so.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="directory")
    e164 = models.CharField(max_length=20)
    kind = models.CharField(max_length=10)
    record_id = models.CharField(max_length=80)
    title = models.CharField(max_length=255, blank=True)
    owner = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=12, default="open")
    contact_id = models.CharField(max_length=80, blank=True)
    company_id = models.CharField(max_length=80, blank=True)
    url = models.TextField(blank=True)
    last_activity = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField()
    inherited = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "e164", "kind", "record_id"], name="one_directory_entry")
        ]
        indexes = [
            models.Index(fields=["connection", "kind", "record_id"], name="directory_record"),
            models.Index(fields=["connection", "contact_id"], name="directory_contact"),
            GinIndex(SearchVector("title", config="simple"), name="directory_words"),
        ]


class LookUp(models.Model):
    """When a CRM was last asked for a number: within a minute it is not asked again, whatever it said."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="look_ups", db_index=False)
    e164 = models.CharField(max_length=20)
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "e164"], name="one_look_up")]
        indexes = [models.Index(fields=["asked_at"], name="look_up_age")]


class SyncCursor(models.Model):
    """How far the directory has read a CRM's feed.

    `complete` once the first full reading has come to its end; `told` counts the records read; `error` is why the last
    run stopped early, "" where it did not. `run` and `running_until` are the claim of the run that is reading now.
    """

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="sync_cursor")
    cursor = models.TextField(blank=True)
    complete = models.BooleanField(default=False)
    synced_at = models.DateTimeField(null=True)
    told = models.BigIntegerField(default=0)
    error = models.TextField(blank=True)
    run = models.BigIntegerField(default=0)
    running_until = models.DateTimeField(null=True)
