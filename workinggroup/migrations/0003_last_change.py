from django.db import migrations

LAST_CHANGE = """
CREATE OR REPLACE FUNCTION hub_last_change() RETURNS timestamptz LANGUAGE sql AS $$
    SELECT greatest(
        date_trunc('day', hub_now(), 'UTC'),
        (SELECT max(opens_at) FROM workinggroup_call WHERE opens_at <= hub_now()),
        (SELECT max(closes_at) FROM workinggroup_call WHERE closes_at <= hub_now()),
        (SELECT max(date_trunc('day', hub_now() AT TIME ZONE time_zone) AT TIME ZONE time_zone)
           FROM workinggroup_call WHERE closes_at > hub_now()))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("workinggroup", "0002_page_version"), ("directory", "0004_last_change")]

    operations = [migrations.RunSQL(LAST_CHANGE, migrations.RunSQL.noop)]
