"""The explorer: the agreements as map, matrix and list, all of the same choice."""

from django.shortcuts import render
from django.utils.translation import ngettext

from directory import api, facets, maps, matrix
from directory.filters import AgreementFilter
from directory.formats.pages import in_formats
from directory.links import Links
from directory.models import Agreement
from directory.views import PARTIES, listing
from directory.vocabulary import vocabulary


@in_formats(api.AgreementViewSet, subscriptions=("feed",))
def agreements(request):
    base = Agreement.objects.published()
    filterset = AgreementFilter(request.GET, base.rows().prefetch_related(PARTIES))
    kind = request.GET.get("matrix")
    kind = kind if kind in matrix.NAMES else "sectors"
    found = filterset.ask_all(*matrix.NAMES[kind], "direction", parts=maps.PARTS, rows=maps.QUERIES)
    context = listing(request, filterset, facets.AGREEMENT_FACETS, total=found["total"])
    context["heading"] = ngettext("%(count)s agreement", "%(count)s agreements", context["total"]) % {
        "count": context["total"]
    }
    links = Links(request.GET)
    context |= {
        "map": maps.draw(found, links, size=14),
        "links": links,
        "directions": direction_totals(found, links),
        "matrix": matrix.continent_matrix(found, links)
        if kind == "continents"
        else matrix.sector_matrix(found, links, filterset.chosen("sector")),
        "matrices": [(name, name == kind, links.switch("matrix", name, "matrix")) for name in matrix.NAMES],
    }
    return render(request, "directory/agreements.html", context)


def direction_totals(found, links):
    """One row a direction that occurs, in the order of the vocabulary, each a link to its list."""
    keys = [key for key in vocabulary()["direction"] if found["direction"].get(key)]
    keys += [key for key in found["direction"] if key not in keys]
    return [{"key": key, "count": found["direction"][key], "url": links.to(direction=key)} for key in keys]
