"""Who is told of the openings and changes of calls, once each, whatever happens in between."""

import threading

import pytest
from django.db import connection

from accounts.letters import MailKind
from accounts.models import OutgoingMail
from contributions.tasks import announce_calls
from tests import factories as make
from tests.announcing import CLOSES, DAY, HOUR, MOMENT, OPENS, a_call, changed, follower, letters, told
from workinggroup import mail
from workinggroup.models import Call, CallChange

pytestmark = pytest.mark.django_db


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
    assert "1er\u00a0décembre 2026 à 12:00" in text
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


# All of it runs by itself.


def test_every_periodic_task_exists():
    from ripess_hub import celery_app

    celery_app.loader.import_default_modules()
    for entry in celery_app.conf.beat_schedule.values():
        assert entry["task"] in celery_app.tasks
