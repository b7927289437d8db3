"""Which format a reader gets: the one that `?format=` names, else the one that Accept prefers."""

from django.http import Http404
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation


def chosen(request, formats):
    """Return the format for this request out of `formats`, of which the first is for those who do not
    say; None when Accept allows none of them."""
    if asked := request.GET.get("format", ""):
        for one in formats:
            if one.format == asked:
                return one
        raise Http404
    for accepted in request.accepted_types:
        for one in formats:
            main, sub = one.media_type.split("/", 1)
            if accepted.main_type in ("*", main) and accepted.sub_type in ("*", sub):
                return one
    return None


class Negotiation(BaseContentNegotiation):
    """The framework's own does not weigh `q=` in Accept; Django's reading of the header does."""

    def select_parser(self, request, parsers):
        return parsers[0]

    def select_renderer(self, request, renderers, format_suffix=None):
        found = chosen(request._request, renderers)
        if found is None:
            raise NotAcceptable(available_renderers=renderers)
        return found, found.media_type
