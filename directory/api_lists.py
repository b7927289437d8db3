"""The lists of the read API: their filters, their pages, and the view they share."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from drf_spectacular.openapi import AutoSchema
from rest_framework import viewsets
from rest_framework.exceptions import ParseError
from rest_framework.filters import BaseFilterBackend
from rest_framework.pagination import PageNumberPagination, replace_query_param
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from directory import facets
from directory.api_parts import LANGUAGES
from directory.filters import KEY, KeysFilter, OrderFilter, QueryFilter
from directory.formats import FORMATS
from directory.formats.export import Export, ExportRenderer, read, respond

KEY_PATTERN = "[A-Za-z0-9_-]{1,120}"
LARGEST_PAGE = 200
# What may stand once only in an address.
SINGLE = ("page", "page_size", "after", "before", "order", "q", "lang", "format", "bom")
# What a reader of the schema may try in each filter.
EXAMPLES = {
    "q": "RIPESS",
    "region": ["m49-002"],
    "sector": ["cooperatives", "fair_trade"],
    "scope": ["continental"],
    "country": ["SN", "EC"],
    "direction": ["south_south"],
    "status": ["active"],
    "organisation": ["ripess"],
    "type": ["forum"],
    "audience": ["practitioners"],
    "mode": ["in_person"],
    "group": ["wg-international-collaboration"],
    "state": ["open"],
    "language": ["fr"],
}


class Pages(PageNumberPagination):
    """Pages by number."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = LARGEST_PAGE
    view = None

    def paginate_queryset(self, queryset, request, view=None):
        self.view = view
        return super().paginate_queryset(queryset, request, view)

    def get_page_size(self, request):
        asked = request.query_params.get("page_size", "")
        if not asked:
            return self.page_size
        if not (asked.isascii() and asked.isdigit() and int(asked[:9])):
            raise ParseError(
                _("“page_size” must be a whole number from 1 to %(most)s.") % {"most": LARGEST_PAGE}
            )
        return min(int(asked[:9]), LARGEST_PAGE)

    def get_previous_link(self):
        """The first page is named by its number too: without it a list goes by keys."""
        if not self.page.has_previous():
            return None
        address = self.request.build_absolute_uri()
        return replace_query_param(address, "page", self.page.previous_page_number())

    def total(self):
        return self.page.paginator.count

    def get_paginated_response(self, data):
        answer = {
            "count": self.total(),
            "next": self.get_next_link(),
            "previous": self.get_previous_link(),
            "results": data,
        }
        if not answer["count"] and self.view is not None:
            answer["detail"] = self.view.nothing_found()
        return Response(answer)

    def get_paginated_response_schema(self, schema):
        """The framework's own in the words of OpenAPI 3.1, with addresses of this API."""
        address = "https://hub.example.org/api/v1/organisations/?page_size=50&{}"
        described = super().get_paginated_response_schema(schema)
        described["required"] = list(described["properties"])
        described["properties"]["count"]["example"] = 282
        for name, example in (("next", "after=ciriec"), ("previous", "before=aces")):
            described["properties"][name] = {
                "type": ["string", "null"],
                "format": "uri",
                "example": address.format(example),
            }
        return described


class KeyPages(Pages):
    """Pages that go by the records' keys: following `next` gives every record once, also when others
    come and go meanwhile. Where an order or a page number is asked for, pages by number."""

    def paginate_queryset(self, queryset, request, view=None):
        self.by_key = view.by_key and "page" not in request.query_params
        if not self.by_key:
            return super().paginate_queryset(queryset, request, view)
        self.view, self.request = view, request
        self.count = queryset.count()
        key, size = view.lookup_field, self.get_page_size(request)
        after, before = (request.query_params.get(name, "") for name in ("after", "before"))
        if before:
            found = list(queryset.filter(**{f"{key}__lt": before}).order_by(f"-{key}")[: size + 1])
            rows = found[:size][::-1]
            earlier, later = len(found) > size, bool(rows)
        else:
            found = queryset.filter(**{f"{key}__gt": after}) if after else queryset
            found = list(found.order_by(key)[: size + 1])
            rows = found[:size]
            earlier, later = bool(after and rows), len(found) > size
        self.first, self.last = rows[0] if earlier else None, rows[-1] if later else None
        return rows

    def total(self):
        return self.count if self.by_key else super().total()

    def link(self, name, record):
        if record is None:
            return None
        query = self.request.query_params.copy()
        for other in ("after", "before"):
            query.pop(other, None)
        query[name] = getattr(record, self.view.lookup_field)
        return self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")

    def get_next_link(self):
        return self.link("after", self.last) if self.by_key else super().get_next_link()

    def get_previous_link(self):
        return self.link("before", self.first) if self.by_key else super().get_previous_link()

    def get_schema_operation_parameters(self, view):
        keys = {
            "after": _("The page that follows the record of this key, in the order of keys."),
            "before": _("The page that comes before the record of this key, in the order of keys."),
        }
        return super().get_schema_operation_parameters(view) + [
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": str(text),
                "schema": {"type": "string", "pattern": f"^{KEY_PATTERN}$"},
            }
            for name, text in keys.items()
        ]


class SharedFilter(BaseFilterBackend):
    """Filters, searches and orders a list by the FilterSet of the view, which the page uses too.
    Unless an order is asked for or something searched, records come in the order of their keys."""

    def filter_queryset(self, request, queryset, view):
        if view.detail:
            return queryset
        parameters = request.query_params
        by_key = [name for name in ("after", "before") if parameters.get(name)]
        self.check(view, parameters, by_key)
        view.filterset = view.filterset_class(parameters, queryset)
        found = view.filterset.qs
        asked, chosen = parameters.get("order"), getattr(view.filterset, "chosen_order", "")
        view.by_key = bool(by_key) or not chosen or asked == "key" or not (asked or chosen == "relevance")
        return found.order_by(view.lookup_field) if view.by_key else found

    @staticmethod
    def check(view, parameters, by_key):
        """Refuse in words what the list cannot do."""
        order, asked = view.filterset_class.base_filters.get("order"), parameters.get("order")
        orders = [*(value for value, _label in order.extra["choices"]), "key"] if order else ["key"]
        if order and asked and asked not in orders:
            raise ParseError(_("“order” can be: %(orders)s.") % {"orders": ", ".join(orders)})
        if by_key and (len(by_key) > 1 or asked in orders[:-1] or "page" in parameters):
            raise ParseError(
                _("“after” and “before” stand alone: without each other, “page” or another order.")
            )
        if any(not KEY.match(parameters[name]) for name in by_key):
            raise ParseError(_("“after” and “before” name the key of a record."))

    def get_schema_operation_parameters(self, view):
        filters = view.filterset_class.base_filters.items()
        return [parameter(name, one) for name, one in filters]


def parameter(name, one):
    """How the schema describes a filter."""
    described = {"name": name, "in": "query", "required": False, "description": str(one.label or name)}
    if isinstance(one, KeysFilter):
        described["schema"] = {"type": "array", "items": {"type": "string"}}
        described["description"] += ": " + _(
            "one or more keys; any of them is enough. Repeat the parameter. An unknown key finds nothing."
        )
        described |= {"style": "form", "explode": True}
    elif isinstance(one, OrderFilter):
        choices = {value: str(label) for value, label in one.extra["choices"]}
        choices["key"] = _("Key")
        described["schema"] = {"type": "string", "enum": list(choices)}
        meanings = "; ".join(f"`{value}`: {label}" for value, label in choices.items())
        described["description"] = _(
            "Order. %(meanings)s. A search comes best first unless told otherwise, everything else by key."
        ) % {"meanings": meanings}
    else:
        described["schema"] = {"type": "string"}
    if isinstance(one, QueryFilter):
        described["description"] = _(
            "Words, a name or an acronym, in any language; accents, case and small typos are forgiven. "
            "At most 200 characters are read."
        )
    if EXAMPLES.get(name):
        described["example"] = EXAMPLES[name]
    return described


class HubSchema(AutoSchema):
    """Descriptions come from the views' translated `about`; the other formats are named, not modelled."""

    def map_renderers(self, attribute):
        found = super().map_renderers(attribute)
        return [one for one in found if one == "application/json"] if attribute == "media_type" else found

    def get_description(self):
        return str(getattr(self.view, "about", "") or super().get_description())

    def get_operation(self, *args, **kwargs):
        operation = super().get_operation(*args, **kwargs)
        if operation is None or not isinstance(self.view, ExportView):
            return operation
        content = operation["responses"]["200"]["content"]
        for one in self.view.formats().values():
            kind = "object" if "json" in one.media_type else "string"
            content.setdefault(one.media_type, {"schema": {"type": kind, "description": str(one.about)}})
        for described in operation["parameters"]:
            if described["name"] == "format":
                described["description"] = _(
                    "Another format, whole instead of in pages; the header Accept may ask for it too."
                )
        operation["parameters"].append(
            {
                "name": "bom",
                "in": "query",
                "required": False,
                "description": _("1: the CSV begins with a byte order mark, which some spreadsheets need."),
                "schema": {"type": "string", "enum": ["0", "1"]},
            }
        )
        return operation


class OpenView:
    """Readable from any site, in the language of `?lang=` or else of Accept-Language, without cookies."""

    http_method_names = ["get", "head", "options"]

    def initial(self, request, *args, **kwargs):
        code = request.query_params.get("lang")
        if code in LANGUAGES:
            translation.activate(code)
        super().initial(request, *args, **kwargs)
        if code and code not in LANGUAGES:
            raise ParseError(_("“lang” can be: %(codes)s.") % {"codes": ", ".join(LANGUAGES)})
        for name in SINGLE:
            if len(request.query_params.getlist(name)) > 1:
                raise ParseError(_("“%(name)s” may be given once only.") % {"name": name})

    def handle_exception(self, exc):
        """Errors are JSON, whatever format was asked for."""
        if getattr(self.request, "accepted_renderer", None):
            self.request.accepted_renderer = JSONRenderer()
            self.request.accepted_media_type = JSONRenderer.media_type
        return super().handle_exception(exc)

    @property
    def default_response_headers(self):
        return {**super().default_response_headers, **CORS}


CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-Modified-Since, If-None-Match",
    "Access-Control-Expose-Headers": (
        "Content-Disposition, Content-Language, ETag, Last-Modified, RateLimit, RateLimit-Limit, "
        "RateLimit-Policy, RateLimit-Remaining, RateLimit-Reset, Retry-After"
    ),
    "Access-Control-Max-Age": "86400",
}


class ExportView(OpenView):
    """A list that can be taken away in the formats of `directory.formats`.

    `dataset` is its name in addresses, `title` and `about` are what people read of it. `geometry` and
    `describe` say of a record, as the API gives it, where it is and what it is in linked data; a list
    without them has no format that needs them.
    """

    dataset = title = about = ""
    geometry = describe = None
    export_serializer_class = None

    @classmethod
    def formats(cls):
        """The formats of the list, by name."""
        return {
            name: one for name, one in FORMATS.items() if not one.needs or getattr(cls, one.needs) is not None
        }

    @classmethod
    def export_serializer(cls):
        """A list in JSON may leave out what is long; an export is whole."""
        return cls.export_serializer_class or cls.serializer_class

    @classmethod
    def context(cls, origin=settings.PUBLIC_ORIGIN):
        """What the serializer needs to write addresses."""
        return {
            "dataset": cls.dataset,
            "origin": origin,
            "list_url": origin + reverse(f"api:{cls.dataset}-list"),
        }

    @property
    def origin(self):
        return self.request.build_absolute_uri("/").rstrip("/")

    def get_renderers(self):
        return [
            JSONRenderer(),
            *(ExportRenderer(one) for name, one in self.formats().items() if name != "json"),
        ]

    def exported(self, name, rows):
        """The answer in the format asked for; `rows` gives the records when called."""
        bom = self.request.query_params.get("bom", "")
        if bom not in ("", "0", "1"):
            raise ParseError(_("“bom” can be: %(values)s.") % {"values": "0, 1"})
        export = Export(type(self), rows, address=self.request.build_absolute_uri(), bom=bom == "1")
        response = respond(self.request, export, self.request.accepted_renderer.format, name)
        # The framework adds its headers to its own responses only.
        for name, value in CORS.items():
            response[name] = value
        return response


class RecordViewSet(ExportView, viewsets.ReadOnlyModelViewSet):
    """A list and its records. `queryset` starts from `published()`: a draft looks like nothing at all.
    `facets` says which vocabulary each filter takes its values from."""

    facets = {}
    by_key = False
    pagination_class = KeyPages
    filter_backends = [SharedFilter]
    lookup_field = "slug"
    lookup_url_kwarg = "key"
    lookup_value_regex = KEY_PATTERN

    @classmethod
    def records(cls, queryset=None, origin=settings.PUBLIC_ORIGIN):
        """The records whole, as the API gives them, in the order of their keys."""
        serializer = cls.export_serializer()(context=cls.context(origin))
        return read(cls.queryset.all() if queryset is None else queryset, cls.lookup_field, serializer)

    def get_serializer_context(self):
        return {**super().get_serializer_context(), **self.context(self.origin)}

    def list(self, request, *args, **kwargs):
        if request.accepted_renderer.format == "json":
            return super().list(request, *args, **kwargs)
        found = self.filter_queryset(self.queryset.all())
        return self.exported(self.dataset, lambda: self.records(found, self.origin))

    def retrieve(self, request, *args, **kwargs):
        if request.accepted_renderer.format == "json":
            return super().retrieve(request, *args, **kwargs)
        record = self.get_object()
        found = self.queryset.filter(pk=record.pk)
        key = getattr(record, self.lookup_field)
        return self.exported(f"{self.dataset}-{key}", lambda: self.records(found, self.origin))

    def unknown_values(self):
        """The values asked for that no vocabulary holds."""
        return facets.unknown_values(self.filterset, self.facets)

    def nothing_found(self):
        """Why the list is empty, in a sentence."""
        if unknown := self.unknown_values():
            return ngettext(
                "The value “%(values)s” is not in our lists, so it finds nothing.",
                "The values “%(values)s” are not in our lists, so they find nothing.",
                len(unknown),
            ) % {"values": ", ".join(unknown)}
        if any(self.request.query_params.get(name) for name in self.filterset.filters if name != "order"):
            return _("Nothing published matches these filters.")
        return _("Nothing is published here yet.")
