"""Calls that people ask for with a click, how each of them wants to call, and the tokens of their browsers."""

import hashlib
import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from switchhook.calls.models import Call
from switchhook.projects.models import Employee, Project, User


class DialState(models.TextChoices):
    """How far a click has come. Values are stored; do not rename.

    `ringing` says that the employee has picked up and the client is being called; `unreported` that the exchange took
    the order and no event about the call has come since.
    """

    CHECKING = "checking", _("Checking your phone")
    CALLING = "calling", _("Calling your phone")
    RINGING = "ringing", _("Ringing the client")
    CONNECTED = "connected", _("Connected")
    ENDED = "ended", _("Ended")
    FAILED = "failed", _("Not called")
    UNREPORTED = "unreported", _("No report")

    @property
    def is_over(self) -> bool:
        """Whether nothing more is waited for."""
        return self in {DialState.ENDED, DialState.FAILED, DialState.UNREPORTED}


class Via(models.TextChoices):
    """From where a call was asked for."""

    PAGE = "page", _("a page of the hub")
    API = "api", _("the API")
    EXTENSION = "extension", _("the browser extension")


class DialRequest(models.Model):
    """One click: the exchange is to ring `employee` on `line`, then `number` (E.164).

    `line` is a SIP login or E.164, "" until one is chosen. `reason` is a code of `dialing.words` where the call was not
    made, `detail` what else is known of it. `anyway`: the person was warned. `key` makes a program's request unique.
    `call` is what telephony reported of it. Times are UTC; `asked_at` is when the exchange was told.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="dial_requests")
    employee = models.ForeignKey(Employee, models.CASCADE, related_name="dial_requests")
    requested_by = models.ForeignKey(User, models.SET_NULL, null=True)
    via = models.CharField(max_length=10, choices=Via, default=Via.PAGE)
    number = models.CharField(max_length=20)
    line = models.CharField(max_length=120, blank=True)
    anyway = models.BooleanField(default=False)
    key = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=DialState, default=DialState.CHECKING)
    reason = models.CharField(max_length=40, blank=True)
    detail = models.TextField(blank=True)
    call = models.ForeignKey(Call, models.SET_NULL, null=True, related_name="dial_requests")
    created_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], condition=~models.Q(key=""), name="one_dial_per_key")
        ]
        indexes = [
            models.Index(fields=["project", "number", "-created_at"], name="dial_number"),
            models.Index(fields=["employee", "-created_at"], name="dial_employee"),
        ]

    @property
    def is_over(self) -> bool:
        """Whether nothing more is waited for."""
        return DialState(self.state).is_over


class Way(models.TextChoices):
    """How a call is made: the exchange rings both sides, or the link opens a softphone on the person's own machine."""

    CALLBACK = "callback", _("Through the telephone exchange")
    LINK = "link", _("With a program on this computer")


class Scheme(models.TextChoices):
    """The addresses that softphones listen to."""

    SIP = "sip", "sip:"
    TEL = "tel", "tel:"
    CALLTO = "callto", "callto:"


class DialDefaults(models.Model):
    """How a project's people call unless they choose otherwise."""

    project = models.OneToOneField(Project, models.CASCADE, related_name="dial_defaults")
    way = models.CharField(max_length=10, choices=Way, default=Way.CALLBACK)
    scheme = models.CharField(max_length=10, choices=Scheme, default=Scheme.TEL)


class DialPreference(models.Model):
    """How one user calls in one project; an empty `way` is the project's. `line` is where his phone rings first."""

    user = models.ForeignKey(User, models.CASCADE, related_name="dial_preferences")
    project = models.ForeignKey(Project, models.CASCADE, related_name="dial_preferences")
    way = models.CharField(max_length=10, choices=Way, blank=True)
    scheme = models.CharField(max_length=10, choices=Scheme, default=Scheme.TEL)
    line = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "project"], name="one_dial_preference")]


class DialToken(models.Model):
    """A browser extension's token: it may call and ask who a number is, and nothing else, as the user who paired it.

    Only its digest is kept. What it may do ends with the user's membership.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="dial_tokens")
    user = models.ForeignKey(User, models.CASCADE, related_name="dial_tokens")
    name = models.CharField(_("name"), max_length=120)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    @classmethod
    def issue(cls, project: Project, user: User, name: str) -> tuple["DialToken", str]:
        """A new token and its text, which cannot be read back later."""
        text = "swd_" + secrets.token_urlsafe(32)
        return cls.objects.create(project=project, user=user, name=name, digest=cls.digest_of(text)), text

    @staticmethod
    def digest_of(text: str) -> str:
        """SHA-256 of a token's text; 256 random bits need no slow hash."""
        return hashlib.sha256(text.encode()).hexdigest()
