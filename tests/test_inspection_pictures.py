"""Pictures that people send keep their pixels and lose the rest; what is no still picture is refused."""

import io
import zlib

import pytest
from PIL import Image, ImageCms

from directory.inspection import Refused
from directory.inspection.images import MOST_PIXELS
from tests import samples
from tests.samples import CANARY, refusal, refusal_and_memory, taken, with_secrets

PICTURES = [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp")]


def opened(content, kind):
    image = Image.open(io.BytesIO(content), formats=[kind])
    image.load()
    return image


@pytest.mark.parametrize(("kind", "extension"), PICTURES)
def test_pictures_lose_their_metadata_and_keep_every_pixel(kind, extension):
    sent = with_secrets(kind)
    assert CANARY.encode() in sent
    found = taken(sent, f"foto.{extension}")
    kept = found.content.read()
    assert CANARY.encode() not in kept
    assert b"Secreto" not in kept
    image = opened(kept, kind)
    assert not image.getexif()
    assert not {"xmp", "comment", "exif", "Author"} & set(image.info)
    assert image.tobytes() == opened(sent, kind).tobytes()
    assert taken(kept, f"foto.{extension}").content is None


@pytest.mark.parametrize(("kind", "extension"), PICTURES)
@pytest.mark.parametrize(
    ("orientation", "size", "red"),
    [
        (1, (40, 20), (5, 10)),
        (3, (40, 20), (35, 10)),
        (6, (20, 40), (10, 5)),
        (8, (20, 40), (10, 35)),
        (99, (40, 20), (5, 10)),
    ],
)
def test_a_picture_is_turned_as_the_camera_said(kind, extension, orientation, size, red):
    sent = with_secrets(kind, orientation, icc_profile=profile())
    kept = taken(sent, f"foto.{extension}").content.read()
    image = opened(kept, kind)
    assert image.size == size
    r, _g, b = image.convert("RGB").getpixel(red)
    assert r > 200 > 100 > b
    assert image.info["icc_profile"] == profile()
    assert CANARY.encode() not in kept


def profile():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("mode", ["L", "P", "LA", "RGBA", "1", "I;16"])
def test_png_of_every_mode_is_taken(mode):
    image = Image.new("RGBA" if mode == "RGBA" else "L", (8, 8), 90 if mode != "RGBA" else "red")
    made = io.BytesIO()
    (image if mode == "RGBA" else image.convert(mode)).save(made, "PNG", comment="x")
    assert taken(made.getvalue(), "a.png")


def test_jpeg_for_print_keeps_its_colours():
    image = Image.new("CMYK", (16, 16), (10, 200, 30, 40))
    made = io.BytesIO()
    image.save(made, "JPEG", comment=CANARY)
    kept = taken(made.getvalue(), "a.jpg").content.read()
    assert opened(kept, "JPEG").mode == "CMYK"
    assert opened(kept, "JPEG").tobytes() == opened(made.getvalue(), "JPEG").tobytes()


def test_what_phones_append_to_a_photograph_is_dropped():
    photo = samples.picture("JPEG")
    found = taken(photo + b"MotionPhoto" + b"\0\0\0\x18ftypmp42" * 20, "a.jpg")
    assert found.content.read() == photo


@pytest.mark.parametrize(("kind", "extension"), PICTURES)
def test_an_archive_behind_a_picture_is_refused(kind, extension):
    picture = samples.picture(kind)
    assert taken(picture, f"a.{extension}")
    assert "after its end" in refusal(picture + samples.package([("x", "y")]), f"a.{extension}")


@pytest.mark.parametrize(("kind", "extension"), PICTURES)
def test_cut_or_garbled_pictures_are_refused(kind, extension):
    picture = samples.picture(kind, size=(200, 200))
    assert taken(picture, f"a.{extension}")
    for spoilt in (picture[: len(picture) * 2 // 3], picture[:30], picture[:40] + b"\xff\0\xfe" * 300):
        assert "damaged" in refusal(spoilt, f"a.{extension}")


@pytest.mark.parametrize(("kind", "extension"), [("PNG", "png"), ("WEBP", "webp")])
def test_animated_pictures_are_refused(kind, extension):
    assert taken(samples.picture(kind), f"a.{extension}")
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    made = io.BytesIO()
    frames[0].save(made, kind, save_all=True, append_images=frames[1:], duration=100)
    assert "animated" in refusal(made.getvalue(), f"a.{extension}")


def png_of(width, height):
    """A few bytes that say they are a picture of any size, all black, packed a thousandfold."""

    def chunk(name, body):
        return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + b"\x01\0\0\0\0"
    rows = zlib.compress(b"\0" * min((width // 8 + 1) * height, 6_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(MOST_PIXELS // 1000, 1001), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_pictures_of_huge_dimensions_are_refused_before_they_are_unpacked(size):
    assert taken(png_of(MOST_PIXELS // 1000, 1000), "a.png")
    sentence, peak = refusal_and_memory(png_of(*size), "a.png")
    assert "more than 40 million pixels" in sentence
    assert peak < 1_000_000


def test_a_jpeg_with_endless_scans_is_refused():
    photo = samples.picture("JPEG", size=(64, 64), progressive=True)
    assert taken(photo, "a.jpg")
    start = photo.rindex(b"\xff\xda")
    scan = photo[start : photo.rindex(b"\xff\xd9")]
    assert "damaged" in refusal(photo[:start] + scan * 200 + b"\xff\xd9", "a.jpg")


@pytest.mark.parametrize(("kind", "extension"), PICTURES)
def test_no_garbled_picture_raises_anything_but_a_refusal(kind, extension):
    picture = with_secrets(kind, 6)
    outcomes = set()
    for place in range(8, len(picture), 7):
        spoilt = picture[:place] + bytes([picture[place] ^ 0xFF]) + picture[place + 1 :]
        try:
            outcomes.add(type(taken(spoilt, f"a.{extension}")).__name__)
        except Refused:
            outcomes.add("Refused")
    assert outcomes <= {"Inspected", "Refused"}
    assert "Refused" in outcomes
