"""Permanent addresses, linked data of single records, Murmurations, our own vocabulary."""

import json
import re
from datetime import date

import pytest
from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS, SDO, SKOS, XSD

from directory import models as directory
from directory import ontology
from ripess_hub.api import LISTS
from tests import factories as make
from tests.api import RECORDS, hide, key_of, relate
from tests.test_formats import take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]

ID = "http://localhost:8000/id/"
HUB = Namespace("http://localhost:8000/ns#")


def graph(client, address, format="ttl"):
    parser = {"ttl": "turtle", "jsonld": "json-ld"}[format]
    joint = "&" if "?" in address else "?"
    return Graph().parse(data=take(client, f"{address}{joint}format={format}").whole, format=parser)


def subject(name, key):
    return URIRef(f"{ID}{name}/{key}")


# Permanent addresses.


def follow(client, address, status=303, **headers):
    response = client.get(address, headers=headers)
    assert response.status_code == status, (address, response.status_code)
    return response.get("Location", "").removeprefix("http://testserver")


@pytest.mark.parametrize("name", RECORDS)
def test_a_permanent_address_leads_to_the_page_or_to_the_data(client, name):
    record = RECORDS[name]()
    key = key_of(record)
    address = f"/id/{name}/{key}"
    page = follow(client, address, **{"accept-language": "fr", "accept": "text/html,*/*;q=0.8"})
    assert page.startswith("/fr/")
    assert client.get(page.split("#")[0]).status_code == 200
    assert follow(client, address, **{"accept-language": "en"}).startswith("/en/")
    for accept, format in (
        ("text/turtle", "ttl"),
        ("application/ld+json", "jsonld"),
        ("application/json", "json"),
        ("text/csv", "csv"),
        ("text/html;q=0.3, text/turtle;q=0.9", "ttl"),
    ):
        data = follow(client, address, accept=accept)
        assert data == f"/api/v1/{name}/{key}/?format={format}"
        assert client.get(data).status_code == 200
    assert follow(client, f"{address}/?format=ttl") == f"/api/v1/{name}/{key}/?format=ttl"
    assert follow(client, f"/id/{name.removesuffix('s')}/{key}?format=json").endswith("format=json")
    assert take(client, f"/api/v1/{name}/{key}/").json()["id"] == f"{ID}{name}/{key}"
    for missing in (f"{address}?format=exe", f"/id/{name}/none", f"/id/none/{key}"):
        follow(client, missing, 404)
    response = client.get(address)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert {"Accept", "Accept-Language"} <= set(response["Vary"].replace(" ", "").split(","))
    hide(record)
    follow(client, address, 404)


def test_a_term_has_a_permanent_address(client):
    make.region("m49-002")
    make.term(directory.Sector, "fair_trade", facet="activity")
    make.term(directory.Scope, "national")
    assert follow(client, "/id/regions/m49-002", **{"accept-language": "es"}) == "/es/regions/m49-002/"
    assert follow(client, "/id/sectors/fair_trade").endswith("/sectors/fair_trade/")
    assert follow(client, "/id/scopes/national").endswith("/data/#vocabularies")
    assert follow(client, "/id/scopes/national?format=ttl") == "/api/v1/vocabularies/scopes/?format=ttl"
    assert follow(client, "/id/vocabularies/scopes?format=json") == "/api/v1/vocabularies/scopes/?format=json"
    for missing in ("/id/scopes/none", "/id/vocabularies/none", "/id/countries/%00", "/id/users/1"):
        follow(client, missing, 404)


# Records.


def test_both_notations_say_the_same(client):
    make.agreement(slug="a", title_es='«"Comillas"»\\ \n\t\x07', parties=[make.organisation(), "A city"])
    for view in LISTS:
        address = f"/api/v1/{view.dataset}/"
        assert isomorphic(graph(client, address), graph(client, address, "jsonld")), view


def test_an_organisation_in_linked_data(client):
    whole = make.organisation(slug="whole")
    kind = make.term(
        directory.OrganisationKind, "sse", mappings={"schema_org": "NGO", "essglobal_exact": ["Network"]}
    )
    sector = make.term(
        directory.Sector,
        "finance",
        facet="activity",
        mappings={"essglobal_exact": ["themes/T3"], "essglobal_activity": ["a11"]},
    )
    made = make.organisation(
        slug="a", kind=kind, name_es="Red", name_fr="Réseau", acronym="RD", sectors={sector}, founded=1999,
        website="https://example.org/a b", sources=["https://example.org/x", "general knowledge"],
        latitude=14.69, longitude=-17.45, city="Dakar", country=make.country("SN"),
    )  # fmt: skip
    relate(made, whole, "member_of")
    found, a = graph(client, "/api/v1/organisations/a/"), subject("organisations", "a")
    assert set(found[a : SDO.name]) == {Literal("Red", "es"), Literal("Réseau", "fr")}
    assert {SDO.Organization, SDO.NGO, URIRef("http://purl.org/essglobal/vocab/Network")} == set(
        found[a : RDF.type]
    )
    assert set(found[a : DCTERMS.subject]) == {URIRef("http://purl.org/essglobal/standard/themes/T3")}
    assert found.value(a, HUB.sector) == subject("sectors", "finance")
    assert found.value(a, SDO.foundingDate) == Literal("1999", datatype=XSD.gYear)
    # An address with a space is no address: it stays a text.
    assert found.value(a, SDO.url) == Literal("https://example.org/a b")
    assert set(found[a : DCTERMS.source]) == {URIRef("https://example.org/x"), Literal("general knowledge")}
    place = found.value(a, SDO.location)
    assert found.value(found.value(place, SDO.geo), SDO.latitude) == Literal("14.69", datatype=XSD.decimal)
    assert found.value(found.value(place, SDO.address), SDO.addressCountry) == Literal("SN")
    assert found.value(a, SDO.memberOf) == subject("organisations", "whole")
    other = graph(client, "/api/v1/organisations/whole/")
    assert other.value(subject("organisations", "whole"), SDO.member) == a


def test_an_agreement_in_linked_data(client):
    draft = make.organisation(name_es="Borrador", publication="draft")
    known, old = make.organisation(slug="known"), make.agreement(slug="old")
    made = make.agreement(slug="a", parties=[known, draft, "A city"], supersedes=old, start_year=2004,
                          end_year=2015, end_on=date(2015, 3, 1), signed_on=date(2004, 2, 10))  # fmt: skip
    made.parties.filter(organisation=known).update(role="Host")
    found, a = graph(client, "/api/v1/agreements/a/"), subject("agreements", "a")
    assert set(found[a : RDF.type]) == {HUB.CooperationAgreement, SDO.CreativeWork}
    parties = set(found[a : HUB.party])
    assert subject("organisations", "known") in parties
    named = {str(name) for party in parties for name in found[party : SDO.name]}
    assert named == {"Borrador", "A city"}
    germany = {"name_es": "Alemania", "name_en": "Germany"}
    make.agreement(slug="other", parties=[known, germany])
    other = graph(client, "/api/v1/agreements/other/")
    said = set(other.objects(None, SDO.name)) - set(other[subject("agreements", "other") : SDO.name])
    assert said == {Literal("Alemania", "es"), Literal("Germany", "en")}
    (part,) = found[a : HUB.participation]
    assert (found.value(part, HUB.participant), found.value(part, HUB.role)) == (
        subject("organisations", "known"),
        Literal("Host"),
    )
    assert found.value(a, DCTERMS.replaces) == subject("agreements", "old")
    assert found.value(a, HUB.begins) == Literal("2004", datatype=XSD.gYear)
    assert found.value(a, HUB.ends) == Literal("2015-03-01", datatype=XSD.date)
    assert found.value(a, HUB.signedOn) == Literal("2004-02-10", datatype=XSD.date)
    other = graph(client, "/api/v1/agreements/old/")
    assert other.value(subject("agreements", "old"), DCTERMS.isReplacedBy) == a


def test_a_vocabulary_is_skos(client):
    make.region("m49-011", type="subregion", parent=make.region("m49-002"), m49="011")
    make.term(directory.Sector, "finance", facet="activity", label_fr="Finance", mappings={"essglobal_exact": ["themes/T3"]})  # fmt: skip
    found = graph(client, "/api/v1/vocabularies/")
    sector, scheme = subject("sectors", "finance"), subject("vocabularies", "sectors")
    assert Literal("Finance", "fr") in found[sector : SKOS.prefLabel]
    assert found.value(sector, SKOS.inScheme) == scheme
    assert found.value(scheme, RDF.type) == SKOS.ConceptScheme
    assert Literal("secteurs", "fr") in found[scheme : DCTERMS.title]
    assert found.value(sector, SKOS.exactMatch) == URIRef("http://purl.org/essglobal/standard/themes/T3")
    west = subject("regions", "m49-011")
    assert found.value(west, SKOS.broader) == subject("regions", "m49-002")
    assert found.value(west, SKOS.notation) == Literal("011")
    # Its own page says the same of it as its vocabulary.
    for address in ("/es/sectors/finance/", "/api/v1/sectors/finance/", "/api/v1/sectors/"):
        itself = graph(client, address)
        assert len(itself)
        assert set(itself) <= set(found), address
    alone = graph(client, "/api/v1/vocabularies/sectors/")
    assert set(alone.subjects(RDF.type, SKOS.ConceptScheme)) == {scheme}


def in_page(client, address):
    """What a page says of its record to search engines."""
    page = client.get(address).content.decode()
    said = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    said["@context"] = {"@vocab": str(SDO)}
    return Graph().parse(data=json.dumps(said), format="json-ld")


@pytest.mark.parametrize("name", [name for name in RECORDS if name != "documents"])
def test_the_pages_of_all_languages_and_the_exports_speak_of_one_thing(client, name):
    whole = {"meetings": "event", "contributions": "organisation"}.get(name)
    record = RECORDS[name](**({whole: getattr(make, whole)()} if whole else {}))
    exported = {one for view in LISTS for one in graph(client, f"/api/v1/{view.dataset}/").subjects()}
    itself = graph(client, f"/api/v1/{name}/{key_of(record)}/").subjects(SDO.mainEntityOfPage)
    said = []
    for code in ("es", "fr", "en"):
        address = re.sub("^/../", f"/{code}/", record.get_absolute_url())
        found = in_page(client, address)
        assert f"http://testserver{address}" in {str(one) for one in found.objects(None, SDO.url)}
        said.append({one for one in found.subjects() if isinstance(one, URIRef)})
    assert said[0] == said[1] == said[2]
    assert set(itself) <= said[0] <= exported
    # What belongs to it is named too.
    assert len(said[0]) > 1 or name in ("organisations", "events")


# Our own words.


@pytest.mark.parametrize("format", ["ttl", "jsonld"])
def test_our_vocabulary_describes_itself(client, format):
    found = graph(client, "/ns", format)
    for word in ontology.WORDS:
        uri = HUB[word.name]
        assert len(set(found[uri : RDFS.comment])) == 3, word.name
        assert {comment.language for comment in found[uri : RDFS.comment]} == {"es", "fr", "en"}
        assert (uri, RDF.type, RDFS.Class if word.is_class else RDF.Property) in found
    assert follow(client, "/ns", **{"accept-language": "fr"}) == "/fr/data/#vocabulary"
    assert client.get("/ns", headers={"accept": "text/turtle"})["Content-Type"].startswith("text/turtle")
    follow(client, "/ns?format=exe", 404)


# Murmurations.


def test_a_profile_speaks_the_language_in_which_the_name_is_official(client):
    made = make.organisation(
        slug="a", name_es="Red", name_fr="Réseau", names_translated=["es"], acronym="RD", founded=1960,
        description_es="Texto", website="https://example.org/", city="Dakar", country=make.country("SN", label_fr="Sénégal"),
        scope=make.term(directory.Scope, "continental", mappings={"murmurations": "international"}),
    )  # fmt: skip
    relate(made, make.organisation(slug="whole"), "member_of")
    profile = take(client, "/api/v1/organisations/a/?format=murmurations")
    assert profile["Content-Type"] == "application/json"
    assert profile["Access-Control-Allow-Origin"] == "*"
    profile = json.loads(profile.whole)
    assert (profile["name"], profile["description"]) == ("Réseau", "Texto")
    assert (profile["full_address"], profile["country_iso_3166"]) == ("Dakar, Sénégal", "SN")
    assert profile["geographic_scope"] == "international"
    assert profile["starts_at"] == -315619200
    assert profile["relationships"] == [
        {"predicate_url": "https://schema.org/memberOf", "object_url": f"{ID}organisations/whole"}
    ]
    listed = json.loads(take(client, "/api/v1/organisations/?format=murmurations").whole)
    assert [entry["profile_url"] for entry in listed] == [
        f"http://testserver/api/v1/organisations/{key}/?format=murmurations" for key in ("a", "whole")
    ]
    assert client.get(listed[0]["profile_url"]).status_code == 200
    assert follow(client, "/id/organisations/a?format=murmurations").endswith("a/?format=murmurations")


def test_without_organisations_there_is_nothing_to_register(client):
    assert json.loads(take(client, "/api/v1/organisations/?format=murmurations").whole) == []
