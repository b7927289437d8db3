"""How wide words are in the hub's font: the labels of figures are placed on the server."""

from dataclasses import dataclass
from functools import cache, lru_cache
from math import cos, pi, sin

from django.contrib.staticfiles import finders
from PIL import ImageFont

FONT = "hub/archivo.woff2"
MEASURED_AT = 20


@cache
def font(size, weight=400):
    """The hub's font at a size in pixels and a weight from 400 to 720."""
    made = ImageFont.truetype(finders.find(FONT), size)
    made.set_variation_by_axes([weight])
    return made


def width(text, size, weight=600):
    """The width of `text` in pixels; every size is taken from one."""
    return measured(text, weight) * size / MEASURED_AT


@lru_cache(maxsize=2000)
def measured(text, weight):
    return font(MEASURED_AT, weight).getlength(text)


@dataclass(frozen=True)
class Label:
    """Where a label's base line begins, ends or has its middle; `line` leads to it from its dot."""

    x: float
    y: float
    anchor: str
    line: str = ""


class Labels:
    """Places labels one after the other, each where it touches neither an earlier one nor a dot."""

    def __init__(self, frame, size, gap=3):
        self.left, self.top, self.right, self.bottom = frame
        self.size, self.gap = size, gap
        self.taken = []

    def block(self, x, y, radius):
        """Keep labels off a dot."""
        self.taken.append((x - radius, y - radius, x + radius, y + radius))

    def place(self, text, x, y, radius, left_first=False, far=False):
        """Where `text` may stand beside a dot: a Label, or None. What must be named (`far`) may stand
        some way off, at the end of a line."""
        high = self.size
        reach = radius + self.gap
        near = reach * 0.7
        sides = [("start", x + reach, y + high * 0.35), ("end", x - reach, y + high * 0.35)]
        beside = (
            *(reversed(sides) if left_first else sides),
            ("middle", x, y - reach - high * 0.1),
            ("middle", x, y + reach + high * 0.75),
            ("start", x + near, y - near),
            ("end", x - near, y - near),
            ("start", x + near, y + near + high * 0.7),
            ("end", x - near, y + near + high * 0.7),
        )
        for anchor, tx, base in beside:
            if self.take(text, tx, base, anchor):
                return Label(round(tx, 1), round(base, 1), anchor)
        for distance in (high * 2, high * 3, high * 4) if far else ():
            for turn in range(16):
                angle = turn * pi / 8
                lx, ly = x + distance * cos(angle), y + distance * sin(angle)
                anchor = "middle" if abs(cos(angle)) < 0.4 else "start" if cos(angle) > 0 else "end"
                base = ly + high * (0.35 if anchor != "middle" else 0.8 if sin(angle) > 0 else 0)
                if self.take(text, lx, base, anchor, clear=high * 0.7):
                    line = f"M{x:.1f} {y:.1f}L{lx:.1f} {ly:.1f}"
                    return Label(round(lx, 1), round(base, 1), anchor, line)
        return None

    def take(self, text, x, base, anchor, clear=0):
        """Keep the place of `text` if it is free, and `clear` pixels around it."""
        wide = width(text, self.size)
        left = x - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        box = left - 1, base - self.size * 0.8, left + wide + 1, base + self.size * 0.25
        left, top, right, bottom = box
        if not self.free((left - clear, top - clear, right + clear, bottom + clear)):
            return False
        self.taken.append(box)
        return True

    def number(self, number, x, y, size=10.5):
        """Where a number may stand on its arc: `(x, y)` of its base line, or None."""
        wide = width(str(number), size) / 2 + 2
        box = x - wide, y - size * 0.6, x + wide, y + size * 0.6
        if not self.free(box):
            return None
        self.taken.append(box)
        return round(x, 1), round(y + size * 0.35, 1)

    def free(self, box):
        left, top, right, bottom = box
        if left < self.left or top < self.top or right > self.right or bottom > self.bottom:
            return False
        return not any(left < x2 and right > x1 and top < y2 and bottom > y1 for x1, y1, x2, y2 in self.taken)
