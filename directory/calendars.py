"""iCalendar files: what has a day stands in them, with an identifier that never changes, a number that
rises with every change, and the official time zone by its IANA name."""

import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import icalendar
from django.apps import apps
from django.conf import settings
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from directory.cities import city_name
from directory.text import best_text
from directory.vocabulary import label

# An identifier must be unique in the world and the same wherever the hub is served.
HOST = urlsplit(settings.LINKED_DATA_BASE).hostname
YEAR = datetime.timedelta(days=366)


def with_sequence(queryset):
    """Annotate `sequence`: how often the record was changed, as its history counts."""
    model = queryset.model
    history = apps.get_model(model._meta.app_label, f"{model.__name__}History")
    changes = (
        history.objects.filter(pgh_obj=OuterRef("pk"), pgh_label="update")
        .order_by()
        .values("pgh_obj")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return queryset.annotate(sequence=Coalesce(Subquery(changes), 0))


def place(record):
    """Where it is, in one line."""
    country = label("country", record.country_id) if record.country_id else ""
    return ", ".join(
        filter(None, (getattr(record, "place", ""), city_name(record.city, record.country_id), country))
    )


def component(request, dataset, record, title, description=""):
    """The entry of a record that came `with_sequence`, without its time."""
    found = icalendar.Event()
    found.add("uid", f"{dataset}-{record.pk}@{HOST}")
    found.add("summary", title)
    if description:
        found.add("description", description)
    found.add("url", request.build_absolute_uri(record.get_absolute_url()))
    found.add("dtstamp", record.updated_at)
    found.add("last-modified", record.updated_at)
    found.add("sequence", record.sequence)
    return found


def at(found, name, moment, zone):
    """An instant in its official zone. The library would write every zone that keeps to UTC, such as
    Africa/Dakar, as UTC; the name is kept by giving it beside the local time."""
    local = moment.astimezone(ZoneInfo(zone))
    if zone == "UTC":
        found.add(name, local)
    else:
        found.add(name, local.replace(tzinfo=None), parameters={"TZID": zone})


def event(request, record):
    """The days of an event; without days it is in no calendar."""
    found = component(request, "events", record, best_text(record, "title")[0], best_text(record, "theme")[0])
    found.add("dtstart", record.starts_on)
    # The day after the last one, as the format has it.
    found.add("dtend", (record.ends_on or record.starts_on) + datetime.timedelta(days=1))
    if where := place(record):
        found.add("location", where)
    found.add("transp", "TRANSPARENT")
    return found


def zones(components):
    """The rules of every zone in use, for the years around."""
    used = {}
    for one in components:
        for name in ("dtstart", "dtend"):
            if name in one and (zone := one[name].params.get("TZID")):
                used.setdefault(zone, []).append(one[name].dt.date())
    if not used:
        used = {"UTC": [datetime.date(2026, 1, 1)]} if not components else {}
    for zone, days in sorted(used.items()):
        yield icalendar.Timezone.from_tzid(zone, first_date=min(days) - YEAR, last_date=max(days) + YEAR)


def respond(request, name, title, components):
    """The calendar as a file; one without entries holds a time zone, since the format asks for a part."""
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", f"-//{HOST}//RIPESS hub//{get_language().upper()}")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", f"{title} · {_('SSE Collaborations')}")
    calendar.add("x-wr-calname", f"{title} · {_('SSE Collaborations')}")
    calendar.add("refresh-interval", datetime.timedelta(hours=12), parameters={"VALUE": "DURATION"})
    components = list(components)
    for one in (*zones(components), *components):
        calendar.add_component(one)
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{name}.ics"'
    return response
