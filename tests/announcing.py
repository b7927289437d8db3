"""A call, those who follow it, and the letters they have, for the tests of what people are told."""

from datetime import UTC, datetime, timedelta

from accounts.models import OutgoingMail
from contributions.tasks import announce_calls
from tests import factories as make
from workinggroup.models import AnnouncedOpening, Follow

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
