"""The vocabularies: what the keys of kinds, sectors, regions and so on mean, in every language; and the
regions and sectors with what is published of each."""

from functools import partial

import django_filters
from django.conf import settings
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers, viewsets
from rest_framework.response import Response

from directory import api_examples, models
from directory.api_lists import ExportView, RecordViewSet
from directory.api_pages import KEY_PATTERN, Pages
from directory.api_parts import (
    LANGUAGES,
    Addressed,
    Keys,
    Texts,
    TextsSerializer,
    Words,
    permanent,
)
from directory.filter_parts import KeysFilter
from directory.linked_data import describe_region, describe_sector, describe_term
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


# --- Regions and sectors --------------------------------------------------------------------------------


def published(model, condition):
    """How many published records fulfil the condition, which refers to the term by OuterRef."""
    found = model.objects.published().filter(condition).order_by()
    return Coalesce(
        Subquery(found.values("publication").annotate(n=Count("pk", distinct=True)).values("n")), 0
    )


IN_REGION = Q(place_keys__contains=[OuterRef("key")])
OF_SECTOR = Q(sector_keys__contains=[OuterRef("key")])
# As the filter of events has it: they have no sectors of their own.
EVENT_OF_SECTOR = Q(
    organisers__publication=models.Publication.PUBLISHED, organisers__sector_keys__contains=[OuterRef("key")]
) | Q(outcome__publication=models.Publication.PUBLISHED, outcome__sector_keys__contains=[OuterRef("key")])


class TermViewSet(RecordViewSet):
    """The terms of one vocabulary as records of their own. `choices` are those of its filter."""

    lookup_field = "key"
    choices = {}

    @classmethod
    def taken_back(cls, given, moment):
        """Terms are nobody's to withdraw."""
        return set()

    def unknown_values(self):
        asked = self.request.query_params
        return [
            key[:60]
            for name, known in self.choices.items()
            for key in asked.getlist(name)
            if key and key not in known
        ]


class RegionFilter(django_filters.FilterSet):
    type = KeysFilter(field_name="type", label=_("Type"))

    class Meta:
        model = models.Region
        fields = []


@extend_schema_serializer(examples=[OpenApiExample("West Africa", value=api_examples.REGION)])
class RegionSerializer(Addressed):
    """A region, with how much is published of it."""

    key = serializers.CharField(help_text=_("Key of the record: stable, stands in addresses."))
    names = Texts("label", help_text=_("Name."))
    type = serializers.ChoiceField(
        choices=models.Region.Type.choices,
        help_text=_("World, continent or subregion of UN M49, or an area that is a set of countries."),
    )
    parent = Words(source="parent_id", help_text=_("The region around a region."))
    m49 = Words(help_text=_("UN M49 code, where it has one."))
    countries = Keys(source="country_keys", help_text=_("Every country of a region."))
    organisation_count = serializers.IntegerField(help_text=_("Published organisations found there."))
    agreement_count = serializers.IntegerField(help_text=_("Published agreements found there."))
    event_count = serializers.IntegerField(help_text=_("Published events found there."))


class RegionViewSet(TermViewSet):
    dataset, title = "regions", _("Regions")
    about = _(
        "The regions of UN M49 and areas such as the Mediterranean, with how much is published of each."
    )
    describe = staticmethod(describe_region)
    serializer_class = RegionSerializer
    filterset_class = RegionFilter
    choices = {"type": models.Region.Type.values}
    queryset = models.Region.objects.annotate(
        organisation_count=published(models.Organisation, IN_REGION),
        agreement_count=published(models.Agreement, IN_REGION),
        event_count=published(models.Event, IN_REGION),
    ).order_by("key")


class SectorFilter(django_filters.FilterSet):
    facet = KeysFilter(field_name="facet", label=_("Facet"))

    class Meta:
        model = models.Sector
        fields = []


@extend_schema_serializer(examples=[OpenApiExample("Fair trade", value=api_examples.SECTOR)])
class SectorSerializer(Addressed):
    """A sector, with how much is published of it."""

    key = serializers.CharField(help_text=_("Key of the record: stable, stands in addresses."))
    names = Texts("label", help_text=_("Name."))
    definitions = Texts("definition", help_text=_("Definition."))
    facet = serializers.ChoiceField(
        choices=models.Sector.Facet.choices,
        help_text=_("`activity`, `family` (legal form) or `theme`."),
    )
    mappings = serializers.DictField(
        help_text=_("Identifiers in other vocabularies: schema.org, ESSGLOBAL, ICNP/TSO …")
    )
    organisation_count = serializers.IntegerField(help_text=_("Published organisations of this sector."))
    agreement_count = serializers.IntegerField(help_text=_("Published agreements of this sector."))
    event_count = serializers.IntegerField(
        help_text=_("Published events whose organisers or adopted agreement are of this sector.")
    )


class SectorViewSet(TermViewSet):
    dataset, title = "sectors", _("Sectors")
    about = _("The sectors: activities, legal forms and themes, with how much is published of each.")
    describe = staticmethod(describe_sector)
    serializer_class = SectorSerializer
    filterset_class = SectorFilter
    choices = {"facet": models.Sector.Facet.values}
    queryset = models.Sector.objects.annotate(
        organisation_count=published(models.Organisation, OF_SECTOR),
        agreement_count=published(models.Agreement, OF_SECTOR),
        event_count=published(models.Event, EVENT_OF_SECTOR),
    ).order_by("key")
