"""The vocabularies: what the keys of kinds, sectors, regions and so on mean, in every language."""

from functools import partial

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers, viewsets
from rest_framework.response import Response

from directory import api_examples, models
from directory.api_lists import ExportView
from directory.api_pages import KEY_PATTERN, Pages
from directory.api_parts import LANGUAGES, Keys, TextsSerializer, permanent
from directory.linked_data import describe_term
from directory.vocabulary import page_version, terms_of

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
PAGES = {models.Region: "directory:region", models.Sector: "directory:sector"}


class TermSerializer(serializers.Serializer):
    """A term. What its vocabulary has no column for is absent."""

    key = serializers.CharField(help_text=_("Key of the term."))
    id = serializers.URLField(help_text=_("Permanent address of the term."))
    url = serializers.URLField(required=False, help_text=_("Page of a region or a sector."))
    labels = TextsSerializer(help_text=_("Label."))
    definitions = TextsSerializer(required=False, help_text=_("Definition."))
    mappings = serializers.DictField(
        required=False, help_text=_("Identifiers in other vocabularies: schema.org, ESSGLOBAL, ICNP/TSO …")
    )
    facet = serializers.CharField(
        required=False, help_text=_("Of a sector: `activity`, `family` (legal form) or `theme`.")
    )
    type = serializers.CharField(
        required=False, help_text=_("Of a region: `world`, `continent`, `subregion` or `sse_area`.")
    )
    m49 = serializers.CharField(
        required=False, allow_null=True, help_text=_("UN M49 code of a region or a country.")
    )
    parent = serializers.CharField(
        required=False, allow_null=True, help_text=_("The region around a region.")
    )
    countries = Keys(required=False, help_text=_("Every country of a region."))
    subregion = serializers.CharField(required=False, help_text=_("Of a country, a key of `regions`."))
    continent = serializers.CharField(required=False, help_text=_("Of a country, a key of `regions`."))
    side = serializers.CharField(required=False, help_text=_("Of a country: `south` or `north`, by UNCTAD."))


@extend_schema_serializer(examples=[OpenApiExample("Scopes", value=api_examples.VOCABULARY)])
class VocabularySerializer(serializers.Serializer):
    """A vocabulary with all its terms, in their order."""

    key = serializers.CharField(help_text=_("Name of the vocabulary."))
    id = serializers.URLField(help_text=_("Permanent address of the vocabulary."))
    url = serializers.URLField(help_text=_("This vocabulary in the API."))
    names = TextsSerializer(help_text=_("What it lists."))
    terms = TermSerializer(many=True, help_text=_("Its terms, in their order."))


class TermRow(TermSerializer):
    """A term as a row of a table, which holds those of every vocabulary."""

    def get_fields(self):
        return {
            "vocabulary": serializers.CharField(help_text=_("Name of the vocabulary.")),
            "vocabulary_names": TextsSerializer(help_text=_("What the vocabulary lists.")),
            "position": serializers.IntegerField(help_text=_("Its place in the vocabulary.")),
            **super().get_fields(),
        }


class VocabularyViewSet(ExportView, viewsets.GenericViewSet):
    dataset, title = "vocabularies", _("Vocabularies")
    about = _("What the keys of kinds, sectors, regions and so on mean, in every language.")
    tables = VOCABULARIES
    describe = staticmethod(describe_term)
    serializer_class = VocabularySerializer
    export_serializer_class = TermRow
    pagination_class = Pages
    lookup_url_kwarg = "key"
    lookup_value_regex = KEY_PATTERN

    @classmethod
    def vocabulary(cls, name, origin):
        model = cls.tables[name]
        return {
            "key": name,
            "id": permanent(cls.dataset, name),
            "url": f"{cls.context(origin)['list_url']}{name}/",
            "names": names_of(model),
            "terms": [
                {
                    "key": term["key"],
                    "id": permanent(name, term["key"]),
                    **page_of(model, term["key"], origin),
                    **term,
                }
                for term in terms_of(model, page_version())
            ],
        }

    @classmethod
    def records(cls, names=None, origin=settings.PUBLIC_ORIGIN):
        """The terms of vocabularies, one after the other."""
        for name in names or cls.tables:
            vocabulary = cls.vocabulary(name, origin)
            for position, term in enumerate(vocabulary["terms"], 1):
                yield {
                    "vocabulary": name,
                    "vocabulary_names": vocabulary["names"],
                    "vocabulary_url": vocabulary["url"],
                    "position": position,
                    **term,
                }

    def list(self, request):
        if request.accepted_renderer.format != "json":
            return self.exported(self.dataset, partial(self.records, origin=self.origin))
        page = self.paginate_queryset(list(self.tables))
        return self.get_paginated_response([self.vocabulary(name, self.origin) for name in page])

    @extend_schema(
        parameters=[OpenApiParameter("key", OpenApiTypes.STR, OpenApiParameter.PATH, description="Its name.")]
    )
    def retrieve(self, request, key):
        if key not in self.tables:
            raise Http404
        if request.accepted_renderer.format != "json":
            return self.exported(f"{self.dataset}-{key}", partial(self.records, [key], self.origin))
        return Response(self.vocabulary(key, self.origin))


def page_of(model, key, origin):
    """The page of a region or a sector."""
    return {"url": origin + reverse(PAGES[model], args=[key])} if model in PAGES else {}


def names_of(model):
    names = {}
    for code in LANGUAGES:
        with translation.override(code):
            names[code] = str(model._meta.verbose_name_plural)
    return names
