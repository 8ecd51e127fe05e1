"""What rings on whose screen, what was asked for during a call, and whom calls are shown to by default."""

from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.db import models

from switchhook.calls.models import Call
from switchhook.connections.models import Connection
from switchhook.projects.models import Project, User


class Aim(StrEnum):
    """Why a pop-up is on somebody's screen. Values are stored; do not rename.

    `told`: the telephony named him. `forward`: the webhook number has just sent the caller to him. `list`: nobody was
    named, and the project shows it to him.
    """

    TOLD = "told"
    FORWARD = "forward"
    LIST = "list"


class PopUp(models.Model):
    """A call on the screens of those whom it concerns, from the ring until a while after its end.

    `call` is None while the call has no id yet: the webhook number was asked, or an outgoing call was announced without
    one. `employees` see it now; `dismissed` are the ids of users who have closed it. `moment` is `ring`, `pickup` or
    `end`. Swept after a day.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="popups")
    call = models.OneToOneField(Call, models.CASCADE, null=True, related_name="popup")
    client = models.CharField(max_length=20, blank=True)
    outgoing = models.BooleanField(default=False)
    moment = models.CharField(max_length=8, default="ring")
    aim = models.CharField(max_length=8, default=Aim.TOLD)
    employees = ArrayField(models.BigIntegerField(), default=list)
    dismissed = ArrayField(models.BigIntegerField(), default=list)
    began_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["project", "-updated_at"], name="popup_now"),
            models.Index(fields=["project", "client"], condition=models.Q(ended_at=None), name="popup_client"),
        ]


class Wish(models.Model):
    """What an employee asked for in the pop-up; delivery makes it true in the client's lane (`core.asked`).

    `kind` is the kind of record to make, `comment`, or `choice`: which of several matches (`about`) the client is.
    `values` are canonical. One wish of a kind stands for a call and connection, of comments as many as are written.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="wishes")
    call = models.ForeignKey(Call, models.CASCADE, related_name="wishes")
    user = models.ForeignKey(User, models.SET_NULL, null=True)
    by = models.CharField(max_length=150)
    crm_user = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=10)
    values = models.JSONField(default=dict)
    about_kind = models.CharField(max_length=10, blank=True)
    about_id = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "call", "kind"], condition=~models.Q(kind="comment"), name="one_wish_of_a_kind"
            )
        ]
        indexes = [models.Index(fields=["call"], name="wishes_of_call")]

    @property
    def action(self) -> str:
        """The ledger's action id."""
        return f"asked-{self.pk}"


class PopUpSettings(models.Model):
    """`show_to` are ids of employees who see an incoming call of which nobody knows yet whose phone it rings."""

    project = models.OneToOneField(Project, models.CASCADE, related_name="popup_settings")
    show_to = ArrayField(models.BigIntegerField(), default=list, blank=True)
