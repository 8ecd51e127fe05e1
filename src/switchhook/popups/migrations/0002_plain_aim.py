"""The aims are words of the hub's own: no page offers them as choices. Changes no table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("popups", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="popup",
            name="aim",
            field=models.CharField(default="told", max_length=8),
        )
    ]
