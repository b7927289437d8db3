"""What changed between two versions of a contribution, word by word, as people read it."""

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.models import Agreement, Organisation
from directory.text import best_text, language_name
from directory.vocabulary import label
from workinggroup.models import ContributionKind

# A word, a run of spaces, or one other character.
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
SENTENCE = re.compile(r"[^.!?…\n]+[.!?…\n]*\s*|[.!?…\n]+\s*")
# Passages longer than this are compared sentence by sentence: word by word would take seconds.
MOST_TOKENS = 5_000
EXACT_UP_TO = 2_500
# Passages that share less than this were written anew: they are shown whole, the old and the new.
LEAST_ALIKE = 0.3
# Paragraphs rewritten one by one are compared one by one, up to so many.
MOST_PAIRS = 400
# Unchanged paragraphs left to see around a change.
AROUND = 1


LABELS = {
    "kind": gettext_lazy("Kind"),
    "language": gettext_lazy("Language"),
    "author_name": gettext_lazy("Name shown"),
    "organisation": gettext_lazy("On behalf of"),
    "co_authors": gettext_lazy("Co-authors"),
    "regions": gettext_lazy("Regions it speaks of"),
    "sectors": gettext_lazy("Sectors it speaks of"),
    "agreements": gettext_lazy("Agreements it speaks of"),
    "links": gettext_lazy("Links"),
    "attachments": gettext_lazy("Attachments"),
}
LISTS = {"co_authors", "regions", "sectors", "agreements", "links", "attachments"}


@dataclass
class Block:
    """A stretch of text: `parts` are (kind, text) with kind "same", "del" or "ins". A `folded` block
    holds `count` unchanged paragraphs that can be opened."""

    parts: list = field(default_factory=list)
    folded: bool = False
    count: int = 0

    @property
    def shown(self):
        """The parts without the empty lines they end in."""
        *parts, (kind, text) = self.parts
        return [part for part in (*parts, (kind, text.rstrip("\n"))) if part[1]]


def compared(old, new):
    """The text as a list of `Block`s; empty when nothing changed."""
    before, after = paragraphs(old), paragraphs(new)
    if before == after:
        return []
    blocks = []
    steps = opcodes(before, after)
    for number, (kind, i1, i2, j1, j2) in enumerate(steps):
        gone, come = before[i1:i2], after[j1:j2]
        if kind == "equal":
            blocks += unchanged(gone, first=number == 0, last=number == len(steps) - 1)
        elif len(gone) == len(come) <= MOST_PAIRS:
            blocks += [Block(words(*pair)) for pair in zip(gone, come, strict=True)]
        else:
            blocks.append(Block(words("".join(gone), "".join(come))))
    return blocks


def opcodes(before, after):
    """difflib's steps. Its short cut for long sequences, which leaves out what occurs often, is taken
    only where the exact way would take seconds."""
    return SequenceMatcher(None, before, after, autojunk=len(before) + len(after) > EXACT_UP_TO).get_opcodes()


def paragraphs(text):
    """The lines of a text, each with the empty lines that follow it."""
    return re.findall(r"[^\n]*\n*", text.replace("\r\n", "\n"))[:-1]


def unchanged(lines, *, first, last):
    """Paragraphs that stayed: those beside a change are shown, the rest can be opened."""
    head = lines[: 0 if first else AROUND]
    tail = lines[len(lines) if last else max(len(head), len(lines) - AROUND) :]
    middle = lines[len(head) : len(lines) - len(tail)]
    if len(middle) <= 1:
        return [Block([("same", "".join(lines))])]
    found = [
        Block([("same", "".join(head))]),
        Block([("same", "".join(middle))], folded=True, count=len(middle)),
        Block([("same", "".join(tail))]),
    ]
    return [block for block in found if block.parts[0][1]]


def words(old, new):
    """`[(kind, text)]` of two passages, word by word; long ones sentence by sentence first."""
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    if len(before) + len(after) > MOST_TOKENS:
        before, after = SENTENCE.findall(old), SENTENCE.findall(new)
    parts = []
    for kind, i1, i2, j1, j2 in opcodes(before, after):
        gone, come = "".join(before[i1:i2]), "".join(after[j1:j2])
        if kind == "equal" and i1 and i2 < len(before) and not re.search(r"\w", gone):
            # A space or comma between two changed words: both are easier to read in one piece.
            kind = "replace"
        parts.append(("same" if kind == "equal" else "changed", gone, come))
    kept = sum(len(gone) for kind, gone, _come in parts if kind == "same")
    if kept < LEAST_ALIKE * min(len(old), len(new)):
        parts = [("changed", old, new)]
    return list(joined(parts))


def joined(parts):
    """Neighbouring changes as one deletion and one insertion."""
    gone, come = "", ""
    for kind, old, new in [*parts, ("same", "", "")]:
        if kind == "changed":
            gone, come = gone + old, come + new
            continue
        if gone == come:
            gone, come, old = "", "", gone + old
        yield from ((name, text) for name, text in (("del", gone), ("ins", come)) if text)
        gone, come = "", ""
        if old:
            yield "same", old


@dataclass
class Row:
    """A field outside the text: what it held before, what it holds after. `parts` shows one value
    word by word; `gone`, `come` and `kept` are the entries of a list."""

    label: str
    parts: list = field(default_factory=list)
    gone: list = field(default_factory=list)
    come: list = field(default_factory=list)
    kept: list = field(default_factory=list)


def further_fields(old, new, questions):
    """The `Row`s of what changed in kind, language, names, places, links, files and answers, between
    the `rest` of two versions. `questions`: the call's, for the labels of answers."""
    shown = readable(old, new)
    rows = []
    for name, title in LABELS.items():
        before, after = (shown(name, rest.get(name)) for rest in (old, new))
        if before == after:
            continue
        if name in LISTS:
            rows.append(
                Row(
                    str(title),
                    gone=[entry for entry in before if entry not in after],
                    come=[entry for entry in after if entry not in before],
                    kept=[entry for entry in after if entry in before],
                )
            )
        else:
            parts = [part for part in (("del", before), ("ins", after)) if part[1]]
            rows.append(Row(str(title), parts=parts))
    titles = {str(question.pk): str(question) for question in questions}
    before, after = old.get("answers") or {}, new.get("answers") or {}
    for key in dict.fromkeys([*before, *after]):
        if before.get(key, "") != after.get(key, ""):
            title = titles.get(key) or _("A question no longer asked")
            rows.append(Row(title, parts=words(before.get(key, ""), after.get(key, ""))))
    return rows


def readable(*versions):
    """A function that makes words of a stored value: labels of keys, names of organisations."""
    slugs = {rest.get("organisation") for rest in versions} - {"", None}
    titles = {slug for rest in versions for slug in rest.get("agreements") or ()}
    organisations = {
        record.slug: best_text(record, "name")[0]
        for record in (Organisation.objects.filter(slug__in=slugs).rows() if slugs else ())
    }
    agreements = {
        record.slug: best_text(record, "title")[0]
        for record in (Agreement.objects.filter(slug__in=titles).rows() if titles else ())
    }
    one = {
        "kind": lambda value: str(dict(ContributionKind.choices).get(value, value)),
        "language": lambda code: capfirst(language_name(code)),
        "organisation": lambda slug: organisations.get(slug, slug),
        "agreements": lambda slug: agreements.get(slug, slug),
        "regions": lambda key: label("region", key),
        "sectors": lambda key: label("sector", key),
    }

    def shown(name, value):
        make = one.get(name, str)
        if name in LISTS:
            return [make(entry) for entry in value or ()]
        return make(value) if value else ""

    return shown
