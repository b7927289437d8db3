"""The map of agreements: arcs from seat to seat on the Equal Earth projection, drawn on the server.

The rule, which the page prints: an agreement joins the places where its parties sit. Two places of one
agreement are joined by an arc, three by three arcs, and so on, so that an arc stands for exactly the
agreements that have a party at both its ends. Arcs between the same places and of the same direction
are one arc with a count. When an answer joins more than `MOST` pairs of cities, arcs join countries.
"""

from dataclasses import dataclass, field, replace
from itertools import groupby
from math import asin, cos, hypot, radians, sin, sqrt

from directory.cities import city_name
from directory.figures import ask
from directory.lettering import Labels
from directory.vocabulary import label

# Equal Earth, Šavrič, Patterson & Jenny (2018), doi:10.1080/13658816.2018.1504949.
A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796
# The frame of static/hub/world.svg: central meridian (degrees), scale and origin (pixels).
CENTRAL_MERIDIAN = 11.0
SCALE, ORIGIN_X, ORIGIN_Y = 191.662725, 477.927406, 254.201977
FRAME = (40, 10, 960, 450)
# Pairs of places an answer may join before its arcs join countries; arcs drawn at most.
MOST = 300
# Drawn in this order: what the movement looks for comes to lie on top.
DIRECTIONS = ("unclassified", "global", "north_north", "south_north", "south_south")


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
    """A curve between two places that bows north, and its middle."""
    (x1, y1), (x2, y2) = start, end
    distance = hypot(x2 - x1, y2 - y1) or 1
    nx, ny = (y2 - y1) / distance, -(x2 - x1) / distance
    if ny > 0:
        nx, ny = -nx, -ny
    height = min(distance * bow, limit * bow / 0.22)
    x, y = (x1 + x2) / 2 + nx * height, (y1 + y2) / 2 + ny * height
    return f"M{x1:.0f} {y1:.0f}Q{x:.0f} {y:.0f} {x2:.0f} {y2:.0f}", (
        (x1 + x2) / 4 + x / 2,
        (y1 + y2) / 4 + y / 2,
    )


PARTS = (
    # Agreements that sit in the same places, and whether there are few enough of them to show cities.
    """
    seated AS MATERIALIZED (
        SELECT coalesce(direction, 'unclassified') AS direction, seat_keys, seat_countries,
               count(*) AS n, sum(unseated) AS unseated
          FROM matched GROUP BY 1, 2, 3
    )""",
    f"""
    level AS MATERIALIZED (
        SELECT count(DISTINCT seat_keys) <= {MOST} AS cities FROM seated WHERE cardinality(seat_keys) > 1
    )""",
    """
    located AS MATERIALIZED (
        SELECT direction, places, sum(n) AS n FROM (
            SELECT direction, n,
                   CASE WHEN (SELECT cities FROM level) THEN seat_keys ELSE seat_countries END AS places
              FROM seated) AS t
         GROUP BY 1, 2
    )""",
    """
    arcs AS MATERIALIZED (
        SELECT a, b, direction, sum(n) AS n
          FROM located, LATERAL unnest(places) AS a, LATERAL unnest(places) AS b
         WHERE a < b GROUP BY 1, 2, 3
    )""",
    """
    joins AS MATERIALIZED (
        SELECT a, b, sum(n) AS n, jsonb_object_agg(direction, n) AS directions FROM arcs GROUP BY 1, 2
    )""",
)
# A country stands where most of its organisations sit.
PLACES = """
    SELECT p.place AS key, p.n, o.city, o.country_id AS country, o.latitude, o.longitude
      FROM (SELECT place, sum(n) AS n FROM located, LATERAL unnest(places) AS place GROUP BY 1) AS p
      JOIN (
        SELECT DISTINCT ON (place) place, seat_key FROM (
            SELECT CASE WHEN (SELECT cities FROM level) THEN seat_key ELSE left(seat_key, 2) END AS place,
                   seat_key, count(*) AS n
              FROM directory_organisation
             WHERE publication = 'published' AND seat_key IS NOT NULL GROUP BY 1, 2) AS t
         ORDER BY place, n DESC, seat_key) AS s ON s.place = p.place
      JOIN LATERAL (
        SELECT city, country_id, latitude, longitude FROM directory_organisation
         WHERE publication = 'published' AND seat_key = s.seat_key ORDER BY id LIMIT 1) AS o ON true
     ORDER BY p.n DESC, p.place
"""
JOINS = f"SELECT * FROM joins ORDER BY n DESC, a, b LIMIT {MOST}"
# Agreements by the number of places their parties sit in.
SPREAD = """
    SELECT (SELECT count(*) FROM joins) AS joins, (SELECT cities FROM level) AS cities,
           coalesce(sum(n) FILTER (WHERE cardinality(places) > 1), 0) AS joining,
           coalesce(sum(n) FILTER (WHERE cardinality(places) = 1), 0) AS in_one_place,
           coalesce(sum(n) FILTER (WHERE cardinality(places) = 0), 0) AS nowhere,
           (SELECT coalesce(sum(unseated), 0) FROM seated) AS unseated
      FROM located
"""


# With whom each place is joined, the busiest first: the map as a table.
MOST_NEIGHBOURS = 12
NEIGHBOURS = f"""
    SELECT place AS key, count(*) AS joins,
           (array_agg(other ORDER BY n DESC, other))[1:{MOST_NEIGHBOURS}] AS others,
           (array_agg(n ORDER BY n DESC, other))[1:{MOST_NEIGHBOURS}] AS counts
      FROM (SELECT a AS place, b AS other, n FROM joins UNION ALL SELECT b, a, n FROM joins) AS t
     GROUP BY 1
"""
# Parties without a seat: organisations of the directory, bodies outside it.
MOST_UNSEATED = 300
UNSEATED = f"""
    SELECT o.slug, o.publication, o.scope_id, o.name_es, o.name_fr, o.name_en, t.n,
           count(*) OVER () AS organisations
      FROM (SELECT p.organisation_id, count(*) AS n
              FROM matched AS m JOIN directory_agreementparty AS p ON p.agreement_id = m.id
             WHERE p.organisation_id IS NOT NULL GROUP BY 1) AS t
      JOIN directory_organisation AS o ON o.id = t.organisation_id
     WHERE o.seat_key IS NULL OR o.publication <> 'published'
     ORDER BY t.n DESC, o.slug LIMIT {MOST_UNSEATED}
"""
OUTSIDE = f"""
    SELECT p.name_es, p.name_fr, p.name_en, count(*) AS n, count(*) OVER () AS names
      FROM matched AS m JOIN directory_agreementparty AS p ON p.agreement_id = m.id
     WHERE p.organisation_id IS NULL
     GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT {MOST_UNSEATED}
"""


@dataclass
class Place:
    key: str
    name: str
    country: str
    x: float
    y: float
    count: int
    url: str = ""
    label: tuple = None
    neighbours: list = field(default_factory=list)
    joins: int = 0
    map_url: str = ""

    @property
    def more(self):
        """The places it is joined with that its row does not name."""
        return self.joins - len(self.neighbours)

    @property
    def full_name(self):
        return ", ".join(filter(None, (self.name, self.country)))

    @property
    def radius(self):
        """The area of a dot grows with its count, within bounds."""
        return round(min(3.2 + sqrt(self.count) * 0.55, 8), 1)


@dataclass
class Arc:
    path: str
    direction: str
    count: int
    ends: tuple
    middle: tuple
    links: object = None
    label: tuple = None

    @property
    def url(self):
        """The list of its agreements; most pages bundle arcs, and ask for none."""
        places = [end.key for end in self.ends]
        return self.links.to(between=places, direction=self.direction) if self.links else ""

    @property
    def weight(self):
        """1 to 4: a CSS class for the breadth of the line."""
        return 1 + sum(self.count >= least for least in (2, 4, 8))


@dataclass
class Drawing:
    """Places and the arcs between them, those on top last."""

    places: list
    arcs: list

    @property
    def bundles(self):
        """The arcs as one path for each direction and breadth: `[(direction, breadth, path)]`. A page of
        a hundred arcs weighs a kilobyte less so, compressed."""
        return [
            (direction, weight, "".join(arc.path for arc in arcs))
            for (direction, weight), arcs in groupby(self.arcs, lambda arc: (arc.direction, arc.weight))
        ]


@dataclass
class Map(Drawing):
    """`joining` agreements join two places or more, others sit `in_one_place` or `nowhere`; `unseated`
    counts the parties without a seat, each agreement's anew."""

    total: int
    joins: int = 0
    joining: int = 0
    in_one_place: int = 0
    nowhere: int = 0
    unseated: int = 0
    cities: bool = True


QUERIES = {"places": PLACES, "joins": JOINS, "spread": SPREAD}
WHOLE = {**QUERIES, "neighbours": NEIGHBOURS, "unseated": UNSEATED, "outside": OUTSIDE}


def draw(found, links=None, size=14):
    """Return the map of what `ask(…, "total", parts=PARTS, rows=QUERIES)` found, its labels placed; with
    `links` places and arcs lead to the lists of their agreements."""
    spread = found["spread"][0] if found["spread"] else {}
    places = {}
    for row in found["places"]:
        x, y = equal_earth(row["latitude"], row["longitude"])
        country = label("country", row["country"])
        city = city_name(row["city"], row["country"])
        name, of = (city, country) if spread["cities"] and city else (country, "")
        url = links.to(between=[row["key"]]) if links else ""
        places[row["key"]] = Place(row["key"], name, of, x, y, row["n"], url)
    for row in found.get("neighbours", ()):
        here = places[row["key"]]
        here.joins, here.map_url = row["joins"], links.page("map", between=[here.key])
        here.neighbours = [
            (places[other], count, links.to(between=[here.key, other]))
            for other, count in zip(row["others"], row["counts"], strict=True)
        ]
    drawn = []
    for join in found["joins"]:
        ends = places[join["a"]], places[join["b"]]
        for step, direction in enumerate(sorted(join["directions"], key=rank)):
            path, middle = arc_path(*((end.x, end.y) for end in ends), bow=0.22 + step * 0.07)
            drawn.append(Arc(path, direction, join["directions"][direction], ends, middle, links))
    drawn.sort(key=lambda arc: (rank(arc.direction), arc.count))
    write_labels(list(places.values()), drawn, size)
    return Map(list(places.values()), drawn, found["total"], **spread)


@dataclass
class Inset(Drawing):
    """A part of the map drawn larger, with labels of its own: where many seats lie close together."""

    size: tuple
    source: tuple


EUROPE = (432, 62, 96, 60)


def inset(drawn, source=EUROPE, *, least=8, wide=768, size=14):
    """Draw the part `source` (x, y, width, height) of a map `wide` pixels wide; None when it holds fewer
    than `least` places."""
    x, y, width, height = source
    scale = wide / width

    def inside(place):
        return x < place.x < x + width and y < place.y < y + height

    places = [
        replace(place, x=round((place.x - x) * scale, 1), y=round((place.y - y) * scale, 1), label=None)
        for place in drawn.places
        if inside(place)
    ]
    if len(places) < least:
        return None
    at = {place.key: place for place in places}
    arcs = []
    for arc in drawn.arcs:
        if arc.ends[0].key in at and arc.ends[1].key in at:
            ends = at[arc.ends[0].key], at[arc.ends[1].key]
            path, middle = arc_path(*((end.x, end.y) for end in ends), limit=wide / 12)
            arcs.append(replace(arc, path=path, middle=middle, ends=ends, label=None))
    frame = (2, 2, wide - 2, round(height * scale) - 2)
    write_labels(places, arcs, size, frame=frame, far=6)
    return Inset(places, arcs, (wide, round(height * scale)), source)


def around_places(drawn, least=170):
    """The part of the map that holds all places of `drawn`, in the proportions of the whole; the whole
    where they lie far apart."""
    left, top, right, bottom = FRAME
    xs, ys = [place.x for place in drawn.places], [place.y for place in drawn.places]
    wide = max((max(xs) - min(xs)) * 1.5, (max(ys) - min(ys)) * 1.7 * (right - left) / (bottom - top), least)
    if wide > (right - left) * 0.8:
        return left, top, right - left, bottom - top
    high = wide * (bottom - top) / (right - left)
    x = min(max((min(xs) + max(xs) - wide) / 2, left), right - wide)
    y = min(max((min(ys) + max(ys) - high) / 2, top), bottom - high)
    return round(x, 1), round(y, 1), round(wide, 1), round(high, 1)


def close_up(agreements, size=14):
    """The map of a few agreements, as near as their places allow."""
    drawn = map_of(agreements)
    if len(drawn.places) < 2:
        return None
    return inset(drawn, around_places(drawn), least=1, wide=920, size=size)


def rank(direction):
    return DIRECTIONS.index(direction) if direction in DIRECTIONS else -1


def write_labels(places, arcs, size, most=60, frame=FRAME, far=0):
    """Name the places that count most, as far as there is room, the first `far` of them at the end of a
    line if need be; then number the arcs of several."""
    labels = Labels(frame, size)
    for place in places:
        labels.block(place.x, place.y, place.radius)
    for rank, place in enumerate(places[:most]):
        place.label = labels.place(place.name, place.x, place.y, place.radius, far=rank < far)
    numbers = sorted((arc for arc in arcs if arc.count > 1), key=lambda arc: -arc.count)
    for arc in numbers[:most]:
        arc.label = labels.number(arc.count, *arc.middle)


def map_of(agreements):
    """The map of these agreements alone, as on the home page."""
    found = ask(agreements, "total", parts=PARTS, rows=QUERIES)
    return draw(found)
