"""Writing a contribution, by URL: from the first word to the receipt, with nothing lost on the way."""

import re
import threading
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import OutgoingMail
from contributions import mail
from contributions.forms import clean_co_author
from contributions.models import Attachment, Contribution, Draft, Step
from tests import factories as make
from tests.writing import CLOSES, MOMENT, OPENS, WORDS, a_call, form_address, post, sent, shown, signed_in
from workinggroup.models import Call, CallQuestion

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


def test_an_error_names_its_field_and_keeps_text_and_files(settings):
    """Scenario 12."""
    call = a_call(closes_at=None)
    client, _person = signed_in()
    key = uuid4()
    file = SimpleUploadedFile("nota.txt", b"Una nota.", "text/plain")
    page = shown(post(client, call, "submit", draft=str(key), title="", files=file, status=400))
    assert '<a href="#title">Escriba un título para la contribución.</a>' in page
    assert 'id="title_error"' in page
    assert "nota.txt" in page
    assert "<title>Error" in page
    assert Attachment.objects.get().draft_id == key
    post(client, call, "submit", key=key, revision="1", status=302)
    record = Contribution.objects.get()
    assert [file.original_name for file in record.attachments.all()] == ["nota.txt"]


def test_a_file_that_may_not_be_sent_is_refused_in_words_and_the_text_kept():
    call = a_call(closes_at=None, max_file_mb=1)
    client, _person = signed_in()
    for name, content in (
        ("programa.exe", b"MZ" + b"\0" * 100),
        ("grande.txt", b"a" * 1_000_001),
        ("nada.txt", b""),
    ):
        key = uuid4()
        file = SimpleUploadedFile(name, content)
        page = shown(post(client, call, "submit", draft=str(key), files=file, status=400))
        assert name in page
        assert Draft.objects.get(pk=key).data["title"] == "Tres años de ferias"
    assert not Attachment.objects.exists()
    assert not Contribution.objects.exists()


def test_one_file_too_many_is_refused_and_the_others_stay():
    call = a_call(closes_at=None, max_files=2)
    client, _person = signed_in()
    files = [SimpleUploadedFile(f"nota-{n}.txt", b"Una nota.") for n in range(3)]
    page = shown(post(client, call, "attach", files=files, status=400))
    assert "nota-2.txt" in page
    assert Attachment.objects.count() == 2


def test_a_hundred_and_one_files_are_refused_in_words_and_the_text_kept():
    client, _person = signed_in()
    files = [SimpleUploadedFile(f"nota-{n}.txt", b"Una nota.") for n in range(101)]
    page = shown(post(client, a_call(closes_at=None, max_files=3), "submit", files=files, status=400))
    assert "nota-100.txt" in page
    assert Attachment.objects.count() == 3
    assert Draft.objects.get().data["text"] == WORDS["text"]


def test_a_call_that_takes_no_files_stores_none():
    call = a_call(closes_at=None, accepts=["text"])
    client, _person = signed_in()
    post(client, call, "save", files=SimpleUploadedFile("nota.txt", b"Una nota."), status=400)
    assert not Attachment.objects.exists()


def test_a_file_is_taken_off_a_draft_and_gone_from_the_storage():
    call = a_call(closes_at=None)
    client, _person = signed_in()
    key = uuid4()
    post(
        client, call, "attach", draft=str(key), files=SimpleUploadedFile("nota.txt", b"Una nota."), status=302
    )
    file = Attachment.objects.get()
    post(client, call, f"remove:{file.pk}", key=key, status=302)
    assert not Attachment.objects.exists()


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


# What must hold of a contribution.


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "x" * 301),
        ("title", "Título \u202e odal"),
        ("kind", "poem"),
        ("language", "de"),
        ("summary", "x" * 601),
        ("text", ""),
        ("author_name", ""),
        ("organisation", "Nadie que exista"),
        ("links", "javascript:alert(1)"),
        ("links", "https://example.org\nnot an address"),
        ("links", "\n".join(f"https://example.org/{n}" for n in range(21))),
        ("agreements", "Un convenio que no existe"),
        ("regions", "nowhere"),
        ("sectors", "nothing"),
        ("co_authors", "Solo un nombre"),
        ("co_authors", "Nombre, no-es@"),
        ("consent", None),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_sent(field, value):
    client, _person = signed_in()
    page = shown(post(client, a_call(closes_at=None), "submit", status=400, **{field: value}))
    assert f'href="#{field}"' in page
    assert f'id="{field}"' in page
    assert not Contribution.objects.exists()
    assert Draft.objects.get()


def test_a_line_of_spaces_costs_no_more_than_one_of_words():
    begun = time.thread_time()
    with pytest.raises(ValidationError):
        clean_co_author(f"Nombre{' ' * 40_000}sin dirección")
    assert time.thread_time() - begun < 1
    assert clean_co_author(f"Nombre{' ' * 40_000}a@example.org") == ("Nombre", "a@example.org")


def test_characters_that_no_text_can_hold_are_named_and_nothing_is_sent():
    client, _person = signed_in()
    call = a_call(closes_at=None)
    page = shown(
        post(
            client,
            call,
            "submit",
            status=400,
            title="Tres\x00 años",
            text="Un\ud800 texto".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
        )
    )
    assert 'href="#title"' in page
    assert Draft.objects.get().data["title"] == "Tres años"
    assert not Contribution.objects.exists()


def test_a_text_pasted_from_a_word_processor_survives():
    pasted = "“Ferias” — tres años…\x0bSegunda línea\r\n\r\n•\tUn punto\u00a0con espacio duro\u00ad"
    client, _person = signed_in()
    post(client, a_call(closes_at=None), "submit", status=302, text=pasted)
    kept = "“Ferias” — tres años…\nSegunda línea\n\n•\tUn punto\u00a0con espacio duro\u00ad"
    assert Contribution.objects.get().text == kept


def test_the_deadline_is_also_told_in_the_readers_own_zone():
    """Scenario 7, without JavaScript."""
    call = a_call(
        opens_at=timezone.now() - timedelta(days=1),
        closes_at=datetime(2027, 3, 28, 3, 59, tzinfo=UTC),
        time_zone="America/La_Paz",
    )
    client, _person = signed_in(time_zone="Europe/Paris")
    for address in (form_address(call), f"/es/calls/{call.slug}/"):
        page = shown(client.get(address))
        assert "27 de marzo de 2027 a las 23:59" in page
        assert "America/La_Paz (UTC−4)" in page
        # Summer time has begun in Paris that very night.
        assert "28 de marzo de 2027, 05:59" in page
        assert "28 mar 2027, 03:59 UTC" in page


def test_the_last_place_on_earth_is_named():
    call = a_call(time_zone="Etc/GMT+12")
    page = shown(Client().get(f"/en/calls/{call.slug}/"))
    assert "time of anywhere on Earth (UTC−12)" in page


def test_nobody_publishes_by_posting_more_than_was_asked():
    client, person = signed_in()
    other = make.person()
    post(
        client,
        a_call(closes_at=None),
        "submit",
        status=302,
        state="published",
        author=str(other.pk),
        published_at="2026-01-01",
        version="9",
        illustrative="on",
    )
    record = Contribution.objects.get()
    assert (record.state, record.author, record.version, record.illustrative) == (
        "received",
        person,
        1,
        False,
    )


def test_the_rules_of_the_call_hold():
    call = a_call(closes_at=None, min_words=3, max_words=5, kinds=["proposal"], languages=["fr"])
    client, _person = signed_in()
    good = {"kind": "proposal", "language": "fr", "text": "Un deux trois."}
    for field, value in (
        ("kind", "analysis"),
        ("language", "es"),
        ("text", "Un deux."),
        ("text", "1 2 3 4 5 6"),
    ):
        post(client, call, "submit", status=400, **{**good, field: value})
    page = shown(post(client, call, "submit", page="en", status=400, **{**good, "text": "One two."}))
    assert "The text has 2 words; the minimum is 3." in page
    post(client, call, "submit", status=302, **good)


def test_the_calls_own_questions_are_asked_and_the_answers_kept():
    call = a_call(closes_at=None)
    needed = CallQuestion.objects.create(
        call=call, text="¿Dónde?", text_es="¿Dónde?", text_en="Where?", required=True
    )
    short = CallQuestion.objects.create(call=call, text="¿Cuándo?", text_es="¿Cuándo?", max_words=2)
    client, _person = signed_in()
    page = shown(post(client, call, "submit", status=400, **{f"answer-{short.pk}": "una dos tres"}))
    assert f'href="#answer-{needed.pk}"' in page
    assert f'href="#answer-{short.pk}"' in page
    post(
        client,
        call,
        "submit",
        status=302,
        **{f"answer-{needed.pk}": "En Quito.", f"answer-{short.pk}": "Ayer."},
    )
    record = Contribution.objects.get()
    assert record.answers == {str(needed.pk): "En Quito.", str(short.pk): "Ayer."}
    record.judge(Step.PUBLISH, by=make.moderator(call.group), version=1)
    public = shown(Client().get(f"/en/contributions/{record.reference}/"))
    assert "Where?" in public
    assert "En Quito." in public


def test_nobody_has_letters_sent_to_co_authors_without_an_end(monkeypatch):
    monkeypatch.setattr(mail, "MOST_ASKED", 3)
    call = a_call(closes_at=None)
    client, _person = signed_in()
    post(client, call, "submit", status=302, co_authors="A, a@example.org\nB, b@example.org")
    more = {"title": "Otra", "co_authors": "C, c@example.org\nD, d@example.org"}
    page = post(client, call, "submit", status=400, **more).content.decode()
    assert "3 cartas" in page
    assert "d@example.org" in page
    assert Contribution.objects.count() == 1
    post(client, call, "submit", status=302, title="Otra", co_authors="C, c@example.org")
    assert OutgoingMail.objects.filter(to__in=["c@example.org"]).count() == 1
    # Another author's letters are another's, and those of yesterday are over.
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    post(client, call, "submit", status=302, **{**more, "title": "Tercera"})


def test_what_it_speaks_of_and_who_signs_is_kept_and_shown():
    call = a_call(closes_at=None)
    region = make.region("m49-002", label="África")
    sector = make.term(make.directory.Sector, "fair_trade", label="Comercio justo")
    agreement = make.agreement(title="Acuerdo de Quito", slug="acuerdo-quito")
    client, _person = signed_in()
    post(
        client, call, "submit", status=302, regions="m49-002", sectors="fair_trade",
        agreements="https://hub.example.org/es/agreements/acuerdo-quito/", links="example.org/feria",
        co_authors="Amina Diallo, Amina@Example.org\nBob <bob@example.org>",
    )  # fmt: skip
    record = Contribution.objects.get()
    assert list(record.regions.all()) == [region]
    assert list(record.sectors.all()) == [sector]
    assert list(record.agreements.all()) == [agreement]
    assert record.links == ["https://example.org/feria"]
    assert {(p.name, p.email, p.state) for p in record.co_authors.all()} == {
        ("Amina Diallo", "amina@example.org", "asked"),
        ("Bob", "bob@example.org", "asked"),
    }
    assert OutgoingMail.objects.filter(to__in=["amina@example.org", "bob@example.org"]).count() == 2
    record.judge(Step.PUBLISH, by=make.moderator(call.group), version=1)
    address = f"/es/contributions/{record.reference}/"
    page = shown(Client().get(address))
    for words in ("Acuerdo de Quito", "Comercio justo", "África", "example.org/feria", "Lucía Andrango"):
        assert words in page
    assert "Amina" not in page
    amina = record.co_authors.get(name="Amina Diallo")
    asked = f"/es/account/contributions/co-author/{amina.token}/"
    assert "Tres años de ferias" in shown(Client().get(asked))
    Client().post(asked, {"answer": "confirm"})
    assert "Amina Diallo" in shown(Client().get(address))
    Client().post(asked, {"answer": "decline"})
    assert "Amina" not in shown(Client().get(address))
    assert "amina@example.org" not in page


def test_a_name_that_two_bodies_share_is_asked_about():
    for slug in ("una", "otra"):
        make.organisation(slug=slug, name=f"Casa {slug}", acronym="CASA")
    client, _person = signed_in()
    page = shown(post(client, a_call(closes_at=None), "submit", status=400, organisation="casa"))
    assert "Casa una" in page
    assert "Casa otra" in page
    post(client, make.call(slug="feria-2"), "submit", status=302, organisation="Casa una")


# One's own contributions.


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
