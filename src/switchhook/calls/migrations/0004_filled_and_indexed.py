"""The new columns are filled from what is stored, in small steps, and indexes built while calls go on coming in."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import connection, migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

STEP = 20_000

NUMBERS = """
    INSERT INTO calls_clientnumber (project_id, e164)
    SELECT DISTINCT project_id, client_number FROM calls_call brought
    WHERE id > %(after)s AND id <= %(upto)s AND client_number <> '' AND NOT EXISTS (
        SELECT FROM calls_clientnumber known
        WHERE known.project_id = brought.project_id AND known.e164 = brought.client_number
    )
"""
VISITS = """
    UPDATE calls_call
    SET source = left(coalesce(
            nullif(state #>> '{utm,utm_source}', ''), nullif(state #>> '{utm,source}', ''),
            CASE WHEN channel <> 'call' THEN state ->> 'source' END, ''
        ), 200),
        campaign = left(coalesce(nullif(state #>> '{utm,utm_campaign}', ''), state #>> '{utm,campaign}', ''), 200)
    WHERE id > %(after)s AND id <= %(upto)s AND (state ? 'utm' OR channel <> 'call') AND source = '' AND campaign = ''
"""


def fill(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Each step is a transaction of its own, so that no row stays locked for long."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM calls_call")
        last = cursor.fetchone()[0]
        for after in range(0, last, STEP):
            for statement in (NUMBERS, VISITS):
                cursor.execute(statement, {"after": after, "upto": after + STEP})


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("calls", "0003_search_links_views")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexConcurrently(
            model_name="call",
            index=models.Index(
                fields=["project", "-started_at", "-id"],
                include=("channel", "direction", "status", "employee", "talk_seconds"),
                name="call_list",
            ),
        ),
        AddIndexConcurrently(
            model_name="call",
            index=models.Index(fields=["project", "project_number", "-started_at", "-id"], name="call_line"),
        ),
        AddIndexConcurrently(
            model_name="call",
            index=models.Index(
                condition=models.Q(("source", ""), _negated=True),
                fields=["project", "source", "-started_at", "-id"],
                name="call_source",
            ),
        ),
        AddIndexConcurrently(
            model_name="call",
            index=models.Index(
                condition=models.Q(("campaign", ""), _negated=True),
                fields=["project", "campaign", "-started_at", "-id"],
                name="call_campaign",
            ),
        ),
        RemoveIndexConcurrently(model_name="call", name="call_journal"),
    ]
