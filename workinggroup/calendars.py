"""Meetings and deadlines in calendars."""

from django.utils.translation import gettext as _

from directory.calendars import at, component, place, with_sequence
from directory.text import best_text
from workinggroup.models import Call, Meeting


def named(record, made_of):
    """Its own title, else one made of its group's."""
    return best_text(record, "title")[0] or made_of % {"group": best_text(record.group, "title")[0]}


def meetings(**lookup):
    """The published meetings whose day is known."""
    found = Meeting.objects.published().filter(starts_at__isnull=False, **lookup)
    return with_sequence(found.select_related("group").defer("loaded", "group__loaded"))


def deadlines(**lookup):
    """The published calls that have a closing instant."""
    found = Call.objects.published().filter(closes_at__isnull=False, **lookup)
    return with_sequence(found.select_related("group").defer("loaded", "group__loaded"))


def meeting(request, record):
    title = named(record, _("Meeting: %(group)s"))
    found = component(request, "meetings", record, title, best_text(record, "purpose")[0])
    at(found, "dtstart", record.starts_at, record.time_zone)
    if record.ends_at:
        at(found, "dtend", record.ends_at, record.time_zone)
    if where := place(record) or record.online_url:
        found.add("location", where)
    found.add("status", "CANCELLED" if record.cancelled_at else "CONFIRMED")
    return found


def deadline(request, record):
    """The instant from which nothing more is received."""
    title = _("Deadline: %(title)s") % {"title": named(record, "%(group)s")}
    found = component(request, "calls", record, title, best_text(record, "notice")[0])
    at(found, "dtstart", record.closes_at, record.time_zone)
    found.add("transp", "TRANSPARENT")
    return found
