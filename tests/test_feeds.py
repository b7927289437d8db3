"""Feeds and calendars: read back by feedparser and icalendar, with filters, zones and cancellations."""

import re
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import feedparser
import icalendar
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from contributions.models import ContributionTranslation
from directory import models as directory
from tests import factories as make
from tests.api import RECORDS, hide, key_of
from tests.pages import address_of, get
from tests.test_formats import take
from workinggroup.models import Call, Meeting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]

NOON = datetime(2027, 5, 4, 12, tzinfo=UTC)
LISTS = ["organisations", "agreements", "events", "groups", "contributions"]


def feed(client, address):
    response = take(client, address)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    found = feedparser.parse(response.whole)
    assert not found.bozo, found.get("bozo_exception")
    return found


def ids(found):
    return [entry.id.removeprefix("http://localhost:8000/id/") for entry in found.entries]


# Feeds.


@pytest.mark.parametrize("name", LISTS)
def test_every_list_has_a_feed_of_what_is_published(client, name):
    record, other = RECORDS[name](), RECORDS[name]()
    hide(record)
    found = feed(client, f"/fr/{name}/feed.atom")
    assert f"{name}/{key_of(other)}" in ids(found)
    assert f"{name}/{key_of(record)}" not in ids(found)
    (entry,) = [one for one in found.entries if one.id.endswith(key_of(other))]
    assert client.get(entry.link).status_code == 200
    assert found.feed.language == "fr"
    assert client.get(found.feed.link).status_code == 200
    page = get(client, f"/fr/{name}/")
    assert '<a href="feed.atom" type="application/atom+xml"' in page
    assert 'rel="alternate" type="application/atom+xml" title="Flux (Atom)" href="feed.atom"' in page


def test_a_feed_takes_the_filters_of_its_page(client):
    make.organisation(slug="one", country=make.country("SN"))
    make.organisation(slug="two")
    found = feed(client, "/en/organisations/feed.atom?country=SN")
    assert ids(found) == ["organisations/one"]
    assert found.feed.link.endswith("/en/organisations/?country=SN")
    assert ids(feed(client, "/en/organisations/feed.atom?country=XX&q=%00")) == []
    assert '<a href="feed.atom?country=SN"' in get(client, "/en/organisations/?country=SN&page=1")


def test_the_last_changed_stands_first_and_a_text_keeps_its_language(client):
    make.organisation(slug="old", name_es=None, name_fr="Réseau")
    make.organisation(slug="new", name_es="Red", name_en="Network", description_en="Words & <tags>.")
    directory.Organisation.objects.filter(slug="old").update(updated_at=NOON - timedelta(days=900))
    body = take(client, "/en/organisations/feed.atom").whole.decode()
    found = feed(client, "/en/organisations/feed.atom")
    assert ids(found) == ["organisations/new", "organisations/old"]
    assert [entry.title for entry in found.entries] == ["Network", "Réseau"]
    assert found.entries[0].summary == "Words &amp; &lt;tags&gt;."
    assert 'xml:lang="fr"' in body
    assert found.entries[1].updated == "2024-11-15T12:00:00+00:00"


def test_what_was_published_last_stands_first_though_it_was_written_long_ago(client):
    old, organisation = make.contribution(state="received"), make.organisation(publication="draft")
    for record in (old, organisation):
        type(record).objects.filter(pk=record.pk).update(updated_at=NOON - timedelta(days=900))
    make.contribution()
    make.organisation()
    old.judge("publish", by=make.moderator(old.call.group), version=1)
    organisation.publish()
    for name, key in (("contributions", old.reference), ("organisations", organisation.slug)):
        assert ids(feed(client, f"/es/{name}/feed.atom"))[0] == f"{name}/{key}"


def test_one_feed_gathers_everything_published(client):
    made = {name: RECORDS[name]() for name in RECORDS}
    hidden = make.contribution(state="received", published_at=None, title="Canary")
    found = ids(feed(client, "/es/feed.atom"))
    for name, record in made.items():
        assert f"{name}/{key_of(record)}" in found
    assert f"contributions/{hidden.reference}" not in found
    assert 'href="/es/feed.atom"' in get(client, "/es/about/")


def test_a_group_has_a_feed_of_what_belongs_to_it(client):
    group, other = make.group(slug="one", title="One"), make.group()
    meeting, call = make.meeting(group=group, title=""), make.call(group=group, title="Call")
    document, contribution = make.document(group=group), make.contribution(call=call)
    make.meeting(group=other)
    make.call(group=group, publication="draft")
    found = feed(client, "/en/groups/one/feed.atom")
    assert set(ids(found)) == {
        f"meetings/{meeting.slug}",
        f"calls/{call.slug}",
        f"documents/{document.slug}",
        f"contributions/{contribution.reference}",
    }
    assert {"Meeting: One", "Call for contributions: Call"} <= {entry.title for entry in found.entries}
    assert 'href="feed.atom"' in get(client, "/en/groups/one/")
    hide(group)
    take(client, "/en/groups/one/feed.atom", 404)


def test_an_empty_feed_is_valid_and_does_not_change_by_itself(client):
    first = take(client, "/en/events/feed.atom")
    assert feed(client, "/en/events/feed.atom").entries == []
    assert take(client, "/en/events/feed.atom").whole == first.whole
    take(client, "/en/nothing/feed.atom", 404)
    assert client.post("/en/events/feed.atom").status_code == 405


# Calendars.


def calendar(client, address):
    response = take(client, address)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    found = icalendar.Calendar.from_ical(response.whole)
    assert found["version"] == "2.0"
    assert found["prodid"]
    zones = {str(zone["tzid"]) for zone in found.walk("VTIMEZONE")}
    entries = found.walk("VEVENT")
    for entry in entries:
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "URL"} <= set(entry)
        if zone := entry["dtstart"].params.get("TZID"):
            assert zone in zones
    return entries


def test_an_event_stands_with_its_days_and_a_year_alone_in_no_calendar(client):
    made = make.event(slug="forum", title_en="Forum", theme="Theme", starts_on=date(2016, 9, 7),
                      ends_on=date(2016, 9, 9), city="Montréal", country=make.country("CA", label="Canada"))  # fmt: skip
    make.event(slug="year-alone", year=2015)
    make.event(slug="draft", starts_on=date(2016, 1, 1), publication="draft")
    for address in ("/en/calendar.ics", "/en/events/calendar.ics", "/en/events/forum/calendar.ics"):
        (found,) = calendar(client, address)
        assert (found["summary"], found["location"]) == ("Forum", "Montréal, Canada")
        assert (found["dtstart"].dt, found["dtend"].dt) == (date(2016, 9, 7), date(2016, 9, 10))
        assert found["uid"] == f"events-{made.pk}@localhost"
    for missing in ("year-alone", "draft", "none"):
        take(client, f"/en/events/{missing}/calendar.ics", 404)
    assert 'href="calendar.ics"' in get(client, "/en/events/forum/")
    assert 'href="calendar.ics"' not in get(client, "/en/events/year-alone/")
    assert calendar(client, "/en/events/calendar.ics?country=XX") == []
    assert len(calendar(client, "/en/events/calendar.ics?country=CA")) == 1


ZONES = ["Africa/Dakar", "America/La_Paz", "Europe/Paris", "Asia/Kathmandu", "Etc/GMT+12", "UTC"]


@pytest.mark.parametrize("zone", ZONES)
def test_a_deadline_is_the_same_instant_on_page_api_and_calendar(client, zone):
    call = make.call(slug="a", title="Call", closes_at=NOON, time_zone=zone)
    for address in (
        "/en/calendar.ics",
        "/en/calls/a/calendar.ics",
        f"/en/groups/{call.group.slug}/calendar.ics",
    ):
        (found,) = calendar(client, address)
        assert found["summary"] == "Deadline: Call"
        assert found["dtstart"].dt == NOON
        assert found["dtstart"].params.get("TZID", "UTC") == zone
    assert take(client, "/api/v1/calls/a/").json()["closes_at"] == "2027-05-04T12:00:00Z"
    page = get(client, "/en/calls/a/")
    assert 'data-deadline="2027-05-04T12:00:00Z"' in page
    assert 'href="/en/calls/a/calendar.ics"' in page


def test_a_call_without_a_closing_instant_has_no_deadline(client):
    make.call(slug="a")
    make.call(slug="unknown", dates_unknown=True)
    for key in ("a", "unknown"):
        take(client, f"/en/calls/{key}/calendar.ics", 404)
        assert "calendar.ics" not in get(client, f"/en/calls/{key}/").split("<footer")[0]
    assert calendar(client, "/en/calendar.ics") == []


def test_summer_time_is_that_of_the_zone(client):
    for day, offset in ((datetime(2027, 1, 15, 23, 59), 1), (datetime(2027, 7, 15, 23, 59), 2)):
        moment = (day - timedelta(hours=offset)).replace(tzinfo=UTC)
        make.call(slug=f"call-{offset}", closes_at=moment, time_zone="Europe/Paris")
        (found,) = calendar(client, f"/en/calls/call-{offset}/calendar.ics")
        assert found["dtstart"].dt.replace(tzinfo=None) == day


def meeting_of(client, record):
    (found,) = calendar(client, f"{address_of(record)}calendar.ics")
    return found


def test_a_meeting_that_is_moved_and_cancelled_keeps_its_identifier_and_counts_up(client):
    made = make.meeting(title="Meeting", starts_at=NOON, ends_at=NOON + timedelta(hours=2),
                        time_zone="Africa/Dakar", place="Hall", city="Dakar")  # fmt: skip
    page = address_of(made)
    first = meeting_of(client, made)
    assert (first["status"], first["dtstart"].dt, first["dtend"].dt) == (
        "CONFIRMED",
        NOON,
        NOON + timedelta(hours=2),
    )
    assert first["dtstart"].params["TZID"] == "Africa/Dakar"
    assert first["location"] == "Hall, Dakar"
    assert "<s>" not in get(client, page)
    made.starts_at, made.ends_at = NOON + timedelta(days=7), None
    made.save()
    moved = meeting_of(client, made)
    assert moved["uid"] == first["uid"]
    assert moved["sequence"] > first["sequence"]
    assert moved["dtstart"].dt == NOON + timedelta(days=7)
    body = get(client, page)
    assert "no longer:" in body
    assert body.index("4 May 2027") < body.index("11 May 2027")
    record = take(client, f"/api/v1/meetings/{made.slug}/").json()
    assert (record["starts_at"], record["moved_from"]) == ("2027-05-11T12:00:00Z", "2027-05-04T12:00:00Z")
    assert Meeting.objects.filter(pk=made.pk).cancel() == 1
    assert Meeting.objects.filter(pk=made.pk).cancel() == 0
    cancelled = meeting_of(client, made)
    assert (cancelled["uid"], cancelled["status"]) == (first["uid"], "CANCELLED")
    assert cancelled["sequence"] > moved["sequence"]
    assert cancelled["summary"] == "Meeting"
    body = get(client, page)
    assert "This meeting is cancelled." in body
    assert take(client, f"/api/v1/meetings/{made.slug}/").json()["cancelled_at"]
    assert "EventCancelled" in take(client, f"/api/v1/meetings/{made.slug}/?format=ttl").whole.decode()
    assert Meeting.objects.filter(pk=made.pk).reinstate() == 1
    assert meeting_of(client, made)["status"] == "CONFIRMED"


@pytest.mark.parametrize("way", ["save", "update"])
def test_the_former_start_is_kept_whichever_way_a_published_meeting_moves(way):
    made = make.meeting(starts_at=NOON)

    def move(start):
        if way == "save":
            record = Meeting.objects.get(pk=made.pk)
            record.starts_at = start
            record.save()
        else:
            Meeting.objects.filter(pk=made.pk).update(starts_at=start)
        return Meeting.objects.get(pk=made.pk).moved_from

    assert move(NOON + timedelta(days=1)) == NOON
    assert move(NOON + timedelta(days=2)) == NOON + timedelta(days=1)
    # Back where it was the last time, it was never moved.
    assert move(NOON + timedelta(days=1)) is None
    assert move(None) == NOON + timedelta(days=1)
    draft = make.meeting(starts_at=NOON, publication="draft")
    Meeting.objects.filter(pk=draft.pk).update(starts_at=NOON + timedelta(days=1))
    assert Meeting.objects.get(pk=draft.pk).moved_from is None


def test_staff_may_write_the_former_start_themselves():
    made = make.meeting(starts_at=NOON)
    Meeting.objects.filter(pk=made.pk).update(starts_at=NOON + timedelta(days=1), moved_from=None)
    assert Meeting.objects.get(pk=made.pk).moved_from == NOON
    made.refresh_from_db()
    made.moved_from = None
    made.save()
    assert Meeting.objects.get(pk=made.pk).moved_from is None


def test_an_extended_call_counts_up(client):
    call = make.call(slug="a", closes_at=NOON)
    (before,) = calendar(client, "/en/calls/a/calendar.ics")
    call.reschedule(opens_at=call.opens_at, closes_at=NOON + timedelta(days=1))
    (after,) = calendar(client, "/en/calls/a/calendar.ics")
    assert before["uid"] == after["uid"]
    assert after["sequence"] > before["sequence"]
    assert call.updated_at < Call.objects.get(pk=call.pk).updated_at


def test_no_calendar_shows_what_is_not_published(client):
    group = make.group(slug="one")
    meeting = make.meeting(group=group, starts_at=NOON, title="Canary")
    call = make.call(group=group, closes_at=NOON, title="Canary")
    assert len(calendar(client, "/en/groups/one/calendar.ics")) == 2
    hide(meeting)
    hide(call)
    assert calendar(client, "/en/groups/one/calendar.ics") == calendar(client, "/en/calendar.ics") == []
    hide(group)
    take(client, "/en/groups/one/calendar.ics", 404)
    take(client, f"{address_of(meeting)}calendar.ics", 404)
    take(client, f"/en/calls/{call.slug}/calendar.ics", 404)


@pytest.mark.parametrize("name", ["feed", "calendar"])
def test_subscriptions_ask_as_many_queries_for_many_as_for_one(client, name, django_assert_max_num_queries):
    for _one in range(3):
        make.event(starts_on=date(2016, 9, 7))
        make.meeting(starts_at=NOON)
        make.contribution()
    with translation.override("en"):
        address = reverse(name)
    take(client, address)
    with django_assert_max_num_queries(12):
        take(client, address)


@pytest.mark.django_db(transaction=True)
def test_an_unchanged_subscription_is_not_sent_again(client):
    make.event(starts_on=date(2016, 9, 7))
    for address in ("/en/feed.atom", "/en/calendar.ics"):
        first = client.get(address)
        again = client.get(address, headers={"if-none-match": first["ETag"]})
        assert again.status_code == 304
        assert first["Access-Control-Allow-Origin"] == "*"


# The sitemap.


def sitemap(client):
    """`{address: {language: address}}` of every entry."""
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    root = ElementTree.fromstring(take(client, "/sitemap.xml").whole)
    return {
        url.findtext("s:loc", namespaces=names): {
            link.get("hreflang"): link.get("href") for link in url.findall("x:link", names)
        }
        for url in root.findall("s:url", names)
    }


def head_of(client, address):
    """`{language: address}` of the versions that the head of a page names."""
    page = take(client, address).whole.decode()
    links = dict(re.findall(r'<link rel="alternate" hreflang="([\w-]+)" href="([^"]+)">', page))
    return {code: url.replace(settings.PUBLIC_ORIGIN, "http://testserver") for code, url in links.items()}


def test_sitemap_and_pages_name_the_languages_a_record_is_written_in(client):
    make.organisation(slug="two", name_es="Red", name_fr="Réseau")
    make.agreement(slug="deal", title_fr="Accord", title_en="Agreement")
    make.event(slug="forum", title_es="Foro")
    group = make.group(slug="one", title_es="Grupo")
    make.meeting(slug="met", group=group, title="")
    make.meeting(slug="both", group=group, title_es="Encuentro", title_fr="Rencontre", purpose_es="Conversar")
    make.call(slug="call", group=group, title_es="Convocatoria", title_en="Call")
    make.contribution(reference="C-FR", language="fr")
    translated = make.contribution(reference="C-ES", language="es")
    for language, publication in (("en", "published"), ("fr", "draft")):
        ContributionTranslation.objects.create(
            contribution=translated,
            language=language,
            title="T",
            text="T",
            source_version=1,
            publication=publication,
        )
    make.challenge(group=group)
    make.region("m49-002", label_es="África", label_fr="Afrique", label_en="Africa")
    found = sitemap(client)
    for path, languages in {
        "organisations/two/": {"es", "fr"},
        "groups/one/": {"es"},
        "groups/one/outcomes/": {"es"},
        "groups/one/meetings/met/": {"es"},
        "groups/one/meetings/both/": {"es", "fr"},
        "calls/call/": {"es", "en"},
        "agreements/deal/": {"fr", "en"},
        "events/forum/": {"es"},
        "contributions/C-FR/": {"fr"},
        "contributions/C-ES/": {"es", "en"},
        "regions/m49-002/": {"es", "fr", "en"},
        "data/": {"es", "fr", "en"},
        "map/": {"es", "fr", "en"},
        "network/": {"es", "fr", "en"},
        "timeline/": {"es", "fr", "en"},
    }.items():
        addresses = {code: f"http://testserver/{code}/{path}" for code in languages}
        for address in addresses.values():
            assert found[address] == addresses
            assert 'name="robots"' not in client.get(address).content.decode()
        for code in {"es", "fr", "en"} - languages:
            assert f"http://testserver/{code}/{path}" not in found
        otherwise = {"x-default": addresses["es"]} if "es" in addresses else {}
        for code in ("es", "fr", "en"):
            assert head_of(client, f"/{code}/{path}") == addresses | otherwise, path
    assert len(found) == len(set(found))


def test_the_page_that_makes_frames_is_not_for_search_engines(client):
    assert '<meta name="robots" content="noindex">' in client.get("/es/embed/").content.decode()
    assert not any("/embed/" in address for address in sitemap(client))


@pytest.mark.parametrize("name", ["organisations", "agreements", "events", "groups", "meetings", "calls"])
def test_the_sitemap_lists_nothing_unpublished(client, name):
    record = RECORDS[name]()
    assert any(key_of(record) in address for address in sitemap(client))
    hide(record)
    assert not any(key_of(record) in address for address in sitemap(client))
