"""The guide's progress, as far as it cannot be seen from what is there, and what costly checks have found."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from switchhook.projects.models import Project


class Guide(models.Model):
    """A project's first run. `settled` names what a person has decided and nothing else shows (`onboarding.steps`).

    Whatever can be seen from connections, employees and calls is not kept here: a step done elsewhere is done.
    """

    project = models.OneToOneField(Project, models.CASCADE, related_name="guide")
    settled = ArrayField(models.CharField(max_length=40), default=list)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)


class Finding(models.Model):
    """What a check that costs requests has found last, and when. `subject` is a connection's id, "" for the project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    check_name = models.CharField(max_length=40)
    subject = models.CharField(max_length=40, blank=True)
    found = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "check_name", "subject"], name="one_finding")]
