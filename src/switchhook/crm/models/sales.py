"""What the client wants: leads, deals in the stages of pipelines, and orders."""

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from switchhook.core.records import Kind
from switchhook.crm.models.base import TITLE_LENGTH, RecordRow, Row
from switchhook.crm.models.parties import Company, Contact
from switchhook.projects.models import Employee


class Outcome(models.TextChoices):
    """How a deal or an order stands; also the kind of a stage."""

    OPEN = "open", _("open")
    WON = "won", _("won")
    LOST = "lost", _("lost")


class LeadStatus(models.TextChoices):
    OPEN = "open", _("open")
    CONVERTED = "converted", _("converted")
    LOST = "lost", _("lost")


class Pipeline(Row):
    """A way of selling: an ordered row of stages. A project's first pipeline is its default."""

    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint("project", Lower("name"), name="crm_one_pipeline_per_name")]

    def __str__(self) -> str:
        return self.name


class Stage(Row):
    """A step of a pipeline. A deal's status is the kind of the stage in which it stands."""

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="stages", db_index=False)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=8, choices=Outcome, default=Outcome.OPEN)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["pipeline", "position", "id"]
        constraints = [models.UniqueConstraint("pipeline", Lower("name"), name="crm_one_stage_per_name")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A stage keeps its kind while deals stand in it: their status would change behind everybody's back."""
        super().clean()
        changed = self.pk and Stage.objects.filter(pk=self.pk).exclude(kind=self.kind).exists()
        if changed and self.deals.exists():
            raise ValidationError(
                {"kind": gettext("Deals stand in this stage. Move them first, then change its kind.")}
            )


class SaleRow(RecordRow):
    """A record about a sale, tied to a contact and/or a company. `closed_at` is when it last ceased to be open."""

    title = models.CharField(_("title"), max_length=TITLE_LENGTH)
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
    closed_at = models.DateTimeField(null=True, editable=False)

    class Meta(RecordRow.Meta):
        abstract = True
        indexes = [
            *RecordRow.Meta.indexes,
            models.Index(fields=["project", "status", "-id"], name="%(app_label)s_%(class)s_status"),
            models.Index(fields=["owner", "-id"], name="%(app_label)s_%(class)s_owner"),
            GinIndex(SearchVector("title", config="simple"), name="%(app_label)s_%(class)s_words"),
        ]

    def __str__(self) -> str:
        return self.title


class Lead(SaleRow):
    """An enquiry. It becomes a deal (`crm.services.convert_lead`) or is lost; a converted lead is read only."""

    KIND: ClassVar = Kind.LEAD

    status = models.CharField(_("status"), max_length=10, choices=LeadStatus, default=LeadStatus.OPEN, editable=False)
    contact = models.ForeignKey(
        Contact, models.RESTRICT, null=True, blank=True, related_name="leads", verbose_name=_("contact")
    )
    company = models.ForeignKey(
        Company, models.RESTRICT, null=True, blank=True, related_name="leads", verbose_name=_("company")
    )
    converted_deal = models.OneToOneField(
        "crm.Deal", models.SET_NULL, null=True, blank=True, related_name="lead", editable=False, verbose_name=_("deal")
    )

    class Meta(SaleRow.Meta):
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = [
            *SaleRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(contact__isnull=False) | models.Q(company__isnull=False), name="crm_lead_has_a_party"
            ),
        ]

    def clean(self) -> None:
        """A lead without anybody to talk to is refused."""
        super().clean()
        if self.contact_id is None and self.company_id is None:
            text = gettext("A lead needs a contact or a company. Choose one of the two.")
            raise ValidationError({"contact": text})


class Deal(SaleRow):
    """A sale under way. `status` follows the stage and is never set by itself."""

    KIND: ClassVar = Kind.DEAL

    pipeline = models.ForeignKey(Pipeline, models.RESTRICT, related_name="deals", verbose_name=_("pipeline"))
    stage = models.ForeignKey(Stage, models.RESTRICT, related_name="deals", verbose_name=_("stage"))
    status = models.CharField(_("status"), max_length=10, choices=Outcome, default=Outcome.OPEN, editable=False)
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="deals", verbose_name=_("contact")
    )
    company = models.ForeignKey(
        Company, models.SET_NULL, null=True, blank=True, related_name="deals", verbose_name=_("company")
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)

    class Meta(SaleRow.Meta):
        verbose_name = _("deal")
        verbose_name_plural = _("deals")

    def clean(self) -> None:
        """The stage must be one of the pipeline."""
        super().clean()
        if self.stage_id and self.pipeline_id and self.stage.pipeline_id != self.pipeline_id:
            raise ValidationError(
                {"stage": gettext("This stage is of another pipeline. Choose one of the deal's own.")}
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Takes the status from the stage."""
        self.status = self.stage.kind
        super().save(*args, **kwargs)


class Order(SaleRow):
    """A purchase. `number` is the shop's own, if it has one."""

    KIND: ClassVar = Kind.ORDER

    number = models.CharField(_("number"), max_length=60, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Outcome, default=Outcome.OPEN)
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="orders", verbose_name=_("contact")
    )
    company = models.ForeignKey(
        Company, models.SET_NULL, null=True, blank=True, related_name="orders", verbose_name=_("company")
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)

    class Meta(SaleRow.Meta):
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            *SaleRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["project", "number"],
                condition=~models.Q(number=""),
                name="crm_one_order_per_number",
                violation_error_message=_("An order with this number exists already. Choose another number."),
            ),
        ]
