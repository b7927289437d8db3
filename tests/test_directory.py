"""The directory's pages, by address."""

import datetime
import re

import pytest
from django.core.cache import caches
from django.db import InterfaceError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from directory.models import Publication
from directory.text import day, days
from tests import factories
from tests.pages import count_queries, get

pytestmark = pytest.mark.django_db
LANGUAGES = ["es", "fr", "en"]


@pytest.fixture
def organisation():
    return factories.organisation(
        slug="red", name="Red de prueba", acronym="RDP", country=factories.country()
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_carries_its_language_and_the_way_to_the_others(client, organisation, language):
    response = client.get(f"/{language}/organisations/red/?x=1")
    page = response.content.decode()
    assert response["Content-Language"] == language
    assert f'<html lang="{language}"' in page
    assert '<link rel="canonical" href="http://localhost:8000' in page
    for other in [*LANGUAGES, "x-default"]:
        assert f'hreflang="{other}"' in page
    assert 'href="/fr/organisations/red/?x=1"' in page
    assert not response.cookies


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_that_is_shared_shows_its_title_words_and_picture(client, organisation, language, settings):
    page = get(client, f"/{language}/organisations/red/")
    for name, value in (
        ("title", "Red de prueba"),
        ("url", f"{settings.PUBLIC_ORIGIN}/{language}/organisations/red/"),
        ("locale", language),
    ):
        assert f'<meta property="og:{name}" content="{value}">' in page
    description = re.search('<meta name="description" content="([^"]*)">', page)[1]
    assert f'<meta property="og:description" content="{description}">' in page
    picture = f"{settings.PUBLIC_ORIGIN}/{language}/cards/organisations/red.png"
    assert f'<meta property="og:image" content="{picture}">' in page
    assert page.count("<title>") == 1


def test_a_record_of_which_little_is_said_is_described_by_what_the_site_is(client):
    factories.event(slug="bare", theme_es="", theme_fr="", theme_en="")
    page = get(client, "/en/events/bare/")
    for described in ('<meta name="description"', '<meta property="og:description"'):
        assert f'{described} content="Directory of organisations of the social' in page


def test_the_root_redirects_by_the_browsers_language_else_to_spanish(client):
    assert client.get("/", headers={"accept-language": "fr-ML,en;q=0.5"})["Location"] == "/fr/"
    assert client.get("/", headers={"accept-language": "tl"})["Location"] == "/es/"
    assert client.get("/")["Location"] == "/es/"


@pytest.mark.parametrize("state", [Publication.DRAFT, Publication.WITHDRAWN])
@pytest.mark.parametrize("kind", ["organisation", "agreement", "event"])
def test_what_is_not_published_looks_like_a_missing_page(client, kind, state):
    record = getattr(factories, kind)(slug="secret", publication="published")
    address = f"/en/{kind}s/secret/"
    get(client, address)
    type(record).objects.filter(pk=record.pk).update(publication=state)
    assert get(client, address, status=404) == get(client, address.replace("secret", "nothing"), status=404)
    assert "secret" not in get(client, f"/en/{kind}s/")


def test_facets_are_or_within_and_and_across_and_ignore_their_own_choice(client):
    finance, trade = (
        factories.term(factories.directory.Sector, key, facet="activity") for key in ("finance", "trade")
    )
    for sectors, scope in (({finance}, "national"), ({trade}, "national"), ({finance, trade}, "global")):
        factories.organisation(sectors=sectors, scope=factories.term(factories.directory.Scope, scope))
    from django.http import QueryDict

    from directory.filters import OrganisationFilter
    from directory.models import Organisation

    chosen = OrganisationFilter(
        QueryDict("sector=finance&sector=trade&scope=national"), Organisation.objects.published()
    )
    assert chosen.qs.count() == 2
    assert chosen.counts("sector") == {"finance": 1, "trade": 1}
    assert chosen.counts("scope") == {"national": 2, "global": 1}
    page = get(client, "/en/organisations/?sector=finance&scope=global")
    assert "1 organisation" in page
    assert 'href="?scope=global"' in page


def test_an_empty_result_says_what_removing_each_filter_would_give(client):
    factories.organisation(
        scope=factories.term(factories.directory.Scope, "national"),
        kind=factories.term(factories.directory.OrganisationKind, "network"),
    )
    factories.term(factories.directory.Scope, "global")
    page = get(client, "/en/organisations/?scope=global&kind=network")
    assert "Nothing fits all these filters" in page
    assert '<a href="?kind=network">Global</a>: 1 result' in page


@pytest.mark.parametrize("name", ["organisations", "agreements", "events"])
def test_the_queries_of_a_list_do_not_grow_with_its_rows(client, name):
    make = getattr(factories, name[:-1])
    make()
    one = count_queries(client, f"/en/{name}/")
    make()
    make()
    assert count_queries(client, f"/en/{name}/") == one
    assert one <= 12


def test_the_queries_of_a_detail_page_do_not_grow_and_are_few(client, organisation):
    def linked():
        factories.agreement(parties=[organisation, factories.organisation()])
        factories.event(organisers={organisation})
        factories.relation(organisation, factories.organisation())

    linked()
    one = count_queries(client, "/en/organisations/red/")
    linked()
    linked()
    assert count_queries(client, "/en/organisations/red/") == one
    assert one <= 8
    agreement = factories.agreement(slug="pact")
    assert count_queries(client, f"/en/agreements/{agreement.slug}/") <= 8
    assert count_queries(client, f"/en/events/{factories.event(slug='forum').slug}/") <= 8


GERMANY = {"name_es": "Alemania", "name_fr": "Allemagne", "name_en": "Germany"}


@pytest.fixture
def pact():
    """With three parties outside the directory: said by language, in English alone, by a proper name."""
    only_english = {"name_es": "", "name_fr": "", "name_en": "two further networks"}
    return factories.agreement(slug="pact", title="Pact", parties=[GERMANY, only_english, "Enercoop"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_party_outside_the_directory_is_named_in_the_readers_language(client, pact, language):
    name = GERMANY[f"name_{language}"]
    other = "two further networks" if language == "en" else '<span lang="en">two further networks</span>'
    for path in ("agreements/pact/", "agreements/", "map/"):
        page = get(client, f"/{language}/{path}")
        for shown in (name, other, "Enercoop"):
            assert shown in page, (path, shown)
        assert not any(f">{said}<" in page for said in {*GERMANY.values()} - {name}), path
    assert f"{name}, two further networks, Enercoop (" in get(client, f"/{language}/agreements/pact/")
    bibtex = client.get(f"/{language}/agreements/pact/citation.bib").content.decode()
    assert f"{{{name}}}" in bibtex


@pytest.mark.parametrize("words", ["Alemania", "allemagne", "Germany", "further networks", "enercoop"])
def test_a_search_finds_an_agreement_by_a_party_outside_the_directory_in_any_language(client, pact, words):
    factories.agreement(title="Other")
    for language in LANGUAGES:
        assert "/agreements/pact/" in get(client, f"/{language}/agreements/?q={words}")
        assert "/agreements/agreement-" not in get(client, f"/{language}/agreements/?q={words}")


def test_an_unpublished_party_is_text_without_a_link(client):
    hidden = factories.organisation(slug="hidden", name="Hidden body", publication="draft")
    agreement = factories.agreement(slug="pact", parties=[factories.organisation(), hidden])
    page = get(client, f"/en/agreements/{agreement.slug}/")
    assert "Hidden body" in page
    assert "/organisations/hidden/" not in page


def test_a_text_in_another_language_carries_it_and_says_so(client):
    factories.organisation(
        slug="una", name_es="Una red", name_fr=None, name_en=None,
        description_es="Texto en español", description_fr="", description_en="",
    )  # fmt: skip
    page = get(client, "/fr/organisations/una/")
    assert '<span lang="es">Una red</span>' in page
    assert "Ce texte n'est disponible qu'en espagnol." in page
    assert '<div class="prose" lang="es">' in page
    assert 'lang="es">Texto' not in get(client, "/es/organisations/una/")


def test_a_city_is_named_in_the_readers_language(client):
    seat = {"city": "Geneva", "country": factories.country("CH")}
    factories.organisation(slug="sede", **seat)
    for language, name in (("es", "Ginebra"), ("fr", "Genève"), ("en", "Geneva")):
        assert f"{name}, " in get(client, f"/{language}/organisations/sede/")
        assert f"{name}, " in get(client, f"/{language}/organisations/")
    factories.organisation(slug="otra", city="Geneva", country=factories.country("US"))
    assert "Geneva, " in get(client, "/es/organisations/otra/")


def test_no_french_line_begins_with_a_sign(client):
    factories.organisation(slug="deux", name_fr="Que faire ?", name_es="¿Qué hacer ?", name_en="What ?")
    assert "Que faire\u00a0?</h1>" in get(client, "/fr/organisations/deux/")
    assert "¿Qué hacer ?</h1>" in get(client, "/es/organisations/deux/")


def test_a_colon_between_two_things_keeps_the_space_of_the_language(client):
    factories.organisation(scope=factories.term(factories.directory.Scope, "national"))
    factories.term(factories.directory.Scope, "global")
    factories.term(factories.directory.OrganisationKind, "network")
    page = get(client, "/fr/organisations/?scope=global")
    assert "</a>\u00a0: 1 résultat" in page
    assert "<title>Annuaire\u00a0: 0 organisation" in page
    assert "</a>: 1 resultado" in get(client, "/es/organisations/?scope=global")


def test_an_empty_list_quotes_as_its_language_does_and_shows_no_facet_without_options(client):
    factories.organisation(name="Alpha", country=factories.country())
    for language, quoted, legend in (
        ("en", "“zzzz”", "Country"),
        ("es", "«zzzz»", "País"),
        ("fr", "«\u00a0zzzz\u00a0»", "Pays"),
    ):
        page = get(client, f"/{language}/organisations/?q=zzzz")
        assert f"</span>{quoted}</a>" in page
        assert f"<legend>{legend}" not in page
        assert f"<legend>{legend}" in get(client, f"/{language}/organisations/")


def test_names_sort_by_the_language_of_reading_with_its_fallback(client):
    factories.organisation(name_es="Árbol", name_fr="Zèbre", name_en=None)
    factories.organisation(name_es="Mano", name_fr=None, name_en=None)
    spanish, french = get(client, "/es/organisations/"), get(client, "/fr/organisations/")
    assert spanish.index("Árbol") < spanish.index("Mano")
    assert french.index("Mano") < french.index("Zèbre")


@pytest.mark.parametrize(
    ("language", "first", "last", "words"),
    [
        ("es", "2016-09-07", "2016-09-09", "7–9 de septiembre de 2016"),
        ("fr", "2016-09-07", "2016-09-09", "7–9 septembre 2016"),
        ("en", "2016-09-07", "2016-09-09", "7–9 September 2016"),
        ("es", "2024-06-01", None, "1 de junio de 2024"),
        ("fr", "2024-06-01", None, "1er juin 2024"),
        ("fr", "2024-05-31", "2024-06-01", "31 mai – 1er juin 2024"),
        ("fr", "2024-06-11", "2024-06-21", "11–21 juin 2024"),
        ("en", "2023-12-31", "2024-01-01", "31 December 2023 – 1 January 2024"),
    ],
)
def test_days_are_said_as_the_language_says_them(language, first, last, words):
    first, last = (text and datetime.date.fromisoformat(text) for text in (first, last))
    with translation.override(language):
        assert re.sub(r"\s", " ", days(first, last)) == words


def test_a_french_day_stays_in_the_line_of_its_month():
    with translation.override("fr"):
        assert day(datetime.date(2027, 3, 1)) == "1er\u00a0mars 2027"
        assert day(datetime.date(2024, 8, 31)) == "31\u00a0août 2024"
        assert "11–21\u00a0juin 2024" in days(datetime.date(2024, 6, 11), datetime.date(2024, 6, 21))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "path", ["", "about/", "data/", "accessibility/", "privacy/", "theme/", "search/", "events/"]
)
def test_the_sites_own_pages_answer_in_each_language(client, language, path):
    assert f'<html lang="{language}"' in get(client, f"/{language}/{path}")


def test_only_the_theme_page_sets_a_cookie(client):
    answer = client.post("/en/theme/", {"theme": "dark", "next": "/en/"})
    assert answer["Location"] == "/en/"
    assert answer.cookies["theme"].value == "dark"
    assert 'data-theme="dark"' in get(client, "/en/")
    client.post("/en/theme/", {"theme": ""})
    assert "data-theme" not in get(client, "/en/")
    assert (
        client.post("/en/theme/", {"theme": "dark", "next": "https://evil.example/"})["Location"]
        == "/en/theme/"
    )


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("es", "Esta página no existe"), ("fr", "Cette page n'existe pas"), ("en", "There is no such page")],
)
def test_a_missing_page_speaks_the_readers_language(client, language, sentence):
    assert sentence in get(client, f"/{language}/nothing/", status=404)


@pytest.mark.parametrize("outage", [OperationalError, InterfaceError])
def test_error_pages_need_no_database(rf, django_assert_num_queries, outage):
    from ripess_hub import errors

    request = rf.get("/fr/x/")
    with django_assert_num_queries(0):
        for view, status in ((errors.bad_request, 400), (errors.forbidden, 403), (errors.not_found, 404)):
            assert view(request, exception=None).status_code == status
        assert errors.server_error(request).status_code == 500
        try:
            raise outage
        except outage:
            answer = errors.server_error(request)
    assert (answer.status_code, answer["Retry-After"]) == (503, "180")
    assert "hors service" in answer.content.decode()


def test_security_headers_are_strict(client, organisation):
    response = client.get("/en/organisations/red/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"


def test_robots_and_sitemap_list_what_is_published_and_nothing_else(client, organisation):
    factories.organisation(slug="hidden", publication="draft")
    listed = client.get("/sitemap.xml").content.decode()
    assert "/fr/organisations/red/" in listed
    assert 'hreflang="es"' in listed
    assert "hidden" not in listed
    assert "Sitemap: " in client.get("/robots.txt").content.decode()


def test_the_process_is_alive_and_not_ready_before_a_worker_lives(client):
    from ripess_hub.tasks import heartbeat

    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    heartbeat()
    assert client.get("/readyz").status_code == 200


def test_a_server_without_its_table_of_limits_is_not_ready(client, settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "not_there"}}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"]


def test_the_vocabularies_are_read_once_a_version(client, organisation):
    get(client, "/en/organisations/")
    caches["pages"].clear()
    with CaptureQueriesContext(connection) as queries:
        client.get("/en/organisations/")
    assert not [q for q in queries if 'FROM "directory_country"' in q["sql"]]
    organisation.country.label_en = "Somewhere else"
    organisation.country.save()
    assert "Somewhere else" in get(client, "/en/organisations/")
