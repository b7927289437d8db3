"""The network around one organisation: its partners in a first ring, theirs in a second."""

import json
from dataclasses import dataclass, field
from math import atan2, cos, pi, sin

from babel.lists import format_list
from django.db import connection
from django.db.models import Count
from django.urls import reverse

from directory.api_parts import best_name
from directory.lettering import Labels
from directory.models import Agreement, Organisation
from directory.network import node_of, shortened, spoken
from directory.text import best_text, locale

# How many stand in each ring of the small figure on an organisation's page and of its own page.
SMALL, LARGE = (14, 10), (28, 24)
FRAME = (-500, -270, 500, 270)
# What a phone shows of it, and how large the fewer letters are there.
PHONE, PHONE_SIZE = (-424, -270, 424, 270), 27

AROUND = """
    -- Looked up by organisation and by agreement, never read whole.
    WITH public AS NOT MATERIALIZED (
        SELECT p.agreement_id AS id, p.organisation_id AS o, coalesce(a.direction, 'unclassified') AS direction
          FROM directory_agreementparty AS p
          JOIN directory_agreement AS a ON a.id = p.agreement_id AND a.publication = 'published'
          JOIN directory_organisation AS x ON x.id = p.organisation_id AND x.publication = 'published'
    ), near AS MATERIALIZED (
        SELECT b.o, count(*) AS n, mode() WITHIN GROUP (ORDER BY a.direction) AS direction
          FROM public AS a JOIN public AS b ON b.id = a.id AND b.o <> a.o
         WHERE a.o = %(centre)s GROUP BY 1
    ), first AS MATERIALIZED (
        SELECT * FROM near ORDER BY n DESC, o LIMIT %(first)s
    ), tie AS MATERIALIZED (
        SELECT a.o AS a, b.o AS b, count(*) AS n
          FROM public AS a JOIN public AS b ON b.id = a.id AND b.o <> a.o
         WHERE a.o IN (SELECT o FROM first) AND b.o <> %(centre)s GROUP BY 1, 2
    ), second AS MATERIALIZED (
        SELECT b AS o, count(*) AS n FROM tie WHERE b NOT IN (SELECT o FROM near)
         GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(second)s
    ), shown AS (
        SELECT o, n, direction, 1 AS ring FROM first UNION ALL SELECT o, n, NULL, 2 FROM second
    )
    SELECT jsonb_build_object(
        'nodes', (SELECT coalesce(jsonb_agg(r), '[]') FROM (
            SELECT s.ring, s.n, s.direction, x.id, x.slug, x.scope_id, x.kind_id, x.country_id, x.place_keys,
                   x.name_es, x.name_fr, x.name_en, x.acronym_es, x.acronym_fr, x.acronym_en
              FROM shown AS s JOIN directory_organisation AS x ON x.id = s.o) AS r),
        'ties', (SELECT coalesce(jsonb_agg(r), '[]') FROM (
            SELECT a, b FROM tie WHERE b IN (SELECT o FROM second) OR (b IN (SELECT o FROM first) AND a < b)) AS r),
        'partners', (SELECT count(*) FROM near),
        'beyond', (SELECT count(DISTINCT b.o) FROM public AS a JOIN public AS b ON b.id = a.id
                    WHERE a.o IN (SELECT o FROM near) AND b.o <> %(centre)s
                      AND b.o NOT IN (SELECT o FROM near)))::text
"""


def partners(organisation):
    """Every partner of an organisation with the agreements they share, those of most first."""
    shared = Agreement.objects.published().filter(parties__organisation=organisation)
    return (
        Organisation.objects.published()
        .named()
        .exclude(pk=organisation.pk)
        .filter(agreements__in=shared)
        .annotate(shared=Count("agreements"))
        .order_by("-shared", "slug")
    )


@dataclass
class Ring:
    """An organisation on one of the rings."""

    key: str
    name: str
    short: str
    ring: int
    count: int
    direction: str
    x: float
    y: float
    label: tuple = None
    phone_label: tuple = None
    # Of the second ring: the partners through whom it is reached.
    through: list = field(default_factory=list)

    @property
    def through_names(self):
        names = sorted((near.short for near in self.through), key=str.casefold)
        return format_list(names, locale=locale())

    @property
    def radius(self):
        return 8 if self.ring == 1 else 5

    @property
    def spoken(self):
        return spoken(self.short, self.name)

    @property
    def url(self):
        return reverse("directory:organisation", args=[self.key])


@dataclass
class Around:
    """Two rings of organisations; `partners` and `beyond` count all of each, drawn or not."""

    nodes: list
    ties: list
    partners: int
    beyond: int
    size: float

    @property
    def first(self):
        return [node for node in self.nodes if node.ring == 1]

    @property
    def second(self):
        return sorted(
            (node for node in self.nodes if node.ring == 2), key=lambda node: (-len(node.through), node.name)
        )

    @property
    def step(self):
        """The class that sets its letters in `size`."""
        return {15: " dense", 21: " large"}.get(self.size, "")


def around(organisation, sizes=SMALL):
    """Draw the network around an organisation; None when it has no partner in the directory."""
    with connection.cursor() as cursor:
        cursor.execute(AROUND, {"centre": organisation.pk, "first": sizes[0], "second": sizes[1]})
        found = json.loads(cursor.fetchone()[0])
    if not found["nodes"]:
        return None
    rows = {row["id"]: row for row in found["nodes"]}
    position = places(rows, found["ties"])
    # On an organisation's page the figure is small, so its letters are large.
    size = 21 if sizes is SMALL else 17 if len(rows) < 19 else 15
    nodes = {
        key: Ring(
            row["slug"],
            best_name(row),
            shortened(node_of(row).short, 150, size),
            row["ring"],
            row["n"],
            row["direction"] or "",
            *position[key],
        )  # fmt: skip
        for key, row in rows.items()
    }
    ties = [(nodes[tie["a"]], nodes[tie["b"]]) for tie in found["ties"]]
    for near, far in ties:
        if far.ring == 2:
            far.through.append(near)
    name(nodes.values(), size, best_text(organisation, "acronym")[0])
    return Around(list(nodes.values()), ties, found["partners"], found["beyond"], size)


def name(nodes, size, centre):
    """Give labels to those that have room for one: everybody by turns, and the first ring on a phone."""
    ranked = sorted(nodes, key=lambda node: (node.ring, -node.count, node.key))
    wide, narrow = Labels(FRAME, size, gap=4), Labels(PHONE, PHONE_SIZE)
    # A name that ends at another's dot reads as the name of that one: they keep apart where there is room.
    apart = 3.5 if len(ranked) <= sum(SMALL) else 1
    for labels, room in ((wide, apart), (narrow, 1)):
        labels.block(0, 0, 16)
        for node in ranked:
            labels.block(node.x, node.y, node.radius + room)
        labels.take(centre, 0, 38, "middle")
    for node in ranked:
        node.label = wide.place(node.short, node.x, node.y, node.radius + 1, node.x < 0)
        if node.ring == 1:
            node.phone_label = narrow.place(node.short, node.x, node.y, node.radius + 1, node.x < 0)


def places(rows, ties):
    """Where each stands: partners on an ellipse by geography, theirs outside near those they are tied
    to. Nothing is random, so the picture stays between visits and languages."""
    near = sorted((key for key in rows if rows[key]["ring"] == 1), key=lambda key: node_of(rows[key]).order)
    far = [key for key in rows if rows[key]["ring"] == 2]
    wide = 1 if len(near) < 12 else 1.25
    angle = {key: (n + 0.5) / len(near) * 2 * pi - pi / 2 for n, key in enumerate(near)}
    made = {key: (round(205 * wide * cos(a)), round(118 * wide * sin(a))) for key, a in angle.items()}
    of = {key: [tie["a"] for tie in ties if tie["b"] == key and tie["a"] in angle] for key in far}

    def mean(key):
        return atan2(sum(sin(angle[n]) for n in of[key]), sum(cos(angle[n]) for n in of[key]))

    far.sort(key=lambda key: (mean(key), key))
    for n, key in enumerate(far):
        turn = mean(far[0]) + n / len(far) * 2 * pi
        made[key] = round(410 * cos(turn)), round(232 * sin(turn))
    return made
