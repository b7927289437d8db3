from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import migrations
from django.db.models.functions import Left

COLUMNS = {
    "workinggroup": ("group", {"title_{}": "A", "theme_block_{}": "B"}),
    "meeting": ("meeting", {"title_{}": "A", "place": "B", "city": "B", "purpose_{}": "C"}),
    "call": ("call", {"title_{}": "A", "notice_{}": "B", "text_{}": "C"}),
}


def index(name, weights, language):
    first, *rest = (
        SearchVector(Left(column.format(language), 200_000), weight=weight, config=f"hub_{language}")
        for column, weight in weights.items()
    )
    for vector in rest:
        first = first + vector
    return GinIndex(first, name=f"{name}_search_{language}")


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0009_search_columns_in_the_row"),
        ("workinggroup", "0001_squashed_0008_announced_meetings"),
    ]

    operations = [
        migrations.AddIndex(model, index(name, weights, language))
        for model, (name, weights) in COLUMNS.items()
        for language in ("es", "fr", "en")
    ]
