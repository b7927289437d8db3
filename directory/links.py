"""Addresses of the lists behind the figures: the present choice with one more condition."""

from django.urls import reverse

from directory.agreement_filters import UNCLASSIFIED
from directory.filters import AgreementFilter

PAGES = ("agreements", "map", "network", "timeline", "map_picture", "matrix_picture")


class Links:
    """Addresses of lists of agreements, narrowed from the choice in `query`."""

    def __init__(self, query):
        self.paths = {name: reverse(f"directory:{name}") for name in PAGES}
        self.query = query
        self.choice = query.copy()
        for name in query:
            if name not in AgreementFilter.base_filters or name == "order":
                del self.choice[name]

    def narrowed(self, *, sector=None, place=None, party=None, between=(), **values):
        """The present choice with these conditions beside it; the empty sector stands for none. A place
        is asked for as region where none is chosen yet, so that its box is ticked, else beside those; so
        is a party, which is asked for beside other organisations as one of both."""
        query = self.choice.copy()
        if sector is not None:
            query.setlist("sector", [sector or UNCLASSIFIED])
        if place is not None:
            if query.getlist("region") in ([], [place]):
                query.setlist("region", [place])
            else:
                between = [place]
        if party is not None:
            if query.getlist("organisation") and party not in query.getlist("organisation"):
                query.appendlist("together", party)
            else:
                query.setlist("organisation", [party])
        for key in between:
            if key not in query.getlist("between"):
                query.appendlist("between", key)
        for name, value in values.items():
            query.setlist(name, [value])
        return query

    def to(self, **conditions):
        """The list of those of the present choice that fulfil the conditions."""
        return self.page("agreements", **conditions) + "#list"

    def all(self):
        """The list of the present choice."""
        return self.to()

    def page(self, name, **conditions):
        """A page of the explorer with the present choice and these conditions."""
        query = self.narrowed(**conditions).urlencode()
        return self.paths[name] + (f"?{query}" if query else "")

    def switch(self, name, value, anchor):
        """The present page with another value of `name`."""
        query = self.query.copy()
        query.setlist(name, [value])
        return f"?{query.urlencode()}#{anchor}"
