"""Projects, people and numbers. Everything else on the hub belongs to exactly one project."""

import hashlib
import secrets
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserAccounts(BaseUserManager["User"]):
    """Creates users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """A new user; without a password he cannot sign in by password."""
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, by e-mail address. Rights come from memberships.

    `session_epoch` is part of what every session of his is checked against: when it grows, all of them end.
    """

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)
    session_epoch = models.PositiveIntegerField(default=0)

    objects: ClassVar[UserAccounts] = UserAccounts()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email

    def get_session_auth_hash(self) -> str:
        """What a session must carry to be his: it changes with the password and with `session_epoch`."""
        held = super().get_session_auth_hash()
        return hashlib.sha256(f"{held}:{self.session_epoch}".encode()).hexdigest() if self.session_epoch else held


class Project(models.Model):
    """A business on the hub. `country` is ISO 3166 alpha-2, `language` what is written into CRMs."""

    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Kyiv")
    country = models.CharField(_("country"), max_length=2, default="UA", validators=[RegexValidator(r"^[A-Z]{2}$")])
    language = models.CharField(_("language"), max_length=8, default="en")
    created_at = models.DateTimeField(auto_now_add=True)
    members = models.ManyToManyField(User, through="Membership", related_name="projects")

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Role(models.TextChoices):
    """A viewer reads, a manager works with clients, an admin sets up, an owner does everything."""

    VIEWER = "viewer", _("viewer")
    MANAGER = "manager", _("manager")
    ADMIN = "admin", _("admin")
    OWNER = "owner", _("owner")

    def covers(self, needed: "Role") -> bool:
        """Whether this role includes the rights of `needed`."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


class Membership(models.Model):
    """A user's role in a project."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    project = models.ForeignKey(Project, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "project"], name="one_membership")]


class Invitation(models.Model):
    """A way into a project for whoever holds the link, once, until `expires_at`. Only the link's digest is kept."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.MANAGER)
    employee = models.ForeignKey("Employee", models.SET_NULL, null=True, blank=True, related_name="invitations")
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.email


class Employee(models.Model):
    """A person of the project with the directions on which he speaks. `user` links his sign-in, if he has one."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="employees")
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="employees")
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True)
    staff_id = models.CharField(_("telephony staff id"), max_length=40, blank=True)
    extension = models.CharField(_("extension"), max_length=10, blank=True)
    sips = ArrayField(models.CharField(max_length=120), verbose_name=_("SIP logins"), default=list, blank=True)
    mobiles = ArrayField(
        models.CharField(max_length=20), verbose_name=_("mobile (FMC) numbers"), default=list, blank=True
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "staff_id"], condition=~models.Q(staff_id=""), name="one_employee_per_staff_id"
            )
        ]
        indexes = [models.Index("project", Lower("email"), name="employee_email")]

    def __str__(self) -> str:
        return self.name


class Number(models.Model):
    """A line of the project. `stopped` puts it on the stop list: calls to or from it change nothing in any CRM."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="numbers")
    e164 = models.CharField(_("number"), max_length=20)
    sip_pair = models.CharField(_("SIP pair"), max_length=120, blank=True)
    label = models.CharField(_("label"), max_length=120, blank=True)
    stopped = models.BooleanField(_("on the stop list"), default=False)

    class Meta:
        ordering = ["e164"]
        constraints = [models.UniqueConstraint(fields=["project", "e164"], name="one_number_per_project")]

    def __str__(self) -> str:
        return self.e164


class IgnoredClient(models.Model):
    """A client-side number for which nothing is created: spam, partners, staff mobiles."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="ignored_clients")
    e164 = models.CharField(_("number"), max_length=20)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "e164"], name="one_ignored_client")]


class ApiToken(models.Model):
    """A Bearer token of a project. Only its digest is kept; the text is shown once."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=Role, default=Role.MANAGER)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    @classmethod
    def issue(cls, project: Project, name: str, role: Role = Role.MANAGER) -> tuple["ApiToken", str]:
        """A new token and its text, which cannot be read back later."""
        text = "swh_" + secrets.token_urlsafe(32)
        return cls.objects.create(project=project, name=name, role=role, digest=cls.digest_of(text)), text

    @staticmethod
    def digest_of(text: str) -> str:
        """SHA-256 of a token's text; 256 random bits need no slow hash."""
        return hashlib.sha256(text.encode()).hexdigest()


class AuditEntry(models.Model):
    """Who changed what, for the audit trail. `changes` holds no secret."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="audit")
    user = models.ForeignKey(User, models.SET_NULL, null=True)
    at = models.DateTimeField(auto_now_add=True)
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=200, blank=True)
    changes = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["project", "-at", "-id"], name="audit_newest_first")]
