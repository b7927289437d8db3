"""What is refused at the press, by URL: the true reason, the text kept, and the way on."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from contributions.models import Draft, Step
from tests import factories as make
from tests.writing import CLOSES, OPENS, WORDS, a_call, post, sent, shown, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]
LATE = timedelta(seconds=2)


@pytest.fixture(autouse=True)
def _tables():
    call_command("createcachetable")


# Changes of what was sent.


def published(record, moderator):
    record.judge(Step.PUBLISH, by=moderator, version=1)


def withdrawn(record, _moderator):
    record.withdraw(by=record.author)


def returned(record, moderator):
    until = OPENS + timedelta(days=3)
    record.judge(Step.RETURN, by=moderator, version=1, reason="Diga dónde fue.", edit_until=until)


def untouched(_record, _moderator):
    """Nothing happens but the closing."""


STATE = "El estado de esta contribución ha cambiado entretanto"
TIME = "El plazo para hacer cambios terminó el {} de 2026 a las 12:00"
CAUSES = {
    "published": (published, CLOSES - timedelta(days=1), STATE),
    "withdrawn": (withdrawn, CLOSES - timedelta(days=1), STATE),
    "the time after a return is over": (
        returned, OPENS + timedelta(days=3), TIME.format("4 de noviembre"),
    ),
    "the call is closed": (untouched, CLOSES + LATE, TIME.format("1 de diciembre")),
}  # fmt: skip


@pytest.mark.parametrize("cause", CAUSES)
def test_a_refused_change_says_why_and_is_kept(clock, cause):
    """Nobody is promised that moderators may admit it: they never see the change of what was sent."""
    happens, instant, sentence = CAUSES[cause]
    call = a_call()
    client, _person = signed_in()
    with clock(OPENS):
        record, key = sent(client, call)
        happens(record, make.moderator(call.group))
    with clock(instant):
        answer = post(
            client, call, "submit", key=key, base="1", revision="1", text="Mejor texto.", status=409
        )
    page = shown(answer)
    assert "No se envió" in page
    assert sentence in page
    assert (STATE in page) == (sentence == STATE)
    assert "llegó tarde" not in page
    assert "Mejor texto." in page
    record.refresh_from_db()
    assert (record.version, record.text) == (1, WORDS["text"])
    draft = Draft.objects.get(pk=key)
    assert (draft.data["text"], draft.late_at) == ("Mejor texto.", None)


def test_a_call_that_opens_again_later_takes_no_changes_and_names_no_end_that_is_to_come(clock):
    call = a_call()
    client, _person = signed_in()
    with clock(OPENS):
        _record, key = sent(client, call)
        call.reschedule(opens_at=CLOSES, closes_at=CLOSES + timedelta(days=9))
        page = shown(post(client, call, "submit", key=key, base="1", revision="1", text="Otro.", status=409))
    assert "La convocatoria no admite cambios ahora" in page
    assert "terminó" not in page
    assert Draft.objects.get().data["text"] == "Otro."


def test_the_form_of_published_work_does_not_say_that_a_time_is_over(clock):
    call = a_call()
    client, _person = signed_in()
    with clock(OPENS):
        record, key = sent(client, call)
        record.judge(Step.PUBLISH, by=make.moderator(call.group), version=1)
        page = shown(client.get(f"/es/calls/{call.slug}/contribute/{key}/"))
        assert "ya no admite cambios en su estado actual" in page
        assert "El plazo para cambios ha terminado" not in page
