"""The list of contributions: its filters, its translations, and how many queries it asks."""

from html import unescape

import pytest
from django.http import QueryDict

from contributions.filters import ContributionFilter
from contributions.models import Contribution, ContributionTranslation
from tests import factories as make
from tests.pages import address_of, count_queries, get

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]


def results(page):
    """The part of a list page that holds its results."""
    return page[page.index('id="results"') :]


# The list.


@pytest.fixture
def three():
    call = make.call(slug="first-call", title="First call")
    return [
        make.contribution(call=call, language="es", kind="analysis", title="Acuerdos en los Andes"),
        make.contribution(call=call, language="fr", kind="experience", title="Ce qu'une mutuelle apprend"),
        make.contribution(
            call=make.call(slug="second-call", title="Second call"),
            language="en",
            kind="proposal",
            title="A shared register",
            text="Cooperatives would write it themselves.",
        ),
    ]


def shown_titles(client, query, contributions):
    page = results(get(client, f"/en/contributions/{query}"))
    return [sent.title for sent in contributions if sent.title in page]


def test_the_list_shows_every_published_contribution_latest_first(client, three):
    page = results(get(client, "/en/contributions/"))
    assert "3 contributions" in page
    places = [page.index(sent.title) for sent in three]
    assert places == sorted(places, reverse=True)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?language=es", [0]),
        ("?language=es&language=fr", [0, 1]),
        ("?kind=proposal", [2]),
        ("?call=first-call", [0, 1]),
        ("?call=first-call&language=fr", [1]),
        ("?q=andes", [0]),
        ("?q=MUTUELLE", [1]),
        ("?q=cooperative", [2]),
        ("?q=mutuele", [1]),
        ("?q=register&language=en", [2]),
    ],
)
def test_filters_choose_or_within_and_and_across(client, three, query, expected):
    assert shown_titles(client, query, three) == [three[index].title for index in expected]


def test_the_counts_of_a_facet_ignore_its_own_choice(client, three):
    page = get(client, "/en/contributions/?language=es&kind=analysis")

    def count(name, value):
        option = page[page.index(f'name="{name}" value="{value}"') :]
        return int(option[option.index('class="n num">') + 14 :].split("<")[0])

    assert (count("language", "es"), count("language", "fr")) == (1, 0)
    assert (count("kind", "analysis"), count("kind", "experience")) == (1, 0)
    assert (count("call", "first-call"), count("call", "second-call")) == (1, 0)


def test_chips_remove_one_choice_each_and_an_empty_list_offers_ways_out(client, three):
    page = get(client, "/en/contributions/?language=fr&kind=analysis")
    assert '<a class="chip" href="?kind=analysis">' in page
    assert '<a class="chip" href="?language=fr">' in page
    assert "Nothing fits all these filters" in page
    assert '<li><a href="?kind=analysis">' in page


def test_an_unknown_value_finds_nothing_and_the_page_says_so(client, three):
    page = get(client, "/en/contributions/?language=zz")
    assert "is not in our lists" in page
    assert shown_titles(client, "?language=zz", three) == []


@pytest.mark.parametrize(
    "query",
    ["?q=%00", "?q=%ED%A0%80", "?q=" + "a" * 5000, "?language=%00", "?kind=" + "x" * 3000, "?call=../..",
     "?order=zz", "?q=%22%27%3A*%26%7C!()", "?language=&kind=&call=&q="],
)  # fmt: skip
def test_whatever_is_typed_is_answered(client, three, query):
    get(client, f"/en/contributions/{query}")


@pytest.mark.parametrize("page", ["0", "99", "x", "%00", "9" * 400])
def test_a_page_that_is_not_there_is_missing(client, three, page):
    get(client, "/en/contributions/?page=1")
    get(client, f"/en/contributions/?page={page}", 404)


def test_without_contributions_the_list_says_so(client):
    assert "No contribution is published yet." in get(client, "/en/contributions/")


def test_a_call_of_a_withdrawn_group_is_no_facet(client, three):
    make.call(slug="hidden-call", group=make.group(publication="withdrawn"), title="Hidden call")
    assert "Hidden call" not in get(client, "/en/contributions/")


# Translations.


def translated(sent, language, **values):
    values = {"title": f"Title {language}", "text": "Text.", "publication": "published", **values}
    return ContributionTranslation.objects.create(
        contribution=sent, language=language, **{"source_version": sent.version, **values}
    )


@pytest.fixture
def in_two(three):
    """The Spanish one also in French; a French translation of the English one is not published."""
    translated(three[0], "fr", title="Accords andins", summary="Moissons", text="La vigogne.")
    translated(three[2], "fr", title="Un registre partagé", text="Vigogne.", publication="draft")
    return three


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?q=accords", [0]),
        ("?q=MOISSON", [0]),
        ("?q=vigogne", [0]),
        ("?q=acords andin", [0]),
        ("?q=partagé", []),
        ("?q=andes", [0]),
        ("?language=fr", [0, 1]),
        ("?language=es", [0]),
        ("?language=en", [2]),
        ("?language=es&language=fr", [0, 1]),
        ("?q=vigogne&language=fr", [0]),
        ("?q=vigogne&language=en", []),
    ],
)
def test_a_contribution_is_found_by_its_published_translations(client, in_two, query, expected):
    assert shown_titles(client, query, in_two) == [in_two[index].title for index in expected]
    french = results(get(client, f"/fr/contributions/{query}"))
    names = ["Accords andins", in_two[1].title, in_two[2].title]
    assert [name for name in names if name in french] == [names[index] for index in expected]
    found = client.get(f"/api/v1/contributions/{query}").json()
    assert {record["key"] for record in found["results"]} == {in_two[index].reference for index in expected}
    feed = client.get(f"/es/contributions/feed.atom{query}").content.decode()
    assert [one.title in unescape(feed) for one in in_two] == [index in expected for index in range(3)]


def test_the_counts_of_the_languages_are_what_the_filter_finds(client, in_two):
    for query in ("?", "?q=vigogne&", "?language=es&", "?kind=analysis&"):
        filterset = ContributionFilter(QueryDict(query[1:]), Contribution.objects.published())
        counts = filterset.counts("language")
        for code in ("es", "fr", "en"):
            values = QueryDict(query[1:], mutable=True)
            values.setlist("language", [code])
            found = ContributionFilter(values, Contribution.objects.published()).qs.count()
            assert counts.get(code, 0) == found, (query, code)


def test_a_translation_into_the_language_of_the_original_counts_once(three):
    translated(three[0], "es", title="Antes en otra lengua")
    assert ContributionFilter({}, Contribution.objects.published()).counts("language")["es"] == 1
    assert not Contribution.objects.in_language("es").filter(translated__isnull=False)


def test_a_row_shows_the_translated_title_and_says_that_it_is_one(client, in_two):
    ContributionTranslation.objects.filter(publication="published").update(translator_name="Ana")
    sent = in_two[0]
    for address in ("contributions/", f"calls/{sent.call.slug}/", f"groups/{sent.call.group.slug}/", ""):
        page = get(client, f"/fr/{address}")
        assert f'href="{address_of(sent, "fr")}">Accords andins</a>' in page, address
        assert "Ceci est une traduction" in page
        assert "Ana" in page
        assert "Un registre partagé" not in page
        assert f'href="{address_of(in_two[2], "fr")}" lang="en">A shared register</a>' in page or address
        english = get(client, f"/en/{address}")
        assert f'href="{address_of(sent)}" lang="es">Acuerdos en los Andes</a>' in english
        assert "This is a translation" not in english
    assert "a changé depuis" not in get(client, "/fr/contributions/")
    Contribution.objects.filter(pk=sent.pk).update(version=2)
    assert "a changé depuis" in get(client, "/fr/contributions/")


def test_titles_are_sorted_as_the_reader_sees_them(client, in_two):
    ContributionTranslation.objects.filter(title="Accords andins").update(title="Zones andines")

    def order(language, *titles):
        page = results(get(client, f"/{language}/contributions/?order=title"))
        places = [page.index(title) for title in titles]
        return places == sorted(places)

    assert order("en", "A shared register", "Acuerdos en los Andes", "Ce qu'une mutuelle")
    assert order("fr", "A shared register", "Ce qu'une mutuelle", "Zones andines")


def test_a_translation_taken_back_is_searched_no_more(client, in_two):
    ContributionTranslation.objects.update(publication="draft")
    assert shown_titles(client, "?q=vigogne", in_two) == []
    assert shown_titles(client, "?language=fr", in_two) == [in_two[1].title]


# Query counts.


def test_the_list_asks_as_many_queries_for_three_as_for_one(client):
    def one_more():
        sent = make.contribution(organisation=make.organisation(), author=make.person())
        translated(sent, "en")

    one_more()
    for query in ("", "?q=contribution&language=es", "?language=en", "?q=title", "?order=title"):
        with_one = count_queries(client, f"/en/contributions/{query}")
        for _more in range(2):
            one_more()
        assert count_queries(client, f"/en/contributions/{query}") == with_one
        assert with_one <= 12
