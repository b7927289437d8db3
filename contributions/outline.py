"""The headings of a contribution: levels that fit its page, anchors, and a table of contents."""

import re
from html import unescape

from django.utils.html import strip_tags
from django.utils.safestring import mark_safe

from directory.templatetags.hub import markdown

# What `markdown` lets through carries no attributes on headings and always closes them.
HEADING = re.compile(r"<h([1-4])>(.*?)</h\1>", re.DOTALL)
FEWEST_ENTRIES = 3
WORDS_A_MINUTE = 200


def outlined(text):
    """Return the text as safe HTML whose highest heading is an h2, and its entries for a table of
    contents, `(anchor, words)`: none when it would have less than three."""
    html = markdown(text)
    levels = [int(level) for level, _words in HEADING.findall(html)]
    if not levels:
        return html, []
    highest, entries = min(levels), []

    def heading(match):
        level = int(match[1]) - highest + 2
        if level > 2:
            return f"<h{level}>{match[2]}</h{level}>"
        anchor = f"section-{len(entries) + 1}"
        entries.append((anchor, unescape(strip_tags(match[2]))))
        return f'<h2 id="{anchor}">{match[2]}</h2>'

    html = HEADING.sub(heading, html)
    return mark_safe(html), entries if len(entries) >= FEWEST_ENTRIES else []


def reading_minutes(text):
    return max(1, round(len(text.split()) / WORDS_A_MINUTE))
