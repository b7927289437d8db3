"""Permanent addresses: `/id/<list or vocabulary>/<key>` leads (303) to the page or to the data, as the
reader prefers; and the address of our own vocabulary of linked data."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directory import ontology
from directory.api_vocabularies import PAGES
from directory.formats import FORMATS, Format
from directory.formats.linked import to_jsonld, to_turtle
from directory.formats.negotiation import chosen
from directory.models import Organisation
from ripess_hub.api import LISTS, VocabularyViewSet

DATASETS = {view.dataset: view for view in LISTS}
# A record may be asked for in the singular too.
SINGULARS = {name.removesuffix("s"): name for name in DATASETS}
WRITERS = {"jsonld": to_jsonld, "ttl": to_turtle}


HTML = Format("html", "html", "text/html", "HTML", "")


def format_for(request, formats):
    """The name of the format asked for; a page for those who do not say."""
    return (chosen(request, [HTML, *formats]) or HTML).format


def see_other(request, location):
    response = HttpResponse(status=303)
    response["Location"] = request.build_absolute_uri(location)
    response["Cache-Control"] = "no-cache"
    patch_vary_headers(response, ("Accept", "Accept-Language"))
    return response


@require_safe
def identifier(request, name, key):
    """Lead to a published record or to a term of a vocabulary."""
    name = SINGULARS.get(name, name)
    if name == "datasets":
        return dataset(request, key)
    if name == VocabularyViewSet.dataset:
        return vocabulary(request, key, key)
    if name in VocabularyViewSet.tables and name not in DATASETS:
        if not VocabularyViewSet.tables[name].objects.filter(key=key).exists():
            raise Http404(_("There is no such page."))
        return vocabulary(request, name, key)
    view = DATASETS.get(name)
    record = view.queryset.filter(**{view.lookup_field: key}).first() if view else None
    if record is None and name == "organisations":
        record = Organisation.objects.standing_for(key)
    if record is None:
        raise Http404(_("There is no such page."))
    key = getattr(record, view.lookup_field)
    format = format_for(request, view.formats().values())
    if format == "html":
        return see_other(request, record.get_absolute_url())
    return see_other(request, reverse(f"api:{name}-detail", args=[key]) + f"?format={format}")


def dataset(request, key):
    """Lead to the description of a list among the others."""
    if key not in (*DATASETS, "everything", "api"):
        raise Http404(_("There is no such page."))
    format = format_for(request, [FORMATS[name] for name in WRITERS])
    if format == "html":
        return see_other(request, f"{reverse('data')}#{key}")
    return see_other(request, f"{reverse('catalogue')}?format={format}")


def vocabulary(request, name, key):
    """Lead to a term: its page where it has one, else its vocabulary."""
    if name not in VocabularyViewSet.tables:
        raise Http404(_("There is no such page."))
    format = format_for(request, VocabularyViewSet.formats().values())
    model = VocabularyViewSet.tables[name]
    if format == "html" and model in PAGES and key != name:
        return see_other(request, reverse(PAGES[model], args=[key]))
    if format == "html":
        return see_other(request, f"{reverse('data')}#vocabularies")
    return see_other(request, reverse("api:vocabularies-detail", args=[name]) + f"?format={format}")


class Ontology:
    """What the writers of linked data ask for."""

    @staticmethod
    def nodes():
        return ontology.nodes()


@require_safe
def namespace(request):
    """Our vocabulary of linked data: as Turtle or JSON-LD, or explained on the page about the data."""
    format = format_for(request, [FORMATS[name] for name in WRITERS])
    if format == "html":
        return see_other(request, f"{reverse('data')}#vocabulary")
    body = "".join(WRITERS[format](Ontology))
    response = HttpResponse(body, content_type=f"{FORMATS[format].media_type}; charset=utf-8")
    patch_vary_headers(response, ("Accept", "Accept-Language"))
    return response
