"""One FilterSet for the page, the API and the exports of contributions, and the facets of its list."""

from django.conf import settings
from django.db.models import Subquery
from django.db.models.functions import Coalesce
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contributions.models import Contribution, ContributionTranslation
from contributions.models.contributions import translations
from directory.facets import Facet, Option
from directory.filter_parts import KeysFilter, ListFilter, OrderFilter, QueryFilter
from directory.search import Also
from directory.search_fields import HubSort
from directory.text import language, language_name
from directory.vocabulary import reading_order
from workinggroup.models import Call

FACETS = ("language", "kind", "call")
# What a contribution is found by beside its own words.
TRANSLATIONS = Also(ContributionTranslation.objects.filter(publication="published"), "contribution", "title")


class ContributionFilter(ListFilter):
    """A contribution is found by its published translations as by what its author wrote."""

    q = QueryFilter(label=gettext_lazy("Search"), also=TRANSLATIONS)
    language = KeysFilter(
        field_name="languages",
        lookup_expr="overlap",
        label=gettext_lazy("Language"),
        note=gettext_lazy("languages, of the original or of a published translation; any of them is enough."),
    )
    kind = KeysFilter(field_name="kind", label=gettext_lazy("Kind"))
    call = KeysFilter(field_name="call__slug", label=gettext_lazy("Call for contributions"))
    order = OrderFilter(
        choices=[("recent", gettext_lazy("Most recent first")), ("title", gettext_lazy("Title"))]
    )

    class Meta:
        model = Contribution
        fields = []

    def __init__(self, data=None, queryset=None, **kwargs):
        super().__init__(data, Contribution.objects.all() if queryset is None else queryset, **kwargs)
        self.queryset = self.queryset.with_languages()

    def order_recent(self, queryset):
        return queryset.order_by("-published_at", "reference")

    def order_title(self, queryset):
        """By the titles that the reader is shown."""
        title = translations().filter(language=language()).values(sort=HubSort("title"))
        return queryset.order_by(Coalesce(Subquery(title), "sort_es"), "reference")

    def order_relevance(self, queryset):
        return queryset.order_by("-rank", "-published_at", "reference")


def call_titles():
    """The published calls by key, each under its own title or else its group's."""
    columns = [f"{prefix}title_{code}" for prefix in ("", "group__") for code in reading_order(language())]
    return {
        slug: next((title for title in titles if title), slug)
        for slug, *titles in Call.objects.published().order_by("slug").values_list("slug", *columns)
    }


def vocabularies():
    """What each facet may hold: `{facet: {key: label}}`."""
    return {
        "language": {code: capfirst(language_name(code)) for code, _name in settings.LANGUAGES},
        "kind": dict(Contribution.Kind.choices),
        "call": call_titles(),
    }


def facets(filterset, tables):
    """The facets with the counts that each option would give."""
    made = []
    for name in FACETS:
        chosen, counts = set(filterset.chosen(name)), filterset.counts(name)
        options = [
            Option(key, str(label), counts.get(key, 0), key in chosen) for key, label in tables[name].items()
        ]
        made.append(Facet(name, str(filterset.filters[name].label), options))
    return made


def address(query, name, value=None):
    """The list's address without one choice, or without any choice of `name`; page 1 is understood."""
    query = query.copy()
    kept = [v for v in query.getlist(name) if value is not None and v != value]
    query.setlist(name, kept)
    for other in [key for key in query if key == "page" or not any(query.getlist(key))]:
        query.pop(other)
    return f"?{query.urlencode()}"


def chips(filterset, tables, query):
    """One chip a choice, each a link to the list without it; unknown values too, so they can go."""
    made = []
    if text := filterset.chosen("q"):
        made.append({"label": f"“{text}”", "url": address(query, "q"), "name": "q", "value": text})
    for name in FACETS:
        for key in filterset.chosen(name):
            label = tables[name].get(key) or _("unknown: %(value)s") % {"value": key[:60]}
            made.append({"label": str(label), "url": address(query, name, key), "name": name, "value": key})
    return made


def unknown_values(filterset, tables):
    return [key[:60] for name in FACETS for key in filterset.chosen(name) if key not in tables[name]]
