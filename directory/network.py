"""The network of agreements: who is a party to something together with whom.

Two organisations are tied when an agreement has both as parties; a tie counts the agreements they
share. The whole field is drawn as a circle whose places follow from geography alone (continent,
subregion, country, name), so the picture stays the same when an agreement is added; around one
organisation its partners stand in a first ring and theirs in a second.
"""

import re
from dataclasses import dataclass, field
from math import cos, degrees, pi, sin, sqrt
from textwrap import wrap

from django.utils.translation import gettext as _

from directory.api_parts import best_name
from directory.lettering import width
from directory.text import language
from directory.vocabulary import label, reading_order, vocabulary

# Organisations drawn at most: those with most agreements.
MOST = 150
# Who is drawn follows from agreements with two parties of the directory at least; what is said of them
# counts all that they have in the choice, and everybody with whom they have one.
PARTS = (
    """
    member AS MATERIALIZED (
        SELECT m.id, coalesce(m.direction, 'unclassified') AS direction, m.continent_keys, p.organisation_id AS o
          FROM matched AS m
          JOIN directory_agreementparty AS p ON p.agreement_id = m.id
          JOIN directory_organisation AS o ON o.id = p.organisation_id
         WHERE o.publication = 'published'
    )""",
    """
    tied AS MATERIALIZED (
        SELECT o, count(*) AS n FROM member
         WHERE id IN (SELECT id FROM member GROUP BY id HAVING count(*) > 1) GROUP BY 1
    )""",
    f"""
    node AS MATERIALIZED (SELECT o FROM tied ORDER BY n DESC, o LIMIT {MOST})""",
    """
    total AS MATERIALIZED (SELECT o, count(*) AS n FROM member GROUP BY 1)""",
    """
    partner AS MATERIALIZED (
        SELECT a.o, count(DISTINCT b.o) AS n FROM member AS a JOIN member AS b ON b.id = a.id AND b.o <> a.o
         WHERE a.o IN (SELECT o FROM node) GROUP BY 1
    )""",
)
NODES = """
    SELECT total.n, partner.n AS partners, o.id, o.slug, o.scope_id, o.kind_id, o.country_id, o.place_keys, o.sector_keys,
           o.name_es, o.name_fr, o.name_en, o.acronym_es, o.acronym_fr, o.acronym_en
      FROM node JOIN total USING (o) JOIN partner USING (o) JOIN directory_organisation AS o ON o.id = node.o
"""
TIES = """
    SELECT a.o AS a, b.o AS b, count(*) AS n, mode() WITHIN GROUP (ORDER BY a.direction) AS direction
      FROM member AS a JOIN member AS b ON b.id = a.id AND b.o > a.o
     WHERE a.o IN (SELECT o FROM node) AND b.o IN (SELECT o FROM node)
     GROUP BY 1, 2
"""
SIZE = "SELECT count(*) AS organisations FROM tied"
# The organisations whose agreements reach most continents.
MOST_BRIDGES = 12
BRIDGES = f"""
    SELECT total.n AS agreements, t.continents, o.slug, o.name_es, o.name_fr, o.name_en,
           o.acronym_es, o.acronym_fr, o.acronym_en
      FROM (SELECT o, array_agg(DISTINCT c) AS continents
              FROM member, LATERAL unnest(continent_keys) AS c GROUP BY 1) AS t
      JOIN total USING (o) JOIN directory_organisation AS o ON o.id = t.o
     WHERE cardinality(t.continents) > 1
     ORDER BY cardinality(t.continents) DESC, total.n DESC, o.slug LIMIT {MOST_BRIDGES}
"""
QUERIES = {"nodes": NODES, "ties": TIES, "size": SIZE, "bridges": BRIDGES}

# Clockwise from the left, as on a map; bodies of the whole world stand at the bottom.
CIRCLE = ("m49-419", "m49-021", "m49-150", "m49-142", "m49-009", "m49-002", "")
RADIUS, LABEL, GAP = 330, 11.5, 3.2
LONGEST = 112


@dataclass
class Node:
    key: str
    name: str
    short: str
    continent: str
    count: int
    order: tuple
    partners: int = 0
    x: float = 0
    y: float = 0
    angle: float = 0
    label: str = ""

    @property
    def spoken(self):
        return spoken(self.short, self.name)

    @property
    def radius(self):
        return round(min(2.2 + sqrt(self.count) * 0.75, 8), 1)

    @property
    def flipped(self):
        """Whether it stands on the left, where its label is turned about so as not to be upside down."""
        return 90 < degrees(self.angle) % 360 < 270

    @property
    def turn(self):
        return round(degrees(self.angle) % 360 - (180 if self.flipped else 0), 1)

    @property
    def reach(self):
        """How far along the turned line its dot stands, left of the middle below zero."""
        return -RADIUS if self.flipped else RADIUS

    @property
    def label_at(self):
        return self.reach + (-12 if self.flipped else 12)


@dataclass
class Segment:
    key: str
    path: str
    lines: list
    x: float
    y: float
    anchor: str


@dataclass
class Field:
    """The whole field: nodes on a circle, ties as paths by direction and breadth."""

    nodes: list
    paths: list
    segments: list
    organisations: int
    ties: int
    groups: list = field(default_factory=list)


def spoken(short, name):
    """The name of a link that shows `short`: whoever speaks to the browser says what stands there."""
    shown = re.escape(short.rstrip("…"))
    return name if re.search(rf"(?<!\w){shown}(?!\w)", name, re.IGNORECASE) else f"{short}, {name}"


def text_of(row, name):
    return next((row[f"{name}_{code}"] for code in reading_order(language()) if row[f"{name}_{code}"]), "")


def node_of(row):
    """A node, with its continent and its place in the order of geography."""
    countries, regions = vocabulary()["country"], vocabulary()["region"]
    placeless = row["scope_id"] == "global" or row["kind_id"] == "international_agency"
    continents = [key for key in CIRCLE if key in row["place_keys"] and not placeless]
    # The narrowest region comes last in the order of the vocabulary.
    order = [n for n, key in enumerate(regions) if key in row["place_keys"]]
    country = countries[row["country_id"]].label if row["country_id"] in countries else ""
    name = best_name(row)
    return Node(
        row["slug"], name, text_of(row, "acronym") or name, continents[0] if continents else "", row["n"],
        (order, country, row["slug"]), row.get("partners", 0),
    )  # fmt: skip


def shortened(text, most, size):
    """The text, cut to `most` pixels, between words if it can be."""
    if width(text, size, 500) <= most:
        return text
    cut = text
    while cut and width(cut + "…", size, 500) > most:
        cut = cut[:-1]
    words = cut if text[len(cut)].isspace() else cut.rpartition(" ")[0] or cut
    return words.rstrip(" ,.-(–:;&") + "…"


def circle(found):
    """Lay the whole field out on a circle."""
    import networkx  # only pages of the network need it, and it takes a fifth of a second to load

    nodes = {row["id"]: node_of(row) for row in found["nodes"]}
    graph = networkx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((tie["a"], tie["b"]) for tie in found["ties"])
    groups = sorted(networkx.connected_components(graph), key=len, reverse=True)
    parts = [
        [key, sorted((n for n in nodes.values() if n.continent == key), key=lambda n: n.order)]
        for key in CIRCLE
    ]
    parts = [part for part in parts if part[1]]
    step = 2 * pi / (len(nodes) + GAP * len(parts) or 1)
    turn, segments = -pi * 1.12, []
    for key, members in parts:
        start = turn
        for node in members:
            turn += step
            node.angle = turn - step / 2
            node.x, node.y = round(RADIUS * cos(node.angle)), round(RADIUS * sin(node.angle))
            node.label = shortened(node.short, LONGEST, LABEL)
        segments.append((key, start, turn))
        turn += GAP * step
    return Field(
        list(nodes.values()),
        bundles(found["ties"], nodes),
        [segment(*one, nodes.values()) for one in segments],
        found["size"][0]["organisations"] if found["size"] else 0,
        len(found["ties"]),
        [len(group) for group in groups],
    )


def segment(key, start, end, nodes):
    """The arc of a continent inside the circle, and the place of its name beyond the labels there."""
    inner = RADIUS - 12
    x1, y1, x2, y2 = (round(inner * f(a)) for a in (start, end) for f in (cos, sin))
    middle = (start + end) / 2
    beside = [node for node in nodes if cos(node.angle - middle) > 0.94]
    reach = RADIUS + 46 + max(width(node.label, LABEL, 500) for node in beside or nodes)
    anchor = "middle" if abs(cos(middle)) < 0.35 else "start" if cos(middle) > 0 else "end"
    large = int(end - start > pi)
    return Segment(
        key,
        f"M{x1} {y1}A{inner} {inner} 0 {large} 1 {x2} {y2}",
        wrap(label("region", key) if key else _("Whole world"), 14),
        round(reach * cos(middle)),
        round(reach * sin(middle)),
        anchor,
    )


def bundles(ties, nodes, inward=0.28):
    """The ties as one path for each direction and breadth: `[(direction, breadth, path)]`."""
    paths = {}
    for tie in sorted(ties, key=lambda tie: tie["n"]):
        a, b = nodes[tie["a"]], nodes[tie["b"]]
        bend = round((a.x + b.x) / 2 * inward), round((a.y + b.y) / 2 * inward)
        breadth = 1 + sum(tie["n"] >= least for least in (2, 4, 8))
        piece = f"M{a.x} {a.y}Q{bend[0]} {bend[1]} {b.x} {b.y}"
        paths.setdefault((tie["direction"], breadth), []).append(piece)
    order = ("unclassified", "global", "north_north", "south_north", "south_south")
    rank = {key: n for n, key in enumerate(order)}
    return [
        (direction, breadth, "".join(pieces))
        for (direction, breadth), pieces in sorted(
            paths.items(), key=lambda item: (rank.get(item[0][0], -1), item[0][1])
        )
    ]
