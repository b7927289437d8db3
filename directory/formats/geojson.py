"""GeoJSON (RFC 7946): one feature a record; what has no known place has no geometry."""

import json

HEAD = '{"type":"FeatureCollection","features":[\n'


def to_geojson(export):
    """The features, one a line. Their properties are the columns of the tables, lists as lists."""
    columns = [column for column in export.columns if column.name not in ("latitude", "longitude")]
    before = HEAD
    for record in export.records():
        feature = {
            "type": "Feature",
            "id": record["id"],
            "geometry": export.geometry(record),
            "properties": {column.name: column.value(record) for column in columns},
        }
        yield before + json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
        before = ",\n"
    yield (HEAD if before == HEAD else "") + "\n]}\n"


def point(record):
    """The place of a record that has coordinates."""
    if record["latitude"] is None:
        return None
    return {"type": "Point", "coordinates": [record["longitude"], record["latitude"]]}


def seats(record):
    """The seats of the parties, in their order."""
    found = [
        [party["longitude"], party["latitude"]]
        for party in record["parties"]
        if party["latitude"] is not None
    ]
    return {"type": "MultiPoint", "coordinates": found} if found else None
