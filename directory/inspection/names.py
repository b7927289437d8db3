"""What people call their files, made safe to store, to show and to save on any system."""

import re
import unicodedata

LONGEST = 120
# File systems take 255 bytes, the extension included.
MOST_BYTES = 220
# Joiners shape letters in Persian, Indic scripts and emoji; every other invisible character goes,
# above all those that turn the direction of reading and so hide an extension.
JOINERS = "\u200c\u200d"
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
FORBIDDEN = re.compile(r'[<>:"|?*\u2044\u2215\u29f5\uff0f\uff3c]')
RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.I)
# “photo.exe.jpg” is shown as “photo.exe” where extensions are hidden.
PROGRAMS = re.compile(
    r"\.(?=(?:apk|app|bat|cmd|com|cpl|dll|dmg|exe|hta|html?|jar|js|lnk|msi|php|pif|ps1|py|scr|sh|svg|vb|vbs|wsf)"
    r"(?:[.\s]|$))",
    re.I,
)


def clean_name(name):
    """A readable name without a path, hidden characters or surprises; the scripts of the world stay."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", str(name)))[-1]
    name = re.sub(r"[\s\u0085]+", " ", name)
    name = "".join(c for c in name if c in JOINERS or unicodedata.category(c) not in INVISIBLE)
    name = FORBIDDEN.sub("-", name)
    stem, extension = split(name)
    stem = re.sub(r"\s+", " ", PROGRAMS.sub("_", stem)).strip(f" .{JOINERS}")
    if len(stem) > LONGEST or len(stem.encode()) > MOST_BYTES:
        end = len(stem.encode()[:MOST_BYTES].decode(errors="ignore")[:LONGEST])
        while end > LONGEST // 4 and unicodedata.combining(stem[end]):
            end -= 1
        stem = stem[:end].rstrip(f" .{JOINERS}")
    if not stem:
        stem = "document"
    if RESERVED.match(stem):
        stem = f"_{stem}"
    return f"{stem}.{extension}" if extension else stem


def split(name):
    """`(stem, extension)`; the extension in small letters without its dot."""
    name = name.rstrip(". ")
    stem, dot, extension = name.rpartition(".")
    extension = extension.strip().lower()
    if not dot or not extension or len(extension) > 20 or " " in extension:
        return name, ""
    return stem, extension
