"""Well-formed files of every accepted kind, each with room for what a test adds to it."""

import io
import tracemalloc
import zipfile
import zlib

import pytest
from django.utils.translation import override
from openpyxl import Workbook
from PIL import Image, PngImagePlugin

from directory.inspection import Refused, inspect

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = {
    "docx": (
        "word/document.xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>Economía solidaria</w:t></w:r></w:p></w:body></w:document>",
    ),
    "pptx": (
        "ppt/presentation.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
        '<p:presentation xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main">'
        '<p:notesSz cx="6858000" cy="9144000"/></p:presentation>',
    ),
}
ODF = {
    "odt": ("text", "<office:text><text:p>Économie solidaire</text:p></office:text>"),
    "ods": (
        "spreadsheet",
        '<office:spreadsheet><table:table table:name="A"><table:table-row><table:table-cell>'
        "<text:p>1</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>",
    ),
    "odp": ("presentation", "<office:presentation/>"),
}


def package(entries):
    """A ZIP archive of `(name, content)`; `mimetype` is stored, the rest packed."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            how = zipfile.ZIP_STORED if name == "mimetype" else None
            archive.writestr(name, content, compress_type=how)
    return made.getvalue()


def relationships(*rows):
    """A part that relates: rows of `(type, target)`, or `(type, target, "External")`."""
    made = []
    for number, (kind, target, *mode) in enumerate(rows, start=1):
        mode = f' TargetMode="{mode[0]}"' if mode else ""
        kind = kind if kind.startswith("http") else f"{OFFICE}/{kind}"
        made.append(f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"{mode}/>')
    return f'{XML}<Relationships xmlns="{RELATIONS}">{"".join(made)}</Relationships>'


def ooxml_entries(kind="docx", *, relations=(), main_type=None, types=""):
    """The parts of a docx or pptx; `relations` are those of its main part."""
    part, content_type, body = MAIN[kind]
    folder, _slash, name = part.rpartition("/")
    return {
        "[Content_Types].xml": f'{XML}<Types xmlns="{TYPES}">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{types}'
        f'<Override PartName="/{part}" ContentType="{main_type or content_type}"/></Types>',
        "_rels/.rels": relationships(("officeDocument", part)),
        part: XML + body,
        f"{folder}/_rels/{name}.rels": relationships(*relations),
    }


def ooxml(kind="docx", *, more=None, **options):
    """A docx or pptx; `more` are further parts, or others in place of its own."""
    return package({**ooxml_entries(kind, **options), **(more or {})}.items())


def xlsx():
    """A spreadsheet as openpyxl writes it."""
    workbook = Workbook()
    workbook.active.append(["organización", "país", 2016])
    workbook.active["A2"].hyperlink = "https://example.org/"
    made = io.BytesIO()
    workbook.save(made)
    return made.getvalue()


def odf(kind="odt", *, body=None, more=None, manifest="", mimetype=None):
    """An OpenDocument file; `body` stands in place of its content."""
    name, content = ODF[kind]
    mimetype = mimetype or f"application/vnd.oasis.opendocument.{name}"
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = "".join(
        f' xmlns:{prefix}="{urn}:{full}:1.0"'
        for prefix, full in {
            "office": "office",
            "text": "text",
            "table": "table",
            "draw": "drawing",
            "script": "script",
            "presentation": "presentation",
        }.items()
    )
    entries = {
        "mimetype": mimetype,
        "content.xml": f'{XML}<office:document-content{spaces} xmlns:xlink="http://www.w3.org/1999/xlink">'
        f"<office:body>{content if body is None else body}</office:body></office:document-content>",
        "Configurations2/accelerator/current.xml": "",
        "META-INF/manifest.xml": f'{XML}<manifest:manifest xmlns:manifest="{urn}:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mimetype}"/>{manifest}'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>",
    }
    return package({**entries, **(more or {})}.items())


def pdf(*objects, catalog=b"", trailer=b""):
    """A page of text; `objects` are further bodies, numbered from 5 on."""
    text = b"BT /F1 12 Tf 72 720 Td (Economia solidaria) Tj ET"
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        stream(text),
        *objects,
    ]
    made, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<< /Size %d /Root 1 0 R " % (len(bodies) + 1) + trailer
    return made + b" >>\nstartxref\n%d\n%%%%EOF\n" % start


def stream(content, dictionary=b""):
    packed = zlib.compress(content)
    return (
        b"<< /Length %d /Filter /FlateDecode " % len(packed)
        + dictionary
        + b" >>\nstream\n"
        + packed
        + b"\nendstream"
    )


def object_stream(number, body, dictionary=b""):
    """An object kept in a compressed stream, as most programs write them."""
    index = b"%d 0 " % number
    return stream(index + body, b"/Type /ObjStm /N 1 /First %d " % len(index) + dictionary)


def picture(kind="PNG", *, size=(40, 20), mode="RGB", **options):
    """A picture that is red on its left and blue on its right half."""
    image = Image.new(mode, size, "blue" if mode != "L" else 20)
    image.paste("red" if mode != "L" else 200, (0, 0, size[0] // 2, size[1]))
    made = io.BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


CANARY = "Secreto-12.0464S-77.0428W"


def exif(orientation=1):
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010E] = data[0x013B] = CANARY
    data.get_ifd(0x8825)[29] = CANARY
    return data.tobytes()


def with_secrets(kind, orientation=1, **options):
    """A picture with place, owner, comment and a note in every way that its kind knows."""
    options |= {"exif": exif(orientation)}
    if kind == "PNG":
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Author", CANARY)
        notes.add_itxt("XML:com.adobe.xmp", CANARY)
        options["pnginfo"] = notes
    else:
        options["xmp"] = CANARY.encode()
    if kind == "JPEG":
        options["comment"] = CANARY
    return picture(kind, **options)


TEXT = "Las redes de la economía social y solidaria cooperan — à l'échelle mondiale.\r\n\tتعاون\n"


def accepted():
    """A sound file of every accepted kind: `{file name: content}`."""
    return {
        "documento.pdf": pdf(),
        "texto.odt": odf("odt"),
        "texto.docx": ooxml("docx"),
        "tabla.ods": odf("ods"),
        "tabla.xlsx": xlsx(),
        "charla.odp": odf("odp"),
        "charla.pptx": ooxml("pptx"),
        "notas.txt": TEXT.encode(),
        "datos.csv": "nombre;país\nRIPESS;Québec\n".encode(),
        "leeme.md": b"# Hola\n\n<b>1 < 2</b>, a <person@example.org>\n",
        "foto.png": picture("PNG"),
        "foto.jpg": picture("JPEG"),
        "foto.jpeg": picture("JPEG"),
        "foto.webp": picture("WEBP"),
    }


# --- Inspecting them ------------------------------------------------------------------------------

MOST = 5_000_000


def taken(content, name, most_bytes=MOST):
    return inspect(io.BytesIO(content), name, most_bytes=most_bytes)


def refusal(content, name, most_bytes=MOST, language="en"):
    with pytest.raises(Refused) as caught:
        taken(content, name, most_bytes)
    with override(language):
        return str(caught.value)


def refusal_and_memory(content, name, most_bytes=10**9):
    """`(sentence, bytes of memory that Python took at most)`, the content itself not counted."""
    file = io.BytesIO(content)
    tracemalloc.start()
    try:
        with override("en"), pytest.raises(Refused) as caught:
            inspect(file, name, most_bytes=most_bytes)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    with override("en"):
        return str(caught.value), peak
