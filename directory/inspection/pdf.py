"""PDF: a whole document from its first byte to its last, without a password, scripts, commands or other files.

Names of the language are looked for in the plain bytes, with their `#xx` escapes undone, and in the
compressed streams that begin as object streams do, unpacked within bounds. An object stream packed in any
other way than plain Deflate (no program writes them) is refused, as it cannot be looked into.
Not seen: an object stream whose dictionary is disguised and packed in another way; what fonts and pictures
hold; forms that send what a reader types to an address.
"""

import re
import zipfile
import zlib

from directory.inspection.refusals import (
    ACTIVE,
    ADDED,
    DAMAGED,
    EMBEDDED,
    PROTECTED,
    TOO_COMPLEX,
    Refused,
)

WINDOW = 1 << 20
OVERLAP = 1 << 14
TAIL = 4096
MOST_STREAMS = 50_000
MOST_UNPACKED = 192 << 20

# A name begins after white space, a delimiter, `/S` or `obj`; within an address (…/JavaScript) it does not.
NAME = rb"/(?:(?<=[\s\0()<>\[\]{}/%]/)|(?<=/S/)|(?<=obj/)|(?<=\A/))"
AFTER = rb"(?=[\s\0()<>\[\]{}/%]|\Z)"
SPACE = rb"(?:[\s\0]|%[^\r\n]{0,300}[\r\n])"
VALUE = rb"(?=" + SPACE + rb"*(?:<<|\[|\d+" + SPACE + rb"+\d+" + SPACE + rb"+R))"
REASONS = {"active": ACTIVE, "embedded": EMBEDDED, "protected": PROTECTED}
NAMES = re.compile(
    NAME + rb"(?:"
    rb"(?P<active>(?:JavaScript|Launch|RichMedia|ImportData)" + AFTER + rb"|XFA" + VALUE + rb")|"
    rb"(?P<embedded>(?:EmbeddedFiles?|FileAttachment|GoToE)" + AFTER + rb"|EF" + VALUE + rb")|"
    rb"(?P<protected>Encrypt" + VALUE + rb"))"
)
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
STREAM = re.compile(rb"(?<!end)stream")
LINE_END = re.compile(rb"[ \t]*\r?\n?")
OBJECT_STREAM = re.compile(rb"/(?:ObjStm|First)" + AFTER)
DEFLATE = re.compile(rb"/Filter[\s\0]*(?:\[[\s\0]*)?/(?:FlateDecode|Fl)(?=[\s\0]*(?:\]|/(?!\w*Decode)|>>))")
# An object stream begins with the numbers of its objects, perhaps after white space and remarks.
OBJECTS = re.compile(rb"[\s\0]*(?:%[^\r\n]{0,200}[\r\n][\s\0]*){0,20}[+-]?\d+[\s\0]+[+-]?\d")


def inspect(file, extension):
    """Refuse what is no sound PDF."""
    check_ends(file)
    budget = Budget()
    for place, window, seen in windows(file):
        check_names(window)
        for found in STREAM.finditer(window):
            # What ends in the overlap was looked at with the window before.
            if found.end() > seen:
                check_stream(file, place + found.end(), before(window, found.start()), budget)


def check_ends(file):
    """The first bytes say PDF, the last say that it ends, and nothing reads it as an archive."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - TAIL))
    tail = file.read(TAIL)
    before, mark, after = tail.rpartition(b"%%EOF")
    if not mark or b"startxref" not in before:
        raise Refused(DAMAGED)
    if after.strip(b"\r\n\t \0\x1a") or zipfile.is_zipfile(file):
        raise Refused(ADDED)


def windows(file):
    """Yield `(place, bytes, how many of them the window before had)`, each overlapping the next."""
    place, kept = 0, b""
    while True:
        file.seek(place)
        fresh = file.read(WINDOW)
        if not fresh:
            return
        yield place - len(kept), kept + fresh, len(kept)
        place += len(fresh)
        kept = (kept + fresh)[-OVERLAP:]


def before(window, place):
    """What stands before a stream, from the last `obj` on: its dictionary."""
    text = window[max(0, place - OVERLAP) : place]
    return text[max(0, text.rfind(b"obj")) :]


def plain(text):
    """Names as they are meant: `/J#61vaScript` is `/JavaScript`."""
    return ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), text) if b"#" in text else text


def check_names(text):
    if found := NAMES.search(plain(text)):
        raise Refused(REASONS[found.lastgroup])


class Budget:
    def __init__(self):
        self.streams, self.bytes = MOST_STREAMS, MOST_UNPACKED

    def spend(self, *, streams=0, bytes=0):
        self.streams -= streams
        self.bytes -= bytes
        if self.streams < 0 or self.bytes < 0:
            raise Refused(TOO_COMPLEX)


def check_stream(file, place, dictionary, budget):
    """Look into a stream that says it holds objects, or that begins as those do."""
    budget.spend(streams=1)
    dictionary = plain(dictionary)
    declared = bool(OBJECT_STREAM.search(dictionary))
    if (
        declared
        and b"/Filter" in dictionary
        and (not DEFLATE.search(dictionary) or b"/Predictor" in dictionary)
    ):
        raise Refused(TOO_COMPLEX)
    file.seek(place)
    data = file.read(OVERLAP)
    data = data[LINE_END.match(data).end() :]
    inflate = zlib.decompressobj()
    try:
        piece = inflate.decompress(data, TAIL)
        if not declared and not OBJECTS.match(piece):
            return
        kept = b""
        while True:
            budget.spend(bytes=len(piece))
            check_names(kept + piece)
            kept = piece[-256:]
            if inflate.eof:
                return
            data = inflate.unconsumed_tail or file.read(WINDOW)
            piece = inflate.decompress(data, WINDOW)
            if not piece and not data:
                return
    except zlib.error:
        if declared and b"/Filter" in dictionary:
            raise Refused(DAMAGED) from None
