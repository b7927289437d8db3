"""Pages whose data can be taken away at their own address: `?format=csv` beside the same filters."""

from functools import wraps

from django.http import Http404
from django.utils.translation import gettext_lazy as _

# Address below the page: what it is.
SUBSCRIPTIONS = {
    "feed": ("feed.atom", "application/atom+xml", _("Feed (Atom)")),
    "calendar": ("calendar.ics", "text/calendar", _("Calendar (iCalendar)")),
}


def in_formats(viewset, key="", subscriptions=()):
    """Let a list page, or with `key` (the name of its argument) a record's page, answer `?format=…` with
    what the API gives; the page knows its formats and links to them. `subscriptions` name the addresses
    below its own at which changes can be followed."""
    answer = viewset.as_view({"get": "retrieve" if key else "list"})

    def decorate(page):
        @wraps(page)
        def view(request, *args, **kwargs):
            wanted = request.GET.get("format", "")
            request.formats = viewset.formats().values()
            request.subscriptions = [SUBSCRIPTIONS[name] for name in subscriptions]
            if wanted in ("", "html"):
                return page(request, *args, **kwargs)
            if wanted not in viewset.formats():
                raise Http404(_("There is no such record, or not in the format asked for."))
            return answer(request, **({"key": kwargs[key]} if key else {}))

        return view

    return decorate
