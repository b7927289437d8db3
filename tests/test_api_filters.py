"""The filters of the read API are those of the pages, and no bad input breaks it."""

import pytest

from directory import models as directory
from tests import factories as make
from tests.api import LISTS, RECORDS, ask, keys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]


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
