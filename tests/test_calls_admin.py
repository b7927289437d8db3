"""Calls in the admin: times by the clocks of their zone, changed through one door, and never by the way."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import OutgoingMail
from contributions.models import Contribution
from tests import factories as make
from tests.pages import filled, get
from workinggroup.models import Call, CallChange, LateAccess

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
OPENED = datetime(2026, 11, 1, tzinfo=UTC)
CLOSES = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _without_second_factor(settings, clock):
    settings.DEMO = True
    with clock(NOON):
        yield


def staff(**values):
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.person(is_staff=True, is_superuser=True, **values))
    return client


def a_call(**values):
    return make.call(**{"opens_at": OPENED, "closes_at": CLOSES, "time_zone": "Africa/Dakar", **values})


def address_of(call):
    return reverse("admin:workinggroup_call_change", args=[call.pk])


def form_of(client, call, **typed):
    """What the form of the call sends, with changes."""
    html = client.get(address_of(call)).content.decode()
    return filled(html, having={"time_zone": call.time_zone}, **typed)


def save(client, call, data, status=302):
    response = client.post(address_of(call), data)
    page = unescape(response.content.decode())
    assert response.status_code == status, page[page.find("errornote") :][:3000]
    return page


def times(call):
    return Call.objects.values_list("opens_at", "closes_at").get(pk=call.pk)


# One zone.


@pytest.mark.parametrize(
    ("zone", "day", "time", "utc"),
    [
        ("America/La_Paz", "2026-12-31", "23:59", "2027-01-01T03:59:00+00:00"),
        ("Asia/Tokyo", "2026-12-31", "23:59", "2026-12-31T14:59:00+00:00"),
        ("Etc/GMT+12", "2026-12-31", "23:59", "2027-01-01T11:59:00+00:00"),
        ("Europe/Paris", "2027-03-27", "23:59", "2027-03-27T22:59:00+00:00"),
        ("Europe/Paris", "2027-03-28", "23:59", "2027-03-28T21:59:00+00:00"),
        ("Asia/Kathmandu", "2026-12-31", "00:00", "2026-12-30T18:15:00+00:00"),
        ("UTC", "2026-12-31", "23:59:30", "2026-12-31T23:59:30+00:00"),
    ],
)
def test_times_are_typed_and_shown_by_the_clocks_of_the_call(zone, day, time, utc):
    call = a_call(time_zone=zone)
    client = staff()
    save(client, call, form_of(client, call, closes_at_0=day, closes_at_1=time))
    assert times(call)[1].isoformat() == utc
    again = form_of(client, call)
    assert (again["closes_at_0"], again["closes_at_1"]) == ([day], [time])
    # The page of the call says the same instant.
    assert f'datetime="{utc[:19]}Z"' in get(client, f"/en/calls/{call.slug}/")


@pytest.mark.parametrize("time", ["02:30", "02:00"])
def test_a_time_that_the_clocks_skip_is_refused_with_a_sentence(time):
    call = a_call(time_zone="Europe/Paris")
    client = staff()
    data = form_of(client, call, closes_at_0="2027-03-28", closes_at_1=time, title_es="Título guardado")
    page = save(client, call, data, 200)
    assert "the clocks change in Europe/Paris" in page
    assert "Título guardado" in page
    assert times(call) == (OPENED, CLOSES)
    save(client, call, {**data, "closes_at_1": "03:00"})
    assert times(call)[1] == datetime(2027, 3, 28, 1, tzinfo=UTC)


def test_a_time_that_occurs_twice_is_refused_too_but_one_that_stands_there_is_kept():
    call = a_call(time_zone="Europe/Paris")
    client = staff()
    page = save(client, call, form_of(client, call, closes_at_0="2027-10-31", closes_at_1="02:30"), 200)
    assert "the clocks change in Europe/Paris" in page
    twice = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    Call.objects.filter(pk=call.pk).update(closes_at=twice)
    save(client, call, form_of(client, call, title_es="Otro"))
    assert times(call)[1] == twice


def test_changing_the_zone_keeps_what_stands_in_the_form():
    call = a_call(closes_at=datetime(2026, 12, 1, 23, 59, tzinfo=UTC))
    client = staff()
    save(client, call, form_of(client, call) | {"time_zone": ["America/La_Paz"]})
    call.refresh_from_db()
    assert call.time_zone == "America/La_Paz"
    assert call.closes_at.isoformat() == "2026-12-02T03:59:00+00:00"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "x" * 300])
def test_an_unknown_zone_is_refused(zone):
    call = a_call()
    client = staff()
    save(client, call, form_of(client, call) | {"time_zone": [zone]}, 200)
    call.refresh_from_db()
    assert (call.time_zone, call.closes_at) == ("Africa/Dakar", CLOSES)


@pytest.mark.parametrize(
    "typed",
    [
        {"closes_at_0": "soon"}, {"closes_at_1": "25:00"}, {"closes_at_0": ""}, {"closes_at_0": "9999-12-31"},
        {"closes_at_0": "0001-01-01"}, {"opens_at_0": "", "opens_at_1": ""}, {"closes_at_0": "2026-10-01"},
        {"grace_minutes": "-1"}, {"max_files": "1000"}, {"edit_until_0": "never", "edit_until_1": "1"},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_sentence_and_nothing_is_lost(typed):
    call = a_call(title="Before")
    client = staff()
    page = save(client, call, form_of(client, call, title_es="Recién escrito", **typed), 200)
    assert "errornote" in page
    assert "Recién escrito" in page
    assert times(call) == (OPENED, CLOSES)
    assert Call.objects.get(pk=call.pk).title_es == "Before"


def test_a_call_is_made_with_its_times_in_its_zone():
    group = make.group()
    client = staff()
    html = client.get(reverse("admin:workinggroup_call_add")).content.decode()
    data = filled(
        html, having={"time_zone": "UTC"}, group=str(group.pk), slug="new-call", title_es="Nueva",
        time_zone="Etc/GMT+12", opens_at_0="2026-12-01", opens_at_1="00:00", closes_at_0="2026-12-31",
        closes_at_1="23:59", kinds=["experience", "proposal"], languages=["es", "fr"], accepts=["text"],
    )  # fmt: skip
    response = client.post(reverse("admin:workinggroup_call_add"), data)
    assert response.status_code == 302, unescape(response.content.decode())
    call = Call.objects.get(slug="new-call")
    assert call.opens_at.isoformat() == "2026-12-01T12:00:00+00:00"
    assert call.closes_at.isoformat() == "2027-01-01T11:59:00+00:00"
    assert (call.kinds, call.languages, call.accepts) == (["experience", "proposal"], ["es", "fr"], ["text"])
    assert not call.changes.exists()


def test_a_call_of_unknown_dates_keeps_them_unknown_until_somebody_gives_them():
    call = make.call(dates_unknown=True)
    client = staff()
    save(client, call, form_of(client, call, title_es="Fundadora"))
    call.refresh_from_db()
    assert (call.dates_unknown, call.opens_at, call.title_es) == (True, None, "Fundadora")
    data = form_of(client, call, opens_at_0="2026-11-20", opens_at_1="10:00")
    data.pop("dates_unknown")
    save(client, call, data)
    call.refresh_from_db()
    assert (call.dates_unknown, call.opens_at) == (False, datetime(2026, 11, 20, 10, tzinfo=UTC))
    page = save(client, call, form_of(client, call, dates_unknown="on"), 200)
    assert "can be changed only" in page


# One door.


def test_saving_the_other_fields_never_touches_the_times():
    exact = datetime(2026, 12, 1, 12, 0, 7, 123456, tzinfo=UTC)
    call = a_call(closes_at=exact)
    client = staff()
    data = form_of(client, call, title_es="Otro título", grace_minutes="15", max_words="900")
    # Somebody closes it meanwhile.
    call.close_now()
    closed = times(call)
    page = client.post(address_of(call), data, follow=True).content.decode()
    assert times(call) == closed
    assert "they stay as they are now" in unescape(page)
    call.refresh_from_db()
    assert (call.title_es, call.grace_minutes, call.max_words) == ("Otro título", 15, 900)
    save(client, call, form_of(client, call, title_es="Y otro"))
    assert times(call) == closed
    assert CallChange.objects.count() == 1


def test_a_form_that_others_overtook_is_refused_with_both_values_and_the_next_press_decides():
    call = a_call()
    one, two = staff(display_name="Alice Ba"), staff(display_name="Bob Coro")
    late = form_of(two, call, closes_at_0="2026-12-20", title_es="Título de Bob")
    save(one, call, form_of(one, call, closes_at_0="2026-12-10"))
    page = save(two, call, late, 200)
    assert "Alice Ba changed the times" in page
    assert "10 December 2026" in page
    assert "20 December 2026" in page
    assert "Título de Bob" in page
    assert times(call)[1] == datetime(2026, 12, 10, 12, tzinfo=UTC)
    assert Call.objects.get(pk=call.pk).title_es != "Título de Bob"
    again = filled(page, having={"time_zone": "Africa/Dakar"})
    assert again["closes_at_0"] == ["2026-12-20"]
    save(two, call, again)
    assert times(call)[1] == datetime(2026, 12, 20, 12, tzinfo=UTC)
    assert [change.kind for change in call.changes.all()] == ["extended", "extended"]


def test_extension_and_reopening_keep_the_old_and_new_instants_and_open_the_form_at_once(clock):
    call = a_call(closes_at=NOON - timedelta(hours=1))
    client = staff(display_name="Alice Ba")
    contribute = f"/en/calls/{call.slug}/contribute/"
    reader = Client()
    assert "The call for contributions is closed" in get(reader, f"/en/calls/{call.slug}/")
    save(client, call, form_of(client, call, closes_at_0="2026-12-24", closes_at_1="12:00"))
    change = call.changes.get()
    assert (change.kind, change.by.display_name) == ("reopened", "Alice Ba")
    assert (change.old_closes_at, change.new_closes_at) == (
        NOON - timedelta(hours=1), datetime(2026, 12, 24, 12, tzinfo=UTC)
    )  # fmt: skip
    assert 'name="text"' in get(reader, contribute)
    page = unescape(client.get(address_of(call)).content.decode())
    for words in ("Reopened", "24 November 2026 at 11:00", "24 December 2026 at 12:00", "Alice Ba"):
        assert words in page


def test_buttons_open_and_close_at_this_instant(clock):
    scheduled = a_call(opens_at=NOON + timedelta(days=1))
    client = staff()
    page = client.get(address_of(scheduled)).content.decode()
    assert "Open now" in page
    assert "Close now" not in page
    address = reverse("admin:workinggroup_call_now", args=[scheduled.pk])
    assert "opens at this instant" in client.get(address).content.decode()
    assert times(scheduled)[0] == NOON + timedelta(days=1)
    client.post(address, {"do": "open"})
    assert times(scheduled)[0] == NOON
    assert "Close now" in client.get(address_of(scheduled)).content.decode()
    client.post(address, {"do": "open"})
    client.post(address, {"do": "nothing"})
    client.post(address, {})
    assert times(scheduled) == (NOON, CLOSES)
    with clock(NOON + timedelta(minutes=1)):
        client.post(address, {"do": "close"})
    assert [change.kind for change in scheduled.changes.all()] == ["closed", "opened"]
    assert times(scheduled) == (NOON, NOON + timedelta(minutes=1))


def test_pressed_twice_a_call_is_opened_or_closed_and_nobody_is_told_otherwise(clock):
    call = a_call(opens_at=NOON + timedelta(days=3), closes_at=NOON + timedelta(days=9))
    client = staff()
    address = reverse("admin:workinggroup_call_now", args=[call.pk])

    def pressed(asked):
        return unescape(client.post(address, {"do": asked}, follow=True).content.decode())

    for minute, asked, said in (
        (1, "open", "The call is open from now on."),
        (2, "close", "The call is closed."),
    ):
        with clock(NOON + timedelta(minutes=minute)):
            for page in (pressed(asked), pressed(asked)):
                assert said in page
                assert "stays as it is" not in page
    assert [change.kind for change in call.changes.all()] == ["closed", "opened"]
    with clock(NOON + timedelta(minutes=3)):
        assert "stays as it is" in pressed("open")


def test_whoever_submits_at_the_moment_of_a_change_is_judged_by_one_or_the_other(clock):
    call = a_call()
    client = staff()
    address = reverse("admin:workinggroup_call_now", args=[call.pk])
    with clock(NOON + timedelta(minutes=1)):
        client.post(address, {"do": "close"})
    with clock(NOON + timedelta(minutes=1, microseconds=1)):
        assert Call.objects.with_state().get(pk=call.pk).takes() == ""
    with clock(NOON + timedelta(seconds=59)):
        assert Call.objects.with_state().get(pk=call.pk).takes() == "open"


# What belongs to a call.


def test_choices_are_boxes_and_none_means_all():
    call = a_call(kinds=["experience"], languages=["es"], accepts=["text", "link"])
    client = staff()
    form = form_of(client, call)
    assert (form["kinds"], form["languages"], form["accepts"]) == (["experience"], ["es"], ["text", "link"])
    for name in ("kinds", "languages", "accepts"):
        form.pop(name)
    save(client, call, form)
    call.refresh_from_db()
    assert (call.kinds, call.languages, call.accepts) == ([], [], [])
    save(client, call, form_of(client, call, kinds=["nothing"]), 200)


def test_questions_are_asked_in_three_languages_and_stay_once_the_call_has_opened():
    call = a_call(opens_at=NOON + timedelta(days=1))
    client = staff()
    new = {
        "questions-0-text_es": "¿Qué cambió?",
        "questions-0-text_fr": "Quoi ?",
        "questions-0-position": "1",
    }
    save(client, call, form_of(client, call) | {"questions-TOTAL_FORMS": "1"} | new)
    question = call.questions.get()
    assert (question.text_es, question.text_fr) == ("¿Qué cambió?", "Quoi ?")
    assert "questions-0-DELETE" in client.get(address_of(call)).content.decode()
    call.open_now()
    assert "questions-0-DELETE" not in client.get(address_of(call)).content.decode()
    save(client, call, form_of(client, call) | {"questions-0-DELETE": "on"})
    assert call.questions.get() == question


def test_late_access_is_given_until_an_instant_of_the_calls_zone_by_somebody_named():
    call = a_call(time_zone="America/La_Paz")
    client = staff(display_name="Alice Ba")
    new = {
        "late_access-TOTAL_FORMS": "1", "late_access-0-email": "Rosa@Example.org",
        "late_access-0-until_0": "2026-12-05", "late_access-0-until_1": "23:59", "late_access-0-reason": "Power cut",
    }  # fmt: skip
    save(client, call, form_of(client, call) | new)
    access = LateAccess.objects.get()
    assert (access.email, access.granted_by.display_name) == ("rosa@example.org", "Alice Ba")
    assert access.until.isoformat() == "2026-12-06T03:59:00+00:00"
    letter = OutgoingMail.objects.get(to="rosa@example.org")
    assert "America/La_Paz" in letter.text
    assert "Power cut" not in letter.text
    other = staff(display_name="Bob Coro")
    save(other, call, form_of(other, call, **{"late_access-0-reason": "A longer power cut"}))
    access.refresh_from_db()
    assert (access.reason, access.granted_by.display_name) == ("A longer power cut", "Alice Ba")
    assert access.until.isoformat() == "2026-12-06T03:59:00+00:00"
    assert OutgoingMail.objects.filter(to="rosa@example.org").count() == 1
    save(other, call, form_of(other, call) | {"late_access-0-DELETE": "on"})
    assert not LateAccess.objects.exists()


def test_the_page_of_a_call_counts_what_came_in_and_leads_to_it():
    call = a_call()
    for state in ("received", "received", "published", "returned", "declined", "withdrawn"):
        make.contribution(call=call, state=state, published_at=NOON)
    client = staff()
    page = client.get(address_of(call)).content.decode()
    queue = f"/admin/contributions/contribution/?call__id__exact={call.pk}&amp;state__exact="
    assert f'<a href="{queue}received">2</a>' in page
    assert f'<a href="{queue}all">6</a>' in page
    listed = client.get(unescape(f"{queue}all"))
    assert listed.context["cl"].result_count == Contribution.objects.count()


def test_calls_are_listed_with_their_times_in_their_own_zone():
    a_call(time_zone="Etc/GMT+12", title="Everywhere")
    page = unescape(staff().get(reverse("admin:workinggroup_call_changelist")).content.decode())
    assert "1 December 2026 at 00:00, anywhere on Earth (UTC−12)" in page


@pytest.mark.parametrize("title", ["Grupo", "Groupe", "Group"])
def test_calls_and_members_are_found_by_their_groups_title_in_every_language(title):
    group = make.group(title_es="Grupo", title_fr="Groupe", title_en="Group", slug="one")
    a_call(group=group, slug="two")
    make.moderator(group)
    for name in ("call", "membership"):
        listed = staff().get(reverse(f"admin:workinggroup_{name}_changelist"), {"q": title})
        assert listed.context["cl"].result_count == 1
