"""What people send is inspected before it is kept: kinds, names, texts, and uploads by staff."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.urls import reverse

from directory.inspection import ALLOWED, Refused, accept_attribute, clean_name, inspect, kinds_in_words
from directory.models import AgreementDocument
from tests import factories as make
from tests import samples
from tests.samples import CANARY, refusal, taken, with_secrets
from workinggroup.models import DocumentFile

# --- Kinds --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", samples.accepted())
def test_a_sound_file_of_every_accepted_kind_is_taken_as_it_is(name):
    content = samples.accepted()[name]
    file = io.BytesIO(content)
    found = inspect(file, name, most_bytes=len(content))
    extension = name.rpartition(".")[2]
    assert (found.extension, found.content_type, found.name) == (extension, ALLOWED[extension], name)
    assert found.content is None
    assert file.tell() == 0


def test_there_is_a_sound_sample_of_every_accepted_kind():
    assert {name.rpartition(".")[2] for name in samples.accepted()} == set(ALLOWED)


@pytest.mark.parametrize("claimed", ALLOWED)
def test_content_under_the_name_of_another_kind_is_refused_with_what_it_is(claimed):
    pictures, texts = {"jpg", "jpeg"}, {"txt", "csv", "md"}
    for name, content in samples.accepted().items():
        true = name.rpartition(".")[2]
        if claimed == true or {claimed, true} <= pictures or {claimed, true} <= texts:
            assert taken(content, f"x.{claimed}").content_type == ALLOWED[claimed]
            continue
        sentence = refusal(content, f"x.{claimed}")
        shown = "TXT" if true in texts else "JPG" if true in pictures else true.upper()
        assert f"“x.{claimed}” is not what its name says" in sentence
        assert f"of the kind {shown}. Accepted: PDF, ODT, DOCX" in sentence


OTHERS = {
    "EXE": b"MZ\x90\0\x03\0\0\0\x04" + b"\0" * 200,
    "HTML": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
    "SVG": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>',
    "RTF": rb"{\rtf1\ansi hola}",
    "ZIP": samples.package([("a.txt", "a")]),
    "EPUB": samples.package([("mimetype", "application/epub+zip")]),
    "ODG": samples.package([("mimetype", "application/vnd.oasis.opendocument.graphics")]),
    "HEIF": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "GIF": b"GIF89a\x01\0\x01\0\x80\0\0",
    "DOC, XLS, PPT": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "PHP": b"<?php system($_GET['x']); ?>",
    "SH": b"#!/bin/sh\nrm -rf /\n",
}


@pytest.mark.parametrize("claimed", ALLOWED)
def test_no_other_kind_gets_in_under_an_accepted_name(claimed):
    for kind, content in OTHERS.items():
        assert f"of the kind {kind}." in refusal(content, f"informe.{claimed}")


@pytest.mark.parametrize("name", ["virus.exe", "photo.jpg.exe", "macro.docm", "pagina.html", "sin", "a.svg"])
def test_other_extensions_are_refused_with_what_is_accepted(name):
    assert f"“{clean_name(name)}” is not of an accepted kind" in refusal(samples.pdf(), name)
    assert kinds_in_words() in refusal(samples.pdf(), name)


def test_an_empty_file_is_refused():
    assert refusal(b"", "nada.txt") == "“nada.txt” is empty."


def test_a_file_may_have_the_most_bytes_and_not_one_more():
    content = b"a" * 10_000
    assert taken(content, "a.txt", 10_000)
    assert refusal(content + b"a", "a.txt", 10_000) == "“a.txt” is larger than 10 KB."


class Counting(io.BytesIO):
    """Counts what is read of it."""

    given = 0

    def read(self, size=-1):
        data = super().read(size)
        self.given += len(data)
        return data


def test_a_file_that_is_too_large_is_not_read():
    file = Counting(b"a" * 1_000_000)
    with pytest.raises(Refused):
        inspect(file, "a.txt", most_bytes=999_999)
    assert file.given == 0
    inspect(file, "a.txt", most_bytes=1_000_000)
    assert file.given >= 1_000_000


@pytest.mark.parametrize("made", ["memory", "disk"])
def test_uploads_in_memory_and_in_temporary_files_are_taken_alike(made):
    content = samples.ooxml()
    if made == "memory":
        file = SimpleUploadedFile("acta.docx", content, "text/plain")
    else:
        file = TemporaryUploadedFile("acta.docx", "text/plain", len(content), None)
        file.write(content)
    found = inspect(file, file.name, most_bytes=samples.MOST)
    assert found.content_type == ALLOWED["docx"]
    assert file.read() == content


def test_sentences_speak_the_readers_language_and_name_the_file():
    content = samples.pdf()
    assert refusal(content, "año.png", language="en").startswith("“año.png” is not what its name says")
    assert refusal(content, "año.png", language="es").startswith("«año.png» no es lo que dice su nombre")
    assert refusal(content, "año.png", language="fr").startswith(
        "«\xa0año.png\xa0» n'est pas ce que dit son nom"
    )


def test_a_file_input_and_its_help_say_what_is_accepted():
    assert accept_attribute().split(",") == [f".{extension}" for extension in ALLOWED]
    assert kinds_in_words() == "PDF, ODT, DOCX, ODS, XLSX, ODP, PPTX, TXT, CSV, MD, PNG, JPG, WEBP"


# --- Names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("Acta de la reunión.PDF", "Acta de la reunión.pdf"),
        ("تقرير التعاون.pdf", "تقرير التعاون.pdf"),
        ("協同組合.odt", "協同組合.odt"),
        ("می\u200cخواهم.txt", "می\u200cخواهم.txt"),
        ("cafe\u0301.txt", "café.txt"),
        ("informe.v2.final.docx", "informe.v2.final.docx"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\Awa\\rapport.odt", "rapport.odt"),
        ("/etc/..", "document"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("fac\u2066tu\u2069ra\u200f\u200b\ufeff.pdf", "factura.pdf"),
        ("a\0b\x07c.pdf", "abc.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie- x=1.pdf"),
        ("a\u2028b\u00a0 c.pdf", "a b c.pdf"),
        ('x<y>"z|?*.csv', "x-y--z---.csv"),
        ("a\u2044b\u2215c\uff0fd.md", "a-b-c-d.md"),
        (".htaccess", "document.htaccess"),
        ("...oculto.pdf. . ", "oculto.pdf"),
        (".....", "document"),
        ("", "document"),
        (" .pdf", "document.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("nul.tar.txt", "_nul.tar.txt"),
        ("lpt1", "_lpt1"),
        ("contrato.pdf", "contrato.pdf"),
        ("photo.exe.jpg", "photo_exe.jpg"),
        ("photo.html .svg.jpg", "photo_html _svg.jpg"),
        ("acta.shared.pdf", "acta.shared.pdf"),
        ("\ud800malo.txt", "malo.txt"),
    ],
)
def test_names_become_safe_and_stay_readable(given, clean):
    assert clean_name(given) == clean
    assert clean_name(clean) == clean


@pytest.mark.parametrize(
    "stem", ["a" * 400, "ñ" * 400, "協" * 400, "e\u0301\u0302" * 200, "x" + "\u0301" * 400, "👩🏾‍🌾" * 90]
)
def test_long_names_are_cut_and_keep_their_extension(stem):
    name = clean_name(f"{stem}.odt")
    assert name.endswith(".odt")
    assert 20 < len(name) <= 125
    assert len(name.encode()) <= 255
    assert clean_name(name) == name


@pytest.mark.parametrize(
    "name", ["foto.\u0440df", "foto.pd\uff46", "foto\uff0epdf", "foto\u2024pdf", "foto.p\u0501f"]
)
def test_letters_that_look_alike_make_no_accepted_extension(name):
    assert taken(samples.pdf(), "foto.pdf").extension == "pdf"
    assert "is not of an accepted kind" in refusal(samples.pdf(), name)


# --- Texts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "extension", "stored"),
    [
        ("utf-8", "txt", None),
        ("utf-8-sig", "csv", None),
        ("utf-16", "txt", "utf-8"),
        ("utf-16", "csv", "utf-8-sig"),
        ("windows-1252", "txt", "utf-8"),
        ("windows-1252", "csv", "utf-8-sig"),
        ("latin-1", "md", "utf-8"),
    ],
)
def test_texts_in_usual_encodings_are_taken_and_kept_as_utf_8(encoding, extension, stored):
    text = "organización;país;«coopération»\r\nRed;Perú;à côté\r\n"
    found = taken(text.encode(encoding), f"t.{extension}")
    assert found.content_type.endswith("; charset=utf-8")
    if stored is None:
        assert found.content is None
    else:
        assert found.content.read() == text.encode(stored)


@pytest.mark.parametrize("encoding", ["windows-1251", "iso-8859-7", "windows-1256", "utf-16-le", "utf-32"])
def test_texts_that_would_turn_into_nonsense_are_refused(encoding):
    text = {"windows-1251": "Сотрудничество организаций", "iso-8859-7": "Συνεργασία οργανώσεων"}.get(
        encoding, "التعاون بين المنظمات"
    )
    assert taken(text.encode(), "t.txt").content is None
    sentence = refusal(text.encode(encoding), "t.txt")
    assert "save it as UTF-8" in sentence or "control characters" in sentence


@pytest.mark.parametrize("hidden", ["\0", "\x1b[2J", "\x08", "\x7f", "\x9b"])
def test_control_characters_are_refused_in_texts(hidden):
    assert taken(b"one\ttwo\r\n\x0cthree", "t.txt")
    padding = "a" * 5000
    for text in (f"one{hidden}two", f"{padding}{hidden}"):
        assert "control characters" in refusal(text.encode(), "t.txt")


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        "<SCRIPT src=//evil>",
        "<iframe src=x>",
        "<img src=x onerror=alert(1)>",
        "<object data=x>",
        "<svg/onload=x>",
        "<?php x ?>",
        '<form action="https://evil">',
    ],
)
@pytest.mark.parametrize("extension", ["txt", "csv", "md"])
def test_active_html_is_refused_anywhere_in_a_text(markup, extension):
    harmless = "a < b, <awa@example.org>, <b>negrita</b>, use <table> or on=1\n"
    assert taken((harmless * 200).encode(), f"t.{extension}")
    assert "HTML with active parts" in refusal((harmless * 200 + markup).encode(), f"t.{extension}")


# --- The admin ----------------------------------------------------------------------------------


@pytest.fixture
def staff(client, settings):
    """Staff of the demonstration, where no second factor is asked for."""
    settings.DEMO = True
    client.force_login(make.person(is_staff=True, is_superuser=True))
    return client


def post_file(staff, document, name, content):
    values = {
        "slug": document.slug,
        "group": document.group_id,
        "kind": document.kind_id,
        "title_es": "Documento",
        "available": "on",
        "files-TOTAL_FORMS": "1",
        "files-INITIAL_FORMS": "0",
        "files-0-document": document.pk,
        "files-0-file": SimpleUploadedFile(name, content, "application/pdf"),
    }
    address = reverse("admin:workinggroup_document_change", args=[document.pk])
    return staff.post(address, values, headers={"accept-language": "en"})


@pytest.mark.django_db
def test_staff_uploads_are_inspected_with_the_sentence_beside_the_field(staff):
    document = make.document()
    page = post_file(staff, document, "acta.pdf", samples.picture("PNG"))
    assert page.status_code == 200
    assert "“acta.pdf” is not what its name says" in page.content.decode()
    assert page.context["inline_admin_formsets"][0].formset.errors[0].keys() == {"file"}
    assert not DocumentFile.objects.exists()
    assert post_file(staff, document, "acta.pdf", samples.pdf()).status_code == 302
    assert DocumentFile.objects.get().content_type == "application/pdf"


@pytest.mark.django_db
def test_pictures_that_staff_upload_are_stored_without_metadata_and_under_a_clean_name(staff):
    sent, name = with_secrets("JPEG", 6), "año \u202e" + "x" * 150 + ".JPG"
    assert post_file(staff, make.document(), name, sent).status_code == 302
    stored = DocumentFile.objects.get()
    assert stored.original_name == "año " + "x" * 116 + ".jpg"
    content = stored.file.read()
    assert CANARY.encode() not in content
    assert stored.size == len(content)
    assert stored.content_type == "image/jpeg"


@pytest.mark.django_db
def test_the_documents_of_an_agreement_are_inspected_too(staff):
    agreement = make.agreement()
    for content, sound in ((samples.pdf(b"<< /S /JavaScript >>"), False), (samples.pdf(), True)):
        document = AgreementDocument(
            agreement=agreement, title="Convenio", file=SimpleUploadedFile("convenio.pdf", content)
        )
        if sound:
            document.full_clean()
            document.save()
        else:
            with pytest.raises(ValidationError, match="convenio.pdf"):
                document.full_clean()
    assert agreement.documents.get().original_name == "convenio.pdf"
    page = staff.get(reverse("admin:directory_agreement_change", args=[agreement.pk])).content.decode()
    assert 'accept=".pdf,.odt' in page
