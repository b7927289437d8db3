"""The picture that goes with a shared link, for each type of record; all apps meet here."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contributions.models import Contribution
from directory import cards, maps
from directory.maps import Map, Place, equal_earth
from directory.models import Agreement, Event, Organisation
from directory.templatetags.hub import agreement_period, event_dates
from directory.text import best_text
from directory.vocabulary import label, vocabulary
from workinggroup.models import Call, Meeting, WorkingGroup
from workinggroup.templatetags.workinggroup import call_title, meeting_date, meeting_title


def dot(record):
    """A map with the place of a record alone; none when it has no known place."""
    if record.latitude is None:
        return None
    return Map([Place("", record.city, "", *equal_earth(record.latitude, record.longitude), 1)], [], 1)


def where(record):
    return ", ".join(filter(None, (record.city, label("country", record.country_id))))


def organisation(key):
    record = get_object_or_404(Organisation.objects.published(), slug=key)
    return label("kind", record.kind_id), best_text(record, "name")[0], where(record), dot(record)


def agreement(key):
    record = get_object_or_404(Agreement.objects.published(), slug=key)
    line = f"{label('direction', record.direction)} · {agreement_period(record)}"
    drawn = maps.map_of(Agreement.objects.filter(pk=record.pk))
    return label("agreement_kind", record.kind_id), best_text(record, "title")[0], line, drawn


def event(key):
    record = get_object_or_404(Event.objects.published(), slug=key)
    line = " · ".join(filter(None, (strip_tags(event_dates(record)), where(record))))
    return label("event_type", record.type_id), best_text(record, "title")[0], line, dot(record)


def place(table, column):
    """A region or a sector, with the map of its agreements."""

    def card(key):
        entry = vocabulary()[table].get(key)
        if entry is None:
            raise Http404
        drawn = maps.map_of(Agreement.objects.published().filter(**{f"{column}__contains": [key]}))
        line = _("Organisations, cooperation agreements and events")
        return _("Social and solidarity economy"), entry.label, line, drawn

    return card


def group(key):
    record = get_object_or_404(WorkingGroup.objects.published(), slug=key)
    return _("Working group"), best_text(record, "title")[0], best_text(record, "theme_block")[0], None


def meeting(key):
    record = get_object_or_404(Meeting.objects.published().select_related("group", "event"), slug=key)
    return _("Meeting"), strip_tags(meeting_title(record)), strip_tags(meeting_date(record)), None


def call(key):
    record = get_object_or_404(Call.objects.published().select_related("group"), slug=key)
    title = strip_tags(call_title(record, record.group))
    return _("Call for contributions"), title, best_text(record.group, "title")[0], None


def contribution(key):
    record = get_object_or_404(Contribution.objects.published(), reference=key)
    return _("Contribution"), record.title, record.shown_author or "", None


def site():
    """Every other page: the map of all agreements."""
    return (
        _("Coordinated by RIPESS"),
        _("Who cooperates with whom in the social and solidarity economy"),
        "",
        maps.map_of(Agreement.objects.published()),
    )


CARDS = {
    "organisations": organisation,
    "agreements": agreement,
    "events": event,
    "regions": place("region", "place_keys"),
    "sectors": place("sector", "sector_keys"),
    "groups": group,
    "meetings": meeting,
    "calls": call,
    "contributions": contribution,
}


@require_safe
def card(request, kind="", key=""):
    """The picture of a published record, or of the site."""
    if kind and kind not in CARDS:
        raise Http404
    kicker, title, line, drawn = CARDS[kind](key) if kind else site()
    return HttpResponse(
        cards.draw(kicker, title, line, _("SSE Collaborations"), drawn), content_type="image/png"
    )
