"""The kinds of files that are accepted, and what other content is called when it is refused."""

import re

import puremagic

ALLOWED = {
    "pdf": "application/pdf",
    "odt": "application/vnd.oasis.opendocument.text",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
}

STARTS = {
    "pdf": b"%PDF-",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff",
    "zip": b"PK\x03\x04",
    "doc, xls, ppt": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "rtf": b"{\\rtf",
    "ps": b"%!PS",
    "sh": b"#!/",
}
MARKUP = re.compile(
    rb"\s*(?:<!--.{0,2000}?-->\s*)?<(\?xml|\?php|!doctype|html|head|body|svg|script)", re.S | re.I
)
BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def accept_attribute():
    """The value of `accept` on a file input."""
    return ",".join(f".{extension}" for extension in ALLOWED)


def kinds_in_words():
    """What may be sent, as a list for people: PDF, ODT, DOCX …"""
    return ", ".join(extension.upper() for extension in ALLOWED if extension != "jpeg")


def kind_of(head):
    """The kind that a file's first bytes tell, as its usual extension; "" when they tell none."""
    for kind, start in STARTS.items():
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    text = head.removeprefix(b"\xef\xbb\xbf")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = text.replace(b"\0", b"")[1:]
    if found := MARKUP.match(text):
        word = found[1].lower()
        if word in (b"?xml", b"!doctype"):
            return "html" if b"<html" in text.lower() else "svg" if b"<svg" in text.lower() else "xml"
        return {b"?php": "php", b"svg": "svg"}.get(word, "html")
    if not BINARY.search(text):
        return "txt" if text else ""
    if head.startswith(b"MZ"):
        return "exe"
    try:
        return puremagic.magic_string(head)[0].extension.strip(".")
    except (puremagic.PureError, ValueError):
        return ""
