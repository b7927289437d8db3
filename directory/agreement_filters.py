"""The filters of agreements: by place, sector, direction, state and year, so finely that every figure of
the map, the matrix and the timeline is the length of a list one can ask for."""

import re

from django.db.models import Q
from django.utils.translation import gettext as _

from directory.cities import city_name
from directory.filter_parts import KEY, YEAR, KeysFilter, valid_years
from directory.models import AgreementParty, Organisation, Publication
from directory.models.agreements import Today, in_force_during, in_force_on
from directory.models.places import CONTINENTS
from directory.text import best_text
from directory.vocabulary import vocabulary

# Filter values that no vocabulary holds.
UNCLASSIFIED = "unclassified"
IN_FORCE = "in_force"
UNKNOWN = "unknown"

SEAT = re.compile(r"[A-Z]{2}(-[a-z0-9-]+)?\Z")
MOST_PLACES = 12


def known(keys):
    return [key for key in keys if KEY.match(key)]


class ArrayKeysFilter(KeysFilter):
    """Records whose array column holds one of the keys; `unclassified` finds those where `empty_column`
    is empty."""

    def __init__(self, *args, empty_column, **kwargs):
        self.empty_column = empty_column
        super().__init__(*args, lookup_expr="overlap", **kwargs)

    def filter(self, queryset, keys):
        if UNCLASSIFIED not in keys:
            return super().filter(queryset, keys)
        found = Q(**{self.empty_column: []})
        if rest := [key for key in known(keys) if key != UNCLASSIFIED]:
            found |= Q(**{f"{self.field_name}__overlap": rest})
        return queryset.filter(found)


class DirectionFilter(KeysFilter):
    """By direction; where even the unclassified has no term in the vocabulary, an agreement has none."""

    def filter(self, queryset, keys):
        if UNCLASSIFIED not in keys:
            return super().filter(queryset, keys)
        return queryset.filter(Q(direction__in=known(keys)) | Q(direction__isnull=True))


class BetweenFilter(KeysFilter):
    """Agreements that reach every one of these places: a region, or the seat of a party, given as
    country (`CH`) or as country and city (`CH-geneva`); `unclassified` for those on no continent."""

    def filter(self, queryset, keys):
        keys = list(dict.fromkeys(keys))
        if len(keys) > MOST_PLACES:
            return queryset.none()
        for key in keys:
            if not KEY.match(key):
                return queryset.none()
            if key == UNCLASSIFIED:
                queryset = queryset.filter(continent_keys=[])
            elif SEAT.match(key):
                column = "seat_keys" if "-" in key else "seat_countries"
                queryset = queryset.filter(**{f"{column}__contains": [key]})
            else:
                queryset = queryset.filter(place_keys__contains=[key])
        return queryset

    def labels(self, keys):
        regions, countries = vocabulary()["region"], vocabulary()["country"]
        seats = seat_names([key for key in keys if SEAT.match(key)])
        made = {}
        for key in keys:
            if key == UNCLASSIFIED:
                made[key] = _("On no continent")
            elif key in regions:
                made[key] = _("Reaches %(place)s") % {"place": regions[key].label}
            elif key in countries or key in seats:
                place = seats.get(key) or countries[key].label
                made[key] = _("Party seated in %(place)s") % {"place": place}
        return made


def seat_names(keys):
    """`{key: "Geneva, Switzerland"}` of the seats of published organisations."""
    if not keys:
        return {}
    countries = vocabulary()["country"]
    rows = (
        Organisation.objects.published()
        .filter(seat_key__in=keys)
        .order_by("seat_key", "city")
        .values_list("seat_key", "city", "country")
        .distinct("seat_key")
    )
    return {
        key: ", ".join(
            filter(None, (city_name(city, country), countries[country].label if country in countries else ""))
        )
        for key, city, country in rows
    }


class WithinFilter(KeysFilter):
    """Agreements that reach this continent and no other."""

    def filter(self, queryset, keys):
        if not keys:
            return queryset
        return queryset.filter(continent_keys__in=[[key] for key in keys if key in CONTINENTS])

    def labels(self, keys):
        regions = vocabulary()["region"]
        return {
            key: _("Only in %(place)s") % {"place": regions[key].label}
            for key in keys
            if key in CONTINENTS and key in regions
        }


class OrganisationOfAgreementFilter(KeysFilter):
    """Agreements to which one of these organisations is a party, by the organisation's key."""

    def filter(self, queryset, keys):
        if not keys:
            return queryset
        parties = AgreementParty.objects.filter(
            organisation__slug__in=known(keys), organisation__publication=Publication.PUBLISHED
        )
        return queryset.filter(pk__in=parties.values("agreement"))

    def labels(self, keys):
        named = Organisation.objects.published().named().filter(slug__in=known(keys))
        return {record.slug: best_text(record, "name")[0] for record in named}


class TogetherFilter(OrganisationOfAgreementFilter):
    """Agreements to which every one of these organisations is a party."""

    def filter(self, queryset, keys):
        keys = list(dict.fromkeys(keys))
        if len(keys) > MOST_PLACES:
            return queryset.none()
        for key in keys:
            queryset = super().filter(queryset, [key])
        return queryset


class StatusFilter(KeysFilter):
    """By recorded status; `in_force` computes from the dates who is in force today or, with `year`, in
    that year."""

    def filter(self, queryset, keys):
        if IN_FORCE not in keys:
            return super().filter(queryset, keys)
        recorded = Q(status__in=[key for key in known(keys) if key != IN_FORCE])
        return queryset.filter(recorded | in_force_condition(self.parent.chosen("year")))


def in_force_condition(years):
    """In force in one of these years; without any, today."""
    if not years:
        return in_force_on(Today())
    # No agreement begins in the year 0; an empty condition could not be counted by.
    found = Q(start_year=0)
    for year in valid_years(years):
        found |= in_force_during(year)
    return found


class YearFilter(KeysFilter):
    """The year in which agreements began (`unknown` where it is not known); beside `status=in_force`
    the year in which they are in force, which is that filter's business."""

    def filter(self, queryset, keys):
        if not keys or IN_FORCE in self.parent.chosen("status"):
            return queryset
        found = Q(start_year__in=valid_years(keys))
        if UNKNOWN in keys:
            found |= Q(start_year__isnull=True)
        return queryset.filter(found)

    def labels(self, keys):
        in_force = IN_FORCE in self.parent.chosen("status")
        made = {}
        for key in keys:
            if key == UNKNOWN and not in_force:
                made[key] = _("Year of beginning not known")
            elif YEAR.match(key):
                made[key] = (_("In %(year)s") if in_force else _("Begun in %(year)s")) % {"year": key}
        return made
