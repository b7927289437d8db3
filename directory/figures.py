"""Figures drawn on the server: arcs between seats on a world map, and the matrix of continents and
sectors. Every figure stands beside a list or table that says the same."""

from dataclasses import dataclass
from itertools import pairwise
from math import asin, cos, hypot, radians, sin, sqrt

from django.db.models import Count, F

from directory.filters import Unnest
from directory.models import AgreementParty, Publication
from directory.models.places import CONTINENTS
from directory.vocabulary import vocabulary

# Equal Earth, Šavrič, Patterson & Jenny (2018), doi:10.1080/13658816.2018.1504949.
A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796
# The frame of static/hub/world.svg: central meridian (degrees), scale and origin (pixels).
CENTRAL_MERIDIAN = 11.0
SCALE, ORIGIN_X, ORIGIN_Y = 191.662725, 477.927406, 254.201977


def equal_earth(latitude, longitude):
    """Project degrees to pixels of the world map."""
    turn = radians((longitude - CENTRAL_MERIDIAN + 540) % 360 - 180)
    t = asin(sqrt(3) / 2 * sin(radians(latitude)))
    t2 = t * t
    t6 = t2**3
    x = turn * cos(t) / (sqrt(3) / 2 * (A1 + 3 * A2 * t2 + t6 * (7 * A3 + 9 * A4 * t2)))
    y = t * (A1 + A2 * t2 + t6 * (A3 + A4 * t2))
    return round(ORIGIN_X + SCALE * x, 1), round(ORIGIN_Y - SCALE * y, 1)


def arc_path(start, end, bow=0.22, limit=95):
    """A curve between two seats that bows north; a small loop within one city."""
    (x1, y1), (x2, y2) = start, end
    distance = hypot(x2 - x1, y2 - y1)
    if distance < 1:
        return f"M{x1} {y1}c-9 -16 9 -16 0 0"
    nx, ny = (y2 - y1) / distance, -(x2 - x1) / distance
    if ny > 0:
        nx, ny = -nx, -ny
    height = min(distance * bow, limit)
    middle = (x1 + x2) / 2 + nx * height, (y1 + y2) / 2 + ny * height
    return f"M{x1} {y1}Q{middle[0]:.1f} {middle[1]:.1f} {x2} {y2}"


@dataclass
class Arc:
    path: str
    direction: str
    count: int


def arcs(agreements):
    """Return the map of these agreements: arcs, seats, counts.

    An agreement of several parties is drawn as a chain through its seats in the order of its
    parties; equal arcs are drawn once. Parties without a seat are not drawn: `unplaced` counts the
    agreements that therefore have no arc.
    """
    rows = (
        AgreementParty.objects.filter(
            agreement__in=agreements.order_by().values("pk"),
            organisation__latitude__isnull=False,
            organisation__publication=Publication.PUBLISHED,
        )
        .order_by("agreement", "position", "pk")
        .values_list(
            "agreement",
            "agreement__direction",
            "organisation__latitude",
            "organisation__longitude",
            "organisation__city",
        )
    )
    chains, seats = {}, {}
    for pk, direction, latitude, longitude, city in rows:
        point = equal_earth(latitude, longitude)
        chains.setdefault((pk, direction), []).append(point)
        seats[point] = city
    bundles = {}
    for (_pk, direction), points in chains.items():
        for pair in pairwise(points):
            key = (*sorted(pair), direction)
            bundles[key] = bundles.get(key, 0) + 1
    order = ("global", "unclassified", "north_north", "south_north", "south_south")
    drawn = sorted(bundles.items(), key=lambda item: order.index(item[0][2]) if item[0][2] in order else 0)
    with_arc = sum(1 for points in chains.values() if len(points) > 1)
    return {
        "arcs": [Arc(arc_path(a, b), direction, n) for (a, b, direction), n in drawn],
        "seats": sorted(seats),
        "drawn": with_arc,
    }


def direction_totals(agreements):
    """`[(key, count)]` in the order of the vocabulary; what has none counts as unclassified."""
    found = dict(agreements.order_by().values_list("direction").annotate(n=Count("pk")))
    found["unclassified"] = found.get("unclassified", 0) + found.pop(None, 0)
    return [(key, found[key]) for key in vocabulary()["direction"] if found.get(key)]


@dataclass
class Cell:
    count: int
    heat: int
    url: str


def matrix(agreements, query):
    """Agreements by sector and continent. One that touches several cells counts in each; what lies on
    no continent is counted in the last column, so that nothing is dropped."""
    rows = (
        agreements.order_by()
        .annotate(sector_key=Unnest(F("sector_keys")))
        .values_list("pk", "sector_key", "place_keys")
    )
    continents = [key for key in CONTINENTS if key in vocabulary()["region"]]
    counts = {}
    for _pk, sector, places in rows:
        touched = [key for key in continents if key in places] or [""]
        for continent in touched:
            counts[sector, continent] = counts.get((sector, continent), 0) + 1
    top = max(counts.values(), default=0)
    base = query.copy()
    for name in ("page", "region", "sector"):
        base.pop(name, None)

    def cell(sector, continent):
        count = counts.get((sector, continent), 0)
        address = base.copy()
        address["sector"] = sector
        if continent:
            address["region"] = continent
        return Cell(count, heat(count, top), f"?{address.urlencode()}#results" if continent else "")

    sectors = [key for key in vocabulary()["sector"] if any(s == key for s, _c in counts)]
    return {
        "continents": continents,
        "unclassified": any(continent == "" for _s, continent in counts),
        "rows": [
            {
                "sector": key,
                "cells": [cell(key, continent) for continent in continents],
                "unclassified": counts.get((key, ""), 0),
            }
            for key in sectors
        ],
    }


def heat(count, top):
    """0 to 5: a CSS class, never a style attribute."""
    return min(5, -(-count * 5 // top)) if count else 0
