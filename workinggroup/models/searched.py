"""How groups, meetings and calls are searched. They are few and seldom written, so an index of expressions
does for them what generated columns do for thousands: no page that shows them reads a column more."""

from functools import reduce
from operator import add

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.functions import Left

from directory.search_fields import CONFIGURATIONS, sort_key

# PostgreSQL bounds a tsvector at one megabyte.
LONGEST_TEXT = 200_000


def vector(language, weights):
    """The tsvector of `language`; `weights` says what each column weighs, `title_{}` being `title_es`."""
    config = CONFIGURATIONS[language]
    return reduce(
        add,
        (
            SearchVector(Left(column.format(language), LONGEST_TEXT), weight=weight, config=config)
            for column, weight in weights.items()
        ),
    )


class SearchedQuerySet(models.QuerySet):
    def searchable(self):
        """Annotate what a search asks of a record, by `SEARCHED` of its model."""
        vectors = {f"search_{code}": vector(code, self.model.SEARCHED) for code in CONFIGURATIONS}
        return self.annotate(
            **vectors, **{f"sort_{code}": sort_key(code, "title") for code in CONFIGURATIONS}
        )


def search_indexes(name, weights):
    """The indexes of the vectors that `searchable` annotates."""
    return [GinIndex(vector(code, weights), name=f"{name}_search_{code}") for code in CONFIGURATIONS]
