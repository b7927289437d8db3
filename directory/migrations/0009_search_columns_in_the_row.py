from django.db import migrations

# PostgreSQL compresses the longest values of a long row first and moves them out of it, which are these; then a
# common word, which no index narrows, costs three decompressions a record to match and three to rank.
# Kept in the row, other columns give way. Rows written before stay as they are until they change.
TABLES = ("directory_organisation", "directory_agreement", "directory_event")


def storage(kind):
    columns = [(table, f"search_{code}") for table in TABLES for code in ("es", "fr", "en")]
    columns.append(("directory_organisation", "name_keys"))
    return [f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE {kind}" for table, column in columns]


class Migration(migrations.Migration):
    dependencies = [("directory", "0008_merged_organisations")]

    operations = [migrations.RunSQL(storage("MAIN"), storage("EXTENDED"))]
