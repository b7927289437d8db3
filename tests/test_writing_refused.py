"""What is refused at the press, by URL: the true reason, the text kept, and the way on."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from accounts.models import OutgoingMail
from contributions.models import Attachment, Contribution, Draft, Step
from tests import factories as make
from tests.writing import CLOSES, MOMENT, OPENS, WORDS, a_call, post, sent, shown, signed_in
from workinggroup.models import Call

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


# Late presses with something missing.


@pytest.mark.parametrize("who", ["signed in", "anonymous"])
@pytest.mark.parametrize("missing", [{"title": "", "consent": None}, {"files": "nota.exe"}])
def test_a_late_press_with_something_missing_is_kept_as_late(clock, who, missing):
    """Moderators may admit it once its author has added what is missing; an error alone would hide it
    from them, and there is no button to press again."""
    call = a_call()
    client = signed_in()[0] if who == "signed in" else Client()
    if "files" in missing:
        missing = {"files": SimpleUploadedFile(missing["files"], b"MZ" + b"\0" * 100)}
    with clock(CLOSES + LATE):
        page = shown(post(client, call, "submit", status=409, **missing))
    assert "La convocatoria de contribuciones está cerrada" in page
    assert "12:00:02" in page
    assert WORDS["text"].splitlines()[0] in page
    assert ("nota.exe" in page) == ("files" in missing)
    assert ("Escriba un título para la contribución." in page) == ("title" in missing)
    assert "<h3></h3>" not in page
    assert Draft.objects.get().late_at == CLOSES + LATE
    if who == "signed in":
        assert list(Draft.objects.moderated_by(make.moderator(call.group))) == [Draft.objects.get()]
        assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize("who", ["signed in", "anonymous"])
def test_a_press_in_time_with_something_missing_is_told_what(clock, who):
    call = a_call()
    client = signed_in()[0] if who == "signed in" else Client()
    with clock(CLOSES - MOMENT):
        page = shown(post(client, call, "submit", status=400, title=""))
        assert 'href="#title"' in page
        assert 'value="submit"' in page
    assert Draft.objects.get().late_at is None


def test_what_decides_is_the_clock_at_the_gate_and_whether_it_is_in_already(clock):
    call = a_call()
    person = make.person()
    draft = make.draft(person, of=call)
    with clock(CLOSES - MOMENT):
        draft.call = Call.objects.with_state().get(pk=call.pk)
        assert not draft.comes_late(person)
    with clock(CLOSES):
        # The page was asked for in time.
        assert draft.comes_late(person)
    assert Draft.objects.get().late_at == CLOSES
    with clock(OPENS):
        record = make.submitted(person, of=call)
    with clock(CLOSES):
        # Another press of the same form got in while this one waited.
        assert not Draft.objects.get(contribution=record).comes_late(person)
    assert Draft.objects.get(contribution=record).late_at is None
    call.late_access.create(email=person.email, until=CLOSES + timedelta(days=1))
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    with clock(CLOSES):
        assert not make.draft(person, of=call).comes_late(person)


def late_without_an_account(clock, call, client):
    """Pressed late by nobody; return the key of the draft."""
    key = uuid4()
    with clock(CLOSES + LATE):
        page = shown(post(client, call, "submit", draft=str(key), status=409))
    assert f"?next=/es/calls/feria/contribute/{key}/" in page
    assert not OutgoingMail.objects.exists()
    return key


@pytest.mark.parametrize("by", ["the draft's page", "another press"])
def test_whoever_came_late_without_an_account_is_told_by_mail_once_after_sign_in(clock, by):
    call = a_call()
    client = Client()
    key = late_without_an_account(clock, call, client)
    person = make.person(language="fr")
    client.force_login(person)
    address = f"/fr/calls/feria/contribute/{key}/"
    with clock(CLOSES + timedelta(hours=1)):
        if by == "another press":
            post(client, call, "submit", key=key, revision="1", status=409)
        for _time in range(2):
            assert client.get(address).status_code == 200
        post(client, call, "submit", key=key, revision="1", status=409)
    letter = OutgoingMail.objects.get()
    assert (letter.to, letter.language) == (person.email, "fr")
    assert address in letter.text
    # When it came, not when its author signed in.
    assert "12:00:02" in letter.text
    assert "13:00:00" not in letter.text


def test_what_came_late_and_can_be_sent_again_by_now_needs_no_letter(clock):
    call = a_call()
    client = Client()
    key = late_without_an_account(clock, call, client)
    client.force_login(make.person())
    with clock(CLOSES + timedelta(hours=1)):
        call.reschedule(opens_at=OPENS, closes_at=CLOSES + timedelta(days=9))
        assert 'value="submit"' in shown(client.get(f"/es/calls/feria/contribute/{key}/"))
    assert not OutgoingMail.objects.exists()


# A press whose answer was lost, and another one.


def a_note(content=b"Una nota."):
    return SimpleUploadedFile("nota.txt", content, "text/plain")


ADDED = {
    "an organisation": {"organisation": "randi"},
    "another kind": {"kind": "proposal"},
    "another language": {"language": "fr"},
    "another name": {"author_name": "L. Andrango"},
    "a link": {"links": "https://example.org/feria"},
    "a region": {"regions": "m49-002"},
    "a sector": {"sectors": "fair_trade"},
    "an agreement": {"agreements": "acuerdo-quito"},
    "a co-author": {"co_authors": "Amina Diallo, amina@example.org"},
    "an answer": {"answer": "En Quito."},
    "a file": {"files": b"Una nota."},
    "the words": {"text": "Otro texto."},
}


@pytest.mark.parametrize("what", ADDED)
@pytest.mark.parametrize("closed", [False, True])
def test_what_was_added_after_a_press_whose_answer_was_lost_is_never_dropped(clock, what, closed):
    """The first press got in, and its answer did not arrive: in the same form more is added, and sent."""
    call = a_call()
    question = call.questions.create(text="¿Dónde?")
    make.organisation(name="Red andina", acronym="RANDI")
    make.region("m49-002")
    make.term(make.directory.Sector, "fair_trade")
    make.agreement(slug="acuerdo-quito", title="Acuerdo de Quito")
    added = dict(ADDED[what])
    if "answer" in added:
        added = {f"answer-{question.pk}": added["answer"]}
    if "files" in added:
        added = {"files": a_note()}
    client, _person = signed_in()
    with clock(CLOSES - MOMENT):
        record, key = sent(client, call)
    with clock(CLOSES + LATE if closed else CLOSES - MOMENT):
        page = shown(post(client, call, "submit", draft=str(key), status=409, **added))
    sentence = TIME.format("1 de diciembre") if closed else "con un envío anterior cuya respuesta no le llegó"
    assert sentence in page
    record.refresh_from_db()
    assert record.version == 1
    # Nothing of it is lost, and while there is time one more press sends it.
    kept = Draft.objects.get(pk=key)
    if "files" in added:
        assert kept.attachments.get().original_name == "nota.txt"
        again = {}
    else:
        assert {name: kept.data[name] for name in added}.keys() == added.keys()
        assert all(value in kept.data[name] for name, value in added.items())
        again = added
    if not closed:
        with clock(CLOSES - MOMENT):
            post(client, call, "submit", key=key, base="1", revision=str(kept.revision), status=302, **again)
        assert record.versions.count() == 2


@pytest.mark.parametrize("closed", [False, True])
def test_pressed_twice_with_everything_in_the_form_it_is_one_contribution(clock, closed):
    """The second press brings its files again, and there is room for no more than the first brought."""
    call = a_call(max_files=1)
    question = call.questions.create(text="¿Dónde?")
    make.organisation(name="Red andina", acronym="RANDI")
    make.region("m49-002")
    make.agreement(slug="acuerdo-quito", title="Acuerdo de Quito")
    whole = {
        "organisation": "randi",
        "links": "example.org/b\nhttps://example.org/a",
        "regions": "m49-002",
        "agreements": "acuerdo-quito",
        "co_authors": "Amina Diallo, amina@example.org\nBob, bob@example.org",
        f"answer-{question.pk}": " En Quito. ",
    }
    client, person = signed_in()
    key = uuid4()
    places = []
    for instant in (CLOSES - MOMENT, CLOSES + LATE if closed else CLOSES - MOMENT):
        with clock(instant):
            answer = post(client, call, "submit", draft=str(key), status=302, files=a_note(), **whole)
            places.append(answer["Location"])
    assert places[0] == places[1]
    record = Contribution.objects.get()
    assert (record.version, record.attachments.count(), Attachment.objects.count()) == (1, 1, 1)
    assert OutgoingMail.objects.filter(to=person.email).count() == 1


def test_another_file_of_the_same_name_is_another_file():
    call = a_call(closes_at=None)
    client, _person = signed_in()
    record, key = sent(client, call, files=a_note())
    post(client, call, "submit", draft=str(key), status=409, files=a_note(b"Otra nota"))
    assert Draft.objects.get(pk=key).attachments.count() == 2
    assert record.attachments.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_at_once_that_bring_the_same_file_it_is_kept_once():
    call = make.call()
    draft = make.draft(make.person(), of=call)
    inside, ended = threading.Event(), []

    def attach_elsewhere():
        try:
            inside.wait()
            ended.append(Draft.objects.get(pk=draft.pk).attach(a_note(), call))
        finally:
            connection.close()

    other = threading.Thread(target=attach_elsewhere)
    other.start()
    with transaction.atomic():
        first = draft.attach(a_note(), call)
        inside.set()
        other.join(0.5)
        assert not ended
    other.join()
    assert ended == [first]
    assert Attachment.objects.count() == 1
