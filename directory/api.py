"""The read API of organisations, agreements and events; vocabularies are in
`api_vocabularies`, regions and sectors in `api_terms`."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, CharField, OuterRef, Value, When
from django.db.models.functions import JSONObject
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from directory import api_examples, facets
from directory.api_lists import RecordViewSet
from directory.api_parts import (
    FILE_COLUMNS,
    Address,
    EntrySerializer,
    FileSerializer,
    Keys,
    OrganisationName,
    Texts,
    Words,
    in_languages,
    key_of,
    keys,
    organisation_columns,
    outside,
    rows,
)
from directory.filters import AgreementFilter, EventFilter, OrganisationFilter, agreements_counted
from directory.formats import murmurations
from directory.formats.geojson import point, seats
from directory.linked_data import describe_agreement, describe_event, describe_organisation
from directory.models import Agreement, AgreementDocument, AgreementParty, Event, Organisation, Relation

FOUND_IN = _("Every region whose filter finds this record: those it is named for and those around them.")


def relations(near, far):
    """The relations of an organisation as `near` side, where the other side is published."""
    return rows(
        Relation.objects.filter(
            **{near: OuterRef("pk"), f"{far}__in": Organisation.objects.published()}
        ).order_by("type__position", f"{far}__slug"),
        type="type_id",
        **organisation_columns(f"{far}__"),
    )


def regions_of(model):
    through = model.regions.through
    record = model._meta.model_name
    return keys(
        through.objects.filter(**{record: OuterRef("pk")}).order_by("region__position", "region_id"),
        "region_id",
    )


class RelatedOrganisation(OrganisationName):
    """`inverse` false: this record is a member (part, observer …) of the organisation named; true: the
    organisation named is one of this record."""

    key = serializers.CharField(help_text=_("Key of the organisation."))
    type = serializers.CharField(help_text=_("How they are related: a key of `relation_types`."))
    inverse = serializers.BooleanField(help_text=_("True where the other is the member or part of this one."))

    def to_representation(self, row):
        return {"type": row["type"], "inverse": row["inverse"], **super().to_representation(row)}


@extend_schema_serializer(examples=[OpenApiExample("RAESS", value=api_examples.ORGANISATION)])
class OrganisationSerializer(EntrySerializer):
    """An organisation of the directory."""

    names = Texts("name", help_text=_("Name."))
    acronyms = Texts("acronym", help_text=_("Acronym."))
    names_translated = Keys(help_text=_("Languages whose name is not official but ours."))
    aliases = Keys(help_text=_("Other names and acronyms met in documents."))
    descriptions = Texts("description", help_text=_("Description."))
    kind = serializers.CharField(source="kind_id", help_text=_("Key of `organisation_kinds`."))
    scope = serializers.CharField(source="scope_id", help_text=_("Key of `scopes`."))
    regions = Keys(source="region_keys", help_text=_("Where it works: keys of `regions`."))
    found_in = Keys(source="place_keys", help_text=FOUND_IN)
    sectors = Keys(source="sector_keys", help_text=_("Keys of `sectors`."))
    country = Words(source="country_id", help_text=_("Country of the seat, a key of `countries`."))
    city = Words(help_text=_("City of the seat."))
    latitude = serializers.FloatField(allow_null=True, help_text=_("Latitude, WGS 84, of the city."))
    longitude = serializers.FloatField(allow_null=True, help_text=_("Longitude, WGS 84, of the city."))
    founded = serializers.IntegerField(allow_null=True, help_text=_("Year of foundation."))
    website = Address(help_text=_("Its website."))
    status = serializers.ChoiceField(
        choices=Organisation.Status.choices, help_text=_("Whether it is active or closed.")
    )
    relations = serializers.SerializerMethodField(help_text=_("Organisations it belongs to or gathers."))
    agreement_count = serializers.IntegerField(help_text=_("Published agreements it is a party to."))

    def get_relations(self, record) -> RelatedOrganisation(many=True):
        related = RelatedOrganisation()
        return [
            related.to_representation({**row, "inverse": inverse})
            for found, inverse in ((record.relation_rows, False), (record.inverse_rows, True))
            for row in found
        ]


class OrganisationViewSet(RecordViewSet):
    dataset, title = "organisations", _("Organisations")
    about = _(
        "Organisations of the social and solidarity economy: international, continental and national bodies "
        "and those that support them."
    )
    facets = facets.ORGANISATION_FACETS
    geometry = staticmethod(point)
    describe = staticmethod(describe_organisation)
    profile = staticmethod(murmurations.profile)
    serializer_class = OrganisationSerializer
    filterset_class = OrganisationFilter
    queryset = agreements_counted(
        Organisation.objects.published()
        .without_bulk()
        .annotate(
            region_keys=regions_of(Organisation),
            relation_rows=relations("source", "target"),
            inverse_rows=relations("target", "source"),
        )
    )

    def retrieve(self, request, *args, **kwargs):
        """The record; one that was merged into another leads there, in the format asked for."""
        try:
            return super().retrieve(request, *args, **kwargs)
        except Http404:
            if other := Organisation.objects.standing_for(kwargs["key"]):
                query = request.META["QUERY_STRING"]
                address = reverse("api:organisations-detail", args=[other.slug])
                return redirect(f"{address}?{query}" if query else address, permanent=True)
            raise


# A party that is no organisation of the directory, as `OrganisationName` reads one.
OUTSIDE = JSONObject(
    slug=Value(None, CharField()), publication=Value(None, CharField()), **in_languages("name")
)


class PartySerializer(OrganisationName):
    """A party. The key is null when it stands outside the directory or is not published there."""

    role = Words(help_text=_("Its role in the agreement."))
    latitude = serializers.FloatField(allow_null=True, help_text=_("Latitude, WGS 84, of its seat."))
    longitude = serializers.FloatField(allow_null=True, help_text=_("Longitude, WGS 84, of its seat."))

    def to_representation(self, row):
        party = super().to_representation(row["outside"] or row)
        seat = {name: row[name] if party["key"] else None for name in ("latitude", "longitude")}
        return {**party, "role": row["role"] or None, **seat}


class DirectionSerializer(serializers.Serializer):
    """Keys of `directions`. What the sources state is shown; where they state none, the computed one."""

    stated = Words(source="direction_stated_id", help_text=_("Direction as the sources state it."))
    computed = Words(
        source="direction_computed_id", help_text=_("Direction as the sides of the parties give it.")
    )
    shown = Words(source="direction", help_text=_("The stated direction, else the computed one."))


class AgreementFileSerializer(FileSerializer):
    """A document of an agreement."""

    title = serializers.CharField(help_text=_("Title of the document."))

    def to_representation(self, row):
        return {"title": row["title"], **super().to_representation(row)}


@extend_schema_serializer(examples=[OpenApiExample("ICA and ILO", value=api_examples.AGREEMENT)])
class AgreementSerializer(EntrySerializer):
    """An agreement between two or more parties."""

    names = Texts("title", help_text=_("Title."))
    official_titles = Texts("official_title", help_text=_("Official title, where it is known."))
    descriptions = Texts("description", help_text=_("Description."))
    parties = PartySerializer(many=True, source="party_rows", help_text=_("The parties, in their order."))
    kind = serializers.CharField(source="kind_id", help_text=_("Key of `agreement_kinds`."))
    status = serializers.CharField(source="status_id", help_text=_("Key of `agreement_statuses`."))
    direction = DirectionSerializer(source="*", help_text=_("Keys of `directions`."))
    regions = Keys(source="region_keys", help_text=_("Regions it is about: keys of `regions`."))
    found_in = Keys(source="place_keys", help_text=FOUND_IN)
    sectors = Keys(source="sector_keys", help_text=_("Keys of `sectors`."))
    signed_on = serializers.DateField(allow_null=True, help_text=_("Day of signature."))
    start_year = serializers.IntegerField(
        allow_null=True, help_text=_("Year it began; known alone where no date is.")
    )
    start_on = serializers.DateField(allow_null=True, help_text=_("Day it began."))
    end_year = serializers.IntegerField(
        allow_null=True, help_text=_("Year it ends; known alone where no date is.")
    )
    end_on = serializers.DateField(allow_null=True, help_text=_("Day it ends."))
    supersedes = Words(source="supersedes_key", help_text=_("Key of the agreement it renews or replaces."))
    renewed_by = Keys(source="renewed_by_keys", help_text=_("Keys of the agreements that renew it."))
    adopted_at = Keys(source="event_keys", help_text=_("Keys of the events where it was adopted."))
    documents = AgreementFileSerializer(many=True, source="document_rows", help_text=_("Its documents."))
    illustrative = serializers.BooleanField(help_text=_("A demonstration, not a real agreement."))


class AgreementViewSet(RecordViewSet):
    dataset, title = "agreements", _("Agreements")
    about = _("Agreements, partnerships, charters and declarations between organisations.")
    facets = facets.AGREEMENT_FACETS
    geometry = staticmethod(seats)
    describe = staticmethod(describe_agreement)
    serializer_class = AgreementSerializer
    filterset_class = AgreementFilter
    queryset = (
        Agreement.objects.published()
        .without_bulk()
        .annotate(
            region_keys=regions_of(Agreement),
            party_rows=rows(
                AgreementParty.objects.filter(agreement=OuterRef("pk")).order_by("position", "pk"),
                outside=Case(When(organisation=None, then=OUTSIDE)),
                role="role",
                latitude="organisation__latitude",
                longitude="organisation__longitude",
                **organisation_columns("organisation__"),
            ),
            supersedes_key=key_of(Agreement.objects.published(), "supersedes"),
            renewed_by_keys=keys(
                Agreement.objects.published().filter(supersedes=OuterRef("pk")).order_by("slug")
            ),
            event_keys=keys(Event.objects.published().filter(outcome=OuterRef("pk")).order_by("slug")),
            document_rows=rows(
                AgreementDocument.objects.visible_to(AnonymousUser())
                .filter(agreement=OuterRef("pk"))
                .order_by("pk"),
                title="title",
                **FILE_COLUMNS,
            ),
        )
    )


@extend_schema_serializer(examples=[OpenApiExample("GSEF 2016", value=api_examples.EVENT)])
class EventSerializer(EntrySerializer):
    """A conference, forum or seminar."""

    names = Texts("title", help_text=_("Title."))
    themes = Texts("theme", help_text=_("Theme."))
    series = Words(help_text=_("Shared by the editions of an event."))
    type = serializers.CharField(source="type_id", help_text=_("Key of `event_types`."))
    format = serializers.CharField(source="format_id", help_text=_("Key of `event_formats`."))
    audience = serializers.CharField(source="audience_id", help_text=_("Key of `event_audiences`."))
    year = serializers.IntegerField(help_text=_("Year; known alone where no date is."))
    starts_on = serializers.DateField(allow_null=True, help_text=_("First day."))
    ends_on = serializers.DateField(allow_null=True, help_text=_("Last day."))
    city = Words(help_text=_("City."))
    country = Words(source="country_id", help_text=_("Key of `countries`."))
    found_in = Keys(source="place_keys", help_text=FOUND_IN)
    latitude = serializers.FloatField(allow_null=True, help_text=_("Latitude, WGS 84, of the city."))
    longitude = serializers.FloatField(allow_null=True, help_text=_("Longitude, WGS 84, of the city."))
    organisers = serializers.SerializerMethodField(help_text=_("Who organised it."))
    outcome = Words(source="outcome_key", help_text=_("Key of the agreement adopted there."))

    def get_organisers(self, record) -> OrganisationName(many=True):
        """The published organisations, then bodies outside the directory."""
        named = OrganisationName()
        return [named.to_representation(row) for row in record.organiser_rows] + [
            outside(name) for name in record.other_organisers
        ]


class EventViewSet(RecordViewSet):
    dataset, title = "events", _("Events")
    about = _("Conferences, forums and seminars where organisations meet.")
    facets = facets.EVENT_FACETS
    geometry = staticmethod(point)
    describe = staticmethod(describe_event)
    serializer_class = EventSerializer
    filterset_class = EventFilter
    queryset = (
        Event.objects.published()
        .without_bulk()
        .annotate(
            organiser_rows=rows(
                Organisation.objects.published().filter(events=OuterRef("pk")).order_by("slug"),
                **organisation_columns(),
            ),
            outcome_key=key_of(Agreement.objects.published(), "outcome"),
        )
    )
