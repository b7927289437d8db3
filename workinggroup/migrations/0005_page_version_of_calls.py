from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("workinggroup", "0004_calls")]

    operations = [
        migrations.RunSQL(
            "SELECT hub_watch('workinggroup_callchange', 'workinggroup_callquestion');",
            migrations.RunSQL.noop,
        )
    ]
