"""Cached pages: right, fresh at once, and not needed."""

import gzip
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contributions.models import Contribution
from ripess_hub import middleware
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/en/organisations/red/"


@pytest.fixture
def organisation():
    caches["pages"].clear()
    return factories.organisation(slug="red", name="Red de prueba")


def queries(client, address=ADDRESS, **headers):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address, headers=headers)
    return response, len(captured)


def test_a_second_visit_asks_one_query(client, organisation):
    first, many = queries(client)
    second, one = queries(client)
    assert (first.status_code, second.status_code) == (200, 200)
    assert one == 1 < many
    assert first.content == second.content
    assert second["Cache-Control"] == "no-cache"
    assert {"Accept-Encoding", "Cookie"} <= {name.strip() for name in second["Vary"].split(",")}


def test_an_unchanged_page_is_304_and_a_changed_one_is_not(client, organisation):
    tag = client.get(ADDRESS)["ETag"]
    again, _n = queries(client, **{"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    organisation.name_en = "New name"
    organisation.save()
    changed, _n = queries(client, **{"if-none-match": tag})
    assert changed.status_code == 200
    assert b"New name" in changed.content
    assert changed["ETag"] != tag


def test_a_withdrawal_shows_at_the_next_request(client, organisation):
    assert client.get(ADDRESS).status_code == 200
    organisation.withdraw()
    assert client.get(ADDRESS).status_code == 404
    organisation.publish()
    assert client.get(ADDRESS).status_code == 200


def test_a_withdrawal_shows_even_when_the_cache_was_down_in_between(client, organisation, settings):
    assert client.get(ADDRESS).status_code == 200
    alive = caches["pages"]._cache
    dead = {**settings.CACHES["pages"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {**settings.CACHES, "pages": dead}
    assert client.get(ADDRESS).status_code == 200
    organisation.withdraw()
    assert client.get(ADDRESS).status_code == 404
    settings.CACHES = {**settings.CACHES, "pages": {**dead, "LOCATION": alive._servers[0]}}
    assert client.get(ADDRESS).status_code == 404


def test_a_cached_page_never_outlives_a_call_that_opens_or_closes(client, clock):
    caches["pages"].clear()
    now = timezone.now()
    call = factories.call(slug="soon", opens_at=now - timedelta(days=1), closes_at=now + timedelta(hours=1))
    address = f"/en/calls/{call.slug}/"
    assert "is open" in client.get(address).content.decode()
    with clock(call.closes_at - timedelta(microseconds=1)):
        assert "is open" in client.get(address).content.decode()
    with clock(call.closes_at):
        assert "The call for contributions is closed" in client.get(address).content.decode()


def test_pages_of_signed_in_people_are_neither_read_from_nor_put_into_the_cache(client, organisation):
    person = factories.person(display_name="Alice")
    client.force_login(person)
    page = client.get(ADDRESS)
    assert "My account" in page.content.decode()
    assert page["Cache-Control"] == "private, no-cache"
    client.logout()
    assert "My account" not in client.get(ADDRESS).content.decode()


def ties_of(organisation):
    """Each thing that ties the organisation to others: its title, and what takes it away."""
    agreement = factories.agreement(
        title="Pact of the South", parties=[organisation, factories.organisation()]
    )
    other = factories.organisation(name="Umbrella")
    relation = factories.relation(organisation, other)
    event = factories.event(title="Forum of Dakar")
    event.organisers.add(organisation)
    group = factories.group(title="Group on finance", coordinator=organisation)
    contribution = factories.contribution(title="A bank of our own", organisation=organisation)
    return {
        "Pact of the South": agreement.withdraw,
        "Umbrella": relation.delete,
        "Forum of Dakar": event.withdraw,
        "Group on finance": group.withdraw,
        "A bank of our own": lambda: Contribution.objects.filter(pk=contribution.pk).update(state="unpublished"),
    }  # fmt: skip


@pytest.mark.parametrize("signed_in", [False, True])
def test_what_ties_an_organisation_to_others_is_kept_until_it_changes(client, organisation, signed_in):
    ties = ties_of(organisation)
    if signed_in:
        client.force_login(factories.person())
    first, many = queries(client, f"{ADDRESS}?a=1")
    second, fewer = queries(client, f"{ADDRESS}?a=2")
    assert fewer < many
    for title, take_away in ties.items():
        assert title in first.content.decode()
        assert title in second.content.decode()
        take_away()
        assert title not in client.get(f"{ADDRESS}?a=3").content.decode()


def test_what_facets_count_is_asked_once_until_something_changes(client, organisation):
    def asked(address):
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address).content.decode()
        return page, any("count(*) FROM matched" in query["sql"] for query in captured)

    first, counted = asked("/en/organisations/?n=1")
    assert counted
    assert "1 organisation<" in first
    second, counted = asked("/es/organisations/?n=2")
    assert not counted
    assert "1 organización<" in second
    factories.organisation()
    third, counted = asked("/en/organisations/?n=3")
    assert counted
    assert "2 organisations<" in third


def test_languages_themes_and_hosts_have_pages_of_their_own(client, organisation):
    english = client.get(ADDRESS).content
    assert client.get("/fr/organisations/red/").content != english
    client.cookies["theme"] = "dark"
    assert b'data-theme="dark"' in client.get(ADDRESS).content


def test_the_stored_page_travels_compressed(client, organisation):
    plain = client.get(ADDRESS)
    packed = client.get(ADDRESS, headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content


def test_errors_are_not_kept(client, organisation):
    assert client.get("/en/organisations/later/").status_code == 404
    factories.organisation(slug="later")
    assert client.get("/en/organisations/later/").status_code == 200


def test_a_page_made_by_another_release_is_not_served(client, organisation, monkeypatch):
    first = client.get(ADDRESS)
    _page, cached = queries(client)
    monkeypatch.setattr(middleware, "RELEASE", "another")
    again, computed = queries(client)
    assert cached == 1 < computed
    assert again.content == first.content


def test_a_release_is_known_by_its_code_templates_and_styles():
    assert middleware.release() == middleware.RELEASE
    assert len(middleware.RELEASE) == 16
