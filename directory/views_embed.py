"""Frames for partner sites, and the page that says how to use them."""

from urllib.parse import urlencode

from csp.decorators import csp_update
from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from directory import facets, maps
from directory.embedding import THEMES, embeddable
from directory.filters import AgreementFilter, OrganisationFilter, agreements_counted
from directory.links import Links
from directory.models import Agreement, Organisation
from directory.pagination import paginate
from directory.views import PARTIES
from directory.views_explorer import direction_totals, heading
from directory.vocabulary import vocabulary

ROWS = 10


@embeddable
def agreements(request):
    filterset = AgreementFilter(request.GET, Agreement.objects.published().rows().prefetch_related(PARTIES))
    context = paginate(request, filterset.qs, ROWS)
    return framed(request, filterset, "agreements", heading(context["page_obj"].paginator.count), context)


@embeddable
def organisations(request):
    filterset = OrganisationFilter(request.GET, agreements_counted(Organisation.objects.published().rows()))
    context = paginate(request, filterset.qs, ROWS)
    total = context["page_obj"].paginator.count
    title = ngettext("%(count)s organisation", "%(count)s organisations", total) % {"count": total}
    return framed(request, filterset, "organisations", title, context)


@embeddable
def embedded_map(request):
    filterset = AgreementFilter(request.GET, Agreement.objects.published())
    found = filterset.ask("total", "direction", parts=maps.PARTS, rows=maps.QUERIES)
    links = Links(request.GET)
    context = {
        "map": maps.draw(found, links),
        "links": links,
        "total": found["total"],
        "directions": direction_totals(found, links),
    }
    return framed(request, filterset, "map", heading(found["total"]), context)


def framed(request, filterset, name, title, context):
    """The frame of a page: what it shows, the choice in words, and the way to the page itself."""
    spec = facets.ORGANISATION_FACETS if name == "organisations" else facets.AGREEMENT_FACETS
    query = request.GET.copy()
    for one in ("theme", "page"):
        query.pop(one, None)
    whole = reverse(f"directory:{name}") + (f"?{query.urlencode()}" if query else "")
    context |= {
        "heading": title,
        "chosen": [chip["label"] for chip in facets.chips(filterset, spec, request.GET)],
        "whole": whole,
    }
    return render(request, f"embed/{name}.html", context)


FRAMES = {
    "map": ("embed_map", 620),
    "agreements": ("embed_agreements", 760),
    "organisations": ("embed_organisations", 760),
}


@csp_update({"frame-src": ["'self'"]})
@require_safe
def embed(request):
    """Choose a frame, see it, copy it."""
    tables = vocabulary()
    chosen = {
        "what": request.GET.get("what") if request.GET.get("what") in FRAMES else "map",
        "region": request.GET.get("region") if request.GET.get("region") in tables["region"] else "",
        "sector": request.GET.get("sector") if request.GET.get("sector") in tables["sector"] else "",
        "theme": request.GET.get("theme") if request.GET.get("theme") in THEMES else "",
    }
    name, height = FRAMES[chosen["what"]]
    query = urlencode({key: value for key, value in chosen.items() if value and key != "what"})
    choice = urlencode({key: chosen[key] for key in ("region", "sector") if chosen[key]})
    address = reverse(f"directory:{name}") + (f"?{query}" if query else "")
    page = "organisations" if chosen["what"] == "organisations" else "agreements"
    whole = reverse(f"directory:{page}") + (f"?{choice}" if choice else "")
    picture = reverse("directory:map_picture") + (f"?{choice}" if choice else "")
    regions = [entry for entry in tables["region"].values() if entry.type != "world"]
    return render(
        request,
        "embed/embed.html",
        {
            "chosen": chosen,
            "frames": [
                ("map", _("Map of the agreements")),
                ("agreements", _("List of agreements")),
                ("organisations", _("List of organisations")),
            ],
            "regions": regions,
            "sectors": list(tables["sector"].values()),
            "address": address,
            "height": height,
            "origin": settings.PUBLIC_ORIGIN,
            "whole": whole,
            "picture": picture,
        },
    )
