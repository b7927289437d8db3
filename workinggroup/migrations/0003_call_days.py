from django.db import migrations

# Pages count the days that are left in the call's own zone, so a cached page ends with that day too.
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

BEFORE = """
CREATE OR REPLACE FUNCTION hub_next_change() RETURNS timestamptz LANGUAGE sql AS $$
    SELECT least(
        date_trunc('day', hub_now(), 'UTC') + interval '1 day',
        (SELECT min(opens_at) FROM workinggroup_call WHERE opens_at > hub_now()),
        (SELECT min(closes_at) FROM workinggroup_call WHERE closes_at > hub_now()))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("workinggroup", "0002_page_version")]

    operations = [migrations.RunSQL(NEXT_CHANGE, BEFORE)]
