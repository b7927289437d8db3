"""The explorer: the agreements as map, matrix and list, as places, network and timeline, all of the same
choice."""

from types import SimpleNamespace
from urllib.parse import urlencode

from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory import api, ego_network, facets, maps, matrix, network, timeline
from directory.api_parts import best_name
from directory.filters import AgreementFilter, EventFilter
from directory.formats.pages import in_formats
from directory.links import Links
from directory.models import Agreement, Event, Organisation
from directory.models.places import CONTINENTS
from directory.pagination import paginate
from directory.views import PARTIES, listing
from directory.vocabulary import vocabulary

# The filters of agreements that events have as well.
ALSO_OF_EVENTS = ("region", "sector")


@in_formats(api.AgreementViewSet, subscriptions=("feed",))
def agreements(request):
    base = Agreement.objects.published()
    filterset = AgreementFilter(request.GET, base.rows().prefetch_related(PARTIES))
    kind = request.GET.get("matrix")
    kind = kind if kind in matrix.NAMES else "sectors"
    found = filterset.ask_all(*matrix.NAMES[kind], "direction", parts=maps.PARTS, rows=maps.QUERIES)
    context = listing(request, filterset, facets.AGREEMENT_FACETS, total=found["total"])
    links = Links(request.GET)
    context |= {
        "heading": heading(found["total"]),
        "map": maps.draw(found, links),
        "links": links,
        "view": "agreements",
        "directions": direction_totals(found, links),
        "matrix": matrix.continent_matrix(found, links)
        if kind == "continents"
        else matrix.sector_matrix(found, links, filterset.chosen("sector")),
        "matrices": [(name, name == kind, links.switch("matrix", name, "matrix")) for name in matrix.NAMES],
    }
    return render(request, "directory/agreements.html", context)


def heading(total):
    return ngettext("%(count)s agreement", "%(count)s agreements", total) % {"count": total}


def chosen(request, view):
    """The context every page of the explorer shares: the choice, in words and links."""
    filterset = AgreementFilter(request.GET, Agreement.objects.published())
    spec = facets.AGREEMENT_FACETS
    return filterset, {
        "view": view,
        "q": filterset.chosen("q") or "",
        "words": filterset.words,
        "links": Links(request.GET),
        "chips": facets.chips(filterset, spec, request.GET),
        "unknown_values": facets.unknown_values(filterset, spec),
        "clear_url": "?",
    }


def direction_totals(found, links):
    """One row a direction that occurs, in the order of the vocabulary, each a link to its list."""
    keys = [key for key in vocabulary()["direction"] if found["direction"].get(key)]
    keys += [key for key in found["direction"] if key not in keys]
    return [{"key": key, "count": found["direction"][key], "url": links.to(direction=key)} for key in keys]


def whole_map(request):
    """The map in full, with every place as a row of a table and every party that has no seat."""
    filterset, context = chosen(request, "map")
    links = context["links"]
    found = filterset.ask("total", "direction", parts=maps.PARTS, rows=maps.WHOLE)
    drawn = maps.draw(found, links, size=12.5)
    context |= paginate(request, drawn.places, size=40)
    context |= {
        "heading": heading(found["total"]),
        "total": found["total"],
        "map": drawn,
        "inset": maps.inset(drawn),
        "directions": direction_totals(found, links),
        "unseated": [
            {**row, "name": best_name(row), "url": links.to(party=row["slug"])} for row in found["unseated"]
        ],
        "unseated_count": found["unseated"][0]["organisations"] if found["unseated"] else 0,
        "outside": [SimpleNamespace(**row) for row in found["outside"]],
        "outside_count": found["outside"][0]["names"] if found["outside"] else 0,
    }
    return render(request, "directory/map.html", context)


def whole_network(request):
    """The whole field as a circle, the same as a table, and who bridges continents."""
    filterset, context = chosen(request, "network")
    links = context["links"]
    found = filterset.ask("total", parts=network.PARTS, rows=network.QUERIES)
    drawn = network.circle(found)
    ranked = sorted(drawn.nodes, key=lambda node: (-node.count, -node.partners, node.name))
    context |= paginate(request, ranked, size=30)
    context |= {
        "heading": heading(found["total"]),
        "total": found["total"],
        "field": drawn,
        "legend": [key for key in vocabulary()["direction"] if key in {path[0] for path in drawn.paths}],
        "rows": [(node, links.to(party=node.key)) for node in context["page_obj"]],
        "seats": [(node, links.to(party=node.key)) for node in drawn.nodes],
        # The network around an organisation is of all agreements: of a choice no page lists the partners.
        "whole": not links.choice,
        "bridges": [
            {
                **row,
                "name": best_name(row),
                "continents": [key for key in CONTINENTS if key in row["continents"]],
                "url": links.to(party=row["slug"]),
            }
            for row in found["bridges"]
        ],
    }
    return render(request, "directory/network.html", context)


def organisation_network(request, slug):
    """The network around one organisation, in two rings and as a table."""
    record = Organisation.objects.published().named().filter(slug=slug).first()
    if record is None:
        if other := Organisation.objects.standing_for(slug):
            return redirect("directory:organisation_network", other.slug, permanent=True)
        raise Http404(_("There is no such page."))
    partners = ego_network.partners(record)
    return render(
        request,
        "directory/organisation_network.html",
        {
            "organisation": record,
            "around": ego_network.around(record, ego_network.LARGE),
            "links": Links(QueryDict()),
            **paginate(request, partners, size=40),
        },
    )


def timeline_page(request):
    """Agreements and events by year, what is in force in each, and renewals as chains."""
    filterset, context = chosen(request, "timeline")
    links = context["links"]
    found = filterset.ask("total", rows=timeline.ROWS)
    choice = {name: request.GET.getlist(name) for name in ALSO_OF_EVENTS}
    events = EventFilter(QueryDict(urlencode(choice, doseq=True)), Event.objects.published())

    def events_url(year):
        query = urlencode({**choice, "year": year}, doseq=True)
        return f"{reverse('directory:events')}?{query}"

    rows = timeline.years(found, events.without(), links, events_url)
    renewing = Agreement.objects.exclude(supersedes=None).order_by()
    in_chains = renewing.values("pk").union(renewing.values("supersedes"))
    renewals = filterset.without().filter(pk__in=in_chains)
    context |= {
        "heading": heading(found["total"]),
        "total": found["total"],
        "rows": [row for row in reversed(rows) if row.begun or row.events or row.in_force],
        "chart": timeline.chart(rows),
        "undated": found["undated"][0]["n"] if found["undated"] else 0,
        "undated_url": links.to(year="unknown"),
        "chains": timeline.chains(*renewals.order_by("pk").values_list("pk", flat=True)[:500])[
            : timeline.MOST_CHAINS
        ],
    }
    return render(request, "directory/timeline.html", context)
