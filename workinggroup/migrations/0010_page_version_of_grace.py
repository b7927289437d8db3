from django.db import migrations

# The page of a call says until when its grace period lasts: no cached page outlives that either.
NEXT_CHANGE = """
CREATE OR REPLACE FUNCTION hub_next_change() RETURNS timestamptz LANGUAGE sql AS $$
    SELECT least(
        date_trunc('day', hub_now(), 'UTC') + interval '1 day',
        (SELECT min(opens_at) FROM workinggroup_call WHERE opens_at > hub_now()),
        (SELECT min(closes_at) FROM workinggroup_call WHERE closes_at > hub_now()),
        (SELECT min(closes_at + grace_minutes * interval '1 minute') FROM workinggroup_call
          WHERE closes_at + grace_minutes * interval '1 minute' > hub_now()),
        (SELECT min((date_trunc('day', hub_now() AT TIME ZONE time_zone) + interval '1 day')
                    AT TIME ZONE time_zone)
           FROM workinggroup_call WHERE closes_at > hub_now()))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("workinggroup", "0009_searched")]

    operations = [migrations.RunSQL(NEXT_CHANGE, migrations.RunSQL.noop)]
