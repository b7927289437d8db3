"""The read API of organisations, agreements and events; the vocabularies are in `api_vocabularies`."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from directory import api_examples
from directory.api_parts import (
    FILE_COLUMNS,
    Address,
    FileSerializer,
    Keys,
    OrganisationName,
    RecordSerializer,
    RecordViewSet,
    Texts,
    Words,
    key_of,
    keys,
    organisation_columns,
    rows,
)
from directory.filters import AgreementFilter, EventFilter, OrganisationFilter, agreements_counted
from directory.models import Agreement, AgreementDocument, AgreementParty, Event, Organisation, Relation

FOUND_IN = "Every region whose filter finds this record, those it is named for and those around them."


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

    key = serializers.CharField()
    type = serializers.CharField(help_text="Key of `relation_types`.")
    inverse = serializers.BooleanField()

    def to_representation(self, row):
        return {"type": row["type"], "inverse": row["inverse"], **super().to_representation(row)}


@extend_schema_serializer(examples=[OpenApiExample("RAESS", value=api_examples.ORGANISATION)])
class OrganisationSerializer(RecordSerializer):
    """An organisation of the directory."""

    names = Texts("name")
    acronyms = Texts("acronym")
    names_translated = Keys(help_text="Languages whose name is not official but ours.")
    aliases = Keys(help_text="Other names and acronyms met in documents.")
    descriptions = Texts("description")
    kind = serializers.CharField(source="kind_id", help_text="Key of `organisation_kinds`.")
    scope = serializers.CharField(source="scope_id", help_text="Key of `scopes`.")
    regions = Keys(source="region_keys", help_text="Keys of `regions`.")
    found_in = Keys(source="place_keys", help_text=FOUND_IN)
    sectors = Keys(source="sector_keys", help_text="Keys of `sectors`.")
    country = Words(source="country_id", help_text="Country of the seat, a key of `countries`.")
    city = Words()
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    founded = serializers.IntegerField(allow_null=True, help_text="Year of foundation.")
    website = Address()
    status = serializers.ChoiceField(choices=Organisation.Status.choices)
    relations = serializers.SerializerMethodField()
    agreement_count = serializers.IntegerField(help_text="Published agreements it is a party to.")

    def get_relations(self, record) -> RelatedOrganisation(many=True):
        related = RelatedOrganisation()
        return [
            related.to_representation({**row, "inverse": inverse})
            for found, inverse in ((record.relation_rows, False), (record.inverse_rows, True))
            for row in found
        ]


class OrganisationViewSet(RecordViewSet):
    """Organisations of the social and solidarity economy: international, continental and national bodies
    and those that support them."""

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


class PartySerializer(OrganisationName):
    """A party. The key is null when it stands outside the directory or is not published there."""

    role = Words()

    def to_representation(self, row):
        outside = row["outside"]
        party = {"key": None, "name": outside} if outside else super().to_representation(row)
        return {**party, "role": row["role"] or None}


class DirectionSerializer(serializers.Serializer):
    """Keys of `directions`. What the sources state is shown; where they state none, the computed one."""

    stated = Words(source="direction_stated_id", help_text="As the sources state it.")
    computed = Words(source="direction_computed_id", help_text="As the sides of its parties give it.")
    shown = Words(source="direction")


class AgreementFileSerializer(FileSerializer):
    """A document of an agreement."""

    title = serializers.CharField()

    def to_representation(self, row):
        return {"title": row["title"], **super().to_representation(row)}


@extend_schema_serializer(examples=[OpenApiExample("ICA and ILO", value=api_examples.AGREEMENT)])
class AgreementSerializer(RecordSerializer):
    """An agreement between two or more parties."""

    names = Texts("title")
    official_titles = Texts("official_title")
    descriptions = Texts("description")
    parties = PartySerializer(many=True, source="party_rows")
    kind = serializers.CharField(source="kind_id", help_text="Key of `agreement_kinds`.")
    status = serializers.CharField(source="status_id", help_text="Key of `agreement_statuses`.")
    direction = DirectionSerializer(source="*")
    regions = Keys(source="region_keys", help_text="Keys of `regions`.")
    found_in = Keys(source="place_keys", help_text=FOUND_IN)
    sectors = Keys(source="sector_keys", help_text="Keys of `sectors`.")
    signed_on = serializers.DateField(allow_null=True)
    start_year = serializers.IntegerField(allow_null=True, help_text="Known alone where no date is.")
    start_on = serializers.DateField(allow_null=True)
    end_year = serializers.IntegerField(allow_null=True, help_text="Known alone where no date is.")
    end_on = serializers.DateField(allow_null=True)
    supersedes = Words(source="supersedes_key", help_text="Key of the agreement it renews or replaces.")
    renewed_by = Keys(source="renewed_by_keys", help_text="Keys of the agreements that renew it.")
    adopted_at = Keys(source="event_keys", help_text="Keys of the events where it was adopted.")
    documents = AgreementFileSerializer(many=True, source="document_rows")
    illustrative = serializers.BooleanField(help_text="A demonstration, not a real agreement.")


class AgreementViewSet(RecordViewSet):
    """Agreements, partnerships, charters and declarations between organisations."""

    serializer_class = AgreementSerializer
    filterset_class = AgreementFilter
    queryset = (
        Agreement.objects.published()
        .without_bulk()
        .annotate(
            region_keys=regions_of(Agreement),
            party_rows=rows(
                AgreementParty.objects.filter(agreement=OuterRef("pk")).order_by("position", "pk"),
                outside="name",
                role="role",
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
class EventSerializer(RecordSerializer):
    """A conference, forum or seminar."""

    names = Texts("title")
    themes = Texts("theme")
    series = Words(help_text="Shared by the editions of an event.")
    type = serializers.CharField(source="type_id", help_text="Key of `event_types`.")
    format = serializers.CharField(source="format_id", help_text="Key of `event_formats`.")
    audience = serializers.CharField(source="audience_id", help_text="Key of `event_audiences`.")
    year = serializers.IntegerField(help_text="Known alone where no date is.")
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    city = Words()
    country = Words(source="country_id", help_text="Key of `countries`.")
    found_in = Keys(source="place_keys", help_text=FOUND_IN)
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    organisers = serializers.SerializerMethodField()
    outcome = Words(source="outcome_key", help_text="Key of the agreement adopted there.")

    def get_organisers(self, record) -> OrganisationName(many=True):
        """The published organisations, then bodies outside the directory."""
        named = OrganisationName()
        return [named.to_representation(row) for row in record.organiser_rows] + [
            {"key": None, "name": name} for name in record.other_organisers
        ]


class EventViewSet(RecordViewSet):
    """Conferences, forums and seminars where organisations meet."""

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
