"""Observe mode, and calls that the hub acts out itself."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0004_filled_and_indexed"),
        ("connections", "0004_governor"),
        ("delivery", "0004_remote_crms"),
        ("projects", "0003_invitations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Rehearsal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(max_length=80, unique=True)),
                (
                    "writes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("client", models.CharField(max_length=20)),
                ("line", models.CharField(max_length=20)),
                ("started_at", models.DateTimeField()),
                ("acted", models.PositiveSmallIntegerField(default=0)),
                ("of", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="kept_deliveries",
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
                    ("observed", "observed, nothing written"),
                ],
                default="pending",
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["kept", "observed"])), fields=["call"], name="unsent_deliveries"
            ),
        ),
        migrations.AddField(
            model_name="rehearsal",
            name="employee",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="projects.employee"
            ),
        ),
        migrations.AddField(
            model_name="rehearsal",
            name="telephony",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="rehearsals", to="connections.connection"
            ),
        ),
        migrations.AddField(
            model_name="rehearsal",
            name="user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
    ]
