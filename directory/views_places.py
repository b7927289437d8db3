"""The pages of regions and sectors: what the directory holds of each, with ways on."""

from django.http import Http404, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from directory import api_terms, maps
from directory.filters import AgreementFilter, EventFilter, OrganisationFilter, agreements_counted
from directory.formats.pages import in_formats
from directory.links import Links
from directory.models import Agreement, Event, Organisation
from directory.models.places import CONTINENTS, WORLD
from directory.views import PARTIES
from directory.views_explorer import direction_totals
from directory.vocabulary import vocabulary

MOST_ORGANISATIONS, MOST_AGREEMENTS, MOST_EVENTS, MOST_CROSSED = 10, 10, 6, 12


@in_formats(api_terms.RegionViewSet, key="key")
def region(request, key):
    """Everything the directory holds of a region, a landing page of its own."""
    return gathered(request, "region", key)


@in_formats(api_terms.SectorViewSet, key="key")
def sector(request, key):
    """Everything the directory holds of a sector."""
    return gathered(request, "sector", key)


def gathered(request, table, key):
    entry = vocabulary()[table].get(key)
    if entry is None:
        raise Http404(_("There is no such page."))
    choice = QueryDict(f"{table}={key}")
    links = Links(choice)
    crossed = "sector" if table == "region" else "region"
    agreements = AgreementFilter(choice, Agreement.objects.published().rows().prefetch_related(PARTIES))
    found = agreements.ask("total", "direction", "sector", "continent", parts=maps.PARTS, rows=maps.QUERIES)
    organisations = OrganisationFilter(choice, Organisation.objects.published())
    per_key = organisations.counts(crossed)
    events = EventFilter(choice, Event.objects.published().rows())
    busiest = agreements_counted(organisations.without().rows())
    return render(
        request,
        "directory/place.html",
        {
            "entry": entry,
            "table": table,
            "written_in": entry.languages,
            "around": around(entry) if table == "region" else [],
            "within": within(entry) if table == "region" else [],
            "organisations": busiest.order_by("-agreement_count", "slug")[:MOST_ORGANISATIONS],
            "organisation_count": organisations.total,
            "agreements": agreements.qs[:MOST_AGREEMENTS] if found["total"] else [],
            "agreement_count": found["total"],
            "events": events.qs[:MOST_EVENTS],
            "event_count": events.without().count(),
            "urls": {
                name: f"{reverse(f'directory:{name}')}?{table}={key}"
                for name in ("organisations", "agreements", "events", "map", "network", "timeline")
            },
            "map": maps.draw(found, links),
            "links": links,
            "directions": direction_totals(found, links),
            "total": found["total"],
            "crossed_table": crossed,
            "crossed": crossings(crossed, found, per_key, links),
        },
    )


def crossings(table, found, organisations, links):
    """The sectors of a region, or the continents of a sector, with what each holds: rows of
    `(key, organisations, its list, agreements, its list)`, those of most first."""
    counts = found["sector" if table == "sector" else "continent"]
    keys = vocabulary()["sector"] if table == "sector" else CONTINENTS
    choice = links.query.urlencode()
    rows = [
        (
            key,
            organisations.get(key, 0),
            f"{reverse('directory:organisations')}?{choice}&{table}={key}",
            counts.get(key, 0),
            links.to(sector=key) if table == "sector" else links.to(place=key),
        )
        for key in keys
        if organisations.get(key) or counts.get(key)
    ]
    return sorted(rows, key=lambda row: (-row[1] - row[3], row[0]))[:MOST_CROSSED]


def around(entry):
    """The regions that hold this one whole, the widest first; not the world."""
    countries = set(entry.countries)
    found = [
        other
        for other in vocabulary()["region"].values()
        if other.key not in (entry.key, WORLD) and countries and countries < set(other.countries)
    ]
    return sorted(found, key=lambda other: -len(other.countries))


def within(entry):
    """The regions within this one."""
    countries = set(entry.countries)
    return [
        other
        for other in vocabulary()["region"].values()
        if other.key != entry.key and other.countries and set(other.countries) < countries
    ]
