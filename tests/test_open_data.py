"""The real catalogue in every format, read back by the field's own readers and compared with the database."""

import json
from pathlib import Path

import jsonschema
import pytest

from directory.formats.columns import columns_of
from ripess_hub.api import LISTS
from tests.test_formats import BY_NAME, all_records, same, table, take, workbook

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("fresh_pages", "real_catalogue"),
]

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("name", ["organisations", "agreements", "events", "groups", "meetings", "calls"])
def test_every_record_of_the_catalogue_survives_the_round_trip(client, name):
    records = all_records(client, name)
    assert records
    same(records, table(take(client, f"/api/v1/{name}/?format=csv&lang=es").whole), BY_NAME[name])
    _book, rows = workbook(take(client, f"/api/v1/{name}/?format=xlsx&lang=es").whole)
    columns = columns_of(BY_NAME[name].export_serializer())
    assert rows[0] == [column.name for column in columns]
    by_key = {row[0]: row for row in rows[1:]}
    assert len(by_key) == len(records)
    for record in records:
        for column, cell in zip(columns, by_key[record["key"]], strict=True):
            value = column.cell(record)
            if isinstance(value, bool):
                value = "true" if value else "false"
            assert cell == (None if value == "" else value), (record["key"], column.name)


@pytest.mark.parametrize("name", [view.dataset for view in LISTS if view.geometry])
def test_features_are_geojson_and_every_record_is_one(client, name):
    schema = json.loads((DATA / "geojson.schema.json").read_text())
    found = json.loads(take(client, f"/api/v1/{name}/?format=geojson&lang=es").whole)
    jsonschema.Draft202012Validator(schema).validate(found)
    records = {record["id"]: record for record in all_records(client, name)}
    assert {feature["id"] for feature in found["features"]} == set(records)
    for feature in found["features"]:
        record = records[feature["id"]]
        if name == "agreements":
            places = [[p["longitude"], p["latitude"]] for p in record["parties"] if p["latitude"] is not None]
        else:
            places = [[record["longitude"], record["latitude"]]] if record["latitude"] is not None else []
        shown = feature["geometry"]["coordinates"] if feature["geometry"] else []
        assert (shown if name == "agreements" else [shown] if shown else []) == places
    assert any(feature["geometry"] for feature in found["features"])
