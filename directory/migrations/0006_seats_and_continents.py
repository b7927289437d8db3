"""The seat of an organisation, the seats and continents of an agreement: columns to filter and count by.

The derivation is written anew in sets: it reads the parties of all agreements once, not once for each,
and leaves alone what has not changed. Of 20,000 agreements it had taken more than ten minutes.
"""

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import F

import directory.models.agreements
import directory.models.organisations

# Generated columns are computed anew on restore, with an empty search path: names say their schema.
FUNCTIONS = r"""
CREATE FUNCTION hub_continents_in(places text[]) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT ARRAY(SELECT key FROM unnest(public.hub_continents()) AS key WHERE key = ANY(places)) $$;

-- `CH-geneva`. A city whose name has no Latin letter is named by a hash; XX is no country.
CREATE FUNCTION hub_seat(country text, city text, latitude float8) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT CASE WHEN latitude IS NOT NULL THEN
        coalesce(country, 'XX') || '-' || CASE WHEN city = '' THEN 'unnamed' ELSE coalesce(
            nullif(btrim(regexp_replace(public.hub_sort(city), '[^a-z0-9]+', '-', 'g'), '-'), ''),
            left(md5(city), 8)) END
    END
    $$;
"""

DERIVED = r"""
CREATE FUNCTION hub_write_organisations(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    WITH fresh AS (
        SELECT o.id,
            hub_places(array_remove(ARRAY[o.country_id::text], NULL), g.keys) AS places,
            coalesce(s.keys, '{}') AS sectors,
            n.keys AS names,
            concat_ws(' ', array_to_string(o.aliases, ' '), o.city, c.label_es, k.label_es, s.es) AS es,
            concat_ws(' ', array_to_string(o.aliases, ' '), o.city, c.label_fr, k.label_fr, s.fr) AS fr,
            concat_ws(' ', array_to_string(o.aliases, ' '), o.city, c.label_en, k.label_en, s.en) AS en
          FROM directory_organisation o
          JOIN directory_organisationkind k ON k.key = o.kind_id
          LEFT JOIN directory_country c ON c.key = o.country_id
          LEFT JOIN LATERAL (
            SELECT array_agg(x.key::text ORDER BY x.position, x.key) AS keys, string_agg(x.label_es, ' ') AS es,
                   string_agg(x.label_fr, ' ') AS fr, string_agg(x.label_en, ' ') AS en
              FROM directory_organisation_sectors t JOIN directory_sector x ON x.key = t.sector_id
             WHERE t.organisation_id = o.id) s ON true
          LEFT JOIN LATERAL (
            SELECT array_agg(t.region_id::text) AS keys
              FROM directory_organisation_regions t WHERE t.organisation_id = o.id) g ON true
          LEFT JOIN LATERAL (
            SELECT array_agg(DISTINCT hub_sort(x)) AS keys
              FROM unnest(ARRAY[o.acronym_es, o.acronym_fr, o.acronym_en, o.name_es, o.name_fr, o.name_en]
                          || o.aliases::text[]) AS x
             WHERE x <> '') n ON true
         WHERE o.id IN (SELECT unnest(ids))
    )
    UPDATE directory_organisation o
       SET place_keys = fresh.places, sector_keys = fresh.sectors,
           name_keys = coalesce(fresh.names, '{}'),
           names_text = coalesce(array_to_string(fresh.names, ' '), ''),
           context_es = fresh.es, context_fr = fresh.fr, context_en = fresh.en
      FROM fresh
     WHERE o.id = fresh.id
       AND (o.place_keys, o.sector_keys, o.name_keys, o.context_es, o.context_fr, o.context_en)
           IS DISTINCT FROM (fresh.places, fresh.sectors, coalesce(fresh.names, '{}'), fresh.es, fresh.fr, fresh.en);
$$;

CREATE OR REPLACE FUNCTION hub_derive_organisations(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hub_write_organisations(ids);
    PERFORM hub_derive_agreements(ARRAY(
        SELECT DISTINCT agreement_id FROM directory_agreementparty WHERE organisation_id IN (SELECT unnest(ids))));
    PERFORM hub_derive_events(ARRAY(
        SELECT DISTINCT event_id FROM directory_event_organisers WHERE organisation_id IN (SELECT unnest(ids))));
END $$;

CREATE OR REPLACE FUNCTION hub_derive_agreements(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    WITH party AS MATERIALIZED (
        -- Where a party is: national and local bodies by their country, continental and subregional
        -- ones by their regions, global bodies and agencies nowhere.
        SELECT p.agreement_id, p.position, p.id, (o.id IS NULL) AS outside,
            (o.scope_id = 'global' OR o.kind_id = 'international_agency') AS placeless,
            CASE WHEN o.scope_id IN ('national', 'local') AND o.kind_id <> 'international_agency'
                 THEN o.country_id::text END AS country,
            CASE WHEN o.scope_id = 'global' OR o.kind_id = 'international_agency'
                   OR (o.scope_id IN ('national', 'local') AND o.country_id IS NOT NULL)
                 THEN '{}' ELSE coalesce(g.keys, '{}') END AS regions,
            CASE WHEN o.publication = 'published' THEN o.seat_key END AS seat,
            CASE WHEN o.publication = 'published' AND o.seat_key IS NOT NULL THEN left(o.seat_key, 2) END
                AS seat_country,
            coalesce(nullif(p.name, ''), concat_ws(' ', o.acronym_es, o.name_es)) AS es,
            coalesce(nullif(p.name, ''), concat_ws(' ', o.acronym_fr, o.name_fr)) AS fr,
            coalesce(nullif(p.name, ''), concat_ws(' ', o.acronym_en, o.name_en)) AS en
          FROM directory_agreementparty p
          LEFT JOIN directory_organisation o ON o.id = p.organisation_id
          LEFT JOIN LATERAL (
            SELECT array_agg(t.region_id::text) AS keys
              FROM directory_organisation_regions t WHERE t.organisation_id = o.id) g ON true
         WHERE p.agreement_id IN (SELECT unnest(ids))
    ), sided AS (
        SELECT party.agreement_id, party.placeless,
            CASE WHEN c.side IS NOT NULL THEN ARRAY[c.side::text]
                 WHEN regions = '{}' THEN '{}' ELSE hub_region_sides(regions) END AS sides
          FROM party LEFT JOIN directory_country c ON c.key = party.country
         WHERE NOT outside
    ), direction AS (
        SELECT agreement_id,
            CASE WHEN bool_or(sides @> '{south}') AND bool_or(sides @> '{north}') THEN 'south_north'
                 WHEN count(*) FILTER (WHERE sides <> '{}') < 2
                 THEN CASE WHEN bool_and(placeless) THEN 'global' ELSE 'unclassified' END
                 WHEN bool_or(sides @> '{south}') THEN 'south_south'
                 ELSE 'north_north' END AS key
          FROM sided GROUP BY agreement_id
    ), gathered AS (
        SELECT agreement_id, array_remove(array_agg(DISTINCT country), NULL) AS countries,
               array_remove(array_agg(DISTINCT seat), NULL) AS seats,
               array_remove(array_agg(DISTINCT seat_country), NULL) AS seat_countries,
               count(*) FILTER (WHERE seat IS NULL) AS unseated,
               string_agg(es, ' ' ORDER BY position, id) AS es,
               string_agg(fr, ' ' ORDER BY position, id) AS fr, string_agg(en, ' ' ORDER BY position, id) AS en
          FROM party GROUP BY agreement_id
    ), placed AS (
        SELECT agreement_id, array_agg(DISTINCT region) AS regions FROM (
            SELECT agreement_id, unnest(regions) AS region FROM party
            UNION ALL
            SELECT agreement_id, region_id::text FROM directory_agreement_regions
             WHERE agreement_id IN (SELECT unnest(ids))) AS named
         GROUP BY agreement_id
    ), fresh AS (
        SELECT a.id,
            hub_places(w.countries, coalesce(r.regions, '{}')) AS places,
            coalesce(s.keys, '{}') AS sectors,
            (SELECT key FROM directory_direction WHERE key = coalesce(d.key, 'unclassified')) AS direction,
            coalesce(w.seats, '{}') AS seats, coalesce(w.seat_countries, '{}') AS seat_countries,
            coalesce(w.unseated, 0)::smallint AS unseated,
            concat_ws(' ', w.es, k.label_es, s.es, g.es) AS es,
            concat_ws(' ', w.fr, k.label_fr, s.fr, g.fr) AS fr,
            concat_ws(' ', w.en, k.label_en, s.en, g.en) AS en
          FROM directory_agreement a
          JOIN directory_agreementkind k ON k.key = a.kind_id
          LEFT JOIN direction d ON d.agreement_id = a.id
          LEFT JOIN gathered w ON w.agreement_id = a.id
          LEFT JOIN placed r ON r.agreement_id = a.id
          LEFT JOIN LATERAL (
            SELECT array_agg(x.key::text ORDER BY x.position, x.key) AS keys, string_agg(x.label_es, ' ') AS es,
                   string_agg(x.label_fr, ' ') AS fr, string_agg(x.label_en, ' ') AS en
              FROM directory_agreement_sectors t JOIN directory_sector x ON x.key = t.sector_id
             WHERE t.agreement_id = a.id) s ON true
          LEFT JOIN LATERAL (
            SELECT string_agg(x.label_es, ' ') AS es,
                   string_agg(x.label_fr, ' ') AS fr, string_agg(x.label_en, ' ') AS en
              FROM directory_agreement_regions t JOIN directory_region x ON x.key = t.region_id
             WHERE t.agreement_id = a.id) g ON true
         WHERE a.id IN (SELECT unnest(ids))
    )
    UPDATE directory_agreement a
       SET place_keys = fresh.places, sector_keys = fresh.sectors, direction_computed_id = fresh.direction,
           seat_keys = fresh.seats, seat_countries = fresh.seat_countries, unseated = fresh.unseated,
           context_es = fresh.es, context_fr = fresh.fr, context_en = fresh.en
      FROM fresh
     WHERE a.id = fresh.id
       AND (a.place_keys, a.sector_keys, a.direction_computed_id, a.seat_keys, a.seat_countries, a.unseated,
            a.context_es, a.context_fr, a.context_en)
           IS DISTINCT FROM (fresh.places, fresh.sectors, fresh.direction, fresh.seats, fresh.seat_countries,
            fresh.unseated, fresh.es, fresh.fr, fresh.en);
$$;

CREATE OR REPLACE FUNCTION hub_derive_all() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hub_derive_regions();
    PERFORM hub_write_organisations(ARRAY(SELECT id FROM directory_organisation));
    PERFORM hub_derive_agreements(ARRAY(SELECT id FROM directory_agreement));
    PERFORM hub_derive_events(ARRAY(SELECT id FROM directory_event));
END $$;

-- The seat and the publication of an organisation now count too.
DROP TRIGGER hub_derive ON directory_organisation;
CREATE TRIGGER hub_derive AFTER INSERT OR UPDATE OF
    name_es, name_fr, name_en, acronym_es, acronym_fr, acronym_en, aliases, kind_id, scope_id,
    country_id, city, latitude, longitude, publication ON directory_organisation
    FOR EACH ROW EXECUTE FUNCTION hub_on_change('organisations', 'id');
"""

REVERSE = """
DROP FUNCTION hub_seat(text, text, float8);
DROP FUNCTION hub_continents_in(text[]);
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0005_representatives")]

    operations = [
        migrations.RunSQL(FUNCTIONS, REVERSE),
        migrations.AddField(
            model_name="agreement",
            name="continent_keys",
            field=models.GeneratedField(
                db_persist=True,
                editable=False,
                expression=directory.models.agreements.HubContinents(F("place_keys")),
                output_field=django.contrib.postgres.fields.ArrayField(
                    base_field=models.TextField(), size=None
                ),
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="seat_key",
            field=models.GeneratedField(
                db_persist=True,
                editable=False,
                expression=directory.models.organisations.HubSeat(F("country"), F("city"), F("latitude")),
                output_field=models.TextField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="seat_keys",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), default=list, editable=False, size=None
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="seat_countries",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), default=list, editable=False, size=None
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="unseated",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(fields=["seat_key", "publication"], name="organisation_seat"),
        ),
        migrations.RunSQL("SET LOCAL check_function_bodies = off", migrations.RunSQL.noop),
        migrations.RunSQL(DERIVED, migrations.RunSQL.noop),
        migrations.RunSQL("SELECT hub_derive_all()", migrations.RunSQL.noop),
    ]
