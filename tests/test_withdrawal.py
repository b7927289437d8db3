"""What its author takes back is gone everywhere at the next request, and comes back with an undoing."""

import pytest
from django.core.cache import caches

from contributions.models import Citation
from tests import factories as make
from tests.pages import address_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]
WORDS = ("Zanahorias compartidas", "Rosa Quispe")


@pytest.fixture
def sent():
    """A published contribution that every page of the hub has to show."""
    organisation = make.organisation(name="Network of the Andes")
    record = make.contribution(
        title=WORDS[0], text="Zanahorias.", author_name=WORDS[1], language="es", author=make.person(),
        organisation=organisation, call=make.call(slug="open-call", group=make.group(slug="our-group")),
    )  # fmt: skip
    make.attachment(record)
    challenge = make.challenge(group=record.call.group, contributions={record})
    Citation.objects.filter(challenge=challenge).update(quote="Zanahorias.")
    return record


def places(record):
    """Every public address that shows the contribution or counts it."""
    organisation = address_of(record.organisation)
    return [
        "/en/", "/en/contributions/", "/en/contributions/?q=zanahorias", "/en/contributions/?language=es",
        "/en/calls/open-call/", "/en/groups/our-group/", "/en/groups/our-group/outcomes/", organisation,
        "/api/v1/contributions/", "/en/contributions/?format=csv", "/en/contributions/?format=jsonld",
        "/en/feed.atom", "/en/contributions/feed.atom", "/sitemap.xml",
    ]  # fmt: skip


def shown(client, record):
    """Where a reader finds something of it. Nothing empties the cache of pages in between."""
    found = set()
    for address in places(record):
        answer = client.get(address)
        assert answer.status_code == 200, address
        text = (
            b"".join(answer.streaming_content) if answer.streaming else answer.content
        ).decode()  # fmt: skip
        if record.reference in text or any(word in text for word in WORDS):
            found.add(address)
    return found


def test_a_withdrawn_contribution_is_gone_from_every_place_within_one_request(client, sent):
    everywhere = set(places(sent))
    assert shown(client, sent) == everywhere
    # Read twice: the second time from the cache of pages.
    assert shown(client, sent) == everywhere
    file = f"/files/{sent.attachments.get().file.name}"
    sent.withdraw(by=sent.author)
    assert shown(client, sent) == set()
    for address in (
        address_of(sent),
        f"{address_of(sent)}?format=json",
        f"/api/v1/contributions/{sent.reference}/",
    ):
        answer = client.get(address)
        assert answer.status_code in (404, 410), address
        assert not any(word in answer.content.decode() for word in WORDS)
    page = client.get(address_of(sent))
    assert (page.status_code, page["Cache-Control"]) == (410, "no-store")
    assert "is no longer public" in page.content.decode()
    assert client.get(file).status_code == 410
    assert "withdrawn by its author" in client.get("/en/groups/our-group/outcomes/").content.decode()
    sent.restore(by=sent.author)
    assert shown(client, sent) == everywhere
    assert client.get(address_of(sent)).status_code == client.get(file).status_code == 200


def test_it_is_gone_also_where_the_cache_of_pages_was_down_in_between(client, sent, settings):
    everywhere = set(places(sent))
    assert shown(client, sent) == everywhere
    working = settings.CACHES
    broken = {**working["pages"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {**working, "pages": broken}
    sent.withdraw(by=sent.author)
    assert shown(client, sent) == set()
    settings.CACHES = working
    assert caches["pages"]
    assert shown(client, sent) == set()
