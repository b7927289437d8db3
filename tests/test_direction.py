"""The direction of an agreement: stated, else computed from its parties by the database."""

import pytest

from directory.models import Agreement, Direction
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _directions():
    for key in ("south_south", "south_north", "north_north", "global", "unclassified"):
        factories.term(Direction, key)


def body(scope="national", side=None, kind="network", **values):
    country = None
    if side:
        key = {"south": "SN", "north": "FR"}[side]
        europe = factories.region("m49-150")
        country = factories.country(key, side=side, subregion=europe if side == "north" else None,
                                    continent=europe if side == "north" else None)  # fmt: skip
    return factories.organisation(
        scope=factories.term(factories.directory.Scope, scope),
        kind=factories.term(factories.directory.OrganisationKind, kind),
        country=country,
        **values,
    )


def computed(*parties):
    agreement = factories.agreement(parties=parties)
    return Agreement.objects.get(pk=agreement.pk).direction


def test_the_sides_of_the_parties_give_the_direction():
    south, north = body(side="south"), body(side="north")
    assert computed(south, body(side="south")) == "south_south"
    assert computed(south, north) == "south_north"
    assert computed(north, body(side="north")) == "north_north"
    assert computed(body("global"), body("global")) == "global"
    assert computed(body("global"), south) == "unclassified"
    assert computed(body("global"), "A body outside") == "global"
    assert computed(body(), body()) == "unclassified"


def test_a_continental_body_counts_by_its_regions_and_an_agency_not_at_all():
    south = body(side="south")
    africa = body("continental", regions={factories.region("m49-002")})
    assert computed(africa, south) == "south_south"
    assert computed(body("national", side="north", kind="international_agency"), south) == "unclassified"


def test_a_stated_direction_is_shown_and_the_computed_one_stays_beside_it():
    south = body(side="south")
    agreement = factories.agreement(
        parties=[south, body(side="south")], direction_stated=Direction.objects.get(key="south_north")
    )
    agreement = Agreement.objects.get(pk=agreement.pk)
    assert (agreement.direction, agreement.direction_computed_id) == ("south_north", "south_south")
    assert agreement.direction_is_stated
    assert agreement in Agreement.objects.of_differing_direction()


def test_a_change_of_a_party_changes_the_direction_and_the_places_at_once():
    south, north = body(side="south"), body(side="north")
    agreement = factories.agreement(parties=[south, body(side="south")])
    south.country = north.country
    south.save()
    agreement = Agreement.objects.get(pk=agreement.pk)
    assert agreement.direction == "south_north"
    assert {"m49-002", "m49-150"} <= set(agreement.place_keys)
    north.country.side = "south"
    north.country.save()
    assert Agreement.objects.get(pk=agreement.pk).direction == "south_south"


def test_in_force_knows_years_and_dates_and_leaves_the_unknown_out():
    from datetime import date

    today = date(2020, 6, 15)
    running = factories.agreement(start_year=2015, end_year=2020)
    for values in (
        {"start_year": 2015, "end_year": 2019},
        {"start_year": 2021},
        {},
        {"start_year": 2020, "start_on": date(2020, 7, 1)},
        {"start_year": 2015, "status": factories.term(factories.directory.AgreementStatus, "completed")},
    ):
        factories.agreement(**values)
    assert list(Agreement.objects.in_force(today)) == [running]
    assert list(Agreement.objects.in_force(date(2020, 12, 31))) != []
    assert running not in Agreement.objects.in_force(date(2021, 1, 1))
