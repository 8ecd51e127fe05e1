"""Records are found by the words of their names."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.contrib.postgres.search import SearchVector
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("directory", "0003_look_ups_and_claims")]

    operations = [
        AddIndexConcurrently(
            model_name="directoryentry",
            index=GinIndex(SearchVector("title", config="simple"), name="directory_words"),
        ),
    ]
