"""The read API of published contributions."""

from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from contributions import filters
from contributions.linked_data import describe_contribution
from contributions.models import (
    ChallengeCategory,
    Contribution,
    ContributionTranslation,
    GuidelineCategory,
)
from directory.api_lists import RecordViewSet, history_of
from directory.api_parts import (
    LANGUAGES,
    Addressed,
    OrganisationName,
    Texts,
    Words,
    instant,
    organisation_columns,
    rows,
)

VOCABULARIES = {
    "challenge_categories": ChallengeCategory,
    "guideline_categories": GuidelineCategory,
}


class Translated(Texts):
    """A text in the language of the contribution and in those a person translated it into."""

    def __init__(self, field, **options):
        super().__init__(field, **options)
        self.column = field

    def to_representation(self, record):
        found = dict.fromkeys(LANGUAGES)
        found |= {row["language"]: row[self.column] or None for row in record.translation_rows}
        return found | {record.language: getattr(record, self.column) or None}


class TranslationSerializer(serializers.Serializer):
    """A published translation, by a person."""

    language = serializers.CharField(help_text=_("Language of the translation."))
    translator = Words(source="translator_name", help_text=_("The translator's name, where one is shown."))
    outdated = serializers.BooleanField(help_text=_("The original has changed since."))


# Nobody sent it: it shows the shape of a record and says so.
EXAMPLE = {
    "key": "C-23456789",
    "id": "https://hub.example.org/id/contributions/C-23456789",
    "url": "https://hub.example.org/en/contributions/C-23456789/",
    "api_url": "https://hub.example.org/api/v1/contributions/C-23456789/",
    "names": {"es": "Un ejemplo", "fr": None, "en": "An example"},
    "language": "es",
    "kind": "experience",
    "call": "an-example",
    "group": "an-example",
    "summaries": {"es": None, "fr": None, "en": None},
    "translations": [{"language": "en", "translator": None, "outdated": False}],
    "author": None,
    "organisation": None,
    "published_at": "2026-01-15T09:30:00Z",
    "illustrative": True,
}


@extend_schema_serializer(examples=[OpenApiExample("The shape of a record, sent by nobody", value=EXAMPLE)])
class ContributionSerializer(Addressed):
    """A published contribution, without its text."""

    key = serializers.CharField(source="reference", help_text=_("Its reference."))
    names = Translated("title", help_text=_("Title, as written and as translated."))
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES, help_text=_("The one language it was written in.")
    )
    kind = serializers.ChoiceField(
        choices=Contribution.Kind.choices, help_text=_("Experience, analysis or proposal.")
    )
    call = serializers.CharField(source="call_key", help_text=_("Key of the call it answers."))
    group = serializers.CharField(source="group_key", help_text=_("Key of its working group."))
    summaries = Translated("summary", help_text=_("Summary, as written and as translated."))
    translations = TranslationSerializer(
        source="translation_rows", many=True, help_text=_("The translations, each by a person.")
    )
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


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "The shape of a whole record, sent by nobody",
            value={**EXAMPLE, "texts": {"es": "Un **texto**.", "fr": None, "en": "A **text**."}},
        )
    ]
)
class WholeContributionSerializer(ContributionSerializer):
    """A published contribution."""

    texts = Translated("text", help_text=_("Text as written and as translated, in Markdown."))


def translation_rows(*texts):
    """The published translations of a contribution as rows, with these of their texts."""
    stale = Q(source_version__lt=F("contribution__version"))
    found = ContributionTranslation.objects.published().filter(contribution=OuterRef("pk"))
    columns = {name: name for name in ("language", "translator_name", *texts)}
    return rows(
        found.order_by("language").annotate(outdated=ExpressionWrapper(stale, BooleanField())),
        outdated="outdated",
        **columns,
    )


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
            translation_rows=translation_rows("title", "summary", "text"),
        )
    )

    @classmethod
    def taken_back(cls, given, moment):
        """What was changed at all, since its author's name is part of it and goes with the account; so is a
        translation. Whoever leaves takes the history of what was not public along: what is no longer
        published is looked up."""
        there = Contribution.objects.published().values_list("reference", flat=True)
        changed = history_of(Contribution).filter(pgh_created_at__gt=moment)
        translated = history_of(ContributionTranslation).filter(pgh_created_at__gt=moment)
        translated = translated.exclude(pgh_label="insert").values_list("contribution__reference", flat=True)
        return given.difference(there) | given.intersection(
            [*changed.values_list("reference", flat=True), *translated]
        )

    def get_queryset(self):
        found = super().get_queryset()
        if self.detail:
            return found
        return found.without_bulk().annotate(translation_rows=translation_rows("title", "summary"))

    def get_serializer_class(self):
        return WholeContributionSerializer if self.detail else ContributionSerializer

    def unknown_values(self):
        return filters.unknown_values(self.filterset, filters.vocabularies())
