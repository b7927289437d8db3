"""What is told before a call closes: seven days and 48 hours, once each, from the closing that holds."""

import pytest

from contributions.tasks import remind_of_closing
from tests import factories as make
from tests.announcing import CLOSES, DAY, HOUR, MOMENT, OPENS, a_call, changed, follower, letters, told
from workinggroup.models import AnnouncedOpening

pytestmark = pytest.mark.django_db


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
