"""The read API at /api/v1/, composed of what each app gives; its schema, its root and its errors."""

from functools import cache

from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.urls import path, re_path
from django.utils import translation
from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.routers import APIRootView, DefaultRouter
from rest_framework.views import APIView, exception_handler

from contributions import api as contributions
from directory import api as directory
from directory import api_vocabularies as vocabularies
from directory.api_parts import LANGUAGES, OpenView
from workinggroup import api as workinggroup

app_name = "api"


class VocabularyViewSet(vocabularies.VocabularyViewSet):
    __doc__ = vocabularies.VocabularyViewSet.__doc__
    tables = {
        **vocabularies.VOCABULARIES,
        **workinggroup.VOCABULARIES,
        **contributions.VOCABULARIES,
    }


class RootView(OpenView, APIRootView):
    """The lists of the hub's read API, and its schema."""

    schema = None

    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        response.data["schema"] = reverse("api:schema", request=request)
        return response


class Router(DefaultRouter):
    include_format_suffixes = False
    APIRootView = RootView


@cache
def schema_document(renderer):
    """The schema, in English, which does not change while the hub runs."""
    with translation.override("en"):
        return renderer().render(SchemaGenerator().get_schema(public=True))


class SchemaView(OpenView, APIView):
    """The OpenAPI description, as JSON or YAML (`?format=yaml`)."""

    schema = None
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer2, OpenApiYamlRenderer]

    def get(self, request):
        renderer = request.accepted_renderer
        response = HttpResponse(schema_document(type(renderer)), content_type=renderer.media_type)
        for name, value in self.headers.items():
            response[name] = value
        return response


class NothingHere(OpenView, APIView):
    """Any other address below /api/v1/: an error as JSON, not a page."""

    schema = None

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        raise Http404


router = Router()
for prefix, name, view in (
    ("organisations", "organisation", directory.OrganisationViewSet),
    ("agreements", "agreement", directory.AgreementViewSet),
    ("events", "event", directory.EventViewSet),
    ("groups", "group", workinggroup.GroupViewSet),
    ("meetings", "meeting", workinggroup.MeetingViewSet),
    ("documents", "document", workinggroup.DocumentViewSet),
    ("calls", "call", workinggroup.CallViewSet),
    ("contributions", "contribution", contributions.ContributionViewSet),
    ("vocabularies", "vocabulary", VocabularyViewSet),
):
    router.register(prefix, view, basename=name)

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    *router.urls,
    # Only what ends in a slash, so that an address without one is still led to the one with it.
    re_path(r"^[\s\S]*/$", NothingHere.as_view()),
]


def sentence(exception, context):
    """Every error as `{"detail": sentence}` in the language asked for."""
    if isinstance(exception, Http404):
        exception = exceptions.NotFound(_("There is no such record, or not in the format asked for."))
    elif isinstance(exception, SuspiciousOperation):
        exception = exceptions.ParseError(
            _("The address or the form holds something we cannot read. Nothing was changed.")
        )
    elif isinstance(exception, OperationalError):
        detail = _("The database does not answer. Please try again in a few minutes.")
        return Response({"detail": detail}, status=503)
    return exception_handler(exception, context)


def describe_what_all_share(result, generator, request, public):
    """Complete the schema by what every operation has: the language, and how errors look."""
    result["components"]["schemas"]["Error"] = {
        "type": "object",
        "properties": {"detail": {"type": "string", "description": "A sentence for people."}},
        "required": ["detail"],
    }
    chosen = {
        "name": "lang",
        "in": "query",
        "description": "Language of page addresses, names in one language, order by name and error "
        "messages. Without it, the header Accept-Language decides; else Spanish.",
        "schema": {"type": "string", "enum": LANGUAGES},
    }
    result["components"]["responses"] = {
        "NotFound": {
            "description": "No such record or page, or not published.",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation.setdefault("parameters", []).append(chosen)
            operation["responses"]["404"] = {"$ref": "#/components/responses/NotFound"}
    return result
