"""Pictures: one still picture of the kind its name says, without what cameras and programs wrote into it.

Place, time, owner, comments and hidden previews go; the pixels stay as they are, bit for bit. Only where the
camera asked to turn the picture is it encoded anew, turned, with the same quality and colour profile.
"""

import io
import re
import struct
import threading
import zlib
from contextlib import suppress

from PIL import Image, JpegImagePlugin

from directory.inspection.refusals import DAMAGED, MOVING, TOO_MANY_PIXELS, Refused

MOST_PIXELS = 40_000_000
# Encoding a WebP anew takes five times the memory; no camera writes one that must be turned.
MOST_TURNED = 16_000_000
MOST_PARTS = 20_000
# A progressive picture is decoded once for every scan; programs write about ten.
MOST_SCANS = 30
# A picture unpacks to some 160 MB at most; one at a time keeps a small machine alive.
one_at_a_time = threading.Lock()

ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def inspect(file, extension):
    """Return the picture without its metadata, or None when it has none."""
    data = file.read()
    kind = "jpeg" if extension == "jpg" else extension
    try:
        clean, exif = {"jpeg": bare_jpeg, "png": bare_png, "webp": bare_webp}[kind](data)
        with one_at_a_time:
            clean = decoded(clean, kind.upper(), TURNS.get(orientation(exif)))
    except Refused:
        raise
    except Exception as error:
        # Decoders meet hostile bytes with exceptions of every class; each means the same to the sender.
        raise Refused(DAMAGED) from error
    return None if clean == data else clean


def decoded(data, kind, turn):
    """Decode the whole picture to be sure that it is one; return its bytes, turned where needed."""
    try:
        image = Image.open(io.BytesIO(data), formats=[kind])
    except Image.DecompressionBombError:
        raise Refused(TOO_MANY_PIXELS, most=MOST_PIXELS // 1_000_000) from None
    check_pixels(image, MOST_PIXELS)
    if getattr(image, "n_frames", 1) > 1:
        raise Refused(MOVING)
    if turn and kind == "WEBP":
        check_pixels(image, MOST_TURNED)
    if not turn:
        # All of a JPEG is read, but at an eighth of its size.
        image.draft(image.mode, (image.width // 8, image.height // 8))
        image.load()
        return data
    image.load()
    options = {"icc_profile": image.info.get("icc_profile")}
    if kind == "JPEG":
        options |= {"qtables": image.quantization, "subsampling": JpegImagePlugin.get_sampling(image)}
    elif kind == "WEBP":
        lossless = b"VP8L" in data[:4096]
        options |= {"lossless": lossless, "quality": 0 if lossless else 90, "method": 0}
    else:
        options |= {"compress_level": 1}
    turned = io.BytesIO()
    image.transpose(turn).save(turned, kind, **options)
    return turned.getvalue()


def check_pixels(image, most):
    if image.width * image.height > most:
        raise Refused(TOO_MANY_PIXELS, most=most // 1_000_000)


def orientation(exif):
    """How the camera was held, the one thing that is read of its notes; 1 when they do not tell."""
    notes = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(notes[:4], "")
    if order:
        with suppress(struct.error):
            (start,) = struct.unpack_from(f"{order}L", notes, 4)
            (count,) = struct.unpack_from(f"{order}H", notes, start)
            for place in range(start + 2, start + 2 + 12 * count, 12):
                tag, _kind, _count, value = struct.unpack_from(f"{order}HHLH", notes, place)
                if tag == ORIENTATION:
                    return value
    return 1


# --- JPEG ---------------------------------------------------------------------------------------

NEXT_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.S)


def bare_jpeg(data):
    """`(bytes, exif)`: the segments a decoder needs, the colour profile, nothing after the end."""
    kept, exif, at, scans = [b"\xff\xd8"], b"", 2, 0
    for _part in range(MOST_PARTS):
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if data[at] != 0xFF:
            raise Refused(DAMAGED)
        if marker == 0xD9:
            return b"".join([*kept, b"\xff\xd9"]), exif
        if length < 2 or at + 2 + length > len(data):
            raise Refused(DAMAGED)
        segment, body = data[at : at + 2 + length], data[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == 0xE1 and body.startswith(b"Exif\0"):
            exif = exif or body[6:]
        elif marker == 0xE0 and body.startswith(b"JFIF\0"):
            # Without the small preview that this segment may hold.
            kept.append(b"\xff\xe0\x00\x10" + body[:12].ljust(12, b"\0") + b"\0\0")
        elif is_needed(marker, body):
            kept.append(segment)
        if marker == 0xDA:
            scans += 1
            end = NEXT_MARKER.search(data, at)
            if not end or scans > MOST_SCANS:
                raise Refused(DAMAGED)
            kept.append(data[at : end.start()])
            at = end.start()
    raise Refused(DAMAGED)


def is_needed(marker, body):
    if marker == 0xE2:
        return body.startswith(b"ICC_PROFILE\0")
    if marker == 0xEE:
        return body.startswith(b"Adobe")
    return not 0xE0 <= marker <= 0xEF and marker != 0xFE


# --- PNG ----------------------------------------------------------------------------------------

NEEDED_CHUNKS = {
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"),
    *(b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"bKGD", b"pHYs"),
}


def bare_png(data):
    """`(bytes, exif)`: the chunks a decoder needs, the colours, nothing after the end."""
    kept, exif, at = [data[:8]], b"", 8
    for _part in range(MOST_PARTS):
        length, name = struct.unpack(">L4s", data[at : at + 8])
        end = at + 8 + length
        body = data[at + 8 : end]
        if zlib.crc32(body, zlib.crc32(name)).to_bytes(4) != data[end : end + 4]:
            raise Refused(DAMAGED)
        if name == b"acTL":
            raise Refused(MOVING)
        if name == b"eXIf":
            exif = body
        if name in NEEDED_CHUNKS:
            kept.append(data[at : end + 4])
        if name == b"IEND":
            return b"".join(kept), exif
        at = end + 4
    raise Refused(DAMAGED)


# --- WebP ---------------------------------------------------------------------------------------

METADATA_FLAGS = 0x0C


def bare_webp(data):
    """`(bytes, exif)`: the picture, its transparency and colour profile."""
    kept, exif, at = [], b"", 12
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    for _part in range(MOST_PARTS):
        if at >= end:
            break
        name, length = struct.unpack("<4sL", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        if len(body) != length:
            raise Refused(DAMAGED)
        if name in (b"ANIM", b"ANMF"):
            raise Refused(MOVING)
        if name == b"VP8X":
            body = bytes([body[0] & ~METADATA_FLAGS]) + body[1:]
        if name == b"EXIF":
            exif = body
        elif name in (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP"):
            kept.append(name + struct.pack("<L", length) + body + b"\0" * (length % 2))
        at += 8 + length + length % 2
    content = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<L", len(content)) + content, exif
