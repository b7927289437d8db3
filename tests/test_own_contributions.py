"""One's own contributions: what their authors change, withdraw, undo and read after sending."""

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import OutgoingMail
from contributions.models import Contribution, Step
from tests import factories as make
from tests.writing import CLOSES, OPENS, WORDS, a_call, form_address, post, sent, shown, signed_in
from workinggroup.models import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]


@pytest.fixture(autouse=True)
def _tables():
    call_command("createcachetable")


def test_the_author_changes_withdraws_and_undoes_while_the_call_is_open(clock):
    """Scenario 18."""
    call = a_call()
    client, _person = signed_in()
    with clock(OPENS):
        record, key = sent(client, call)
        page = shown(client.get(f"/es/account/contributions/{record.reference}/"))
        assert f"/contribute/{key}/" in page
        post(client, call, "submit", key=key, base="1", text="Mejor texto.", status=302)
        record.refresh_from_db()
        assert (record.version, record.text) == (2, "Mejor texto.")
        record.judge(Step.PUBLISH, by=make.moderator(call.group), version=2)
        public, own = (
            f"/es/contributions/{record.reference}/",
            f"/es/account/contributions/{record.reference}/",
        )
        assert Client().get(public).status_code == 200
        client.post(own, {"do": "withdraw"})
        gone = Client().get(public)
        assert gone.status_code == 410
        assert "Tres años" not in shown(gone)
        client.post(own, {"do": "restore"})
        assert Client().get(public).status_code == 200
        client.post(own, {"do": "withdraw"})
    with clock(CLOSES):
        client.post(own, {"do": "restore"})
        assert Client().get(public).status_code == 410


def test_a_change_begun_is_not_public_before_it_is_sent():
    call = a_call(closes_at=None)
    client, _person = signed_in()
    record, key = sent(client, call)
    post(client, call, "save", key=key, base="1", revision="1", text="A medias.", status=302)
    record.refresh_from_db()
    assert record.text == WORDS["text"]
    assert record.version == 1


def test_returned_work_is_changed_from_its_page_with_the_reason_in_view():
    """Scenario 16."""
    call = a_call(closes_at=None)
    client, _person = signed_in()
    record, key = sent(client, call)
    moderator = make.moderator(call.group)
    record.judge(Step.RETURN, by=moderator, version=1, reason="Diga dónde fue.")
    for address in (f"/es/account/contributions/{record.reference}/", f"{form_address(call)}{key}/"):
        assert "Diga dónde fue." in shown(client.get(address))
    post(client, call, "submit", key=key, base="1", text="Fue en Quito.", status=302)
    record.refresh_from_db()
    assert (record.state, record.version, record.reference) == ("received", 2, record.reference)


def test_declined_work_and_its_reason_are_read_by_its_author_alone():
    """Scenario 17."""
    call = a_call(closes_at=None)
    client, _person = signed_in()
    record, _key = sent(client, call)
    record.judge(Step.DECLINE, by=make.moderator(call.group), version=1, reason="Fuera del tema.")
    page = shown(client.get(f"/es/account/contributions/{record.reference}/"))
    assert "Fuera del tema." in page
    assert WORDS["summary"] in page
    assert Client().get(f"/es/contributions/{record.reference}/").status_code == 404
    assert signed_in()[0].get(f"/es/account/contributions/{record.reference}/").status_code == 404


def test_the_receipt_stays_its_authors_when_the_call_is_withdrawn():
    call = a_call(closes_at=None)
    client, _person = signed_in()
    record, key = sent(client, call)
    Call.objects.filter(pk=call.pk).update(publication="withdrawn")
    page = shown(client.get(f"/es/account/contributions/{record.reference}/?sent={key}"))
    assert record.reference in page


def test_the_call_of_a_receipt_is_the_one_of_this_instant(clock):
    call = a_call()
    client, _person = signed_in()
    with clock(OPENS):
        record, key = sent(client, call)
        assert f"/contribute/{key}/" in shown(client.get(f"/es/account/contributions/{record.reference}/"))
    with clock(CLOSES):
        assert f"/contribute/{key}/" not in shown(
            client.get(f"/es/account/contributions/{record.reference}/")
        )


def test_a_decision_taken_meanwhile_refuses_the_change_and_keeps_the_text():
    call = a_call(closes_at=None)
    client, _person = signed_in()
    record, key = sent(client, call)
    record.judge(Step.PUBLISH, by=make.moderator(call.group), version=1)
    answer = post(client, call, "submit", key=key, base="1", text="Demasiado tarde.")
    assert answer.status_code == 409
    assert "Demasiado tarde." in shown(answer)
    record.refresh_from_db()
    assert record.text == WORDS["text"]


def test_a_representative_takes_the_name_of_the_organisation_off(monkeypatch):
    organisation = make.organisation(name="Red andina", slug="red-andina")
    record = make.contribution(organisation=organisation, author=make.person())
    speaker, person = signed_in()
    address = f"/es/account/contributions/{record.reference}/disown/"
    assert speaker.get(address).status_code == 404
    organisation.representatives.create(user=person)
    assert "Red andina" in shown(speaker.get(address))
    assert "Red andina" in shown(speaker.get("/es/account/contributions/"))
    # Two who speak for it press at the same time: it is done, and told, once.
    another, other = signed_in()
    organisation.representatives.create(user=other)
    disown = Contribution.disown

    def after_another(self, *, by):
        monkeypatch.setattr(Contribution, "disown", disown)
        assert another.post(address).status_code == 302
        self.disown(by=by)

    monkeypatch.setattr(Contribution, "disown", after_another)
    assert speaker.post(address).status_code == 302
    assert record.steps.filter(step=Step.DISOWN).count() == 1
    assert "Red andina" not in shown(Client().get(f"/es/contributions/{record.reference}/"))
    assert OutgoingMail.objects.filter(to=record.author.email).count() == 1


@pytest.mark.parametrize("path", ["", "C-2345678/", "C-2345678/disown/"])
def test_own_pages_ask_for_sign_in(path):
    answer = Client().get(f"/es/account/contributions/{path}")
    assert answer.status_code == 302
    assert "/account/login/" in answer["Location"]
