"""Pages of a list of the read API: by the records' keys, or by number where an order is asked for."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ParseError
from rest_framework.pagination import PageNumberPagination, replace_query_param
from rest_framework.response import Response

KEY_PATTERN = "[A-Za-z0-9_-]{1,120}"
LARGEST_PAGE = 200


class Pages(PageNumberPagination):
    """Pages by number."""

    page_size = 50
    page_size_query_param = "page_size"
    page_size_query_description = gettext_lazy("Records a page, 50 unless told otherwise, 200 at most.")
    max_page_size = LARGEST_PAGE
    invalid_page_message = gettext_lazy("This list has no such page.")
    view = None

    def paginate_queryset(self, queryset, request, view=None):
        self.view = view
        return super().paginate_queryset(queryset, request, view)

    def get_page_size(self, request):
        return min(int(request.query_params.get("page_size", self.page_size)), LARGEST_PAGE)

    @staticmethod
    def check(parameters):
        """Refuse in words what is not a number; a page that is not there is another matter."""
        for name in ("page", "page_size"):
            asked = parameters.get(name, "1")
            if not (asked.isascii() and asked.isdigit() and len(asked) < 20 and int(asked)):
                raise ParseError(_("“%(name)s” must be a whole number from 1 on.") % {"name": name})

    def get_schema_operation_parameters(self, view):
        """The framework's own, saying also what numbers are read."""
        described = super().get_schema_operation_parameters(view)
        for one in described:
            one["schema"] |= {"minimum": 1, "maximum": 10**19 - 1}
        return described

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


def between_keys(queryset, view, parameters):
    """The records whose keys come after and before those asked for."""
    for name, comparison in (("after", "gt"), ("before", "lt")):
        if key := parameters.get(name):
            queryset = queryset.filter(**{f"{view.lookup_field}__{comparison}": key})
    return queryset


class KeyPages(Pages):
    """Pages that go by the records' keys: following `next` gives every record once, also when others
    come and go meanwhile. Where an order or a page number is asked for, pages by number."""

    def paginate_queryset(self, queryset, request, view=None):
        self.by_key = view.by_key and "page" not in request.query_params
        wanted = between_keys(queryset, view, request.query_params)
        if not self.by_key:
            return super().paginate_queryset(wanted, request, view)
        self.view, self.request = view, request
        self.count = queryset.count()
        key, size = view.lookup_field, self.get_page_size(request)
        after, before = (request.query_params.get(name, "") for name in ("after", "before"))
        backwards = bool(before and not after)
        found = list(wanted.order_by(f"-{key}" if backwards else key)[: size + 1])
        more, rows = len(found) > size, found[:size]
        if backwards:
            rows = rows[::-1]
            earlier, later = more, bool(rows)
        else:
            earlier, later = bool(after and rows and not before), more
        self.first, self.last = rows[0] if earlier else None, rows[-1] if later else None
        return rows

    def total(self):
        return self.count if self.by_key else super().total()

    def link(self, name, record):
        if record is None:
            return None
        query = self.request.query_params.copy()
        # From a list between two keys the way on ends at the second.
        if not (query.get("after") and query.get("before")):
            query.pop("after" if name == "before" else "before", None)
        query[name] = getattr(record, self.view.lookup_field)
        return self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")

    def get_next_link(self):
        return self.link("after", self.last) if self.by_key else super().get_next_link()

    def get_previous_link(self):
        return self.link("before", self.first) if self.by_key else super().get_previous_link()

    def get_schema_operation_parameters(self, view):
        keys = {
            "after": _(
                "In the order of keys: the page that follows this key. In another order, or in a file: only "
                "records whose keys come after it."
            ),
            "before": _(
                "In the order of keys: the page that comes before this key. In another order, or in a file: "
                "only records whose keys come before it."
            ),
        }
        return super().get_schema_operation_parameters(view) + [
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": str(text),
                "schema": {"type": "string", "pattern": f"^({KEY_PATTERN})?$"},
            }
            for name, text in keys.items()
        ]
