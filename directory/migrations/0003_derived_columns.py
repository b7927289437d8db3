"""Columns the database derives from other tables, and the version of the public pages.

Derived columns (places, sectors, search context, computed direction) are written by triggers alone,
so no path (admin, loader, `QuerySet.update`, SQL) can leave them stale. `SET LOCAL hub.derive = 'off'`
lets a bulk load skip the row triggers and call `hub_derive_all()` once at its end.
"""

from django.db import migrations

PLACES = r"""
-- Every country of every region: by the tree of UN M49, or as an area lists them.
CREATE FUNCTION hub_derive_regions() RETURNS void LANGUAGE sql AS $$
    WITH RECURSIVE up(country, region) AS (
        SELECT key, subregion_id FROM directory_country
        UNION
        SELECT up.country, r.parent_id
          FROM up JOIN directory_region r ON r.key = up.region WHERE r.parent_id IS NOT NULL
    ), listed AS (
        SELECT region, country FROM up
        UNION
        SELECT region_id, country_id FROM directory_region_countries
    ), sets AS (
        SELECT r.key, coalesce(array_agg(l.country::varchar ORDER BY l.country)
                               FILTER (WHERE l.country IS NOT NULL), '{}') AS countries
          FROM directory_region r LEFT JOIN listed l ON l.region = r.key GROUP BY r.key
    )
    UPDATE directory_region r SET country_keys = sets.countries
      FROM sets WHERE sets.key = r.key AND r.country_keys IS DISTINCT FROM sets.countries;
$$;

CREATE FUNCTION hub_continents() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['m49-002', 'm49-419', 'm49-021', 'm49-142', 'm49-150', 'm49-009']
$$;

-- The regions under which something at these countries and regions is found. A place is a set of
-- countries: it is found under each region that holds the whole of it. A place wider than a continent
-- (Mediterranean, Americas) but not the world is also found under each continent it reaches into,
-- unless the record names a narrower place within it: a Spanish network of the Mediterranean is found
-- in Europe, not in Africa.
CREATE FUNCTION hub_places(countries text[], regions text[]) RETURNS text[] LANGUAGE sql STABLE AS $$
    WITH place AS (
        SELECT country AS key, ARRAY[country] AS members, false AS world FROM unnest(countries) AS country
        UNION
        SELECT key, country_keys::text[], type = 'world' FROM directory_region
         WHERE key = ANY(regions) AND country_keys <> '{}'
    ), wide AS (
        SELECT members FROM place p
         WHERE NOT world AND NOT EXISTS (
            SELECT 1 FROM place q WHERE q.key <> p.key AND q.members <@ p.members)
    )
    SELECT coalesce(array_agg(r.key::text ORDER BY r.position, r.key), '{}') FROM directory_region r
     WHERE r.country_keys <> '{}'
       AND (EXISTS (SELECT 1 FROM place WHERE members <@ r.country_keys::text[])
            OR (r.key = ANY(hub_continents())
                AND EXISTS (SELECT 1 FROM wide WHERE members && r.country_keys::text[])))
$$;

-- The sides of a region, in each continent it reaches: north where at least a third of its countries
-- there are northern (small territories outnumber the states of Oceania), else south.
CREATE FUNCTION hub_region_sides(regions text[]) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT side), '{}') FROM (
        SELECT CASE WHEN count(*) FILTER (WHERE c.side = 'north') * 3 >= count(*)
                    THEN 'north' ELSE 'south' END AS side
          FROM directory_region r
          JOIN directory_country c ON c.key = ANY(r.country_keys)
         WHERE r.key = ANY(regions) AND r.type <> 'world'
         GROUP BY r.key, c.continent_id) AS parts
$$;
"""

ORGANISATIONS = r"""
CREATE FUNCTION hub_derive_organisations(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
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
         WHERE o.id = ANY(ids)
    )
    UPDATE directory_organisation o
       SET place_keys = fresh.places, sector_keys = fresh.sectors,
           name_keys = coalesce(fresh.names, '{}'),
           names_text = coalesce(array_to_string(fresh.names, ' '), ''),
           context_es = fresh.es, context_fr = fresh.fr, context_en = fresh.en
      FROM fresh WHERE o.id = fresh.id;

    PERFORM hub_derive_agreements(ARRAY(
        SELECT agreement_id FROM directory_agreementparty WHERE organisation_id = ANY(ids)));
    PERFORM hub_derive_events(ARRAY(
        SELECT event_id FROM directory_event_organisers WHERE organisation_id = ANY(ids)));
END $$;

CREATE FUNCTION hub_derive_agreements(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    WITH party AS (
        -- Where a party is: national and local bodies by their country, continental and subregional
        -- ones by their regions, global bodies and agencies nowhere.
        SELECT p.agreement_id, o.id AS organisation, (o.id IS NULL) AS outside,
            (o.scope_id = 'global' OR o.kind_id = 'international_agency') AS placeless,
            CASE WHEN o.scope_id IN ('national', 'local') AND o.kind_id <> 'international_agency'
                 THEN o.country_id::text END AS country,
            CASE WHEN o.scope_id = 'global' OR o.kind_id = 'international_agency'
                   OR (o.scope_id IN ('national', 'local') AND o.country_id IS NOT NULL)
                 THEN '{}' ELSE coalesce(g.keys, '{}') END AS regions,
            coalesce(nullif(p.name, ''), concat_ws(' ', o.acronym_es, o.name_es)) AS es,
            coalesce(nullif(p.name, ''), concat_ws(' ', o.acronym_fr, o.name_fr)) AS fr,
            coalesce(nullif(p.name, ''), concat_ws(' ', o.acronym_en, o.name_en)) AS en
          FROM directory_agreementparty p
          LEFT JOIN directory_organisation o ON o.id = p.organisation_id
          LEFT JOIN LATERAL (
            SELECT array_agg(t.region_id::text) AS keys
              FROM directory_organisation_regions t WHERE t.organisation_id = o.id) g ON true
         WHERE p.agreement_id = ANY(ids)
    ), sided AS (
        SELECT party.agreement_id, party.placeless,
            CASE WHEN c.side IS NOT NULL THEN ARRAY[c.side::text] ELSE hub_region_sides(regions) END AS sides
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
    ), fresh AS (
        SELECT a.id,
            hub_places(p.countries, coalesce(g.keys, '{}') || p.regions) AS places,
            coalesce(s.keys, '{}') AS sectors,
            coalesce(d.key, 'unclassified') AS direction,
            concat_ws(' ', p.es, k.label_es, s.es, g.es) AS es,
            concat_ws(' ', p.fr, k.label_fr, s.fr, g.fr) AS fr,
            concat_ws(' ', p.en, k.label_en, s.en, g.en) AS en
          FROM directory_agreement a
          JOIN directory_agreementkind k ON k.key = a.kind_id
          LEFT JOIN direction d ON d.agreement_id = a.id
          LEFT JOIN LATERAL (
            SELECT array_remove(array_agg(party.country), NULL) AS countries,
                   ARRAY(SELECT DISTINCT x FROM party q, unnest(q.regions) AS x
                          WHERE q.agreement_id = a.id) AS regions,
                   string_agg(es, ' ') AS es, string_agg(fr, ' ') AS fr, string_agg(en, ' ') AS en
              FROM party WHERE party.agreement_id = a.id) p ON true
          LEFT JOIN LATERAL (
            SELECT array_agg(x.key::text ORDER BY x.position, x.key) AS keys, string_agg(x.label_es, ' ') AS es,
                   string_agg(x.label_fr, ' ') AS fr, string_agg(x.label_en, ' ') AS en
              FROM directory_agreement_sectors t JOIN directory_sector x ON x.key = t.sector_id
             WHERE t.agreement_id = a.id) s ON true
          LEFT JOIN LATERAL (
            SELECT array_agg(x.key::text) AS keys, string_agg(x.label_es, ' ') AS es,
                   string_agg(x.label_fr, ' ') AS fr, string_agg(x.label_en, ' ') AS en
              FROM directory_agreement_regions t JOIN directory_region x ON x.key = t.region_id
             WHERE t.agreement_id = a.id) g ON true
         WHERE a.id = ANY(ids)
    )
    UPDATE directory_agreement a
       SET place_keys = fresh.places, sector_keys = fresh.sectors,
           direction_computed_id = (SELECT key FROM directory_direction WHERE key = fresh.direction),
           context_es = fresh.es, context_fr = fresh.fr, context_en = fresh.en
      FROM fresh WHERE a.id = fresh.id;
$$;

CREATE FUNCTION hub_derive_events(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    WITH fresh AS (
        SELECT e.id,
            hub_places(array_remove(ARRAY[e.country_id::text], NULL), '{}') AS places,
            concat_ws(' ', replace(e.series, '-', ' '), e.city, c.label_es, t.label_es, o.es,
                      array_to_string(e.other_organisers, ' ')) AS es,
            concat_ws(' ', replace(e.series, '-', ' '), e.city, c.label_fr, t.label_fr, o.fr,
                      array_to_string(e.other_organisers, ' ')) AS fr,
            concat_ws(' ', replace(e.series, '-', ' '), e.city, c.label_en, t.label_en, o.en,
                      array_to_string(e.other_organisers, ' ')) AS en
          FROM directory_event e
          JOIN directory_eventtype t ON t.key = e.type_id
          LEFT JOIN directory_country c ON c.key = e.country_id
          LEFT JOIN LATERAL (
            SELECT string_agg(concat_ws(' ', x.acronym_es, x.name_es), ' ') AS es,
                   string_agg(concat_ws(' ', x.acronym_fr, x.name_fr), ' ') AS fr,
                   string_agg(concat_ws(' ', x.acronym_en, x.name_en), ' ') AS en
              FROM directory_event_organisers m JOIN directory_organisation x ON x.id = m.organisation_id
             WHERE m.event_id = e.id) o ON true
         WHERE e.id = ANY(ids)
    )
    UPDATE directory_event e
       SET place_keys = fresh.places,
           context_es = fresh.es, context_fr = fresh.fr, context_en = fresh.en
      FROM fresh WHERE e.id = fresh.id;
$$;

CREATE FUNCTION hub_derive_all() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hub_derive_regions();
    PERFORM hub_derive_organisations(ARRAY(SELECT id FROM directory_organisation));
    PERFORM hub_derive_agreements(ARRAY(SELECT id FROM directory_agreement));
    PERFORM hub_derive_events(ARRAY(SELECT id FROM directory_event));
END $$;
"""

TRIGGERS = r"""
-- What to derive after a change: `all`, or one family with the column that names its record.
CREATE FUNCTION hub_on_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed jsonb;
BEGIN
    IF current_setting('hub.derive', true) = 'off' THEN
        RETURN NULL;
    END IF;
    IF TG_ARGV[0] = 'all' THEN
        PERFORM hub_derive_all();
        RETURN NULL;
    END IF;
    changed := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    EXECUTE format('SELECT hub_derive_%s($1)', TG_ARGV[0])
      USING ARRAY[(changed ->> TG_ARGV[1])::bigint];
    RETURN NULL;
END $$;

CREATE TRIGGER hub_derive AFTER INSERT OR DELETE OR UPDATE OF
    parent_id, type, label_es, label_fr, label_en ON directory_region
    FOR EACH STATEMENT EXECUTE FUNCTION hub_on_change('all');
CREATE TRIGGER hub_derive AFTER INSERT OR UPDATE OR DELETE ON directory_region_countries
    FOR EACH STATEMENT EXECUTE FUNCTION hub_on_change('all');
CREATE TRIGGER hub_derive AFTER INSERT OR UPDATE OR DELETE ON directory_country
    FOR EACH STATEMENT EXECUTE FUNCTION hub_on_change('all');
CREATE TRIGGER hub_derive AFTER UPDATE ON directory_sector
    FOR EACH STATEMENT EXECUTE FUNCTION hub_on_change('all');
CREATE TRIGGER hub_derive AFTER UPDATE ON directory_organisationkind
    FOR EACH STATEMENT EXECUTE FUNCTION hub_on_change('all');
CREATE TRIGGER hub_derive AFTER UPDATE ON directory_agreementkind
    FOR EACH STATEMENT EXECUTE FUNCTION hub_on_change('all');
CREATE TRIGGER hub_derive AFTER UPDATE ON directory_eventtype
    FOR EACH STATEMENT EXECUTE FUNCTION hub_on_change('all');

CREATE TRIGGER hub_derive AFTER INSERT OR UPDATE OF
    name_es, name_fr, name_en, acronym_es, acronym_fr, acronym_en, aliases, kind_id, scope_id,
    country_id, city ON directory_organisation
    FOR EACH ROW EXECUTE FUNCTION hub_on_change('organisations', 'id');
CREATE TRIGGER hub_derive AFTER INSERT OR UPDATE OR DELETE ON directory_organisation_sectors
    FOR EACH ROW EXECUTE FUNCTION hub_on_change('organisations', 'organisation_id');
CREATE TRIGGER hub_derive AFTER INSERT OR UPDATE OR DELETE ON directory_organisation_regions
    FOR EACH ROW EXECUTE FUNCTION hub_on_change('organisations', 'organisation_id');

CREATE TRIGGER hub_derive AFTER INSERT OR UPDATE OF kind_id ON directory_agreement
    FOR EACH ROW EXECUTE FUNCTION hub_on_change('agreements', 'id');
CREATE TRIGGER hub_derive AFTER INSERT OR UPDATE OR DELETE ON directory_agreementparty
    FOR EACH ROW EXECUTE FUNCTION hub_on_change('agreements', 'agreement_id');
CREATE TRIGGER hub_derive AFTER INSERT OR UPDATE OR DELETE ON directory_agreement_sectors
    FOR EACH ROW EXECUTE FUNCTION hub_on_change('agreements', 'agreement_id');
CREATE TRIGGER hub_derive AFTER INSERT OR UPDATE OR DELETE ON directory_agreement_regions
    FOR EACH ROW EXECUTE FUNCTION hub_on_change('agreements', 'agreement_id');

CREATE TRIGGER hub_derive AFTER INSERT OR UPDATE OF series, city, country_id, type_id, other_organisers
    ON directory_event
    FOR EACH ROW EXECUTE FUNCTION hub_on_change('events', 'id');
CREATE TRIGGER hub_derive AFTER INSERT OR UPDATE OR DELETE ON directory_event_organisers
    FOR EACH ROW EXECUTE FUNCTION hub_on_change('events', 'event_id');
"""

PAGE_VERSION = r"""
-- What a public page shows has changed: cached pages of the version before are never served again.
CREATE FUNCTION hub_pages_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Taken from the clock, so that neither a rollback nor a restore ever repeats a number.
    INSERT INTO directory_pageversion AS page (id, version)
    VALUES (1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
    ON CONFLICT (id) DO UPDATE SET version = greatest(page.version + 1, excluded.version);
    RETURN NULL;
END $$;

-- The next instant at which a public page changes by itself. Pages count days, so at the latest the
-- end of the day; an app with instants of its own replaces the function (workinggroup: its calls).
CREATE FUNCTION hub_next_change() RETURNS timestamptz LANGUAGE sql AS $$
    SELECT date_trunc('day', hub_now(), 'UTC') + interval '1 day'
$$;

CREATE FUNCTION hub_watch(VARIADIC tables regclass[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name regclass;
BEGIN
    FOREACH name IN ARRAY tables LOOP
        EXECUTE format('CREATE TRIGGER hub_pages_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE '
                       'ON %s FOR EACH STATEMENT EXECUTE FUNCTION hub_pages_changed()', name);
    END LOOP;
END $$;

SELECT hub_watch(
    'directory_organisationkind', 'directory_scope', 'directory_sector', 'directory_relationtype',
    'directory_agreementkind', 'directory_direction', 'directory_agreementstatus',
    'directory_eventtype', 'directory_eventaudience', 'directory_eventformat', 'directory_confidence',
    'directory_country', 'directory_region', 'directory_region_countries',
    'directory_organisation', 'directory_organisation_regions', 'directory_organisation_sectors',
    'directory_relation', 'directory_agreement', 'directory_agreementparty',
    'directory_agreement_regions', 'directory_agreement_sectors', 'directory_agreementdocument',
    'directory_event', 'directory_event_organisers');
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_tables")]

    # The functions call each other, so PostgreSQL must not look inside them as they are made.
    operations = [
        migrations.RunSQL("SET LOCAL check_function_bodies = off", migrations.RunSQL.noop),
        migrations.RunSQL(PLACES, migrations.RunSQL.noop),
        migrations.RunSQL(ORGANISATIONS, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
        migrations.RunSQL(PAGE_VERSION, migrations.RunSQL.noop),
    ]
