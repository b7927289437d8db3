"""The filters of agreements that the figures of the explorer need."""

import re
from datetime import UTC, date, datetime

import pytest
from django.core.cache import caches
from django.http import QueryDict

from directory import models
from directory.filters import AgreementFilter
from directory.models import Agreement
from tests import factories
from tests.pages import count_queries, get
from tests.test_explorer import EXPLORER, listed

pytestmark = pytest.mark.django_db


def place(key, side="south"):
    """A country on a continent of its own name."""
    continent = factories.region(key)
    return factories.country(
        key[-2:],
        side=side,
        continent=continent,
        subregion=factories.region(f"{key}-s", type="subregion", parent=continent),
    )


def body(country=None, **values):
    scope = factories.term(models.Scope, "national" if country else "global")
    return factories.organisation(country=country, scope=scope, **values)


@pytest.fixture
def four():
    """One on Africa alone, one of Africa and Asia, one of three continents, one of world bodies."""
    africa, asia, europe = (body(place(key)) for key in ("m49-002", "m49-142", "m49-150"))
    finance = factories.term(models.Sector, "finance", facet="activity")
    trade = factories.term(models.Sector, "trade", facet="activity")
    return {
        "alone": factories.agreement(slug="alone", parties=[africa, body(africa.country)], sectors={finance}),
        "two": factories.agreement(slug="two", parties=[africa, asia], sectors={finance, trade}),
        "three": factories.agreement(slug="three", parties=[africa, asia, europe]),
        "world": factories.agreement(slug="world", parties=[body(), body()], sectors={trade}),
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("region=m49-002&region=m49-142", {"alone", "two", "three"}),
        ("between=m49-002&between=m49-142", {"two", "three"}),
        ("between=m49-002&between=m49-142&between=m49-150", {"three"}),
        ("between=m49-002&between=m49-009", set()),
        ("within=m49-002", {"alone"}),
        ("within=m49-142", set()),
        ("within=m49-002&within=m49-142", {"alone"}),
        ("within=m49-002-s", set()),
        ("region=unclassified", {"world"}),
        ("region=unclassified&region=m49-150", {"world", "three"}),
        ("between=unclassified", {"world"}),
        ("between=unclassified&between=m49-002", set()),
        ("sector=unclassified", {"three"}),
        ("sector=unclassified&sector=trade", {"three", "two", "world"}),
        ("sector=finance&between=m49-142", {"two"}),
        ("between=" + "&between=".join(f"m49-{n}" for n in range(13)), set()),
    ],
)
def test_places_and_sectors_are_asked_for_one_two_none_or_alone(four, query, expected):
    assert listed(f"?{query}") == expected


def test_a_party_is_found_by_the_country_and_the_city_of_its_seat():
    dakar = {"country": factories.country("SN"), "city": "Dakar", "latitude": 14.7, "longitude": -17.4}
    thies = {**dakar, "city": "Thiès", "latitude": 14.8}
    unnamed = {**dakar, "city": ""}
    arabic = {**dakar, "city": "دكار"}
    hidden = factories.organisation(**{**dakar, "city": "Rufisque"}, publication="draft")
    seats = [factories.organisation(**seat) for seat in (dakar, thies, unnamed, arabic)]
    pact = factories.agreement(slug="pact", parties=[*seats, hidden, factories.organisation(), "A city"])
    factories.agreement(
        slug="other", parties=[factories.organisation(country=factories.country("SN")), "A city"]
    )
    keys = [seat.seat_key for seat in map(fresh, seats)]
    assert keys[:3] == ["SN-dakar", "SN-thies", "SN-unnamed"]
    assert re.fullmatch("SN-[0-9a-f]{8}", keys[3])
    for key in ["SN", *keys]:
        assert listed(f"?between={key}") == {"pact"}, key
    assert listed("?between=SN-dakar&between=SN-thies") == {"pact"}
    for key in ("SN-rufisque", "ML", "SN-daka", "SN-", "sn"):
        assert listed(f"?between={key}") == set(), key
    pact = fresh(pact)
    assert (sorted(pact.seat_keys), pact.seat_countries, pact.unseated) == (sorted(keys), ["SN"], 3)
    # Publication and a move count at once.
    hidden.publish()
    assert listed("?between=SN-rufisque") == {"pact"}
    models.Organisation.objects.filter(pk=seats[1].pk).update(latitude=None, longitude=None)
    assert listed("?between=SN-thies") == set()


def fresh(record):
    return type(record).objects.get(pk=record.pk)


YEARS = [
    # (start, end, status), years in which it is in force, years in which it is not known to be
    ((2004, 2015, "superseded"), [2004, 2010, 2015], [2003, 2016]),
    ((2010, None, "active"), [2010, 2026], [2009, 2027]),
    ((2010, None, "completed"), [2010], [2011]),
    ((2010, None, "unknown"), [2010], [2009, 2011]),
    ((2010, 2030, "active"), [2026, 2030], [2031]),
    ((None, 2015, "completed"), [], [2014, 2015]),
    ((None, None, "active"), [], [2026]),
]


@pytest.mark.parametrize(("known", "inside", "outside"), YEARS)
def test_in_force_in_a_year_is_what_the_dates_tell_and_no_more(clock, known, inside, outside):
    start, end, status = known
    factories.agreement(
        slug="pact", start_year=start, end_year=end, status=factories.term(models.AgreementStatus, status)
    )
    with clock(datetime(2026, 5, 4, tzinfo=UTC)):
        for year in inside:
            assert listed(f"?status=in_force&year={year}") == {"pact"}, year
        for year in outside:
            assert listed(f"?status=in_force&year={year}") == set(), year


def test_a_year_ends_on_its_last_day(clock):
    factories.agreement(slug="year", start_year=2015, end_year=2020)
    factories.agreement(slug="day", start_year=2015, end_year=2020, end_on=date(2020, 6, 30))
    factories.agreement(slug="later", start_year=2020, start_on=date(2020, 7, 1))
    for instant, expected in (
        (datetime(2020, 6, 30, 23, 59, tzinfo=UTC), {"year", "day"}),
        (datetime(2020, 7, 1, tzinfo=UTC), {"year", "later"}),
        (datetime(2020, 12, 31, 23, 59, 59, tzinfo=UTC), {"year", "later"}),
        (datetime(2021, 1, 1, tzinfo=UTC), {"later"}),
    ):
        with clock(instant):
            assert listed("?status=in_force") == expected, instant
            assert listed("") == {"year", "day", "later"}


def test_a_year_alone_is_the_one_of_beginning_and_the_unknown_can_be_asked_for():
    factories.agreement(slug="old", start_year=2004, end_year=2015)
    factories.agreement(slug="new", start_year=2015)
    factories.agreement(slug="undated")
    assert listed("?year=2015") == {"new"}
    assert listed("?year=2004&year=2015") == {"old", "new"}
    assert listed("?year=unknown") == {"undated"}
    assert listed("?year=unknown&year=2004") == {"old", "undated"}
    assert listed("?status=active&year=2015") == {"new"}
    assert listed("?status=in_force&year=unknown") == set()
    assert listed("?status=in_force&year=2010&year=2020") == {"old", "new"}


def test_the_facets_count_what_choosing_an_option_gives(four, clock):
    choices = [
        "",
        "region=m49-142",
        "sector=trade",
        "direction=global",
        "status=in_force&year=2016",
        "year=2016",
    ]
    for choice in choices:
        filterset = AgreementFilter(QueryDict(choice), Agreement.objects.published())
        filterset.ask_all("total")
        for name in filterset.FIGURES:
            query = QueryDict(choice, mutable=True)
            for key, count in filterset.counts(name).items():
                query.setlist(name, [key])
                assert len(listed(f"?{query.urlencode()}")) == count, (choice, name, key)


HOSTILE = [
    "%00",
    "'%22;--",
    "9" * 500,
    "²⁰¹⁶",
    "-1",
    "CH-",
    "CH-%2525",
    "ＣＨ",
    "a" * 5000,
    "%ED%A0%80",
    "*",
    "0000",
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_no_value_of_a_filter_breaks_a_page_or_the_api(client, four, value):
    for name in ("year", "between", "within", "matrix", "region", "sector", "direction", "organisation"):
        for rest in ("", "&status=in_force", "&region=m49-002&matrix=continents"):
            for path in ("/en/agreements/", "/api/v1/agreements/"):
                caches["pages"].clear()
                assert client.get(f"{path}?{name}={value}{rest}").status_code in (200, 400, 404), (name, path)
    page = get(client, f"/en/agreements/?between={value[:50]}x")
    assert "is not in our lists" in page or "<h1>" in page


def test_an_unknown_value_finds_nothing_and_the_page_says_so(client, four):
    for query in ("between=atlantis", "within=m49-002-s", "year=20166", "organisation=nobody"):
        page = get(client, f"/en/agreements/?{query}")
        value = query.split("=")[1]
        assert f"The value “{value}” is not in our lists" in page, query
        assert 'id="results-heading">0 agreements' in page


def test_a_choice_that_is_no_facet_is_a_chip_and_stays_in_the_form(client, four):
    party = four["two"].parties.first().organisation
    address = f"/en/agreements/?between=m49-002&within=m49-142&year=2016&organisation={party.slug}&matrix=continents"
    page = get(client, address)
    for words in ("Reaches M49-002", "Only in M49-142", "Begun in 2016", party.name):
        assert f"</span>{words}</a>" in page, words
    for name in ("between", "within", "year", "organisation", "matrix"):
        assert f'<input type="hidden" name="{name}"' in page


def test_the_queries_of_the_explorer_are_few_and_do_not_grow(client):
    def grow():
        dakar = {"country": factories.country("SN"), "latitude": 14.7, "longitude": -17.4}
        parties = [factories.organisation(city=f"City {n}", **dakar) for n in range(3)]
        factories.agreement(
            parties=[*parties, "A city"], sectors={factories.term(models.Sector, "trade", facet="activity")}
        )

    grow()
    addresses = [
        "",
        "?q=agreement",
        "?region=m49-002&sector=trade&direction=south_south&status=active&kind=partnership_agreement",
        "?between=SN&between=SN-city-1&matrix=continents&status=in_force&year=2016",
    ]
    before = [count_queries(client, f"{EXPLORER}{address}") for address in addresses]
    grow()
    grow()
    assert [count_queries(client, f"{EXPLORER}{address}") for address in addresses] == before
    assert max(before) <= 12, before
