"""The normalised title under the names that search and sorting ask every list for."""

from django.db import migrations, models

from directory.search_fields import HubSort


class Migration(migrations.Migration):
    dependencies = [("contributions", "0004_contribution_search")]

    operations = [
        migrations.RemoveField("contribution", "names_text"),
        *(
            migrations.AddField(
                "contribution",
                f"sort_{code}",
                models.GeneratedField(
                    db_persist=True, expression=HubSort("title"), output_field=models.TextField()
                ),
            )
            for code in ("es", "fr", "en")
        ),
    ]
