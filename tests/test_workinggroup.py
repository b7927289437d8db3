"""Working groups, meetings and calls as their pages show them."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone, translation

from directory import text as words
from tests import factories as make
from tests.pages import address_of, count_queries, get, render
from workinggroup.models import Basis, Call
from workinggroup.templatetags.workinggroup import excerpt

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CLOSED = {
    "es": "La convocatoria de contribuciones está cerrada",
    "fr": "L'appel à contributions est fermé",
    "en": "The call for contributions is closed",
}


@pytest.fixture
def founding():
    """The founding case in small: a group, its meeting without a day, its call closed without dates."""
    coordinator = make.organisation(slug="ripess", name="RIPESS network", acronym="RIPESS")
    forum = make.event(title="Forum", starts_on=date(2016, 9, 7), ends_on=date(2016, 9, 9), year=2016)
    group = make.group(
        slug="founding",
        title="International collaboration",
        theme_block="Governance",
        coordinator=coordinator,
        forum=forum,
        sources=["https://gsef2016.org/page"],
        organisations={coordinator, make.organisation(slug="wfto", name="Fair trade body")},
        areas={make.region("sse-andean", type="sse_area")},
    )
    make.paragraph(group, "Organisations have multiplied.", basis=Basis.FOUNDING_TEXT)
    make.paragraph(group, "What we add.", basis=Basis.EDITORIAL)
    make.question(group, "What have you learned?", basis=Basis.FOUNDING_TEXT)
    meeting = make.meeting(
        slug="montreal", group=group, event=forum, title="", purpose="Share experience.", city="Montréal"
    )
    call = make.call(
        slug="call-2016", group=group, meeting=meeting, title="", dates_unknown=True, accepts=["text"]
    )
    make.document(group=group, title="Preparatory document", available=False)
    return group, meeting, call


def test_the_group_page_shows_context_organisations_areas_forum_and_sources(client, founding):
    group, meeting, call = founding
    page = get(client, "/en/groups/founding/")
    for expected in (
        "International collaboration",
        "Organisations have multiplied.",
        "Governance",
        "What have you learned?",
        "Fair trade body",
        "gsef2016.org",
    ):
        assert expected in page
    for link in (
        "/en/organisations/ripess/",
        "/en/organisations/wfto/",
        "/en/regions/sse-andean/",
        address_of(group.forum),
        address_of(meeting),
        address_of(call),
        "/en/groups/founding/outcomes/",
    ):
        assert f'href="{link}"' in page


def test_each_part_of_the_context_says_once_where_it_comes_from(client, founding):
    page = get(client, "/en/groups/founding/")
    context = page[page.index('id="theme"') : page.index('id="named"')]
    assert context.count("Restates the founding text in our own words.") == 1
    assert context.count("Written by the editors of this catalogue.") == 1


def test_texts_are_mark_up_and_not_words_about_mark_up(client, founding):
    response = client.get("/en/groups/founding/")
    assert b"&lt;p&gt;" not in response.content


def test_what_is_known_of_but_lost_is_listed_as_such_and_has_no_link(client, founding):
    page = get(client, "/en/groups/founding/")
    documents = page[page.index('id="documents"') : page.index('id="questions"')]
    assert "Preparatory document" in documents
    assert "Known of but not preserved" in documents
    assert "href" not in documents.replace("<use href", "")


def test_a_document_offers_its_files_by_language_and_size(client):
    document = make.document(files=[("fr", "note.pdf", b"x" * 2100)], text="## Read me")
    page = get(client, address_of(document.group))
    stored = document.files.get()
    assert f'href="/files/{stored.file.name}"' in page
    assert re.search(r"French, PDF \(2\.1\sKB\)", page)
    assert "<h2>Read me</h2>" in page


@pytest.mark.parametrize("language", ["es", "fr", "en"])
@pytest.mark.parametrize(
    "path", ["groups/founding/", "groups/founding/meetings/montreal/", "calls/call-2016/"]
)
def test_a_closed_call_says_so_in_each_language(client, founding, language, path):
    assert CLOSED[language] in get(client, f"/{language}/{path}")


def test_a_call_with_unknown_dates_invents_none(client, founding):
    page = get(client, "/en/calls/call-2016/")
    assert "Its dates are not known." in page
    assert "data-deadline" not in page
    assert "Closes on" not in page
    assert "Opens on" not in page


def test_a_meeting_without_a_day_says_what_is_known_instead(client, founding):
    page = get(client, "/en/groups/founding/meetings/montreal/")
    with translation.override("en"):
        days = words.days(date(2016, 9, 7), date(2016, 9, 9))
    assert "2016" in days
    assert f"The day and hour are not known; the forum was held on {days}." in page


def test_a_meeting_with_an_hour_shows_it_in_its_official_zone(client):
    meeting = make.meeting(
        starts_at=datetime(2027, 3, 18, 14, tzinfo=UTC), time_zone="Asia/Kolkata", city="Delhi"
    )
    page = get(client, address_of(meeting))
    assert "19:30" in page
    assert "Asia/Kolkata (UTC+5:30)" in page
    assert 'data-deadline="2027-03-18T14:00:00Z"' in page
    assert "not known;" not in page


def test_the_call_stands_before_the_content_of_its_meeting(client, founding):
    page = get(client, "/en/groups/founding/meetings/montreal/")
    assert page.index(CLOSED["en"]) < page.index("Share experience.", page.index("</head>"))


def test_a_meeting_shows_its_own_call_before_one_of_the_group(client, founding):
    group, meeting, _call = founding
    make.call(group=group, title="For the whole group")
    page = get(client, address_of(meeting))
    assert page.index(CLOSED["en"]) < page.index("For the whole group")


# The states of a call, by the database's clock.


@pytest.fixture
def timed():
    return make.call(
        slug="timed",
        title="Timed call",
        opens_at=NOON,
        closes_at=NOON + timedelta(days=10),
        time_zone="America/La_Paz",
    )


def test_before_its_opening_a_call_says_when_it_opens(client, clock, timed):
    with clock(NOON - timedelta(microseconds=1)):
        page = get(client, "/en/calls/timed/")
    assert "The call for contributions is not open yet" in page
    assert "America/La_Paz (UTC−4)" in page
    assert "08:00" in page
    assert "12:00 UTC" in page


def test_from_its_opening_to_its_closing_a_call_is_open_and_counts_the_days(client, clock, timed):
    with clock(NOON):
        page = get(client, "/en/calls/timed/")
    assert "The call for contributions is open" in page
    assert "10 days left" in page
    assert "time of America/La_Paz (UTC−4)" in page
    assert 'data-deadline="2026-12-04T12:00:00Z"' in page
    with clock(timed.closes_at - timedelta(microseconds=1)):
        page = get(client, "/en/calls/timed/")
    assert "The call for contributions is open" in page
    assert "Closes today" in page


def test_at_its_closing_instant_a_call_is_closed(client, clock, timed):
    with clock(timed.closes_at):
        page = get(client, "/en/calls/timed/")
    assert CLOSED["en"] in page
    assert "It closed on" in page
    assert "days left" not in page


def test_days_are_counted_by_the_midnights_of_the_calls_own_zone(client, clock):
    """At 03:00 UTC on the 25th it is still the 24th in La Paz."""
    make.call(
        slug="night",
        opens_at=NOON - timedelta(days=1),
        closes_at=datetime(2026, 11, 26, 3, 59, tzinfo=UTC),
        time_zone="America/La_Paz",
    )
    with clock(datetime(2026, 11, 25, 3, tzinfo=UTC)):
        assert "1 day left" in get(client, "/en/calls/night/")


def test_a_cached_page_ends_with_the_day_of_an_open_calls_zone(clock, timed):
    """Midnight in La Paz is 04:00 UTC, while the day of UTC would end later or earlier."""
    with clock(datetime(2026, 11, 25, 1, tzinfo=UTC)), connection.cursor() as cursor:
        cursor.execute("SELECT hub_next_change()")
        assert cursor.fetchone()[0] == datetime(2026, 11, 25, 4, tzinfo=UTC)


def test_a_call_without_a_closing_instant_is_open_until_further_notice(client):
    make.call(slug="endless")
    page = get(client, "/en/calls/endless/")
    assert "It stays open until further notice." in page
    assert "days left" not in page


def test_the_most_urgent_calls_come_first(clock):
    closed = make.call(opens_at=NOON - timedelta(days=9), closes_at=NOON - timedelta(days=1))
    endless = make.call(opens_at=NOON - timedelta(days=9))
    later = make.call(opens_at=NOON - timedelta(days=9), closes_at=NOON + timedelta(days=9))
    sooner = make.call(opens_at=NOON - timedelta(days=9), closes_at=NOON + timedelta(days=2))
    scheduled = make.call(opens_at=NOON + timedelta(days=1), closes_at=NOON + timedelta(days=2))
    undated = make.call(dates_unknown=True)
    with clock(NOON):
        calls = list(Call.objects.most_urgent_first())
    assert calls == [sooner, later, endless, scheduled, closed, undated]


def test_a_closed_call_leads_to_the_open_calls_of_any_group(client, founding):
    other = make.call(title="Another call")
    page = get(client, "/en/calls/call-2016/")
    assert f'href="{address_of(other)}"' in page
    assert "Another call" in page


def test_an_open_call_does_not_lead_to_itself(client):
    call = make.call(title="Alone")
    page = get(client, address_of(call))
    assert 'id="open-calls-heading"' not in page


def test_only_an_open_call_leads_to_its_form(client):
    past = timezone.now() - timedelta(days=2)
    for call, leads in (
        (make.call(), True),
        (make.call(opens_at=past, closes_at=past + timedelta(days=1)), False),
        (make.call(opens_at=timezone.now() + timedelta(days=1)), False),
        (make.call(dates_unknown=True), False),
    ):
        assert (f'href="{address_of(call)}contribute/"' in get(client, address_of(call))) == leads


# What is not published looks like what does not exist.


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
@pytest.mark.parametrize("hidden", ["group", "meeting", "call"])
def test_unpublished_records_are_not_there(client, founding, hidden, state):
    records = dict(zip(("group", "meeting", "call"), founding, strict=True))
    addresses = {name: address_of(record) for name, record in records.items()}
    addresses["outcomes"] = "/en/groups/founding/outcomes/"
    type(records[hidden]).objects.filter(pk=records[hidden].pk).update(publication=state)
    gone = set(addresses) if hidden == "group" else {hidden}
    for name, address in addresses.items():
        page = get(client, address, 404 if name in gone else 200)
        if name not in gone:
            assert addresses[hidden] not in page


@pytest.mark.parametrize("maker", [make.meeting, make.document, make.call, make.challenge, make.guideline])
def test_a_record_of_a_group_is_published_only_together_with_it(maker):
    """`published()` and `is_published` say the same."""
    for publication in ("draft", "published", "withdrawn"):
        for of_group in ("draft", "published", "withdrawn"):
            record = maker(publication=publication, group=make.group(publication=of_group))
            expected = publication == of_group == "published"
            assert record.is_published is expected
            assert type(record).objects.published().filter(pk=record.pk).exists() is expected


def test_an_unpublished_organisation_is_not_named_and_its_group_not_linked_to_it(client, founding):
    group, _meeting, _call = founding
    group.organisations.filter(slug="wfto").update(publication="draft")
    type(group.coordinator).objects.filter(slug="ripess").update(publication="withdrawn")
    page = get(client, "/en/groups/founding/")
    assert "Fair trade body" not in page
    assert "/organisations/ripess/" not in page


def test_a_meeting_has_no_page_under_another_group(client, founding):
    make.group(slug="other")
    get(client, "/en/groups/founding/meetings/montreal/")
    get(client, "/en/groups/other/meetings/montreal/", 404)


def test_a_document_of_another_group_does_not_appear(client, founding):
    make.document(title="Not ours")
    assert "Not ours" not in get(client, "/en/groups/founding/")


# Languages, labels, descriptions for machines.


def test_a_text_missing_in_the_readers_language_is_shown_in_another_and_says_so(client):
    group = make.group(title_es="Solo en español")
    page = get(client, address_of(group))
    assert '<span lang="es">Solo en español</span>' in page
    make.paragraph(group, None, text_es="Un texto.")
    page = get(client, address_of(group))
    assert "This text is available in Spanish only." in page


@pytest.mark.parametrize("illustrative", [True, False])
def test_demonstration_is_labelled_on_every_page_of_its_group(client, illustrative):
    group = make.group(illustrative=illustrative)
    call = make.call(group=group, meeting=make.meeting(group=group))
    addresses = [address_of(record) for record in (group, call, call.meeting)]
    for address in [*addresses, "/en/groups/", f"{addresses[0]}outcomes/"]:
        assert ("demo-label" in get(client, address)) is illustrative


def test_pages_describe_themselves_to_machines(client, founding):
    for path, kind in (
        ("groups/founding/", "Project"),
        ("groups/founding/meetings/montreal/", "Event"),
        ("calls/call-2016/", "CreativeWork"),
    ):
        page = get(client, f"/en/{path}")
        assert f'"@type":"{kind}"' in page
        assert '<meta name="description" content="' in page


def test_an_unknown_date_stays_out_of_the_machine_description(client, founding):
    page = get(client, "/en/groups/founding/meetings/montreal/")
    assert '"startDate":"2016"' in page
    assert '"expires"' not in get(client, "/en/calls/call-2016/")


# Lists, and what other pages show.


def test_groups_with_an_open_call_come_first(client):
    make.group(slug="a-quiet", title="Quiet group")
    make.call(group=make.group(slug="z-open", title="Open group"))
    page = get(client, "/en/groups/")
    assert page.index("Open group") < page.index("Quiet group")


def test_without_groups_the_list_says_so(client):
    assert "No working group is published yet." in get(client, "/en/groups/")


def test_an_organisation_shows_the_groups_it_coordinates_and_those_that_name_it(founding):
    group, _meeting, _call = founding
    source = "{% groups_of organisation %}"
    assert "Coordinates it" in render(source, organisation=group.coordinator)
    assert "Named in it" in render(source, organisation=group.organisations.get(slug="wfto"))
    assert render(source, organisation=make.organisation()) == ""
    group.withdraw()
    assert render(source, organisation=group.coordinator) == ""


def test_an_event_shows_the_meetings_held_there(founding):
    group, meeting, _call = founding
    shown = render("{% meetings_at event %}", event=group.forum)
    assert "Meeting in Montréal" in shown
    assert address_of(meeting) in shown
    assert render("{% meetings_at event %}", event=make.event()) == ""
    group.withdraw()
    assert render("{% meetings_at event %}", event=group.forum) == ""


def test_a_region_shows_the_groups_that_name_it(founding):
    group, _meeting, _call = founding
    assert "International collaboration" in render("{% groups_of_region 'sse-andean' %}")
    assert render("{% groups_of_region 'm49-002' %}") == ""


def test_a_card_announces_no_list_that_it_does_not_show_and_keeps_french_signs_with_their_words(db):
    call = make.call(text="", text_fr="Est-ce « **utile** » ? Nous cherchons :\n\n- des récits")
    assert "Est-ce «\u00a0utile\u00a0»\u00a0? Nous cherchons…<" in excerpt(call, "text")


def test_the_cards_show_open_calls_first_and_nothing_unpublished(founding):
    make.call(title="Open now")
    make.call(title="Hidden", publication="draft")
    make.call(title="Hidden too", group=make.group(publication="draft"))
    shown = render("{% call_cards %}")
    assert shown.index("Open now") < shown.index("International collaboration")
    # What is open can be answered from here; what is closed cannot.
    assert shown.count("/contribute/") == 1
    assert "Hidden" not in shown
    Call.objects.all().update(publication="withdrawn")
    assert render("{% call_cards %}") == ""


def test_open_calls_print_nothing_when_there_are_none(founding):
    assert render("{% open_calls %}") == ""


def grow(group, meeting, call, times):
    """Add `times` of everything a page of the group lists."""
    for number in range(times):
        group.organisations.add(make.organisation())
        group.areas.add(make.region(f"area-{number}", type="sse_area"))
        make.paragraph(group, "More.")
        make.question(group, "And?")
        make.document(group=group, meeting=meeting, files=[("es", "a.pdf", b"1")])
        make.call(group=group, meeting=meeting)
        sent = make.contribution(call=call, organisation=make.organisation())
        problem = make.challenge(group=group, contributions={sent})
        make.guideline(group=group, challenges={problem})


@pytest.mark.parametrize(
    "path",
    [
        "groups/founding/",
        "groups/founding/meetings/montreal/",
        "groups/founding/outcomes/",
        "calls/call-2016/",
    ],
)
def test_a_page_asks_at_most_eight_queries_however_much_it_shows(client, founding, path):
    grow(*founding, times=1)
    with_one = count_queries(client, f"/en/{path}")
    grow(*founding, times=3)
    assert count_queries(client, f"/en/{path}") == with_one
    assert with_one <= 8


def test_the_list_of_groups_asks_as_many_queries_for_three_as_for_one(client):
    make.call(meeting=None, group=make.meeting(event=make.event()).group)
    with_one = count_queries(client, "/en/groups/")
    for _more in range(2):
        make.call(group=make.meeting(event=make.event()).group)
    assert count_queries(client, "/en/groups/") == with_one
