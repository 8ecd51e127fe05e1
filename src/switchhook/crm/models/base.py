"""What all rows of the built-in CRM share."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from switchhook.core.records import Kind
from switchhook.projects.models import Project

TITLE_LENGTH = 255


class Row(models.Model):
    """A row of one project. `clean` refuses a reference to anything of another project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Raises ValidationError by field."""
        super().clean()
        foreign = [name for name in self.references() if self._is_foreign(getattr(self, name))]
        if foreign:
            raise ValidationError(
                dict.fromkeys(foreign, _("This belongs to another project. Choose one of this project."))
            )

    @classmethod
    def references(cls) -> list[str]:
        """Names of the columns that refer to other rows."""
        return [field.name for field in cls._meta.fields if isinstance(field, models.ForeignKey)]

    def _is_foreign(self, other: models.Model | None) -> bool:
        return getattr(other, "project_id", self.project_id) != self.project_id


class RecordRow(Row):
    """A row that is a CRM record: a kind of the canonical vocabulary, with the hub's idempotency mark.

    `mark` is "" on what people make, and unique in a project otherwise: the same effect can never make two records.
    `fields` are the customer's own, name to JSON value.
    """

    KIND: ClassVar[Kind]

    mark = models.CharField(max_length=120, blank=True, editable=False)
    fields = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["project", "mark"], condition=~models.Q(mark=""), name="%(app_label)s_%(class)s_mark"
            )
        ]
        indexes = [models.Index(fields=["project", "-id"], name="%(app_label)s_%(class)s_page")]
