"""What every part of the read API is made of: fields, filters, pages, and the view the lists share.

Records are written by declared fields, and the schema follows from the same declarations. What belongs
to a record comes as rows in columns of its own query, so a list of 200 asks no more than a list of one.
"""

import datetime

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import translation
from django.utils.functional import cached_property
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.filters import BaseFilterBackend
from rest_framework.pagination import PageNumberPagination

from directory.filters import KeysFilter, OrderFilter, QueryFilter
from directory.models import Publication
from directory.text import language
from directory.vocabulary import reading_order

LANGUAGES = [code for code, _name in settings.LANGUAGES]
KEY_PATTERN = "[A-Za-z0-9_-]{1,120}"
# What a reader of the schema may try in each filter.
EXAMPLES = {
    "q": "RIPESS",
    "region": ["m49-002"],
    "sector": ["cooperatives", "fair_trade"],
    "scope": ["continental"],
    "country": ["SN", "EC"],
    "direction": ["south_south"],
    "status": ["active"],
    "organisation": ["ripess"],
    "type": ["forum"],
    "audience": ["practitioners"],
    "format": ["in_person"],
    "group": ["wg-international-collaboration"],
    "state": ["open"],
    "language": ["fr"],
}


# --- Columns: what belongs to a record, gathered by its own query -----------------------------------


def in_languages(column, path=""):
    """`{column_es: path…, column_fr: …}`: a text in every language, as columns of a row."""
    return {f"{column}_{code}": f"{path}{column}_{code}" for code in LANGUAGES}


def rows(queryset, **columns):
    """The related records as one array of objects; `queryset` refers to the record by OuterRef."""
    return ArraySubquery(queryset.annotate(row=JSONObject(**columns)).values("row"))


def keys(queryset, column="slug"):
    return ArraySubquery(queryset.values(column))


def key_of(queryset, path):
    """The key of the one record `path` points to, null unless `queryset` holds it."""
    return Subquery(queryset.filter(pk=OuterRef(path)).values("slug")[:1])


def organisation_columns(path=""):
    """The columns that `OrganisationName` reads, of the organisation at the end of `path`."""
    return {
        "slug": f"{path}slug",
        "publication": f"{path}publication",
        **in_languages("name", path),
    }


# --- Fields ------------------------------------------------------------------------------------------


class Words(serializers.CharField):
    """A text or key, null where there is none."""

    def __init__(self, **options):
        super().__init__(allow_null=True, **options)

    def to_representation(self, value):
        return value or None


@extend_schema_field(OpenApiTypes.URI)
class Address(Words):
    """An address on the web, null where there is none."""


class Keys(serializers.ListField):
    """Keys of a vocabulary or of other records, or plain words."""

    child = serializers.CharField()


def instant(**options):
    """An instant in UTC, to the second, as the pages and calendars give it."""
    return serializers.DateTimeField(format="%Y-%m-%dT%H:%M:%SZ", default_timezone=datetime.UTC, **options)


class TextsSerializer(serializers.Serializer):
    """A text by language, null where it lacks one."""

    def get_fields(self):
        return {code: serializers.CharField(allow_null=True) for code in LANGUAGES}


@extend_schema_field(TextsSerializer)
class Texts(serializers.Field):
    """The translated texts `field_es`, `field_fr`, `field_en` of a record."""

    def __init__(self, field, **options):
        super().__init__(source="*", **options)
        self.columns = [(code, f"{field}_{code}") for code in LANGUAGES]

    def to_representation(self, record):
        return {code: getattr(record, column) or None for code, column in self.columns}


class RowTexts(Texts):
    """Those of a row."""

    def to_representation(self, row):
        return {code: row[column] or None for code, column in self.columns}


class OrganisationName(serializers.Serializer):
    """An organisation named on another record. The key is null when it stands outside the directory
    or is not published there; the name is in the language asked for, or the next best."""

    key = serializers.CharField(allow_null=True)
    name = serializers.CharField()

    def to_representation(self, row):
        slug = row["slug"]
        return {
            "key": slug if row["publication"] == Publication.PUBLISHED else None,
            "name": best_name(row) or slug,
        }


def best_name(row):
    return next((row[f"name_{code}"] for code in reading_order(language()) if row[f"name_{code}"]), "")


class FileSerializer(serializers.Serializer):
    """A file that anybody may download."""

    name = serializers.CharField(help_text="What the file is called.")
    language = Words(help_text="The language it is written in.")
    size = serializers.IntegerField(help_text="In bytes.")
    type = serializers.CharField(help_text="Its media type.")
    url = serializers.URLField()

    def to_representation(self, row):
        url = self.context["request"].build_absolute_uri(reverse("file", args=[row["file"]]))
        return {
            "name": row["original_name"],
            "language": row["language"] or None,
            "size": row["size"],
            "type": row["content_type"],
            "url": url,
        }


FILE_COLUMNS = {name: name for name in ("file", "original_name", "language", "size", "content_type")}


class Addressed(serializers.Serializer):
    """Has a key, a page and an address in this API."""

    key = serializers.CharField(source="slug", help_text="Stable; stands in the addresses.")
    url = serializers.SerializerMethodField(help_text="Its page, in the language asked for.")
    api_url = serializers.SerializerMethodField(help_text="This record.")

    @cached_property
    def origin(self):
        return self.context["request"].build_absolute_uri("/").rstrip("/")

    @cached_property
    def list_url(self):
        return self.context["view"].reverse_action("list")

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, record):
        return self.origin + record.get_absolute_url()

    @extend_schema_field(OpenApiTypes.URI)
    def get_api_url(self, record):
        return f"{self.list_url}{getattr(record, self.fields['key'].source)}/"


class RecordSerializer(Addressed):
    """A record with its provenance, which stands at the end."""

    confidence = Words(source="confidence_id", help_text="Key of `confidence_levels`.")
    sources = Keys(help_text="Addresses of the pages consulted, or “general knowledge”.")
    note = Words(help_text="A remark on the sources, in English.")
    updated_at = instant(help_text="Last change in the hub.")

    def get_fields(self):
        fields = super().get_fields()
        last = [(name, fields.pop(name)) for name in ("confidence", "sources", "note", "updated_at")]
        return {**fields, **dict(last)}


# --- Lists and views -----------------------------------------------------------------------------------


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_paginated_response_schema(self, schema):
        """The framework's own in the words of OpenAPI 3.1, with addresses of this API."""
        described = super().get_paginated_response_schema(schema)
        address = "https://hub.example.org/api/v1/organisations/?page={}"
        described["required"] = list(described["properties"])
        described["properties"]["count"]["example"] = 282
        for name, number in (("next", 3), ("previous", 1)):
            described["properties"][name] = {
                "type": ["string", "null"],
                "format": "uri",
                "example": address.format(number),
            }
        return described


class SharedFilter(BaseFilterBackend):
    """Filters, searches and orders a list by the FilterSet of the view, which the page uses too."""

    def filter_queryset(self, request, queryset, view):
        return queryset if view.detail else view.filterset_class(request.query_params, queryset).qs

    def get_schema_operation_parameters(self, view):
        return [parameter(name, one) for name, one in view.filterset_class.base_filters.items()]


def parameter(name, one):
    """How the schema describes a filter."""
    described = {"name": name, "in": "query", "required": False, "description": str(one.label or name)}
    if isinstance(one, KeysFilter):
        described["schema"] = {"type": "array", "items": {"type": "string"}}
        described["description"] += ": one or more keys; any of them is enough. Repeat the parameter."
        described |= {"style": "form", "explode": True}
    elif isinstance(one, OrderFilter):
        choices = {value: str(label) for value, label in one.extra["choices"]}
        described["schema"] = {"type": "string", "enum": list(choices)}
        meanings = "; ".join(f"`{value}`: {label}" for value, label in choices.items())
        described["description"] = f"Order. {meanings}. A search comes best first unless told otherwise."
    elif isinstance(one, QueryFilter):
        described["schema"] = {"type": "string"}
        described["description"] = (
            "Words, a name or an acronym, in any language; accents, case and small typos are forgiven. "
            "At most 200 characters are read."
        )
    if EXAMPLES.get(name):
        described["example"] = EXAMPLES[name]
    return described


class OpenView:
    """Readable from any site, in the language of `?lang=` or else of Accept-Language, without cookies."""

    http_method_names = ["get", "head", "options"]

    def initial(self, request, *args, **kwargs):
        if (code := request.query_params.get("lang")) in LANGUAGES:
            translation.activate(code)
        super().initial(request, *args, **kwargs)

    @property
    def default_response_headers(self):
        return {
            **super().default_response_headers,
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
            "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match",
            "Access-Control-Expose-Headers": "Content-Language, ETag",
        }


class RecordViewSet(OpenView, viewsets.ReadOnlyModelViewSet):
    """A list and its records. `queryset` starts from `published()`: a draft looks like nothing at all."""

    pagination_class = Pages
    filter_backends = [SharedFilter]
    lookup_field = "slug"
    lookup_url_kwarg = "key"
    lookup_value_regex = KEY_PATTERN
