"""The map and the matrix as SVG files to take away, with their source and licence within.

Colours are attributes: a file has no style sheet, and our policy allows none within it.
"""

import re
from functools import cache
from pathlib import Path
from textwrap import wrap

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directory import facets, maps, matrix
from directory.filters import AgreementFilter
from directory.lettering import width
from directory.links import Links, with_query
from directory.models import Agreement
from directory.text import day
from directory.views_explorer import direction_totals, heading
from directory.vocabulary import label

# How lines and cells look on paper, whatever the reader's colours.
LINES = {
    "south_south": ("#b26a00", "1.9", ""),
    "south_north": ("#2b389a", "1.4", "7 4"),
    "north_north": ("#6f7599", "1.4", "1.5 4.5"),
    "global": ("#9aa0c0", "1.2", ""),
    "unclassified": ("#9aa0c0", "1.2", "1 7"),
}
HEAT = {
    0: ("#f3f4fa", "#4a5073"),
    1: ("#dfe3f6", "#14183a"),
    2: ("#b9c2ec", "#14183a"),
    3: ("#8290dc", "#0b0e26"),
    4: ("#4655b8", "#ffffff"),
    5: ("#232d80", "#ffffff"),
}
WIDE = 960


@cache
def land():
    """The outline of the world, as path data."""
    source = Path(finders.find("hub/world.svg")).read_text(encoding="utf-8")
    return re.search(r'<path d="([^"]+)"', source).group(1)


def source_of(request, filterset, title, total):
    """What every picture says of itself: title, choice, source, licence, day."""
    if not total:
        raise Http404(_("Nothing fits all these filters"))
    chips = facets.chips(filterset, facets.AGREEMENT_FACETS, request.GET)
    page = request.path.rsplit("/", 1)[0] + "/"
    address = settings.PUBLIC_ORIGIN + with_query(page, Links(request.GET).choice)
    return {
        "title": title,
        "subtitle": lines(
            wrap(" · ".join([heading(total), *(chip["label"] for chip in chips)]), 110)[:2], 60
        ),
        "address": address,
        "licence": settings.DATA_LICENCE,
        "today": timezone.now().date(),
        "credit": [
            *wrap(_("Source: SSE Collaborations, coordinated by RIPESS, %(url)s") % {"url": address}, 130)[
                :3
            ],
            _("Licence: %(url)s") % {"url": settings.DATA_LICENCE} + f" · {day(timezone.now().date())}",
        ],
    }


def lines(texts, y, step=16):
    """`[(y, text)]`: lines of text, one below the other."""
    return [(y + n * step, text) for n, text in enumerate(texts)]


def picture(request, template, name, context):
    response = render(request, template, context, content_type="image/svg+xml; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{name}.svg"'
    return response


@require_safe
def map_picture(request):
    """The map of the choice as an SVG file."""
    filterset = AgreementFilter(request.GET, Agreement.objects.published())
    found = filterset.ask("total", "direction", parts=maps.PARTS, rows=maps.QUERIES)
    context = source_of(request, filterset, _("Map of the cooperation agreements"), found["total"])
    drawn = maps.draw(found, size=12.5)
    totals = direction_totals(found, Links(request.GET))
    step = WIDE / max(len(totals), 4)
    context |= {
        "notes": lines(context["credit"], 598),
        "land": land(),
        "places": drawn.places,
        "arcs": [(arc, *line(arc.direction, arc.weight)) for arc in drawn.arcs],
        "legend": [(round(20 + n * step), row, *line(row["key"], 1)) for n, row in enumerate(totals)],
    }
    return picture(request, "pictures/map.svg", "map", context)


def line(direction, weight):
    """Colour, breadth and dashes of an arc."""
    colour, breadth, dashes = LINES.get(direction, LINES["unclassified"])
    return colour, f"{float(breadth) * (1, 1.7, 2.4, 3.2)[weight - 1]:.1f}", dashes


@require_safe
def matrix_picture(request):
    """The matrix of the choice as an SVG file, by `?matrix=` that of sectors or of continents."""
    filterset = AgreementFilter(request.GET, Agreement.objects.published())
    kind = request.GET.get("matrix")
    kind = kind if kind in matrix.NAMES else "sectors"
    found = filterset.ask(*matrix.NAMES[kind])
    links = Links(request.GET)
    if kind == "continents":
        made = matrix.continent_matrix(found, links)
        title = _("Agreements by pair of continents")
    else:
        made = matrix.sector_matrix(found, links, filterset.chosen("sector"))
        title = _("Agreements by sector and continent")
    context = source_of(request, filterset, title, found["total"])
    context |= laid_out(made)
    rule = wrap(
        _(
            "Each total counts an agreement once; one of several sectors or continents stands in several cells."
        ),
        120,
    )
    context["notes"] = lines([*rule, *context["credit"]], context["foot"])
    context["high"] = context["notes"][-1][0] + 20
    return picture(request, "pictures/matrix.svg", "matrix", context)


def laid_out(made, first=310, cell=(80, 30), top=150):
    """The matrix in pixels: texts and cells."""
    wide, high = cell
    none = {"sectors": _("Without sector"), "continents": _("On no continent")}[made.kind]
    table = {"sectors": "sector", "continents": "region"}[made.kind]
    texts, cells = [], []

    def centre(column):
        return first + column * wide + wide / 2

    columns = [label("region", key) if key else _("On no continent") for key in made.columns] + [_("Total")]
    for n, name in enumerate(columns):
        lines = wrap(name, 12)
        for k, words in enumerate(lines):
            texts.append((centre(n), top - 8 - (len(lines) - 1 - k) * 14, words, "middle", 600, 12))
    y = top
    rows = [(label(table, row.key) if row.key else none, row.cells, row.total) for row in made.rows]
    for name, row_cells, total in [*rows, (_("Total"), made.totals, made.total)]:
        texts.append((first - 12, y + high / 2 + 4.5, cut(name, first - 60), "end", 600, 13))
        for n, one in enumerate(row_cells):
            inner = name != _("Total")
            fill, ink = HEAT[one.heat] if inner else ("none", HEAT[0][1])
            if inner:
                cells.append((first + n * wide + 1.5, y + 1.5, wide - 3, high - 3, fill))
            colour = ink if one.count or not inner else HEAT[0][1]
            texts.append((centre(n), y + high / 2 + 4.5, str(one.count), "middle", 600, 13, colour))
        texts.append((centre(len(columns) - 1), y + high / 2 + 4.5, str(total.count), "middle", 700, 13))
        y += high
    return {
        "texts": texts,
        "cells": cells,
        "wide": round(first + len(columns) * wide + 20),
        "foot": y + 30,
    }


def cut(text, most):
    while width(text, 13) > most:
        text = text[:-2].rstrip(" …") + "…"
    return text
