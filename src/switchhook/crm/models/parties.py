"""Who the client is: contacts and companies, each with any number of telephone numbers."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.functions import Lower, Reverse
from django.utils.translation import gettext_lazy as _

from switchhook.core.records import Kind
from switchhook.crm.models.base import TITLE_LENGTH, RecordRow, Row
from switchhook.projects.models import Employee


class PartyRow(RecordRow):
    """A person or a firm. `last_activity_at` is the latest call, task or comment about it."""

    name = models.CharField(_("name"), max_length=TITLE_LENGTH)
    email = models.EmailField(_("e-mail"), blank=True)
    owner = models.ForeignKey(
        Employee,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("responsible"),
    )
    source = models.CharField(_("source"), max_length=TITLE_LENGTH, blank=True)
    utm = models.JSONField(_("UTM tags"), default=dict, blank=True)
    last_activity_at = models.DateTimeField(null=True, editable=False)

    class Meta(RecordRow.Meta):
        abstract = True
        indexes = [
            *RecordRow.Meta.indexes,
            models.Index(fields=["owner", "-id"], name="%(app_label)s_%(class)s_owner"),
            models.Index(
                "project", Lower("email"), condition=~models.Q(email=""), name="%(app_label)s_%(class)s_email"
            ),
            GinIndex(SearchVector("name", config="simple"), name="%(app_label)s_%(class)s_words"),
        ]

    def __str__(self) -> str:
        return self.name


class Company(PartyRow):
    """A firm."""

    KIND: ClassVar = Kind.COMPANY

    class Meta(PartyRow.Meta):
        verbose_name = _("company")
        verbose_name_plural = _("companies")


class Contact(PartyRow):
    """A person."""

    KIND: ClassVar = Kind.CONTACT

    company = models.ForeignKey(
        Company, models.SET_NULL, null=True, blank=True, related_name="contacts", verbose_name=_("company")
    )

    class Meta(PartyRow.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")


class PhoneRow(Row):
    """A number of a party: `e164` for comparing, `raw` as it was typed, `label` such as "work"."""

    e164 = models.CharField(_("number"), max_length=20)
    raw = models.CharField(_("as typed"), max_length=60, blank=True)
    label = models.CharField(_("label"), max_length=40, blank=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["project", "e164"], name="%(app_label)s_%(class)s_e164"),
            # Turned round, so that "ends with these digits" is a range of the index.
            models.Index(
                "project", OpClass(Reverse("e164"), name="text_pattern_ops"), name="%(app_label)s_%(class)s_ending"
            ),
        ]

    def __str__(self) -> str:
        return self.e164


class ContactPhone(PhoneRow):
    """A number of a contact."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="phones", db_index=False)

    class Meta(PhoneRow.Meta):
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["contact", "e164"], name="crm_one_phone_per_contact")]


class CompanyPhone(PhoneRow):
    """A number of a company."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="phones", db_index=False)

    class Meta(PhoneRow.Meta):
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["company", "e164"], name="crm_one_phone_per_company")]
