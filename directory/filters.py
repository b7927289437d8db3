"""One FilterSet per list serves its page, its API and its exports alike.

Every filter is a GET parameter: OR within one, AND across. A value that is not in the vocabulary finds
nothing; the page says so. Nothing typed in an address can raise an error.
"""

import re

import django_filters
from django import forms
from django.db.models import Count, F, Func, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from directory.models import Agreement, AgreementParty, Event, Organisation, Publication
from directory.search import clean_query, search

KEY = re.compile(r"[A-Za-z0-9_-]{1,120}\Z")
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

    def __init__(self, *args, lookup_expr="in", **kwargs):
        kwargs.setdefault("widget", forms.SelectMultiple)
        super().__init__(*args, lookup_expr=lookup_expr, **kwargs)

    def filter(self, queryset, keys):
        if not keys:
            return queryset
        known = [key for key in keys if KEY.match(key)]
        if not known:
            return queryset.none()
        return queryset.filter(**{f"{self.field_name}__{self.lookup_expr}": known})


class QueryField(forms.CharField):
    def to_python(self, value):
        return clean_query(value if isinstance(value, str) else "")


class QueryFilter(django_filters.Filter):
    field_class = QueryField

    def filter(self, queryset, text):
        return search(queryset, text, names=self.extra_names) if text else queryset

    def __init__(self, *args, names=None, **kwargs):
        self.extra_names = names
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

    def order_name(self, queryset):
        return by_text(queryset)

    def order_relevance(self, queryset):
        return queryset.order_by("-rank", f"sort_{get_language() or 'es'}", "slug")

    def chosen(self, name):
        """The keys chosen in facet `name`, or the text of `q`."""
        self.is_valid()
        return self.form.cleaned_data.get(name) or []

    @property
    def searched(self):
        """The records that match `q` alone; computed once for the list and all its facets."""
        if not hasattr(self, "_searched"):
            self.is_valid()
            self._searched = self.filters["q"].filter(self.queryset.all(), self.chosen("q"))
        return self._searched

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
        """How many records each key of facet `name` would give: `{key: count}`."""
        facet = self.filters[name]
        queryset = self.without(name).order_by()
        queryset.query.annotations.pop("rank", None)
        queryset.query.set_annotation_mask(None)
        column = F(facet.field_name)
        if facet.lookup_expr == "overlap":
            column = Unnest(column)
        rows = queryset.annotate(facet_key=column).values_list("facet_key").annotate(Count("pk"))
        return {key: count for key, count in rows if key}


class Unnest(Func):
    function = "unnest"
    set_returning = True

    @property
    def output_field(self):
        return self.source_expressions[0].output_field.base_field


def agreements_counted(queryset):
    """Annotate organisations with `agreement_count`: the published agreements they are party to."""
    counted = (
        AgreementParty.objects.filter(
            organisation=OuterRef("pk"), agreement__publication=Publication.PUBLISHED
        )
        .order_by()
        .values("organisation")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return queryset.annotate(agreement_count=Coalesce(Subquery(counted), 0))


class OrganisationFilter(ListFilter):
    q = QueryFilter(names="name_keys", label=_("Search"))
    region = KeysFilter(field_name="place_keys", lookup_expr="overlap", label=_("Continent or region"))
    sector = KeysFilter(field_name="sector_keys", lookup_expr="overlap", label=_("Sector"))
    kind = KeysFilter(field_name="kind_id", label=_("Kind"))
    scope = KeysFilter(field_name="scope_id", label=_("Scope"))
    country = KeysFilter(field_name="country_id", label=_("Country of the seat"))
    order = OrderFilter(
        choices=[
            ("name", _("Name")),
            ("agreements", _("Number of agreements")),
            ("updated", _("Last updated")),
        ]
    )

    class Meta:
        model = Organisation
        fields = []

    def order_agreements(self, queryset):
        queryset = agreements_counted(queryset)
        return queryset.order_by("-agreement_count", f"sort_{get_language() or 'es'}", "slug")

    def order_updated(self, queryset):
        return queryset.order_by("-updated_at", "slug")


class OrganisationOfAgreementFilter(KeysFilter):
    """Agreements to which one of these organisations is a party, by the organisation's key."""

    def filter(self, queryset, keys):
        if not keys:
            return queryset
        known = [key for key in keys if KEY.match(key)]
        parties = AgreementParty.objects.filter(
            organisation__slug__in=known, organisation__publication=Publication.PUBLISHED
        )
        return queryset.filter(pk__in=parties.values("agreement"))


class AgreementFilter(ListFilter):
    q = QueryFilter(label=_("Search"))
    region = KeysFilter(field_name="place_keys", lookup_expr="overlap", label=_("Continent or region"))
    sector = KeysFilter(field_name="sector_keys", lookup_expr="overlap", label=_("Sector"))
    direction = KeysFilter(field_name="direction", label=_("Direction"))
    kind = KeysFilter(field_name="kind_id", label=_("Kind"))
    status = KeysFilter(field_name="status_id", label=_("Status"))
    organisation = OrganisationOfAgreementFilter(label=_("Organisation"))
    order = OrderFilter(choices=[("recent", _("Most recent first")), ("name", _("Title"))])

    class Meta:
        model = Agreement
        fields = []

    def order_recent(self, queryset):
        return queryset.order_by(
            F("start_year").desc(nulls_last=True), f"sort_{get_language() or 'es'}", "slug"
        )


class EventFilter(ListFilter):
    q = QueryFilter(label=_("Search"))
    region = KeysFilter(field_name="place_keys", lookup_expr="overlap", label=_("Continent or region"))
    type = KeysFilter(field_name="type_id", label=_("Type"))
    audience = KeysFilter(field_name="audience_id", label=_("Audience"))
    # Not `format`: that asks for CSV, Turtle and so on.
    mode = KeysFilter(field_name="format_id", label=_("Format"))
    country = KeysFilter(field_name="country_id", label=_("Country"))
    order = OrderFilter(choices=[("recent", _("Most recent first")), ("name", _("Title"))])

    class Meta:
        model = Event
        fields = []

    def order_recent(self, queryset):
        return queryset.order_by("-year", F("starts_on").desc(nulls_last=True), "slug")
