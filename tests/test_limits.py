"""How often one address may ask: counted for data only, told in every answer, refused in words, and not at
all while nobody counts."""

import pytest
from django.core.cache import caches

from ripess_hub import limits
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]

API = "/api/v1/organisations/"
MINUTE = 1_700_000_040.0


@pytest.fixture(autouse=True)
def _few(settings, monkeypatch):
    settings.DATA_REQUESTS_A_MINUTE, settings.EXPORTS_A_MINUTE = 3, 2
    monkeypatch.setattr(limits, "_silent_until", 0)
    at(monkeypatch, MINUTE)


def at(monkeypatch, seconds):
    """Let the minute of the limits be that of `seconds`."""
    monkeypatch.setattr(limits.time, "time", lambda: seconds)


def test_every_answer_says_how_many_requests_are_left(client, monkeypatch):
    at(monkeypatch, MINUTE + 20)
    for left in (2, 1, 0):
        response = client.get(API)
        assert response.status_code == 200
        assert response["RateLimit"] == f'"data";r={left};t=40'
        assert response["RateLimit-Policy"] == '"data";q=3;w=60'
        assert [response[f"RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset")] == [
            "3",
            str(left),
            "40",
        ]
    unchanged = client.get(API, headers={"if-none-match": response["ETag"]})
    assert unchanged.status_code == 429


@pytest.mark.parametrize("language", ["es", "fr", "en"])
def test_who_asks_too_often_is_told_when_to_come_back(client, monkeypatch, language):
    at(monkeypatch, MINUTE + 45)
    for _one in range(3):
        client.get(API)
    response = client.get(API, headers={"accept-language": language})
    assert (response.status_code, response["Retry-After"]) == (429, "15")
    assert "15" in response.json()["detail"]
    assert response["Content-Language"] == language
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] == "no-store"
    at(monkeypatch, MINUTE + 60)
    assert client.get(API).status_code == 200


def test_each_address_has_its_own_count_and_a_network_of_version_six_one(client):
    def ask(address):
        return client.get(API, REMOTE_ADDR=address).status_code

    assert [ask("192.0.2.1") for _one in range(4)] == [200, 200, 200, 429]
    assert ask("192.0.2.2") == 200
    assert [ask(f"2001:db8::{n}") for n in range(4)] == [200, 200, 200, 429]
    assert ask("2001:db8:0:1::1") == 200


def test_behind_a_proxy_people_are_counted_and_not_the_proxy(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(4):
        response = client.get(API, headers={"x-forwarded-for": f"198.51.100.{number}"})
        assert response.status_code == 200


def test_whole_lists_have_a_limit_of_their_own(client):
    make.organisation(slug="a")
    ways = (
        (f"{API}?format=csv", {}),
        (API, {"accept": "text/turtle"}),
        ("/es/organisations/?format=xlsx", {}),
        ("/data/ripess-hub.zip", {}),
    )
    for address, headers in ways:
        caches["pages"].clear()
        response = client.get(address, headers=headers)
        assert response["RateLimit-Policy"] == '"exports";q=2;w=60', address
    caches["pages"].clear()
    assert [client.get(f"{API}?format=csv").status_code for _one in range(3)] == [200, 200, 429]
    assert client.get(API).status_code == 200


@pytest.mark.parametrize(
    "address",
    ["/api/v1/", "/api/v1/schema/", f"{API}a/?format=ttl", "/id/organisations/a", "/ns", "/data/", "/es/feed.atom",
     "/es/calendar.ics", "/es/organisations/?format=json", "/api/v1/nothing/", f"{API}?format=exe", f"{API}?{'a&' * 2000}", f"{API}?{'a&' * 2000}format=csv"],
)  # fmt: skip
def test_what_is_data_is_counted(client, address):
    assert client.get(address)["RateLimit-Policy"] == '"data";q=3;w=60'


@pytest.mark.parametrize("address", ["/es/", "/es/organisations/", "/sitemap.xml", "/healthz", "/es/data/"])
def test_pages_for_people_are_neither_counted_nor_slowed(client, address, monkeypatch):
    def never(*args):
        raise AssertionError("a page was counted")

    monkeypatch.setattr(limits.RateLimitMiddleware, "count", never)
    for _one in range(5):
        response = client.get(address)
        assert response.status_code == 200
        assert "RateLimit" not in response


def test_without_redis_nobody_is_refused_and_nobody_waits_twice(client, settings, caplog):
    settings.CACHES = {
        **settings.CACHES,
        "pages": {**settings.CACHES["pages"], "LOCATION": "redis://127.0.0.1:1/0"},
    }
    for _one in range(6):
        response = client.get(API)
        assert response.status_code == 200
        assert "RateLimit" not in response
    said = [record for record in caplog.records if record.name == "ripess_hub.limits"]
    assert len(said) == 1


def test_a_limit_of_nothing_is_none(client, settings):
    settings.DATA_REQUESTS_A_MINUTE = 0
    for _one in range(5):
        assert "RateLimit" not in client.get(API)
