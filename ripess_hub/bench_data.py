"""Invented organisations and agreements for the bench: the same ones in every run."""

WORDS = [
    "cooperativa",
    "solidaria",
    "comercio",
    "justo",
    "finanzas",
    "mutual",
    "agricultura",
    "mujeres",
    "andina",
    "sahel",
    "norte",
    "sur",
    "red",
    "union",
    "federacion",
    "alianza",
    "territorio",
    "vivienda",
    "energia",
    "saberes",
    "feria",
    "artesana",
    "pesca",
    "cafe",
    "cacao",
]
PICK = "(ARRAY[" + ",".join(f"'{word}'" for word in WORDS) + f"])[1 + floor(random() * {len(WORDS)})::int]"
TEXT = f"{PICK} || ' ' || {PICK} || ' ' || {PICK}"

# Each sits in a city of the catalogue; one in eight has no known seat.
ORGANISATIONS = f"""
    WITH seat AS (
        SELECT row_number() OVER (ORDER BY seat_key) - 1 AS place, count(*) OVER () AS total,
               country_id, city, latitude, longitude
          FROM (SELECT DISTINCT ON (seat_key) seat_key, country_id, city, latitude, longitude
                  FROM directory_organisation WHERE seat_key IS NOT NULL AND country_id IS NOT NULL
                 ORDER BY seat_key) AS one
    )
    INSERT INTO directory_organisation (slug, publication, name, name_es, name_fr, name_en,
        acronym, acronym_es, acronym_fr, acronym_en, names_translated, aliases,
        description, description_es, description_fr, description_en, kind_id, scope_id,
        country_id, city, latitude, longitude, website, status, sources, note, created_at, updated_at,
        place_keys, sector_keys, name_keys, names_text, context_es, context_fr, context_en)
    SELECT 'bench-' || n, 'published', t.es, t.es, t.es || ' fr', t.es || ' en',
        'B' || n, 'B' || n, 'B' || n, 'B' || n, '{{}}', '{{}}', t.long, t.long, t.long, t.long,
        (SELECT key FROM directory_organisationkind OFFSET n %% 11 LIMIT 1),
        (SELECT key FROM directory_scope OFFSET n %% 5 LIMIT 1),
        s.country_id, s.city, CASE WHEN n %% 8 > 0 THEN s.latitude END, CASE WHEN n %% 8 > 0 THEN s.longitude END,
        '', 'active', '{{}}', '', now(), now(), '{{}}', '{{}}', '{{}}', '', '', '', ''
    FROM generate_series(1, %(count)s) AS n
    JOIN seat AS s ON s.place = (n * 7) %% s.total,
         LATERAL (SELECT initcap({TEXT} || ' ' || n) AS es,
                         {TEXT} || ' ' || {TEXT} || ' ' || {PICK} || ' ' || n AS long) AS t
"""
ORGANISATION_SECTORS = """
    INSERT INTO directory_organisation_sectors (organisation_id, sector_id)
    SELECT o.id, s.key FROM directory_organisation AS o
      JOIN LATERAL (SELECT key FROM directory_sector OFFSET o.id % 23 LIMIT 2) AS s ON true
     WHERE o.slug LIKE 'bench-%'
"""

AGREEMENTS = f"""
    INSERT INTO directory_agreement (slug, publication, title, title_es, title_fr, title_en,
        official_title, official_title_es, official_title_fr, official_title_en,
        description, description_es, description_fr, description_en, kind_id, status_id,
        start_year, end_year, illustrative, sources, note, created_at, updated_at, place_keys, sector_keys,
        seat_keys, seat_countries, unseated, context_es, context_fr, context_en)
    SELECT 'bench-' || n, 'published', t.es, t.es, t.es || ' fr', t.es || ' en', '', '', '', '',
        t.long, t.long, t.long, t.long,
        (SELECT key FROM directory_agreementkind OFFSET n %% 10 LIMIT 1),
        (SELECT key FROM directory_agreementstatus OFFSET n %% 4 LIMIT 1),
        CASE WHEN n %% 9 > 0 THEN 1980 + n %% 46 END, CASE WHEN n %% 3 = 0 THEN 1984 + n %% 46 END,
        false, '{{}}', '', now(), now(), '{{}}', '{{}}', '{{}}', '{{}}', 0, '', '', ''
    FROM generate_series(1, %(count)s) AS n,
         LATERAL (SELECT initcap({TEXT} || ' ' || n) AS es, {TEXT} || ' ' || {TEXT} AS long) AS t
"""
# Two to six parties, mostly two; every third choice falls on a few organisations.
PARTIES = """
    WITH made AS MATERIALIZED (SELECT count(*) AS n FROM directory_organisation WHERE slug LIKE 'bench-%')
    INSERT INTO directory_agreementparty (agreement_id, organisation_id, name, role, position)
    SELECT DISTINCT ON (a.id, o.id) a.id, o.id, '', '', k
      FROM directory_agreement AS a
      CROSS JOIN made
      CROSS JOIN LATERAL generate_series(1, (ARRAY[2, 2, 2, 3, 3, 4, 6])[1 + a.id % 7]) AS k
      JOIN directory_organisation AS o ON o.slug = 'bench-' ||
           1 + (a.id * 7919 + k * 104729) % CASE WHEN (a.id + k) % 3 = 0 THEN 100 ELSE made.n END
     WHERE a.slug LIKE 'bench-%'
"""
AGREEMENT_SECTORS = """
    INSERT INTO directory_agreement_sectors (agreement_id, sector_id)
    SELECT a.id, s.key FROM directory_agreement AS a
      JOIN LATERAL (SELECT key FROM directory_sector OFFSET a.id % 23 LIMIT 1 + a.id % 3) AS s ON true
     WHERE a.slug LIKE 'bench-%'
"""


TABLES = (
    "directory_organisation",
    "directory_organisation_sectors",
    "directory_agreement",
    "directory_agreementparty",
    "directory_agreement_sectors",
)


def generate(organisations, agreements):
    """Insert that many into the database of the bench; agreements tie the organisations inserted before."""
    from django.db import connection

    steps = []
    if organisations:
        steps += [(ORGANISATIONS, {"count": organisations}), (ORGANISATION_SECTORS, None)]
    if agreements:
        steps += [(AGREEMENTS, {"count": agreements}), (PARTIES, None), (AGREEMENT_SECTORS, None)]
    with connection.cursor() as cursor:
        # Neither derived row by row nor written into the history, which would take minutes.
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("SELECT setseed(0.5)")
        for step, parameters in (*steps, ("SELECT hub_derive_all()", None)):
            cursor.execute(step, parameters)
            # Without figures of the rows just made the planner takes minutes where seconds do.
            cursor.execute("ANALYZE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE")
