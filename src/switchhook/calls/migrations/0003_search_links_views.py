"""What the journal needs to be searched, filtered, linked by hand and kept as a view.

The trigger enters every number that a call brings, whoever writes the call: a search for a part of a number looks
through each number once instead of through all of its calls. Two transactions may enter the same number: a unique index
would make each wait for the other, and two that bring several numbers in different orders wait for ever.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TRIGGER = """
CREATE FUNCTION calls_note_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO calls_clientnumber (project_id, e164)
    SELECT NEW.project_id, NEW.client_number WHERE NOT EXISTS (
        SELECT FROM calls_clientnumber WHERE project_id = NEW.project_id AND e164 = NEW.client_number
    );
    RETURN NULL;
END $$;

CREATE TRIGGER calls_number_seen AFTER INSERT ON calls_call
    FOR EACH ROW WHEN (NEW.client_number <> '') EXECUTE FUNCTION calls_note_number();
CREATE TRIGGER calls_number_changed AFTER UPDATE OF client_number ON calls_call
    FOR EACH ROW WHEN (NEW.client_number <> '' AND NEW.client_number <> OLD.client_number)
    EXECUTE FUNCTION calls_note_number();
"""
UNDO = "DROP FUNCTION calls_note_number CASCADE"

OUTCOMES = [
    ("written", "the number was written into the CRM"),
    ("there", "the record had the number already"),
    ("hub", "known to the hub only"),
    ("refused", "the CRM refused the number; known to the hub only"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0002_channels"),
        ("connections", "0004_governor"),
        ("projects", "0002_cache_table"),
    ]

    operations = [
        migrations.AddField(
            model_name="call",
            name="campaign",
            field=models.CharField(blank=True, db_default="", max_length=200),
        ),
        migrations.AddField(
            model_name="call",
            name="source",
            field=models.CharField(blank=True, db_default="", max_length=200),
        ),
        migrations.CreateModel(
            name="ClientNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("e164", models.CharField(max_length=20)),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="client_numbers",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["project", "e164"], name="client_number_seen")],
            },
        ),
        migrations.CreateModel(
            name="LinkedByHand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=10)),
                ("record_id", models.CharField(max_length=80)),
                ("title", models.CharField(blank=True, max_length=255)),
                ("url", models.TextField(blank=True)),
                ("made", models.BooleanField(default=False)),
                ("outcome", models.CharField(choices=OUTCOMES, max_length=10)),
                ("error", models.TextField(blank=True)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links_by_hand", to="calls.call"
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="connections.connection"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"ordering": ["-at", "-id"]},
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("query", models.CharField(blank=True, max_length=1000)),
                ("standard", models.BooleanField(default=False)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="saved_views", to="projects.project"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "user", "name"), nulls_distinct=False, name="one_view_per_name"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("standard", True)),
                        fields=("project", "user"),
                        nulls_distinct=False,
                        name="one_standard_view",
                    ),
                ],
            },
        ),
        migrations.RunSQL(TRIGGER, UNDO),
    ]
