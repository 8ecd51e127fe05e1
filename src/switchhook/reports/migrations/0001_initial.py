"""Calls as figures need them, and their sums by day."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("projects", "0002_cache_table"),
    ]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("project_id", models.BigIntegerField(db_index=True)),
                ("call_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("time_zone", models.CharField(max_length=64)),
                ("built_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("call_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("client", models.CharField(max_length=20)),
                ("started_at", models.DateTimeField()),
                ("day", models.DateField()),
                ("hour", models.PositiveSmallIntegerField()),
                ("direction", models.CharField(max_length=10)),
                ("status", models.CharField(max_length=10)),
                ("employee_id", models.BigIntegerField(null=True)),
                (
                    "rung",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("line", models.CharField(max_length=20)),
                ("source", models.CharField(max_length=200)),
                ("medium", models.CharField(max_length=200)),
                ("campaign", models.CharField(max_length=200)),
                ("pool", models.CharField(max_length=200)),
                ("talk", models.PositiveIntegerField(null=True)),
                ("wait", models.PositiveIntegerField(null=True)),
                ("fresh", models.BooleanField(default=False)),
                ("first_missed", models.BooleanField(default=False)),
                ("reached_after", models.PositiveIntegerField(null=True)),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["project", "day"], name="report_entry_day"),
                    models.Index(fields=["project", "client", "started_at"], name="report_entry_client"),
                    models.Index(fields=["project", "employee_id", "day"], name="report_entry_employee"),
                    models.Index(fields=["project", "line", "day"], name="report_entry_line"),
                    models.Index(fields=["project", "source", "day"], name="report_entry_source"),
                    models.Index(fields=["project", "campaign", "day"], name="report_entry_campaign"),
                    models.Index(
                        condition=models.Q(("rung", []), _negated=True),
                        fields=["project", "day"],
                        name="report_entry_rung",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "facet",
                    models.CharField(
                        choices=[
                            ("hour", "Hour"),
                            ("employee", "Employee"),
                            ("rung", "Rung"),
                            ("line", "Line"),
                            ("source", "Source"),
                            ("medium", "Medium"),
                            ("campaign", "Campaign"),
                            ("pool", "Pool"),
                            ("wait", "Wait"),
                            ("reached", "Reached"),
                        ],
                        max_length=8,
                    ),
                ),
                ("day", models.DateField()),
                ("key", models.CharField(max_length=200)),
                ("direction", models.CharField(max_length=10)),
                ("total", models.PositiveIntegerField()),
                ("answered", models.PositiveIntegerField()),
                ("missed", models.PositiveIntegerField()),
                ("fresh", models.PositiveIntegerField()),
                ("talk_seconds", models.BigIntegerField()),
                ("waits", models.PositiveIntegerField()),
                ("wait_seconds", models.BigIntegerField()),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "facet", "day", "key", "direction"), name="one_report_tally"
                    )
                ],
            },
        ),
    ]
