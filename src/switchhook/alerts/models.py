"""Rules, whom they tell and where, what was noticed, and the messages that went out."""

import secrets
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from switchhook.connections.sealing import seal, unseal
from switchhook.projects.models import Employee, Project, User


class AlertKind(models.TextChoices):
    MISSED = "missed", _("A call was missed")
    OVERDUE = "overdue", _("Nobody has called back in time")
    DIGEST = "digest", _("Missed calls, once a day")
    CONNECTION = "connection", _("A connection does not work")
    WORK = "work", _("Work has piled up")
    SILENCE = "silence", _("No events come in")
    RECORDINGS = "recordings", _("Recordings cannot be fetched")


class TelegramBot(models.Model):
    """The project's own bot. `offset` is the update to be read next; `error` how the last reading ended, "" if well."""

    project = models.OneToOneField(Project, models.CASCADE, related_name="telegram_bot")
    sealed_token = models.TextField()
    username = models.CharField(max_length=64)
    offset = models.BigIntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    read_at = models.DateTimeField(null=True)

    @property
    def token(self) -> str:
        """The opened token. Never log or show it. Raises Misconfigured when the hub's secret key has changed."""
        return unseal(self.sealed_token)

    @token.setter
    def token(self, text: str) -> None:
        self.sealed_token = seal(text)


class TelegramChat(models.Model):
    """A chat or group that has let the bot in. Messages to it are in `language`."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="telegram_chats")
    chat_id = models.BigIntegerField()
    title = models.CharField(max_length=200)
    language = models.CharField(_("language"), max_length=8, default="en")
    linked_by = models.ForeignKey(User, models.SET_NULL, null=True)
    linked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["title", "id"]
        constraints = [models.UniqueConstraint(fields=["project", "chat_id"], name="one_telegram_chat")]

    def __str__(self) -> str:
        return self.title


def new_code() -> str:
    return secrets.token_urlsafe(18)


class TelegramInvitation(models.Model):
    """A code that links the chat which sends it to the bot: once, until `expires_at`."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="telegram_invitations")
    code = models.CharField(max_length=40, unique=True, default=new_code)
    language = models.CharField(max_length=8, default="en")
    created_by = models.ForeignKey(User, models.SET_NULL, null=True)
    expires_at = models.DateTimeField()


class AlertRule(models.Model):
    """What is to be told, and to whom.

    threshold  pieces (work), hours of working time (silence); of no meaning elsewhere
    at         the project's time of day at which a digest is made
    waits      outside working hours messages wait until the project opens
    since      what happened before is not told (UTC)
    memory     what the rule has to remember between two looks
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="alert_rules")
    kind = models.CharField(max_length=12, choices=AlertKind)
    active = models.BooleanField(_("switched on"), default=True)
    threshold = models.PositiveIntegerField(default=0)
    at = models.TimeField(null=True, blank=True)
    waits = models.BooleanField(default=True)
    users = models.ManyToManyField(User, blank=True, related_name="+")
    employees = models.ManyToManyField(Employee, blank=True, related_name="+")
    chats = models.ManyToManyField(TelegramChat, blank=True, related_name="rules")
    since = models.DateTimeField()
    memory = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]


class AlertNotice(models.Model):
    """Something that a rule has noticed, once per `key`; `told_at` is when it was told, or noted without a word.

    `data` is what the message says of it (JSON values; times ISO in UTC).
    """

    rule = models.ForeignKey(AlertRule, models.CASCADE, related_name="notices")
    key = models.CharField(max_length=120)
    data: Any = models.JSONField(default=dict)
    noticed_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["rule", "key"], name="one_alert_notice")]
        indexes = [models.Index(fields=["rule", "id"], condition=models.Q(told_at=None), name="untold_notices")]


class MessageState(models.TextChoices):
    WAITING = "waiting", _("on its way")
    SENT = "sent", _("sent")
    FAILED = "failed", _("not delivered")


class AlertMessage(models.Model):
    """One message to one recipient. `address` is an e-mail address or a Telegram chat's id.

    `try_at` is when it is tried next, `leased_until` until when a worker is sending it.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="alert_messages")
    rule = models.ForeignKey(AlertRule, models.SET_NULL, null=True, related_name="messages")
    channel = models.CharField(max_length=10, choices=[("email", _("E-mail")), ("telegram", "Telegram")])
    address = models.CharField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=250)
    text = models.TextField()
    state = models.CharField(max_length=8, choices=MessageState, default=MessageState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    try_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["project", "-id"], name="alert_messages"),
            models.Index(fields=["rule", "-created_at"], name="alert_throttle"),
            models.Index(fields=["try_at"], condition=models.Q(state="waiting"), name="alerts_waiting"),
        ]
