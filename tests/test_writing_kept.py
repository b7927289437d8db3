"""What is pressed too late or too early, and what is wrong in it: kept, told plainly, and no page breaks."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from accounts.models import OutgoingMail
from contributions.models import Contribution, Draft, Step
from tests import factories as make
from tests.writing import CLOSES, MOMENT, OPENS, WORDS, a_call, form_address, post, sent, shown, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]
LATE = timedelta(seconds=2)


@pytest.fixture(autouse=True)
def _tables():
    call_command("createcachetable")


def a_note(content=b"Una nota."):
    return SimpleUploadedFile("nota.txt", content, "text/plain")


def test_after_the_closing_returned_work_takes_the_words_and_names_what_else_was_changed(clock):
    """Scenario 16: the form was opened before the closing, and pressed after it."""
    call = a_call()
    question = call.questions.create(text="¿Dónde?")
    make.organisation(name="Red andina", acronym="RANDI")
    client, person = signed_in()
    with clock(OPENS):
        record, key = sent(client, call, co_authors="Amina Diallo, amina@example.org")
    until = CLOSES + timedelta(days=5)
    moderator = make.moderator(call.group)
    record.judge(Step.RETURN, by=moderator, version=1, reason="Diga dónde fue.", edit_until=until)
    changed = {
        "text": "Fue en Quito.",
        "organisation": "randi",
        "co_authors": "Amina Diallo, diallo@example.org",
        f"answer-{question.pk}": "En Quito.",
    }
    with clock(CLOSES + LATE):
        for _press in range(2):
            press = {"key": key, "base": "1", "status": 302, **changed}
            place = post(client, call, "submit", files=a_note(), **press)["Location"]
        assert f"sent={key}" in place
        page = shown(client.get(place))
        later = shown(client.get(f"/es/account/contributions/{record.reference}/"))
    record.refresh_from_db()
    assert (record.version, record.text, record.organisation) == (2, "Fue en Quito.", None)
    assert Draft.objects.get(pk=key).data["organisation"] == "randi"
    for seen in (page, later):
        assert "Sin incorporar" in seen
        for value in ("Red andina", "diallo@example.org", "¿Dónde?", "En Quito.", "nota.txt"):
            assert value in seen
        assert "Idioma" not in seen.split("Sin incorporar")[1].split("</dl>")[0]
    # Nobody else learns of it, and a call that is open again takes it.
    record.co_authors.update(state="confirmed", user=moderator)
    client.force_login(moderator)
    with clock(CLOSES + LATE):
        other = client.get(f"/es/account/contributions/{record.reference}/")
    assert other.status_code == 200
    assert "Sin incorporar" not in shown(other)
    client.force_login(person)
    with clock(CLOSES - MOMENT):
        assert "Sin incorporar" not in shown(client.get(f"/es/account/contributions/{record.reference}/"))


@pytest.mark.parametrize("presses", [1, 2])
def test_after_the_closing_what_is_wrong_apart_from_the_words_holds_them_up_no_longer(clock, presses):
    """It could not be taken anyway; it is named as it was typed, and stays in the draft."""
    call = a_call(max_files=1)
    question = call.questions.create(text="¿Dónde?", max_words=2)
    client, _person = signed_in()
    with clock(OPENS):
        record, key = sent(client, call, links="https://example.org/feria")
    record.judge(Step.RETURN, by=make.moderator(call.group), version=1, reason="Diga dónde fue.")
    wrong = {
        "text": "Fue en Quito.",
        "links": "https://example.org/feria\nno es:nada",
        "organisation": "Cooperativa que no existe",
        "co_authors": "Amina sin correo",
        "consent": None,
        f"answer-{question.pk}": "En la plaza de Quito.",
    }
    with clock(CLOSES + LATE):
        for _press in range(presses):
            press = {"key": key, "base": "1", "files": [a_note(), a_note(b"")], "status": 302}
            place = post(client, call, "submit", **press, **wrong)["Location"]
        page = shown(client.get(place))
    record.refresh_from_db()
    assert (record.version, record.text, record.state) == (2, "Fue en Quito.", "received")
    assert record.links == ["https://example.org/feria"]
    untaken = page.split("Sin incorporar")[1].split("</dl>")[0]
    for typed in (
        "no es:nada",
        "Cooperativa que no existe",
        "Amina sin correo",
        "plaza de Quito",
        "nota.txt",
    ):
        assert typed in untaken
    assert "está vacío" in page
    assert Draft.objects.get(pk=key).data["organisation"] == "Cooperativa que no existe"


@pytest.mark.parametrize(
    ("wrong", "state", "status", "sentence"),
    [
        ("title", "returned", 400, "Escriba un título"),
        ("title", "received", 400, "Escriba un título"),
        ("links", "received", 409, "El plazo para hacer cambios terminó"),
    ],
)
def test_after_the_closing_wrong_words_are_said_and_so_is_that_it_is_too_late(
    clock, wrong, state, status, sentence
):
    call = a_call()
    client, _person = signed_in()
    with clock(OPENS):
        record, key = sent(client, call)
    if state == "returned":
        record.judge(Step.RETURN, by=make.moderator(call.group), version=1, reason="Diga dónde fue.")
    typed = {"text": "Fue en Quito.", wrong: {"title": "", "links": "no es:nada"}[wrong]}
    with clock(CLOSES + LATE):
        page = shown(post(client, call, "submit", key=key, base="1", status=status, **typed))
    assert sentence in page
    record.refresh_from_db()
    assert record.version == 1


def test_after_the_closing_a_change_of_the_words_alone_leaves_nothing_untaken(clock):
    call = a_call()
    client, _person = signed_in()
    with clock(OPENS):
        record, key = sent(client, call, co_authors="Amina Diallo, amina@example.org", files=a_note())
    record.judge(Step.RETURN, by=make.moderator(call.group), version=1, reason="Diga dónde fue.")
    with clock(CLOSES + LATE):
        whole = {"text": "Fue en Quito.", "co_authors": "Amina Diallo, amina@example.org"}
        post(client, call, "submit", key=key, base="1", status=302, **whole)
        page = shown(client.get(f"/es/account/contributions/{record.reference}/"))
    assert "Fue en Quito." in page
    assert "Sin incorporar" not in page


@pytest.mark.parametrize("who", ["signed in", "anonymous"])
def test_a_press_before_an_opening_that_was_moved_is_told_when_and_is_not_late(clock, who):
    call = a_call()
    client = signed_in()[0] if who == "signed in" else Client()
    key = uuid4()
    with clock(OPENS):
        post(client, call, "save", draft=str(key), status=302)
        call.reschedule(opens_at=OPENS + timedelta(days=3), closes_at=CLOSES)
    with clock(OPENS + timedelta(days=1)):
        page = shown(post(client, call, "submit", key=key, revision="1", status=409, text="Más."))
        again = shown(client.get(f"{form_address(call)}{key}/"))
    for seen in (page, again):
        assert "La convocatoria se abre el <time" in seen
        assert "4 de noviembre de 2026 a las 12:00" in seen
        assert "se conserva" in seen
        assert "cerrada" not in seen
        assert "cerró" not in seen
    draft = Draft.objects.get(pk=key)
    assert (draft.late_at, draft.data["text"]) == (None, "Más.")
    assert not OutgoingMail.objects.exists()
    if who == "anonymous":
        client.force_login(make.person())
    with clock(OPENS + timedelta(days=3)):
        post(client, call, "submit", key=key, revision="2", status=302)
    assert Contribution.objects.exists()


# Without an account, before an answer came.


def drawn(client, call, language="es"):
    """The key of a fresh form, and what it says of itself."""
    page = shown(client.get(form_address(call, language)))
    return tuple(re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("draft", "drawn"))


def without_answers(client):
    """The same browser, which no answer to a press has reached."""
    client.cookies.pop(settings.SESSION_COOKIE_NAME, None)
    return client


@pytest.mark.parametrize("do", ["save", "submit", "autosave"])
def test_a_second_press_of_a_form_never_saved_finds_the_draft_of_the_first(do):
    call = a_call(closes_at=None)
    client = Client()
    key, mark = drawn(client, call)
    post(client, call, do, draft=key, drawn=mark)
    without_answers(client)
    answer = post(client, call, do, draft=key, drawn=mark, text="Más.")
    draft = Draft.objects.get()
    assert (str(draft.pk), draft.data["text"]) == (key, "Más.")
    assert "Más." in shown(client.get(f"{form_address(call)}{key}/"))
    assert answer.status_code in (200, 302)


def test_nobody_else_writes_into_it_with_its_key_nor_with_what_its_form_said():
    """The key stands in the address, which people pass on."""
    call = a_call(closes_at=None)
    client = Client()
    key, mark = drawn(client, call)
    post(client, call, "save", draft=key, drawn=mark)
    other = Client()
    _other_key, of_another = drawn(other, call)
    # A page that shows a text back names the key it got, and nothing more.
    bad = Client(enforce_csrf_checks=True)
    drawn(bad, call)
    assert 'name="drawn"' not in shown(post(bad, call, "save", draft=key, status=403))
    for said in (mark, of_another, "", "é", "\x00"):
        post(without_answers(other), call, "save", draft=key, drawn=said, text="Ajeno.")
    assert Draft.objects.get(pk=key).data["text"] == WORDS["text"]
    assert Draft.objects.count() == 6


# Whatever stands in a draft.

HOSTILE = [
    '"><script>alert(1)</script>',
    "xx",
    "\u202egnp.exe",
    "%s{0}{{x}}",
    "a,b@c,d@e",
    "9" * 400,
    "😀",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_of_a_field_breaks_a_page_about_a_draft_or_gets_in(clock, value):
    """Late, seen by staff, admitted, opened again, and typed into what was returned."""
    call = a_call()
    call.questions.create(text="¿Dónde?")
    fields = ("kind", "language", "author_name", "organisation", "links", "regions", "sectors", "agreements")
    typed = dict.fromkeys(
        (*fields, "co_authors", "consent", "agreed_to", "answer-0", "base", "revision"), value
    )
    staff = Client()
    staff.force_login(make.staff())
    client, _person = signed_in()
    with clock(CLOSES - MOMENT):
        record, key = sent(client, call)
    record.judge(Step.RETURN, by=make.moderator(call.group), version=1, reason="Diga dónde fue.")
    with clock(CLOSES + LATE):
        late = uuid4()
        post(client, call, "submit", draft=str(late), status=409, **typed)
        assert client.get(f"{form_address(call)}{late}/").status_code == 200
        assert client.get("/es/account/contributions/").status_code == 200
        assert staff.get("/admin/contributions/draft/").status_code == 200
        address = f"/admin/contributions/draft/{late}/change/"
        page = staff.get(address)
        assert page.status_code == 200
        assert "<script>alert(1)" not in page.content.decode()
        form = {"step": "admit", "version": page.context["draft"].revision, "reason": "Panne."}
        assert staff.post(address, form).status_code == 400
        # The words are those that are in; the rest could not be taken, right or wrong.
        post(client, call, "submit", key=key, status=302, **typed)
        assert client.get(f"/es/account/contributions/{record.reference}/").status_code == 200
        # The words alone, and what else the draft holds is not right.
        words = {name: WORDS[name] for name in ("title", "summary", "text")}
        answer = client.post(f"{form_address(call)}{key}/", {"do": "submit", "base": "1", **words})
        assert answer.status_code == 302
        assert client.get(f"/es/account/contributions/{record.reference}/").status_code == 200
    record.refresh_from_db()
    assert (record.kind, record.links, record.organisation) == ("experience", [], None)
    assert Contribution.objects.count() == 1
