import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.functions.text
from django.contrib.postgres.search import SearchVector
from django.db import migrations, models

LANGUAGES = ("es", "fr", "en")


def column(language):
    config = f"hub_{language}"
    words = (
        SearchVector("title", weight="A", config=config)
        + SearchVector("summary", "author_name", weight="B", config=config)
        + SearchVector(django.db.models.functions.text.Left("text", 200000), weight="C", config=config)
    )
    return models.GeneratedField(
        db_persist=True,
        expression=models.Case(models.When(state="published", then=words)),
        output_field=django.contrib.postgres.search.SearchVectorField(),
    )


class Migration(migrations.Migration):
    """A generated column cannot be altered: it is taken away and made anew."""

    dependencies = [("contributions", "0007_moderation")]

    operations = [
        operation
        for language in LANGUAGES
        for operation in (
            migrations.RemoveIndex("contribution", f"contribution_search_{language}"),
            migrations.RemoveField("contribution", f"search_{language}"),
            migrations.AddField("contribution", f"search_{language}", column(language)),
            migrations.AddIndex(
                "contribution",
                django.contrib.postgres.indexes.GinIndex(
                    fields=[f"search_{language}"], name=f"contribution_search_{language}"
                ),
            ),
        )
    ]
