"""The read API, by address: what it shows, what it keeps to itself, and what it makes of bad input."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.http import parse_http_date

from directory import models as directory
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]

RECORDS = {
    "organisations": make.organisation,
    "agreements": make.agreement,
    "events": make.event,
    "groups": make.group,
    "meetings": make.meeting,
    "documents": make.document,
    "calls": make.call,
    "contributions": make.contribution,
}
LISTS = [*RECORDS, "regions", "sectors", "vocabularies"]
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def ask(client, address, status=200, **headers):
    """The answer as data, computed now."""
    caches["pages"].clear()
    response = client.get(f"/api/v1/{address}", headers=headers)
    assert response.status_code == status, (address, response.content[:300])
    return response.json()


def keys(client, address):
    return [record["key"] for record in ask(client, address)["results"]]


def key_of(record):
    return getattr(record, "reference", "") or record.slug


def hide(record, publication="draft"):
    column = "state" if hasattr(record, "reference") else "publication"
    type(record).objects.filter(pk=record.pk).update(**{column: publication})


def named(key, name):
    """How an organisation called the same in every language stands on another record."""
    return {"key": key, "name": name, "names": dict.fromkeys(("es", "fr", "en"), name)}


def outside(name):
    return {"key": None, "name": name, "names": dict.fromkeys(("es", "fr", "en"))}


def relate(source, target, type="member_of"):
    kind = make.term(directory.RelationType, type)
    return directory.Relation.objects.create(source=source, target=target, type=kind)


# What every list and record has.


def test_the_root_names_every_list_and_the_schema(client):
    assert set(ask(client, "")) == {*LISTS, "schema"}
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


def everything_about(hidden):
    """A published record of each type that names the organisation, agreement, event and meeting hidden."""
    organisation, agreement, event, meeting = hidden
    relate(make.organisation(slug="source"), organisation)
    relate(organisation, make.organisation(slug="target"))
    make.agreement(slug="made", parties=[organisation, "A city"], supersedes=agreement)
    make.event(slug="held", organisers={organisation}, outcome=agreement)
    group = make.group(slug="group", coordinator=organisation, organisations={organisation}, forum=event)
    make.meeting(slug="met", group=group, event=event)
    make.document(slug="written", group=group, meeting=meeting)
    call = make.call(slug="call", group=group, meeting=meeting)
    make.contribution(reference="C-SENT", call=call, organisation=organisation)


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


# Queries, pages, languages, headers.


def grow(times):
    for _more in range(times):
        organisation = make.organisation(
            regions={make.region()}, sectors={make.term(directory.Sector, "fair_trade", facet="activity")}
        )
        relate(organisation, make.organisation())
        relate(make.organisation(), organisation)
        agreement = make.agreement(parties=[organisation, "A city"], supersedes=make.agreement())
        event = make.event(organisers={organisation}, outcome=agreement)
        group = make.group(coordinator=organisation, organisations={organisation}, forum=event)
        make.paragraph(group, "Words.")
        make.question(group, "And?")
        meeting = make.meeting(group=group, event=event)
        make.document(group=group, meeting=meeting, files=[("es", "a.pdf", b"1")])
        call = make.call(group=group, meeting=meeting)
        make.contribution(call=call, organisation=organisation, author=make.person())


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


# Filters are those of the pages.


def test_organisations_are_filtered_searched_and_ordered(client):
    west = make.region("m49-011", type="subregion", parent=make.region("m49-002"))
    country = make.country("SN", subregion=west)
    sector = make.term(directory.Sector, "fair_trade", facet="activity")
    made = make.organisation(slug="a", name="Alianza", acronym="ACI", country=country, sectors={sector})
    make.organisation(slug="b", name="Otra, hermana de la ACI", founded=1990)
    make.agreement(parties=[made, "A city"])
    for query in ("region=m49-002", "sector=fair_trade", "country=SN&region=m49-011", "q=alianzza"):
        assert keys(client, f"organisations/?{query}") == ["a"], query
    for query in ("", "kind=network&kind=none", "scope=international", "unknown=1", "order=key"):
        assert keys(client, f"organisations/?{query}") == ["a", "b"], query
    for query in (
        "region=m49-142",
        "sector=none",
        "kind=%00",
        f"kind={'9' * 5000}",
        "region=m49-002&scope=x",
    ):
        assert keys(client, f"organisations/?{query}") == [], query
    assert keys(client, "organisations/?q=aci") == ["a", "b"]
    assert keys(client, "organisations/?order=updated") == ["b", "a"]
    assert keys(client, "organisations/?order=agreements") == ["a", "b"]
    assert [r["agreement_count"] for r in ask(client, "organisations/")["results"]] == [1, 0]


EMPTY = {
    "sector=none&kind=network": "The value “none” is not in our lists, so it finds nothing.",
    "sector=none&kind=x": "The values “none, x” are not in our lists, so they find nothing.",
    "region=m49-142&kind=network": "Nothing published matches these filters.",
    "q=zzzz": "Nothing published matches these filters.",
}


def test_an_empty_list_says_why(client):
    assert ask(client, "organisations/?lang=en")["detail"] == "Nothing is published here yet."
    make.region("m49-142")
    make.organisation(sectors={make.term(directory.Sector, "fair_trade", facet="activity")})
    for query, sentence in EMPTY.items():
        assert ask(client, f"organisations/?{query}&lang=en")["detail"] == sentence
    assert "detail" not in ask(client, "organisations/")
    assert "x" in ask(client, "contributions/?kind=x&lang=es")["detail"]
    assert ask(client, "regions/?type=none")["detail"]


REFUSED = [
    "page_size=0", "page_size=-5", "page_size=x", "page_size=1.5", "page_size=%00", "lang=xx", "lang=%00",
    "order=none", "order=-pk", "after=%00", f"after={'x' * 200}", "before=a%20b", "bom=2",
    "page=1&page=2", "lang=es&lang=fr", "q=a&q=b",
]  # fmt: skip


@pytest.mark.parametrize("query", REFUSED)
def test_what_cannot_be_read_is_refused_in_the_language_of_the_reader(client, query):
    make.organisation()
    spanish = ask(client, f"organisations/?{query}", 400, **{"accept-language": "es"})["detail"]
    if "lang=" not in query:
        assert spanish != ask(client, f"organisations/?{query}", 400, **{"accept-language": "en"})["detail"]


def test_a_record_is_found_by_its_key_whatever_the_query_says(client):
    make.organisation(slug="a")
    assert ask(client, "organisations/a/?q=nothing&kind=none&page=9")["key"] == "a"


def test_the_lists_of_groups_are_filtered(client):
    group = make.group(slug="one")
    closed = make.call(slug="closed", group=group, dates_unknown=True)
    make.call(slug="open", group=group)
    make.meeting(group=closed.group, slug="met")
    make.meeting()
    make.document(slug="minutes", kind=make.term(type(make.document().kind), "minutes"))
    assert keys(client, "meetings/?group=one") == ["met"]
    assert keys(client, "calls/?state=open&group=one") == ["open"]
    assert keys(client, "calls/?state=closed") == ["closed"]
    assert keys(client, "documents/?kind=minutes") == ["minutes"]
    assert keys(client, "calls/?group=none") == []


# Bad input.

HOSTILE = [
    "page=0", "page=-1", "page=x", "page=1e9", "page=NaN", f"page={'9' * 5000}", f"page={10**18}", "page=%00",
    "page_size=0", "page_size=-5", "page_size=x", f"page_size={'9' * 5000}", "format=exe", "format=%00",
    "q=%00", "q=%ED%A0%80", "q=%ff", f"q={'a' * 100_000}", "q=%27%22%28%29%3A%2A%26%7C%21%5C", "q=%22",
    "order=%00", "order=-pk", "lang=%00", "lang=../../etc", f"lang={'x' * 5000}",
    "after=%00", "before=%ED%A0%80", f"after={'x' * 5000}", f"{'x' * 10000}=1", f"q={'x' * 10000}", "kind=%00", "kind=%ED%A0%80",
    f"region={'x' * 5000}", "region[]=1", "q[a]=1", "&&=&%", "&".join(f"kind={n}" for n in range(900)),
    "&".join(f"a{n}=1" for n in range(2000)),
]  # fmt: skip


@pytest.mark.parametrize("name", [*LISTS, ""])
def test_no_query_breaks_a_list(client, name):
    if name in RECORDS:
        RECORDS[name]()
    for query in HOSTILE:
        response = client.get(f"/api/v1/{name + '/' if name else ''}?{query}")
        assert response.status_code in (200, 400, 404), query[:60]
        expected = "detail" if response.status_code != 200 else "results" if name else "schema"
        assert expected in response.json(), query[:60]


IMPOSSIBLE = [
    "%00", "a%00", "%ED%A0%80", "%0A", "..", "a.json", "x" * 121, "9" * 5000, "ñ", "a/b", "%2e%2e%2f", "%C3",
]  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_key_that_cannot_be_is_a_missing_record(client, name):
    for key in IMPOSSIBLE:
        assert ask(client, f"{name}/{key}/", 404)["detail"], key[:60]


@pytest.mark.parametrize(
    "accept", ["application/xml", "text/html", "%", "a/b;q=x", "application/json;" * 500]
)
def test_other_formats_are_refused_in_words(client, accept):
    response = client.get("/api/v1/organisations/", headers={"accept": accept})
    assert response.status_code in (200, 406)
    assert response.json()
    assert client.get("/api/v1/organisations/", headers={"accept": "*/*"}).status_code == 200


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


def test_another_site_may_ask_beforehand(client):
    answer = client.options(
        "/api/v1/organisations/",
        headers={"origin": "https://example.org", "access-control-request-method": "GET"},
    )
    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "If-None-Match" in answer["Access-Control-Allow-Headers"]
    assert int(answer["Access-Control-Max-Age"]) > 0


def test_an_address_without_its_slash_leads_to_the_one_with_it(client):
    response = client.get("/api/v1/organisations?q=a")
    assert (response.status_code, response["Location"]) == (301, "/api/v1/organisations/?q=a")
