"""What the read API says of each type of record, and that its schema says the same."""

import json
from datetime import UTC, date, datetime, timedelta

import jsonschema
import pytest
import yaml
from django.core.management import call_command

from contributions.models import ContributionTranslation
from directory import models as directory
from ripess_hub.api import LISTS
from tests import factories as make
from tests.api import ask, grow, hide, named, outside, relate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
COMPONENTS = {
    "organisations": "Organisation",
    "agreements": "Agreement",
    "events": "Event",
    "groups": "Group",
    "meetings": "Meeting",
    "documents": "Document",
    "calls": "Call",
    "contributions": "Contribution",
    "regions": "Region",
    "sectors": "Sector",
    "vocabularies": "Vocabulary",
}


# Organisations.


def test_an_organisation_gives_its_texts_by_language_and_its_values_as_keys(client):
    make.organisation(
        slug="a", name_es="Red", name_en="Network", acronym="RD", aliases=["La Red"], description_fr="Texte",
        names_translated=["en"], regions={make.region("m49-002")}, country=make.country("SN"), city="Dakar",
        sectors={make.term(directory.Sector, "fair_trade", facet="activity")}, latitude=14.69, longitude=-17.45,
        founded=2002, website="https://example.org/", confidence=make.term(directory.Confidence, "high"),
        sources=["general knowledge"], note="A remark.",
    )  # fmt: skip
    record = ask(client, "organisations/a/")
    assert record["names"] == {"es": "Red", "fr": None, "en": "Network"}
    assert record["acronyms"] == {"es": "RD", "fr": "RD", "en": "RD"}
    assert record["descriptions"]["fr"] == "Texte"
    for name, value in {
        "aliases": ["La Red"], "names_translated": ["en"], "kind": "network", "scope": "international",
        "regions": ["m49-002"], "sectors": ["fair_trade"], "country": "SN", "city": "Dakar",
        "latitude": 14.69, "longitude": -17.45, "founded": 2002, "website": "https://example.org/",
        "status": "active", "confidence": "high", "sources": ["general knowledge"], "note": "A remark.",
    }.items():  # fmt: skip
        assert record[name] == value, name
    assert "m49-011" in record["found_in"]


def test_what_is_not_known_of_an_organisation_is_null(client):
    make.organisation(slug="a")
    record = ask(client, "organisations/a/")
    for name in ("country", "city", "latitude", "longitude", "founded", "website", "confidence", "note"):
        assert record[name] is None, name
    assert record["regions"] == record["sectors"] == record["relations"] == record["sources"] == []


def test_a_relation_stands_on_both_sides(client):
    part, whole = make.organisation(slug="part", name="Part"), make.organisation(slug="whole", name="Whole")
    relate(part, whole, "part_of")
    assert ask(client, "organisations/part/")["relations"] == [
        {"type": "part_of", "inverse": False, **named("whole", "Whole")}
    ]
    assert ask(client, "organisations/whole/")["relations"] == [
        {"type": "part_of", "inverse": True, **named("part", "Part")}
    ]


# Agreements and events.


def test_an_agreement_gives_its_dates_as_stored_and_both_directions(client):
    south = [make.organisation(country=make.country(key), scope=national()) for key in ("SN", "ML")]
    stated = make.term(directory.Direction, "south_north")
    for key in ("south_south", "north_north", "global", "unclassified"):
        make.term(directory.Direction, key)
    made = make.agreement(
        slug="a",
        parties=south,
        signed_on=date(2004, 2, 10),
        start_year=2004,
        end_year=2015,
        end_on=date(2015, 3, 1),
    )
    record = ask(client, "agreements/a/")
    assert record["direction"] == {"stated": None, "computed": "south_south", "shown": "south_south"}
    assert (record["signed_on"], record["start_year"], record["start_on"]) == ("2004-02-10", 2004, None)
    assert (record["end_year"], record["end_on"]) == (2015, "2015-03-01")
    directory.Agreement.objects.filter(pk=made.pk).update(direction_stated=stated)
    record = ask(client, "agreements/a/")
    assert record["direction"] == {"stated": "south_north", "computed": "south_south", "shown": "south_north"}


def national():
    return make.term(directory.Scope, "national")


def test_agreements_and_events_point_to_each_other(client):
    old = make.agreement(slug="old")
    make.agreement(slug="new", supersedes=old)
    make.event(slug="forum", outcome=old, organisers={make.organisation(slug="a", name="A")},
               other_organisers=["A city"], starts_on=date(2016, 9, 7))  # fmt: skip
    assert ask(client, "agreements/new/")["supersedes"] == "old"
    assert ask(client, "agreements/old/")["renewed_by"] == ["new"]
    assert ask(client, "agreements/old/")["adopted_at"] == ["forum"]
    event = ask(client, "events/forum/")
    assert event["outcome"] == "old"
    assert event["organisers"] == [named("a", "A"), outside("A city")]
    assert (event["year"], event["starts_on"], event["ends_on"]) == (2016, "2016-09-07", None)


# Groups, meetings, documents and calls.


def test_a_group_gives_its_text_in_order_and_what_belongs_to_it(client):
    group = make.group(
        slug="group", title="Group", coordinator=make.organisation(slug="a", name="A"),
        forum=make.event(slug="forum"), areas={make.region("m49-002")},
    )  # fmt: skip
    make.paragraph(group, "First.", key="first", basis="editorial")
    make.paragraph(group, None, key="second", text_es="Segundo.")
    make.question(group, "Why?", key="why")
    make.meeting(slug="met", group=group)
    make.call(slug="call", group=group)
    make.call(slug="draft", group=group, publication="draft")
    record = ask(client, "groups/group/")
    assert record["coordinator"] == named("a", "A")
    assert [paragraph["key"] for paragraph in record["context"]] == ["first", "second"]
    assert record["context"][0]["basis"] == "editorial"
    assert record["context"][1]["texts"] == {"es": "Segundo.", "fr": None, "en": None}
    assert record["questions"][0]["texts"]["fr"] == "Why?"
    assert (record["forum"], record["areas"]) == ("forum", ["m49-002"])
    assert (record["meetings"], record["calls"]) == (["met"], ["call"])


def test_a_meeting_without_a_title_is_named_by_its_group_and_invents_no_day(client):
    make.meeting(slug="met", title="", year=2016, group=make.group(title="Group"))
    make.meeting(slug="titled", title="Meeting", starts_at=NOON, time_zone="America/Lima")
    record = ask(client, "meetings/met/")
    assert record["names"]["fr"] == "Group"
    assert (record["year"], record["starts_at"]) == (2016, None)
    record = ask(client, "meetings/titled/")
    assert record["names"]["fr"] == "Meeting"
    assert (record["starts_at"], record["time_zone"]) == ("2026-05-04T12:00:00Z", "America/Lima")


def test_the_files_of_a_document_are_listed_only_while_anybody_may_read_them(client):
    document = make.document(slug="a", files=[("fr", "Rapport final.pdf", b"1234")])
    (file,) = ask(client, "documents/a/")["files"]
    assert (file["name"], file["language"], file["size"]) == ("Rapport final.pdf", "fr", 4)
    assert file["url"].startswith("http://testserver/files/")
    assert client.get(file["url"]).status_code == 200
    type(document).objects.filter(pk=document.pk).update(available=False)
    record = ask(client, "documents/a/")
    assert (record["available"], record["files"]) == (False, [])
    assert client.get(file["url"]).status_code == 404


def test_the_state_of_a_call_follows_the_clock_of_the_database(client, clock):
    make.call(slug="a", opens_at=NOON, closes_at=NOON + timedelta(hours=1), time_zone="Africa/Dakar")
    moment = timedelta(microseconds=1)
    for instant, state in (
        (NOON - moment, "scheduled"),
        (NOON, "open"),
        (NOON + timedelta(hours=1) - moment, "open"),
        (NOON + timedelta(hours=1), "closed"),
    ):
        with clock(instant):
            record = ask(client, "calls/a/")
        assert record["state"] == state, instant
    assert (record["opens_at"], record["closes_at"]) == ("2026-05-04T12:00:00Z", "2026-05-04T13:00:00Z")
    assert (record["time_zone"], record["dates_unknown"]) == ("Africa/Dakar", False)


def test_a_call_of_unknown_dates_is_closed_and_has_none(client):
    make.call(slug="a", title="", dates_unknown=True, group=make.group(title="Group"))
    record = ask(client, "calls/a/")
    assert (record["state"], record["dates_unknown"]) == ("closed", True)
    assert record["opens_at"] is record["closes_at"] is None
    assert record["names"]["es"] == "Group"


# Contributions.


def test_a_contribution_is_given_in_its_own_language_and_whole_at_its_address(client):
    author = make.person(email="secret@example.org", display_name="Rosa Quispe")
    make.contribution(
        reference="C-SENT", title="Aprendimos", language="es", text="Un **texto**.", author=author,
        call=make.call(slug="call", group=make.group(slug="group")), published_at=NOON,
        organisation=make.organisation(slug="a", name="A"),
    )  # fmt: skip
    record = ask(client, "contributions/C-SENT/")
    assert record["names"] == {"es": "Aprendimos", "fr": None, "en": None}
    assert (record["language"], record["author"]) == ("es", "Rosa Quispe")
    assert record["texts"] == {"es": "Un **texto**.", "fr": None, "en": None}
    assert record["translations"] == []
    assert (record["call"], record["group"]) == ("call", "group")
    assert record["organisation"] == named("a", "A")
    assert record["published_at"] == "2026-05-04T12:00:00Z"
    assert "secret" not in str(record)
    (listed,) = ask(client, "contributions/")["results"]
    assert "texts" not in listed


def test_a_contribution_carries_the_published_translations_people_made_of_it(client):
    record = make.contribution(
        reference="C-SENT", title="Aprendimos", summary="Breve.", text="Un texto.", language="es", version=2
    )
    for language, publication, version in (("en", "published", 1), ("fr", "draft", 2)):
        ContributionTranslation.objects.create(
            contribution=record, language=language, publication=publication, source_version=version,
            title=f"Title {language}", text=f"Text {language}", translator_name="Ana" if version == 1 else "",
        )  # fmt: skip
    whole = ask(client, "contributions/C-SENT/")
    assert whole["names"] == {"es": "Aprendimos", "fr": None, "en": "Title en"}
    assert whole["summaries"] == {"es": "Breve.", "fr": None, "en": None}
    assert whole["texts"] == {"es": "Un texto.", "fr": None, "en": "Text en"}
    assert whole["translations"] == [{"language": "en", "translator": "Ana", "outdated": True}]
    (listed,) = ask(client, "contributions/")["results"]
    assert listed == {name: value for name, value in whole.items() if name != "texts"}
    turtle = client.get("/api/v1/contributions/C-SENT/?format=ttl").getvalue().decode()
    for text, found in (('"Text en"@en', True), ('"Un texto."@es', True), ("@fr", False)):
        assert (text in turtle) is found
    ContributionTranslation.objects.update(publication="draft")
    assert ask(client, "contributions/C-SENT/")["translations"] == []


@pytest.mark.parametrize("state", ["declined", "received"])
def test_what_nobody_published_yet_is_not_shown(client, state):
    sent, shown = make.contribution(), make.contribution()
    hide(sent, state)
    assert [record["key"] for record in ask(client, "contributions/")["results"]] == [shown.reference]
    ask(client, f"contributions/{sent.reference}/", 404)
    hide(shown.call)
    ask(client, f"contributions/{shown.reference}/", 404)


# Vocabularies.


def test_a_vocabulary_gives_its_terms_with_labels_and_mappings(client):
    make.country("SN", label_es="Senegal", m49="686")
    make.term(
        directory.Sector, "fair_trade", facet="activity", definition_fr="Du commerce", mappings={"ica": "x"}
    )
    listed = {vocabulary["key"]: vocabulary for vocabulary in ask(client, "vocabularies/")["results"]}
    assert {"sectors", "regions", "countries", "document_kinds", "challenge_categories"} <= set(listed)
    assert listed["sectors"] == ask(client, "vocabularies/sectors/")
    (sector,) = listed["sectors"]["terms"]
    assert sector["labels"]["fr"] == "Fair trade"
    assert sector["definitions"] == {"es": None, "fr": "Du commerce", "en": None}
    assert (sector["mappings"], sector["facet"]) == ({"ica": "x"}, "activity")
    assert client.get(sector["url"]).status_code == 200
    regions = {region["key"]: region for region in listed["regions"]["terms"]}
    assert (regions["m49-011"]["parent"], regions["m49-011"]["countries"]) == ("m49-002", ["SN"])
    (country,) = listed["countries"]["terms"]
    assert (country["m49"], country["side"], country["subregion"]) == ("686", "south", "m49-011")
    assert ask(client, "vocabularies/none/", 404)["detail"]


def test_a_changed_term_shows_at_the_next_request(client):
    scope = make.term(directory.Scope, "national", label="Before")
    assert ask(client, "vocabularies/scopes/")["terms"][0]["labels"]["es"] == "Before"
    directory.Scope.objects.filter(pk=scope.pk).update(label_es="After")
    assert ask(client, "vocabularies/scopes/")["terms"][0]["labels"]["es"] == "After"


def test_a_region_counts_what_is_published_there(client):
    west = make.region("m49-011", type="subregion", parent=make.region("m49-002"), label_fr="Ouest")
    country = make.country("SN", subregion=west)
    body = make.organisation(country=country, scope=national())
    make.agreement(parties=[body, "A city"])
    make.event(country=country)
    make.organisation(country=country, publication="draft")
    region = ask(client, "regions/m49-011/")
    assert (region["names"]["fr"], region["parent"], region["countries"]) == ("Ouest", "m49-002", ["SN"])
    counts = ("organisation_count", "agreement_count", "event_count")
    assert [region[name] for name in counts] == [1, 1, 1]
    for name, count in zip(("organisations", "agreements", "events"), counts, strict=True):
        assert ask(client, f"{name}/?region=m49-011")["count"] == region[count]
    assert [found["key"] for found in ask(client, "regions/?type=subregion")["results"]] == ["m49-011"]
    assert client.get(region["url"]).status_code == 200


def test_a_sector_counts_what_is_published_of_it(client):
    sector = make.term(directory.Sector, "fair_trade", facet="activity", label_fr="Équitable")
    make.term(directory.Sector, "finance", facet="theme")
    body, draft = (
        make.organisation(sectors={sector}),
        make.organisation(sectors={sector}, publication="draft"),
    )
    pact = make.agreement(sectors={sector})
    make.agreement(sectors={sector}, publication="draft")
    make.event(organisers={body, make.organisation(sectors={sector})}, outcome=pact)
    make.event(outcome=pact)
    make.event(organisers={draft})
    found = ask(client, "sectors/fair_trade/")
    assert (found["names"]["fr"], found["facet"]) == ("Équitable", "activity")
    counts = ("organisation_count", "agreement_count", "event_count")
    assert [found[name] for name in counts] == [2, 1, 2]
    for name, count in zip(("organisations", "agreements", "events"), counts, strict=True):
        assert ask(client, f"{name}/?sector=fair_trade")["count"] == found[count]
    assert [one["key"] for one in ask(client, "sectors/?facet=theme")["results"]] == ["finance"]
    assert "none" in ask(client, "sectors/?facet=none")["detail"]
    assert client.get(found["url"]).status_code == 200


# The schema.


def test_the_schema_is_made_without_warnings(tmp_path):
    file = tmp_path / "schema.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(file))
    assert "openapi: 3.1.0" in file.read_text()


def test_the_schema_is_given_as_json_and_yaml_in_english(client):
    schema = ask(client, "schema/", **{"accept-language": "fr"})
    described = schema["paths"]["/api/v1/organisations/"]["get"]["parameters"]
    described = {parameter["name"]: parameter for parameter in described}
    assert {"q", "region", "sector", "order", "page", "page_size", "lang"} <= set(described)
    assert described["scope"]["description"].startswith("Scope")
    assert yaml.safe_load(client.get("/api/v1/schema/?format=yaml").content) == schema
    wanted = client.get("/api/v1/schema/", headers={"accept": "application/vnd.oai.openapi"})
    assert wanted.headers["Content-Type"] == "application/vnd.oai.openapi"
    ask(client, "schema/?format=exe", 404)


def validator(schema, component):
    return jsonschema.Draft202012Validator(
        {"$ref": f"#/components/schemas/{component}", "components": schema["components"]}
    )


def test_records_are_what_the_schema_says(client):
    grow(1)
    schema = ask(client, "schema/")
    described = schema["components"]["schemas"]
    for name, component in COMPONENTS.items():
        answer = ask(client, f"{name}/")
        validator(schema, f"Paginated{component}List").validate(answer)
        whole = "WholeContribution" if name == "contributions" else component
        for listed in answer["results"]:
            assert set(listed) == set(described[component]["properties"])
            record = ask(client, f"{name}/{listed['key']}/")
            validator(schema, whole).validate(record)
            assert set(record) == set(described[whole]["properties"])


def test_every_filter_of_the_schema_has_an_example(client):
    shared = {"page", "page_size", "after", "before", "order", "format", "bom", "lang"}
    for address, operations in ask(client, "schema/")["paths"].items():
        parameters = [one for one in operations["get"]["parameters"] if one["in"] == "query"]
        without = {one["name"] for one in parameters if "example" not in one}
        assert without <= shared, address


def test_the_examples_of_the_schema_are_what_it_says(client):
    schema = ask(client, "schema/")
    found = 0
    for operations in schema["paths"].values():
        content = operations["get"]["responses"]["200"]["content"]["application/json"]
        answer = content["schema"].get("anyOf", [content["schema"]])[0]
        component = answer["$ref"].rsplit("/", 1)[1]
        for example in content.get("examples", {}).values():
            validator(schema, component).validate(example["value"])
            found += 1
    assert found == 2 * len(LISTS)
    assert json.dumps(schema).count("accounts/?page") == 0
