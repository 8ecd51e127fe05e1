"""Calls, their facts and their recordings."""

import secrets
from pathlib import PurePath

from django.db import models
from django.utils.translation import gettext_lazy as _

from switchhook.connections.models import Connection
from switchhook.intake.models import RawEvent
from switchhook.projects.models import Employee, Project, User


class Call(models.Model):
    """The aggregate of one conversation: columns for lists and filters, `state` the whole fold (see `calls.codec`).

    A site form or a dialogue in a messenger is kept here too, told apart by `channel`: it goes the same way to the
    CRMs, and has no line, no talk and no recording. Lists show calls only unless asked for others.

    Durations are seconds, times UTC, numbers E.164 ("" where unknown or hidden). `facts_seen` counts the facts folded.
    `source` and `campaign` are the visit's, taken out of `state` so that lists and reports can ask for them.
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
    source = models.CharField(max_length=200, blank=True, db_default="")
    campaign = models.CharField(max_length=200, blank=True, db_default="")
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
            # With what most filters ask for in the index itself, even a rare combination is found without the rows.
            models.Index(
                fields=["project", "-started_at", "-id"],
                include=["channel", "direction", "status", "employee", "talk_seconds"],
                name="call_list",
            ),
            models.Index(fields=["project", "client_number", "-started_at"], name="call_client"),
            models.Index(fields=["project", "status", "-started_at"], name="call_status"),
            models.Index(fields=["project", "employee", "-started_at"], name="call_employee"),
            models.Index(fields=["project", "project_number", "-started_at", "-id"], name="call_line"),
            models.Index(
                fields=["project", "source", "-started_at", "-id"], condition=~models.Q(source=""), name="call_source"
            ),
            models.Index(
                fields=["project", "campaign", "-started_at", "-id"],
                condition=~models.Q(campaign=""),
                name="call_campaign",
            ),
            models.Index(
                fields=["project", "-started_at", "-id"], condition=~models.Q(channel="call"), name="inquiry_journal"
            ),
        ]

    @property
    def lane_key(self) -> str:
        """What keeps one client's calls and inquiries in order: his number, or the call itself where he has none."""
        return self.client_number or f"call:{self.pk}"


class ClientNumber(models.Model):
    """A number that has called or was called: what a search for a part of a number looks through.

    A database trigger enters the numbers, whoever writes the calls. A number is there once in a project, or a few times
    where several transactions brought it at the same moment.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="client_numbers", db_index=False)
    e164 = models.CharField(max_length=20)

    class Meta:
        indexes = [models.Index(fields=["project", "e164"], name="client_number_seen")]


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

    @property
    def ending(self) -> str:
        """The file's ending with its dot, for the name of a download."""
        return PurePath(self.file).suffix


class RecordingAccess(models.Model):
    """One read of a recording through its link, for the audit."""

    recording = models.ForeignKey(Recording, models.CASCADE, related_name="accesses")
    at = models.DateTimeField(auto_now_add=True)
    address = models.GenericIPAddressField(null=True)


class LinkedByHand(models.Model):
    """A person tied a call's client to a record of a CRM: who, when, to which one, and what the CRM said to it.

    `made` is True where the record was made for it, False where an existing one was chosen. `outcome` says whether the
    number went onto the record: `written`, `there` (it had it already), `hub` (this CRM keeps no numbers on such a
    record, so only the hub knows) or `refused`, with the CRM's sentence in `error`.
    """

    class Outcome(models.TextChoices):
        WRITTEN = "written", _("the number was written into the CRM")
        THERE = "there", _("the record had the number already")
        HUB = "hub", _("known to the hub only")
        REFUSED = "refused", _("the CRM refused the number; known to the hub only")

    call = models.ForeignKey(Call, models.CASCADE, related_name="links_by_hand")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    record_id = models.CharField(max_length=80)
    title = models.CharField(max_length=255, blank=True)
    url = models.TextField(blank=True)
    made = models.BooleanField(default=False)
    outcome = models.CharField(max_length=10, choices=Outcome)
    error = models.TextField(blank=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-id"]


class SavedView(models.Model):
    """Named filters of the journal, as they stand in its address. `user` None: shared by the project.

    `standard` is the one that its owner, or the project, sees first.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="saved_views")
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="saved_views")
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=1000, blank=True)
    standard = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "user", "name"], nulls_distinct=False, name="one_view_per_name"),
            models.UniqueConstraint(
                fields=["project", "user"],
                condition=models.Q(standard=True),
                nulls_distinct=False,
                name="one_standard_view",
            ),
        ]


class LogCursor(models.Model):
    """Up to when a telephony connection's call log has been read."""

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="log_cursor")
    read_until = models.DateTimeField()
    finished_at = models.DateTimeField(auto_now=True)
