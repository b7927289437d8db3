"""A session that ends while somebody writes: one copy of the text, which is its owner's and nobody else's."""

import json
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from contributions.models import Attachment, Draft
from ripess_hub import rights
from tests import factories as make
from tests.stored import every_file, everything_stored
from tests.writing import WORDS, a_call, form_address, post, shown, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]


@pytest.fixture(autouse=True)
def _tables():
    call_command("createcachetable")


@pytest.fixture
def ended():
    """`(client, person, call, key)`: a draft that is saved, in a browser whose session then ended."""
    call = a_call(closes_at=None)
    client, person = signed_in()
    key = uuid4()
    post(client, call, "save", draft=str(key), status=302)
    client.logout()
    return client, person, call, key


def a_note(text=b"canary note"):
    return SimpleUploadedFile("canary.txt", text, "text/plain")


def go_on(ended, *texts, files=None):
    client, _person, call, key = ended
    for text in texts:
        post(client, call, "autosave", key=key, revision="1", text=text, status=200)
    if files:
        post(client, call, "save", key=key, revision="1", text=texts[-1], files=files, status=302)


def copies(ended):
    return Draft.objects.exclude(pk=ended[3])


def test_however_often_it_is_saved_there_is_one_copy_and_it_comes_back(ended):
    client, person, call, key = ended
    go_on(ended, "Uno.", "Dos.", "Tres.", files=a_note())
    copy = copies(ended).get()
    assert (copy.user, copy.rescued_for, copy.data["text"]) == (None, person, "Tres.")
    client.force_login(person)
    page = shown(client.get(f"{form_address(call)}{key}/"))
    assert "Tres." in page
    assert Draft.objects.get().attachments.get().original_name == "canary.txt"
    # The next session that ends has a copy of its own.
    client.logout()
    go_on(ended, "Cuatro.")
    assert copies(ended).get().data["text"] == "Cuatro."


@pytest.mark.parametrize(("language", "words"), [
    ("es", "Su sesión ha terminado"), ("fr", "Votre session est terminée"), ("en", "You are signed out")
])  # fmt: skip
def test_the_script_that_saves_learns_that_the_text_is_kept_and_where_to_sign_in(ended, language, words):
    client, person, call, key = ended
    told = post(client, call, "autosave", page=language, key=key, text="Uno.", status=200).json()
    assert words in told["kept"]
    here = f"{form_address(call, language)}{key}/"
    assert told["address"] == f"/{language}/account/login/?next={quote(here, safe='')}"
    assert "saved" not in told
    client.force_login(person)
    assert "Uno." in shown(client.get(here))


def test_another_browser_has_a_copy_of_its_own(ended):
    _client, person, call, key = ended
    go_on(ended, "Uno.")
    post(Client(), call, "autosave", key=key, revision="1", text="De otro navegador.", status=200)
    assert {copy.data["text"] for copy in copies(ended)} == {"Uno.", "De otro navegador."}
    assert {copy.rescued_for for copy in copies(ended)} == {person}


def test_somebody_else_in_that_browser_goes_on_in_one_draft_of_their_own(ended):
    client, _person, call, key = ended
    go_on(ended, "De la primera.")
    other = make.person()
    client.force_login(other)
    for text in ("Mío.", "Mío, y más."):
        told = post(client, call, "autosave", key=key, revision="1", text=text, status=200).json()
    own = Draft.objects.get(user=other)
    assert (own.data["text"], own.rescued_for) == ("Mío, y más.", None)
    assert told["address"] == f"{form_address(call)}{own.pk}/"
    # What the first one wrote is not shown to them, by no address.
    copy = copies(ended).get(user=None)
    for address in (form_address(call), f"{form_address(call)}{copy.pk}/", "/es/account/contributions/"):
        assert "De la primera." not in shown(client.get(address))
    assert client.get(f"{form_address(call)}{copy.pk}/").status_code == 404


def test_nobody_finds_a_copy_by_its_key_nor_its_file(ended):
    client, person, call, _key = ended
    go_on(ended, "Uno.", files=a_note())
    copy, file = copies(ended).get(), Attachment.objects.get()
    owner, stranger = Client(), signed_in()[0]
    owner.force_login(person)
    for browser in (client, stranger, Client()):
        assert browser.get(f"{form_address(call)}{copy.pk}/").status_code == 404
        post(browser, call, "save", key=copy.pk, text="Ajeno.")
        assert browser.get(file.get_absolute_url()).status_code == 404
    assert Draft.objects.get(pk=copy.pk).data["text"] == "Uno."
    # Its owner takes it away with their data; the address given there leads to the file.
    assert owner.get(file.get_absolute_url()).status_code == 200


def test_a_person_takes_the_copies_away_and_leaves_none_behind(ended, django_capture_on_commit_callbacks):
    _client, person, call, _key = ended
    go_on(ended, "Canary words.", files=a_note())
    post(Client(), call, "autosave", key=ended[3], revision="1", text="Canary elsewhere.", status=200)
    drafts = json.loads("".join(rights.export_for(person)))["contributions"]["drafts"]
    assert {draft["typed"]["text"] for draft in drafts} == {
        WORDS["text"], "Canary words.", "Canary elsewhere.",
    }  # fmt: skip
    assert [draft["after_the_session"] for draft in drafts] == [False, True, True]
    bystander = make.draft()
    with django_capture_on_commit_callbacks(execute=True):
        assert rights.erase(person)
    assert list(Draft.objects.all()) == [bystander]
    assert "canary" not in everything_stored().lower()
    assert "canary" not in every_file().lower()


def test_what_was_written_elsewhere_meanwhile_is_put_by_and_not_lost(ended):
    client, person, call, key = ended
    go_on(ended, "Al terminar la sesión.")
    elsewhere = Client()
    elsewhere.force_login(person)
    post(elsewhere, call, "save", key=key, revision="1", text="Desde el teléfono.", status=302)
    client.force_login(person)
    page = shown(client.get(f"{form_address(call)}{key}/"))
    assert "Al terminar la sesión." in page
    assert "restore:0" in page
    assert "Desde el teléfono." in [kept["data"]["text"] for kept in Draft.objects.get().earlier]


def test_a_flood_of_copies_ends_and_shows_the_text_back(ended, settings):
    settings.ACCOUNT_RATE_LIMITS = {"begin_draft": "2/h/ip"}
    cache.clear()
    _client, _person, call, key = ended
    for _n in range(2):
        post(Client(), call, "save", key=key, status=302)
    refused = post(Client(), call, "save", key=key, text="El tercero.", status=429)
    assert "El tercero." in shown(refused)
    assert copies(ended).count() == 2
    cache.clear()
