"""The read API of working groups, meetings, documents and calls."""

import django_filters
from django.db.models import Prefetch
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from directory.api import ProvenanceSerializer, RecordViewSet, TextsField, names_only
from directory.filters import KeysFilter
from workinggroup.models import Call, Document, DocumentFile, Meeting, WorkingGroup


class GroupFilter(django_filters.FilterSet):
    class Meta:
        model = WorkingGroup
        fields = []


class OfGroupFilter(django_filters.FilterSet):
    group = KeysFilter(field_name="group__slug", label="Working group")

    class Meta:
        model = WorkingGroup
        fields = []


class PassageSerializer(serializers.Serializer):
    key = serializers.CharField()
    basis = serializers.CharField()
    texts = TextsField("text")


class GroupSerializer(ProvenanceSerializer):
    titles = TextsField("title")
    theme_blocks = TextsField("theme_block")
    coordinator = serializers.SerializerMethodField()
    forum = serializers.SerializerMethodField()
    organisations = serializers.SerializerMethodField()
    areas = serializers.SerializerMethodField()
    context = PassageSerializer(many=True)
    questions = PassageSerializer(many=True)
    illustrative = serializers.BooleanField()

    @extend_schema_field({"type": ["string", "null"]})
    def get_coordinator(self, record):
        return record.coordinator.slug if record.coordinator.is_published else None

    @extend_schema_field({"type": ["string", "null"]})
    def get_forum(self, record):
        return record.forum.slug if record.forum and record.forum.is_published else None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_organisations(self, record):
        return [organisation.slug for organisation in record.organisations.all()]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_areas(self, record):
        return [area.key for area in record.areas.all()]


class OfGroupSerializer(ProvenanceSerializer):
    group = serializers.CharField(source="group.slug")
    basis = serializers.CharField()


class MeetingSerializer(OfGroupSerializer):
    titles = TextsField("title")
    purposes = TextsField("purpose")
    event = serializers.SerializerMethodField()
    year = serializers.IntegerField(allow_null=True)
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    time_zone = serializers.CharField()
    place = serializers.CharField()
    city = serializers.CharField()
    country = serializers.CharField(source="country_id", allow_null=True)
    languages = serializers.ListField(child=serializers.CharField())

    @extend_schema_field({"type": ["string", "null"]})
    def get_event(self, record):
        return record.event.slug if record.event and record.event.is_published else None


class FileSerializer(serializers.Serializer):
    name = serializers.CharField(source="original_name")
    language = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    url = serializers.SerializerMethodField()

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, record):
        return self.context["request"].build_absolute_uri(reverse("file", args=[record.file.name]))


class DocumentSerializer(OfGroupSerializer):
    kind = serializers.CharField(source="kind_id")
    titles = TextsField("title")
    texts = TextsField("text")
    available = serializers.BooleanField()
    files = serializers.SerializerMethodField()

    @extend_schema_field(FileSerializer(many=True))
    def get_files(self, record):
        """The files, when the document is preserved."""
        files = record.files.all() if record.available else []
        return FileSerializer(files, many=True, context=self.context).data


class CallSerializer(OfGroupSerializer):
    meeting = serializers.SerializerMethodField()
    titles = TextsField("title")
    texts = TextsField("text")
    notices = TextsField("notice")
    state = serializers.ChoiceField(choices=Call.State.choices)
    opens_at = serializers.DateTimeField(allow_null=True)
    closes_at = serializers.DateTimeField(allow_null=True)
    time_zone = serializers.CharField()
    dates_unknown = serializers.BooleanField()
    accepts = serializers.ListField(child=serializers.CharField())

    @extend_schema_field({"type": ["string", "null"]})
    def get_meeting(self, record):
        return record.meeting.slug if record.meeting and record.meeting.publication == "published" else None


class GroupViewSet(RecordViewSet):
    serializer_class = GroupSerializer
    filterset_class = GroupFilter

    def get_queryset(self):
        return (
            WorkingGroup.objects.published()
            .select_related("coordinator", "forum")
            .prefetch_related(Prefetch("organisations", names_only()), "areas", "context", "questions")
            .order_by("slug")
        )


class OfGroupViewSet(RecordViewSet):
    filterset_class = OfGroupFilter


class MeetingViewSet(OfGroupViewSet):
    serializer_class = MeetingSerializer

    def get_queryset(self):
        return Meeting.objects.published().select_related("group", "event").order_by("slug")


class DocumentViewSet(OfGroupViewSet):
    serializer_class = DocumentSerializer

    def get_queryset(self):
        return (
            Document.objects.published()
            .select_related("group")
            .prefetch_related(Prefetch("files", DocumentFile.objects.order_by("language", "pk")))
            .order_by("slug")
        )


class CallViewSet(OfGroupViewSet):
    serializer_class = CallSerializer

    def get_queryset(self):
        return Call.objects.published().with_state().select_related("group", "meeting").order_by("slug")
