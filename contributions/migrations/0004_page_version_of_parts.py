from django.db import migrations

# What hangs on a contribution changes a public page only while that is published, so the many who
# submit in the same minute do not queue on the version's row.
WATCH = """
CREATE FUNCTION hub_part_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    part jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
BEGIN
    IF EXISTS (SELECT 1 FROM contributions_contribution
               WHERE id = (part ->> 'contribution_id')::bigint AND state = 'published') THEN
        INSERT INTO directory_pageversion AS page (id, version)
        VALUES (1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
        ON CONFLICT (id) DO UPDATE SET version = greatest(page.version + 1, excluded.version);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER hub_pages_changed AFTER INSERT OR UPDATE OR DELETE ON contributions_coauthor
    FOR EACH ROW EXECUTE FUNCTION hub_part_changed();
CREATE TRIGGER hub_pages_changed AFTER INSERT OR UPDATE OR DELETE ON contributions_contributiontranslation
    FOR EACH ROW EXECUTE FUNCTION hub_part_changed();
CREATE TRIGGER hub_pages_changed AFTER INSERT OR DELETE ON contributions_contribution_attachments
    FOR EACH ROW EXECUTE FUNCTION hub_part_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("contributions", "0003_drafts_versions_steps")]

    operations = [
        migrations.RunSQL(WATCH, migrations.RunSQL.noop),
        # What was a draft here stays with staff; drafts have a table of their own now.
        migrations.RunSQL(
            "UPDATE contributions_contribution SET state = 'received' WHERE state = 'draft'",
            migrations.RunSQL.noop,
        ),
    ]
