"""Database triggers that keep `crm_change` and the links true, whoever writes.

They are in the database because rows are changed by the store, the pages, cascades and bulk statements alike, and the
feed must not miss one of them. A phone that changes, changes the records found by it: its party, and that party's
leads and deals.
"""

from django.db import migrations

NOTE = """
CREATE FUNCTION crm_note_change(changed_kind text, changed_id bigint, of_project bigint) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO crm_change (project_id, kind, record_id, xid, gone)
    VALUES (of_project, changed_kind, changed_id, pg_current_xact_id()::text::bigint, false)
    ON CONFLICT (kind, record_id) DO UPDATE SET xid = excluded.xid, gone = false
$$;

CREATE FUNCTION crm_record_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm_note_change(TG_ARGV[0], NEW.id, NEW.project_id);
    RETURN NULL;
END $$;

CREATE FUNCTION crm_record_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM crm_tasklink WHERE project_id = OLD.project_id AND kind = TG_ARGV[0] AND record_id = OLD.id;
    DELETE FROM crm_commentlink WHERE project_id = OLD.project_id AND kind = TG_ARGV[0] AND record_id = OLD.id;
    DELETE FROM crm_callentrylink WHERE project_id = OLD.project_id AND kind = TG_ARGV[0] AND record_id = OLD.id;
    UPDATE crm_change SET xid = pg_current_xact_id()::text::bigint, gone = true
        WHERE kind = TG_ARGV[0] AND record_id = OLD.id;
    RETURN NULL;
END $$;

CREATE FUNCTION crm_contact_phone_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE party bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.contact_id ELSE NEW.contact_id END;
BEGIN
    PERFORM crm_note_change('contact', id, project_id) FROM crm_contact WHERE id = party;
    PERFORM crm_note_change('lead', id, project_id) FROM crm_lead WHERE contact_id = party ORDER BY id;
    PERFORM crm_note_change('deal', id, project_id) FROM crm_deal WHERE contact_id = party ORDER BY id;
    RETURN NULL;
END $$;

CREATE FUNCTION crm_company_phone_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE party bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.company_id ELSE NEW.company_id END;
BEGIN
    PERFORM crm_note_change('company', id, project_id) FROM crm_company WHERE id = party;
    PERFORM crm_note_change('lead', id, project_id) FROM crm_lead WHERE company_id = party ORDER BY id;
    PERFORM crm_note_change('deal', id, project_id) FROM crm_deal WHERE company_id = party ORDER BY id;
    RETURN NULL;
END $$;
"""

FED = ("contact", "company", "lead", "deal")
LINKABLE = (*FED, "order", "task", "call")
TABLES = {kind: f"crm_{kind}" for kind in LINKABLE} | {"call": "crm_callentry"}

CHANGED = "".join(
    f"CREATE TRIGGER crm_{kind}_changed AFTER INSERT OR UPDATE ON {TABLES[kind]} "
    f"FOR EACH ROW EXECUTE FUNCTION crm_record_changed('{kind}');\n"
    for kind in FED
)
DELETED = "".join(
    f"CREATE TRIGGER crm_{kind}_deleted AFTER DELETE ON {TABLES[kind]} "
    f"FOR EACH ROW EXECUTE FUNCTION crm_record_deleted('{kind}');\n"
    for kind in LINKABLE
)
PHONES = "".join(
    f"CREATE TRIGGER crm_{party}_phone_changed AFTER INSERT OR UPDATE OR DELETE ON crm_{party}phone "
    f"FOR EACH ROW EXECUTE FUNCTION crm_{party}_phone_changed();\n"
    for party in ("contact", "company")
)
UNDO = """
DROP FUNCTION crm_company_phone_changed, crm_contact_phone_changed, crm_record_deleted, crm_record_changed CASCADE;
DROP FUNCTION crm_note_change;
"""


class Migration(migrations.Migration):
    """Adds the triggers."""

    dependencies = [("crm", "0001_initial")]

    operations = [migrations.RunSQL(NOTE + CHANGED + DELETED + PHONES, UNDO)]
