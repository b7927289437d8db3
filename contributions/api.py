"""The read API of published contributions."""

from django.conf import settings
from django.db.models import F
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from contributions import filters
from contributions.linked_data import describe_contribution
from contributions.models import ChallengeCategory, Contribution, GuidelineCategory
from directory.api_lists import RecordViewSet
from directory.api_parts import (
    LANGUAGES,
    Addressed,
    OrganisationName,
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

    key = serializers.CharField(source="reference", help_text=_("Its reference."))
    names = OriginalTitle("title", help_text=_("Title, in the language it was written in."))
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES, help_text=_("The one language it was written in.")
    )
    kind = serializers.ChoiceField(
        choices=Contribution.Kind.choices, help_text=_("Experience, analysis or proposal.")
    )
    call = serializers.CharField(source="call_key", help_text=_("Key of the call it answers."))
    group = serializers.CharField(source="group_key", help_text=_("Key of its working group."))
    summary = Words(help_text=_("Summary."))
    author = Words(
        source="shown_author", help_text=_("The author's name shown; null for a former participant.")
    )
    organisation = serializers.SerializerMethodField(
        help_text=_("The organisation on whose behalf it was sent.")
    )
    published_at = instant(help_text=_("When it was published (UTC)."))
    illustrative = serializers.BooleanField(help_text=_("A demonstration that nobody sent."))

    @extend_schema_field(OrganisationName(allow_null=True))
    def get_organisation(self, record):
        row = record.organisation_row
        return OrganisationName().to_representation(row) if row["slug"] else None


class WholeContributionSerializer(ContributionSerializer):
    """A published contribution."""

    text = serializers.CharField(help_text=_("Text, in Markdown."))


class ContributionViewSet(RecordViewSet):
    dataset, title = "contributions", _("Contributions")
    about = _("Published contributions to the calls. A list in JSON leaves out their texts.")
    describe = staticmethod(describe_contribution)
    serializer_class = ContributionSerializer
    export_serializer_class = WholeContributionSerializer
    filterset_class = filters.ContributionFilter
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

    def unknown_values(self):
        return filters.unknown_values(self.filterset, filters.vocabularies())
