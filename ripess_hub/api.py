"""The read API at /api/v1/: each app gives its part."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.response import Response
from rest_framework.routers import APIRootView, DefaultRouter
from rest_framework.views import exception_handler

from contributions.api import ContributionViewSet
from directory.api import AgreementViewSet, EventViewSet, OrganisationViewSet, VocabularyViewSet
from workinggroup.api import CallViewSet, DocumentViewSet, GroupViewSet, MeetingViewSet

app_name = "api"


class RootView(APIRootView):
    """The lists of the hub's read API."""


class Router(DefaultRouter):
    include_format_suffixes = False
    APIRootView = RootView


router = Router()
for prefix, name, view in (
    ("organisations", "organisation", OrganisationViewSet),
    ("agreements", "agreement", AgreementViewSet),
    ("events", "event", EventViewSet),
    ("groups", "group", GroupViewSet),
    ("meetings", "meeting", MeetingViewSet),
    ("documents", "document", DocumentViewSet),
    ("calls", "call", CallViewSet),
    ("contributions", "contribution", ContributionViewSet),
    ("vocabularies", "vocabulary", VocabularyViewSet),
):
    router.register(prefix, view, basename=name)

urlpatterns = [path("schema/", SpectacularAPIView.as_view(), name="schema"), *router.urls]


def sentence(exception, context):
    """Errors as `{"detail": sentence}`, also for what the framework lets through."""
    response = exception_handler(exception, context)
    if response is None and isinstance(exception, ValueError):
        return Response({"detail": str(exception)}, status=400)
    return response
