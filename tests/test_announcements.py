"""Who is told what of calls, once each, and what moderators are told."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.letters import MailKind
from accounts.models import OutgoingMail
from contributions.tasks import announce_calls, remind_of_closing, send_digests
from tests import factories as make
from workinggroup import mail
from workinggroup.models import AnnouncedOpening, Call, CallChange, Follow

pytestmark = pytest.mark.django_db

OPENS = datetime(2026, 11, 1, 12, tzinfo=UTC)
CLOSES = datetime(2026, 12, 1, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def a_call(*, told=True, **values):
    """A call whose opening was announced, unless told otherwise."""
    call = make.call(**{"opens_at": OPENS, "closes_at": CLOSES, "title": "Relatos", **values})
    if told:
        AnnouncedOpening.objects.create(call=call, at=OPENS)
    return call


def follower(call, since=OPENS, **values):
    user = make.person(**values)
    Follow.objects.create(group=call.group, user=user, since=since)
    return user


def letters(**values):
    return OutgoingMail.objects.filter(**values).order_by("pk")


def told(user):
    return [letter.subject for letter in letters(user=user)]


# Openings.


def test_a_call_that_opens_by_its_hour_is_announced_once_to_those_who_follow_the_group(clock):
    call = a_call(told=False)
    reader, stranger = follower(call, language="fr"), make.person()
    with clock(OPENS - MOMENT):
        announce_calls()
        assert not letters().exists()
    with clock(OPENS):
        announce_calls()
        announce_calls()
    assert told(reader) == ["Appel à contributions ouvert : Relatos"]
    assert told(stranger) == []
    text = letters().get().text
    assert f"/fr/calls/{call.slug}/" in text
    assert "1er décembre 2026 à 12:00" in text
    assert "UTC" in text


def test_a_call_that_staff_open_is_announced_once_too(clock):
    call = a_call(told=False)
    reader = follower(call)
    with clock(OPENS - DAY):
        call.open_now()
        announce_calls()
    with clock(OPENS + DAY):
        announce_calls()
    assert told(reader) == ["Convocatoria abierta: Relatos"]
    assert CallChange.objects.get().announced_at


def test_a_call_is_announced_when_it_is_published_not_before(clock):
    call = a_call(told=False, publication="draft")
    reader = follower(call)
    with clock(OPENS + DAY):
        call.reschedule(opens_at=OPENS, closes_at=CLOSES + DAY)
        announce_calls()
        assert told(reader) == []
        Call.objects.filter(pk=call.pk).update(publication="published")
        announce_calls()
    assert told(reader) == ["Convocatoria abierta: Relatos"]


def test_an_opening_that_is_put_off_is_announced_when_it_comes(clock):
    call = a_call()
    reader = follower(call)
    with clock(OPENS + HOUR):
        call.reschedule(opens_at=OPENS + DAY, closes_at=CLOSES)
        announce_calls()
        assert told(reader) == []
    with clock(OPENS + DAY):
        announce_calls()
    assert told(reader) == ["Convocatoria abierta: Relatos"]


def test_whoever_follows_later_is_not_told_of_what_was_announced(clock):
    call = a_call()
    with clock(OPENS + DAY):
        late = follower(call, since=OPENS + HOUR)
        announce_calls()
    assert told(late) == []


# Changes.


def changed(clock, at, *, closes_at, call=None):
    call = call or a_call()
    with clock(at):
        if closes_at == "now":
            call.close_now()
        else:
            call.reschedule(opens_at=OPENS, closes_at=closes_at)
        announce_calls()
        announce_calls()
    return call


@pytest.mark.parametrize(
    ("at", "closes_at", "subject", "instants"),
    [
        (CLOSES - DAY, CLOSES + 7 * DAY, "Más tiempo para contribuir: Relatos", ["8 de diciembre", "1 de diciembre"]),
        (CLOSES - DAY, None, "Más tiempo para contribuir: Relatos", ["hasta nuevo aviso", "1 de diciembre"]),
        (CLOSES + DAY, CLOSES + 7 * DAY, "Convocatoria abierta de nuevo: Relatos", ["8 de diciembre", "1 de diciembre"]),
        (OPENS + DAY, CLOSES - 7 * DAY, "Se cierra antes de lo anunciado: Relatos", ["24 de noviembre", "1 de diciembre"]),
        (OPENS + DAY, "now", "Cerrada antes de lo anunciado: Relatos", ["2 de noviembre", "1 de diciembre"]),
        (CLOSES + DAY, CLOSES - DAY, None, []),
    ],
)  # fmt: skip
def test_a_change_is_told_once_to_followers_and_holders_of_drafts(clock, at, closes_at, subject, instants):
    call = a_call()
    reader, both, stranger = follower(call), follower(call), make.person()
    holder, sender = make.person(), make.person()
    draft = make.draft(holder, of=call, title="Lo que aprendimos")
    make.draft(both, of=call)
    sent = make.draft(sender, of=call)
    sent.contribution = make.contribution(call=call, author=sender)
    sent.save()
    make.draft(None, of=call)
    changed(clock, at, closes_at=closes_at, call=call)
    expected = [subject] if subject else []
    assert (told(reader), told(holder), told(both)) == (expected, expected, expected)
    assert (told(stranger), told(sender)) == ([], [])
    assert not CallChange.objects.filter(announced_at=None).exists()
    for letter in letters():
        for instant in instants:
            assert instant in letter.text
    if subject:
        text = letters(user=holder).get().text
        assert f"/es/calls/{call.slug}/contribute/{draft.pk}/" in text
        assert "Lo que aprendimos" in text
        assert "/contribute/" not in letters(user=reader).get().text


def test_several_changes_before_anybody_was_told_are_one_letter_about_what_they_come_to(clock):
    call = a_call()
    reader = follower(call)
    with clock(CLOSES - DAY):
        call.close_now()
        call.reschedule(opens_at=OPENS, closes_at=CLOSES + DAY)
        call.reschedule(opens_at=OPENS, closes_at=CLOSES + 2 * DAY)
        announce_calls()
        assert told(reader) == ["Más tiempo para contribuir: Relatos"]
        assert "3 de diciembre" in letters().get().text
        # A slip of the pen, corrected before anybody was told.
        call.reschedule(opens_at=OPENS, closes_at=CLOSES + 20 * DAY)
        call.reschedule(opens_at=OPENS, closes_at=CLOSES + 2 * DAY)
        announce_calls()
    assert len(told(reader)) == 1


def test_a_call_that_closes_at_its_hour_is_told_to_nobody(clock):
    call = a_call()
    reader = follower(call)
    with clock(CLOSES):
        announce_calls()
    assert told(reader) == []


def test_changes_of_the_unpublished_are_told_to_nobody(clock):
    call = a_call(group=make.group(publication="draft"))
    reader = follower(call)
    changed(clock, CLOSES - DAY, closes_at=CLOSES + DAY, call=call)
    assert told(reader) == []


def test_who_switched_the_letters_off_or_is_shut_out_gets_none(clock):
    call = a_call()
    off, gone, other = (
        follower(call, mail_off=[MailKind.CALLS]),
        follower(call, is_active=False),
        follower(call, mail_off=[MailKind.CLOSING]),
    )
    changed(clock, CLOSES - DAY, closes_at=CLOSES + DAY, call=call)
    assert (told(off), told(gone), len(told(other))) == ([], [], 1)


def test_each_reads_in_their_language_and_their_own_time(clock):
    call = a_call(title_es="Relatos", title_fr="Récits", title_en="Stories", time_zone="Africa/Dakar")
    readers = {
        language: follower(call, language=language, time_zone="Asia/Tokyo") for language in ("es", "fr", "en")
    }
    changed(clock, CLOSES - DAY, closes_at=CLOSES + DAY, call=call)
    for language, title in (("es", "Relatos"), ("fr", "Récits"), ("en", "Stories")):
        letter = letters(user=readers[language]).get()
        assert title in letter.subject
        for words in ("12:00", "Africa/Dakar", "21:00", "Asia/Tokyo", "12:00 UTC"):
            assert words in letter.text
        assert letter.kind == "calls"
        assert "/letters/stop/" in letter.text


def test_anywhere_on_earth_is_named_so(clock):
    call = a_call(time_zone="Etc/GMT+12")
    follower(call, language="en")
    changed(clock, CLOSES - DAY, closes_at=CLOSES + DAY, call=call)
    text = letters().get().text
    assert "2 December 2026 at 00:00, time of anywhere on Earth (UTC−12)" in text
    assert "2 Dec 2026, 12:00 UTC" in text


def test_a_withdrawn_group_tells_nothing(clock):
    call = a_call()
    user = follower(call)
    call.group.withdraw()
    changed(clock, CLOSES - DAY, closes_at=CLOSES + DAY, call=call)
    assert told(user) == []


# Once, whatever happens in between.


def test_a_fan_out_ended_in_the_middle_goes_on_where_it_stopped(clock, monkeypatch):
    call = a_call()
    readers = [follower(call) for _n in range(7)]
    monkeypatch.setattr(mail, "BATCH", 2)
    put_once, batches = type(OutgoingMail.objects).put_once, []

    def killed(queryset, mails):
        if len(batches) == 2:
            raise SystemExit
        batches.append(mails)
        return put_once(queryset, mails)

    with clock(CLOSES - DAY):
        call.reschedule(opens_at=OPENS, closes_at=CLOSES + DAY)
        with monkeypatch.context() as context:
            context.setattr(type(OutgoingMail.objects), "put_once", killed)
            with pytest.raises(SystemExit):
                announce_calls()
        assert letters().count() == 4
        assert CallChange.objects.get().announced_at is None
        first = set(letters().values_list("message_id", flat=True))
        announce_calls()
    assert sorted(letters().values_list("user", flat=True)) == [reader.pk for reader in readers]
    assert first < set(letters().values_list("message_id", flat=True))
    assert CallChange.objects.get().announced_at


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_moment_tell_each_person_once(clock, monkeypatch):
    call = a_call()
    for _n in range(30):
        follower(call)
    monkeypatch.setattr(mail, "BATCH", 3)
    start = threading.Barrier(3)

    def work():
        try:
            start.wait()
            announce_calls()
        finally:
            connection.close()

    with clock(CLOSES - DAY):
        call.reschedule(opens_at=OPENS, closes_at=CLOSES + DAY)
        workers = [threading.Thread(target=work) for _n in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert letters().count() == 30
    assert letters().values("user").distinct().count() == 30


@pytest.mark.django_db(transaction=True)
def test_telling_holds_up_nobody_who_submits(clock, monkeypatch):
    """While the letters are written the gate of the call is free, even for who needs it alone."""
    call = a_call()
    follower(call)
    seen = []

    def gate():
        try:
            with connection.cursor() as cursor:
                # Tests that run beside this one hold theirs in databases of their own.
                cursor.execute(
                    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
                    "WHERE locktype = 'advisory' AND granted AND datname = current_database()"
                )
                seen.append(cursor.fetchone()[0])
        finally:
            connection.close()

    compose = type(OutgoingMail.objects).compose

    def looked_at(queryset, *args, **options):
        thread = threading.Thread(target=gate)
        thread.start()
        thread.join()
        return compose(queryset, *args, **options)

    monkeypatch.setattr(type(OutgoingMail.objects), "compose", looked_at)
    changed(clock, CLOSES - DAY, closes_at=CLOSES + DAY, call=call)
    assert seen == [0]
    assert letters().count() == 1


def test_an_address_that_is_none_keeps_nobody_from_their_letter(clock):
    call = a_call()
    broken, sound = follower(call, email="no address"), follower(call)
    changed(clock, CLOSES - DAY, closes_at=CLOSES + DAY, call=call)
    assert (told(broken), len(told(sound))) == ([], 1)
    assert CallChange.objects.get().announced_at


def test_the_number_of_queries_does_not_grow_with_the_readers(clock, django_assert_max_num_queries):
    call = a_call()
    for _n in range(12):
        follower(call)
        make.draft(make.person(), of=call)
    with clock(CLOSES - DAY):
        call.reschedule(opens_at=OPENS, closes_at=CLOSES + DAY)
        with django_assert_max_num_queries(14):
            announce_calls()
    assert letters().count() == 24


# Reminders.


@pytest.mark.parametrize(
    ("left", "subject"),
    [
        (7 * DAY + MOMENT, None),
        (7 * DAY, "Quedan 7 días: Relatos"),
        (7 * DAY - 5 * HOUR, "Quedan 7 días: Relatos"),
        # The worker was away meanwhile.
        (3 * DAY, "Quedan 3 días: Relatos"),
        (2 * DAY, "Quedan 48 horas: Relatos"),
        (HOUR, "Queda 1 hora: Relatos"),
        (HOUR / 3, "Queda 1 hora: Relatos"),
        (0 * HOUR, None),
    ],
)
def test_the_closing_is_told_seven_days_and_48_hours_before(clock, left, subject):
    call = a_call()
    reader, holder = follower(call), make.person()
    make.draft(holder, of=call, title="Lo que aprendimos")
    type(make.draft(None, of=call)).objects.update(created_at=OPENS)
    with clock(CLOSES - left):
        remind_of_closing()
        remind_of_closing()
    expected = [subject] if subject else []
    assert (told(reader), told(holder)) == (expected, expected)
    if subject:
        text = letters(user=holder).get().text
        assert "1 de diciembre de 2026 a las 12:00" in text
        assert "/contribute/" in text
        assert letters().first().kind == "closing"


def test_both_reminders_come_each_once(clock):
    call = a_call()
    reader = follower(call)
    for left in (8 * DAY, 7 * DAY, 6 * DAY, 2 * DAY, DAY):
        with clock(CLOSES - left):
            remind_of_closing()
    assert told(reader) == ["Quedan 7 días: Relatos", "Quedan 48 horas: Relatos"]


@pytest.mark.parametrize("late", [MOMENT, 3 * DAY])
def test_who_follows_or_writes_only_since_then_is_not_reminded_of_what_they_just_read(clock, late):
    call = a_call()
    due = CLOSES - 7 * DAY
    new = follower(call, since=due + late)
    holder = make.person()
    draft = make.draft(holder, of=call)
    type(draft).objects.update(created_at=due + late)
    with clock(due + late + HOUR):
        remind_of_closing()
    assert (told(new), told(holder)) == ([], [])


@pytest.mark.parametrize(
    ("opened_before", "expected"),
    [(7 * DAY + MOMENT, 2), (7 * DAY, 1), (3 * DAY, 1), (2 * DAY + MOMENT, 1), (2 * DAY, 0), (DAY, 0)],
)
def test_a_call_opened_later_than_the_reminders_instant_gets_none(clock, opened_before, expected):
    call = a_call(told=False, opens_at=CLOSES - opened_before)
    AnnouncedOpening.objects.create(call=call, at=CLOSES - opened_before)
    reader = follower(call)
    for left in (7 * DAY, 6 * DAY, 2 * DAY, DAY):
        with clock(CLOSES - left):
            remind_of_closing()
    assert len(told(reader)) == expected


def test_after_an_extension_the_reminders_count_from_the_new_closing(clock):
    call = a_call()
    reader = follower(call)
    with clock(CLOSES - 6 * DAY):
        remind_of_closing()
    # The letter about the change tells the new closing: no reminder of seven days for it.
    changed(clock, CLOSES - 5 * DAY, closes_at=CLOSES - 5 * DAY + 6 * DAY, call=call)
    with clock(CLOSES - 4 * DAY):
        remind_of_closing()
    with clock(CLOSES):
        remind_of_closing()
    assert told(reader) == [
        "Quedan 6 días: Relatos",
        "Más tiempo para contribuir: Relatos",
        "Quedan 24 horas: Relatos",
    ]
    changed(clock, CLOSES + HOUR, closes_at=CLOSES + 20 * DAY, call=call)
    with clock(CLOSES + 13 * DAY):
        remind_of_closing()
    assert told(reader)[3:] == ["Más tiempo para contribuir: Relatos", "Quedan 7 días: Relatos"]


def test_calls_without_a_closing_or_unpublished_remind_nobody(clock):
    for call in (a_call(closes_at=None), a_call(publication="draft")):
        follower(call)
    with clock(CLOSES - DAY):
        remind_of_closing()
    assert not letters().exists()


# Moderators.


def waiting(group, **values):
    values.setdefault("call", make.call(group=group))
    values.setdefault("received_at", CLOSES - 3 * DAY)
    return make.contribution(state="received", published_at=None, **values)


MORNING = CLOSES.replace(hour=7)


def test_moderators_are_told_once_a_day_what_waits_in_their_groups_and_nothing_of_others(clock):
    group, other = make.group(title="Nuestro grupo"), make.group(title="Otro grupo")
    moderator, idle = make.moderator(group, language="es"), make.moderator(make.group())
    first = waiting(group, title="La primera")
    waiting(group, received_at=CLOSES - DAY)
    waiting(other, title="Ajena")
    draft = make.draft(make.person(), of=make.call(group=group))
    # Nobody can be told that this one was admitted.
    make.draft(None, of=draft.call)
    type(draft).objects.update(late_at=CLOSES)
    with clock(MORNING):
        send_digests()
        send_digests()
    assert told(idle) == []
    letter = letters(user=moderator).get()
    assert letter.subject == "3 contribuciones esperan una decisión"
    for words in (
        "Nuestro grupo",
        "2 contribuciones recibidas",
        "desde hace 2 días",
        first.reference,
        "1 texto llegó",
    ):
        assert words in letter.text
    assert "Otro grupo" not in letter.text
    assert "Ajena" not in letter.text
    assert "/admin/contributions/contribution/?state__exact=received" in letter.text
    assert "/admin/contributions/draft/" in letter.text
    with clock(MORNING + DAY):
        send_digests()
    assert len(told(moderator)) == 2


@pytest.mark.parametrize(("hour", "zone", "sent"), [(6, "UTC", 0), (7, "UTC", 1), (7, "America/La_Paz", 0), (11, "America/La_Paz", 1)])  # fmt: skip
def test_the_summary_comes_in_the_morning_of_the_moderator(clock, hour, zone, sent):
    group = make.group()
    make.moderator(group, time_zone=zone)
    waiting(group)
    with clock(CLOSES.replace(hour=hour)):
        send_digests()
    assert letters().count() == sent


def test_own_work_published_work_and_nothing_are_no_reason_to_write(clock):
    group = make.group()
    moderator = make.moderator(group)
    waiting(group, author=moderator)
    waiting(group).co_authors.create(name="M", email=moderator.email, user=moderator)
    waiting(group).co_authors.create(name="By mail", email=moderator.email, state="confirmed")
    make.contribution(call=make.call(group=group))
    with clock(MORNING):
        send_digests()
    assert not letters().exists()


def test_no_summary_for_who_does_not_want_it_or_moderates_no_longer(clock):
    group = make.group()
    make.moderator(group, mail_off=[MailKind.DIGEST])
    former = make.moderator(group)
    former.is_staff = False
    former.save()
    waiting(group)
    with clock(MORNING):
        send_digests()
    assert not letters().exists()


# All of it runs by itself.


def test_every_periodic_task_exists():
    from ripess_hub import celery_app

    celery_app.loader.import_default_modules()
    for entry in celery_app.conf.beat_schedule.values():
        assert entry["task"] in celery_app.tasks


def test_a_moderator_whose_address_is_none_keeps_no_summary_from_the_others(clock):
    group = make.group()
    broken, moderator = make.moderator(group), make.moderator(group)
    type(broken).objects.filter(pk=broken.pk).update(email="a@example.org\r\nbcc: b@example.org")
    waiting(group)
    with clock(MORNING):
        send_digests()
    assert told(broken) == []
    assert len(told(moderator)) == 1
