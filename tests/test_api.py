"""The read API, by address: what it shows, what it keeps to itself, and that it asks few queries."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches
from django.db import InterfaceError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils.http import parse_http_date

from directory import models as directory
from tests import factories as make
from tests.api import LISTS, RECORDS, ask, everything_about, grow, hide, key_of, keys, named, relate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


# What every list and record has.


def test_the_root_names_every_list_the_schema_and_the_page_that_explains_it(client):
    assert set(ask(client, "")) == {*LISTS, "schema", "documentation"}
    assert ask(client, "?lang=fr")["documentation"] == "http://testserver/fr/data/api/"
    for address in ask(client, "").values():
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_stands_in_its_list_and_at_its_own_address(client, name):
    record = RECORDS[name]()
    answer = ask(client, f"{name}/")
    assert set(answer) == {"count", "next", "previous", "results"}
    assert (answer["next"], answer["previous"]) == (None, None)
    listed = {found["key"]: found for found in answer["results"]}[key_of(record)]
    assert listed["api_url"] == f"http://testserver/api/v1/{name}/{key_of(record)}/"
    assert listed["url"].startswith("http://testserver/es/")
    assert set(listed["names"]) == {"es", "fr", "en"}
    assert listed["names"]["es"]
    assert listed.items() <= ask(client, f"{name}/{key_of(record)}/").items()
    assert client.get(listed["url"]).status_code == 200


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
@pytest.mark.parametrize("name", RECORDS)
def test_an_unpublished_record_is_in_no_list_and_looks_like_a_missing_one(client, name, state):
    record, other = RECORDS[name](), RECORDS[name]()
    hide(record, state)
    assert key_of(record) not in keys(client, f"{name}/")
    assert key_of(other) in keys(client, f"{name}/")
    missing = ask(client, f"{name}/nothing/", 404)
    assert ask(client, f"{name}/{key_of(record)}/", 404) == missing
    assert set(missing) == {"detail"}
    ask(client, f"{name}/{key_of(other)}/")


def test_no_record_leads_to_an_unpublished_one(client):
    hidden = make.organisation(slug="canary-1"), make.agreement(slug="canary-2")
    hidden = (*hidden, make.event(slug="canary-3"), make.meeting(slug="canary-4"))
    everything_about(hidden)

    def named():
        addresses = [f"{name}/" for name in LISTS] + [
            "organisations/source/", "organisations/target/", "agreements/made/", "events/held/",
            "groups/group/", "meetings/met/", "documents/written/", "calls/call/", "contributions/C-SENT/",
        ]  # fmt: skip
        shown = "".join(str(ask(client, address)) for address in addresses)
        return [f"canary-{n}" in shown for n in (1, 2, 3, 4)]

    assert named() == [True] * 4
    for record in hidden:
        hide(record)
    assert named() == [False] * 4


def test_an_unpublished_party_coordinator_or_sender_is_named_without_its_key(client):
    body = make.organisation(name="Body of drafts", publication="draft")
    make.agreement(slug="made", parties=[body, make.organisation(slug="known", name="Known"), "A city"])
    make.group(slug="group", coordinator=body)
    make.contribution(reference="C-SENT", organisation=body)
    unpublished = named(None, "Body of drafts")
    nowhere = {"role": None, "latitude": None, "longitude": None}
    germany = {"name_es": "Alemania", "name_en": "Germany"}
    make.agreement(slug="other", parties=[make.organisation(), germany])
    party = ask(client, "agreements/other/?lang=fr")["parties"][1]
    assert party["names"] == {"es": "Alemania", "fr": None, "en": "Germany"}
    assert (party["key"], party["name"]) == (None, "Germany")
    assert "Alemania" in client.get("/api/v1/agreements/?format=csv").getvalue().decode()
    assert ask(client, "agreements/made/")["parties"] == [
        {**unpublished, **nowhere},
        {**named("known", "Known"), **nowhere},
        {**named(None, "A city"), **nowhere},
    ]
    assert ask(client, "groups/group/")["coordinator"] == unpublished
    assert ask(client, "contributions/C-SENT/")["organisation"] == unpublished


@pytest.mark.parametrize("name", ["meetings", "documents", "calls"])
def test_a_record_of_an_unpublished_group_is_not_there(client, name):
    record, other = RECORDS[name](), RECORDS[name]()
    hide(record.group)
    assert keys(client, f"{name}/") == [other.slug]
    ask(client, f"{name}/{record.slug}/", 404)
    ask(client, f"{name}/{other.slug}/")


def queries_of_each_list(client):
    asked = {}
    for name in LISTS:
        ask(client, f"{name}/")
        caches["pages"].clear()
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/api/v1/{name}/")
        asked[name] = len(queries)
    return asked


def test_a_list_asks_as_many_queries_for_many_as_for_one(client):
    grow(1)
    with_one = queries_of_each_list(client)
    grow(2)
    assert queries_of_each_list(client) == with_one
    assert max(with_one.values()) <= 5


def walk(client, address, link="next"):
    """The keys of every page from `address` on, page by page."""
    found = []
    while address:
        answer = ask(client, address)
        assert answer["count"] == 5
        found.append([record["key"] for record in answer["results"]])
        address = (answer[link] or "").removeprefix("http://testserver/api/v1/")
    return found


@pytest.mark.parametrize("query", ["", "&order=name", "&page=1", "&order=key", "&q=name"])
def test_pages_follow_each_other_and_hold_every_record_once(client, query):
    made = sorted(make.organisation(name="The same name").slug for _one in range(5))
    pages = walk(client, f"organisations/?page_size=2{query}")
    assert [len(page) for page in pages] == [2, 2, 1]
    assert sorted(sum(pages, [])) == made


def test_pages_go_by_keys_both_ways(client):
    for key in "abcde":
        make.organisation(slug=key)
    forth = walk(client, "organisations/?page_size=2")
    assert forth == [["a", "b"], ["c", "d"], ["e"]]
    assert walk(client, "organisations/?page_size=2&after=d", "previous") == [["e"], ["c", "d"], ["a", "b"]]
    assert walk(client, "organisations/?page_size=2&page=3", "previous") == forth[::-1]
    assert keys(client, "organisations/?after=bb&q=organisation") == ["c", "d", "e"]
    assert ask(client, "organisations/?before=a&kind=network") | {"count": 0, "detail": ""} == {
        "count": 0, "next": None, "previous": None, "results": [], "detail": "",
    }  # fmt: skip


def test_records_that_come_and_go_move_no_other_to_another_page(client):
    for key in "bcdef":
        make.organisation(slug=key)
    first = ask(client, "organisations/?page_size=2")
    assert [record["key"] for record in first["results"]] == ["b", "c"]
    make.organisation(slug="a")
    hide(directory.Organisation.objects.get(slug="c"))
    second = ask(client, first["next"].removeprefix("http://testserver/api/v1/"))
    assert [record["key"] for record in second["results"]] == ["d", "e"]


def test_a_page_holds_fifty_records_and_two_hundred_at_most(client):
    for _one in range(201):
        make.event()
    assert len(keys(client, "events/")) == 50
    assert len(keys(client, "events/?page_size=200")) == 200
    assert len(keys(client, "events/?page_size=5000")) == 200


def test_the_language_asked_for_decides_on_addresses_names_and_errors(client):
    make.organisation(slug="a", name_es="Red", name_fr="Réseau")
    relate(make.organisation(slug="b"), directory.Organisation.objects.get(slug="a"))
    for language, name in (("es", "Red"), ("fr", "Réseau"), ("en", "Red")):
        for address, headers in ((f"?lang={language}", {}), ("", {"accept-language": f"{language}-XX"})):
            record = ask(client, f"organisations/b/{address}", **headers)
            assert record["url"] == f"http://testserver/{language}/organisations/b/"
            assert record["relations"][0]["name"] == name
    assert ask(client, "organisations/b/")["url"].startswith("http://testserver/es/")
    assert client.get("/api/v1/organisations/b/?lang=fr").headers["Content-Language"] == "fr"
    sentences = {
        ask(client, f"organisations/?page=9&lang={code}", 404)["detail"] for code in ("es", "fr", "en")
    }
    assert len(sentences) == 3


def test_names_are_sorted_by_the_language_asked_for(client):
    make.organisation(slug="a", name_es="Zona", name_fr="Aire", name_en="Area")
    make.organisation(slug="b", name_es="Árbol", name_fr="Zinc", name_en="Zinc")
    assert keys(client, "organisations/?order=name&lang=es") == ["b", "a"]
    assert keys(client, "organisations/?order=name&lang=fr") == ["a", "b"]
    assert keys(client, "organisations/?lang=es") == ["a", "b"]


@pytest.mark.parametrize("address", ["", "organisations/", "schema/", "organisations/nothing/", "nothing/"])
def test_any_site_may_read_and_no_cookie_is_set(client, address):
    for response in (client.get(f"/api/v1/{address}"), client.options(f"/api/v1/{address}")):
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert not response.cookies
    assert client.head("/api/v1/organisations/").status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(client, method):
    record = make.organisation()
    for address in ("organisations/", f"organisations/{record.slug}/", "vocabularies/", "schema/", ""):
        response = getattr(client, method)(f"/api/v1/{address}", '{"a":', content_type="application/json")
        assert response.status_code == 405
        assert response.json()["detail"]
    ask(client, f"organisations/{record.slug}/")


# Validators.


@pytest.mark.django_db(transaction=True)
def test_what_did_not_change_is_not_sent_again(client):
    organisation = make.organisation(slug="a")
    yesterday = int(time.time() - 86400) * 1_000_000
    directory.PageVersion.objects.update(version=yesterday)
    caches["pages"].clear()
    first = client.get("/api/v1/organisations/")
    # The day changes what pages say, so it counts as a change.
    midnight = int(time.time()) // 86400 * 86400
    assert parse_http_date(first["Last-Modified"]) == midnight
    for headers in ({"if-none-match": first["ETag"]}, {"if-modified-since": first["Last-Modified"]}):
        again = client.get("/api/v1/organisations/", headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again["Access-Control-Allow-Origin"] == "*"
    organisation.name_es = "Other"
    organisation.save()
    for headers in ({"if-none-match": first["ETag"]}, {"if-modified-since": first["Last-Modified"]}):
        assert client.get("/api/v1/organisations/", headers=headers).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_call_that_closes_is_a_change(client, clock):
    call = make.call(slug="a", closes_at=datetime.now(UTC) + timedelta(hours=1))
    with clock(call.closes_at - timedelta(seconds=2)):
        before = client.get("/api/v1/calls/")
        again = client.get("/api/v1/calls/", headers={"if-modified-since": before["Last-Modified"]})
    assert again.status_code == 304
    with clock(call.closes_at + timedelta(seconds=2)):
        after = client.get("/api/v1/calls/", headers={"if-modified-since": before["Last-Modified"]})
    assert after.json()["results"][0]["state"] == "closed"
    assert parse_http_date(after["Last-Modified"]) == int(call.closes_at.timestamp())


DATA = [
    "/api/v1/organisations/",
    "/id/organisations/a",
    "/ns",
    "/data/",
    "/data/ripess-hub.zip",
    "/en/data/?format=ttl",
    "/en/organisations/?format=csv",
    "/en/organisations/feed.atom",
    "/en/events/calendar.ics",
]


@pytest.mark.parametrize("address", DATA)
def test_another_site_may_ask_beforehand(client, django_assert_num_queries, address):
    with django_assert_num_queries(0):
        answer = client.options(
            address, headers={"origin": "https://example.org", "access-control-request-method": "GET"}
        )
    assert answer.status_code == 204
    # What the browser asks of itself counts for nobody.
    assert "RateLimit" not in answer
    assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "If-None-Match" in answer["Access-Control-Allow-Headers"]
    assert int(answer["Access-Control-Max-Age"]) > 0


@pytest.mark.parametrize(
    "address",
    ["/id/organisations/nothing", "/en/nothing/feed.atom", "/en/events/nothing/calendar.ics", "/api/"],
)
def test_another_site_reads_that_something_is_missing(client, address):
    answer = client.get(address)
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (404, "*")


def test_pages_for_people_are_for_no_other_site(client):
    for address in ("/en/organisations/", "/en/account/login/", "/admin/login/"):
        assert "Access-Control-Allow-Origin" not in client.get(address)
        assert client.options(address).status_code != 204


@pytest.mark.parametrize("address", ["/api/", "/api/v1/nothing", "/api/v1/nothing/", "/api/v2/calls/"])
def test_an_address_of_nothing_is_told_as_data(client, address):
    answer = client.get(address + "?lang=fr")
    assert answer.status_code == 404
    assert set(answer.json()) == {"detail"}
    assert "La page a peut-être été déplacée" in answer.json()["detail"]
    assert answer["Content-Language"] == "fr"


@pytest.mark.parametrize(
    "where", ["ripess_hub.middleware.PageCacheMiddleware.ask", "directory.api.facets.unknown_values"]
)
@pytest.mark.parametrize(
    ("outage", "status"), [(OperationalError, 503), (InterfaceError, 503), (KeyError, 500)]
)
def test_a_failure_is_told_as_data_too(client, monkeypatch, where, outage, status):
    def fail(*args):
        raise outage

    monkeypatch.setattr(where, fail)
    client.raise_request_exception = False
    answer = client.get("/api/v1/organisations/?sector=none", headers={"accept-language": "en"})
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")
    assert answer.json()["detail"].endswith({503: "in a few minutes.", 500: "in a moment."}[status])
    assert answer["Cache-Control"] == "no-store"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer.get("Retry-After") == ("180" if status == 503 else None)


def test_an_address_without_its_slash_leads_to_the_one_with_it(client):
    response = client.get("/api/v1/organisations?q=a")
    assert (response.status_code, response["Location"]) == (301, "/api/v1/organisations/?q=a")
