"""Co-authors: under which name they stand with a contribution, and who may change it."""

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import OutgoingMail
from contributions import mail
from contributions.models import Contribution
from ripess_hub import rights
from tests import factories as make
from tests.stored import everything_stored
from tests.writing import a_call, post, sent, shown, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]
BEFORE, AFTER = "Amina Dialo, amina@example.org", "Amina Diallo, amina@example.org"


@pytest.fixture(autouse=True)
def _tables():
    call_command("createcachetable")


def letters():
    return list(OutgoingMail.objects.filter(to="amina@example.org").order_by("pk"))


def page_of(person):
    return f"/es/account/contributions/co-author/{person.token}/"


def renamed(client, call, key, *, base=1, to=AFTER):
    post(client, call, "submit", key=key, base=str(base), status=302, co_authors=to)
    return Contribution.objects.get().co_authors.get()


@pytest.mark.parametrize("answer", [None, "decline"])
def test_the_author_corrects_the_name_of_whoever_has_not_confirmed(answer):
    call = a_call(closes_at=None)
    client, _person = signed_in()
    record, key = sent(client, call, co_authors=BEFORE)
    before = record.co_authors.get()
    if answer:
        Client().post(page_of(before), {"answer": answer})
    person = renamed(client, call, key)
    assert (person.pk, person.name, person.token) == (before.pk, "Amina Diallo", before.token)
    assert person.state == ("declined" if answer else "asked")
    assert len(letters()) == 1
    assert "Amina Diallo" in shown(client.get(f"/es/account/contributions/{record.reference}/"))


def test_whoever_confirmed_is_asked_again_under_the_new_name_and_stands_with_nothing_until_then():
    call = a_call(closes_at=None)
    client, _person = signed_in()
    record, key = sent(client, call, co_authors=BEFORE)
    before = record.co_authors.get()
    account = make.person()
    before.answer(True, user=account)
    # Another change keeps what they confirmed.
    post(client, call, "submit", key=key, base="1", status=302, co_authors=BEFORE, title="Otra")
    before.refresh_from_db()
    assert (before.state, len(letters())) == ("confirmed", 1)
    person = renamed(client, call, key, base=2)
    assert (person.name, person.state, person.answered_at) == ("Amina Diallo", "asked", None)
    assert len(letters()) == 2
    assert "Amina Diallo" in letters()[1].text
    assert page_of(person) in letters()[1].text
    # Asked anew, they still do not judge what they wrote.
    assert record.is_of(account)
    record.refresh_from_db()
    record.judge("publish", by=make.moderator(call.group), version=3)
    address = f"/es/contributions/{record.reference}/"
    assert "Amina" not in shown(Client().get(address))
    Client().post(page_of(person), {"answer": "confirm", "name": "Amina Diallo"})
    assert "Amina Diallo" in shown(Client().get(address))


def test_nobody_confirms_a_name_they_were_not_shown():
    call = a_call(closes_at=None)
    client, _person = signed_in()
    record, key = sent(client, call, co_authors=BEFORE)
    page = page_of(record.co_authors.get())
    assert 'name="name" value="Amina Dialo"' in shown(Client().get(page))
    person = renamed(client, call, key)
    answer = Client().post(page, {"answer": "confirm", "name": "Amina Dialo"}, follow=True)
    assert "con otro nombre" in shown(answer)
    person.refresh_from_db()
    assert person.state == "asked"
    Client().post(page, {"answer": "confirm", "name": "Amina Diallo"})
    person.refresh_from_db()
    assert person.state == "confirmed"


def test_renaming_sends_no_more_letters_than_naming(monkeypatch):
    monkeypatch.setattr(mail, "MOST_ASKED", 1)
    call = a_call(closes_at=None)
    client, _person = signed_in()
    record, key = sent(client, call, co_authors=BEFORE)
    record.co_authors.get().answer(True)
    page = post(client, call, "submit", key=key, base="1", status=400, co_authors=AFTER)
    assert "1 cartas" in shown(page)
    assert record.co_authors.get().name == "Amina Dialo"
    assert len(letters()) == 1


def test_whoever_leaves_is_named_in_no_version_by_no_name_they_had():
    call = a_call(closes_at=None)
    client, _person = signed_in()
    bob = "\nBob, bob@example.org"
    record, key = sent(client, call, co_authors=BEFORE + bob)
    post(client, call, "submit", key=key, base="1", status=302, co_authors=AFTER + bob)
    assert [version.rest["co_authors"] for version in record.versions.all()] == [
        ["Amina Dialo", "Bob"], ["Amina Diallo", "Bob"],
    ]  # fmt: skip
    rights.erase(make.person(email="amina@example.org"))
    assert [version.rest["co_authors"] for version in record.versions.all()] == [["Bob"], ["Bob"]]
    assert "amina" not in everything_stored().lower()
