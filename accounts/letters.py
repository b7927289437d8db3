"""What a letter is made of: clean text, a simple look, and how its reader stops letters of its kind."""

import re
from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.db import models
from django.urls import reverse
from django.utils import translation
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Characters that end a line or turn the direction of what follows, so that a header or a name reads as
# another one.
CONTROL = re.compile("[\x00-\x1f\x7f\x85\u2028-\u202e\u2066-\u2069]")
CONTROL_BUT_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
EMPTY_LINES = re.compile(r"\n\s*\n")
# The line that mail programs know as the beginning of the signature.
SIGNATURE = "\n-- \n"
QUOTE = "> "
# What mail programs turn into a link by themselves.
LINK = re.compile(r"(?:(?:https?://|www\.)\S+)|(?:[\w-]+\.)+(?:[a-z]{2,}|[A-Z]{2,})\b(?:/\S*)?")
SALT = "accounts.letters.stop"


class MailKind(models.TextChoices):
    """The kinds of letters a person may switch off. Receipts, decisions, refusals for lateness and
    what concerns the security of an account are of no kind: they always come."""

    CALLS = (
        "calls",
        gettext_lazy("Calls of the groups I follow: opened, extended, opened again, closed early"),
    )
    CLOSING = "closing", gettext_lazy("Reminders seven days and 48 hours before a call closes")
    MEETINGS = "meetings", gettext_lazy("Meetings of the groups I follow: moved or cancelled")
    ON_BEHALF = "on_behalf", gettext_lazy("What is published on behalf of an organisation I represent")
    DIGEST = "digest", gettext_lazy("The daily summary of what waits for moderators")


def whole(text):
    """The text without halves of surrogate pairs, which neither the database nor a mail can hold."""
    return str(text).encode("utf-8", "replace").decode()


def one_line(text):
    """A header's value, or a name within a sentence: no line break or control character can start
    another header or another sentence."""
    return " ".join(CONTROL.sub(" ", whole(text)).split())


def clean_text(text):
    """The body of a letter: no control characters, at most one empty line at a time."""
    return EMPTY_LINES.sub("\n\n", CONTROL_BUT_LINES.sub("", whole(text))).strip() + "\n"


def unlinked(text):
    """Somebody's words in a letter to a stranger: what a mail program would make a link of is left
    out, so that nobody sends advertisements in our name."""
    return LINK.sub("…", one_line(text))


def quoted(text):
    """Somebody's words as a quotation."""
    return "\n".join(f"{QUOTE}{line}".rstrip() for line in whole(text).strip().splitlines())


def sender():
    """The From of a letter: our own address, whoever caused it, under the hub's name in the language of
    the letter."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or _("SSE Collaborations"), address))


# The HTML beside the text is made of the text.


def linked(line):
    """A line with the hub's own addresses as links, and no others."""
    pattern = rf"({re.escape(settings.PUBLIC_ORIGIN)}/[^\s<>\"]*)"
    pieces = re.split(pattern, line)
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<a href="{0}" style="color:#171d52">{0}</a>', piece) if odd % 2 else piece,)
            for odd, piece in enumerate(pieces)
        ),
    )


def blocks(text):
    """The paragraphs of a text: `[{lines, quote, url}]`. A paragraph that ends with an address of the
    hub leads there."""
    found = []
    for paragraph in text.strip().split("\n\n"):
        lines = paragraph.split("\n")
        quote = all(line.startswith(QUOTE.strip()) for line in lines)
        if quote:
            lines = [line[len(QUOTE) :] for line in lines]
        url = ""
        if not quote and re.fullmatch(rf"{re.escape(settings.PUBLIC_ORIGIN)}/\S*", lines[-1]):
            url = lines.pop()
        found.append(
            {"lines": [conditional_escape(linked(line)) for line in lines], "quote": quote, "url": url}
        )
    return found


def look(subject, text, language):
    """What the template of the HTML shows."""
    body, signed, signature = text.rpartition(SIGNATURE)
    if not signed:
        body, signature = text, ""
    return {
        "subject": subject,
        "language": language,
        "blocks": blocks(body),
        "signature": blocks(signature) if signature else [],
    }


# One-click unsubscribe (RFC 8058).


def stop_token(user, kind):
    """Names a person and a kind of letter. It does not run out: a letter may be read after years."""
    return signing.Signer(salt=SALT, sep=".").sign(f"{user.pk}-{kind}")


def read_stop_token(token):
    """`(key of the person, kind)`, or None for what we did not write."""
    try:
        key, _dash, kind = signing.Signer(salt=SALT, sep=".").unsign(token).partition("-")
    except signing.BadSignature:
        return None
    return (int(key), MailKind(kind)) if kind in MailKind.values else None


def stop_url(user, kind):
    """The address where the person stops letters of this kind, without signing in."""
    with translation.override(user.language):
        return settings.PUBLIC_ORIGIN + reverse("stop_mail", args=[stop_token(user, kind)])


def stop_headers(user, kind):
    """What lets mail programs show a button. The one-click POST is for https alone (RFC 8058)."""
    url = stop_url(user, kind)
    headers = {
        "List-Unsubscribe": f"<{url}>",
        "List-Id": f"<{kind.replace('_', '-')}.{urlsplit(settings.PUBLIC_ORIGIN).hostname}>",
    }
    if url.startswith("https://"):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers
