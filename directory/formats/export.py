"""Answers in a format other than JSON: the whole filtered list or one record, streamed.

A list is read in pieces by key, so its length costs no memory, no long transaction holds the database,
and what is withdrawn meanwhile is left out.
"""

import hashlib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.encoding import force_bytes
from django.utils.text import compress_sequence
from rest_framework.renderers import BaseRenderer

from directory.formats import FORMATS
from directory.formats.columns import columns_of
from directory.formats.geojson import to_geojson
from directory.formats.linked import to_jsonld, to_turtle
from directory.formats.murmurations import to_murmurations
from directory.formats.tables import to_csv, to_xlsx
from directory.freshness import last_change, unchanged, validated
from directory.models import Country, OrganisationKind, Scope, Sector
from directory.vocabulary import page_version, terms_of

FIRST, AT_ONCE = 50, 500
STREAMS = {
    "csv": to_csv,
    "geojson": to_geojson,
    "jsonld": to_jsonld,
    "ttl": to_turtle,
    "murmurations": to_murmurations,
    "xlsx": to_xlsx,
}
# Vocabularies whose terms other vocabularies know, or whose labels a format needs.
MAPPED = {"sectors": Sector, "organisation_kinds": OrganisationKind, "scopes": Scope, "countries": Country}


def read(queryset, key, serializer, keys=None):
    """The records of a queryset as the API gives them, in the order of their keys, a piece at a time."""
    last, size = "", FIRST
    queryset = queryset.order_by(key)
    while True:
        rows = list((queryset.filter(**{f"{key}__gt": last}) if last else queryset)[:size])
        for row in rows:
            yield serializer.to_representation(row)
        if len(rows) < size:
            return
        last, size = getattr(rows[-1], key), AT_ONCE


@dataclass
class Export:
    """What is taken away: a view set's records and what its formats need to know of them."""

    dataset: type
    rows: object
    address: str = ""
    bom: bool = False
    single: bool = False
    licence: str = settings.DATA_LICENCE

    @cached_property
    def columns(self):
        return columns_of(self.dataset.export_serializer())

    @cached_property
    def terms(self):
        """The terms of the vocabularies that map to others: read once an export."""
        version = page_version()
        return {
            name: {term["key"]: term for term in terms_of(model, version)} for name, model in MAPPED.items()
        }

    @property
    def title(self):
        return self.dataset.title

    @property
    def about(self):
        return self.dataset.about

    @property
    def geometry(self):
        return self.dataset.geometry

    def records(self):
        return self.rows()

    def nodes(self):
        """The records as linked data; one may be several nodes."""
        describe, terms = self.dataset.describe, self.terms
        for record in self.records():
            found = describe(record, terms)
            yield from found if isinstance(found, list) else [found]

    def write(self, format):
        """The pieces of a stream, texts or bytes."""
        return STREAMS[format](self)


@cache
def revision():
    """Changes with the code that writes records, so that nobody keeps what an older release wrote."""
    digest = hashlib.blake2b(digest_size=6)
    for pattern in ("*/api*.py", "*/formats/*.py", "*/linked_data.py"):
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            digest.update(Path(path).read_bytes())
    return digest.hexdigest()


def respond(request, export, format, name):
    """Send an export, or 304 to whoever holds it already."""
    version, changed = last_change()
    asked = f"{request.build_absolute_uri()} {format} {translation.get_language()} {version} {revision()}"
    # Calls open and close by themselves: the version alone does not tell.
    etag = hashlib.blake2b(f"{asked} {changed}".encode(), digest_size=12).hexdigest()
    etag = f'W/"{etag}"'
    response = unchanged(request, etag, changed)
    if response is None:
        response = content(request, export, FORMATS[format], name)
        response = validated(request, response, etag, changed)
    patch_vary_headers(response, ("Accept", "Accept-Encoding", "Accept-Language"))
    return response


def content(request, export, format, name):
    media_type = format.media_type
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    if request.method == "HEAD":
        response = StreamingHttpResponse((), content_type=media_type)
    else:
        pieces = encoded(export.write(format.name), translation.get_language())
        if packed := not format.packed and "gzip" in request.headers.get("Accept-Encoding", ""):
            pieces = compress_sequence(pieces)
        response = StreamingHttpResponse(pieces, content_type=media_type)
        if packed:
            response["Content-Encoding"] = "gzip"
    kind = "attachment" if format.download else "inline"
    day = timezone.now().date()
    response["Content-Disposition"] = f'{kind}; filename="{name}-{day}.{format.extension}"'
    response["Link"] = (
        f'<{settings.PUBLIC_ORIGIN}/data/>; rel="describedby", <{export.licence}>; rel="license"'
    )
    response["X-Robots-Tag"] = "noindex"
    return response


def encoded(pieces, code):
    """The pieces as bytes, written in the language of the request however late the server asks for them."""
    pieces = iter(pieces)
    while True:
        with translation.override(code):
            piece = next(pieces, None)
        if piece is None:
            return
        yield force_bytes(piece)


class ExportRenderer(BaseRenderer):
    """Lets the framework choose a format by `?format=` or Accept; the answer is an export, and an error is
    JSON, so it renders nothing."""

    def __init__(self, format):
        self.format, self.media_type = format.name, format.media_type
