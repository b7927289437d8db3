"""Files in the form of a contribution: what is refused is said in words, and the text is kept."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from contributions.models import Attachment, Contribution, Draft
from tests.writing import WORDS, a_call, post, shown, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]


@pytest.fixture(autouse=True)
def _tables():
    call_command("createcachetable")


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
