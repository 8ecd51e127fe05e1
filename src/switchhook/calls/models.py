"""Calls, their facts and their recordings."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from switchhook.connections.models import Connection
from switchhook.intake.models import RawEvent
from switchhook.projects.models import Employee, Project


class Call(models.Model):
    """The aggregate of one conversation: columns for lists and filters, `state` the whole fold (see `calls.codec`).

    A site form or a dialogue in a messenger is kept here too, told apart by `channel`: it goes the same way to the
    CRMs, and has no line, no talk and no recording. Lists show calls only unless asked for others.

    Durations are seconds, times UTC, numbers E.164 ("" where unknown or hidden). `facts_seen` counts the facts folded.
    `stopped` marks a call of a stop-listed line or ignored client: it stays in the journal and touches no CRM.
    `journal_only` marks one that began before its connection was activated.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="calls")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="calls")
    external_id = models.CharField(max_length=200)
    channel = models.CharField(
        max_length=10,
        default="call",
        choices=[("call", _("call")), ("form", _("form")), ("dialogue", _("dialogue"))],
    )
    direction = models.CharField(
        max_length=10,
        default="in",
        choices=[("in", _("incoming")), ("out", _("outgoing")), ("internal", _("internal"))],
    )
    status = models.CharField(
        max_length=10,
        default="active",
        choices=[
            ("active", _("in progress")),
            ("answered", _("answered")),
            ("missed", _("missed")),
            ("failed", _("failed")),
            ("other", _("other")),
        ],
    )
    client_number = models.CharField(max_length=20, blank=True)
    project_number = models.CharField(max_length=20, blank=True)
    employee = models.ForeignKey(Employee, models.SET_NULL, null=True, related_name="calls")
    started_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    talk_seconds = models.PositiveIntegerField(null=True)
    wait_seconds = models.PositiveIntegerField(null=True)
    state = models.JSONField(default=dict)
    facts_seen = models.PositiveIntegerField(default=0)
    stopped = models.BooleanField(default=False)
    journal_only = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["connection", "external_id"], name="one_call_per_external_id")]
        indexes = [
            models.Index(fields=["project", "-started_at", "-id"], name="call_journal"),
            models.Index(fields=["project", "client_number", "-started_at"], name="call_client"),
            models.Index(fields=["project", "status", "-started_at"], name="call_status"),
            models.Index(fields=["project", "employee", "-started_at"], name="call_employee"),
            models.Index(
                fields=["project", "-started_at", "-id"], condition=~models.Q(channel="call"), name="inquiry_journal"
            ),
        ]

    @property
    def lane_key(self) -> str:
        """What keeps one client's calls and inquiries in order: his number, or the call itself where he has none."""
        return self.client_number or f"call:{self.pk}"


class Fact(models.Model):
    """What one event says about a call. Reading an event again *replaces* its facts; the call is then folded anew.

    `source` is unique per call: `event:<raw id>:<index>` for deliveries, `export:<id>` for rows of the vendor's log.
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="facts")
    raw_event = models.ForeignKey(RawEvent, models.CASCADE, null=True, related_name="facts")
    source = models.CharField(max_length=240)
    kind = models.CharField(max_length=12)
    parser = models.PositiveSmallIntegerField(default=1)
    received_at = models.DateTimeField()
    data = models.JSONField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["call", "source"], name="one_fact_per_source")]


def new_public_id() -> str:
    return secrets.token_urlsafe(18)


class RecordingState(models.TextChoices):
    EXPECTED = "expected", _("not there yet")
    STORED = "stored", _("stored")
    MISSING = "missing", _("missing at the vendor")


class Recording(models.Model):
    """A call's recording. `public_id` makes the hub's stable link and exists before the file does.

    `sealed_url` is the vendor's token link, encrypted; `file` the name under RECORDINGS_DIR once fetched.
    """

    call = models.OneToOneField(Call, models.CASCADE, related_name="recording")
    public_id = models.CharField(max_length=40, unique=True, default=new_public_id)
    sealed_url = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=RecordingState, default=RecordingState.EXPECTED)
    file = models.CharField(max_length=200, blank=True)
    content_type = models.CharField(max_length=80, blank=True)
    size = models.BigIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    signed_in_only = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)


class RecordingAccess(models.Model):
    """One read of a recording through its link, for the audit."""

    recording = models.ForeignKey(Recording, models.CASCADE, related_name="accesses")
    at = models.DateTimeField(auto_now_add=True)
    address = models.GenericIPAddressField(null=True)


class LogCursor(models.Model):
    """Up to when a telephony connection's call log has been read."""

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="log_cursor")
    read_until = models.DateTimeField()
    finished_at = models.DateTimeField(auto_now=True)
