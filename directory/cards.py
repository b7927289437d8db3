"""Pictures that go with a link shared elsewhere (Open Graph): 1200 by 630 pixels, drawn by Pillow."""

import io
import re
import unicodedata
from functools import cache

from PIL import Image, ImageDraw

from directory.lettering import font
from directory.pictures import land

WIDE, HIGH = 1200, 630
DEEP, DEEP_2, WHITE, PALE, TURMERIC = "#171d52", "#262f78", "#ffffff", "#c3c9f0", "#f4b63c"
LINES = {"south_south": TURMERIC}
# The woven ribbon of the site, square by square: column, row, colour (static/hub/ribbon.svg).
RIBBON = {
    "#f4b63c": [(2, 0), (1, 1), (2, 1), (3, 1), (1, 2), (2, 2), (3, 2), (2, 3)],
    "#e7e9f5": [(8, 0), (20, 0), (7, 1), (9, 1), (19, 1), (21, 1), (7, 2), (9, 2), (19, 2), (21, 2), (8, 3), (20, 3)],
    "#d8345f": [(14, 0), (13, 1), (15, 1), (13, 2), (15, 2), (14, 3)],
    "#6f7fe0": [(8, 1), (20, 1), (8, 2), (20, 2)],
    "#3fae7a": [(14, 1), (14, 2)],
}  # fmt: skip
SQUARE = 6
# Lines are drawn twice as large and made smaller, which smooths them.
FINE = 2
# The map fills the width; it is that of static/hub/world.svg, moved up a little.
SCALE, UP = WIDE / 960, 10


@cache
def background():
    """The deep blue with the outline of the world and the ribbon, drawn once."""
    picture = Image.new("RGB", (WIDE * FINE, HIGH * FINE), DEEP)
    pen = ImageDraw.Draw(picture)
    for ring in rings(land()):
        if len(ring) > 2:
            pen.polygon([at(x, y) for x, y in ring], fill=DEEP_2)
    picture = picture.resize((WIDE, HIGH), Image.Resampling.LANCZOS)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, WIDE, SQUARE * 4 - 1), fill=DEEP)
    for start in range(0, WIDE, SQUARE * 24):
        for colour, squares in RIBBON.items():
            for column, row in squares:
                x, y = start + column * SQUARE, row * SQUARE
                pen.rectangle((x, y, x + SQUARE - 1, y + SQUARE - 1), fill=colour)
    return picture


def at(x, y):
    return x * SCALE * FINE, (y - UP) * SCALE * FINE + 60


def rings(path):
    """The closed lines of path data that knows M, l and z alone."""
    for part in path.split("M")[1:]:
        numbers = [float(n) for n in re.findall(r"-?\d*\.?\d+", part)]
        x, y = numbers[:2]
        ring = [(x, y)]
        for dx, dy in zip(numbers[2::2], numbers[3::2], strict=False):
            x, y = x + dx, y + dy
            ring.append((x, y))
        yield ring


def curve(path, steps=24):
    """The points of an arc `M x y Q x y x y`."""
    x1, y1, cx, cy, x2, y2 = (float(n) for n in re.findall(r"-?\d+\.?\d*", path))
    for n in range(steps + 1):
        t = n / steps
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        yield at(a * x1 + b * cx + c * x2, a * y1 + b * cy + c * y2)


@cache
def missing(character):
    """Whether the font cannot draw a character."""
    return not character.isspace() and font(20).getmask(character).getbbox() is None


def drawable(text):
    """The text in the signs our font has: an accent it lacks is left out, another script altogether."""
    kept = []
    for character in unicodedata.normalize("NFC", text):
        if not missing(character):
            kept.append(character)
        else:
            plain = unicodedata.normalize("NFKD", character)[0]
            kept.append("" if missing(plain) else plain)
    return " ".join("".join(kept).split())


def wrapped(text, size, weight, most):
    """The words on lines of at most `most` pixels; a longer word is cut."""
    letters, lines = font(size, weight), [""]
    for word in text.split():
        while letters.getlength(word) > most:
            word = word[: len(word) * 3 // 4] + "…"
        longer = f"{lines[-1]} {word}".strip()
        if letters.getlength(longer) <= most:
            lines[-1] = longer
        else:
            lines.append(word)
    return [line for line in lines if line]


def title_lines(text, most=1080, lines=3):
    """The largest size in which the title fits, and its lines."""
    for size in (76, 66, 58, 50, 44):
        found = wrapped(text, size, 700, most)
        if len(found) <= lines:
            return size, found
    return size, [*found[: lines - 1], found[lines - 1].rstrip(" ,.;:") + " …"]


def draw(kicker, title, line, site, drawn=None):
    """Return the PNG: what it is, its title, a line about it, the site's name, over a map."""
    picture = background().copy()
    if drawn:
        over = Image.new("RGBA", (WIDE * FINE, HIGH * FINE), (0, 0, 0, 0))
        pen = ImageDraw.Draw(over)
        for arc in drawn.arcs:
            south = arc.direction in LINES
            colour = (244, 182, 60, 235) if south else (141, 152, 230, 150)
            pen.line(list(curve(arc.path)), fill=colour, width=(3 if south else 2) * FINE, joint="curve")
        for place in drawn.places:
            x, y = at(place.x, place.y)
            r = 4 * FINE
            pen.ellipse((x - r, y - r, x + r, y + r), fill=WHITE, outline=DEEP, width=FINE)
        picture.paste(
            *(lambda small: (small, (0, 0), small))(over.resize((WIDE, HIGH), Image.Resampling.LANCZOS))
        )
    shade(picture)
    pen = ImageDraw.Draw(picture)
    size, lines = title_lines(drawable(title) or drawable(site))
    y = HIGH - 120 - len(lines) * size * 1.1
    pen.text((60, y - 62), drawable(kicker), font=font(30, 620), fill=TURMERIC)
    for text in lines:
        pen.text((60, y), text, font=font(size, 700), fill=WHITE)
        y += size * 1.1
    for text in wrapped(drawable(line), 28, 500, 1080)[:1]:
        pen.text((60, y + 12), text, font=font(28, 500), fill=PALE)
    pen.text((60, HIGH - 52), drawable(site), font=font(24, 600), fill=PALE)
    packed = io.BytesIO()
    picture.quantize(128, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
    return packed.getvalue()


@cache
def veil():
    """Darker towards the foot, where the words stand."""
    mask = Image.new("L", (1, HIGH))
    for y in range(HIGH):
        mask.putpixel((0, y), int(min(max((y - 160) / 280, 0), 1) * 200))
    return mask.resize((WIDE, HIGH))


def shade(picture):
    picture.paste(Image.new("RGB", (WIDE, HIGH), DEEP), (0, 0), veil())
