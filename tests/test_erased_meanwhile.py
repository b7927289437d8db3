"""A contribution whose author leaves while a step is on its way: said in a sentence, and nothing typed lost."""

import threading
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import OutgoingMail, User
from contributions.forms import ContributionForm
from contributions.models import Contribution, Draft, Erased, Report, Step, StepTaken
from contributions.models.steps import Steps
from directory.models import Suggestion
from ripess_hub.rights import erase
from tests import factories as make
from tests.open_forms import earlier
from tests.pages import filled
from tests.test_moderation import QUEUE, decide, moderator, page_of, posted
from tests.test_moderation import signed_in as at_the_desk
from tests.writing import a_call, post, sent, shown, signed_in
from workinggroup.models import Call

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


# The account itself goes while somebody writes.


def going_before(monkeypatch, model, verb, person):
    """The account is erased before the row is written: `verb` of `model` comes too late."""
    do = getattr(model, verb)

    def late(self, *args, **values):
        erase(User.objects.get(pk=person.pk))
        monkeypatch.undo()
        return do(self, *args, **values)

    monkeypatch.setattr(model, verb, late)


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("verb", ["keep", "attach", "submit"])
def test_a_draft_of_an_account_that_goes_is_shown_back(monkeypatch, verb, begun):
    call = a_call(closes_at=None)
    client, person = signed_in()
    key = uuid4()
    if begun:
        post(client, call, "save", draft=str(key), status=302)
    going_before(monkeypatch, Draft, verb, person)
    press = {"revision": str(int(begun)), "files": SimpleUploadedFile("nota.txt", b"Una nota.")}
    page = shown(post(client, call, "submit", draft=str(key), text="Más.", status=410, **press))
    assert "Más." in page
    assert "se eliminó" in page
    assert not Draft.objects.exists()
    assert not Contribution.objects.exists()


def test_what_a_session_left_behind_goes_with_the_account_that_goes(monkeypatch):
    call = a_call(closes_at=None)
    client, person = signed_in()
    key = uuid4()
    post(client, call, "save", draft=str(key), status=302)
    going_before(monkeypatch, Draft, "keep", person)
    page = shown(post(Client(), call, "save", draft=str(key), text="Más.", status=410))
    assert "Más." in page
    assert not Draft.objects.exists()


def test_a_draft_is_not_claimed_by_an_account_that_goes(monkeypatch):
    call = a_call(closes_at=None)
    client, key = Client(), uuid4()
    post(client, call, "save", draft=str(key), status=302)
    person = make.person()
    client.force_login(person)
    session = client.session
    session["drafts"] = [str(key)]
    session.save()
    going_before(monkeypatch, Draft, "claim", person)
    assert client.get(f"/es/calls/{call.slug}/contribute/{key}/").status_code == 404
    assert Draft.objects.get().user is None


def test_the_words_of_a_reader_whose_account_goes_stand_without_it(monkeypatch):
    record = make.contribution()
    body = make.organisation()
    for limit, model, address, typed in (
        ("report", Report, f"/en/contributions/{record.reference}/report/", {"reason": "spam"}),
        (
            "suggestion",
            Suggestion,
            f"/en/organisations/{body.slug}/correction/",
            {"text": "It moved to Lima."},
        ),
    ):
        client, person = signed_in()
        read_at = earlier(monkeypatch, limit, 10)
        html = client.get(address).content.decode()
        form = filled(html, having={"website": ""}, read_at=read_at, **typed)
        going_before(monkeypatch, type(model.objects.all()), "write", person)
        assert client.post(address, form).status_code == 302
        assert model.objects.get().user is None


@pytest.mark.parametrize("leaver", ["author", "moderator"])
def test_a_step_about_or_by_whoever_goes_breaks_nothing(leaver):
    record = make.submitted()
    by = moderator(record.call.group)
    record.judge(Step.PUBLISH, by=by, version=1)
    mails = OutgoingMail.objects.exclude(user=record.author).count()
    stale = Contribution.objects.select_related("author").get(pk=record.pk)
    erase(User.objects.get(pk={"author": record.author_id, "moderator": by.pk}[leaver]))
    if leaver == "moderator":
        with pytest.raises(Erased):
            stale.judge(Step.UNPUBLISH, by=by, version=1, reason="Se equivocó.")
        assert Contribution.objects.get(pk=record.pk).is_published
        return
    stale.judge(Step.UNPUBLISH, by=by, version=1, reason="Se equivocó.")
    assert Contribution.objects.get(pk=record.pk).state == "unpublished"
    assert OutgoingMail.objects.count() == mails
    connection.check_constraints()


def test_a_moderator_keeps_the_reason_when_the_author_removed_the_late_draft():
    call = make.call()
    draft = make.draft(make.person(), of=call)
    Draft.objects.filter(pk=draft.pk).update(late_at=timezone.now())
    client = at_the_desk(moderator(call.group))
    address = f"/admin/contributions/draft/{draft.pk}/change/"
    form = filled(client.get(address).content.decode(), having={"step": "admit"}, reason="Con cariño.")
    Draft.objects.filter(pk=draft.pk).discard()
    page = posted(client, address, form, 404)
    assert "Con cariño." in page
    assert "removed it or sent it meanwhile" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["submit", "judge"])
def test_whoever_writes_and_whoever_erases_wait_for_one_another(what):
    """Neither holds what the other asks for: the database would end one of them after a second."""
    author = make.person()
    draft = make.draft(author, of=make.call())
    if what == "judge":
        record = make.submitted(author, of=draft.call)
        by = moderator(draft.call.group)
    erasing, ended = threading.Event(), []

    def write():
        try:
            erasing.wait()
            if what == "submit":
                form = ContributionForm(
                    Call.objects.with_state().get(pk=draft.call_id), draft.data, user=author
                )
                assert form.is_valid()
                draft.submit(author, form.for_model)
            else:
                record.judge(Step.DECLINE, by=by, version=1, reason="No.")
        except Exception as error:
            ended.append(type(error).__name__)
        finally:
            connection.close()

    other = threading.Thread(target=write)
    other.start()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=author.pk)
        erasing.set()
        other.join(0.5)
        assert other.is_alive()
        erase(author)
    other.join()
    assert ended == [{"submit": "OwnerLeft", "judge": "Erased"}[what]]
    assert not Contribution.objects.exists()
    assert not Draft.objects.exists()
    assert not StepTaken.objects.exclude(by=None).exists()
