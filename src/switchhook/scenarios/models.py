"""Versions of a connection's scenario matrix, and the drafts that become versions."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from switchhook.connections.models import Connection
from switchhook.projects.models import User


class MatrixVersion(models.Model):
    """A matrix as it stood. The newest version of a connection is in force; undo adds a copy of an older one.

    `copy_of` is the number of the version that was put in force again, `note` what the author said about it.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="matrices")
    number = models.PositiveIntegerField()
    preset = models.CharField(max_length=60, blank=True)
    data = models.JSONField()
    copy_of = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    author = models.ForeignKey(User, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["connection", "-number"]
        constraints = [models.UniqueConstraint(fields=["connection", "number"], name="one_matrix_number")]


class MatrixDraft(models.Model):
    """What one user is changing in a connection's matrix; nothing of it is in force.

    `base` is the version that he began with, `preset` the preset that the draft was taken from since, if any. `earlier`
    holds the draft before each of its last changes, the latest last, so that they can be taken back one by one.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="matrix_drafts")
    user = models.ForeignKey(User, models.CASCADE, related_name="matrix_drafts")
    base = models.ForeignKey(MatrixVersion, models.CASCADE, related_name="drafts")
    preset = models.CharField(max_length=60, blank=True)
    data = models.JSONField()
    earlier = ArrayField(models.JSONField(), default=list)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "user"], name="one_matrix_draft")]
