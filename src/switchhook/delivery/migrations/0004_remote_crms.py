"""Outages and backlogs, kept work, remarks of CRMs, and looking again for what there was to update."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0001_initial"),
        ("connections", "0004_governor"),
        ("delivery", "0003_judged_number"),
        ("scenarios", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Flow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("free", "flows"), ("waiting", "waiting for the CRM"), ("draining", "catching up")],
                        default="free",
                        max_length=10,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("reason", models.TextField(blank=True)),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("suspect", models.BigIntegerField(null=True)),
                ("probe", models.BigIntegerField(null=True)),
                ("probing_until", models.DateTimeField(null=True)),
                ("last_delivery", models.BigIntegerField(default=0)),
                ("backlog", models.PositiveIntegerField(default=0)),
                ("kept", models.BooleanField(default=False)),
            ],
        ),
        migrations.AddField(
            model_name="decision",
            name="later",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="look_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="looks",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="decision",
            name="people",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="effect",
            name="failures",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="effect",
            name="remarks",
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "waiting"),
                    ("running", "being worked on"),
                    ("done", "done"),
                    ("dead", "needs attention"),
                    ("skipped", "skipped"),
                    ("kept", "not sent, kept"),
                ],
                default="pending",
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(condition=models.Q(("look_at__isnull", False)), fields=["look_at"], name="looks_due"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["pending", "running"])),
                fields=["connection", "id"],
                name="delivery_backlog",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=models.Q(("state", "kept")), fields=["call"], name="kept_deliveries"),
        ),
        migrations.AddIndex(
            model_name="lane",
            index=models.Index(condition=models.Q(("scheduled", True)), fields=["connection"], name="lanes_at_work"),
        ),
        migrations.AddField(
            model_name="flow",
            name="connection",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="flow", to="connections.connection"
            ),
        ),
    ]
