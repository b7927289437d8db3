"""Followers of a group are told once of each change of a meeting."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.letters import MailKind
from accounts.models import OutgoingMail
from tests import factories as make
from workinggroup.models import AnnouncedMeeting, Follow, Meeting
from workinggroup.tasks import announce_meetings

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
STARTS = datetime(2027, 1, 20, 14, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(clock):
    with clock(NOW):
        yield


def a_meeting(**values):
    values = {"starts_at": STARTS, "time_zone": "Africa/Dakar", "title": "Encuentro", **values}
    found = make.meeting(**values)
    announce_meetings()
    return found


def follower(meeting, **values):
    user = make.person(**values)
    Follow.objects.create(group=meeting.group, user=user)
    return user


def change(meeting, **values):
    Meeting.objects.filter(pk=meeting.pk).update(**values)
    announce_meetings()
    announce_meetings()


def told(user):
    return list(OutgoingMail.objects.filter(user=user).order_by("pk").values_list("subject", flat=True))


def test_a_new_meeting_is_noted_and_told_to_nobody():
    meeting = a_meeting()
    user = follower(meeting)
    announce_meetings()
    assert told(user) == []
    assert AnnouncedMeeting.objects.get().starts_at == STARTS


@pytest.mark.parametrize(
    ("language", "subjects"),
    [
        ("es", ["Cambio de fecha de la reunión", "Reunión cancelada", "La reunión sí se celebrará"]),
        ("fr", ["Réunion reportée", "Réunion annulée", "La réunion aura bien lieu"]),
        ("en", ["Meeting moved", "Meeting cancelled", "The meeting takes place after all"]),
    ],
)
def test_moved_cancelled_and_taken_up_again_each_is_one_letter_in_the_readers_language(language, subjects):
    meeting = a_meeting()
    user, stranger = follower(meeting, language=language, time_zone="America/La_Paz"), make.person()
    change(meeting, starts_at=STARTS + DAY)
    for step in ("cancel", "reinstate"):
        getattr(Meeting.objects.filter(pk=meeting.pk), step)()
        announce_meetings()
        announce_meetings()
    assert [subject.partition(":")[0].strip() for subject in told(user)] == subjects
    assert told(stranger) == []
    moved, cancelled, _again = OutgoingMail.objects.order_by("pk")
    for words in ("14:00", "Africa/Dakar", "10:00", "America/La_Paz", "14:00 UTC"):
        assert words in moved.text
        assert words in cancelled.text
    assert "21" in moved.text
    assert "20" in moved.text
    assert f"/{language}/groups/{meeting.group.slug}/meetings/{meeting.slug}/" in moved.text
    assert moved.kind == "meetings"
    assert "/letters/stop/" in moved.text


def test_to_and_fro_is_told_each_time_and_a_slip_of_the_pen_not_at_all():
    meeting = a_meeting()
    user = follower(meeting)
    for starts_at in (STARTS + DAY, STARTS, STARTS + DAY):
        change(meeting, starts_at=starts_at)
    assert len(told(user)) == 3
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=STARTS + 9 * DAY)
    change(meeting, starts_at=STARTS + DAY)
    assert len(told(user)) == 3


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"starts_at": NOW - DAY}, {"starts_at": NOW - 2 * DAY}, 0),
        ({"starts_at": NOW - DAY}, {"cancelled_at": NOW}, 0),
        ({"starts_at": NOW - DAY}, {"starts_at": NOW + DAY}, 1),
        ({"starts_at": NOW + DAY}, {"starts_at": None}, 1),
        ({"starts_at": None}, {"starts_at": NOW + DAY}, 0),
        ({"starts_at": None, "year": 2016}, {"cancelled_at": NOW}, 0),
        ({"starts_at": None, "year": 2027}, {"cancelled_at": NOW}, 1),
        ({"starts_at": NOW + DAY}, {"city": "Dakar"}, 0),
    ],
)
def test_what_is_over_or_had_no_day_is_not_news(before, after, expected):
    meeting = a_meeting(**before)
    user = follower(meeting)
    change(meeting, **after)
    assert len(told(user)) == expected


def test_the_unpublished_and_those_who_do_not_want_it_stay_in_peace():
    hidden, meeting = a_meeting(publication="draft"), a_meeting()
    user, off = follower(hidden), follower(meeting, mail_off=[MailKind.MEETINGS])
    change(hidden, starts_at=STARTS + DAY)
    change(meeting, starts_at=STARTS + DAY)
    assert (told(user), told(off)) == ([], [])


def test_told_in_the_middle_and_started_again_nobody_is_told_twice(monkeypatch):
    from workinggroup import mail

    meeting = a_meeting()
    readers = [follower(meeting) for _n in range(5)]
    monkeypatch.setattr(mail, "BATCH", 2)
    put_once, batches = type(OutgoingMail.objects).put_once, []

    def killed(queryset, mails):
        if batches:
            raise SystemExit
        batches.append(mails)
        return put_once(queryset, mails)

    Meeting.objects.filter(pk=meeting.pk).update(starts_at=STARTS + DAY)
    with monkeypatch.context() as context:
        context.setattr(type(OutgoingMail.objects), "put_once", killed)
        with pytest.raises(SystemExit):
            announce_meetings()
    assert OutgoingMail.objects.count() == 2
    announce_meetings()
    assert [len(told(reader)) for reader in readers] == [1] * 5
