"""Database triggers that note which calls changed.

They are in the database because calls are changed by the reader, by pages, by cascades and by bulk statements alike,
and no figure may miss one of them. A note is only appended: two that change calls at once never wait for each other.
"""

from django.db import migrations

NOTE = """
CREATE FUNCTION reports_calls_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reports_change (project_id, call_id) SELECT project_id, id FROM written;
    RETURN NULL;
END $$;

CREATE TRIGGER reports_calls_made AFTER INSERT ON calls_call REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION reports_calls_written();
CREATE TRIGGER reports_calls_changed AFTER UPDATE ON calls_call REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION reports_calls_written();
CREATE TRIGGER reports_calls_deleted AFTER DELETE ON calls_call REFERENCING OLD TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION reports_calls_written();
"""

FORGET = """
DROP TRIGGER reports_calls_deleted ON calls_call;
DROP TRIGGER reports_calls_changed ON calls_call;
DROP TRIGGER reports_calls_made ON calls_call;
DROP FUNCTION reports_calls_written();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial"), ("calls", "0003_search_links_views")]

    operations = [migrations.RunSQL(NOTE, FORGET)]
