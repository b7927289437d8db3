"""Archives are read without trust: names, sizes, places and bombs."""

import io
import os
import struct
import zipfile
import zlib

import pytest

from directory.inspection import Refused
from tests import samples
from tests.samples import XML, refusal, refusal_and_memory, taken


@pytest.mark.parametrize(
    "name",
    [
        "../evil.xml",
        "word/../../evil.xml",
        "/etc/passwd",
        "word\\evil.xml",
        "C:evil.xml",
        "c:/evil.xml",
        "word/./a.xml",
        "word//a.xml",
        "..",
        "word/a\nb.xml",
        "word/a\x7f.xml",
        "WORD/document.xml",
        "word/DOCUMENT.xml/",
    ],
)
def test_unsafe_and_repeated_names_inside_are_refused(name):
    assert taken(samples.ooxml(more={"word/..evil.xml": "<a/>", "word/é café.xml": "<a/>"}), "a.docx")
    assert "unsafe or repeated" in refusal(
        samples.ooxml(more={name: "" if name[-1] == "/" else "<a/>"}), "a.docx"
    )


def test_a_name_with_a_nul_inside_is_refused():
    content = samples.ooxml(more={"word/evil.xml": "<a/>"})
    assert "unsafe" in refusal(content.replace(b"word/evil.xml", b"word/ev\0l.xml"), "a.docx")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused():
    entries = [*samples.ooxml_entries().items(), ("word/document.xml", "<evil/>")]
    assert "repeated" in refusal(samples.package(entries), "a.docx")
    composed = {"word/caf\u00e9.xml": "<a/>", "word/cafe\u0301.xml": "<a/>"}
    assert "repeated" in refusal(samples.ooxml(more=composed), "a.docx")


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o060644])
def test_links_and_devices_inside_are_refused(mode):
    link = zipfile.ZipInfo("word/link.xml")
    link.external_attr = 0o100644 << 16
    assert taken(samples.package([*samples.ooxml_entries().items(), (link, "<a/>")]), "a.docx")
    link.external_attr = mode << 16
    assert "unsafe" in refusal(samples.package([*samples.ooxml_entries().items(), (link, "<a/>")]), "a.docx")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compression_that_office_programs_do_not_write_is_refused(method):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in samples.ooxml_entries().items():
            archive.writestr(name, content)
    assert "damaged" in refusal(made.getvalue(), "a.docx")


class Pipe(io.BytesIO):
    """Where a program writes that cannot go back: sizes follow the content instead."""

    def seekable(self):
        return False

    def seek(self, *place):
        raise io.UnsupportedOperation

    tell = seek


@pytest.mark.parametrize("large", [False, True])
def test_archives_written_to_a_pipe_and_with_wide_fields_are_taken(large):
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in samples.ooxml_entries().items():
            with archive.open(name, "w", force_zip64=large) as entry:
                entry.write(content.encode())
    assert taken(pipe.getvalue(), "a.docx").content is None


def test_wide_end_records_are_read_as_other_programs_write_them():
    content = samples.ooxml()
    end = content.rindex(b"PK\x05\x06")
    count, size, place = struct.unpack("<HLL", content[end + 10 : end + 20])
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, place)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    assert taken(content[:end] + record + locator + content[end:], "a.docx").content is None
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**12, 10**12, size, place)
    assert "too large" in refusal(content[:end] + record + locator + content[end:], "a.docx")


def test_bytes_before_after_and_between_are_refused():
    content = samples.ooxml()
    assert taken(content, "a.docx")
    assert "before its beginning" in refusal(b"#!/bin/sh\n" + content, "a.docx")
    assert "before its beginning" in refusal(content + b"more", "a.docx")
    assert "before its beginning" in refusal(content[:-2] + b"\4\0more", "a.docx")
    assert "before its beginning" in refusal(content[:-40], "a.docx")
    end = content.rindex(b"PK\x05\x06")
    place = struct.unpack("<L", content[end + 16 : end + 20])[0]
    shifted = content[:end] + content[end : end + 16] + struct.pack("<L", place - 1) + content[end + 20 :]
    with pytest.raises(Refused):
        taken(shifted, "a.docx")


def forged(content, name, **fields):
    """The archive with other numbers in the directory's entry of `name`, and in its own header."""
    content = bytearray(content)
    places = {
        "method": (8, 10, "<H"),
        "crc": (14, 16, "<L"),
        "packed": (18, 20, "<L"),
        "size": (22, 24, "<L"),
    }
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        start = archive.getinfo(name).header_offset
    entry = content.index(b"PK\x01\x02")
    while content[entry + 46 : entry + 46 + len(name)] != name.encode():
        entry = content.index(b"PK\x01\x02", entry + 4)
    for field, value in fields.items():
        local, central, form = places[field]
        struct.pack_into(form, content, start + local, value)
        struct.pack_into(form, content, entry + central, value)
    return bytes(content)


def test_declared_sizes_and_checksums_are_not_trusted():
    body = XML.encode() + b"<a>" + b"x" * 500_000 + b"</a>"
    content = samples.ooxml(more={"word/a.xml": body})
    assert taken(forged(content, "word/a.xml", size=len(body)), "a.docx")
    assert "too large" in refusal(forged(content, "word/a.xml", size=60, crc=zlib.crc32(body[:60])), "a.docx")
    assert "damaged" in refusal(forged(content, "word/a.xml", size=len(body) + 1), "a.docx")
    assert "damaged" in refusal(forged(content, "word/a.xml", crc=1), "a.docx")
    assert "damaged" in refusal(forged(content, "word/a.xml", method=0), "a.docx")
    assert "damaged" in refusal(forged(content, "word/a.xml", packed=10), "a.docx")
    assert "damaged" in refusal(forged(content, "word/a.xml", packed=10**6), "a.docx")


def test_the_two_headers_of_an_entry_must_agree():
    content = samples.ooxml(more={"word/aaaa.xml": "<a/>"})
    assert taken(content, "a.docx")
    first = content.index(b"word/aaaa.xml")
    assert "damaged" in refusal(content[:first] + b"word/bbbb.xml" + content[first + 13 :], "a.docx")


def test_entries_that_share_their_bytes_are_refused():
    """The bomb without nesting: many entries of the directory lead to one packed content."""
    content = samples.ooxml(more={"word/a.xml": "<a/>", "word/b.xml": "<a/>"})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        first = archive.getinfo("word/a.xml").header_offset
    entry = content.rindex(b"PK\x01\x02")
    shared = content[: entry + 42] + struct.pack("<L", first) + content[entry + 46 :]
    assert "damaged" in refusal(shared, "a.docx")


def test_a_bomb_is_refused_by_its_ratio_before_it_is_unpacked():
    bomb = samples.ooxml(more={"word/a.xml": b"<a>" + b" " * 100_000_000})
    assert len(bomb) < 200_000
    sentence, peak = refusal_and_memory(bomb, "a.docx")
    assert "too large" in sentence
    assert peak < 2_000_000


def test_a_bomb_that_lies_about_its_size_is_refused_while_it_is_unpacked():
    bomb = samples.ooxml(more={"word/a.xml": b"<a>" + b" " * 100_000_000})
    sentence, peak = refusal_and_memory(forged(bomb, "word/a.xml", size=900_000), "a.docx")
    assert "too large" in sentence
    assert peak < 2_000_000


def test_what_all_entries_unpack_to_together_is_bounded():
    noise = os.urandom(700_000)
    content = samples.ooxml(more={f"word/media/{n}.png": noise for n in range(3)})
    assert taken(content, "a.docx")
    for n in range(3):
        content = forged(content, f"word/media/{n}.png", size=100 << 20)
    assert "too large" in refusal(content, "a.docx")
    single = forged(samples.ooxml(more={"word/media/0.png": noise}), "word/media/0.png", size=130 << 20)
    assert "too large" in refusal(single, "a.docx")


def test_an_archive_of_archives_is_refused():
    inner = samples.package([("0.bin", b"\0" * 1_000_000)])
    for _level in range(4):
        inner = samples.package([(f"lib {n}.zip", inner) for n in range(16)])
    assert "of the kind ZIP" in refusal(inner, "42.docx")
    assert "embedded" in refusal(samples.ooxml(more={"word/media/lib.zip": inner}), "a.docx")


def archive_of(count):
    """An archive of so many empty entries, written by hand as it is faster."""
    numbers = [b"word/%06d" % number for number in range(count)]
    entries = b"".join(b"PK\x03\x04\x14" + b"\0" * 21 + b"\x0b\0\0\0" + name for name in numbers)
    rest = b"\x0b" + b"\0" * 13
    directory = b"".join(
        b"PK\x01\x02\x14\0\x14" + b"\0" * 21 + rest + (41 * number).to_bytes(4, "little") + name
        for number, name in enumerate(numbers)
    )
    shown = min(count, 0xFFFF)
    sizes = struct.pack("<4H2LH", 0, 0, shown, shown, len(directory), len(entries), 0)
    return entries + directory + b"PK\x05\x06" + sizes


def test_an_archive_of_a_hundred_thousand_entries_is_refused_unread():
    assert len(zipfile.ZipFile(io.BytesIO(archive_of(4_000))).infolist()) == 4_000
    assert "of the kind ZIP" in refusal(archive_of(4_000), "a.docx")
    for lie in (None, 5):
        content = bytearray(archive_of(100_000))
        if lie:
            struct.pack_into("<HH", content, len(content) - 14, lie, lie)
        sentence, peak = refusal_and_memory(bytes(content), "a.docx")
        assert "too large" in sentence
        assert peak < 1_000_000
