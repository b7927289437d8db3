"""The vocabularies: what the keys of kinds, sectors, regions and so on mean, in every language."""

from functools import lru_cache

from django.http import Http404
from django.urls import reverse
from django.utils import translation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers, viewsets
from rest_framework.response import Response

from directory import api_examples, models
from directory.api_parts import KEY_PATTERN, LANGUAGES, Keys, OpenView, Pages, TextsSerializer, in_languages
from directory.vocabulary import page_version

# Named as in the catalogue's files.
VOCABULARIES = {
    "organisation_kinds": models.OrganisationKind,
    "scopes": models.Scope,
    "sectors": models.Sector,
    "regions": models.Region,
    "countries": models.Country,
    "relation_types": models.RelationType,
    "agreement_kinds": models.AgreementKind,
    "directions": models.Direction,
    "agreement_statuses": models.AgreementStatus,
    "event_types": models.EventType,
    "event_audiences": models.EventAudience,
    "event_formats": models.EventFormat,
    "confidence_levels": models.Confidence,
}
# What a term says besides its texts, where its vocabulary has the column: name in the API -> column.
EXTRAS = {
    "mappings": "mappings",
    "facet": "facet",
    "type": "type",
    "m49": "m49",
    "parent": "parent_id",
    "countries": "country_keys",
    "subregion": "subregion_id",
    "continent": "continent_id",
    "side": "side",
}
PAGES = {models.Region: "directory:region", models.Sector: "directory:sector"}


@lru_cache(maxsize=64)
def terms_of(model, version):
    """The terms of a vocabulary as of a page version, which rises with every change of a term."""
    columns = {column.attname for column in model._meta.concrete_fields}
    extras = {name: column for name, column in EXTRAS.items() if column in columns}
    texts = [text for text in ("label", "definition") if text in columns]
    wanted = [column for text in texts for column in in_languages(text)]
    return [
        {
            "key": row["key"],
            **{f"{text}s": {code: row[f"{text}_{code}"] or None for code in LANGUAGES} for text in texts},
            **{name: None if row[column] == "" else row[column] for name, column in extras.items()},
        }
        for row in model.objects.values("key", *wanted, *extras.values())
    ]


class TermSerializer(serializers.Serializer):
    """A term. What its vocabulary has no column for is absent."""

    key = serializers.CharField()
    url = serializers.URLField(required=False, help_text="Page of a region or a sector.")
    labels = TextsSerializer()
    definitions = TextsSerializer(required=False)
    mappings = serializers.DictField(
        required=False, help_text="Identifiers in other vocabularies: schema.org, ESSGLOBAL, ICNP/TSO …"
    )
    facet = serializers.CharField(
        required=False, help_text="Of a sector: `activity`, `family` (legal form) or `theme`."
    )
    type = serializers.CharField(
        required=False, help_text="Of a region: `world`, `continent`, `subregion` or `sse_area`."
    )
    m49 = serializers.CharField(
        required=False, allow_null=True, help_text="UN M49 code of a region or a country."
    )
    parent = serializers.CharField(required=False, allow_null=True, help_text="The region around a region.")
    countries = Keys(required=False, help_text="Every country of a region.")
    subregion = serializers.CharField(required=False, help_text="Of a country, a key of `regions`.")
    continent = serializers.CharField(required=False, help_text="Of a country, a key of `regions`.")
    side = serializers.CharField(required=False, help_text="Of a country: `south` or `north`, by UNCTAD.")


@extend_schema_serializer(examples=[OpenApiExample("Scopes", value=api_examples.VOCABULARY)])
class VocabularySerializer(serializers.Serializer):
    """A vocabulary with all its terms, in their order."""

    key = serializers.CharField()
    url = serializers.URLField()
    names = TextsSerializer()
    terms = TermSerializer(many=True)


class VocabularyViewSet(OpenView, viewsets.GenericViewSet):
    """The vocabularies: what the keys of kinds, sectors, regions and so on mean, in every language."""

    tables = VOCABULARIES
    serializer_class = VocabularySerializer
    pagination_class = Pages
    lookup_url_kwarg = "key"
    lookup_value_regex = KEY_PATTERN

    def vocabulary(self, name):
        model = self.tables[name]
        return {
            "key": name,
            "url": self.reverse_action("detail", args=[name]),
            "names": names_of(model),
            "terms": [self.with_page(model, term) for term in terms_of(model, page_version())],
        }

    def with_page(self, model, term):
        if model not in PAGES:
            return term
        url = self.request.build_absolute_uri(reverse(PAGES[model], args=[term["key"]]))
        return {"key": term["key"], "url": url, **term}

    def list(self, request):
        page = self.paginate_queryset(list(self.tables))
        return self.get_paginated_response([self.vocabulary(name) for name in page])

    @extend_schema(
        parameters=[OpenApiParameter("key", OpenApiTypes.STR, OpenApiParameter.PATH, description="Its name.")]
    )
    def retrieve(self, request, key):
        if key not in self.tables:
            raise Http404
        return Response(self.vocabulary(key))


def names_of(model):
    names = {}
    for code in LANGUAGES:
        with translation.override(code):
            names[code] = str(model._meta.verbose_name_plural)
    return names
