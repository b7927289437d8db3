"""What people type, kept as typed, and what each line of it must be to be sent."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _

from directory.forms import UNTYPEABLE, Words, plain
from directory.models import Agreement
from directory.search import named

MOST_TEXT = 200_000
MOST_ANSWER = 20_000
MOST_LINES = 20
LISTS = ("regions", "sectors")
WORD = re.compile(r"\S+")
# Characters that turn the direction of what follows, so that a name reads as another one.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def typed(post, names):
    """Return `(data, spoilt)`: what was typed into the fields `names`, fit to be kept in a JSON column,
    and the names of those that held characters no text can hold, which are left out."""
    data, spoilt = {}, []
    for name in names:
        values = post.getlist(name) if name in LISTS else [post.get(name, "")]
        clean = [plain(value) for value in values]
        if any(UNTYPEABLE.search(value) for value in values):
            spoilt.append(name)
        longest = MOST_TEXT if name == "text" else MOST_ANSWER
        clean = [value[: longest * 2] for value in clean][:200]
        data[name] = clean if name in LISTS else clean[0]
    return data, spoilt


def words_in(text):
    return len(WORD.findall(text))


def lines_of(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


class Typed(dict):
    """Kept data as a form reads it: lists where several values may be chosen."""

    def getlist(self, name):
        value = self.get(name, [])
        return value if isinstance(value, list) else [value]


class LinesField(Words):
    """One entry a line; `clean_line` makes a value of each or says what is wrong with it."""

    def __init__(self, *args, clean_line, rows=3, private=False, **kwargs):
        self.clean_line = clean_line
        attrs = {"rows": rows, **({"data-private": ""} if private else {})}
        super().__init__(*args, required=False, widget=forms.Textarea(attrs=attrs), **kwargs)

    def clean(self, value):
        lines = lines_of(super().clean(value) or "")
        if len(lines) > MOST_LINES:
            raise ValidationError(_("At most %(count)s lines.") % {"count": MOST_LINES})
        made, wrong = [], []
        for line in lines:
            try:
                made.append(self.clean_line(line))
            except ValidationError as error:
                wrong += error.messages
        if wrong:
            raise ValidationError(wrong)
        return list(dict.fromkeys(made))


def clean_link(line):
    """A web address; one without its scheme is taken as https."""
    address = line if re.match(r"[a-z][a-z0-9+.-]*:", line, re.IGNORECASE) else f"https://{line}"
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError as error:
        raise ValidationError(
            _("“%(line)s” is not a web address; write it as https://example.org.") % {"line": line[:80]}
        ) from error
    if len(address) > 500:
        raise ValidationError(_("A web address may have 500 characters at the most."))
    return address


def clean_co_author(line):
    """`Name, address` as (name, address in lower case)."""
    # One space for many: the pattern below would try each of them anew.
    line = " ".join(line.split())
    parts = [part.strip(" <>()") for part in re.split(r"[,;<]\s*|\s+(?=\S+@)", line) if part.strip(" <>()")]
    emails = [part for part in parts if "@" in part]
    name = " ".join(part for part in parts if "@" not in part)
    try:
        if len(emails) != 1 or not name:
            raise ValidationError("")
        validate_email(emails[0])
    except ValidationError as error:
        raise ValidationError(
            _("“%(line)s”: write a name, a comma and one e-mail address.") % {"line": line[:80]}
        ) from error
    check_name(name)
    return name[:150], emails[0].lower()


def check_name(text):
    """Refuse characters that make a name or title read as another one."""
    if TURNING.search(text):
        raise ValidationError(
            _("This holds invisible characters that turn the direction of writing. Please write it anew.")
        )


def found(queryset, text, what):
    """The one record of that name, acronym or address; else a sentence that names the near ones."""
    exact, near = named(queryset, text)
    if len(exact) == 1:
        return exact[0]
    if near := exact or near:
        names = "; ".join(str(record) for record in near[:5])
        raise ValidationError(
            _(
                "“%(text)s” is not a name in the directory. Do you mean: %(names)s? Write the name as it stands here."
            )
            % {"text": text[:80], "names": names}
        )
    raise ValidationError(what % {"text": text[:80]})


def clean_agreement(line):
    return found(Agreement.objects.published(), line, _("There is no agreement “%(text)s” in the directory."))
