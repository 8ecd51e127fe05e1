import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connections", "0004_governor"),
        ("scenarios", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="matrixversion",
            name="copy_of",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="matrixversion",
            name="note",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.CreateModel(
            name="MatrixDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("preset", models.CharField(blank=True, max_length=60)),
                ("data", models.JSONField()),
                (
                    "earlier",
                    django.contrib.postgres.fields.ArrayField(base_field=models.JSONField(), default=list, size=None),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "base",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="drafts", to="scenarios.matrixversion"
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="matrix_drafts",
                        to="connections.connection",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="matrix_drafts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("connection", "user"), name="one_matrix_draft")],
            },
        ),
    ]
