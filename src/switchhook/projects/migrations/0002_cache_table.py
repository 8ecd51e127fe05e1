from django.apps.registry import Apps
from django.core.management import call_command
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def create(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute("DROP TABLE IF EXISTS switchhook_cache")


class Migration(migrations.Migration):
    """The table behind the cache in which sign-in attempts are counted."""

    dependencies = [("projects", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
