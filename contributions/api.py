"""The read API of published contributions."""

from rest_framework import serializers

from contributions.filters import ContributionFilter
from contributions.models import Contribution
from directory.api import RecordSerializer, RecordViewSet


class ContributionSerializer(RecordSerializer):
    key = serializers.CharField(source="reference")
    call = serializers.CharField(source="call.slug")
    kind = serializers.CharField()
    language = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    text = serializers.CharField()
    author_name = serializers.CharField()
    organisation = serializers.SerializerMethodField()
    published_at = serializers.DateTimeField()
    illustrative = serializers.BooleanField()

    def get_organisation(self, record) -> str | None:
        """The organisation's key, when it stands published in the directory."""
        other = record.organisation
        return other.slug if other and other.is_published else None


class ContributionViewSet(RecordViewSet):
    serializer_class = ContributionSerializer
    filterset_class = ContributionFilter
    lookup_field = "reference"

    def get_queryset(self):
        return Contribution.objects.published().select_related("call", "organisation")
