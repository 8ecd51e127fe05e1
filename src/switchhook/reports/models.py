"""Calls as figures need them, and their sums by day.

calls ──(trigger)──> Change ──refresh──> Entry, one narrow row a call ──sum──> Tally, a few hundred rows a day

Reports without other filters than the direction read tallies; narrower ones read entries. Both give the same figures.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from switchhook.projects.models import Project


class Change(models.Model):
    """A call that was made, changed or deleted since it was counted. Written by database triggers, whoever writes.

    Plain numbers instead of foreign keys: the call or its project may be gone by the time it is counted.
    """

    project_id = models.BigIntegerField(db_index=True)
    call_id = models.BigIntegerField()


class Entry(models.Model):
    """A call as reports see it. `day` and `hour` are in the project's zone, `talk` and `wait` in seconds.

    It outlives a deleted call until that is counted, so that the day on which the call stood is still known.

    rung           ids of the employees at whom a missed incoming call rang
    fresh          whether it is the first call ever with its client
    first_missed   a missed incoming call that is the first one since the client was last spoken to
    reached_after  seconds from such a call until the client was spoken to; null while nobody did
    """

    call_id = models.BigIntegerField(primary_key=True)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    client = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    direction = models.CharField(max_length=10)
    status = models.CharField(max_length=10)
    employee_id = models.BigIntegerField(null=True)
    rung = ArrayField(models.BigIntegerField(), default=list)
    line = models.CharField(max_length=20)
    source = models.CharField(max_length=200)
    medium = models.CharField(max_length=200)
    campaign = models.CharField(max_length=200)
    pool = models.CharField(max_length=200)
    talk = models.PositiveIntegerField(null=True)
    wait = models.PositiveIntegerField(null=True)
    fresh = models.BooleanField(default=False)
    first_missed = models.BooleanField(default=False)
    reached_after = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["project", "day"], name="report_entry_day"),
            models.Index(fields=["project", "client", "started_at"], name="report_entry_client"),
            models.Index(fields=["project", "employee_id", "day"], name="report_entry_employee"),
            models.Index(fields=["project", "line", "day"], name="report_entry_line"),
            models.Index(fields=["project", "source", "day"], name="report_entry_source"),
            models.Index(fields=["project", "campaign", "day"], name="report_entry_campaign"),
            models.Index(fields=["project", "day"], condition=~models.Q(rung=[]), name="report_entry_rung"),
        ]


class Facet(models.TextChoices):
    """By what a day's calls are told apart; the meaning of a tally's `key`.

    WAIT and REACHED are histograms: of the seconds until an incoming call was answered, and of the minutes from a
    client's first missed call until he was spoken to ("" for clients to whom nobody spoke).
    """

    HOUR = "hour"
    EMPLOYEE = "employee"
    RUNG = "rung"
    LINE = "line"
    SOURCE = "source"
    MEDIUM = "medium"
    CAMPAIGN = "campaign"
    POOL = "pool"
    WAIT = "wait"
    REACHED = "reached"


class Tally(models.Model):
    """The calls of one day, direction and key, summed. `waits` and `wait_seconds` are of answered incoming calls."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    facet = models.CharField(max_length=8, choices=Facet)
    day = models.DateField()
    key = models.CharField(max_length=200)
    direction = models.CharField(max_length=10)
    total = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    missed = models.PositiveIntegerField()
    fresh = models.PositiveIntegerField()
    talk_seconds = models.BigIntegerField()
    waits = models.PositiveIntegerField()
    wait_seconds = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "facet", "day", "key", "direction"], name="one_report_tally")
        ]


class Standing(models.Model):
    """That a project's calls have been counted, and with the days of which zone."""

    project = models.OneToOneField(Project, models.CASCADE, primary_key=True, related_name="+")
    time_zone = models.CharField(max_length=64)
    built_at = models.DateTimeField()
