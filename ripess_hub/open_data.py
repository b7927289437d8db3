"""The pages about the data: what there is and how to take it away, the columns, the API; the description
as a catalogue, and the dump."""

import base64
import hashlib
import json

from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directory import ontology
from directory.api_parts import permanent
from directory.formats import FORMATS
from directory.formats.columns import columns_of
from directory.formats.linked import to_jsonld, to_turtle
from directory.freshness import validated
from ripess_hub import dcat, dump, errors
from ripess_hub.api import LISTS, VocabularyViewSet, schema
from ripess_hub.identifiers import format_for, see_other

WRITERS = {"jsonld": to_jsonld, "ttl": to_turtle}
# Pages of the lists that have one.
PAGES = {
    "organisations": "directory:organisations",
    "agreements": "directory:agreements",
    "events": "directory:events",
    "groups": "workinggroup:groups",
    "contributions": "contributions:contributions",
}


def catalogue(request, format):
    """The description of the data in linked data."""
    origin = request.build_absolute_uri("/").rstrip("/")
    body = "".join(WRITERS[format](dcat.Catalogue(origin)))
    response = HttpResponse(body, content_type=f"{FORMATS[format].media_type}; charset=utf-8")
    digest = hashlib.blake2b(response.content, digest_size=12).hexdigest()
    return validated(request, response, f'W/"{digest}"', None)


@require_safe
def entrance(request):
    """`/data/`: the page in the reader's language, or the catalogue for programs that ask for it."""
    format = format_for(request, [FORMATS[name] for name in WRITERS])
    if format == "html":
        return see_other(request, reverse("data"))
    response = catalogue(request, format)
    patch_vary_headers(response, ("Accept", "Accept-Language"))
    return response


@require_safe
def data(request):
    """What there is and how to take it away."""
    if (wanted := request.GET.get("format", "")) in WRITERS:
        return catalogue(request, wanted)
    numbers = dcat.counts()
    return render(
        request,
        "open_data/data.html",
        {
            "lists": [
                {
                    "name": view.dataset,
                    "title": view.title,
                    "about": view.about,
                    "count": numbers[view.dataset],
                    "page": reverse(PAGES[view.dataset]) if view.dataset in PAGES else "",
                    "formats": [
                        {
                            "format": one,
                            "url": f"{reverse(f'api:{view.dataset}-list')}?format={one.name}{one.for_people}",
                        }
                        for one in view.formats().values()
                    ],
                }
                for view in LISTS
            ],
            "formats": FORMATS.values(),
            "dump": dump.current(),
            "licence": settings.DATA_LICENCE,
            "requests": settings.DATA_REQUESTS_A_MINUTE,
            "exports": settings.EXPORTS_A_MINUTE,
            "words": ontology.WORDS,
            "namespace": settings.LINKED_DATA_VOCABULARY,
            "example": permanent("organisations", "ripess"),
            "vocabularies": [
                {"name": name, "label": model._meta.verbose_name_plural}
                for name, model in VocabularyViewSet.tables.items()
            ],
        },
    )


data.formats = lambda: WRITERS


@require_safe
def columns(request):
    """What every column of every table means."""
    lists = [
        {"name": view.dataset, "title": view.title, "columns": columns_of(view.export_serializer())}
        for view in LISTS
    ]
    return render(request, "open_data/columns.html", {"lists": lists})


@require_safe
def api(request):
    """The API explained, from its own description."""
    described = schema(get_language())
    return render(
        request,
        "open_data/api.html",
        {
            "about": described["info"]["description"],
            "lists": [explained(described, view) for view in LISTS],
            "answers": [
                {"status": status, "text": resolved(described, one)["description"]}
                for status, one in of_list(described, LISTS[0])["responses"].items()
                if status != "200"
            ],
            "shared": [one for one in parameters(described, LISTS[0]) if one["name"] in SHARED],
        },
    )


# Parameters of every list, said once.
SHARED = ("page", "page_size", "after", "before", "lang", "bom")


def of_list(described, view):
    return described["paths"][f"/api/v1/{view.dataset}/"]["get"]


def explained(described, view):
    operation = of_list(described, view)
    content = operation["responses"]["200"]["content"]["application/json"]
    # Where another format is of the same type, JSON comes first.
    answer = content["schema"].get("anyOf", [content["schema"]])[0]
    item = resolved(described, answer)["properties"]["results"]["items"]
    examples = list(content.get("examples", {}).values())
    return {
        "name": view.dataset,
        "title": view.title,
        "about": view.about,
        "url": reverse(f"api:{view.dataset}-list"),
        "parameters": [one for one in parameters(described, view) if one["name"] not in SHARED],
        "fields": fields(described, item),
        "example": json.dumps(examples[0]["value"], ensure_ascii=False, indent=2) if examples else "",
    }


def parameters(described, view):
    found = []
    for one in of_list(described, view)["parameters"]:
        example = one.get("example", "")
        found.append(
            {
                "name": one["name"],
                "text": one.get("description", ""),
                "values": [value for value in one["schema"].get("enum", ()) if value],
                "example": "&".join(f"{one['name']}={value}" for value in example)
                if isinstance(example, list)
                else f"{one['name']}={example}"
                if example != ""
                else "",
            }
        )
    return found


def resolved(described, part):
    """What a reference of the schema leads to."""
    while "$ref" in part:
        found = described
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def fields(described, part, prefix=""):
    """The fields of a record, those of its parts with a point between."""
    found = []
    for name, one in resolved(described, part).get("properties", {}).items():
        inner, several = one, False
        if len(one.get("allOf", ())) == 1:
            inner = one["allOf"][0]
        elif "oneOf" in one:
            inner = next((other for other in one["oneOf"] if "$ref" in other), one)
        inner = resolved(described, inner)
        if inner.get("type") == "array":
            inner, several = resolved(described, inner["items"]), True
        by_language = set(inner.get("properties", {})) == {"es", "fr", "en"}
        found.append(
            {
                "name": prefix + name + ("[]" if several else ""),
                "text": one.get("description") or inner.get("description", ""),
                "by_language": by_language,
                "values": inner.get("enum", ()),
            }
        )
        if not by_language:
            found += fields(described, inner, f"{prefix}{name}{'[]' if several else ''}.")
    return found


@require_safe
def dump_file(request):
    """The dump, unless something in it was withdrawn since: then the next one is under way."""
    found = dump.current()
    try:
        stream = found.open() if found else None
    except OSError:
        stream = None
    if stream is None:
        response = errors.error_page(
            request,
            503,
            _("The archive is being made"),
            _("It is made each night, and again as soon as something in it is withdrawn. Please try again in a few minutes."),
        )  # fmt: skip
        response["Retry-After"] = "180"
        return response
    name = f"ripess-hub-{found.made_at:%Y-%m-%d}.zip"
    response = FileResponse(stream, as_attachment=True, filename=name, content_type="application/zip")
    response["Content-Length"] = found.size
    response["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(found.sha256)).decode()}:"
    response["Link"] = f'<{settings.DATA_LICENCE}>; rel="license"'
    response["Accept-Ranges"] = "none"
    answer = validated(request, response, f'"{found.sha256}"', int(found.made_at.timestamp()))
    if answer is not response:
        response.close()
    return answer
