"""One FilterSet per list serves its page, its API and its exports alike."""

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from directory.agreement_filters import (
    IN_FORCE,
    UNCLASSIFIED,
    ArrayKeysFilter,
    BetweenFilter,
    DirectionFilter,
    OrganisationOfAgreementFilter,
    StatusFilter,
    TogetherFilter,
    WithinFilter,
    YearFilter,
    in_force_condition,
)
from directory.figures import ask
from directory.filter_parts import KEY, KeysFilter, ListFilter, OrderFilter, QueryFilter, YearsFilter
from directory.models import Agreement, AgreementParty, Event, Organisation, Publication
from directory.vocabulary import vocabulary


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


class AgreementFilter(ListFilter):
    q = QueryFilter(label=_("Search"))
    region = ArrayKeysFilter(
        field_name="place_keys",
        empty_column="continent_keys",
        label=_("Continent or region"),
        note=_("keys of regions; any of them is enough. `unclassified` finds what is on no continent."),
    )
    sector = ArrayKeysFilter(
        field_name="sector_keys",
        empty_column="sector_keys",
        label=_("Sector"),
        note=_("keys of sectors; any of them is enough. `unclassified` finds what is without sector."),
    )
    direction = DirectionFilter(field_name="direction", label=_("Direction"))
    kind = KeysFilter(field_name="kind_id", label=_("Kind"))
    status = StatusFilter(
        field_name="status_id",
        label=_("Status"),
        note=_(
            "keys of statuses; any of them is enough. `in_force` is computed from the dates: in force today "
            "or, with `year`, on some day of that year. What is not known does not count."
        ),
    )
    year = YearFilter(
        label=_("Year"),
        note=_(
            "years in which agreements began, or `unknown`; beside `status=in_force` the years in which they "
            "are in force. Any of them is enough."
        ),
    )
    between = BetweenFilter(
        label=_("All of these places"),
        note=_(
            "every one of them is reached. Keys of regions, of the country where a party sits (`CH`) or of "
            "its country and city (`CH-geneva`); `unclassified` for what is on no continent."
        ),
    )
    within = WithinFilter(
        label=_("Only this continent"),
        note=_("keys of continents: what reaches this one and no other. Any of them is enough."),
    )
    organisation = OrganisationOfAgreementFilter(label=_("Organisation"))
    together = TogetherFilter(
        label=_("All of these organisations"),
        note=_("keys of organisations, every one of which is a party."),
    )
    order = OrderFilter(choices=[("recent", _("Most recent first")), ("name", _("Title"))])

    class Meta:
        model = Agreement
        fields = []

    # What the figures count for each facet.
    FIGURES = {
        "region": ("region", "continent"),
        "sector": ("sector",),
        "direction": ("direction",),
        "kind": ("kind",),
        "status": ("status", "in_force"),
    }

    def ask(self, *names, without=(), **more):
        """What the figures say of the agreements that match, ignoring the filters `without`."""
        return ask(self.without(*without), *names, in_force=in_force_condition(self.chosen("year")), **more)

    def ask_all(self, *names, **more):
        """The same, and the counts of all facets, which the page then need not ask for one by one."""
        free = [name for name in self.FIGURES if not self.chosen(name)]
        found = self.ask(*{*names, *(figure for name in free for figure in self.FIGURES[name])}, **more)
        self.counted = {name: self.facet_counts(name, found) for name in free}
        return found

    def counts(self, name):
        if name == "status" and IN_FORCE in self.chosen("status") and self.chosen("year"):
            # Without it, the year is that of the beginning again.
            rest = self.data.copy()
            rest.pop("status")
            return type(self)(rest, self.queryset).counts("status")
        if name not in self.counted:
            found = self.ask(*self.FIGURES[name], without=[name])
            self.counted[name] = self.facet_counts(name, found)
        return self.counted[name]

    def facet_counts(self, name, found):
        counts = dict(found[name])
        if name == "region":
            counts[UNCLASSIFIED] = found["continent"].get("", 0)
        elif name == "sector":
            counts[UNCLASSIFIED] = counts.pop("", 0)
        elif name == "status":
            # Who is in force in a year begun in any; the year is then no condition of its own.
            counts[IN_FORCE] = found["in_force"]
            if self.chosen("year") and IN_FORCE not in self.chosen("status"):
                counts[IN_FORCE] = self.ask("in_force", without=["status", "year"])["in_force"]
        return counts

    def order_recent(self, queryset):
        return queryset.order_by(
            F("start_year").desc(nulls_last=True), f"sort_{get_language() or 'es'}", "slug"
        )


class SectorOfEventFilter(KeysFilter):
    """Events have no sectors of their own: those of their organisers and of what they adopted count."""

    def filter(self, queryset, keys):
        if not keys:
            return queryset
        sectors = [key for key in keys if KEY.match(key)]
        organisers = Organisation.objects.published().filter(sector_keys__overlap=sectors)
        adopted = Agreement.objects.published().filter(sector_keys__overlap=sectors)
        organised = Event.organisers.through.objects.filter(
            organisation__in=organisers.order_by().values("pk")
        )
        return queryset.filter(
            Q(pk__in=organised.values("event")) | Q(outcome__in=adopted.order_by().values("pk"))
        )

    def labels(self, keys):
        sectors = vocabulary()["sector"]
        return {key: sectors[key].label for key in keys if key in sectors}


class EventFilter(ListFilter):
    q = QueryFilter(label=_("Search"))
    region = KeysFilter(field_name="place_keys", lookup_expr="overlap", label=_("Continent or region"))
    type = KeysFilter(field_name="type_id", label=_("Type"))
    audience = KeysFilter(field_name="audience_id", label=_("Audience"))
    # Not `format`: that asks for CSV, Turtle and so on.
    mode = KeysFilter(field_name="format_id", label=_("Format"))
    country = KeysFilter(field_name="country_id", label=_("Country"))
    year = YearsFilter(field_name="year", label=_("Year"), note=_("years; any of them is enough."))
    sector = SectorOfEventFilter(
        label=_("Sector"),
        note=_(
            "keys of sectors in which an organiser works or an agreement adopted there stands; any of them "
            "is enough."
        ),
    )
    order = OrderFilter(choices=[("recent", _("Most recent first")), ("name", _("Title"))])

    class Meta:
        model = Event
        fields = []

    def order_recent(self, queryset):
        return queryset.order_by("-year", F("starts_on").desc(nulls_last=True), "slug")
