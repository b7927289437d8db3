"""The lists of the read API: their filters, their formats, and the view they share."""

from datetime import timedelta
from functools import partial

from django.apps import apps
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from drf_spectacular.openapi import AutoSchema
from rest_framework import viewsets
from rest_framework.exceptions import ParseError
from rest_framework.filters import BaseFilterBackend
from rest_framework.renderers import JSONRenderer

from directory import facets
from directory.api_pages import KEY_PATTERN, KeyPages, between_keys
from directory.api_parts import LANGUAGES
from directory.filter_parts import KEY, KeysFilter, OrderFilter, QueryFilter
from directory.formats import FORMATS
from directory.formats.export import Export, ExportRenderer, read, respond
from directory.formats.negotiation import Negotiation
from directory.models import Publication

# What may stand once only in an address.
SINGLE = ("page", "page_size", "after", "before", "order", "q", "lang", "format", "bom")
# What a transaction did that began before a moment and committed after it.
OVERLAP = timedelta(minutes=10)
# What a reader of the schema may try in each filter.
EXAMPLES = {
    "q": "RIPESS",
    "region": ["m49-002"],
    "sector": ["cooperatives", "fair_trade"],
    "scope": ["continental"],
    "country": ["SN", "EC"],
    "direction": ["south_south"],
    "status": ["active"],
    "year": ["2016"],
    "between": ["m49-002", "m49-419"],
    "within": ["m49-002"],
    "organisation": ["ripess"],
    "together": ["ica", "ilo"],
    "type": ["forum"],
    "audience": ["practitioners"],
    "mode": ["in_person"],
    "group": ["wg-international-collaboration"],
    "state": ["open"],
    "language": ["fr"],
    "call": ["wg-call-2016"],
}
# Where lists have filters of one name over different vocabularies.
EXAMPLES_OF = {
    "organisations": {"kind": ["network"]},
    "agreements": {"kind": ["memorandum_of_understanding"]},
    "documents": {"kind": ["preparatory"]},
    "contributions": {"kind": ["experience"]},
    "regions": {"type": ["continent"]},
    "sectors": {"facet": ["activity"]},
}


class SharedFilter(BaseFilterBackend):
    """Filters, searches and orders a list by the FilterSet of the view, which the page uses too.
    Unless an order is asked for or something searched, records come in the order of their keys."""

    def filter_queryset(self, request, queryset, view):
        if view.detail:
            return queryset
        parameters = request.query_params
        by_key = [name for name in ("after", "before") if parameters.get(name)]
        asked = parameters.get("order")
        self.check(view, parameters, by_key)
        view.filterset = view.filterset_class(parameters, queryset)
        found = view.filterset.qs
        chosen = getattr(view.filterset, "chosen_order", "")
        view.by_key = not chosen or asked == "key" or not asked and (bool(by_key) or chosen != "relevance")
        return found.order_by(view.lookup_field) if view.by_key else found

    @staticmethod
    def check(view, parameters, by_key):
        """Refuse in words what the list cannot do."""
        order, asked = view.filterset_class.base_filters.get("order"), parameters.get("order")
        orders = [*(value for value, _label in order.extra["choices"]), "key"] if order else ["key"]
        if order and asked and asked not in orders:
            raise ParseError(_("“order” can be: %(orders)s.") % {"orders": ", ".join(orders)})
        if any(not KEY.match(parameters[name]) for name in by_key):
            raise ParseError(_("“after” and “before” name the key of a record."))

    def get_schema_operation_parameters(self, view):
        filters = view.filterset_class.base_filters.items()
        examples = EXAMPLES | EXAMPLES_OF.get(view.dataset, {})
        return [parameter(name, one, examples.get(name)) for name, one in filters]


def parameter(name, one, example=None):
    """How the schema describes a filter."""
    described = {"name": name, "in": "query", "required": False, "description": str(one.label or name)}
    if isinstance(one, KeysFilter):
        described["schema"] = {"type": "array", "items": {"type": "string"}}
        described["description"] += ": " + (
            one.note
            or _(
                "one or more keys; any of them is enough. Repeat the parameter. An unknown key finds nothing."
            )
        )
        described |= {"style": "form", "explode": True}
    elif isinstance(one, OrderFilter):
        choices = {value: str(label) for value, label in one.extra["choices"]}
        choices["key"] = _("Key")
        described["schema"] = {"type": "string", "enum": [*choices, ""]}
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
    if example:
        described["example"] = example
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
        for name, one in self.view.formats().items():
            about = f"?format={name}: {one.about}"
            if name != "json" and one.media_type in content:
                # Two formats of one type: which of them it is, says the address.
                other = {"type": "object" if self.view.detail else "array", "description": about}
                content[one.media_type]["schema"] = {"anyOf": [content[one.media_type]["schema"], other]}
            kind = "object" if "json" in one.media_type else "string"
            content.setdefault(one.media_type, {"schema": {"type": kind, "description": about}})
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
    """Read only, in the language of `?lang=` or else of Accept-Language."""

    http_method_names = ["get", "head", "options"]
    content_negotiation_class = Negotiation

    def initial(self, request, *args, **kwargs):
        code = request.query_params.get("lang")
        if code in LANGUAGES:
            translation.activate(code)
        super().initial(request, *args, **kwargs)
        if code is not None and code not in LANGUAGES:
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


class ExportView(OpenView):
    """A list that can be taken away in the formats of `directory.formats`.

    `dataset` is its name in addresses, `title` and `about` are what people read of it. `geometry`,
    `describe` and `profile` say of a record, as the API gives it, where it is and what it is in linked data
    and to Murmurations; a list without them has no format that needs them.
    """

    dataset = title = about = ""
    geometry = describe = profile = None
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

    @classmethod
    def taken_back(cls, given, moment):
        """The keys of the set `given` whose records must not be given out again as they stood at `moment`. Of
        a vocabulary nothing is taken back."""
        return set()

    @property
    def origin(self):
        return self.request.build_absolute_uri("/").rstrip("/")

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if request.query_params.get("bom", "0") not in ("0", "1"):
            raise ParseError(_("“bom” can be: %(values)s.") % {"values": "0, 1"})
        if not self.detail and self.paginator:
            self.paginator.check(request.query_params)

    def get_renderers(self):
        return [
            JSONRenderer(),
            *(ExportRenderer(one) for name, one in self.formats().items() if name != "json"),
        ]

    def exported(self, name, rows, single=False):
        """The answer in the format asked for; `rows` gives the records when called."""
        bom = self.request.query_params.get("bom") == "1"
        address = self.request.build_absolute_uri()
        export = Export(type(self), rows, address=address, bom=bom, single=single)
        return respond(self.request, export, self.request.accepted_renderer.format, name)


def history_of(model):
    """What the database recorded of every change of a model."""
    return apps.get_model(model._meta.app_label, f"{model.__name__}History").objects


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

    @classmethod
    def taken_back(cls, given, moment):
        """What was withdrawn or removed since, also when it is public again by now; what was corrected is
        not."""
        since = history_of(cls.queryset.model).filter(pgh_created_at__gt=moment - OVERLAP)
        still = {"pgh_label__in": ("insert", "update"), "publication": Publication.PUBLISHED}
        return given.intersection(since.exclude(**still).values_list(cls.lookup_field, flat=True))

    def get_serializer_context(self):
        return {**super().get_serializer_context(), **self.context(self.origin)}

    def list(self, request, *args, **kwargs):
        if request.accepted_renderer.format == "json":
            return super().list(request, *args, **kwargs)
        found = between_keys(self.filter_queryset(self.queryset.all()), self, request.query_params)
        return self.exported(self.dataset, partial(self.records, found, self.origin))

    def retrieve(self, request, *args, **kwargs):
        if request.accepted_renderer.format == "json":
            return super().retrieve(request, *args, **kwargs)
        record = self.get_object()
        found = self.queryset.filter(pk=record.pk)
        key = getattr(record, self.lookup_field)
        rows = partial(self.records, found, self.origin)
        return self.exported(f"{self.dataset}-{key}", rows, single=True)

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
