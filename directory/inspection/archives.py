"""ZIP archives, read in memory and without trust: what the headers say is checked against what is there.

Readers differ in what they believe (the directory at the end, the headers before each entry, the first or
the last of two equal names), so an archive is taken only when all of them agree. Nothing is written to disk,
and every amount has a bound that is checked while reading.
"""

import re
import stat
import struct
import unicodedata
import zipfile
import zlib

from directory.inspection.refusals import ADDED, DAMAGED, PROTECTED, TOO_COMPLEX, UNSAFE_NAMES, Refused

CHUNK = 1 << 16
MOST_ENTRIES = 5_000
MOST_DIRECTORY_BYTES = 1 << 20
MOST_ENTRY_BYTES = 128 << 20
MOST_BYTES = 256 << 20
MOST_RATIO = 200
SMALL = 1 << 20
MOST_XML_BYTES = 64 << 20
MOST_ELEMENTS = 1_000_000

END = struct.Struct("<4s4H2LH")
END_64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR_64 = struct.Struct("<4sLQL")
LOCAL = struct.Struct("<4s5H3L2H")
UNKNOWN = 0xFFFFFFFF

BAD_NAME = re.compile(r"^/|\\|^[A-Za-z]:|(?:^|/)\.\.?(?:/|$)|//|[\x00-\x1f\x7f-\x9f]")


class Budget:
    """What an archive and those inside it may still use together."""

    def __init__(self):
        self.entries = MOST_ENTRIES
        self.bytes = MOST_BYTES
        self.xml = MOST_XML_BYTES
        self.elements = MOST_ELEMENTS

    def spend(self, **amounts):
        for name, amount in amounts.items():
            setattr(self, name, left := getattr(self, name) - amount)
            if left < 0:
                raise Refused(TOO_COMPLEX)


class Archive:
    """The checked entries of an archive; `chunks` reads one of them."""

    def __init__(self, file, budget):
        self.file = file
        self._check_end()
        try:
            directory = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OverflowError, struct.error):
            raise Refused(DAMAGED) from None
        self.entries = directory.infolist()
        budget.spend(entries=len(self.entries), bytes=sum(entry.file_size for entry in self.entries))
        self._check_places(directory.start_dir)
        seen = set()
        for entry in self.entries:
            check_entry(entry)
            name = unicodedata.normalize("NFC", entry.orig_filename).casefold().rstrip("/")
            if name in seen:
                raise Refused(UNSAFE_NAMES)
            seen.add(name)

    def _check_end(self):
        """The archive ends with its end record, and its directory is small enough to be read."""
        self.file.seek(0, 2)
        size = self.file.tell()
        if size < END.size:
            raise Refused(DAMAGED)
        signature, _disk, _first, _here, count, directory_size, _offset, comment = END.unpack(
            self._read(size - END.size, END.size)
        )
        if signature != b"PK\x05\x06" or comment:
            raise Refused(ADDED)
        place = size - END.size - LOCATOR_64.size - END_64.size
        if place >= 0 and self._read(place + END_64.size, 4) == b"PK\x06\x07":
            record = END_64.unpack(self._read(place, END_64.size))
            count, directory_size = record[7], record[8]
        if count > MOST_ENTRIES or directory_size > MOST_DIRECTORY_BYTES:
            raise Refused(TOO_COMPLEX)

    def _check_places(self, end):
        """Entries follow one another from the first byte on; none shares bytes with another."""
        self._ends = {}
        ordered = sorted(self.entries, key=lambda entry: entry.header_offset)
        if not ordered or ordered[0].header_offset != 0:
            raise Refused(ADDED if ordered else DAMAGED)
        for entry, following in zip(ordered, [*ordered[1:], None], strict=True):
            self._ends[entry.header_offset] = following.header_offset if following else end
        if len(self._ends) != len(ordered):
            raise Refused(DAMAGED)

    def _read(self, place, size):
        self.file.seek(place)
        data = self.file.read(size)
        if len(data) != size:
            raise Refused(DAMAGED)
        return data

    def chunks(self, entry):
        """Yield the entry's content piece by piece; refuse where it differs from what is declared."""
        place = self._content_place(entry)
        inflate = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
        left, size, checksum = entry.compress_size, 0, 0
        while left:
            packed = self._read(place, min(left, CHUNK))
            place, left = place + len(packed), left - len(packed)
            for piece in inflated(inflate, packed) if inflate else (packed,):
                size += len(piece)
                if size > entry.file_size:
                    raise Refused(TOO_COMPLEX)
                checksum = zlib.crc32(piece, checksum)
                yield piece
        if size != entry.file_size or checksum != entry.CRC:
            raise Refused(DAMAGED)
        if inflate and (not inflate.eof or inflate.unused_data):
            raise Refused(DAMAGED)

    def _content_place(self, entry):
        """Where the content begins, after a header of its own that agrees with the directory."""
        header = self._read(entry.header_offset, LOCAL.size)
        signature, _version, flags, method, _time, _date, crc, packed, size, name_size, extra = LOCAL.unpack(
            header
        )
        name = self._read(entry.header_offset + LOCAL.size, name_size)
        name = name.decode("utf-8" if flags & 0x800 else "cp437", "replace")
        agrees = signature == b"PK\x03\x04" and method == entry.compress_type and name == entry.orig_filename
        if not flags & 0x8 and UNKNOWN not in (packed, size):
            agrees = agrees and (crc, packed, size) == (entry.CRC, entry.compress_size, entry.file_size)
        place = entry.header_offset + LOCAL.size + name_size + extra
        if not agrees or place + entry.compress_size > self._ends[entry.header_offset]:
            raise Refused(DAMAGED)
        return place

    def opened(self, entry):
        """`(head, chunks)`: the first bytes, enough to tell what it is, and the rest."""
        chunks, head = self.chunks(entry), b""
        while len(head) < CHUNK and (piece := next(chunks, b"")):
            head += piece
        return head, chunks

    def read(self, entry, most):
        """The whole content of an entry that is expected to be small."""
        if entry.file_size > most:
            raise Refused(TOO_COMPLEX)
        return b"".join(self.chunks(entry))


def inflated(inflate, packed):
    """Unpack in pieces of bounded size."""
    while True:
        try:
            piece = inflate.decompress(packed, CHUNK)
        except zlib.error:
            raise Refused(DAMAGED) from None
        if piece:
            yield piece
        # After the end, what is left over stands in `unconsumed_tail` too.
        packed = b"" if inflate.eof else inflate.unconsumed_tail
        if not packed and len(piece) < CHUNK:
            return


def check_entry(entry):
    """Refuse names that lead elsewhere, links, passwords, unknown compression and absurd sizes."""
    mode = entry.external_attr >> 16
    if BAD_NAME.search(entry.orig_filename) or stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Refused(UNSAFE_NAMES)
    if entry.flag_bits & 0x1:
        raise Refused(PROTECTED)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(DAMAGED)
    if entry.compress_type == zipfile.ZIP_STORED and entry.file_size != entry.compress_size:
        raise Refused(DAMAGED)
    if entry.file_size > MOST_ENTRY_BYTES or (
        entry.file_size > SMALL and entry.file_size > MOST_RATIO * entry.compress_size
    ):
        raise Refused(TOO_COMPLEX)
    if entry.orig_filename.endswith("/") and entry.file_size:
        raise Refused(UNSAFE_NAMES)
