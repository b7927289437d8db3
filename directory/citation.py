"""How to cite an agreement of the directory: as a line of text and as BibTeX."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.text import best_text, day, language
from directory.vocabulary import label

# What TeX reads as commands, and how it is written as itself.
TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_",
    "%": r"\%", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def party_names(agreement):
    return [best_text(party.named, "name")[0] or party.organisation.slug for party in agreement.parties.all()]


def year_of(agreement):
    """The year it was signed in, else began in; empty when neither is known."""
    return agreement.signed_on.year if agreement.signed_on else agreement.start_year or ""


def address(agreement):
    return settings.PUBLIC_ORIGIN + agreement.get_absolute_url()


def plain(agreement):
    """A line of text in the reader's language, with the day of consulting."""
    names = party_names(agreement)
    shown = ", ".join(names[:6]) + (" et al." if len(names) > 6 else "")
    title = best_text(agreement, "title")[0]
    year = year_of(agreement) or _("n.d.")
    return _(
        "%(parties)s (%(year)s). “%(title)s”. %(kind)s. SSE Collaborations, coordinated by RIPESS. %(url)s "
        "(consulted on %(day)s)."
    ) % {
        "parties": shown,
        "year": year,
        "title": title,
        "kind": label("agreement_kind", agreement.kind_id),
        "url": address(agreement),
        "day": day(timezone.now().date()),
    }


def tex(text):
    """Text on one line, with the signs of TeX as themselves."""
    return " ".join("".join(TEX.get(sign, sign) for sign in str(text)).split())


def bibtex(agreement):
    """One BibTeX entry; names stand in double braces, so that nobody takes them for persons."""
    fields = {
        "title": "{" + tex(best_text(agreement, "title")[0]) + "}",
        "author": " and ".join("{" + tex(name) + "}" for name in party_names(agreement)),
        "year": year_of(agreement),
        "type": tex(label("agreement_kind", agreement.kind_id)),
        "howpublished": tex(_("SSE Collaborations, coordinated by RIPESS")),
        "url": address(agreement),
        "urldate": timezone.now().date().isoformat(),
        "language": {"es": "spanish", "fr": "french", "en": "english"}.get(language(), language()),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{agreement.slug},\n{lines}\n}}\n"
