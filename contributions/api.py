"""The read API of published contributions."""

from django.conf import settings
from django.db.models import F
from django.db.models.functions import JSONObject
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from contributions.filters import ContributionFilter
from contributions.models import ChallengeCategory, Contribution, GuidelineCategory
from directory.api_parts import (
    LANGUAGES,
    Addressed,
    OrganisationName,
    RecordViewSet,
    Texts,
    Words,
    instant,
    organisation_columns,
)

VOCABULARIES = {
    "challenge_categories": ChallengeCategory,
    "guideline_categories": GuidelineCategory,
}


class OriginalTitle(Texts):
    """The title in the language of the contribution, null in the others."""

    def to_representation(self, record):
        return {code: record.title if code == record.language else None for code in LANGUAGES}


class ContributionSerializer(Addressed):
    """A published contribution, without its text."""

    key = serializers.CharField(source="reference", help_text="Its reference.")
    names = OriginalTitle("title")
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES, help_text="The one language it was written in."
    )
    kind = serializers.ChoiceField(choices=Contribution.Kind.choices)
    call = serializers.CharField(source="call_key")
    group = serializers.CharField(source="group_key")
    summary = Words()
    author = Words(source="shown_author", help_text="The name shown; null for a former participant.")
    organisation = serializers.SerializerMethodField(help_text="On whose behalf it was sent.")
    published_at = instant()
    illustrative = serializers.BooleanField(help_text="A demonstration that nobody sent.")

    @extend_schema_field(OrganisationName(allow_null=True))
    def get_organisation(self, record):
        row = record.organisation_row
        return OrganisationName().to_representation(row) if row["slug"] else None


class WholeContributionSerializer(ContributionSerializer):
    """A published contribution."""

    text = serializers.CharField(help_text="Markdown.")


class ContributionViewSet(RecordViewSet):
    """Published contributions to the calls. A list leaves out their texts."""

    serializer_class = ContributionSerializer
    filterset_class = ContributionFilter
    lookup_field = "reference"
    queryset = (
        Contribution.objects.published()
        .with_byline()
        .annotate(
            call_key=F("call__slug"),
            group_key=F("call__group__slug"),
            organisation_row=JSONObject(**organisation_columns("organisation__")),
        )
    )

    def get_queryset(self):
        return super().get_queryset() if self.detail else super().get_queryset().without_bulk()

    def get_serializer_class(self):
        return WholeContributionSerializer if self.detail else ContributionSerializer
