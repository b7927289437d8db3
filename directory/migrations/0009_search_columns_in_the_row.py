from django.db import migrations

# PostgreSQL compresses the longest values of a long row first and moves them out of it: these, which a search
# for a common word, the facets and the explorer's figures read in every row. Kept in the row, descriptions,
# contexts and sources give way, which are read one record at a time. Rows written before stay as they are
# until they change.
SEARCHED = ["search_es", "search_fr", "search_en", "place_keys"]
COLUMNS = {
    "directory_organisation": [*SEARCHED, "sector_keys", "name_keys"],
    "directory_agreement": [*SEARCHED, "sector_keys", "continent_keys", "seat_keys", "seat_countries"],
    "directory_event": SEARCHED,
}


def storage(kind):
    return [
        f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE {kind}"
        for table, columns in COLUMNS.items()
        for column in columns
    ]


class Migration(migrations.Migration):
    dependencies = [("directory", "0008_merged_organisations")]

    operations = [migrations.RunSQL(storage("MAIN"), storage("EXTENDED"))]
