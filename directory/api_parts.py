"""What every record of the read API is made of: its columns and its fields.

Records are written by declared fields; the schema, the columns of tables and their descriptions follow
from the same declarations. What belongs to a record comes as rows in columns of its own query, so a
list of 200 asks no more than a list of one.
"""

import datetime

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from directory.models import Publication
from directory.text import language
from directory.vocabulary import reading_order

LANGUAGES = [code for code, _name in settings.LANGUAGES]


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
        super().__init__(source=options.pop("source", "*"), **options)
        self.columns = [(code, f"{field}_{code}") for code in LANGUAGES]

    def to_representation(self, record):
        return {code: getattr(record, column) or None for code, column in self.columns}


class RowTexts(Texts):
    """Those of a row."""

    def to_representation(self, row):
        return {code: row[column] or None for code, column in self.columns}


class OrganisationName(serializers.Serializer):
    """An organisation named on another record. The key is null when it stands outside the directory
    or is not published there; `name` is in the language asked for, or the next best."""

    key = serializers.CharField(allow_null=True, help_text=_("Key of the organisation, if published here."))
    name = serializers.CharField(help_text=_("Its name in the language asked for, or the next best."))
    names = RowTexts("name", help_text=_("Its name."))

    def to_representation(self, row):
        slug = row["slug"]
        return {
            "key": slug if row["publication"] == Publication.PUBLISHED else None,
            "name": best_name(row) or slug,
            "names": {code: row[f"name_{code}"] or None for code in LANGUAGES},
        }


def outside(name):
    """A body that stands outside the directory, known by one name."""
    return {"key": None, "name": name, "names": dict.fromkeys(LANGUAGES)}


def best_name(row):
    return next((row[f"name_{code}"] for code in reading_order(language()) if row[f"name_{code}"]), "")


class FileSerializer(serializers.Serializer):
    """A file that anybody may download."""

    name = serializers.CharField(help_text=_("What the file is called."))
    language = Words(help_text=_("The language it is written in."))
    size = serializers.IntegerField(help_text=_("Its size in bytes."))
    type = serializers.CharField(help_text=_("Its media type."))
    url = serializers.URLField(help_text=_("Address of the file."))

    def to_representation(self, row):
        url = self.context["origin"] + reverse("file", args=[row["file"]])
        return {
            "name": row["original_name"],
            "language": row["language"] or None,
            "size": row["size"],
            "type": row["content_type"],
            "url": url,
        }


FILE_COLUMNS = {name: name for name in ("file", "original_name", "language", "size", "content_type")}


class Addressed(serializers.Serializer):
    """Has a key, a permanent address, a page and an address in this API.

    The context holds `dataset` (the name of the list), `origin` (scheme and host) and `list_url`.
    """

    key = serializers.CharField(source="slug", help_text=_("Key of the record: stable, stands in addresses."))
    id = serializers.SerializerMethodField(help_text=_("Permanent address, which leads to every format."))
    url = serializers.SerializerMethodField(help_text=_("Its page, in the language asked for."))
    api_url = serializers.SerializerMethodField(help_text=_("This record in the API."))

    @cached_property
    def key_column(self):
        return self.fields["key"].source

    @extend_schema_field(OpenApiTypes.URI)
    def get_id(self, record):
        return permanent(self.context["dataset"], getattr(record, self.key_column))

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, record):
        return self.context["origin"] + record.get_absolute_url()

    @extend_schema_field(OpenApiTypes.URI)
    def get_api_url(self, record):
        return f"{self.context['list_url']}{getattr(record, self.key_column)}/"


def permanent(name, key):
    """The permanent address of a record or of a vocabulary's term: what linked data calls it. `name` is
    that of the list or the vocabulary."""
    return f"{settings.LINKED_DATA_BASE}{name}/{key}"


class RecordSerializer(Addressed):
    """A record with its provenance, which stands at the end."""

    confidence = Words(source="confidence_id", help_text=_("How sure it is: a key of `confidence_levels`."))
    sources = Keys(help_text=_("Addresses of the pages consulted, or “general knowledge”."))
    note = Words(help_text=_("A remark on the sources, in English."))
    updated_at = instant(help_text=_("Last change in the hub (UTC)."))

    def get_fields(self):
        fields = super().get_fields()
        names = ("confidence", "sources", "note", "reviewed_on", "updated_at")
        last = [(name, fields.pop(name)) for name in names if name in fields]
        return {**fields, **dict(last)}


class EntrySerializer(RecordSerializer):
    """A record of the directory's lists."""

    reviewed_on = serializers.DateField(
        allow_null=True, help_text=_("When the team last looked it through; null if not yet.")
    )
