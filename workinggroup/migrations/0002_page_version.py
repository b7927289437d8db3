from django.db import migrations

WATCH = """
SELECT hub_watch(
    'workinggroup_documentkind', 'workinggroup_workinggroup', 'workinggroup_workinggroup_organisations',
    'workinggroup_workinggroup_areas', 'workinggroup_contextparagraph', 'workinggroup_question',
    'workinggroup_meeting', 'workinggroup_document', 'workinggroup_documentfile', 'workinggroup_call');
"""

# A cached page never outlives the next opening or closing of a call, nor the day in the zone of an
# open call, since pages count the days left.
NEXT_CHANGE = """
CREATE OR REPLACE FUNCTION hub_next_change() RETURNS timestamptz LANGUAGE sql AS $$
    SELECT least(
        date_trunc('day', hub_now(), 'UTC') + interval '1 day',
        (SELECT min(opens_at) FROM workinggroup_call WHERE opens_at > hub_now()),
        (SELECT min(closes_at) FROM workinggroup_call WHERE closes_at > hub_now()),
        (SELECT min((date_trunc('day', hub_now() AT TIME ZONE time_zone) + interval '1 day')
                    AT TIME ZONE time_zone)
           FROM workinggroup_call WHERE closes_at > hub_now()))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("workinggroup", "0001_initial"), ("directory", "0003_derived_columns")]

    operations = [
        migrations.RunSQL(WATCH, migrations.RunSQL.noop),
        migrations.RunSQL(NEXT_CHANGE, migrations.RunSQL.noop),
    ]
