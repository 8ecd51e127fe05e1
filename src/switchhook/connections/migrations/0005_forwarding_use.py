"""When a webhook number last asked."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("connections", "0004_governor")]

    operations = [
        migrations.CreateModel(
            name="ForwardingUse",
            fields=[
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="forwarding_use",
                        serialize=False,
                        to="connections.connection",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
            ],
        )
    ]
