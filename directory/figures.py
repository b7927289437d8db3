"""What the figures of the explorer count, all of them in one statement over the agreements that match.

The statement takes the list's own query as its first part, so a figure counts what the list shows. The
counting is PostgreSQL's: a page about twenty thousand agreements reads a few hundred numbers.
"""

import hashlib
import json

from django.core.cache import caches
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper

from directory.models.agreements import LAST_YEAR, Today, in_force_on
from directory.vocabulary import page_day, page_version

MATCHED = (
    "id", "direction", "kind_id", "status_id", "start_year", "sector_keys", "continent_keys", "place_keys",
    "seat_keys", "seat_countries", "unseated",
)  # fmt: skip

# `alike` and `cells` count what is alike, so that arrays are taken apart a few hundred times and not
# once an agreement.
SHARED = """
    alike AS MATERIALIZED (
        SELECT coalesce(direction, 'unclassified') AS direction, sector_keys, continent_keys, count(*) AS n
          FROM matched GROUP BY 1, 2, 3
    ),
    cells AS MATERIALIZED (
        SELECT sector_keys, continent_keys, sum(n) AS n FROM alike GROUP BY 1, 2
    )"""


def each(column):
    """The keys of an array column, one a row; the empty key where it has none."""
    return f"LATERAL unnest(CASE WHEN {column} = '{{}}' THEN ARRAY[''] ELSE {column} END)"


NUMBERS = {
    "total": "SELECT coalesce(sum(n), 0) FROM alike",
    "in_force": "SELECT count(*) FROM matched WHERE in_force",
}
COUNTS = {
    "direction": "SELECT direction, sum(n) FROM alike GROUP BY 1",
    "sector": f"SELECT s, sum(n) FROM cells, {each('sector_keys')} AS s GROUP BY 1",
    "continent": f"SELECT c, sum(n) FROM cells, {each('continent_keys')} AS c GROUP BY 1",
    "region": "SELECT r, sum(n) FROM (SELECT place_keys, count(*) AS n FROM matched GROUP BY 1) AS t,"
    " LATERAL unnest(place_keys) AS r GROUP BY 1",
    "kind": "SELECT kind_id, count(*) FROM matched GROUP BY 1",
    "status": "SELECT status_id, count(*) FROM matched GROUP BY 1",
}
# The matrices. In that of pairs, an agreement on one continent alone counts on the diagonal.
PAIRS = {
    "sector_continent": f"SELECT s, c, sum(n) FROM cells, {each('sector_keys')} AS s,"
    f" {each('continent_keys')} AS c GROUP BY 1, 2",
    "continent_pair": "SELECT a, b, sum(n) FROM cells, LATERAL unnest(continent_keys) AS a,"
    " LATERAL unnest(continent_keys) AS b WHERE a <> b OR cardinality(continent_keys) = 1 GROUP BY 1, 2",
}


def ask(agreements, *names, in_force=None, parts=(), rows=None):
    """Return what the figures `names` say of these agreements: a number, or a dictionary from a key, or
    a pair of keys, to a number. `in_force` is the condition of being so, today if not told. `rows` adds
    queries of one's own, `{name: SELECT}`, each returned as dictionaries; they may read `matched` and
    the further `parts` of the statement."""
    rows = rows or {}
    in_force = in_force or in_force_on(Today())
    try:
        matched, parameters = (
            agreements.order_by()
            .annotate(in_force=ExpressionWrapper(in_force, output_field=BooleanField()))
            .annotate(last_year=LAST_YEAR)
            .values(*MATCHED, "in_force", "last_year")
            .query.sql_with_params()
        )
    except EmptyResultSet:
        return {name: 0 if name in NUMBERS else [] if name in rows else {} for name in (*names, *rows)}
    fields = [f"'{name}', ({NUMBERS[name]})" for name in names if name in NUMBERS]
    for name in (*names, *rows):
        if query := COUNTS.get(name):
            query = f"SELECT * FROM ({query}) AS t(a, n)"
        elif query := PAIRS.get(name):
            query = f"SELECT * FROM ({query}) AS t(a, b, n)"
        elif name in rows:
            query = rows[name]
        else:
            continue
        fields.append(f"'{name}', (SELECT coalesce(jsonb_agg(r), '[]') FROM ({query}) AS r)")
    statement = (
        f"WITH matched AS MATERIALIZED ({matched}), {', '.join((SHARED, *parts))} "
        f"SELECT jsonb_build_object({', '.join(fields)})::text"
    )
    found = json.loads(answer(statement, parameters))
    for name in names:
        if name in COUNTS:
            found[name] = {row["a"]: row["n"] for row in found[name]}
        elif name in PAIRS:
            found[name] = {(row["a"], row["b"]): row["n"] for row in found[name]}
    return found


def answer(statement, parameters):
    """What the database answers, in JSON, about published records: asked once for each choice while
    nothing published changes and the day lasts. Of 20,000 agreements the answer takes 150 ms, and map,
    matrix and facets of one choice need the same one at every order, page and language."""
    asked = repr((page_version(), page_day(), statement, parameters))
    key = hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()
    known = caches["figures"].get(key)
    if known is None:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            known = cursor.fetchone()[0]
        caches["figures"].set(key, known)
    return known
