"""The real catalogue in every format, read back by the field's own readers and compared with the database."""

import json
from pathlib import Path

import jsonschema
import pytest
from django.conf import settings
from rdflib import OWL, RDF, RDFS, Graph, Namespace, URIRef
from rdflib.namespace import CSVW, DCAT, DCTERMS, FOAF, SDO, SKOS, VOID, XSD

from directory import models as directory
from directory.formats.columns import columns_of
from directory.formats.export import Export
from directory.ontology import WORDS
from ripess_hub.api import LISTS
from tests import factories as make
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


# Linked data.

WORLD = {view.dataset: view for view in LISTS}
ESSGLOBAL = {
    URIRef(line)
    for line in (DATA / "essglobal.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
}
CLOSED = (SDO, SKOS, DCTERMS, DCAT, FOAF, RDF, RDFS, OWL, XSD)


@pytest.fixture(scope="module")
def graphs(real_catalogue, django_db_blocker):
    """Every list as Turtle, read by rdflib."""
    with django_db_blocker.unblock():
        return {
            view.dataset: Graph().parse(
                data="".join(Export(view, view.records).write("ttl")), format="turtle"
            )
            for view in LISTS
        }


def uri(name, key):
    return URIRef(f"{settings.LINKED_DATA_BASE}{name}/{key}")


def triples(graph, path):
    return sum(1 for _one in graph.triples((None, path, None)))


def test_linked_data_counts_what_the_database_counts(graphs):
    organisations, agreements = (
        directory.Organisation.objects.published(),
        directory.Agreement.objects.published(),
    )
    events = directory.Event.objects.published()
    hub = Namespace(settings.LINKED_DATA_VOCABULARY)
    found = graphs["organisations"]
    published = {uri("organisations", key) for key in organisations.values_list("slug", flat=True)}
    assert {one for one in found.subjects(RDF.type, SDO.Organization) if isinstance(one, URIRef)} == published
    assert triples(found, SDO.name) == sum(
        organisations.exclude(**{f"name_{code}": None}).exclude(**{f"name_{code}": ""}).count()
        for code in ("es", "fr", "en")
    )
    assert triples(found, hub.sector) == sum(map(len, organisations.values_list("sector_keys", flat=True)))
    assert triples(found, SDO.latitude) == organisations.exclude(latitude=None).count()
    assert triples(found, SDO.foundingDate) == organisations.exclude(founded=None).count()
    between = directory.Relation.objects.filter(source__in=organisations, target__in=organisations)
    assert triples(found, hub.relationType) == between.count()
    networks = organisations.filter(kind__in=["network", "sectoral_federation"])
    assert set(found.subjects(RDF.type, URIRef(f"{settings.ESSGLOBAL_VOCABULARY}Network"))) == {
        uri("organisations", key) for key in networks.values_list("slug", flat=True)
    }
    found = graphs["agreements"]
    assert len(set(found.subjects(RDF.type, hub.CooperationAgreement))) == agreements.count()
    assert (
        triples(found, hub.party) == directory.AgreementParty.objects.filter(agreement__in=agreements).count()
    )
    for direction in directory.Direction.objects.all():
        shown = found.subjects(hub.direction, uri("directions", direction.key))
        assert len(list(shown)) == agreements.filter(direction=direction.key).count()
    assert triples(found, DCTERMS.replaces) == agreements.filter(supersedes__in=agreements).count()
    assert triples(found, hub.begins) == agreements.exclude(start_year=None).count()
    found = graphs["events"]
    assert len(set(found.subjects(RDF.type, SDO.Event))) == events.count()
    assert triples(found, hub.outcome) == events.filter(outcome__in=agreements).count()
    for name in ("groups", "meetings", "documents", "calls", "regions", "sectors"):
        subjects = {one for one in graphs[name].subjects() if isinstance(one, URIRef)}
        keys = WORLD[name].queryset.values_list(WORLD[name].lookup_field, flat=True)
        assert subjects == {uri(name, key) for key in keys}
    found = graphs["vocabularies"]
    tables = WORLD["vocabularies"].tables
    assert len(set(found.subjects(RDF.type, SKOS.ConceptScheme))) == len(tables)
    assert len(set(found.subjects(RDF.type, SKOS.Concept))) == sum(
        model.objects.count() for model in tables.values()
    )


def test_every_name_of_a_vocabulary_is_one_that_it_publishes(graphs):
    own = {URIRef(settings.LINKED_DATA_VOCABULARY + word.name) for word in WORDS}
    used = {
        one
        for graph in graphs.values()
        for subject, name, value in graph
        for one in (name, value, getattr(value, "datatype", None))
        if isinstance(one, URIRef)
    }
    wrong, counted = [], 0
    for one in used:
        if one.startswith("http://purl.org/essglobal/"):
            wrong += [] if one in ESSGLOBAL else [one]
            counted += 1
        elif one.startswith(settings.LINKED_DATA_VOCABULARY):
            wrong += [] if one in own else [one]
        for space in CLOSED:
            if one.startswith(str(space)):
                wrong += [] if one in space else [one]
    assert wrong == []
    assert counted >= 10


def test_every_sector_that_linked_data_names_in_essglobal_is_mapped_exactly(graphs):
    mapped = {
        uri("sectors", sector.key): {
            URIRef(settings.ESSGLOBAL_STANDARD + path) for path in sector.mappings.get("essglobal_exact", ())
        }
        for sector in directory.Sector.objects.all()
    }
    assert {key: set(graphs["vocabularies"][key : SKOS.exactMatch]) for key in mapped} == mapped
    assert all(found in ESSGLOBAL for paths in mapped.values() for found in paths)
    hub = Namespace(settings.LINKED_DATA_VOCABULARY)
    for name in ("organisations", "agreements"):
        for one in set(graphs[name].subjects(hub.sector)):
            expected = set().union(*(mapped[sector] for sector in graphs[name][one : hub.sector]))
            assert set(graphs[name][one : DCTERMS.subject]) == expected


def test_what_linked_data_points_to_is_described(graphs):
    """Every record and term named anywhere is described somewhere."""
    described = {one for graph in graphs.values() for one in graph.subjects()}
    named = {
        one
        for graph in graphs.values()
        for one in graph.objects()
        if isinstance(one, URIRef) and one.startswith(settings.LINKED_DATA_BASE)
    }
    assert named - described == set()
    assert len(named) > 500


def test_every_profile_is_valid_to_murmurations(client):
    schema = json.loads((DATA / "murmurations-organizations_schema-v1.0.0.json").read_text(encoding="utf-8"))
    check = jsonschema.Draft7Validator(schema)
    listed = json.loads(take(client, "/api/v1/organisations/?format=murmurations").whole)
    assert len(listed) == directory.Organisation.objects.published().count()
    view = WORLD["organisations"]
    terms = Export(view, view.records).terms
    for record in view.records():
        found = view.profile(record, terms)
        assert list(check.iter_errors(found)) == [], record["key"]
        assert found["name"] in record["names"].values()
    assert json.loads(take(client, listed[0]["profile_url"]).whole)["linked_schemas"] == [schema["title"]]


# The description of the data.


@pytest.mark.parametrize(("format", "parser"), [("ttl", "turtle"), ("jsonld", "json-ld")])
def test_the_catalogue_counts_what_the_database_counts(client, format, parser):
    found = Graph().parse(data=take(client, f"/data/?format={format}").whole, format=parser)
    catalogue = URIRef("http://testserver/data/")
    assert (catalogue, RDF.type, DCAT.Catalog) in found
    assert {title.language for title in found[catalogue : DCTERMS.title]} == {"es", "fr", "en"}
    assert found.value(catalogue, DCTERMS.modified).datatype == XSD.dateTime
    described = {uri("datasets", view.dataset): view for view in LISTS}
    assert set(found[catalogue : DCAT.dataset]) == set(described)
    for one, view in described.items():
        count = found.value(one, VOID.entities).toPython()
        if view.queryset is None:
            assert count == sum(model.objects.count() for model in view.tables.values())
        else:
            model = view.queryset.model
            published = (
                model.objects.published() if hasattr(model.objects, "published") else model.objects.all()
            )
            assert count == published.count() == take(client, f"/api/v1/{view.dataset}/").json()["count"]
        assert found.value(one, DCTERMS.license) == URIRef(settings.DATA_LICENCE)
        distributions = set(found[one : DCAT.distribution])
        assert len(distributions) == len(view.formats())
        for distribution in distributions:
            address = str(found.value(distribution, DCAT.accessURL))
            response = client.get(address)
            assert response.status_code == 200
            media_type = str(found.value(distribution, DCAT.mediaType)).split("media-types/")[1]
            assert response["Content-Type"].split(";")[0] == media_type
        schema = found.value(one, CSVW.tableSchema)
        names = {str(found.value(column, CSVW.name)) for column in found[schema : CSVW.column]}
        assert names == {column.name for column in columns_of(view.export_serializer())}
        for column in found[schema : CSVW.column]:
            assert {text.language for text in found[column : DCTERMS.description]} == {"es", "fr", "en"}
    used = {one for triple in found for one in triple if isinstance(one, URIRef)}
    for space in (*CLOSED, VOID, CSVW):
        assert [one for one in used if one.startswith(str(space)) and one not in space] == []


def test_the_page_about_the_data_leads_to_all_of_it(client):
    page = take(client, "/fr/data/").whole.decode()
    for view in LISTS:
        assert f'id="{view.dataset}"' in page
        for one in view.formats():
            mark = "&amp;bom=1" if one == "csv" else ""
            assert f'/api/v1/{view.dataset}/?format={one}{mark}"' in page
    for address in ("/fr/data/columns/", "/fr/data/api/", "/api/v1/schema/", "?format=ttl"):
        assert address in page
    for word in WORDS:
        assert f"<code>{word.name}</code>" in page
    assert settings.DATA_LICENCE in page


def test_the_columns_are_explained_in_the_reader_s_language(client):
    for code, meaning in (("es", "Nombre. (español)"), ("fr", "Nom. (espagnol)"), ("en", "Name. (Spanish)")):
        page = take(client, f"/{code}/data/columns/").whole.decode()
        assert meaning in page
        for view in LISTS:
            for column in columns_of(view.export_serializer()):
                assert f"<code>{column.name}</code>" in page


def test_the_api_is_explained_from_its_own_description(client):
    described = take(client, "/api/v1/schema/").json()
    for code in ("es", "fr", "en"):
        page = take(client, f"/{code}/data/api/").whole.decode()
        for view in LISTS:
            operation = described["paths"][f"/api/v1/{view.dataset}/"]["get"]
            for parameter in operation["parameters"]:
                assert f"<code>{parameter['name']}</code>" in page
        for name in ("parties[].names", "direction.stated", "terms[].labels", "relations[].type"):
            assert f"<code>{name}</code>" in page, name
    assert "Organizaciones" in take(client, "/es/data/api/").whole.decode()


def test_the_entrance_leads_people_to_the_page_and_programs_to_the_catalogue(client):
    response = client.get("/data/", headers={"accept-language": "fr", "accept": "text/html"})
    assert (response.status_code, response["Location"]) == (303, "http://testserver/fr/data/")
    for accept, media_type in (
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
    ):
        response = client.get("/data/", headers={"accept": accept})
        assert response["Content-Type"].startswith(media_type)
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "Accept" in response["Vary"]
        known = {"accept": accept, "if-none-match": response["ETag"]}
        assert client.get("/data/", headers=known).status_code == 304
    make.organisation(slug="one-more")
    assert client.get("/data/", headers=known).status_code == 200
    assert client.get("/es/data/?format=ttl")["Content-Type"].startswith("text/turtle")
    for address in ("/es/data/?format=exe", "/id/datasets/none"):
        assert client.get(address).status_code == 404
    assert client.get("/id/datasets/agreements")["Location"].endswith("/data/#agreements")
    assert client.get("/id/datasets/agreements?format=ttl")["Location"].endswith("/data/?format=ttl")
