"""Forms and dialogues are kept beside calls."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="call",
            name="channel",
            field=models.CharField(
                choices=[("call", "call"), ("form", "form"), ("dialogue", "dialogue")], default="call", max_length=10
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("channel", "call"), _negated=True),
                fields=["project", "-started_at", "-id"],
                name="inquiry_journal",
            ),
        ),
    ]
