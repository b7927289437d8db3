"""Addresses of the lists behind the figures: the present choice with one more condition."""

from urllib.parse import urlencode

from django.urls import reverse

from directory.agreement_filters import UNCLASSIFIED
from directory.filters import AgreementFilter

PAGES = ("agreements", "map", "network", "timeline", "map_picture", "matrix_picture")


class Links:
    """Addresses of lists of agreements, narrowed from the choice in `query`."""

    def __init__(self, query):
        self.paths = {name: reverse(f"directory:{name}") for name in PAGES}
        self.query = query
        # {name: values}; a page makes some three hundred addresses of it.
        self.choice = {
            name: values
            for name, values in query.lists()
            if name in AgreementFilter.base_filters and name != "order"
        }

    def narrowed(self, *, sector=None, place=None, party=None, between=(), **values):
        """The present choice with these conditions beside it; the empty sector stands for none. A place
        is asked for as region where none is chosen yet, so that its box is ticked, else beside those; so
        is a party, which is asked for beside other organisations as one of both."""
        query = dict(self.choice)
        if sector is not None:
            query["sector"] = [sector or UNCLASSIFIED]
        if place is not None:
            if query.get("region") in (None, [place]):
                query["region"] = [place]
            else:
                between = [place]
        if party is not None:
            if party in query.get("organisation", [party]):
                query["organisation"] = [party]
            else:
                add(query, "together", party)
        for key in between:
            add(query, "between", key)
        return query | {name: [value] for name, value in values.items()}

    def to(self, **conditions):
        """The list of those of the present choice that fulfil the conditions."""
        return self.page("agreements", **conditions) + "#list"

    def all(self):
        """The list of the present choice."""
        return self.to()

    def page(self, name, **conditions):
        """A page of the explorer with the present choice and these conditions."""
        return with_query(self.paths[name], self.narrowed(**conditions))

    def switch(self, name, value, anchor):
        """The present page with another value of `name`."""
        query = self.query.copy()
        query.setlist(name, [value])
        return f"?{query.urlencode()}#{anchor}"


def with_query(path, query):
    """The address of a path with a query of `{name: values}`."""
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


def add(query, name, value):
    """Ask for the value too, once."""
    query[name] = list(dict.fromkeys([*query.get(name, ()), value]))
