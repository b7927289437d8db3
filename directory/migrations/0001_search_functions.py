from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

FUNCTIONS = r"""
-- How names are compared: lower case, without accents. Immutable, so it may stand in an index and a
-- generated column; the dictionary is named because `unaccent(text)` depends on the search path.
CREATE FUNCTION hub_sort(text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT lower(public.unaccent('public.unaccent'::regdictionary, $1)) $$;

-- The one clock of deadlines. Tests replace it; nothing else reads the time for a deadline.
CREATE FUNCTION hub_now() RETURNS timestamptz
    LANGUAGE sql VOLATILE PARALLEL SAFE
    AS $$ SELECT clock_timestamp() $$;

CREATE TEXT SEARCH CONFIGURATION hub_es (COPY = pg_catalog.spanish);
ALTER TEXT SEARCH CONFIGURATION hub_es
    ALTER MAPPING FOR hword, hword_part, word WITH public.unaccent, spanish_stem;
CREATE TEXT SEARCH CONFIGURATION hub_fr (COPY = pg_catalog.french);
ALTER TEXT SEARCH CONFIGURATION hub_fr
    ALTER MAPPING FOR hword, hword_part, word WITH public.unaccent, french_stem;
CREATE TEXT SEARCH CONFIGURATION hub_en (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION hub_en
    ALTER MAPPING FOR hword, hword_part, word WITH public.unaccent, english_stem;
"""

REVERSE = """
DROP TEXT SEARCH CONFIGURATION hub_es;
DROP TEXT SEARCH CONFIGURATION hub_fr;
DROP TEXT SEARCH CONFIGURATION hub_en;
DROP FUNCTION hub_now();
DROP FUNCTION hub_sort(text);
"""


class Migration(migrations.Migration):
    initial = True

    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        migrations.RunSQL(FUNCTIONS, REVERSE),
    ]
