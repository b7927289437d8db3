import django.contrib.postgres.indexes
from django.db import migrations, models

# What a statement changed is read once, however many rows that were. Drafts teach nothing: a word is
# learnt when its record is published.
LEARN = r"""
CREATE FUNCTION hub_learn_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO directory_word (word) SELECT DISTINCT word FROM fresh, LATERAL '
        'regexp_split_to_table(concat_ws('' '', %s), ''[^[:alnum:]]+'') AS word '
        'WHERE publication = ''published'' AND length(word) BETWEEN 3 AND 60 ON CONFLICT DO NOTHING',
        TG_ARGV[0]);
    RETURN NULL;
END $$;
"""
COLUMNS = {
    "directory_organisation": "names_text",
    "directory_agreement": "sort_es, sort_fr, sort_en",
    "directory_event": "sort_es, sort_fr, sort_en",
}
TRIGGERS = "".join(
    f"""
CREATE TRIGGER hub_learn_{event.lower()} AFTER {event} ON {table} REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION hub_learn_words('{columns}');"""
    for table, columns in COLUMNS.items()
    for event in ("INSERT", "UPDATE")
)
KNOWN = "".join(
    f"""
INSERT INTO directory_word (word) SELECT DISTINCT word FROM {table}, LATERAL
    regexp_split_to_table(concat_ws(' ', {columns}), '[^[:alnum:]]+') AS word
    WHERE publication = 'published' AND length(word) BETWEEN 3 AND 60 ON CONFLICT DO NOTHING;"""
    for table, columns in COLUMNS.items()
)
FORGET = "DROP FUNCTION hub_learn_words() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("directory", "0006_seats_and_continents")]

    operations = [
        migrations.CreateModel(
            name="Word",
            fields=[("word", models.CharField(max_length=60, primary_key=True, serialize=False))],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(models.F("word"), "gin_trgm_ops"),
                        name="word_trigrams",
                    )
                ],
            },
        ),
        migrations.RunSQL(LEARN + TRIGGERS + KNOWN, FORGET),
    ]
