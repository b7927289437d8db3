from django.db import migrations

# Contributions are written far more often than they are published: only a row that is or was
# published changes a public page, so the many who submit in the same minute do not queue on the
# version's row.
WATCH = """
SELECT hub_watch(
    'contributions_challengecategory', 'contributions_guidelinecategory', 'contributions_challenge',
    'contributions_guideline', 'contributions_challenge_contributions',
    'contributions_guideline_challenges');

CREATE TRIGGER hub_pages_changed_by_new AFTER INSERT ON contributions_contribution
    FOR EACH ROW WHEN (NEW.state = 'published') EXECUTE FUNCTION hub_pages_changed();
CREATE TRIGGER hub_pages_changed_by_edit AFTER UPDATE ON contributions_contribution
    FOR EACH ROW WHEN (OLD.state = 'published' OR NEW.state = 'published')
    EXECUTE FUNCTION hub_pages_changed();
CREATE TRIGGER hub_pages_changed_by_removal AFTER DELETE ON contributions_contribution
    FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION hub_pages_changed();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contributions", "0001_initial"),
        ("workinggroup", "0002_page_version"),
    ]

    operations = [migrations.RunSQL(WATCH, migrations.RunSQL.noop)]
