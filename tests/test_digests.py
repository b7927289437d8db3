"""The summary of what waits that moderators get in their morning."""

import pytest

from accounts.letters import MailKind
from contributions.tasks import send_digests
from tests import factories as make
from tests.announcing import CLOSES, DAY, letters, told

pytestmark = pytest.mark.django_db


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


def test_a_moderator_whose_address_is_none_keeps_no_summary_from_the_others(clock):
    group = make.group()
    broken, moderator = make.moderator(group), make.moderator(group)
    type(broken).objects.filter(pk=broken.pk).update(email="a@example.org\r\nbcc: b@example.org")
    waiting(group)
    with clock(MORNING):
        send_digests()
    assert told(broken) == []
    assert len(told(moderator)) == 1
