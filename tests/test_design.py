"""The look keeps its promises: contrast in both schemes, every motif, light files, no foreign address."""

import gzip
import re
from itertools import combinations
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "ripess_hub" / "static" / "hub"
CSS = (STATIC / "hub.css").read_text(encoding="utf-8")

PAIRS = """
ink paper 4.5, ink paper-2 4.5, ink paper-3 4.5, ink-2 paper 4.5, ink-2 paper-2 4.5, ink-2 paper-3 4.5,
indigo paper 4.5, indigo paper-2 4.5, indigo paper-3 4.5, indigo leaf-soft 4.5, ink leaf-soft 4.5,
leaf leaf-soft 4.5, leaf-soft leaf 4.5, on-indigo indigo 4.5, on-indigo indigo-hover 4.5,
cochineal paper 4.5, cochineal cochineal-soft 4.5, ink cochineal-soft 4.5,
turmeric-text turmeric-soft 4.5, ink turmeric-soft 4.5, on-turmeric turmeric 4.5,
on-deep indigo-deep 4.5, on-deep-2 indigo-deep 4.5, turmeric indigo-deep 4.5, on-deep indigo-deep-2 4.5,
q-pale q1 4.5, q-pale q2 4.5, q3-text q3 4.5, q-dark q4 4.5, q-dark q5 4.5,
line-strong paper 3, line-strong paper-2 3, focus paper 3, focus leaf-soft 3, turmeric-stroke paper-2 3,
turmeric-stroke land 3, indigo land 3, line-strong land 3, turmeric indigo-deep-2 3,
turmeric-text paper 4.5
"""


def colours(pattern):
    block = re.search(pattern, CSS, re.S).group(1)
    return dict(re.findall(r"--([\w-]+):(#[0-9a-fA-F]{3,6})", block))


LIGHT = colours(r":root\{(.*?)\n\}")
BY_SYSTEM = colours(r"not\(\[data-theme=light\]\)\{(.*?)color-scheme")
BY_CHOICE = colours(r":root\[data-theme=dark\]\{(.*?)color-scheme")


def luminance(colour):
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    """The contrast ratio of WCAG 2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_two_dark_schemes_are_the_same():
    assert BY_SYSTEM == BY_CHOICE


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("pair", [" ".join(p.split()) for p in PAIRS.split(",")])
def test_text_and_strokes_stand_out(pair, scheme):
    front, back, least = pair.split()
    values = LIGHT if scheme == "light" else {**LIGHT, **BY_CHOICE}
    assert contrast(values[front], values[back]) >= float(least)


def symbols(name):
    return dict(re.findall(r'<symbol id="([^"]+)"(.*?)</symbol>', (STATIC / name).read_text(), re.S))


def test_every_sector_has_a_woven_motif_of_its_own():
    terms = yaml.safe_load((ROOT / "directory/catalogue/vocab.yaml").read_text(encoding="utf-8"))["sectors"]
    motifs = symbols("motifs.svg")
    drawn = [motifs[f"sector-{term['key']}"] for term in terms]
    assert all(one != other for one, other in combinations(drawn, 2))
    assert "sector-default" in motifs


def test_every_icon_a_template_uses_exists():
    known = {
        "sprite.svg": symbols("sprite.svg"),
        "motifs.svg": symbols("motifs.svg"),
        "world.svg": symbols("world.svg"),
    }
    for path in (ROOT / "templates").rglob("*.html"):
        for name, icon in re.findall(r"'hub/(\w+\.svg)' %}#([\w-]+)\"", path.read_text(encoding="utf-8")):
            assert icon in known[name], f"{path.name}: {icon}"


def test_the_files_of_the_shell_are_light():
    assert len(gzip.compress((STATIC / "hub.css").read_bytes(), 9)) < 12_000
    assert (STATIC / "hub.js").stat().st_size <= 5_000
    assert (STATIC / "archivo.woff2").stat().st_size < 28_000


def test_no_file_of_the_look_asks_another_site():
    for path in STATIC.rglob("*"):
        if path.suffix in {".css", ".js"}:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"https?://|url\(\s*[\"']?//|@import", text), path.name


def test_no_template_holds_inline_style_or_script():
    for path in (ROOT / "templates").rglob("*.html"):
        if path.parent.name == "mail":  # Mail has no style sheet and no policy.
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style", text), path
        assert "<script>" not in text, path
