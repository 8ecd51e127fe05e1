"""The missed-call desk: clients who were missed, and who calls them back."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from switchhook.calls.models import Call
from switchhook.projects.models import Employee, Project, User


class Reason(models.TextChoices):
    """Why a person closes an entry without a call through the hub."""

    REACHED = "reached", _("reached in another way")
    NEEDLESS = "needless", _("no call-back is needed")
    WRONG = "wrong", _("wrong number")
    SPAM = "spam", _("spam")
    OTHER = "other", _("another reason")


class MissedClient(models.Model):
    """A client with missed calls: one row each, for the last of his streaks (see `missed.streak`).

    All but owner and deadline follows from the client's calls and the closings by hand, and can be made again from
    them (`missed.desk.rebuild`). `chosen` says that a person gave the entry its owner; any other owner is the
    responsible of the directory, or the senior manager, as of the last missed call. Times are UTC.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="missed_clients")
    e164 = models.CharField(max_length=20)
    since = models.DateTimeField()
    last_at = models.DateTimeField()
    misses = models.PositiveIntegerField(default=1)
    last_call = models.ForeignKey(Call, models.SET_NULL, null=True, related_name="+")
    line = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=200, blank=True)
    tries = models.PositiveIntegerField(default=0)
    last_try_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closing_call = models.ForeignKey(Call, models.SET_NULL, null=True, related_name="+")
    owner = models.ForeignKey(Employee, models.SET_NULL, null=True, related_name="missed_clients")
    chosen = models.BooleanField(default=False)
    due_at = models.DateTimeField()

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [models.UniqueConstraint(fields=["project", "e164"], name="one_missed_client")]
        indexes = [
            models.Index(fields=["project", "due_at", "id"], condition=models.Q(closed_at=None), name="missed_open"),
            models.Index(fields=["project", "owner"], condition=models.Q(closed_at=None), name="missed_owned"),
            models.Index(
                fields=["project", "-closed_at", "-id"],
                condition=models.Q(closed_at__isnull=False),
                name="missed_closed",
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Whether the client still waits."""
        return self.closed_at is None


class Closing(models.Model):
    """A person closed an entry: what was missed before `at` is settled. One that is `undone` counts no longer."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="missed_closings")
    e164 = models.CharField(max_length=20)
    at = models.DateTimeField()
    reason = models.CharField(max_length=10, choices=Reason)
    note = models.CharField(max_length=300, blank=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True)
    undone = models.BooleanField(default=False)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["project", "e164", "-at"], name="missed_closings")]
