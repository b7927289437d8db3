"""The search page finds everything that is public by its title, in every language from every language."""

from itertools import product

import pytest
from django.core.cache import caches

from contributions.models import Contribution, ContributionTranslation
from tests import factories as make
from tests.pages import address_of, count_queries, get
from workinggroup.models import Call, WorkingGroup

pytestmark = pytest.mark.django_db
LANGUAGES = ("es", "fr", "en")
TITLES = {"title_es": "Quinua sin fronteras", "title_fr": "Fonio partagé", "title_en": "Millet together"}
KINDS = {
    "groups": make.group,
    "meetings": make.meeting,
    "calls": make.call,
    "agreements": make.agreement,
    "events": make.event,
}


def found(client, text, language="es"):
    """`{kind: keys of what is shown}` of the kinds that find something."""
    caches["pages"].clear()
    response = client.get(f"/{language}/search/", {"q": text})
    assert response.status_code == 200
    results = response.context["results"]
    assert response.context["total"] == sum(one["count"] for one in results.values())
    return {
        kind: [getattr(record, "slug", None) or record.reference for record in one["records"]]
        for kind, one in results.items()
        if one["count"]
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_title_is_found_in_every_language_from_every_language(client, kind):
    record = KINDS[kind](slug="wanted", **TITLES)
    KINDS[kind](slug="other", title="Otra cosa")
    for text, language in product(("quinua", "FONIO PARTAGE", "millet", "fronteras"), LANGUAGES):
        assert found(client, text, language) == {kind: ["wanted"]}, (text, language)
    assert f'href="{address_of(record, "es")}"' in get(client, "/es/search/?q=quinua")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_contribution_is_found_by_its_title_from_every_language(client, language):
    wanted = make.contribution(title="Ferias de la quinua", language="es")
    make.contribution(title="Otra cosa")
    assert found(client, "ferias quinua", language) == {"contributions": [wanted.reference]}
    assert f'lang="es">{wanted.title}</a>' in get(client, "/en/search/?q=quinua")


def test_a_contribution_is_found_by_its_translations_and_shown_under_the_translated_title(client):
    wanted = make.contribution(title="Ferias de la quinua")
    values = {"language": "fr", "text": "Un texte.", "source_version": 1}
    ContributionTranslation.objects.create(
        contribution=wanted, title="Foires du fonio", publication="published", **values
    )
    ContributionTranslation.objects.create(
        contribution=wanted, title="Fairs of sorghum", **{**values, "language": "en"}
    )
    assert found(client, "fonio", "es") == found(client, "foires fonyo", "fr") == {
        "contributions": [wanted.reference]
    }  # fmt: skip
    assert found(client, "sorghum", "en") == {}
    assert "Foires du fonio</a>" in get(client, "/fr/search/?q=quinua")


@pytest.mark.parametrize("text", ["quinoa sin frontera", "Quinua sn fronteras"])
def test_typos_in_titles_are_forgiven(client, text):
    group = make.group(slug="g", title="Quinua sin fronteras")
    call = make.call(slug="c", title="Quinua sin fronteras", group=group)
    make.meeting(slug="m", title="Quinua sin fronteras", group=group)
    wanted = make.contribution(title="Quinua sin fronteras", call=call)
    assert found(client, text) == {
        "groups": ["g"], "meetings": ["m"], "calls": ["c"], "contributions": [wanted.reference],
    }  # fmt: skip


INSTEAD = "Nothing was found for “quinnua”. Showing results for “quinua”."


SIMILAR = "Nothing was found for “quinnua”. Showing what has a similar name."


def test_the_search_says_what_it_found_instead(client):
    # The titles of contributions are not among the words that typos are mended by.
    make.contribution(title="Quinua sin fronteras")
    assert SIMILAR in get(client, "/en/search/?q=quinnua")
    make.event(title="Quinua sin fronteras")
    page = get(client, "/en/search/?q=quinnua")
    assert INSTEAD in page
    assert "2 results for “quinua”" in page
    for text in ("quinua", "QUINUA", "nothing"):
        assert "Showing" not in get(client, f"/en/search/?q={text}")
    # What holds the word as it is written comes along.
    make.call(title="", text="Quinnua, dicen allá.")
    page = get(client, "/en/search/?q=quinnua")
    assert "Also showing results for “quinua”." in page
    assert "Nothing was found" not in page


@pytest.mark.parametrize(
    ("address", "record", "said"),
    [
        ("organisations/", make.organisation, INSTEAD),
        ("agreements/", make.agreement, INSTEAD),
        ("map/", make.agreement, INSTEAD),
        ("network/", make.agreement, INSTEAD),
        ("timeline/", make.agreement, INSTEAD),
        ("events/", make.event, INSTEAD),
        ("contributions/", make.contribution, SIMILAR),
    ],
)
def test_a_list_says_what_it_found_instead(client, address, record, said):
    name = "name" if record is make.organisation else "title"
    record(**{name: "Quinua sin fronteras"})
    assert said in get(client, f"/en/{address}?q=quinnua")
    for query in ("", "?q=quinua", "?q=nothing", "?q=quinnua&kind=none&type=none"):
        assert "Showing" not in get(client, f"/en/{address}{query}")


def test_a_meeting_is_found_by_its_city_in_any_language_and_a_call_by_its_text(client):
    make.meeting(slug="m", title="", city="Geneva", place="Casa de las semillas")
    make.call(slug="c", title="", text="Buscamos relatos de trueque.")
    assert found(client, "Ginebra") == found(client, "semillas") == {"meetings": ["m"]}
    assert found(client, "trueque") == {"calls": ["c"]}


def test_what_is_not_public_is_not_found(client):
    group = make.group(slug="g", title="Quinua del grupo")
    call = make.call(slug="c", title="Quinua de la convocatoria", group=group)
    make.meeting(slug="m", title="Quinua del encuentro", group=group)
    shown = make.contribution(title="Quinua de la feria", call=call)
    make.contribution(title="Quinua callada", call=call, state="received")
    make.call(title="Quinua en borrador", group=group, publication="draft")
    make.meeting(title="Quinua en borrador", group=group, publication="withdrawn")
    make.group(title="Quinua en borrador", publication="draft")
    everything = {"groups": ["g"], "meetings": ["m"], "calls": ["c"], "contributions": [shown.reference]}
    assert found(client, "quinua") == found(client, "quinnua") == everything
    assert found(client, "callada") == found(client, "calllada") == found(client, "borrador") == {}
    Call.objects.filter(pk=call.pk).move("withdraw")
    assert found(client, "quinua") == {"groups": ["g"], "meetings": ["m"]}
    WorkingGroup.objects.filter(pk=group.pk).move("withdraw")
    assert found(client, "quinua") == found(client, "quinnua") == {}


def test_the_best_ten_are_shown_in_the_order_of_the_list_and_all_are_counted(client):
    call = make.call()
    for number in range(12):
        make.contribution(title=f"Quinua {number}", call=call)
    page = get(client, "/es/search/?q=quinua")
    assert "12 contribuciones" in page
    assert 'href="/es/contributions/?q=quinua"' in page
    shown = found(client, "quinua")["contributions"]
    assert len(shown) == 10
    # Of equals, the first by their references.
    assert shown == sorted(Contribution.objects.values_list("reference", flat=True))[:10]


def test_the_search_page_asks_no_more_for_more(client):
    def fill():
        group = make.group(title="Quinua", forum=make.event(title="Quinua"))
        call = make.call(title="Quinua", group=group)
        make.meeting(title="Quinua", group=group, event=group.forum)
        make.contribution(title="Quinua", call=call, organisation=group.coordinator)
        make.agreement(title="Quinua")
        make.organisation(name="Quinua")

    fill()
    one, without = count_queries(client, "/es/search/?q=quinua"), count_queries(client, "/es/search/?q=zzz")
    fill()
    fill()
    assert count_queries(client, "/es/search/?q=quinua") == one <= 10
    assert count_queries(client, "/es/search/?q=zzz") == without <= 10
