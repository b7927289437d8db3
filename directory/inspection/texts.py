"""Plain text, CSV and Markdown: readable characters, no active HTML; handed on as UTF-8.

The encoding is UTF-8, UTF-16 with its mark (what spreadsheets call “Unicode text”) or, for the exports of
old spreadsheets, Windows-1252. The latter takes nearly any bytes, so a text where accented letters are the
rule (Cyrillic, Greek or Arabic in an old encoding) is refused rather than turned into nonsense.
"""

import codecs
import re

from directory.inspection.refusals import CHARACTERS, CONTROLS, MARKUP, Refused

CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
ACTIVE = re.compile(
    r"<(?:script|iframe|frameset|object|embed|applet|html|body|svg|meta|base|form)(?=[\s/>])"
    r"|<\?php|<!doctype\s+html|<[a-z][^<>]{0,300}?\son[a-z]{3,20}\s{0,9}=",
    re.I,
)
# Of every ten letters of Spanish, French or Portuguese, fewer than two carry an accent.
HIGH = bytes(range(0x80, 0x100))
MOST_HIGH = 0.3


def inspect(file, extension):
    """Return the text as UTF-8 when it came in another encoding, else None."""
    data = file.read()
    text, encoding = decoded(data)
    if CONTROL.search(text):
        raise Refused(CONTROLS)
    if ACTIVE.search(text):
        raise Refused(MARKUP)
    if encoding == "utf-8":
        return None
    # Spreadsheets take a CSV for UTF-8 only when the mark says so.
    return text.encode("utf-8-sig" if extension == "csv" else "utf-8")


def decoded(data):
    """`(text, encoding)`, by the mark at the start, else UTF-8, else Windows-1252."""
    encoding = "utf-8"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError:
        if encoding == "utf-16":
            raise Refused(CHARACTERS) from None
    try:
        text = data.decode("windows-1252")
    except UnicodeDecodeError:
        raise Refused(CHARACTERS) from None
    high = len(data) - len(data.translate(None, HIGH))
    if high > MOST_HIGH * sum(map(str.isalpha, text)):
        raise Refused(CHARACTERS)
    return text, "windows-1252"
