"""PDF that people send: sound ones are taken; what runs, holds, hides or explodes is refused."""

import os
import zlib

import pytest

from tests import samples
from tests.samples import refusal, refusal_and_memory, taken


def test_pdf_with_links_forms_and_compressed_objects_is_taken():
    link = b"<< /S /URI /URI (https://developer.mozilla.org/docs/Web/JavaScript) >>"
    objects = samples.object_stream(9, b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (nombre) >>")
    content = samples.pdf(link, objects, catalog=b"/OpenAction [3 0 R /Fit] /AcroForm << /Fields [9 0 R] >>")
    assert taken(content, "a.pdf").content is None


DANGERS = {
    "scripts": [
        b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>",
        b"<</S/JavaScript/JS 9 0 R>>",
        b"<< /S /J#61va#53cript /JS (x) >>",
        b"/JavaScript",
        b"<< /S % remark\n/JavaScript /JS (x) >>",
        b"<< /S /Launch /F (cmd.exe) >>",
        b"<< /Subtype /RichMedia >>",
        b"<< /XFA [(template) 9 0 R] >>",
    ],
    "embedded": [
        b"<< /Type /EmbeddedFile >>",
        b"<< /Type /Filespec /EF << /F 9 0 R >> >>",
        b"<< /EmbeddedFiles 9 0 R >>",
        b"<< /Subtype /FileAttachment >>",
        b"<< /S /GoToE >>",
    ],
}


@pytest.mark.parametrize(
    ("word", "body"), [(word, body) for word, bodies in DANGERS.items() for body in bodies]
)
@pytest.mark.parametrize("how", ["plain", "compressed", "disguised", "far"])
def test_pdf_that_runs_or_holds_something_is_refused(word, body, how):
    if how == "plain":
        content = samples.pdf(body)
    elif how == "compressed":
        content = samples.pdf(samples.object_stream(9, body))
    elif how == "disguised":
        # Nothing but its content tells that it holds objects.
        content = samples.pdf(samples.stream(b" % a remark\n9 0 " + body))
    else:
        content = samples.pdf(samples.stream(os.urandom(1_040_000)), body, samples.stream(os.urandom(20_000)))
    assert word in refusal(content, "a.pdf")


def test_pdf_names_across_the_pieces_that_are_read_are_seen():
    body = b"<< /S /JavaScript /JS (x) >>"
    start = len(samples.pdf(b"% ")) - 200
    for shift in range(0, 40, 3):
        padding = b"% " + b"x" * ((1 << 20) - start - shift) + b"\n"
        assert taken(samples.pdf(padding + b"<< /S /URI >>"), "a.pdf")
        assert "scripts" in refusal(samples.pdf(padding + body), "a.pdf")


@pytest.mark.parametrize(
    "trailer",
    [
        b"/Encrypt 9 0 R",
        b"/Encrypt << /Filter /Standard >>",
        b"/#45ncrypt 9 0 R",
        b"/Encrypt % a remark\n9 %\r0 R",
    ],
)
def test_an_encrypted_pdf_is_refused(trailer):
    assert taken(samples.pdf(trailer=b"/EncryptMetadata false"), "a.pdf")
    assert "encrypted" in refusal(samples.pdf(trailer=trailer), "a.pdf")


@pytest.mark.parametrize(
    "dictionary", [b"/DecodeParms << /Predictor 12 >>", b"", b"[/ASCII85Decode /FlateDecode]"]
)
def test_objects_packed_so_that_nobody_can_look_are_refused(dictionary):
    body = samples.object_stream(9, b"<< /A 1 >>")
    assert taken(samples.pdf(body), "a.pdf")
    if b"85" in dictionary:
        body = body.replace(b"/FlateDecode", dictionary)
    elif dictionary:
        body = body.replace(b"/Type /ObjStm", b"/Type /ObjStm " + dictionary)
    else:
        body = body.replace(b"/FlateDecode", b"/LZWDecode")
    assert "too unusual inside" in refusal(samples.pdf(body), "a.pdf")


def test_a_pdf_must_begin_and_end_as_one():
    content = samples.pdf()
    assert taken(content + b"\r\n\0\n", "a.pdf")
    assert "before its beginning" in refusal(b"GIF89a\0\0" + content, "a.pdf")
    assert "after its end" in refusal(content + b"MZ\x90\0", "a.pdf")
    assert "after its end" in refusal(content + samples.package([("x", "y")]), "a.pdf")
    archive = samples.package([("x", "y")])[:-2] + b"\x30\0"
    assert "after its end" in refusal(content + archive + b"\nstartxref\n0\n%%EOF\n".ljust(48), "a.pdf")
    assert "damaged" in refusal(content[:-30], "a.pdf")


def test_a_pdf_bomb_is_refused_within_bounds():
    bomb = zlib.compress(b"9 0 " + b" " * 210_000_000, 1)
    body = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >>\nstream\n" + bomb + b"\nendstream"
    sentence, peak = refusal_and_memory(samples.pdf(body), "a.pdf")
    assert "too large" in sentence
    assert peak < 20_000_000


def test_a_pdf_of_nothing_but_streams_is_refused_within_bounds():
    content = samples.pdf(b"stream\n" * 100)
    assert taken(content, "a.pdf")
    assert "too large" in refusal(samples.pdf(b"stream\nx\x9c" * 50_001), "a.pdf")
