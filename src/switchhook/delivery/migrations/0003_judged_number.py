import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0002_engine_statistics"), ("scenarios", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="client_number",
            field=models.CharField(blank=True, default="", max_length=20),
            preserve_default=False,
        ),
        migrations.RunSQL(
            "UPDATE delivery_decision d SET client_number = c.client_number FROM calls_call c WHERE c.id = d.call_id",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name="decision",
            name="matrix",
            field=models.ForeignKey(on_delete=django.db.models.deletion.RESTRICT, to="scenarios.matrixversion"),
        ),
    ]
