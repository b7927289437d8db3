"""When what is published last changed: the validators of data that programs ask for again and again."""

from django.db import connection
from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

QUESTION = "SELECT (SELECT version FROM directory_pageversion), hub_now(), hub_last_change()"


def last_change():
    """Return `(page version, seconds of the last change)`. The page version is the time of the last
    publication in microseconds; calls open and close, and days pass, by themselves. A change of this very
    second has no Last-Modified yet: another one within it would look the same."""
    with connection.cursor() as cursor:
        cursor.execute(QUESTION)
        version, now, by_itself = cursor.fetchone()
    changed = max((version or 0) / 1_000_000, by_itself.timestamp())
    return version or 0, int(changed) if int(changed) < int(now.timestamp()) else None


def validated(request, response, etag, changed):
    """Return the response with its validators, or 304 when the reader holds it already. Browsers keep it
    and ask again each time: what is withdrawn is gone at the next request."""
    response["ETag"] = etag
    if changed is not None:
        response["Last-Modified"] = http_date(changed)
    response["Cache-Control"] = "no-cache"
    return get_conditional_response(request, etag, changed, response)


def unchanged(request, etag, changed):
    """A 304 for the reader who holds it already, before anything is computed; else None."""
    answer = validated(request, HttpResponse(), etag, changed)
    return None if answer.status_code == 200 else answer
