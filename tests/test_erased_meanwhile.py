"""A contribution whose author leaves while a step is on its way: said in a sentence, and nothing typed lost."""

from uuid import uuid4

import pytest
from django.core.management import call_command

from contributions.models import Contribution, Draft, Erased, Step
from contributions.models.steps import Steps
from tests import factories as make
from tests.pages import filled
from tests.test_moderation import QUEUE, decide, moderator, page_of, posted
from tests.test_moderation import signed_in as at_the_desk
from tests.writing import a_call, post, sent, shown, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]


@pytest.fixture(autouse=True)
def _plain(settings):
    settings.DEMO = True
    call_command("createcachetable")


@pytest.fixture
def leaving(monkeypatch):
    """Between the reading of a contribution and the step about it, its author leaves."""
    move = Steps.move

    def late(self, *args, **values):
        Draft.objects.filter(contribution=self.pk).delete()
        Contribution.objects.filter(pk=self.pk).delete()
        return move(self, *args, **values)

    monkeypatch.setattr(Steps, "move", late)


@pytest.mark.usefixtures("leaving")
@pytest.mark.parametrize("version", [None, 1, 7])
def test_a_step_about_what_is_no_longer_there_is_not_allowed(version):
    record = make.submitted()
    with pytest.raises(Erased):
        record.move(Step.PUBLISH, by=make.person(), judged=version)


def test_a_moderator_is_told_and_keeps_the_reason(leaving):
    record = make.submitted()
    client = at_the_desk(moderator(record.call.group))
    page = decide(client, record, "decline", 410, reason="Fuera de tema, con cariño.")
    assert "no longer there" in page
    assert "Fuera de tema, con cariño." in page
    assert record.reference in page
    assert record.title not in page
    assert page_of(record) not in page


def test_of_several_at_once_the_one_that_is_gone_is_reported(leaving):
    record = make.submitted()
    client = at_the_desk(moderator(record.call.group))
    html = client.post(QUEUE, {"action": "publish", "_selected_action": [record.pk]}).content.decode()
    page = posted(client, QUEUE, filled(html, having={"confirmed": "1"}), 409)
    assert "no longer there" in page
    assert record.reference in page


def test_its_author_is_told_in_another_window(leaving):
    call = a_call(closes_at=None)
    client, _person = signed_in()
    record, key = sent(client, call)
    answer = client.post(f"/es/account/contributions/{record.reference}/", {"do": "withdraw"}, follow=True)
    assert "ya no está" in shown(answer)
    _again, key = sent(client, call, title="Otra")
    page = shown(post(client, call, "submit", key=key, base="1", text="Más.", status=410))
    assert "Más." in page
    assert "se eliminó" in page


def test_a_draft_removed_in_another_window_under_a_press_is_shown_back(monkeypatch):
    call = a_call(closes_at=None)
    client, _person = signed_in()
    submit, key = Draft.submit, uuid4()

    def late(self, *args, **values):
        Draft.objects.filter(pk=self.pk).discard()
        return submit(self, *args, **values)

    monkeypatch.setattr(Draft, "submit", late)
    page = shown(post(client, call, "submit", draft=str(key), text="Más.", status=410))
    assert "Más." in page
    monkeypatch.undo()
    # One more press begins it anew.
    post(client, call, "submit", draft=str(key), text="Más.", status=302)
    assert Contribution.objects.get().text == "Más."
