"""Tags every page uses: translated texts with their language, labels, dates, sources."""

import json
import re
from html import escape

import nh3
from babel.lists import format_list
from babel.numbers import format_percent
from django import template
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from markdown_it import MarkdownIt

from directory import text as words
from directory.cities import city_name
from directory.completeness import of_the_directory
from directory.vocabulary import label as vocabulary_label
from directory.vocabulary import vocabulary

register = template.Library()
markdown_parser = MarkdownIt("commonmark", {"html": False})


class Keep(template.Node):
    """What stands between the tags, in one line, shown here and kept under a name for a second use."""

    def __init__(self, nodelist, name):
        self.nodelist, self.name = nodelist, name

    def render(self, context):
        value = mark_safe(re.sub(r"[ \n]+", " ", self.nodelist.render(context)).strip())
        context[self.name] = value
        return value


@register.tag
def keep(parser, token):
    """{% keep title %}…{% endkeep %}: a block cannot be asked for twice, and the title is needed twice."""
    _tag, name = token.split_contents()
    nodelist = parser.parse(("endkeep",))
    parser.delete_first_token()
    return Keep(nodelist, name)


@register.simple_tag
def colon():
    """What stands between a name and what is said of it: French sets a space before it that never breaks."""
    return pgettext("between a name and what is said of it", ": ")


@register.simple_tag
def text(record, field):
    """A short translated text; in another language than the page's it carries its own `lang`."""
    value, code = words.best_text(record, field)
    if code == words.language():
        return value
    return format_html('<span lang="{}">{}</span>', code, value)


@register.simple_tag
def plain(record, field):
    """The same text without mark-up, for titles of windows and attributes."""
    return words.best_text(record, field)[0]


@register.filter(is_safe=True)
def spaced(value, code):
    """What people wrote themselves, so that in French no line begins with a sign."""
    return words.spaced(value or "", code)


def notice(record, field, code):
    """The sentence that says which language is shown, and in which ones the text exists."""
    if code == words.language():
        return mark_safe("")
    names = [words.language_name(c) for c in words.languages_of(record, field)]
    return format_html(
        '<p class="language-notice" role="note">{}</p>',
        ngettext(
            "This text is available in %(languages)s only.",
            "This text is available in %(languages)s only.",
            len(names),
        )
        % {"languages": _(" and ").join(names)},
    )


@register.simple_tag
def prose(record, field, lead=False):
    """A translated text in paragraphs, with the notice when the reader's language lacks it."""
    value, code = words.best_text(record, field)
    if not value:
        return ""
    return notice(record, field, code) + format_html(
        '<div class="prose{}"{}>{}</div>',
        " prose--lead" if lead else "",
        format_html(' lang="{}"', code) if code != words.language() else "",
        mark_safe(linebreaks(value, autoescape=True)),
    )


@register.filter
def markdown(value):
    """Markdown that people wrote, as safe HTML: no raw HTML, no scripts, no foreign protocols."""
    html = markdown_parser.render(value or "")
    return mark_safe(
        nh3.clean(
            html,
            tags={
                "p",
                "h1",
                "h2",
                "h3",
                "h4",
                "ul",
                "ol",
                "li",
                "em",
                "strong",
                "a",
                "blockquote",
                "code",
                "pre",
                "hr",
                "br",
            },
            attributes={"a": {"href", "title"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="nofollow noopener ugc",
        )
    )


@register.simple_tag
def translated_markdown(record, field):
    value, code = words.best_text(record, field)
    if not value:
        return ""
    return notice(record, field, code) + format_html(
        '<div class="prose"{}>{}</div>',
        format_html(' lang="{}"', code) if code != words.language() else "",
        markdown(value),
    )


@register.filter
def label(key, table):
    """The label of a vocabulary's key in the reader's language."""
    return vocabulary_label(table, key)


@register.filter
def city(record):
    """The city of a record as the reader's language calls it."""
    return city_name(record.city, record.country_id)


@register.filter
def labels(keys, table):
    """Labels of several keys, with commas."""
    return ", ".join(vocabulary_label(table, key) for key in keys or [])


# Three letters for the columns of a narrow matrix.
CONTINENT_CODES = {
    "m49-002": gettext_lazy("AFR"),
    "m49-419": gettext_lazy("LAC"),
    "m49-021": gettext_lazy("NAM"),
    "m49-142": gettext_lazy("ASI"),
    "m49-150": gettext_lazy("EUR"),
    "m49-009": gettext_lazy("OCE"),
}


@register.filter
def enumerated(keys, table):
    """Labels of several keys as a sentence lists them: Africa, Asia and Europe."""
    return format_list([vocabulary_label(table, key) for key in keys], locale=words.locale())


@register.filter
def continent_code(key):
    """The short form of a continent, by its key."""
    return CONTINENT_CODES.get(key, key)


@register.filter
def definition(key, table):
    entry = vocabulary()[table].get(key)
    return entry.definition if entry else ""


@register.filter
def day(date):
    return words.day(date) if date else ""


@register.simple_tag
def event_dates(event):
    """The days of an event; a year alone stays a year."""
    if not event.starts_on:
        return str(event.year)
    shown = words.days(event.starts_on, event.ends_on)
    return format_html('<time datetime="{}">{}</time>', event.starts_on.isoformat(), shown)


@register.simple_tag
def agreement_period(agreement):
    """From when to when, as far as known: years stay years."""
    start = words.day(agreement.start_on) if agreement.start_on else agreement.start_year
    end = words.day(agreement.end_on) if agreement.end_on else agreement.end_year
    if start and end:
        return f"{start}–{end}" if start != end else str(start)
    if start:
        return _("since %(start)s") % {"start": start}
    if end:
        return _("until %(end)s") % {"end": end}
    return _("dates not known")


@register.filter
def named_language(code):
    """The name of a language in the reader's language."""
    return words.language_name(code)


@register.filter
def percent(part):
    """A part of one by the rules of the reader's language: 98 %."""
    return format_percent(part, locale=words.locale())


@register.filter
def instant(moment, zone):
    """The parts of a deadline: date, time, zone name, offset, UTC; see `directory.text.instant`."""
    return words.instant(moment, zone)


@register.simple_tag
def source_list(sources):
    """The pages consulted, as links that name their site; other sources as words."""
    items = []
    for source in sources:
        address, rest = words.source_parts(source)
        if address:
            name = Truncator(address.split("//", 1)[1].removeprefix("www.").rstrip("/")).chars(45)
            name = f"{name} ({rest})" if rest else name
            items.append(format_html('<a href="{}" rel="noopener nofollow">{}</a>', address, name))
        else:
            items.append(_("general knowledge") if source == "general knowledge" else source)
    return format_html(
        '<ul class="sources">{}</ul>', format_html_join("", "<li>{}</li>", ((item,) for item in items))
    )


@register.filter
def host(address):
    """The site of an address, for the text of a link."""
    parts = (address or "").split("/")
    return parts[2].removeprefix("www.") if len(parts) > 2 else address


@register.filter
def filesize(size):
    """Bytes as people read them: 18 KB."""
    return words.filesize(size)


@register.simple_tag
def jsonld(data):
    """A JSON-LD description; what could end the element is escaped. It is data, not a script."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        body = body.replace(character, escaped)
    return mark_safe(f'<script type="application/ld+json">{body}</script>')


@register.simple_tag
def party_link(party, full=False):
    """A party's name: a link when it stands published in the directory, else text."""
    record = party.organisation
    name, code = words.best_text(record, "acronym") if record and not full else ("", "")
    if not name:
        name, code = words.best_text(party.named, "name")
    if code != words.language():
        name = format_html('<span lang="{}">{}</span>', code, name)
    if not (record and record.is_published):
        return name
    return format_html('<a href="{}">{}</a>', record.get_absolute_url(), name)


@register.simple_tag
def parties_line(agreement, without=None, most=4):
    """The parties in one line, without the organisation whose page it is; from five on, a number."""
    parties = [p for p in agreement.parties.all() if not without or p.organisation_id != without.pk]
    shown = format_html_join(", ", "{}", ((party_link(party),) for party in parties[:most]))
    rest = len(parties) - most
    if rest <= 0:
        return shown
    return format_html(
        "{} {}", shown, ngettext("and %(count)s more", "and %(count)s more", rest) % {"count": rest}
    )


@register.filter
def unlocalized(number):
    """A number for SVG and JSON: a point, whatever the language."""
    return str(number)


@register.simple_tag
def facet_options(options, name):
    """The boxes of a facet. In Python, since a page has a hundred and fifty of them."""
    return mark_safe(
        "".join(
            f'<label class="option{" option--zero" if option.zero else ""}">'
            f'<input type="checkbox" name="{name}" value="{escape(option.value)}"'
            f"{' checked' if option.selected else ''}><span>{escape(option.label)}</span>"
            f'<span class="n num">{option.count}</span></label>\n'
            for option in options
        )
    )


@register.inclusion_tag("_completeness.html")
def completeness(model):
    """How much of what is published there is in each language: `organisation`, `agreement` or `event`."""
    found = of_the_directory()
    return {"shares": next(found[one] for one in found if one._meta.model_name == model)}
