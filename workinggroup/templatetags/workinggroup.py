"""What working groups show on their own pages and on the pages of other apps."""

from collections import Counter
from html import unescape
from pathlib import PurePath

from babel.lists import format_list
from django import template
from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.template.defaultfilters import truncatewords
from django.utils import timezone
from django.utils.html import format_html, strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from directory import completeness
from directory import text as words
from directory.models import Publication
from directory.templatetags.hub import city, markdown, text
from directory.vocabulary import once_a_version
from workinggroup.models import (
    Call,
    CallQuestion,
    ContextParagraph,
    Document,
    Follow,
    Meeting,
    Question,
    WorkingGroup,
    bulk_of,
)
from workinggroup.timeline import days_left as midnights_left

register = template.Library()

ACCEPTED = {
    "text": gettext_lazy("a text"),
    "link": gettext_lazy("links"),
    "attachment": gettext_lazy("attached files"),
}
MOST_CARDS = 4


@register.simple_tag
def days_left(call):
    """The days until an open call closes, counted in its own zone by the database's clock."""
    left = midnights_left(call)
    if left == 0:
        return _("Closes today")
    return ngettext("%(days)s day left", "%(days)s days left", left) % {"days": left}


@register.filter
def closes_soon(call):
    """Whether an open call may be in its last 48 hours, which a browser counts."""
    return midnights_left(call) <= 2


@register.filter
def accepted(call):
    """What the call accepts, in words."""
    names = [str(ACCEPTED.get(key, key)) for key in call.accepts]
    return format_list(names, locale=words.language()) if names else ""


@register.simple_tag
def call_length(call):
    """How long a text may be, in words."""
    fewest, most = call.min_words, call.max_words
    if fewest and most:
        return _("%(fewest)s to %(most)s words") % {"fewest": fewest, "most": most}
    if fewest:
        return ngettext("At least %(count)s word.", "At least %(count)s words.", fewest) % {"count": fewest}
    return ngettext("At most %(count)s word.", "At most %(count)s words.", most) % {"count": most}


@register.filter
def language_names(codes):
    """Names of languages in the reader's language: Spanish, French and English."""
    return format_list([words.language_name(code) for code in codes], locale=words.language())


@register.filter
def file_kind(row):
    """The extension as people name a kind of file: PDF."""
    return PurePath(row["original_name"]).suffix.lstrip(".").upper() or _("file")


def without_markup(value):
    """The words of a Markdown text on one line."""
    return " ".join(unescape(strip_tags(markdown(value))).split())


@register.simple_tag
def excerpt(record, field, length=32):
    """The first words of a text's first paragraph, without mark-up, in the best language there is."""
    value, code = words.best_text(record, field)
    value = truncatewords(without_markup(value.strip().replace("\r", "").split("\n\n")[0]), length)
    value = words.spaced(value, code)
    # It announces a list that is not shown here.
    if value.endswith(":"):
        value = value.rstrip(":\u00a0") + "…"
    if code == words.language():
        return value
    return format_html('<span lang="{}">{}</span>', code, value)


@register.simple_tag
def meeting_title(meeting):
    """The title of a meeting, or one made of its city."""
    if meeting.title:
        return text(meeting, "title")
    if meeting.city:
        return _("Meeting in %(city)s") % {"city": city(meeting)}
    return _("Meeting of the working group")


@register.simple_tag
def call_title(call, record=None):
    """The title of a call; without one, that of `record` (its group), else what it is."""
    if call.title:
        return text(call, "title")
    return text(record, "title") if record else _("Call for contributions")


@register.simple_tag
def meeting_date(meeting):
    """The day of a meeting, else its year, else that it is not known. Readers who noted a former day see
    it struck through, and that of a cancelled meeting too."""
    if meeting.starts_at:
        shown = day_of(meeting.starts_at, meeting.time_zone)
    else:
        year = meeting.year or (meeting.event and meeting.event.year)
        shown = str(year) if year else _("date not known")
    if meeting.cancelled_at:
        return format_html("{} <strong>{}</strong>", struck(shown), _("cancelled"))
    if meeting.moved_from:
        return format_html("{} {}", struck(day_of(meeting.moved_from, meeting.time_zone)), shown)
    return shown


def day_of(moment, zone):
    start = words.instant(moment, zone)
    return format_html('<time datetime="{}">{}</time>', start["iso"], start["date"])


def struck(shown):
    """What no longer holds: said to those who do not see the line through it."""
    return format_html('<s><span class="visually-hidden">{}</span> {}</s>', _("no longer:"), shown)


@register.simple_tag
def former_start(meeting):
    """The former day and hour of a meeting that was moved."""
    moment = words.instant(meeting.moved_from, meeting.time_zone)
    return struck(f"{moment['date']}, {moment['time']}")


@register.simple_tag
def unknown_date(meeting):
    """For a meeting without a day: what is known instead, and nothing invented."""
    event = meeting.event
    if event and event.is_published and event.starts_on:
        days = words.days(event.starts_on, event.ends_on)
        if (event.ends_on or event.starts_on) < timezone.now().date():
            return _("The day and hour are not known; the forum was held on %(days)s.") % {"days": days}
        return _("The day and hour are not known yet; the forum takes place on %(days)s.") % {"days": days}
    return _("The day and hour are not known.")


@once_a_version
def grouped():
    """The organisations that coordinate a working group or are named in one: few of all."""
    groups = WorkingGroup.objects.published().order_by()
    named = groups.values_list("organisations", flat=True)
    return frozenset([*groups.values_list("coordinator", flat=True), *named])


@register.inclusion_tag("workinggroup/_groups_of.html")
def groups_of(organisation):
    """The working groups the organisation coordinates or is named in."""
    if organisation.pk not in grouped():
        return {"groups": []}
    named = WorkingGroup.organisations.through.objects.filter(
        workinggroup=OuterRef("pk"), organisation=organisation
    )
    groups = WorkingGroup.objects.published().filter(Q(coordinator=organisation) | Exists(named))
    return {"groups": groups.defer("loaded"), "organisation": organisation}


@register.inclusion_tag("workinggroup/_groups_of_region.html")
def groups_of_region(region_key):
    """The working groups that name the region."""
    named = WorkingGroup.areas.through.objects.filter(workinggroup=OuterRef("pk"), region=region_key)
    groups = WorkingGroup.objects.published().with_coordinator().filter(Exists(named))
    return {"groups": groups}


@register.inclusion_tag("workinggroup/_groups_of_sector.html")
def groups_of_sector(sector_key):
    """The working groups whose coordinator works in the sector, or that name an organisation that does."""
    named = WorkingGroup.organisations.through.objects.filter(
        workinggroup=OuterRef("pk"),
        organisation__publication=Publication.PUBLISHED,
        organisation__sector_keys__contains=[sector_key],
    )
    coordinated = Q(
        coordinator__publication=Publication.PUBLISHED, coordinator__sector_keys__contains=[sector_key]
    )
    groups = WorkingGroup.objects.published().with_coordinator().filter(coordinated | Exists(named))
    return {"groups": groups}


@register.inclusion_tag("workinggroup/_meetings_at.html")
def meetings_at(event):
    """The meetings that working groups held within the event."""
    meetings = Meeting.objects.published().filter(event=event).select_related("group").defer("loaded")
    return {"meetings": with_event(meetings, event)}


def with_event(meetings, event):
    meetings = list(meetings)
    for meeting in meetings:
        meeting.event = event
    return meetings


@register.inclusion_tag("workinggroup/_open_calls.html")
def open_calls(but=None):
    """Every open call, of whichever group, except the one the page is about."""
    calls = Call.objects.published().most_urgent_first().filter(state=Call.State.OPEN)
    if but:
        calls = calls.exclude(pk=but.pk)
    return {"calls": calls.select_related("group").defer("loaded")}


@register.inclusion_tag("workinggroup/_call_frames.html")
def call_frames():
    """What to copy to show a call on another site, the open ones first."""
    calls = Call.objects.published().most_urgent_first().select_related("group").defer("loaded")
    return {"calls": calls[:MOST_CARDS], "origin": settings.PUBLIC_ORIGIN}


@register.inclusion_tag("workinggroup/_call_cards.html")
def call_cards(heading=2):
    """Calls as cards, the open ones first: for the home page."""
    calls = (
        Call.objects.published()
        .most_urgent_first()
        .select_related("group__coordinator", "meeting")
        .defer(*bulk_of("group__coordinator"), "loaded")
    )
    return {"calls": [with_meeting(call) for call in calls[:MOST_CARDS]], "heading": heading}


def with_meeting(call):
    """A published meeting alone is shown beside its call."""
    if call.meeting:
        call.meeting.group = call.group
    call.shown_meeting = call.meeting if call.meeting and call.meeting.is_published else None
    return call


@register.simple_tag
def call_name(call):
    """The title of a call as plain text, for letters; without one, that of its group."""
    return words.best_text(call, "title")[0] or words.best_text(call.group, "title")[0]


@register.simple_tag
def meeting_name(meeting):
    """The title of a meeting as plain text, for letters; without one, that of its group."""
    return words.best_text(meeting, "title")[0] or words.best_text(meeting.group, "title")[0]


@register.inclusion_tag("workinggroup/_followed_groups.html")
def followed_groups(user):
    """The groups a person follows: for their account page."""
    return {"follows": Follow.objects.of(user).select_related("group").defer("group__loaded")}


@once_a_version
def texts_of_groups():
    """How many of a group's texts there are in each language: its own, and those of what is published
    of its meetings, documents and calls."""
    counted = {}
    for queryset, by in (
        (WorkingGroup.objects.published(), "pk"),
        (ContextParagraph.objects.all(), "group"),
        (Question.objects.all(), "group"),
        (Meeting.objects.published(), "group"),
        (Document.objects.published(), "group"),
        (Call.objects.published(), "group"),
        (CallQuestion.objects.filter(call__in=Call.objects.published()), "call__group"),
    ):
        for group, texts in completeness.texts(queryset, by).items():
            counted[group] = counted.get(group, Counter()) + texts
    return counted


@register.inclusion_tag("_completeness.html")
def completeness_of(group):
    """How much of a group's texts there is in each language."""
    return {"shares": completeness.shares(texts_of_groups().get(group.pk, Counter()))}
