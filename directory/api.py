"""The read API of the directory: the same FilterSets and the same `published()` as the pages.

Every record carries its `key`, the `url` of its page and its texts in all languages.
"""

from django.conf import settings
from django.db.models import Prefetch
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.filters import BaseFilterBackend
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response

from directory.filters import AgreementFilter, EventFilter, KeysFilter, OrderFilter, OrganisationFilter
from directory.models import Agreement, AgreementParty, Event, Organisation, Relation
from directory.vocabulary import TABLES, vocabulary

LANGUAGES = [code for code, _name in settings.LANGUAGES]
KEY_PATTERN = "[A-Za-z0-9_-]{1,120}"


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class SharedFilter(BaseFilterBackend):
    """Filters, searches and orders by the view's FilterSet, the one the page uses."""

    def filter_queryset(self, request, queryset, view):
        return view.filterset_class(request.query_params, queryset).qs

    def get_schema_operation_parameters(self, view):
        parameters = []
        for name, one in view.filterset_class.base_filters.items():
            schema = {"type": "string"}
            if isinstance(one, KeysFilter):
                schema = {"type": "array", "items": {"type": "string"}}
            if isinstance(one, OrderFilter):
                schema = {"type": "string", "enum": [value for value, _label in one.extra["choices"]]}
            parameters.append({"name": name, "in": "query", "required": False, "schema": schema,
                               "description": str(one.label or name)})  # fmt: skip
        return parameters


def by_language(record, field):
    return {code: getattr(record, f"{field}_{code}") or None for code in LANGUAGES}


@extend_schema_field({"type": "object", "additionalProperties": {"type": ["string", "null"]}})
class TextsField(serializers.Field):
    """A text as an object by language; null where a language lacks it."""

    def __init__(self, field, **kwargs):
        self.field = field
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, record):
        return by_language(record, self.field)


class RecordSerializer(serializers.Serializer):
    key = serializers.SlugField(source="slug")
    url = serializers.SerializerMethodField()

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, record):
        return self.context["request"].build_absolute_uri(record.get_absolute_url())


class ProvenanceSerializer(RecordSerializer):
    confidence = serializers.CharField(source="confidence_id", allow_null=True)
    sources = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField()
    updated_at = serializers.DateTimeField()


class LinkedOrganisationSerializer(serializers.Serializer):
    type = serializers.CharField()
    inverse = serializers.BooleanField()
    key = serializers.CharField()
    names = serializers.DictField()


class OrganisationSerializer(ProvenanceSerializer):
    names = TextsField("name")
    acronyms = TextsField("acronym")
    names_translated = serializers.ListField(child=serializers.CharField())
    aliases = serializers.ListField(child=serializers.CharField())
    descriptions = TextsField("description")
    kind = serializers.CharField(source="kind_id")
    scope = serializers.CharField(source="scope_id")
    regions = serializers.SerializerMethodField()
    found_in = serializers.ListField(source="place_keys", child=serializers.CharField())
    sectors = serializers.ListField(source="sector_keys", child=serializers.CharField())
    country = serializers.CharField(source="country_id", allow_null=True)
    city = serializers.CharField()
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    founded = serializers.IntegerField(allow_null=True)
    website = serializers.CharField()
    status = serializers.CharField()
    relations = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_regions(self, record):
        return [region.key for region in record.regions.all()]

    @extend_schema_field(LinkedOrganisationSerializer(many=True))
    def get_relations(self, record):
        own = [(relation, False, relation.target) for relation in record.relations.all()]
        inverse = [(relation, True, relation.source) for relation in record.inverse_relations.all()]
        return [
            {
                "type": relation.type_id,
                "inverse": is_inverse,
                "key": other.slug,
                "names": by_language(other, "name"),
            }
            for relation, is_inverse, other in own + inverse
        ]


class PartySerializer(serializers.Serializer):
    key = serializers.SerializerMethodField()
    names = serializers.SerializerMethodField()
    role = serializers.CharField()

    @extend_schema_field({"type": ["string", "null"]})
    def get_key(self, party):
        """The organisation's key, when it stands published in the directory."""
        return party.organisation.slug if party.organisation and party.organisation.is_published else None

    @extend_schema_field({"type": "object", "additionalProperties": {"type": ["string", "null"]}})
    def get_names(self, party):
        if party.organisation:
            return by_language(party.organisation, "name")
        return dict.fromkeys(LANGUAGES, party.name)


class DirectionSerializer(serializers.Serializer):
    shown = serializers.CharField(source="direction", allow_null=True)
    stated = serializers.CharField(source="direction_stated_id", allow_null=True)
    computed = serializers.CharField(source="direction_computed_id", allow_null=True)


class AgreementSerializer(ProvenanceSerializer):
    titles = TextsField("title")
    official_titles = TextsField("official_title")
    descriptions = TextsField("description")
    parties = PartySerializer(many=True)
    kind = serializers.CharField(source="kind_id")
    status = serializers.CharField(source="status_id")
    direction = DirectionSerializer(source="*")
    regions = serializers.SerializerMethodField()
    found_in = serializers.ListField(source="place_keys", child=serializers.CharField())
    sectors = serializers.ListField(source="sector_keys", child=serializers.CharField())
    signed_on = serializers.DateField(allow_null=True)
    start_year = serializers.IntegerField(allow_null=True)
    start_on = serializers.DateField(allow_null=True)
    end_year = serializers.IntegerField(allow_null=True)
    end_on = serializers.DateField(allow_null=True)
    supersedes = serializers.SerializerMethodField()
    illustrative = serializers.BooleanField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_regions(self, record):
        return [region.key for region in record.regions.all()]

    @extend_schema_field({"type": ["string", "null"]})
    def get_supersedes(self, record):
        other = record.supersedes
        return other.slug if other and other.is_published else None


class EventSerializer(ProvenanceSerializer):
    titles = TextsField("title")
    themes = TextsField("theme")
    series = serializers.CharField()
    type = serializers.CharField(source="type_id")
    format = serializers.CharField(source="format_id")
    audience = serializers.CharField(source="audience_id")
    year = serializers.IntegerField()
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    city = serializers.CharField()
    country = serializers.CharField(source="country_id", allow_null=True)
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    organisers = serializers.SerializerMethodField()
    other_organisers = serializers.ListField(child=serializers.CharField())
    outcome = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_organisers(self, record):
        return [organisation.slug for organisation in record.organisers.all()]

    @extend_schema_field({"type": ["string", "null"]})
    def get_outcome(self, record):
        other = record.outcome
        return other.slug if other and other.is_published else None


class RecordViewSet(viewsets.ReadOnlyModelViewSet):
    """A list and its records; unpublished ones are not there."""

    pagination_class = Pages
    filter_backends = [SharedFilter]
    lookup_field = "slug"
    lookup_url_kwarg = "key"
    lookup_value_regex = KEY_PATTERN

    def filter_queryset(self, queryset):
        """The filters are the list's; a record is found by its key alone."""
        return super().filter_queryset(queryset) if self.detail is False else queryset

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        return response


def names_only():
    return Organisation.objects.published().without_bulk().defer("description")


class OrganisationViewSet(RecordViewSet):
    serializer_class = OrganisationSerializer
    filterset_class = OrganisationFilter

    def get_queryset(self):
        return (
            Organisation.objects.published()
            .without_bulk()
            .prefetch_related(
                "regions",
                Prefetch("relations", linked("target")),
                Prefetch("inverse_relations", linked("source")),
            )
        )


def linked(side):
    """Relations whose `side` is a published organisation."""
    return (
        Relation.objects.filter(**{f"{side}__publication": "published"})
        .prefetch_related(Prefetch(side, names_only()))
        .order_by("type__position", "pk")
    )


class AgreementViewSet(RecordViewSet):
    serializer_class = AgreementSerializer
    filterset_class = AgreementFilter

    def get_queryset(self):
        parties = AgreementParty.objects.prefetch_related(
            Prefetch("organisation", Organisation.objects.without_bulk().defer("description"))
        )
        return (
            Agreement.objects.published()
            .without_bulk()
            .prefetch_related(
                "regions",
                Prefetch("parties", parties),
                Prefetch("supersedes", Agreement.objects.without_bulk()),
            )
        )


class EventViewSet(RecordViewSet):
    serializer_class = EventSerializer
    filterset_class = EventFilter

    def get_queryset(self):
        return (
            Event.objects.published()
            .without_bulk()
            .prefetch_related(
                Prefetch("organisers", names_only()), Prefetch("outcome", Agreement.objects.without_bulk())
            )
        )


class TermSerializer(serializers.Serializer):
    key = serializers.CharField()
    labels = serializers.DictField()
    definitions = serializers.DictField()
    type = serializers.CharField()
    side = serializers.CharField()
    countries = serializers.ListField(child=serializers.CharField())


class VocabularySerializer(serializers.Serializer):
    key = serializers.CharField()
    url = serializers.CharField()
    terms = TermSerializer(many=True)


class VocabularyViewSet(viewsets.ViewSet):
    """The vocabularies: what the keys of kinds, sectors, regions and so on mean."""

    lookup_url_kwarg = "key"
    lookup_value_regex = KEY_PATTERN
    serializer_class = VocabularySerializer

    def one(self, request, name):
        return {
            "key": name,
            "url": request.build_absolute_uri(reverse("api:vocabulary-detail", args=[name])),
            "terms": [
                {
                    "key": entry.key,
                    "labels": entry.labels,
                    "definitions": entry.definitions,
                    "type": entry.type,
                    "side": entry.side,
                    "countries": list(entry.countries),
                }
                for entry in vocabulary()[name].values()
            ],
        }

    @extend_schema(responses=VocabularySerializer(many=True))
    def list(self, request):
        results = [self.one(request, name) for name in TABLES]
        return self.answer({"count": len(results), "next": None, "previous": None, "results": results})

    @extend_schema(
        responses=VocabularySerializer,
        parameters=[OpenApiParameter("key", str, OpenApiParameter.PATH, description="its name")],
    )
    def retrieve(self, request, key=None):
        if key not in TABLES:
            raise Http404(_("There is no such vocabulary."))
        return self.answer(self.one(request, key))

    @staticmethod
    def answer(data):
        return Response(data, headers={"Access-Control-Allow-Origin": "*"})
