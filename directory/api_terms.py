"""Regions and sectors as records of their own, with what is published of each."""

import django_filters
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from directory import api_examples, models
from directory.api_lists import RecordViewSet
from directory.api_parts import Addressed, Keys, Texts, Words
from directory.filter_parts import KeysFilter
from directory.linked_data import describe_region, describe_sector


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


class TermRecordSerializer(Addressed):
    key = serializers.CharField(help_text=_("Key of the record: stable, stands in addresses."))
    names = Texts("label", help_text=_("Name."))


class TermViewSet(RecordViewSet):
    """The terms of one vocabulary as records of their own. Each of its filters is named as its column."""

    lookup_field = "key"

    @classmethod
    def taken_back(cls, given, moment):
        """Terms are nobody's to withdraw."""
        return set()

    def unknown_values(self):
        asked, column = self.request.query_params, self.queryset.model._meta.get_field
        return [
            key[:60]
            for name in self.filterset.filters
            for key in asked.getlist(name)
            if key and key not in dict(column(name).flatchoices)
        ]


class RegionFilter(django_filters.FilterSet):
    type = KeysFilter(field_name="type", label=_("Type"))

    class Meta:
        model = models.Region
        fields = []


@extend_schema_serializer(examples=[OpenApiExample("West Africa", value=api_examples.REGION)])
class RegionSerializer(TermRecordSerializer):
    """A region, with how much is published of it."""

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


@extend_schema_serializer(examples=[OpenApiExample("Housing", value=api_examples.SECTOR)])
class SectorSerializer(TermRecordSerializer):
    """A sector, with how much is published of it."""

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
    queryset = models.Sector.objects.annotate(
        organisation_count=published(models.Organisation, OF_SECTOR),
        agreement_count=published(models.Agreement, OF_SECTOR),
        event_count=published(models.Event, EVENT_OF_SECTOR),
    ).order_by("key")
