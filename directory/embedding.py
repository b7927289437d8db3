"""Pages that partner sites show in a frame: any site may, they set no cookie and carry no navigation."""

from functools import wraps

from csp.decorators import csp_replace
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from directory.way_back import NotHere

THEMES = ("light", "dark")


def embeddable(view):
    """Let any site show the page in a frame. `?theme=light` or `dark` fits it to the site around it."""

    @wraps(view)
    def framed(request, *args, **kwargs):
        theme = request.GET.get("theme", "")
        request.frame_theme = theme if theme in THEMES else ""
        try:
            response = view(request, *args, **kwargs)
        except Http404 as error:
            response = missing(request, error)
        # The page it shows a part of is the one to find.
        response["X-Robots-Tag"] = "noindex"
        return response

    return require_safe(xframe_options_exempt(csp_replace({"frame-ancestors": ["*"]})(framed)))


def missing(request, error):
    """What is not there, said within the frame: a page of the site may not be shown in one, so that readers of
    the partner's page would see an empty box."""
    context = {
        "heading": _("There is no such page"),
        "sentence": _("The page may have moved or been withdrawn, or its address may hold a mistake."),
        "whole": reverse("home"),
    }
    if isinstance(error, NotHere):
        context |= {"heading": error.title, "sentence": error.sentence, "way": error}
    response = render(request, "embed/missing.html", context, status=404)
    response["Cache-Control"] = "no-store"
    return response
