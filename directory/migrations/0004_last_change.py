from django.db import migrations

# Beside the next instant at which a public page changes by itself, the last one: what Last-Modified
# says is the later of it and of the page version. An app with instants of its own replaces it.
LAST_CHANGE = """
CREATE FUNCTION hub_last_change() RETURNS timestamptz LANGUAGE sql AS $$
    SELECT date_trunc('day', hub_now(), 'UTC')
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0003_derived_columns")]

    operations = [migrations.RunSQL(LAST_CHANGE, "DROP FUNCTION hub_last_change()")]
