"""What of a vendor's allowances an account has used; written by the SQL functions behind `connections.governor`."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class AllowanceUse(models.Model):
    """One allowance of one account. `per` seconds, 0 for requests at once.

    The window is kept in slices of a twelfth of `per`: `slices` holds the units used in each, the newest first, and
    `newest` is the number of that one since the epoch. Thirteen are kept, so that they cover the window at any moment.
    `booked_at` is when it was last used, in seconds since the epoch.
    """

    connection = models.ForeignKey("connections.Connection", models.CASCADE, related_name="allowance_uses")
    name = models.CharField(max_length=60)
    most = models.FloatField()
    per = models.FloatField()
    slices = ArrayField(models.FloatField(), default=list)
    newest = models.BigIntegerField(default=0)
    booked_at = models.FloatField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "name"], name="one_allowance_use")]


class RequestSlot(models.Model):
    """A request under way, of an allowance that limits how many are at once. Lapses by itself where a worker dies."""

    connection = models.ForeignKey("connections.Connection", models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    units = models.FloatField(default=1)
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["connection", "name"], name="request_slots")]


class RequestStop(models.Model):
    """Until when nobody may send this account a request: its vendor has said so.

    `renews` marks a long one, after which what was used up of a day's allowance is taken to be there again.
    """

    connection = models.OneToOneField("connections.Connection", models.CASCADE, related_name="+")
    until = models.DateTimeField()
    renews = models.BooleanField(default=False)
