"""Pages whose data can be taken away at their own address: `?format=csv` beside the same filters."""

from functools import wraps

from django.utils.translation import gettext_lazy as _

from directory.way_back import NotHere

# Address below the page: what it is.
SUBSCRIPTIONS = {
    "feed": ("feed.atom", "application/atom+xml", _("Feed (Atom)")),
    "calendar": ("calendar.ics", "text/calendar", _("Calendar (iCalendar)")),
}
HTML = ("", "html")


def refuse_unknown(request, view):
    """Let no page answer `?format=` with something else than what was asked for."""
    wanted = request.GET.get("format", "")
    if wanted not in HTML and wanted not in getattr(view, "formats", dict)():
        raise NotHere(
            request,
            "format",
            _("This page is not there in that format"),
            _("The address asks for a format that this page cannot be taken away in."),
            _("To the page itself"),
        )


def in_formats(viewset, key="", subscriptions=()):
    """Let a list page, or with `key` (the name of its argument) a record's page, answer `?format=…` with
    what the API gives; the page knows its formats and links to them (`refuse_unknown` keeps all others
    out). `subscriptions` name the addresses below its own at which changes can be followed."""
    answer = viewset.as_view({"get": "retrieve" if key else "list"})

    def decorate(page):
        @wraps(page)
        def view(request, *args, **kwargs):
            request.formats = viewset.formats().values()
            request.subscriptions = [SUBSCRIPTIONS[name] for name in subscriptions]
            if request.GET.get("format", "") in HTML:
                return page(request, *args, **kwargs)
            return answer(request, **({"key": kwargs[key]} if key else {}))

        view.formats = viewset.formats
        return view

    return decorate
