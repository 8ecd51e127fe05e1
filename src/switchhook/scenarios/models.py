"""Versions of a connection's scenario matrix."""

from django.db import models

from switchhook.connections.models import Connection
from switchhook.projects.models import User


class MatrixVersion(models.Model):
    """A matrix as it stood. The newest version of a connection is in force; undo adds a copy of an older one."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="matrices")
    number = models.PositiveIntegerField()
    preset = models.CharField(max_length=60, blank=True)
    data = models.JSONField()
    author = models.ForeignKey(User, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["connection", "-number"]
        constraints = [models.UniqueConstraint(fields=["connection", "number"], name="one_matrix_number")]
