"""The read API at /api/v1/, composed of what each app gives; its schema, its root and its errors."""

from functools import cache

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpResponse
from django.urls import path
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
from rest_framework.reverse import reverse
from rest_framework.routers import APIRootView, DefaultRouter
from rest_framework.views import APIView, exception_handler

from contributions import api as contributions
from directory import api as directory
from directory import api_terms as terms
from directory import api_vocabularies as vocabularies
from directory.api_lists import OpenView
from directory.api_parts import LANGUAGES
from workinggroup import api as workinggroup

app_name = "api"


class VocabularyViewSet(vocabularies.VocabularyViewSet):
    tables = {
        **vocabularies.VOCABULARIES,
        **workinggroup.VOCABULARIES,
        **contributions.VOCABULARIES,
    }


class RootView(OpenView, APIRootView):
    """The lists of the hub's read API, its schema, and the page that explains it."""

    schema = None

    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        response.data["schema"] = reverse("api:schema", request=request)
        response.data["documentation"] = reverse("data-api", request=request)
        return response


class Router(DefaultRouter):
    include_format_suffixes = False
    APIRootView = RootView


@cache
def schema(code):
    """The schema in one language; it does not change while the hub runs."""
    with translation.override(code):
        return SchemaGenerator().get_schema(public=True)


class SchemaView(OpenView, APIView):
    """The OpenAPI description, as JSON or YAML (`?format=yaml`), in English or the language of `?lang=`."""

    schema = None
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer2, OpenApiYamlRenderer]

    def get(self, request):
        renderer = request.accepted_renderer
        code = request.query_params.get("lang") or "en"
        return HttpResponse(renderer.render(schema(code)), content_type=renderer.media_type)


# Every list of the hub, in the order people read of them: the one table that the API, the exports, the
# dump and the description of the data go through.
LISTS = (
    directory.OrganisationViewSet,
    directory.AgreementViewSet,
    directory.EventViewSet,
    workinggroup.GroupViewSet,
    workinggroup.MeetingViewSet,
    workinggroup.DocumentViewSet,
    workinggroup.CallViewSet,
    contributions.ContributionViewSet,
    terms.RegionViewSet,
    terms.SectorViewSet,
    VocabularyViewSet,
)
router = Router()
for view in LISTS:
    router.register(view.dataset, view, basename=view.dataset)

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    *router.urls,
]


def sentence(exception, context):
    """Every error as `{"detail": sentence}` in the language asked for; what no view foresees gets the same
    form in `ripess_hub.errors`."""
    if isinstance(exception, Http404):
        exception = exceptions.NotFound(_("There is no such record, or not in the format asked for."))
    elif isinstance(exception, SuspiciousOperation):
        exception = exceptions.ParseError(
            _("The address or the form holds something we cannot read. Nothing was changed.")
        )
    return exception_handler(exception, context)


def describe_what_all_share(result, generator, request, public):
    """Complete the schema by what every operation has: the language, and how errors look."""
    result["components"]["schemas"]["Error"] = {
        "type": "object",
        "properties": {"detail": {"type": "string", "description": _("A sentence for people.")}},
        "required": ["detail"],
    }
    for name, component in result["components"]["schemas"].items():
        if name.startswith("Paginated"):
            component["properties"]["detail"] = {
                "type": "string",
                "description": _("In an empty list only: a sentence that says why, unknown values named."),
            }
    chosen = {
        "name": "lang",
        "in": "query",
        "description": _(
            "Language of page addresses, names in one language, order by name and sentences. Without it, "
            "the header Accept-Language decides; else Spanish."
        ),
        "schema": {"type": "string", "enum": LANGUAGES},
    }
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    answers = {
        "400": ("BadRequest", _("A parameter cannot be read; the sentence says which.")),
        "404": ("NotFound", _("No such record, page or format, or not published.")),
        "406": ("NotAcceptable", _("None of the formats of the header Accept is there.")),
        "429": (
            "TooManyRequests",
            _("Asked too often within a minute; the header Retry-After says until when."),
        ),
        "503": ("Unavailable", _("The database does not answer. Please try again in a few minutes.")),
    }
    result["components"]["responses"] = {
        name: {"description": words, "content": error} for name, words in answers.values()
    }
    unchanged = {"description": _("Not changed since the ETag or the date given.")}
    for operations in result["paths"].values():
        for operation in operations.values():
            operation.setdefault("parameters", []).append(chosen)
            operation["responses"]["304"] = unchanged
            operation["responses"]["200"]["headers"] = {
                name: {"schema": {"type": "string"}, "description": words}
                for name, words in {
                    "RateLimit": _("How many requests are left (r) and for how many seconds (t)."),
                    "ETag": _("Send it back in If-None-Match to learn whether anything changed."),
                    "Last-Modified": _("Last change of anything published; for If-Modified-Since."),
                }.items()
            }
            for status, (name, _words) in answers.items():
                operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return result
