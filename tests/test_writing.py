"""The form of a contribution, by address: the deadline, the words that nothing loses, the drafts."""

import re
import threading
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.models import OutgoingMail
from contributions.models import Attachment, Contribution, Draft
from tests import factories as make
from tests.writing import CLOSES, MOMENT, OPENS, WORDS, a_call, form_address, post, shown, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]


@pytest.fixture(autouse=True)
def _tables():
    call_command("createcachetable")


# Open, scheduled, closed.


def test_sent_while_open_it_has_a_receipt_and_is_nowhere_public(clock):
    """Scenario 1."""
    call = a_call()
    organisation = make.organisation(name="Red andina", acronym="RANDI")
    client, person = signed_in(language="fr")
    with clock(CLOSES - timedelta(days=1)):
        answer = post(client, call, "submit", status=302, organisation="randi", language="es")
        record = Contribution.objects.get()
        page = shown(client.get(answer["Location"]))
    assert record.reference in page
    assert "2026" in page
    assert "UTC" in page
    assert (record.author, record.organisation, record.state) == (person, organisation, "received")
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.language) == (person.email, "fr")
    for address in (
        "/es/contributions/", f"/es/contributions/{record.reference}/", f"/es/calls/{call.slug}/",
        f"/es/groups/{call.group.slug}/", "/es/search/?q=ferias", "/sitemap.xml", "/api/v1/contributions/",
        f"/es/organisations/{organisation.slug}/",
    ):  # fmt: skip
        assert "Tres años de ferias" not in shown(Client().get(address)), address
    assert Client().get(f"/es/contributions/{record.reference}/").status_code == 404
    listed = shown(client.get("/es/account/contributions/"))
    assert "Tres años de ferias" in listed
    assert record.reference in listed


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("es", "La convocatoria de contribuciones aún no está abierta"),
        ("fr", "L’appel à contributions n’est pas encore ouvert"),
        ("en", "The call for contributions is not open yet"),
    ],
)
def test_before_the_opening_there_is_no_form_and_nothing_is_stored(clock, language, sentence):
    """Scenario 2."""
    call = a_call()
    with clock(OPENS - MOMENT):
        page = shown(Client().get(form_address(call, language)))
        assert sentence in page.replace("'", "’").replace("&#x27;", "’")
        assert 'name="title"' not in page
        answer = post(Client(), call, "submit", page=language, status=403)
        assert "Tres años de ferias" in shown(answer)
        assert sentence in shown(answer).replace("'", "’").replace("&#x27;", "’")
        # It says once what became of the text.
        assert not re.search("se conserva como|est conservé comme|is kept as", shown(answer))
    assert not Draft.objects.exists()
    assert not Contribution.objects.exists()


def test_after_the_closing_there_is_no_form_and_what_is_published_stays(clock):
    """Scenario 3."""
    call = a_call()
    make.contribution(call=call, title="Ya publicada")
    with clock(CLOSES + timedelta(seconds=1)):
        page = shown(Client().get(form_address(call)))
        assert "La convocatoria de contribuciones está cerrada" in page
        assert 'name="title"' not in page
        assert "Ya publicada" in shown(Client().get(f"/es/calls/{call.slug}/"))


@pytest.mark.parametrize("who", ["signed in", "anonymous"])
def test_the_deadline_passes_with_the_form_open(clock, who):
    """Scenario 4: not counted, shown back, kept, still there after a reload."""
    call = a_call()
    client = signed_in()[0] if who == "signed in" else Client()
    with clock(CLOSES - timedelta(minutes=10)):
        key = re.search(r'name="draft" value="([^"]+)"', shown(client.get(form_address(call))))[1]
    with clock(CLOSES + timedelta(seconds=2)):
        answer = post(client, call, "submit", key=None, draft=key, status=409)
        page = shown(answer)
        assert "La convocatoria de contribuciones está cerrada" in page
        assert "12:00:02" in page
        assert "Un texto **importante**." in page
        draft = Draft.objects.get()
        assert (str(draft.pk), draft.late_at) == (key, CLOSES + timedelta(seconds=2))
        again = shown(client.get(f"{form_address(call)}{key}/"))
        assert "Un texto **importante**." in again
        assert "Tres años de ferias" in shown(client.get(form_address(call)))
    assert not Contribution.objects.exists()


def test_long_after_the_closing_nothing_is_stored_but_the_text_is_shown_back(clock):
    call = a_call()
    with clock(CLOSES + timedelta(days=30)):
        answer = post(Client(), call, "submit", status=403)
    assert "Un texto **importante**." in shown(answer)
    assert "No se guardó nada" in shown(answer)
    assert "se conserva como" not in shown(answer)
    assert not Draft.objects.exists()


def test_a_call_of_unknown_dates_takes_nothing():
    answer = post(Client(), make.call(dates_unknown=True, slug="feria"), "submit", status=403)
    assert "La convocatoria de contribuciones está cerrada" in shown(answer)
    assert not Draft.objects.exists()


@pytest.mark.parametrize("publication", ["draft", "withdrawn"])
def test_a_call_that_is_not_public_has_no_form(publication):
    call = a_call(publication=publication)
    client, _person = signed_in()
    assert client.get(form_address(call)).status_code == 404
    post(client, call, "submit", status=404)
    assert not Draft.objects.exists()


# Nothing is lost.


def test_anybody_writes_without_an_account_and_signs_in_last():
    """Scenario 10: the draft outlives the sign-up with its mailed code, and counts at the last press."""
    call = a_call(closes_at=None)
    client = Client()
    key = uuid4()
    answer = post(client, call, "submit", key=None, draft=str(key), status=302)
    assert "/account/login/" in answer["Location"]
    assert not Contribution.objects.exists()
    following = parse_qs(urlsplit(answer["Location"]).query)["next"][0]
    assert following == f"{form_address(call)}{key}/?last=1"
    sign_up = f"/es/account/signup/?next={following}"
    values = {
        "email": "lucia@example.org",
        "password1": "una frase larga 7",
        "password2": "una frase larga 7",
        "next": following,
    }
    confirm = client.post(sign_up, values)
    assert confirm.status_code == 302
    code = re.search(r": ([A-Z0-9-]{6,})", OutgoingMail.objects.get(to="lucia@example.org").text)[1]
    answer = client.post(confirm["Location"], {"code": code})
    assert answer["Location"] == following
    page = shown(client.get(following))
    assert "Un texto **importante**." in page
    assert "Tres años de ferias" in page
    answer = post(client, call, "submit", key=key, revision="1", status=302)
    record = Contribution.objects.get()
    assert record.author.email == "lucia@example.org"
    assert record.reference in answer["Location"]


def test_a_session_that_ends_loses_nothing():
    """Scenario 9: the press after the session's end leads through sign-in to the same form."""
    call = a_call(closes_at=None)
    client, person = signed_in()
    key = uuid4()
    post(client, call, "save", draft=str(key), status=302)
    client.logout()
    file = SimpleUploadedFile("nota.txt", b"Una nota.", "text/plain")
    answer = post(client, call, "submit", key=key, text="Una hora más de texto.", files=file, status=302)
    assert "/account/login/" in answer["Location"]
    assert Attachment.objects.get().draft_id != key
    assert Draft.objects.get(pk=key).data["text"] == WORDS["text"]
    following = parse_qs(urlsplit(answer["Location"]).query)["next"][0]
    client.force_login(person)
    page = shown(client.get(following))
    assert "Una hora más de texto." in page
    assert "nota.txt" in page
    assert Attachment.objects.get().draft_id == key
    assert Draft.objects.get(pk=key).data["text"] == "Una hora más de texto."
    assert Draft.objects.count() == 1
    post(client, call, "submit", key=key, text="Una hora más de texto.", status=302)
    assert Contribution.objects.get().text == "Una hora más de texto."


def test_somebody_else_who_signs_in_then_sees_none_of_it():
    call = a_call(closes_at=None)
    client, _person = signed_in()
    key = uuid4()
    post(client, call, "save", draft=str(key), status=302)
    client.logout()
    post(client, call, "submit", key=key, text="Un secreto.", status=302)
    client.force_login(make.person())
    assert client.get(f"{form_address(call)}{key}/").status_code == 404
    assert "Un secreto." not in shown(client.get("/es/account/contributions/"))


def test_a_stale_token_shows_the_text_back_with_a_fresh_one():
    """Scenario 9, second half: signed in again in another tab."""
    call = a_call(closes_at=None)
    person = signed_in()[1]
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    page = shown(client.get(form_address(call)))
    file = SimpleUploadedFile("nota.txt", b"Una nota.", "text/plain")
    answer = post(client, call, "submit", csrfmiddlewaretoken="0" * 64, status=403, files=file)
    again = shown(answer)
    assert "Un texto **importante**." in again
    assert "nota.txt" in again
    assert not Draft.objects.exists()
    key, token = (
        re.search(rf'name="{name}" value="([^"]+)"', again)[1] for name in ("draft", "csrfmiddlewaretoken")
    )
    assert re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    post(client, call, "submit", draft=key, csrfmiddlewaretoken=token, status=302)
    assert Contribution.objects.get().author == person


def test_the_language_of_the_page_changes_and_the_text_does_not():
    """Scenario 11, without JavaScript."""
    call = a_call(closes_at=None)
    client = Client()
    answer = post(client, call, "switch:fr", status=302)
    assert answer["Location"].startswith("/fr/calls/feria/contribute/")
    page = shown(client.get(answer["Location"]))
    assert 'lang="fr"' in page
    assert "Un texto **importante**." in page
    assert '<option value="es" selected>' in page


def test_pressed_twice_there_is_one_contribution_and_one_receipt():
    """Scenario 13."""
    call = a_call(closes_at=None)
    client, _person = signed_in()
    key = uuid4()
    first = post(client, call, "submit", draft=str(key), status=302)
    second = post(client, call, "submit", draft=str(key), status=302)
    assert first["Location"] == second["Location"]
    assert (Contribution.objects.count(), OutgoingMail.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_pressed_twice_at_once_in_a_form_never_saved_there_is_one_contribution():
    """The second press arrives whole between the moment when the first looks for its draft and the one
    when it makes it."""
    call = a_call(closes_at=None)
    client, person = signed_in()
    key, answers = uuid4(), []

    def press(by):
        answers.append(post(by, call, "submit", draft=str(key), status=302)["Location"])

    def press_elsewhere():
        try:
            other = Client()
            other.force_login(person)
            press(other)
        finally:
            connection.close()

    def overtaken(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if not answers and sql.startswith("SELECT") and 'FROM "contributions_draft"' in sql:
            other = threading.Thread(target=press_elsewhere)
            other.start()
            other.join()
        return result

    with connection.execute_wrapper(overtaken):
        press(client)
    assert len(answers) == 2
    assert answers[0] == answers[1]
    assert (Contribution.objects.count(), Draft.objects.count(), OutgoingMail.objects.count()) == (1, 1, 1)


def test_the_draft_is_saved_while_one_writes():
    call = a_call(closes_at=None)
    client = Client()
    key = uuid4()
    first = post(client, call, "autosave", draft=str(key), status=200).json()
    assert first["revision"] == 1
    assert first["address"] == f"{form_address(call)}{key}/"
    second = post(client, call, "autosave", key=key, revision="1", text="Más.", status=200).json()
    assert (second["revision"], second["overwritten"]) == (2, False)
    assert Draft.objects.get().data["text"] == "Más."
    third = post(client, call, "autosave", key=key, revision="1", text="Otra ventana.", status=200).json()
    assert third["overwritten"]
    page = shown(client.get(first["address"]))
    assert "restore:0" in page
    post(client, call, "restore:0", key=key, revision="3", text="Otra ventana.", status=302)
    draft = Draft.objects.get()
    assert draft.data["text"] == "Más."
    assert "Otra ventana." in [kept["data"]["text"] for kept in draft.earlier]
    # The page that is pressed shows one text put by; the press itself puts by another, which a third
    # window saved meanwhile: what is taken is the text that was shown.
    page, revision = shown(client.get(first["address"])), draft.revision
    assert re.search(r"\d{1,2} de \w+ de \d{4}, \d\d:\d\d <|\d{4}, \d\d:\d\d</span>", page)
    post(client, call, "autosave", key=key, revision=str(revision), text="Tercera.", status=200)
    post(client, call, "restore:0", key=key, revision=str(revision), text="Más, y algo.", status=302)
    draft = Draft.objects.get()
    assert draft.data["text"] == "Otra ventana."
    assert {"Tercera.", "Más, y algo."} <= {kept["data"]["text"] for kept in draft.earlier}


def test_the_key_of_a_draft_for_another_call_begins_a_new_one():
    client, person = signed_in()
    other = make.draft(person, of=a_call(closes_at=None, slug="otra"), text="De la otra.")
    post(client, a_call(closes_at=None), "save", draft=str(other.pk), text="De esta.", status=302)
    assert Draft.objects.get(pk=other.pk).data["text"] == "De la otra."
    assert Draft.objects.exclude(pk=other.pk).get().data["text"] == "De esta."


def test_a_flood_of_drafts_from_one_address_ends_and_shows_the_text_back(settings):
    settings.ACCOUNT_RATE_LIMITS = {"begin_draft": "2/h/ip"}
    cache.clear()
    call = a_call(closes_at=None)
    for _n in range(2):
        post(Client(), call, "save", status=302)
    refused = post(Client(), call, "save", status=429)
    assert "Un texto **importante**." in shown(refused)
    assert Draft.objects.count() == 2
    post(signed_in()[0], call, "save", status=302)
    cache.clear()


def test_a_stranger_finds_no_draft_and_cannot_write_into_it():
    call = a_call(closes_at=None)
    owner, _person = signed_in()
    begun = Client()
    for client in (owner, begun):
        key = uuid4()
        post(client, call, "save", draft=str(key), status=302)
        stranger, _other = signed_in()
        assert stranger.get(f"{form_address(call)}{key}/").status_code == 404
        post(stranger, call, "save", key=key, text="Ajeno.")
        assert Draft.objects.get(pk=key).data["text"] == WORDS["text"]
        nobody = Client()
        answer = nobody.get(f"{form_address(call)}{key}/")
        assert answer.status_code in (302, 404)
        assert "Tres años" not in shown(answer)


def test_a_preview_shows_the_text_as_it_would_stand_and_keeps_it():
    page = shown(post(Client(), a_call(closes_at=None), "preview", status=200))
    assert "<strong>importante</strong>" in page
    assert Draft.objects.get().data["text"] == WORDS["text"]


def test_a_draft_is_removed_when_its_writer_asks():
    call = a_call(closes_at=None)
    client = Client()
    key = uuid4()
    post(client, call, "save", draft=str(key), status=302)
    post(client, call, "discard", key=key, status=302)
    assert not Draft.objects.exists()


def test_an_open_form_sets_no_cookie_but_its_own_protection_and_is_never_stored():
    call = a_call(closes_at=None)
    answer = Client().get(form_address(call))
    assert set(answer.cookies) <= {"csrftoken"}
    assert "no-store" in answer["Cache-Control"]


def test_malformed_keys_and_buttons_do_no_harm():
    call = a_call(closes_at=None)
    client = Client()
    for changes in (
        {"draft": "x"},
        {"draft": "\x00"},
        {"revision": "9" * 400},
        {"base": "-1"},
        {"do": "remove:abc"},
        {"do": "restore:99"},
        {"do": "switch:xx"},
        {"do": "\u202e"},
    ):
        assert post(client, call, **{"do": "save", **changes}).status_code < 500
    assert client.get(f"{form_address(call)}{uuid4()}/").status_code == 404
