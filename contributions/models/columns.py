"""The columns of a contribution and its translations that PostgreSQL computes, for search and order."""

from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case, When
from django.db.models.functions import Left

from directory.search_fields import CONFIGURATIONS, HubSort

SEARCH = tuple(f"{name}_{code}" for name in ("search", "sort") for code in CONFIGURATIONS)


def search_column(language, *, person="author_name", **published):
    """The generated tsvector column of one configuration over the one text of a contribution, or of a
    translation: readers search in their own language, and names are found from every language.
    PostgreSQL bounds a tsvector at one megabyte, so the text is cut well before that. Only what is
    published is searched, so nobody waits for this in the last minute of a call (docs/decisions.md)."""
    config = CONFIGURATIONS[language]
    words = (
        SearchVector("title", weight="A", config=config)
        + SearchVector("summary", person, weight="B", config=config)
        + SearchVector(Left("text", 200_000), weight="C", config=config)
    )
    return models.GeneratedField(
        expression=Case(When(**published, then=words)),
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
    )


def sort_column():
    """The normalised title. It is the same in every language, and one column each is what search and
    sorting ask for."""
    return models.GeneratedField(
        expression=HubSort("title"), output_field=models.TextField(), db_persist=True, editable=False
    )
