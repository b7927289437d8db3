"""Frames for other sites, pictures to take away, and the pictures that go with shared links."""

import io
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.utils import timezone
from django.utils.html import escape
from PIL import Image

from directory import cards, models
from directory.lettering import font
from tests import factories
from tests.pages import get
from tests.test_explorer_pages import seated

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def agreement():
    sector = factories.term(models.Sector, "fair_trade", facet="activity")
    return factories.agreement(
        slug="pact", title="Pact of Dakar", parties=[seated("Dakar"), seated("Thiès", longitude=-16.9), "A city"],
        sectors={sector}, start_year=2016,
    )  # fmt: skip


FRAMES = [
    "agreements/",
    "agreements/?region=m49-002&page=1",
    "organisations/",
    "map/",
    "map/?sector=fair_trade",
]


@pytest.mark.parametrize("language", ["es", "fr", "en"])
@pytest.mark.parametrize("frame", FRAMES)
def test_any_site_may_show_a_frame_and_none_gets_a_cookie(client, agreement, language, frame):
    answer = client.get(f"/{language}/embed/{frame}")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "X-Frame-Options" not in answer
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert not answer.cookies
    assert answer["X-Robots-Tag"] == "noindex"
    assert answer["Content-Language"] == language
    assert "<script" not in page
    assert f'<html lang="{language}"' in page
    assert '<base target="_blank">' in page
    assert f'rel="canonical" href="{settings.PUBLIC_ORIGIN}/{language}/{frame.split("/")[0]}/' in page
    # The same from the page cache.
    again = client.get(f"/{language}/embed/{frame}")
    assert "X-Frame-Options" not in again
    assert again["Content-Security-Policy"] == answer["Content-Security-Policy"]


def test_a_call_is_a_card_in_a_frame(client):
    call = factories.call(slug="open", title="Tell us")
    answer = client.get("/en/embed/calls/open/")
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert not answer.cookies
    assert "Tell us" in answer.content.decode()
    call.withdraw()
    get(client, "/en/embed/calls/open/", status=404)


@pytest.mark.parametrize(
    ("opens", "closes", "state", "said"),
    [
        (-2, 3, "open", "Closes on <time"),
        (-2, None, "open", "Open until further notice."),
        (2, 3, "scheduled", "Opens on "),
        (-2, -1, "closed", "The call for contributions is closed"),
    ],
)
def test_the_card_of_a_call_says_whether_it_is_open(client, opens, closes, state, said):
    at = {
        name: timezone.now() + timedelta(days=days)
        for name, days in (("opens_at", opens), ("closes_at", closes))
        if days
    }
    factories.call(slug="asked", **at)
    page = get(client, "/en/embed/calls/asked/")
    assert f"call-card--{state}" in page
    assert f"status--{state}" in page
    assert said in page


@pytest.mark.parametrize(
    "path", ["", "agreements/", "agreements/pact/", "map/", "embed/", "account/login/", "agreements/map.svg"]
)
def test_no_other_page_may_be_framed(client, agreement, path):
    answer = client.get(f"/en/{path}")
    assert answer.status_code == 200
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_the_frame_takes_filters_colours_and_pages_from_its_address(client, agreement):
    for _more in range(11):
        factories.agreement(parties=[seated("Dakar"), "A city"])
    page = get(client, "/en/embed/agreements/?region=m49-002&theme=dark")
    assert 'data-theme="dark"' in page
    assert "12 agreements" in page
    assert 'href="/en/agreements/?region=m49-002"' in page
    assert '?region=m49-002&theme=dark&page=2" rel="next" target="_self"' in page
    assert "data-theme" not in get(client, "/en/embed/agreements/?theme=purple")
    assert "0 agreements" in get(client, "/en/embed/agreements/?region=m49-150")


@pytest.mark.parametrize(
    ("address", "said", "way"),
    [
        ("agreements/?region=m49-002&theme=dark&page=9", "no such page", "?region=m49-002&theme=dark"),
        ("organisations/?page=x", "no such page", ""),
        ("calls/withdrawn/", "There is no such page", None),
    ],
)
def test_what_is_missing_is_said_within_the_frame(client, agreement, address, said, way):
    factories.call(slug="withdrawn").withdraw()
    answer = client.get(f"/en/embed/{address}")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "X-Frame-Options" not in answer
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert not answer.cookies
    assert said in page
    assert 'class="masthead' not in page
    if way is None:
        assert "arrow-link" not in page
        return
    back = f"/en/embed/{address.split('?')[0]}{way}"
    assert f'href="{escape(back)}" target="_self">To the beginning of the list' in page
    assert client.get(back).status_code == 200


def test_the_page_about_frames_gives_what_to_copy(client, agreement):
    factories.call(slug="open")
    page = client.get(
        "/fr/embed/?what=agreements&region=m49-002&sector=fair_trade&theme=light"
    ).content.decode()
    query = "region=m49-002&amp;sector=fair_trade&amp;theme=light"
    assert f"&lt;iframe src=&quot;{settings.PUBLIC_ORIGIN}/fr/embed/agreements/?{query}" in page.replace(
        '"', "&quot;"
    )
    assert f'<iframe class="preview" src="/fr/embed/agreements/?{query}"' in page
    assert "/fr/embed/calls/open/" in page
    assert "map.svg" in get(client, "/fr/embed/")
    policy = client.get("/fr/embed/")["Content-Security-Policy"]
    assert "frame-src 'self'" in policy
    assert "frame-src" not in client.get("/fr/data/")["Content-Security-Policy"]
    for value in ("%00", "<script>", "a" * 5000):
        assert client.get(
            f"/fr/embed/?what={value}&region={value}&sector={value}&theme={value}"
        ).status_code in (200, 400)


@pytest.mark.parametrize("language", ["es", "fr", "en"])
@pytest.mark.parametrize(
    "picture", ["map.svg", "matrix.svg", "matrix.svg?matrix=continents", "map.svg?region=m49-002"]
)
def test_a_picture_names_its_source_and_licence_and_needs_no_style(client, agreement, language, picture):
    answer = client.get(f"/{language}/agreements/{picture}")
    assert answer["Content-Type"] == "image/svg+xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)
    words = " ".join(element.text or "" for element in root.iter(f"{SVG}text"))
    assert f"{settings.PUBLIC_ORIGIN}/{language}/agreements/" in words
    assert settings.DATA_LICENCE in words
    assert root.find(f"{SVG}title").text
    work = root.find(f"{SVG}metadata").find(".//{http://creativecommons.org/ns#}Work")
    licence = work.find("{http://creativecommons.org/ns#}license")
    assert licence.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource") == settings.DATA_LICENCE
    source = work.find("{http://purl.org/dc/elements/1.1/}source").text
    assert source.startswith(f"{settings.PUBLIC_ORIGIN}/{language}/agreements/")
    if "region" in picture:
        assert source.endswith("?region=m49-002")
    for element in root.iter():
        assert element.tag not in (f"{SVG}style", f"{SVG}script", f"{SVG}image", f"{SVG}use")
        assert not {"style", "class"} & set(element.attrib)
    if "map" in picture:
        assert {"Dakar", "Thiès"} <= {element.text for element in root.iter(f"{SVG}text")}


def test_a_picture_of_nothing_is_missing(client, agreement):
    for picture in ("map.svg", "matrix.svg"):
        get(client, f"/en/agreements/{picture}?region=m49-150", status=404)


RECORDS = {
    "organisations": lambda: factories.organisation(slug="one", city="Dakar", latitude=14.7, longitude=-17.4),
    "agreements": lambda: factories.agreement(slug="one", parties=[seated("Dakar"), seated("Thiès")]),
    "events": lambda: factories.event(slug="one"),
    "groups": lambda: factories.group(slug="one"),
    "meetings": lambda: factories.meeting(slug="one"),
    "calls": lambda: factories.call(slug="one"),
    "contributions": lambda: factories.contribution(reference="one"),
    "regions": lambda: factories.region("one"),
    "sectors": lambda: factories.term(models.Sector, "one", facet="activity"),
}


def picture_of(client, address):
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png"), address
    assert not answer.cookies
    return Image.open(io.BytesIO(answer.content))


@pytest.mark.parametrize("kind", RECORDS)
def test_every_type_of_record_has_a_picture_for_shared_links(client, kind):
    record = RECORDS[kind]()
    address = f"/fr/cards/{kind}/one.png"
    assert picture_of(client, address).size == (1200, 630)
    page = {"meetings": f"groups/{getattr(getattr(record, 'group', None), 'slug', '')}/meetings/one"}.get(
        kind, f"{kind}/one"
    )
    source = get(client, f"/fr/{page}/")
    assert f'<meta property="og:image" content="{settings.PUBLIC_ORIGIN}{address}">' in source
    for state in ("draft", "withdrawn"):
        if hasattr(record, "publication"):
            type(record).objects.filter(pk=record.pk).update(publication=state)
            get(client, address, status=404)
    get(client, f"/fr/cards/{kind}/nothing.png", status=404)


def test_other_pages_share_the_picture_of_the_site(client, agreement):
    assert picture_of(client, "/es/cards/site.png").size == (1200, 630)
    assert "/es/cards/site.png" in get(client, "/es/agreements/")
    get(client, "/es/cards/nothing/one.png", status=404)


@pytest.mark.parametrize("name", ["ش" * 40, "🌍 Šťastná", "x" * 300, "word " * 60, "<b>&amp;", "١٢٣"])
def test_a_picture_can_be_drawn_of_any_name(client, name):
    factories.organisation(slug="one", name=name[:300])
    assert picture_of(client, "/en/cards/organisations/one.png").size == (1200, 630)


def test_a_word_wider_than_the_picture_is_cut():
    size, lines = cards.title_lines("Genossenschaftsrechtsvereinheitlichung" * 7)
    assert all(font(size, 700).getlength(line) <= 1080 for line in lines)
    assert lines[0].endswith("…")
