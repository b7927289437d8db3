"""Files that people send, inspected before they are kept: what they are, and that they do no harm.

    try:
        inspected = inspect(request.FILES["file"], request.FILES["file"].name, most_bytes=10_000_000)
    except Refused as refused:
        form.add_error("file", str(refused))

The type is told by the content and must be the one that the name says. Work and memory have bounds for
every input; nothing is unpacked to disk. `directory.models.FileRecord.clean` goes through here.
"""

import zipfile
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.utils.functional import lazy

from directory.inspection import images, office, pdf, texts
from directory.inspection.kinds import ALLOWED, STARTS, accept_attribute, kind_of, kinds_in_words
from directory.inspection.names import clean_name, split
from directory.inspection.refusals import (
    ADDED,
    CONTROLS,
    EMPTY,
    NOT_ACCEPTED,
    NOT_THIS_KIND,
    OTHER_KIND,
    PROTECTED,
    TOO_LARGE,
    Refused,
)

__all__ = ["ALLOWED", "Inspected", "Refused", "accept_attribute", "clean_name", "inspect", "kinds_in_words"]

TEXTS = {"txt", "csv", "md"}
IMAGES = {"png", "jpg", "jpeg", "webp"}
OFFICE = {"odt", "docx", "ods", "xlsx", "odp", "pptx"}
# What the first bytes tell of each kind, where it is not the extension itself.
WANTED = {"jpeg": "jpg"} | dict.fromkeys(TEXTS, "txt") | dict.fromkeys(OFFICE, "zip")


@dataclass(frozen=True)
class Inspected:
    """An accepted file: its type, its cleaned name, and new content where it had to change."""

    content_type: str
    extension: str
    name: str
    content: ContentFile | None


def inspect(file, name, *, most_bytes):
    """Return what is known of `file`, called `name` by its sender; raise `Refused` with a sentence.

    `file` is open, binary and seekable; it is handed back at its beginning.
    """
    name = clean_name(name)
    try:
        content = inspected_content(file, split(name)[1], most_bytes)
    except Refused as refused:
        refused.values |= {"name": name, "kinds": kinds_in_words()}
        raise
    finally:
        file.seek(0)
    extension = split(name)[1]
    return Inspected(
        ALLOWED[extension], extension, name, None if content is None else ContentFile(content, name=name)
    )


def inspected_content(file, extension, most_bytes):
    """The new content of an accepted file, or None where it stays as it is."""
    file.seek(0, 2)
    size = file.tell()
    if extension not in ALLOWED:
        raise Refused(NOT_ACCEPTED)
    if not size:
        raise Refused(EMPTY)
    if size > most_bytes:
        raise Refused(TOO_LARGE, most=megabytes(most_bytes))
    file.seek(0)
    check_kind(file, extension)
    if extension in IMAGES and zipfile.is_zipfile(file):
        raise Refused(ADDED)
    file.seek(0)
    if extension in TEXTS:
        return texts.inspect(file, extension)
    if extension in IMAGES:
        return images.inspect(file, extension)
    return (pdf if extension == "pdf" else office).inspect(file, extension)


def check_kind(file, extension):
    """The first bytes are those of the kind that the name says."""
    head = file.read(4096)
    kind = kind_of(head)
    wanted = WANTED.get(extension, extension)
    if kind == wanted:
        return
    if kind == "zip":
        kind = package_kind(file)
    elif wanted == "zip" and head.startswith(STARTS["doc, xls, ppt"]):
        if is_encrypted(file):
            raise Refused(PROTECTED)
    elif (wanted == "zip" and zipfile.is_zipfile(file)) or (wanted == "pdf" and STARTS["pdf"] in head[:1024]):
        raise Refused(ADDED)
    if kind:
        raise Refused(OTHER_KIND, kind=kind.upper())
    raise Refused(CONTROLS) if extension in TEXTS else Refused(NOT_THIS_KIND, kind=extension.upper())


def package_kind(file):
    try:
        return office.kind_of_package(file)
    except Refused:
        return "zip"


def is_encrypted(file):
    """Office programs keep a document with a password in a compound file, in a stream of this name."""
    name, kept = "EncryptedPackage".encode("utf-16-le"), b""
    file.seek(0)
    while block := file.read(1 << 20):
        if name in kept + block:
            return True
        kept = block[-len(name) :]
    return False


def in_words(size):
    # Late, as `directory.text` needs the models, and they need this module.
    from directory.text import filesize

    return filesize(size)


megabytes = lazy(in_words, str)
