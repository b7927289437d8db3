"""The calendars of the hub: everything that has a day, the events with their filters, one group, one
record."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directory.calendars import event, respond, with_sequence
from directory.filters import EventFilter
from directory.models import Event
from directory.text import best_text
from workinggroup.calendars import deadline, deadlines, meeting, meetings
from workinggroup.models import WorkingGroup

# A calendar is fetched whole, again and again.
MOST = 2000


def dated():
    """The published events whose days are known."""
    return with_sequence(Event.objects.published().without_bulk().filter(starts_on__isnull=False))


def of_groups(request, **lookup):
    yield from (meeting(request, one) for one in meetings(**lookup).order_by("-starts_at")[:MOST])
    yield from (deadline(request, one) for one in deadlines(**lookup).order_by("-closes_at")[:MOST])


@require_safe
def everything(request):
    """Events, meetings and deadlines."""
    found = [event(request, one) for one in dated().order_by("-starts_on")[:MOST]]
    return respond(request, "calendar", _("Calendar"), [*found, *of_groups(request)])


@require_safe
def of_events(request):
    """The events that the filters of their list find."""
    found = EventFilter(request.GET, dated()).qs.order_by("-starts_on", "pk")[:MOST]
    return respond(request, "events", _("Events"), [event(request, one) for one in found])


@require_safe
def of_event(request, slug):
    record = get_object_or_404(dated(), slug=slug)
    return respond(request, slug, best_text(record, "title")[0], [event(request, record)])


@require_safe
def of_group(request, slug):
    """The meetings of a working group and the deadlines of its calls."""
    group = get_object_or_404(WorkingGroup.objects.published(), slug=slug)
    return respond(request, slug, best_text(group, "title")[0], of_groups(request, group=group))


@require_safe
def of_meeting(request, group, slug):
    return one(request, meetings(group__slug=group, slug=slug), meeting, slug)


@require_safe
def of_call(request, slug):
    return one(request, deadlines(slug=slug), deadline, slug)


def one(request, found, write, slug):
    record = found.first()
    if record is None:
        raise Http404(_("There is no such page."))
    return respond(request, slug, best_text(record.group, "title")[0], [write(request, record)])
