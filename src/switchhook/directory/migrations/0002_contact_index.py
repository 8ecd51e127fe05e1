from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="directoryentry",
            index=models.Index(fields=["connection", "contact_id"], name="directory_contact"),
        ),
    ]
