"""Columns that PostgreSQL computes for search and sorting, one per language.

A generated column cannot be altered, so a fourth language adds columns and leaves these alone.
"""

from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Coalesce, NullIf

# hub_xx = PostgreSQL's configuration of that language after unaccent (migration `search_functions`).
CONFIGURATIONS = {"es": "hub_es", "fr": "hub_fr", "en": "hub_en"}


class HubSort(Func):
    """lower(unaccent(text)): how names are compared, whatever their accents and case."""

    function = "hub_sort"
    output_field = models.TextField()


def search_column(language, *, names, context, body):
    """Return the generated tsvector column of `language`: names weigh A, context B, body C."""
    config = CONFIGURATIONS[language]
    vectors = (
        SearchVector(*(f"{name}_{language}" for name in fields), weight=weight, config=config)
        for weight, fields in (("A", names), ("B", context), ("C", body))
        if fields
    )
    first, *rest = vectors
    for vector in rest:
        first = first + vector
    return models.GeneratedField(
        expression=first, output_field=SearchVectorField(), db_persist=True, editable=False
    )


def sort_key(language, field):
    """Return what is sorted by in `language`, with the fallback order of reading."""
    others = {"es": ("fr", "en"), "fr": ("en", "es"), "en": ("es", "fr")}[language]
    texts = [NullIf(F(f"{field}_{code}"), Value("")) for code in (language, *others)]
    return HubSort(Coalesce(*texts, Value("")))


def sort_column(language, field):
    """Return the generated column of what `sort_key` says."""
    return models.GeneratedField(
        expression=sort_key(language, field),
        output_field=models.TextField(),
        db_persist=True,
        editable=False,
    )
