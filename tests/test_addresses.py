"""What is asked for in an address, by people, programs and whoever tries: every page answers, and says so
where there is no such thing."""

import pytest
from django.core.cache import caches

from directory import models
from tests import factories
from tests.pages import get

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return factories.organisation(slug="red", name="Red de prueba", country=factories.country())


HOSTILE = [
    "%00", "%ED%A0%80", "'%22;--", "%F0%9F%92%A9", "..%2F..%2Fetc", "-1", "9" * 5000, "NaN", "1e999", "%5B%5D",
    "a" * 5000, "%E2%80%AE", "%0d%0aX: y", "*", "(", "%5C", "%25", "<script>", "1&1", "%7B%7D", "null",
]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_no_value_in_an_address_makes_the_server_fail(client, organisation, value):
    caches["pages"].clear()
    for name in (
        "q",
        "sector",
        "region",
        "country",
        "kind",
        "order",
        "page",
        "direction",
        "organisation",
        "unknown",
    ):
        for path in ("organisations", "agreements", "events", "search", "contributions"):
            assert client.get(f"/es/{path}/?{name}={value}").status_code < 500, (path, name)
        assert client.get(f"/api/v1/organisations/?{name}={value}").status_code < 500, name
    for path in ("organisations", "agreements", "events", "groups", "calls", "regions", "sectors"):
        assert client.get(f"/es/{path}/{value}/").status_code in (400, 404), path


def test_a_hundred_thousand_characters_are_searched_as_two_hundred(client, organisation):
    assert client.get("/es/search/", {"q": "red " * 25_000}).status_code == 200


def test_no_page_repeats_a_long_question_in_its_links(client, organisation):
    for path in ("search", "organisations", "agreements", "events", "contributions"):
        plain = client.get(f"/es/{path}/?q=red").content
        long = client.get(f"/es/{path}/", {"q": "red " * 25_000, "order": "name"})
        assert long.status_code == 200, path
        assert len(long.content) < len(plain) + 200_000, path
    assert client.get("/api/v1/organisations/", {"q": "a" * 100_000}).status_code == 200


@pytest.mark.parametrize(
    "name", ["sector", "organisation", "together", "between", "matrix", "unknown", "x" * 5000]
)
def test_no_page_repeats_a_long_value_in_its_links(client, organisation, name):
    """Also beside a value that finds something, where the agreements link every figure."""
    factories.agreement(parties=[organisation, factories.organisation()])
    for path in (
        "organisations",
        "agreements",
        "events",
        "contributions",
        "groups",
        "map",
        "network",
        "timeline",
    ):
        plain = client.get(f"/es/{path}/?organisation=red&{name}=xxx").content
        for values, more in (("x" * 10_000, 20_000), ([f"{n}-xxxx" for n in range(900)], 150_000)):
            long = client.get(f"/es/{path}/", {"organisation": "red", name: values})
            assert long.status_code == 200, path
            assert len(long.content) < len(plain) + more, (path, len(long.content))


def test_a_value_that_is_cut_is_not_taken_for_a_key(client):
    key = "a" * 120
    factories.organisation(country=None, sectors={factories.term(models.Sector, key[:60], facet="activity")})
    assert "1 organisation" in get(client, f"/en/organisations/?sector={key[:60]}")
    assert "0 organisations" in get(client, f"/en/organisations/?sector={key[:60]}{'a' * 5000}")


def test_an_address_to_go_back_to_is_not_cut(client):
    back = "/es/agreements/?" + "&".join(f"sector=a{n}" for n in range(40))
    assert client.get("/es/theme/", {"next": back}).context["next"] == back


def test_an_address_too_long_to_be_meant_is_refused_with_a_sentence(client, organisation):
    answer = client.get("/fr/agreements/", {f"unknown-{n}": "x" * 100 for n in range(200)})
    assert answer.status_code == 400
    assert "Cette demande est illisible" in answer.content.decode()
    assert client.get("/fr/agreements/", {"unknown": "x" * 5_000}).status_code == 200


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("es", "Esta lista no tiene esa página"),
        ("fr", "Cette liste n'a pas cette page"),
        ("en", "This list has no such page"),
    ],
)
def test_a_page_that_a_list_has_not_leads_to_its_beginning_with_the_filters(
    client, organisation, language, sentence
):
    lists = ("organisations", "agreements", "events", "groups", "contributions", "map", "network")
    for path in (*lists, "organisations/red/network"):
        address = f"/{language}/{path}/?q=red&sector=finance"
        get(client, f"{address}&page=1")
        for number in ("2", "0", "-1", "x", "%00", "9" * 5000):
            page = get(client, f"{address}&page={number}", status=404)
            assert f"<h1>{sentence}</h1>" in page, address
            assert f'href="{address}"' in page
            # In the frame of the site: its navigation, and the way to the other languages.
            assert 'href="/es/agreements/"' in page or language != "es"
            assert 'class="languages"' in page
            assert 'name="robots" content="noindex"' in page
    assert f'href="/{language}/organisations/"' in get(
        client, f"/{language}/organisations/?page=2", status=404
    )


@pytest.mark.parametrize(
    "path",
    [
        "", "search/", "about/", "data/", "map/", "network/", "timeline/", "embed/", "organisations/", "organisations/red/",
        "sectors/fair_trade/", "regions/m49-002/", "account/login/", "feed.atom", "groups/",
    ],
)  # fmt: skip
def test_no_page_answers_in_another_format_than_the_one_asked_for(client, organisation, path):
    factories.region("m49-002")
    factories.term(models.Sector, "fair_trade", facet="activity")
    for wanted in ("", "html"):
        assert client.get(f"/es/{path}?format={wanted}").status_code == 200
    for wanted in ("exe", "geo", "x" * 5000, "%00"):
        page = get(client, f"/es/{path}?region=m49-002&format={wanted}", status=404)
        assert "<h1>Esta página no existe en ese formato</h1>" in page
        assert f'href="/es/{path}?region=m49-002"' in page
        assert 'class="languages"' in page


def test_an_unknown_value_finds_nothing_and_the_page_says_so(client, organisation):
    page = get(client, "/en/organisations/?sector=atlantis")
    assert "The value “atlantis” is not in our lists" in page
    assert "0 organisations" in page
