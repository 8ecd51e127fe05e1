"""Lanes, deliveries, decisions and the ledger of effects."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from switchhook.calls.models import Call
from switchhook.connections.models import Connection
from switchhook.projects.models import Employee, User
from switchhook.scenarios.models import MatrixVersion


class Lane(models.Model):
    """The queue of one client at one connection. `scheduled` is true while an engine job stands for it.

    `epoch` grows with each run, so that an overtaken worker's writes are refused; `attempts` counts the failed tries of
    its head; `wake_at` is when the head may be tried again.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="lanes")
    key = models.CharField(max_length=60)
    scheduled = models.BooleanField(default=False)
    epoch = models.BigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    wake_at = models.DateTimeField(null=True)
    running_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "key"], name="one_lane")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(scheduled=True), name="scheduled_lanes"),
            models.Index(fields=["connection"], condition=models.Q(scheduled=True), name="lanes_at_work"),
        ]


class FlowState(models.TextChoices):
    """`waiting`: the CRM is out, nothing is sent but a try. `draining`: it is back, what waited goes bit by bit."""

    FREE = "free", _("flows")
    WAITING = "waiting", _("waiting for the CRM")
    DRAINING = "draining", _("catching up")


class Flow(models.Model):
    """How the work of a connection flows where it does not flow freely; a connection without a row has no trouble.

    since      when the state began (UTC)
    until      waiting: when the CRM is tried again; draining: when the backlog may go on, None at once
    attempts   tries of this outage that failed
    reason, error_code  what the CRM, or the way to it, said last
    suspect    the lane that failed last, while no other has since: one client's failures are no outage
    probe, probing_until  the lane that tries on behalf of all, and until when it has to be done
    last_delivery, backlog  draining: the last delivery that belongs to the backlog, and how many it had at first
    kept       some calls' deliveries were kept by a person's choice: their later events are kept too
    """

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="flow")
    state = models.CharField(max_length=10, choices=FlowState, default=FlowState.FREE)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    reason = models.TextField(blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    suspect = models.BigIntegerField(null=True)
    probe = models.BigIntegerField(null=True)
    probing_until = models.DateTimeField(null=True)
    last_delivery = models.BigIntegerField(default=0)
    backlog = models.PositiveIntegerField(default=0)
    kept = models.BooleanField(default=False)


class DeliveryState(models.TextChoices):
    """`skipped`: there was nothing to send. `kept`: a person chose not to send it; it can be sent later.

    `observed`: it was planned and nothing was written (`delivery.observing`); it can be sent later too.
    """

    PENDING = "pending", _("waiting")
    RUNNING = "running", _("being worked on")
    DONE = "done", _("done")
    DEAD = "dead", _("needs attention")
    SKIPPED = "skipped", _("skipped")
    KEPT = "kept", _("not sent, kept")
    OBSERVED = "observed", _("observed, nothing written")


class Delivery(models.Model):
    """ "This call changed for this connection." One pending per pair; what to do is planned when its turn comes."""

    lane = models.ForeignKey(Lane, models.CASCADE, related_name="deliveries")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="deliveries")
    call = models.ForeignKey(Call, models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=8, choices=DeliveryState, default=DeliveryState.PENDING)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "call"], condition=models.Q(state="pending"), name="one_pending_delivery"
            )
        ]
        indexes = [
            models.Index(
                fields=["lane", "id"], condition=models.Q(state__in=["pending", "running"]), name="delivery_queue"
            ),
            models.Index(fields=["connection", "state", "-id"], name="delivery_states"),
            models.Index(
                fields=["connection", "id"],
                condition=models.Q(state__in=["pending", "running"]),
                name="delivery_backlog",
            ),
            models.Index(fields=["call"], condition=models.Q(state__in=["kept", "observed"]), name="unsent_deliveries"),
        ]


class Decision(models.Model):
    """The verdict on a call's client, fixed at the first plan, and the latest plan (JSON as `core.plan` writes it).

    `client_number` is whom it was passed on: a call that turns out to be somebody else's is judged anew. `people` are
    the employees in their roles as they were then. Where an update found nothing, `looks` says how often it was looked
    for again, `look_at` when the next look is due, and `later` is the verdict of the last look.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="decisions")
    call = models.ForeignKey(Call, models.CASCADE, related_name="decisions")
    matrix = models.ForeignKey(MatrixVersion, models.RESTRICT)
    client_number = models.CharField(max_length=20, blank=True)
    verdict = models.JSONField()
    plan = models.JSONField(default=dict)
    people = models.JSONField(default=dict)
    later = models.JSONField(null=True)
    looks = models.PositiveSmallIntegerField(default=0)
    look_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(auto_now_add=True)
    planned_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "call"], name="one_decision")]
        indexes = [models.Index(fields=["look_at"], condition=models.Q(look_at__isnull=False), name="looks_due")]


class EffectState(models.TextChoices):
    """`unknown`: sent, answer lost. `refused`: the vendor said no. `blocked`: waits for a refused one."""

    PLANNED = "planned", _("planned")
    IN_FLIGHT = "in_flight", _("being sent")
    DONE = "done", _("in the CRM")
    UNKNOWN = "unknown", _("outcome unknown")
    REFUSED = "refused", _("refused")
    BLOCKED = "blocked", _("blocked")
    WITHDRAWN = "withdrawn", _("no longer wanted")


class Effect(models.Model):
    """One thing that must exist in a CRM because of a call. Key: (connection, call, action id).

    `wanted` is the draft as last planned; `sent` what the CRM last confirmed; `remarks` what it could not take, as
    reasons (`{"text", "params"}`). `mark` is our idempotency mark in the CRM's record. `lease_until` outlasts the
    longest request, so nobody else touches the effect before it ends. `failures` counts the tries on which the CRM
    failed while it was not known to be out.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="effects")
    call = models.ForeignKey(Call, models.CASCADE, related_name="effects")
    action = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=10)
    moment = models.CharField(max_length=10)
    uses = ArrayField(models.CharField(max_length=60), default=list)
    state = models.CharField(max_length=10, choices=EffectState, default=EffectState.PLANNED)
    mark = models.CharField(max_length=80, unique=True)
    wanted = models.JSONField(default=dict)
    sent = models.JSONField(null=True)
    remarks = models.JSONField(default=list)
    adopted = models.BooleanField(default=False)
    remote_id = models.CharField(max_length=80, blank=True)
    url = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    epoch = models.BigIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["call", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["connection", "call", "action"], name="one_effect")]
        indexes = [models.Index(fields=["connection", "state"], condition=~models.Q(state="done"), name="open_effects")]


class ContactLease(models.Model):
    """The right to change what hangs on one contact: two numbers of one contact run in two lanes."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    contact_id = models.CharField(max_length=80)
    lane = models.ForeignKey(Lane, models.CASCADE)
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "contact_id"], name="one_contact_lease")]


class Rehearsal(models.Model):
    """A call that the hub acts out itself (`core.rehearsed`).

    `writes` names the CRM connections in which it makes records; all others plan it and write nothing. `acted` counts
    the events that were sent; `error` is why the next could not be.
    """

    telephony = models.ForeignKey(Connection, models.CASCADE, related_name="rehearsals")
    external_id = models.CharField(max_length=80, unique=True)
    writes = ArrayField(models.BigIntegerField(), default=list)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    employee = models.ForeignKey(Employee, models.SET_NULL, null=True, related_name="+")
    client = models.CharField(max_length=20)
    line = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    acted = models.PositiveSmallIntegerField(default=0)
    of = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
