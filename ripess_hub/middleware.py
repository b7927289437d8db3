"""The page cache, and the language of a page."""

import gzip
import hashlib
import logging
import time
from datetime import UTC

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.http import HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import add_never_cache_headers, get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from redis.exceptions import RedisError

from directory.filter_parts import LONGEST_KEY, MOST_VALUES
from directory.formats.pages import refuse_unknown
from directory.freshness import last_change
from directory.search import LONGEST_QUERY
from directory.vocabulary import one_version
from ripess_hub.limits import policy

logger = logging.getLogger(__name__)

STATE = "SELECT (SELECT version FROM directory_pageversion), hub_now(), hub_next_change()"
PAGES = tuple(f"/{code}/" for code, _name in settings.LANGUAGES)
CACHED_PREFIXES = (*PAGES, "/api/v1/", "/sitemap.xml")
UNCACHED_PARTS = ("/account/", "/admin/")
LONGEST_CACHED = 2000
LONGEST_ADDRESS = 12_000
SOURCES = ("accounts", "directory", "workinggroup", "contributions", "ripess_hub", "templates", "locale")


def release():
    """Changes with code, templates, translations and styles: no page made by another release is served, whose
    links to styles and scripts may lead nowhere."""
    digest = hashlib.blake2b(digest_size=8)
    for folder in SOURCES:
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            if path.suffix in (".py", ".html", ".txt", ".mo", ".css", ".js", ".svg"):
                digest.update(f"{path} {path.stat().st_mtime_ns}".encode())
    return digest.hexdigest()


RELEASE = release()

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-Modified-Since, If-None-Match",
    "Access-Control-Expose-Headers": (
        "Content-Disposition, Content-Language, ETag, Last-Modified, RateLimit, RateLimit-Limit, "
        "RateLimit-Policy, RateLimit-Remaining, RateLimit-Reset, Retry-After"
    ),
    "Access-Control-Max-Age": "86400",
}


def read_from_anywhere(get_response):
    """Let the pages of other sites read everything that is data, its errors and refusals included, and
    answer what browsers ask before they do so."""

    def middleware(request):
        if not policy(request):
            return get_response(request)
        response = HttpResponse(status=204) if request.method == "OPTIONS" else get_response(request)
        for name, value in CORS.items():
            response[name] = value
        return response

    return middleware


def is_data(request):
    """Whether programs rather than people ask: the API, feeds and calendars, a list in another format."""
    path = request.path_info
    return (
        path.startswith("/api/")
        or path.endswith((".atom", ".ics", ".xml"))
        or "format=" in request.META.get("QUERY_STRING", "")
    )


def short_query(get_response):
    """Cut what is asked for before a page repeats it in its links, hundreds of times on the agreements: no
    short question may ask for an answer of megabytes. What is long all the same is refused. (The API
    repeats nothing and refuses in its own form.)"""

    def middleware(request):
        long = len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY
        if long and not request.path_info.startswith("/api/"):
            request.GET = shortened(request.GET, is_public_page(request.path_info))
            request.META["QUERY_STRING"] = request.GET.urlencode()
            if len(request.META["QUERY_STRING"]) > LONGEST_ADDRESS:
                raise SuspiciousOperation("The address is too long.")
        return get_response(request)

    return middleware


def is_public_page(path):
    return path.startswith(PAGES) and not any(part in path for part in UNCACHED_PARTS)


def shortened(query, public):
    """The query with the words of a search, and on public pages every value but an address to go back to,
    cut to what is read of them: one character more than any key has is still the key of nothing."""
    query = query.copy()
    for name, values in list(query.lists()):
        if name == "q":
            query.setlist(name, [words[:LONGEST_QUERY] for words in values[-1:]])
        elif public and len(name) > LONGEST_KEY:
            del query[name]
        elif public and name != "next":
            query.setlist(name, [value[: LONGEST_KEY + 1] for value in values[:MOST_VALUES]])
    return query


class FormatMiddleware:
    """A page that has no such format says so, on every page alike. (The API and the permanent addresses
    weigh Accept too and refuse in their own form.)"""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    @staticmethod
    def process_view(request, view, args, kwargs):
        if request.path_info.startswith(PAGES):
            refuse_unknown(request, view)


class PageCacheMiddleware:
    """Serve public pages to people who are not signed in from Redis, and answer 304 when unchanged.

    The key holds the page version, a number that rises in the transaction that publishes or
    withdraws anything, so a change shows at the next request, even when Redis was down in between.
    Nothing here needs Redis: without it pages are computed. An entry never outlives the next opening
    or closing of a call, nor the day (UTC), since pages count days.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not self.applies(request):
            with one_version():
                response = self.get_response(request)
            # Pages that allauth and the admin bring along say nothing of it themselves, and hold addresses.
            if "Cache-Control" not in response and any(part in request.path for part in UNCACHED_PARTS):
                add_never_cache_headers(response)
            # What a page says to whoever is signed in is for no cache between.
            elif "Cache-Control" not in response and settings.SESSION_COOKIE_NAME in request.COOKIES:
                response["Cache-Control"] = "private, no-cache"
            return response
        version, now, next_change = self.ask(STATE)
        key = self.key(request, version)
        entry = self.load(key)
        if entry is None or entry["until"] <= now.timestamp():
            with one_version(version, now.astimezone(UTC).date()):
                response = self.get_response(request)
            if not self.may_keep(response):
                return response
            entry = self.store(key, response, now, next_change)
        return self.answer(request, entry)

    @staticmethod
    def applies(request):
        path = request.path_info
        return (
            request.method in ("GET", "HEAD")
            and path.startswith(CACHED_PREFIXES)
            and not any(part in path for part in UNCACHED_PARTS)
            and settings.SESSION_COOKIE_NAME not in request.COOKIES
            and len(request.get_full_path()) < LONGEST_CACHED
        )

    @staticmethod
    def ask(question):
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()

    @staticmethod
    def key(request, version):
        theme = request.COOKIES.get("theme", "")
        parts = (
            request.get_host(),
            request.get_full_path(),
            theme,
            request.COOKIES.get("lite", ""),
            request.headers.get("Accept", "") if request.path_info.startswith("/api/") else "",
            request.headers.get("Accept-Language", "") if request.path_info.startswith("/api/") else "",
            str(version),
            RELEASE,
            settings.SECRET_KEY[:8] if settings.DEBUG else "",
        )
        return hashlib.blake2b("\n".join(parts).encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()

    @staticmethod
    def may_keep(response):
        return (
            response.status_code == 200
            and not response.streaming
            and not response.cookies
            and "private" not in response.get("Cache-Control", "")
            and "no-store" not in response.get("Cache-Control", "")
        )

    def load(self, key):
        try:
            return caches["pages"].get(key)
        except (RedisError, OSError) as error:
            report_outage(error)
            return None

    def store(self, key, response, now, next_change):
        body = gzip.compress(response.content, 6, mtime=0)
        entry = {
            "body": body,
            "etag": f'W/"{hashlib.blake2b(response.content, digest_size=12).hexdigest()}"',
            "headers": [(k, v) for k, v in response.items() if k not in ("Content-Length", "ETag")],
            "until": min(now.timestamp() + settings.PAGE_CACHE_SECONDS, next_change.timestamp()),
        }
        try:
            seconds = entry["until"] - now.timestamp()
            if seconds > 0:
                caches["pages"].set(key, entry, timeout=max(1, int(seconds)))
        except (RedisError, OSError) as error:
            report_outage(error)
        return entry

    @staticmethod
    def answer(request, entry):
        # Programs ask by date too; a page shows its reader's theme, so it is compared by content alone.
        changed = last_change()[1] if is_data(request) else None
        response = get_conditional_response(request, entry["etag"], changed)
        if response:
            pass
        elif "gzip" in request.headers.get("Accept-Encoding", ""):
            response = HttpResponse(entry["body"])
            response["Content-Encoding"] = "gzip"
        else:
            response = HttpResponse(gzip.decompress(entry["body"]))
        for name, value in entry["headers"]:
            response[name] = value
        response["ETag"] = entry["etag"]
        if changed is not None:
            response["Last-Modified"] = http_date(changed)
        # Kept by browsers, asked again each time: what is withdrawn is gone at the next request.
        response["Cache-Control"] = "no-cache"
        patch_vary_headers(response, ("Accept-Encoding", "Cookie"))
        return response


_last_report = 0


def report_outage(error):
    """Say once a minute that Redis does not answer; pages are computed meanwhile."""
    global _last_report
    if time.monotonic() - _last_report > 60:
        _last_report = time.monotonic()
        logger.warning("The page cache does not answer; pages are computed. %s", error)


class HubLocaleMiddleware(LocaleMiddleware):
    """The language of a page stands in its address; elsewhere the browser's preference decides."""

    def process_request(self, request):
        super().process_request(request)
        # A regional variant (es-EC, fr-ML) is served in its language.
        code = translation.get_language()
        if code not in dict(settings.LANGUAGES):
            translation.activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = settings.LANGUAGE_CODE
