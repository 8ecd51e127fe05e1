"""Saved accounts, their sealed credentials and access tokens, and the secrets of their incoming addresses."""

import hashlib
import json
import secrets
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from switchhook.connections.sealing import seal, unseal
from switchhook.connections.usage import AllowanceUse, RequestSlot, RequestStop
from switchhook.projects.models import Employee, Project, User

# Django finds the models of other modules by their being imported here.
__all__ = [
    "AccessToken",
    "AllowanceUse",
    "Connection",
    "ConnectionState",
    "EmployeeAccount",
    "ForwardingUse",
    "IntakeSecret",
    "RequestSlot",
    "RequestStop",
    "SignInAttempt",
]


class ConnectionState(models.TextChoices):
    """`paused` was switched off by a person, `broken` by the vendor (credentials refused); both hold their work."""

    ACTIVE = "active", _("active")
    PAUSED = "paused", _("paused")
    BROKEN = "broken", _("broken")


class Connection(models.Model):
    """A project's account at one vendor. `rank` orders a project's CRMs: the lowest is asked first.

    `settings` holds what the connector's manifest and the hub's own forms ask for, JSON-ready; `sealed_credentials` the
    encrypted rest. `credentials_version` grows when a person enters or grants others: a refresh token that the vendor
    has exchanged for a new one is still of the same version.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="connections")
    connector = models.CharField(max_length=40)
    role = models.CharField(max_length=10, choices=[("telephony", _("telephony")), ("crm", _("CRM"))])
    name = models.CharField(_("name"), max_length=120)
    rank = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=ConnectionState, default=ConnectionState.ACTIVE)
    state_reason = models.TextField(blank=True)
    state_since = models.DateTimeField(null=True)
    settings = models.JSONField(default=dict, blank=True)
    sealed_credentials = models.TextField(blank=True)
    credentials_version = models.PositiveIntegerField(default=0)
    activated_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["role", "rank", "id"]
        indexes = [models.Index(fields=["project", "role", "rank"])]

    def __str__(self) -> str:
        return self.name

    @property
    def credentials(self) -> dict[str, str]:
        """The opened credentials. Never log or show them."""
        return _opened(self.sealed_credentials)

    @credentials.setter
    def credentials(self, value: dict[str, str]) -> None:
        self.sealed_credentials = seal(json.dumps(value))

    def setting(self, name: str, default: Any = None) -> Any:
        """One setting, or `default` where it is unset."""
        value = self.settings.get(name)
        return default if value in (None, "") else value


def _opened(sealed: str) -> dict[str, str]:
    opened: dict[str, str] = json.loads(unseal(sealed)) if sealed else {}
    return opened


class AccessToken(models.Model):
    """The access token of an OAuth account, shared by all workers.

    `lease` names the worker that is renewing it, until `leased_until`. `failed_at`, `error_code` and `error` tell those
    who wait meanwhile how a renewal ended that gave no token.
    """

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="access_token")
    sealed = models.TextField(blank=True)
    address = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField(null=True)
    lease = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)


class SignInAttempt(models.Model):
    """An account on its way through the vendor's sign-in page: no connection yet, or one that is to be renewed.

    `nonce` is in the address to which the vendor sends the browser back; it is good for one return of `user`. `error`
    is how the last return ended; `pause_local` whether the hub's own CRM is switched off once the account is connected.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="sign_ins")
    user = models.ForeignKey(User, models.CASCADE)
    connection = models.ForeignKey(Connection, models.CASCADE, null=True, related_name="sign_ins")
    connector = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    settings = models.JSONField(default=dict)
    sealed_credentials = models.TextField(blank=True)
    nonce = models.CharField(max_length=43, unique=True)
    error = models.TextField(blank=True)
    pause_local = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    @property
    def credentials(self) -> dict[str, str]:
        """What was typed in so far, opened. Never log or show it."""
        return _opened(self.sealed_credentials)

    @credentials.setter
    def credentials(self, value: dict[str, str]) -> None:
        self.sealed_credentials = seal(json.dumps(value))


class IntakeSecret(models.Model):
    """The secret part of a connection's incoming addresses. Two may live at once, so that it can be rotated."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="secrets")
    digest = models.CharField(max_length=64)
    sealed = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["connection"], condition=models.Q(revoked_at=None), name="live_secrets")]

    @classmethod
    def issue(cls, connection: Connection) -> "IntakeSecret":
        """A new live secret; of more than two live ones the oldest are revoked by `connections.rotation`."""
        text = secrets.token_urlsafe(24)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return cls.objects.create(connection=connection, digest=digest, sealed=seal(text))

    @property
    def text(self) -> str:
        """The secret as it stands in the address."""
        return unseal(self.sealed)


class ForwardingUse(models.Model):
    """When a connection's webhook number last asked who takes a call; written by the fast path with SQL by hand."""

    connection = models.OneToOneField(Connection, models.CASCADE, primary_key=True, related_name="forwarding_use")
    asked_at = models.DateTimeField()


class EmployeeAccount(models.Model):
    """An employee's user id in one CRM connection."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="accounts")
    employee = models.ForeignKey(Employee, models.CASCADE, related_name="accounts")
    user_id = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "employee"], name="one_user_per_employee"),
            models.UniqueConstraint(fields=["connection", "user_id"], name="one_employee_per_user"),
        ]
