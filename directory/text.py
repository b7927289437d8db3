"""Texts, dates and sources as people read them, by the rules of each language (CLDR)."""

import datetime
import re
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, get_timezone_name
from babel.numbers import format_decimal
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from directory.vocabulary import reading_order

# A line must not begin with the sign that French sets apart from its word.
BEFORE_A_SIGN = re.compile(r"(?<=«) | (?=[:;!?»])")
FIRST_OF_MONTH = re.compile(r"(?<!\d)1(?!\d)")
AFTER_A_DAY = re.compile(r"(?<=\d) (?=[a-zû])|(?<=1er) ")
URL = re.compile(r"https?://[^\s()<>\"]+")


# International English: 7 September 2016, not September 7.
LOCALES = {"en": "en_GB"}


def language():
    return get_language() or settings.LANGUAGE_CODE


def locale():
    """The reader's language as CLDR knows it."""
    return LOCALES.get(language(), language())


def best_text(record, field):
    """Return `(text, its language)` of a translated field in the best language that has one."""
    for code in reading_order(language()):
        if text := getattr(record, f"{field}_{code}"):
            return spaced(text, code), code
    return "", language()


def spaced(text, code):
    """The text in the language `code` with the spaces that keep a French sign with its word."""
    return BEFORE_A_SIGN.sub("\u00a0", text) if code == "fr" else text


def languages_of(record, field):
    """The languages in which the translated field has a text."""
    return [code for code, _name in settings.LANGUAGES if getattr(record, f"{field}_{code}")]


def written_in(record):
    """The languages in which a record's page has a title of its own: the record's, else its group's. In
    another one it shows a text in one of these, so it is no version to send readers or search engines to."""
    field = next(name for name in ("title", "name", "label") if hasattr(record, f"{name}_{language()}"))
    found = languages_of(record, field)
    if not found and getattr(record, "group_id", None):
        return written_in(record.group)
    return found or [code for code, _name in settings.LANGUAGES]


def language_name(code):
    """The name of a language in the reader's language: «francés», « français », “French”."""
    return Locale(language()).languages.get(code, code)


def day(date, style="long"):
    """A date in words: 10 de febrero de 2004, 1er juin 2024."""
    text = format_date(date, style, locale=locale())
    if language() != "fr":
        return text
    # CLDR numbers the first of a month like the other days; French says « premier », and keeps a day
    # with its month.
    return AFTER_A_DAY.sub("\u00a0", FIRST_OF_MONTH.sub("1er", text))


def days(first, last=None):
    """A span of days without saying the month or year twice: 7–9 September 2016."""
    if not last or last == first:
        return day(first)
    formats = Locale.parse(locale()).interval_formats
    differs = "y" if first.year != last.year else "M" if first.month != last.month else "d"
    # Where CLDR has spans with short months alone, as in French, the month is written out all the same.
    patterns = formats.get("yMMMMd", formats["yMMMd"])[differs]
    return "".join(
        day(date, re.sub("M{3,}", "MMMM", pattern))
        for date, pattern in zip((first, last), patterns, strict=True)
    )


def instant(moment, zone):
    """A deadline as people read it, in its official IANA zone, with the offset from UTC:
    15 January 2027 at 23:59, Africa/Dakar (UTC+0)."""
    zone = ZoneInfo(zone)
    local = moment.astimezone(zone)
    minutes = int(local.utcoffset().total_seconds() // 60)
    sign = "+" if minutes >= 0 else "−"
    hours, rest = divmod(abs(minutes), 60)
    offset = f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
    code = locale()
    return {
        "date": day(local.date()),
        "time": format_time(local, "HH:mm", tzinfo=zone, locale=code),
        "seconds": format_time(local, "HH:mm:ss", tzinfo=zone, locale=code),
        "zone": get_timezone_name(local, "location", locale=code)
        if zone.key not in ("UTC", "Etc/UTC")
        else "UTC",
        # The last place on Earth where a day ends has a name that people know.
        "iana": _("anywhere on Earth") if zone.key == "Etc/GMT+12" else zone.key,
        "offset": offset,
        "utc": format_datetime(moment.astimezone(datetime.UTC), "d MMM y, HH:mm", locale=code) + " UTC",
        "iso": moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def filesize(size):
    """Bytes as people read them, by the language's rules: 18 KB."""
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            digits = 1 if size < 10 and unit != "B" else 0
            return f"{format_decimal(round(size, digits), locale=locale())} {unit}"
        size /= 1000


def time_of(moment, zone):
    """The time of day alone: 21:14."""
    return format_time(moment.astimezone(ZoneInfo(zone)), "HH:mm", locale=locale())


def source_parts(source):
    """Split a source into `(address or "", text)`; what is not an address stays words."""
    match = URL.search(source)
    if not match:
        return "", source
    rest = (source[: match.start()] + source[match.end() :]).strip(" ()")
    return match.group(), rest
