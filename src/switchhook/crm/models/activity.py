"""What is to be done, was said and was spoken about the records: tasks, comments, calls, and their links."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.utils.translation import gettext_lazy as _

from switchhook.core.records import Kind
from switchhook.crm.models.base import TITLE_LENGTH, RecordRow, Row
from switchhook.projects.models import Employee

KINDS = [(kind.value, kind.value) for kind in Kind]


class LinkRow(Row):
    """Ties an activity to a record of any kind. Removed by a database trigger with the record it names."""

    kind = models.CharField(max_length=10, choices=KINDS)
    record_id = models.BigIntegerField()

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["project", "kind", "record_id"], name="%(app_label)s_%(class)s_record")]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"


class Task(RecordRow):
    """Something to do by `due_at`, or (`done`) that was done. `kind` is `call` for a spoken conversation, else `task`.

    `call_id` is the hub's id of the call from which it came, `recording_url` the hub's stable link.
    """

    KIND: ClassVar = Kind.TASK

    class TaskKind(models.TextChoices):
        TASK = "task", _("task")
        CALL = "call", _("call")

    subject = models.CharField(_("subject"), max_length=TITLE_LENGTH)
    text = models.TextField(_("text"), blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=TaskKind, default=TaskKind.TASK)
    assignee = models.ForeignKey(
        Employee, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("assignee")
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    done = models.BooleanField(_("done"), default=False)
    done_at = models.DateTimeField(null=True, editable=False)
    recording_url = models.TextField(blank=True, editable=False)
    call_id = models.CharField(max_length=80, blank=True, editable=False)

    class Meta(RecordRow.Meta):
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            *RecordRow.Meta.indexes,
            GinIndex(SearchVector("subject", config="simple"), name="crm_task_words"),
            models.Index(fields=["project", "done", "due_at", "id"], name="crm_task_due"),
            models.Index(fields=["assignee", "done", "due_at", "id"], name="crm_task_desk"),
            models.Index(fields=["project", "call_id"], condition=~models.Q(call_id=""), name="crm_task_call"),
        ]

    def __str__(self) -> str:
        return self.subject


class TaskLink(LinkRow):
    """What a task is about."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="links", db_index=False)

    class Meta(LinkRow.Meta):
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["task", "kind", "record_id"], name="crm_one_task_link")]


class Comment(RecordRow):
    """A note. `author` is empty on what the hub wrote."""

    KIND: ClassVar = Kind.COMMENT

    text = models.TextField(_("text"))
    author = models.ForeignKey(
        Employee, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    call_id = models.CharField(max_length=80, blank=True, editable=False)

    class Meta(RecordRow.Meta):
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes = [
            *RecordRow.Meta.indexes,
            models.Index(fields=["project", "call_id"], condition=~models.Q(call_id=""), name="crm_comment_call"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class CommentLink(LinkRow):
    """What a comment is about."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="links", db_index=False)

    class Meta(LinkRow.Meta):
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["comment", "kind", "record_id"], name="crm_one_comment_link")]


class CallEntry(RecordRow):
    """The CRM's own record of a call, as a vendor's CRM would keep one; the hub's journal is `calls.Call`.

    Numbers are E.164 ("" where hidden), durations seconds. `direction` and `status` as in `core.call`.
    """

    KIND: ClassVar = Kind.CALL

    direction = models.CharField(_("direction"), max_length=10, blank=True)
    status = models.CharField(_("status"), max_length=10, blank=True)
    client_number = models.CharField(_("client's number"), max_length=60, blank=True)
    project_number = models.CharField(_("project's number"), max_length=60, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    talk_seconds = models.PositiveIntegerField(_("talk, seconds"), null=True, blank=True)
    wait_seconds = models.PositiveIntegerField(_("wait, seconds"), null=True, blank=True)
    employee = models.ForeignKey(
        Employee, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("employee")
    )
    recording_url = models.TextField(blank=True)
    call_id = models.CharField(max_length=80, blank=True)

    class Meta(RecordRow.Meta):
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        indexes = [
            *RecordRow.Meta.indexes,
            models.Index(fields=["project", "call_id"], condition=~models.Q(call_id=""), name="crm_callentry_call"),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.client_number}".strip()


class CallEntryLink(LinkRow):
    """What a call was about."""

    entry = models.ForeignKey(CallEntry, models.CASCADE, related_name="links", db_index=False)

    class Meta(LinkRow.Meta):
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["entry", "kind", "record_id"], name="crm_one_call_link")]
