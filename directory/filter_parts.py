"""What the FilterSets of the lists are made of.

Every filter is a GET parameter: OR within one, AND across. A value that is not in the vocabulary finds
nothing; the page says so. Nothing typed in an address can raise an error.
"""

import json
import re

import django_filters
from django import forms
from django.core.exceptions import EmptyResultSet
from django.db.models import F
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from directory.figures import answer
from directory.search import clean_query, search

LONGEST_KEY = 120
KEY = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST_KEY}}}\Z")
YEAR = re.compile(r"[12][0-9]{3}\Z")
MOST_VALUES = 50


class KeysField(forms.MultipleChoiceField):
    """Keys as they stand in the address; which of them exist is the query's business."""

    def valid_value(self, value):
        return True

    def to_python(self, value):
        return [str(key) for key in (value or []) if key != ""][:MOST_VALUES]


class KeysFilter(django_filters.Filter):
    """Records whose `field_name` (a column, or an array column) holds one of the keys given."""

    field_class = KeysField

    def __init__(self, *args, lookup_expr="in", note="", **kwargs):
        # What the schema says of its values, where they are not just keys of a vocabulary.
        self.note = note
        kwargs.setdefault("widget", forms.SelectMultiple)
        super().__init__(*args, lookup_expr=lookup_expr, **kwargs)

    def filter(self, queryset, keys):
        if not keys:
            return queryset
        known = [key for key in keys if KEY.match(key)]
        if not known:
            return queryset.none()
        return queryset.filter(**{f"{self.field_name}__{self.lookup_expr}": known})


def valid_years(keys):
    return [int(key) for key in keys if YEAR.match(key)]


class YearsFilter(KeysFilter):
    """Records of one of these years."""

    def filter(self, queryset, keys):
        return queryset.filter(**{f"{self.field_name}__in": valid_years(keys)}) if keys else queryset

    def labels(self, keys):
        return {key: _("In %(year)s") % {"year": key} for key in keys if YEAR.match(key)}


class QueryField(forms.CharField):
    def to_python(self, value):
        return clean_query(value if isinstance(value, str) else "")


class QueryFilter(django_filters.Filter):
    field_class = QueryField

    def filter(self, queryset, text):
        return self.search(queryset, text)[0]

    def search(self, queryset, text):
        """The records and the words that they were found by, as `search` gives them."""
        return search(queryset, text, names=self.extra_names, also=self.also) if text else (queryset, "")

    def __init__(self, *args, names=None, also=None, **kwargs):
        self.extra_names, self.also = names, also
        super().__init__(*args, **kwargs)


class OrderField(forms.ChoiceField):
    """An unknown order is the usual one."""

    def valid_value(self, value):
        return True


class OrderFilter(django_filters.Filter):
    """Hands over to the FilterSet's `order_<choice>` method; without a choice, results of a search
    come best first and everything else in the list's usual order."""

    field_class = OrderField

    def filter(self, queryset, choice):
        choices = dict(self.extra["choices"])
        if choice not in choices:
            choice = "relevance" if "rank" in queryset.query.annotations else next(iter(choices))
        self.parent.chosen_order = choice
        return getattr(self.parent, f"order_{choice}")(queryset)


def by_text(queryset):
    """Sort by the name in the reader's language, with the fallback of reading."""
    return queryset.order_by(f"sort_{get_language() or 'es'}", "slug")


class ListFilter(django_filters.FilterSet):
    """What the lists have in common: `q`, `order`, and facets whose counts ignore their own choice."""

    chosen_order = ""
    # How many records match, once the facets are counted.
    total = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.counted = {}

    def order_name(self, queryset):
        return by_text(queryset)

    def order_relevance(self, queryset):
        return queryset.order_by("-rank", f"sort_{get_language() or 'es'}", "slug")

    def chosen(self, name):
        """The keys chosen in facet `name`, or the text of `q`."""
        if not hasattr(self.form, "cleaned_data"):
            self.is_valid()
        return self.form.cleaned_data.get(name) or []

    @cached_property
    def search(self):
        """The records that match `q` alone, and the words that they were found by; computed once for the list
        and all its facets."""
        return self.filters["q"].search(self.queryset.all(), self.chosen("q"))

    @property
    def searched(self):
        return self.search[0]

    @property
    def words(self):
        return self.search[1]

    def without(self, *names):
        """The matching records, unordered, ignoring the filters `names`."""
        self.is_valid()
        queryset = self.queryset.all() if "q" in names else self.searched
        for name, facet in self.filters.items():
            if name not in ("q", "order", *names):
                queryset = facet.filter(queryset, self.form.cleaned_data.get(name))
        return queryset

    def filter_queryset(self, queryset):
        return self.filters["order"].filter(self.without(), self.form.cleaned_data.get("order"))

    def counts(self, name):
        """How many records each key of facet `name` would give: `{key: count}`. Facets in which nothing
        is chosen are counted together: they look at the same records."""
        if name not in self.counted:
            if self.chosen(name):
                self.counted |= counted(self.without(name), {name: self.filters[name]})[0]
            else:
                free = {n: f for n, f in self.filters.items() if type(f) is KeysFilter and not self.chosen(n)}
                found, self.total = counted(self.without(), free)
                self.counted |= found
        return self.counted[name]


def counted(records, facets):
    """Return how many of the records hold each key of each of these filters, `{name: {key: count}}`, and
    how many records there are: one statement, which reads them once (see `figures.answer`)."""
    columns = {f"c{number}": F(facet.field_name) for number, facet in enumerate(facets.values())}
    try:
        matched, parameters = records.order_by().values("pk", **columns).query.sql_with_params()
    except EmptyResultSet:
        return {name: {} for name in facets}, 0
    parts = ["SELECT -1 AS facet, '' AS key, count(*) AS n FROM matched"]
    for number, facet in enumerate(facets.values()):
        key = f"unnest(c{number})" if facet.lookup_expr == "overlap" else f"c{number}"
        parts.append(f"SELECT {number}, {key}::text, count(*) FROM matched GROUP BY 2")
    statement = (
        f"WITH matched AS MATERIALIZED ({matched}) "
        f"SELECT jsonb_agg(jsonb_build_array(facet, key, n))::text FROM ({' UNION ALL '.join(parts)}) AS t"
    )
    found, total = {name: {} for name in facets}, 0
    for number, key, count in json.loads(answer(statement, parameters)):
        if number < 0:
            total = count
        elif key:
            found[list(facets)[number]][key] = count
    return found, total
