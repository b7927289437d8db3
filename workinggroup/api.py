"""The read API of working groups, their meetings, documents and calls."""

import django_filters
from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from directory.api_parts import (
    FILE_COLUMNS,
    Address,
    FileSerializer,
    Keys,
    OrganisationName,
    RecordSerializer,
    RecordViewSet,
    RowTexts,
    Texts,
    Words,
    in_languages,
    instant,
    key_of,
    keys,
    organisation_columns,
    rows,
)
from directory.filters import KeysFilter
from directory.models import Event, Organisation
from workinggroup.models import (
    Basis,
    Call,
    ContextParagraph,
    Document,
    DocumentFile,
    DocumentKind,
    Meeting,
    Question,
    WorkingGroup,
)

VOCABULARIES = {"document_kinds": DocumentKind}
BASIS = f"Where its words come from: {', '.join(f'`{value}`' for value in Basis.values)}."


class GroupFilter(django_filters.FilterSet):
    class Meta:
        model = WorkingGroup
        fields = []


class OfGroupFilter(django_filters.FilterSet):
    group = KeysFilter(field_name="group__slug", label=_("Working group"))


class DocumentFilter(OfGroupFilter):
    kind = KeysFilter(field_name="kind_id", label=_("Kind"))


class CallFilter(OfGroupFilter):
    state = KeysFilter(field_name="state", label=_("State"))


def passages(model):
    return rows(
        model.objects.filter(group=OuterRef("pk")).order_by("position", "pk"),
        key="key",
        basis="basis",
        **in_languages("text"),
    )


class PassageSerializer(serializers.Serializer):
    """A piece of a group's text."""

    key = serializers.CharField()
    basis = Words(help_text=BASIS)
    texts = RowTexts("text")

    def to_representation(self, row):
        return {
            "key": row["key"],
            "basis": row["basis"] or None,
            "texts": self.fields["texts"].to_representation(row),
        }


class GroupSerializer(RecordSerializer):
    """A working group, with its text, its meetings and its calls."""

    names = Texts("title")
    theme_blocks = Texts("theme_block")
    coordinator = OrganisationName(source="coordinator_row")
    forum = Words(source="forum_key", help_text="Key of the event it belongs to.")
    organisations = OrganisationName(many=True, source="organisation_rows", help_text="Named in its text.")
    areas = Keys(source="area_keys", help_text="Named in its text: keys of `regions`.")
    context = PassageSerializer(many=True, source="paragraph_rows")
    questions = PassageSerializer(many=True, source="question_rows")
    meetings = Keys(source="meeting_keys")
    calls = Keys(source="call_keys")
    illustrative = serializers.BooleanField(help_text="A demonstration, not a real group.")


def of_group(model):
    return keys(model.objects.published().filter(group=OuterRef("pk")).order_by("slug"))


class GroupViewSet(RecordViewSet):
    """Working groups, each coordinated by an organisation."""

    serializer_class = GroupSerializer
    filterset_class = GroupFilter
    queryset = (
        WorkingGroup.objects.published()
        .defer("loaded")
        .annotate(
            coordinator_row=JSONObject(**organisation_columns("coordinator__")),
            forum_key=key_of(Event.objects.published(), "forum"),
            organisation_rows=rows(
                Organisation.objects.published()
                .filter(
                    pk__in=WorkingGroup.organisations.through.objects.filter(
                        workinggroup=OuterRef(OuterRef("pk"))
                    ).values("organisation")
                )
                .order_by("slug"),
                **organisation_columns(),
            ),
            area_keys=keys(
                WorkingGroup.areas.through.objects.filter(workinggroup=OuterRef("pk")).order_by(
                    "region__position", "region_id"
                ),
                "region_id",
            ),
            paragraph_rows=passages(ContextParagraph),
            question_rows=passages(Question),
            meeting_keys=of_group(Meeting),
            call_keys=of_group(Call),
        )
        .order_by("slug")
    )


class TitleOrGroups(Texts):
    """Its title; where it has none, the title of its group."""

    def __init__(self):
        super().__init__("title")

    def to_representation(self, record):
        own = super().to_representation(record)
        return own if any(own.values()) else super().to_representation(record.group)


class OfGroupSerializer(RecordSerializer):
    names = TitleOrGroups()
    group = serializers.CharField(source="group.slug")
    basis = Words(help_text=BASIS)


class OfGroupViewSet(RecordViewSet):
    filterset_class = OfGroupFilter


def with_group(queryset):
    return queryset.select_related("group").defer("loaded", "group__loaded")


class MeetingSerializer(OfGroupSerializer):
    """A meeting of a group."""

    purposes = Texts("purpose")
    event = Words(source="event_key", help_text="Key of the event within which it takes place.")
    year = serializers.IntegerField(allow_null=True, help_text="Known alone where the day is not.")
    starts_at = instant(allow_null=True, help_text="Null when the day is not known.")
    ends_at = instant(allow_null=True)
    time_zone = serializers.CharField(help_text="Its official zone, an IANA name.")
    place = Words()
    city = Words()
    country = Words(source="country_id", help_text="Key of `countries`.")
    online_url = Address(help_text="Where to take part online.")
    languages = Keys()


class MeetingViewSet(OfGroupViewSet):
    """Meetings of the working groups."""

    serializer_class = MeetingSerializer
    queryset = with_group(Meeting.objects.published()).annotate(
        event_key=key_of(Event.objects.published(), "event")
    )


class DocumentSerializer(OfGroupSerializer):
    """A document of a group, as text, as files, or known of only."""

    meeting = Words(source="meeting_key")
    kind = serializers.CharField(source="kind_id", help_text="Key of `document_kinds`.")
    texts = Texts("text", help_text="Markdown.")
    available = serializers.BooleanField(help_text="False: known of, but not preserved.")
    files = FileSerializer(many=True, source="file_rows")


class DocumentViewSet(OfGroupViewSet):
    """Documents of the working groups, as texts or files, also those that were not preserved."""

    serializer_class = DocumentSerializer
    filterset_class = DocumentFilter
    queryset = with_group(Document.objects.published()).annotate(
        meeting_key=key_of(Meeting.objects.published(), "meeting"),
        file_rows=rows(
            DocumentFile.objects.visible_to(AnonymousUser())
            .filter(document=OuterRef("pk"))
            .order_by("language", "pk"),
            **FILE_COLUMNS,
        ),
    )


EXAMPLE = {
    "key": "wg-call-2016",
    "url": "https://hub.example.org/en/calls/wg-call-2016/",
    "api_url": "https://hub.example.org/api/v1/calls/wg-call-2016/",
    "names": {
        "es": "Colaboración entre organizaciones internacionales …",
        "fr": "Collaboration entre organisations internationales …",
        "en": "Collaboration between international organisations …",
    },
    "group": "wg-international-collaboration",
    "basis": "founding_text",
    "meeting": "wg-meeting-montreal-2016",
    "texts": {"es": None, "fr": None, "en": None},
    "notices": {
        "es": "El plazo para enviar contribuciones ha terminado.",
        "fr": "Le dépôt de contributions est terminé.",
        "en": "Submissions are closed.",
    },
    "state": "closed",
    "opens_at": None,
    "closes_at": None,
    "time_zone": "UTC",
    "dates_unknown": True,
    "accepts": ["text", "link", "attachment"],
    "confidence": None,
    "sources": [],
    "note": None,
    "updated_at": "2026-01-15T09:30:00Z",
}


@extend_schema_serializer(examples=[OpenApiExample("The founding call", value=EXAMPLE)])
class CallSerializer(OfGroupSerializer):
    """A call for contributions of a group, for one of its meetings or for none."""

    meeting = Words(source="meeting_key")
    texts = Texts("text", help_text="What is sought, in Markdown.")
    notices = Texts("notice")
    state = serializers.ChoiceField(choices=Call.State.choices, help_text="By the clock of the database.")
    opens_at = instant(allow_null=True)
    closes_at = instant(allow_null=True, help_text="Null while it stays open until further notice.")
    time_zone = serializers.CharField(help_text="The official zone of both instants, an IANA name.")
    dates_unknown = serializers.BooleanField(help_text="Closed, and its dates are not known.")
    accepts = Keys(help_text="What may be sent.")


class CallViewSet(OfGroupViewSet):
    """Calls for contributions, the most urgent first. Open from `opens_at`, and until just before
    `closes_at`."""

    serializer_class = CallSerializer
    filterset_class = CallFilter
    queryset = with_group(Call.objects.published().most_urgent_first()).annotate(
        meeting_key=key_of(Meeting.objects.published(), "meeting")
    )
