"""Office documents: OOXML (docx, xlsx, pptx) and OpenDocument (odt, ods, odp).

What a document may not have: macros and scripts, ActiveX, embedded objects and foreign files, connections
that are followed when it is opened (remote templates, frames, DDE), declarations in XML. What it may:
links, pictures, charts with their workbook, linked workbooks (spreadsheets ask before they follow them).
Not seen: fields of Word that fetch or start something (Word asks), formulas that call web services.
"""

import io
import re
from urllib.parse import unquote

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, XMLParser

from directory.inspection.archives import CHUNK, Archive, Budget
from directory.inspection.refusals import (
    ACTIVE,
    DAMAGED,
    DECLARATIONS,
    EMBEDDED,
    OTHER_KIND,
    PROTECTED,
    REMOTE,
    TOO_COMPLEX,
    Refused,
)

MOST_NESTED_BYTES = 32 << 20
# A single start tag or remark; it is held in memory until it ends.
MOST_TOKEN_BYTES = 2 << 20

OOXML = "application/vnd.openxmlformats-officedocument."
MAIN_TYPES = {
    f"{OOXML}wordprocessingml.document.main+xml": "docx",
    f"{OOXML}wordprocessingml.template.main+xml": "dotx",
    f"{OOXML}spreadsheetml.sheet.main+xml": "xlsx",
    f"{OOXML}spreadsheetml.template.main+xml": "xltx",
    f"{OOXML}presentationml.presentation.main+xml": "pptx",
    f"{OOXML}presentationml.slideshow.main+xml": "ppsx",
    f"{OOXML}presentationml.template.main+xml": "potx",
}
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
MIMETYPES = {
    f"{OPEN_DOCUMENT}text": "odt",
    f"{OPEN_DOCUMENT}text-template": "ott",
    f"{OPEN_DOCUMENT}text-master": "odm",
    f"{OPEN_DOCUMENT}spreadsheet": "ods",
    f"{OPEN_DOCUMENT}spreadsheet-template": "ots",
    f"{OPEN_DOCUMENT}presentation": "odp",
    f"{OPEN_DOCUMENT}presentation-template": "otp",
    f"{OPEN_DOCUMENT}graphics": "odg",
    f"{OPEN_DOCUMENT}database": "odb",
    "application/epub+zip": "epub",
}

MACRO_NAME = re.compile(
    r"vbaproject|vbadata|(?:^|/)(?:activex|macrosheets|dialogsheets)/|attachedtoolbars"
    r"|(?:^|/)(?:basic|scripts|dialogs)/[^/]",
    re.I,
)
NESTED_NAME = re.compile(r"(?:word|xl|ppt)/embeddings/[^/]+\.(docx|xlsx|pptx)", re.I)
FOREIGN_NAME = re.compile(
    r"\.(?:exe|dll|scr|bat|cmd|ps1|vb[se]?|jse?|ws[fh]|hta|jar|msi|lnk|html?|mht|rtf|chm|reg|sh|py)$", re.I
)
# Archives, compound files (OLE), programs, scripts, shortcuts, RTF, help files.
FOREIGN_START = re.compile(
    rb"PK\x03\x04|Rar!|7z\xbc\xaf\x27\x1c|\x1f\x8b\x08|BZh[1-9]|\xfd7zXZ|MSCF|ITSF|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    rb"|MZ|\x7fELF|\xca\xfe\xba\xbe|[\xce\xcf]\xfa\xed\xfe|#!|L\0\0\0\x01\x14\x02\0|{\\rtf"
)
XML_NAME = re.compile(r"\.(?:xml|rels|vml|rdf|svg)$", re.I)
XML_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*<[?!A-Za-z]|\xff\xfe<\0|\xfe\xff\0<|<\0|\0<")


def inspect(file, extension):
    """Refuse what is no sound document of this kind."""
    inspect_package(file, extension, Budget())


def inspect_package(file, extension, budget, nested=False):
    archive = Archive(file, budget)
    if any(MACRO_NAME.search(entry.orig_filename) for entry in archive.entries):
        raise Refused(ACTIVE)
    names = names_of(archive)
    ooxml = "[content_types].xml" in names
    kind = ooxml_kind(archive, names, budget) if ooxml else open_document_kind(archive)
    if kind != extension:
        raise Refused(OTHER_KIND, kind=kind.upper())
    sieve = Relationships(budget) if ooxml else OpenDocumentElements(budget)
    if not ooxml:
        # First, as it says whether the other parts are encrypted.
        sieve.read(archive, names.get("meta-inf/manifest.xml"))
        if "content.xml" not in names:
            raise Refused(DAMAGED)
    for entry in archive.entries:
        name = entry.orig_filename.casefold()
        if FOREIGN_NAME.search(name):
            raise Refused(EMBEDDED)
        head, rest = archive.opened(entry)
        if ooxml and not nested and (found := NESTED_NAME.fullmatch(name)):
            # The workbook of a chart and the like: a document in the document, checked by the same rules.
            inside = archive.read(entry, MOST_NESTED_BYTES)
            inspect_package(io.BytesIO(inside), found[1], budget, nested=True)
        elif FOREIGN_START.match(head):
            raise Refused(EMBEDDED)
        elif head and (XML_NAME.search(name) or XML_START.match(head)):
            read_prolog(head)
            if name.endswith(".rels" if ooxml else (".xml", ".rdf")):
                sieve.read(archive, entry)
        for _piece in rest:
            pass


def names_of(archive):
    return {entry.orig_filename.casefold(): entry for entry in archive.entries}


# --- Kinds --------------------------------------------------------------------------------------


def kind_of_package(file):
    """What the archive is, as an extension, for the sentence that refuses it."""
    budget = Budget()
    archive = Archive(file, budget)
    names = names_of(archive)
    if "[content_types].xml" in names:
        return ooxml_kind(archive, names, budget)
    return open_document_kind(archive)


def ooxml_kind(archive, names, budget):
    """The kind that the content type of the main part says; macro-enabled kinds are refused."""
    types, relations = ContentTypes(budget), Relationships(budget)
    types.read(archive, names.get("[content_types].xml"))
    relations.read(archive, names.get("_rels/.rels"))
    if any(re.search("macro|vba|activex", kind) for kind in types.all()):
        raise Refused(ACTIVE)
    mains = [target.lstrip("/").casefold() for kind, target in relations.inside if kind == "officedocument"]
    if len(mains) != 1 or mains[0] not in names:
        raise Refused(DAMAGED)
    return MAIN_TYPES.get(types.of(mains[0]), "zip")


def open_document_kind(archive):
    """The kind that the first entry says by its fixed name and content."""
    first = min(archive.entries, key=lambda entry: entry.header_offset)
    if first.orig_filename != "mimetype" or first.file_size > 200:
        return "zip"
    return MIMETYPES.get(archive.read(first, 200).decode("ascii", "replace").strip(), "zip")


# --- XML ----------------------------------------------------------------------------------------


class RootReached(Exception):
    pass


class Root:
    def start(self, tag, attributes):
        raise RootReached


class Parser(XMLParser):
    """Declarations are refused, but for the two bare document types that old programs write."""

    KNOWN = ("-//OpenOffice.org//DTD ", "-//W3C//DTD SVG ")

    def __init__(self, target):
        super().__init__(target=target, forbid_dtd=True)

    def defused_start_doctype_decl(self, name, sysid, pubid, has_internal_subset):
        if has_internal_subset or not (pubid or "").startswith(self.KNOWN):
            super().defused_start_doctype_decl(name, sysid, pubid, has_internal_subset)


def fed(parser, data):
    try:
        parser.feed(data)
    except DefusedXmlException:
        raise Refused(DECLARATIONS) from None
    except (ParseError, ValueError, LookupError):
        raise Refused(DAMAGED) from None


def read_prolog(head):
    """Read up to the root element: only before it can a document type or an entity be declared."""
    try:
        fed(Parser(Root()), head)
    except RootReached:
        return
    raise Refused(DAMAGED)


class Sieve:
    """Reads whole XML parts, within the budget, and looks at each element as it passes."""

    def __init__(self, budget):
        self.budget = budget

    def read(self, archive, entry):
        if entry is None:
            raise Refused(DAMAGED)
        self.budget.spend(xml=entry.file_size)
        parser, given = Parser(self), 0
        for piece in joined(archive.chunks(entry)):
            fed(parser, piece)
            given += len(piece)
            if given - parser.parser.CurrentByteIndex > MOST_TOKEN_BYTES:
                raise Refused(TOO_COMPLEX)
        try:
            parser.close()
        except ParseError:
            raise Refused(DAMAGED) from None

    def start(self, tag, attributes):
        self.budget.elements -= 1
        if self.budget.elements < 0:
            raise Refused(TOO_COMPLEX)
        self.see(tag, attributes)


def joined(chunks):
    """Large pieces: expat reads an unfinished token anew with each piece."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        if len(held) >= 16 * CHUNK:
            yield bytes(held)
            held.clear()
    yield bytes(held)


class ContentTypes(Sieve):
    """`[Content_Types].xml`: types by extension and by part."""

    def __init__(self, budget):
        super().__init__(budget)
        self.defaults, self.parts = {}, {}

    def see(self, tag, attributes):
        kind = attributes.get("ContentType", "").casefold()
        if tag.endswith("}Default"):
            self.defaults[attributes.get("Extension", "").casefold()] = kind
        elif tag.endswith("}Override"):
            self.parts[attributes.get("PartName", "").lstrip("/").casefold()] = kind

    def all(self):
        return [*self.defaults.values(), *self.parts.values()]

    def of(self, part):
        return self.parts.get(part) or self.defaults.get(part.rpartition(".")[2], "")


ACTIVE_RELATIONS = {
    "vbaproject",
    "wordvbadata",
    "xlmacrosheet",
    "xlintlmacrosheet",
    "control",
    "activexcontrolbinary",
}
EMBEDDING_RELATIONS = {"oleobject", "afchunk"}
LINKS = {"hyperlink", "externallinkpath", "xlpathmissing", "xlexternallinkpath"}
MEDIA = {"image", "video", "audio", "media"}


class Relationships(Sieve):
    """The parts called `.rels`: what belongs to the document and what it points to outside."""

    def __init__(self, budget):
        super().__init__(budget)
        self.inside = []

    def see(self, tag, attributes):
        if not tag.endswith("}Relationship"):
            return
        kind = attributes.get("Type", "").rstrip("/").rpartition("/")[2].casefold()
        target = attributes.get("Target", "")
        if kind in ACTIVE_RELATIONS:
            raise Refused(ACTIVE)
        outside = attributes.get("TargetMode", "").casefold() == "external"
        if outside and kind not in LINKS:
            there = is_remote(target)
            web = target.casefold().startswith(("http://", "https://"))
            if not (kind in MEDIA and (web or not there)) and not (kind == "attachedtemplate" and not there):
                raise Refused(REMOTE)
        elif kind in EMBEDDING_RELATIONS:
            raise Refused(EMBEDDED)
        elif not outside:
            self.inside.append((kind, target))


def is_remote(target):
    """Whether an address leads to another machine; a path on the reader's own disk does not."""
    address = unquote(target).replace("\\", "/").strip().casefold()
    address = re.sub(r"^file:(?://localhost(?=/))?", "", address)
    if re.match(r"(?:///)?[a-z]:/", address):
        return False
    return address.startswith("//") or bool(re.match(r"[a-z][a-z0-9+.-]+:", address))


def name_of(prefix, local):
    return f"{{urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0}}{local}"


HREF = "{http://www.w3.org/1999/xlink}href"
FORMULA = name_of("table", "formula")


class OpenDocumentElements(Sieve):
    """The elements of OpenDocument that run, embed or fetch something."""

    REFUSED = {
        name_of("office", "script"): ACTIVE,
        name_of("text", "script"): ACTIVE,
        name_of("script", "event-listener"): ACTIVE,
        name_of("drawing", "applet"): ACTIVE,
        name_of("drawing", "object-ole"): EMBEDDED,
        name_of("drawing", "floating-frame"): REMOTE,
        name_of("office", "dde-source"): REMOTE,
        name_of("text", "dde-connection-decl"): REMOTE,
        name_of("table", "dde-link"): REMOTE,
        name_of("manifest", "encryption-data"): PROTECTED,
    }
    INSIDE = {name_of("drawing", "object"), name_of("text", "section-source"), name_of("draw", "plugin")}
    IMAGE = name_of("drawing", "image")
    LISTENER = name_of("presentation", "event-listener")
    ACTION = name_of("presentation", "action")
    PLUGIN = name_of("drawing", "plugin")
    MIME = name_of("drawing", "mime-type")

    def see(self, tag, attributes):
        if tag in self.REFUSED:
            raise Refused(self.REFUSED[tag])
        if FORMULA in attributes and re.search(r"\bDDE\s*\(", attributes[FORMULA], re.I):
            raise Refused(REMOTE)
        if tag == self.LISTENER and attributes.get(self.ACTION) in ("execute", "verb"):
            raise Refused(ACTIVE)
        if tag == self.PLUGIN and attributes.get(self.MIME) != "application/vnd.sun.star.media":
            raise Refused(EMBEDDED)
        href = attributes.get(HREF, "")
        if tag in self.INSIDE and is_remote(href):
            raise Refused(REMOTE)
        if tag == self.IMAGE and is_remote(href) and not href.casefold().startswith(("http://", "https://")):
            raise Refused(REMOTE)
