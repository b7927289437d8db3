"""Errors in the reader's language, as pages and, below /api/, as JSON. They need neither the database nor a
context processor, save where the page asked for is there."""

import sys
from urllib.parse import parse_qs, urlencode

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, JsonResponse, RawPostDataException
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from directory.way_back import NotHere


def language_of(request):
    """The language of the address, else the one that `?lang=` names, else the browser's, else Spanish."""
    asked = parse_qs(request.META.get("QUERY_STRING", "")).get("lang", [""])[0]
    for code in (request.path_info[1:3] if request.path_info[3:4] == "/" else "", asked):
        if code in dict(settings.LANGUAGES):
            return code
    return translation.get_language_from_request(request)


def in_json(request, status, sentence):
    """An error as the API has them."""
    code = language_of(request)
    with translation.override(code):
        response = JsonResponse(
            {"detail": str(sentence)}, status=status, json_dumps_params={"ensure_ascii": False}
        )
    response["Content-Language"] = code
    response["Cache-Control"] = "no-store"
    return response


def typed_words(request):
    """What people typed into a form that was not taken, for them to copy: no keys and no secrets, and
    nothing that another site wrote in their name."""
    if (
        request.method != "POST"
        or request.headers.get("Origin", settings.PUBLIC_ORIGIN) != settings.PUBLIC_ORIGIN
    ):
        return []
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
    except (SuspiciousOperation, BadRequest, MultiPartParserError, RawPostDataException, OSError):
        # Too large, malformed, broken off or read otherwise: then there is nothing to show.
        return []
    return [value for name, value in fields if len(value.split()) > 2 and "password" not in name]


def error_page(request, status, title, sentence, hint=None, frame=None, typed=()):
    """Render an error, in the whole frame of the site where `frame` is the request; programs get the
    sentence as JSON. `typed`: what stood in a form, to copy."""
    if request.path_info.startswith("/api/"):
        return in_json(request, status, sentence)
    code = language_of(request)
    with translation.override(code):
        body = render_to_string(
            "error.html",
            {
                "title": str(title),
                "sentence": str(sentence),
                "status": status,
                "language": code,
                "demo": settings.DEMO,
                "typed": typed,
                "hints": [
                    *([hint] if hint else []),
                    {"url": f"/{code}/", "text": _("Home page")},
                    {"url": f"/{code}/search/", "text": _("Search the directory")},
                ],
            },
            frame,
        )
    response = HttpResponse(body, status=status)
    response["Content-Language"] = code
    response["Cache-Control"] = "no-store"
    return response


def bad_request(request, exception=None):
    return error_page(
        request,
        400,
        translation.gettext_lazy("This request cannot be read"),
        translation.gettext_lazy(
            "The address or the form holds something we cannot read. Nothing was changed."
        ),
    )


def forbidden(request, exception=None, reason=""):
    return error_page(
        request,
        403,
        translation.gettext_lazy("This is not possible from here"),
        translation.gettext_lazy(
            "The page you came from may have been open for too long. Go back, load it again and repeat: "
            "nothing was changed."
        ),
        typed=typed_words(request),
    )


def signed_out(request, typed):
    """A form of the administration that arrives after the session ended."""
    way = f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"
    return error_page(
        request,
        403,
        translation.gettext_lazy("You are signed out"),
        translation.gettext_lazy(
            "Nothing was done. What you typed stands below, to copy: sign in, put it into the form and press again."
        ),
        {"url": way, "text": translation.gettext_lazy("Sign in")},
        typed=typed,
    )


def not_found(request, exception=None):
    if isinstance(exception, NotHere):
        way = {"url": exception.address, "text": exception.way}
        return error_page(request, 404, exception.title, exception.sentence, way, frame=request)
    sentence = translation.gettext_lazy(
        "The page may have moved or been withdrawn, or its address may hold a mistake."
    )
    title = translation.gettext_lazy("There is no such page")
    # Whoever loses a role while writing finds no page any more, and their words.
    return error_page(request, 404, title, sentence, typed=typed_words(request))


def gone(request):
    """For what was public once; it says nothing of what it was."""
    return error_page(
        request,
        410,
        translation.gettext_lazy("No longer public"),
        translation.gettext_lazy("It was published here and has been taken back."),
    )


def server_error(request):
    """A database that does not answer is an outage (503), anything else a fault (500)."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    return error_page(
        request,
        500,
        translation.gettext_lazy("Something failed on our side"),
        translation.gettext_lazy("The fault is ours and has been recorded. Please try again in a moment."),
    )


def unavailable(request):
    response = error_page(
        request,
        503,
        translation.gettext_lazy("The hub is out of service for a moment"),
        translation.gettext_lazy("The database does not answer. Please try again in a few minutes."),
    )
    # Programs that wait by the clock and search engines read this alone.
    response["Retry-After"] = "180"
    return response
