"""Which records changed, for those who follow the built-in CRM."""

from django.db import models

from switchhook.projects.models import Project


class Change(models.Model):
    """The last change of one contact, company, lead or deal: `xid` is the transaction that made it.

    Written by the database triggers of migration 0002 and by nothing else, so that no writer can forget it. A plain
    sequence would lose rows: numbers are given in one order and committed in another. A transaction id can be compared
    with the snapshot that a reader had (see `crm.feed`). The project is not enforced by the database, because the
    triggers fire while a project's rows are being deleted.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    kind = models.CharField(max_length=10)
    record_id = models.BigIntegerField()
    xid = models.BigIntegerField()
    gone = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "record_id"], name="crm_one_change_per_record")]
        indexes = [models.Index(fields=["project", "xid", "kind", "record_id"], name="crm_change_feed")]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id} @ {self.xid}"
