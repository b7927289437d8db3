"""The read API of working groups, their meetings, documents and calls."""

import django_filters
from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from directory.api_lists import RecordViewSet
from directory.api_parts import (
    FILE_COLUMNS,
    Address,
    FileSerializer,
    Keys,
    OrganisationName,
    RecordSerializer,
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
from directory.filter_parts import KeysFilter, OrderFilter
from directory.models import Event, Organisation
from workinggroup import api_examples, linked_data
from workinggroup.models import (
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
BASIS = _("Where its words come from: `founding_text` or `editorial`.")


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
    order = OrderFilter(choices=[("urgent", _("Most urgent first"))])

    def order_urgent(self, queryset):
        return queryset.most_urgent_first()


def passages(model):
    return rows(
        model.objects.filter(group=OuterRef("pk")).order_by("position", "pk"),
        key="key",
        basis="basis",
        **in_languages("text"),
    )


class PassageSerializer(serializers.Serializer):
    """A piece of a group's text."""

    key = serializers.CharField(help_text=_("Key of the passage."))
    basis = Words(help_text=BASIS)
    texts = RowTexts("text", help_text=_("Text."))

    def to_representation(self, row):
        return {
            "key": row["key"],
            "basis": row["basis"] or None,
            "texts": self.fields["texts"].to_representation(row),
        }


@extend_schema_serializer(examples=[OpenApiExample("The founding group", value=api_examples.GROUP)])
class GroupSerializer(RecordSerializer):
    """A working group, with its text, its meetings and its calls."""

    names = Texts("title", help_text=_("Title."))
    theme_blocks = Texts("theme_block", help_text=_("Theme block of the forum."))
    coordinator = OrganisationName(source="coordinator_row", help_text=_("The coordinating organisation."))
    forum = Words(source="forum_key", help_text=_("Key of the event it belongs to."))
    organisations = OrganisationName(
        many=True, source="organisation_rows", help_text=_("Organisations named in its text.")
    )
    areas = Keys(source="area_keys", help_text=_("Areas named in its text: keys of `regions`."))
    context = PassageSerializer(many=True, source="paragraph_rows", help_text=_("Its text, in paragraphs."))
    questions = PassageSerializer(many=True, source="question_rows", help_text=_("Questions it asks."))
    meetings = Keys(source="meeting_keys", help_text=_("Keys of its meetings."))
    calls = Keys(source="call_keys", help_text=_("Keys of its calls."))
    illustrative = serializers.BooleanField(help_text=_("A demonstration, not a real group."))


def of_group(model):
    return keys(model.objects.published().filter(group=OuterRef("pk")).order_by("slug"))


class GroupViewSet(RecordViewSet):
    dataset, title = "groups", _("Working groups")
    about = _("Working groups, each coordinated by an organisation.")
    describe = staticmethod(linked_data.describe_group)
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
        super().__init__("title", help_text=_("Title; where it has none, that of its group."))

    def to_representation(self, record):
        own = super().to_representation(record)
        return own if any(own.values()) else super().to_representation(record.group)


class OfGroupSerializer(RecordSerializer):
    names = TitleOrGroups()
    group = serializers.CharField(source="group.slug", help_text=_("Key of its working group."))
    basis = Words(help_text=BASIS)


class OfGroupViewSet(RecordViewSet):
    filterset_class = OfGroupFilter


def with_group(queryset):
    return queryset.select_related("group").defer("loaded", "group__loaded")


@extend_schema_serializer(examples=[OpenApiExample("The founding meeting", value=api_examples.MEETING)])
class MeetingSerializer(OfGroupSerializer):
    """A meeting of a group."""

    purposes = Texts("purpose", help_text=_("Purpose."))
    event = Words(source="event_key", help_text=_("Key of the event within which it takes place."))
    year = serializers.IntegerField(allow_null=True, help_text=_("Year; known alone where the day is not."))
    starts_at = instant(allow_null=True, help_text=_("When it starts (UTC); null when the day is not known."))
    ends_at = instant(allow_null=True, help_text=_("When it ends (UTC)."))
    moved_from = instant(allow_null=True, help_text=_("When it was to start before it was moved (UTC)."))
    cancelled_at = instant(allow_null=True, help_text=_("When it was cancelled (UTC); null: it takes place."))
    time_zone = serializers.CharField(help_text=_("Its official time zone, an IANA name."))
    place = Words(help_text=_("Place."))
    city = Words(help_text=_("City."))
    country = Words(source="country_id", help_text=_("Key of `countries`."))
    online_url = Address(help_text=_("Where to take part online."))
    languages = Keys(help_text=_("Languages spoken there."))


class MeetingViewSet(OfGroupViewSet):
    dataset, title = "meetings", _("Meetings")
    about = _("Meetings of the working groups.")
    describe = staticmethod(linked_data.describe_meeting)
    serializer_class = MeetingSerializer
    queryset = with_group(Meeting.objects.published()).annotate(
        event_key=key_of(Event.objects.published(), "event")
    )


@extend_schema_serializer(
    examples=[OpenApiExample("A document known of, not preserved", value=api_examples.DOCUMENT)]
)
class DocumentSerializer(OfGroupSerializer):
    """A document of a group, as text, as files, or known of only."""

    meeting = Words(source="meeting_key", help_text=_("Key of its meeting."))
    kind = serializers.CharField(source="kind_id", help_text=_("Key of `document_kinds`."))
    texts = Texts("text", help_text=_("Text, in Markdown."))
    available = serializers.BooleanField(help_text=_("False: known of, but not preserved."))
    files = FileSerializer(many=True, source="file_rows", help_text=_("Its files."))


class DocumentViewSet(OfGroupViewSet):
    dataset, title = "documents", _("Documents")
    about = _("Documents of the working groups, as texts or files, also those that were not preserved.")
    describe = staticmethod(linked_data.describe_document)
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


@extend_schema_serializer(examples=[OpenApiExample("The founding call", value=api_examples.CALL)])
class CallSerializer(OfGroupSerializer):
    """A call for contributions of a group, for one of its meetings or for none."""

    meeting = Words(source="meeting_key", help_text=_("Key of its meeting."))
    texts = Texts("text", help_text=_("What is sought, in Markdown."))
    notices = Texts("notice", help_text=_("One sentence shown beside the state."))
    state = serializers.ChoiceField(
        choices=Call.State.choices, help_text=_("Scheduled, open or closed, by the clock of the database.")
    )
    opens_at = instant(allow_null=True, help_text=_("When it opens (UTC)."))
    closes_at = instant(
        allow_null=True, help_text=_("When it closes (UTC); null while open until further notice.")
    )
    time_zone = serializers.CharField(help_text=_("The official zone of both instants, an IANA name."))
    dates_unknown = serializers.BooleanField(help_text=_("Closed, and its dates are not known."))
    accepts = Keys(help_text=_("What may be sent."))


class CallViewSet(OfGroupViewSet):
    dataset, title = "calls", _("Calls for contributions")
    about = _("Calls for contributions. Open from `opens_at`, and until just before `closes_at`.")
    describe = staticmethod(linked_data.describe_call)
    serializer_class = CallSerializer
    filterset_class = CallFilter
    queryset = with_group(Call.objects.published().with_state()).annotate(
        meeting_key=key_of(Meeting.objects.published(), "meeting")
    )
