"""How often one address may ask for data in a minute, so that the hub answers everybody.

Pages for people are not counted. The counts are kept in Redis; without it nothing is refused.
"""

import ipaddress
import logging
import re
import time

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.utils import translation
from django.utils.translation import ngettext
from redis.exceptions import RedisError

from directory.formats import FORMATS
from directory.formats.negotiation import chosen
from ripess_hub import errors

logger = logging.getLogger(__name__)

WINDOW = 60
# After an outage of Redis nobody waits for it again for a while.
PAUSE = 10
A_LIST = re.compile(r"/api/v1/[a-z]+/\Z")
A_PAGE = re.compile(r"/[a-z]{2}/[a-z]+/\Z")
DUMP = "/data/ripess-hub.zip"
_silent_until = 0


def parameter(request, name):
    """A parameter of the address; of one that cannot be read, nothing: the view says what is wrong."""
    if f"{name}=" not in request.META.get("QUERY_STRING", ""):
        return ""
    try:
        return request.GET.get(name, "")
    except SuspiciousOperation:
        return ""


def policy(request):
    """The name of the limit a request counts for: `data`, `exports` (a whole list, the dump), or none."""
    path = request.path_info
    asked = parameter(request, "format")
    if path == DUMP:
        return "exports"
    if path.startswith("/api/"):
        if not A_LIST.match(path):
            return "data"
        # Reading Accept reads the address too: one that cannot be read names no format.
        found = FORMATS.get(asked) or (None if asked else accepted(request))
        return "exports" if found and found.name != "json" else "data"
    if asked in FORMATS:
        return "exports" if asked != "json" and A_PAGE.match(path) else "data"
    return "data" if path.endswith((".atom", ".ics")) or path.startswith(("/id/", "/ns", "/data/")) else ""


def accepted(request):
    try:
        return chosen(request, list(FORMATS.values()))
    except SuspiciousOperation:
        return None


def quota(name):
    return {"data": settings.DATA_REQUESTS_A_MINUTE, "exports": settings.EXPORTS_A_MINUTE}.get(name, 0)


def whose(request):
    """Whom a request counts for: the address; of the many that one line has in IPv6, the network."""
    try:
        address = ipaddress.ip_address(get_adapter(request).get_client_ip(request))
    except (ValueError, PermissionDenied):
        return ""
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


class RateLimitMiddleware:
    """Counts requests for data and says how many are left; refuses with 429 and when to come back."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        name = policy(request)
        limit = quota(name)
        used = self.count(request, name) if limit else None
        if used is None:
            return self.get_response(request)
        now = time.time()
        left, seconds = max(limit - used, 0), WINDOW - int(now % WINDOW)
        response = self.get_response(request) if used <= limit else refusal(request, seconds)
        response["RateLimit-Policy"] = f'"{name}";q={limit};w={WINDOW}'
        response["RateLimit"] = f'"{name}";r={left};t={seconds}'
        # What most programs know, of the standard's earlier drafts.
        response["RateLimit-Limit"] = limit
        response["RateLimit-Remaining"] = left
        response["RateLimit-Reset"] = seconds
        return response

    @staticmethod
    def count(request, name):
        """How many requests of this minute this one makes; None when nobody counts."""
        global _silent_until
        address = whose(request)
        if not address or time.monotonic() < _silent_until:
            return None
        key = f"limit:{name}:{address}:{int(time.time() // WINDOW)}"
        cache = caches["pages"]
        try:
            cache.add(key, 0, timeout=2 * WINDOW)
            return cache.incr(key)
        except ValueError:
            # Emptied in between.
            return None
        except (RedisError, OSError) as error:
            _silent_until = time.monotonic() + PAUSE
            logger.warning("Requests are not counted: Redis does not answer. %s", error)
            return None


def refusal(request, seconds):
    with translation.override(errors.language_of(request)):
        sentence = ngettext(
            "You asked very often within a minute. Please try again in %(seconds)s second.",
            "You asked very often within a minute. Please try again in %(seconds)s seconds.",
            seconds,
        )
    response = errors.in_json(request, 429, sentence % {"seconds": seconds})
    response["Retry-After"] = seconds
    return response
