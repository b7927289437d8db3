"""Agreements and events by year, who is in force in each, and renewals as chains."""

from dataclasses import dataclass, field
from itertools import accumulate

from django.db import connection
from django.db.models import Count

from directory.models import Agreement

# An agreement is in force from its first year to the last one known: the rule of `LAST_YEAR`.
ROWS = {
    "begun": "SELECT start_year AS year, count(*) AS n FROM matched WHERE start_year IS NOT NULL GROUP BY 1",
    "changes": "SELECT year, sum(n) AS n FROM ("
    "SELECT start_year AS year, count(*) AS n FROM matched WHERE start_year IS NOT NULL GROUP BY 1 UNION ALL "
    "SELECT last_year + 1, -count(*) FROM matched WHERE start_year IS NOT NULL GROUP BY 1) AS t GROUP BY 1",
    "undated": "SELECT count(*) AS n FROM matched WHERE start_year IS NULL",
    "present": "SELECT extract(year FROM hub_now() AT TIME ZONE 'UTC')::int AS year",
}
# The frame of the chart, in pixels.
WIDTH, HEIGHT, FOOT = 1120, 300, 26


@dataclass
class Year:
    year: int
    begun: int = 0
    in_force: int = 0
    events: int = 0
    urls: dict = field(default_factory=dict)


def years(found, events, links, events_url):
    """One row a year from the first in which anything happened to the last, each figure with its list."""
    begun = {row["year"]: row["n"] for row in found["begun"]}
    held = dict(events.order_by().values_list("year").annotate(n=Count("pk")))
    if not found["present"] or not (begun or held):
        return []
    last = max([*begun, *held, found["present"][0]["year"]])
    span = range(min([*begun, *held]), last + 1)
    changes = {row["year"]: row["n"] for row in found["changes"]}
    in_force = accumulate(changes.get(year, 0) for year in span)
    made = []
    for year, running in zip(span, in_force, strict=True):
        one = Year(year, begun.get(year, 0), running, held.get(year, 0))
        if one.begun:
            one.urls["begun"] = links.to(year=year)
        if one.in_force:
            one.urls["in_force"] = links.to(status="in_force", year=year)
        if one.events:
            one.urls["events"] = events_url(year)
        made.append(one)
    return made


@dataclass
class Bar:
    year: Year
    x: float
    width: float
    begun: float
    events: float

    @property
    def begun_top(self):
        return round(HEIGHT - FOOT - self.begun, 1)

    @property
    def events_top(self):
        return round(HEIGHT - FOOT - self.events, 1)

    @property
    def events_x(self):
        return round(self.x + self.width * 1.1, 1)


@dataclass
class Chart:
    """Bars of what began, from the foot up, and of events beside them; a line of what is in force.
    Both have a scale of their own, since far more are in force than begin."""

    bars: list
    line: str
    ticks: list
    levels: list
    most: int
    most_in_force: int


def chart(rows):
    """Lay out the rows as a chart; None when there is nothing to draw."""
    if not rows:
        return None
    step = WIDTH / len(rows)
    most = max(max(row.begun, row.events) for row in rows) or 1
    peak = max(row.in_force for row in rows) or 1
    foot = HEIGHT - FOOT

    def height(count, top):
        return round(count / top * (foot - 24), 1)

    bars = [
        Bar(row, round(n * step, 1), round(step * 0.38, 1), height(row.begun, most), height(row.events, most))
        for n, row in enumerate(rows)
    ]
    points = [f"{(n + 0.5) * step:.1f} {foot - height(row.in_force, peak):.1f}" for n, row in enumerate(rows)]
    every, apart = (5, 10) if len(rows) > 12 else (1, 2 if len(rows) > 9 else 1)
    # Where letters are large a year between others leaves its room to them.
    ticks = [
        (round((n + 0.5) * step, 1), row.year, bool(row.year % apart))
        for n, row in enumerate(rows)
        if row.year % every == 0
    ]
    return Chart(bars, "M" + "L".join(points), ticks, [foot - height(k, 2) for k in (1, 2)], most, peak)


LINKED = """
    WITH RECURSIVE renewal AS (
        SELECT a.id, a.supersedes_id AS before FROM directory_agreement AS a
          JOIN directory_agreement AS b ON b.id = a.supersedes_id
         WHERE a.publication = 'published' AND b.publication = 'published'
    ), linked(id) AS (
        SELECT unnest(%s::bigint[])
        UNION
        SELECT CASE WHEN r.id = l.id THEN r.before ELSE r.id END
          FROM linked AS l JOIN renewal AS r ON l.id IN (r.id, r.before)
    )
    SELECT id, before FROM renewal WHERE id IN (SELECT id FROM linked) OR before IN (SELECT id FROM linked)
"""
MOST_CHAINS = 60


def chains(*pks):
    """Every chain of renewals that one of these agreements belongs to: lists of published agreements,
    the first one first. An agreement that two others renew is followed by both, in order of years."""
    with connection.cursor() as cursor:
        cursor.execute(LINKED, [list(pks)])
        before = dict(cursor.fetchall())
    if not before:
        return []
    records = Agreement.objects.published().rows().in_bulk({*before, *before.values()})

    def place(pk):
        """The beginning of its chain, and how far from there; a circle begins with its lowest number."""
        seen = []
        while pk not in seen:
            seen.append(pk)
            pk = before.get(pk, pk)
        return min(seen[seen.index(pk) :]), len(seen)

    gathered = {}
    for pk, record in records.items():
        first, distance = place(pk)
        gathered.setdefault(first, []).append((distance, record.start_year or 0, record.slug, record))
    made = [
        [entry[-1] for entry in sorted(chain, key=lambda entry: entry[:3])] for chain in gathered.values()
    ]
    return sorted(made, key=lambda chain: (-len(chain), chain[0].start_year or 0, chain[0].slug))
