"""Addresses of the lists behind the figures: the present choice with one more condition."""

from django.urls import reverse

from directory.agreement_filters import UNCLASSIFIED

# What belongs to the page and not to the choice.
OF_THE_PAGE = ("page", "order", "matrix")


class Links:
    """Addresses of lists of agreements, narrowed from the choice in `query`."""

    def __init__(self, query, path=None):
        self.path = reverse("directory:agreements") if path is None else path
        self.query = query
        self.choice = query.copy()
        for name in OF_THE_PAGE:
            self.choice.pop(name, None)

    def address(self, query, anchor="list"):
        return f"{self.path}?{query.urlencode()}#{anchor}" if query else f"{self.path}#{anchor}"

    def to(self, *, sector=None, place=None, between=(), **values):
        """The list of those that, beside the present choice, are of the sector, at the place, between
        the places …; the empty sector stands for none. A place is asked for as region where none is
        chosen yet, so that its box is ticked, else beside those chosen."""
        query = self.choice.copy()
        if sector is not None:
            query.setlist("sector", [sector or UNCLASSIFIED])
        if place is not None:
            if query.getlist("region") in ([], [place]):
                query.setlist("region", [place])
            else:
                between = [place]
        for key in between:
            if key not in query.getlist("between"):
                query.appendlist("between", key)
        for name, value in values.items():
            query.setlist(name, [value])
        return self.address(query)

    def all(self):
        """The list of the present choice."""
        return self.address(self.choice)

    def same_choice(self, name):
        """Another page of the explorer with the same choice."""
        query = self.choice.urlencode()
        return reverse(f"directory:{name}") + (f"?{query}" if query else "")

    def switch(self, name, value, anchor):
        """The present page with another value of `name`."""
        query = self.query.copy()
        query.setlist(name, [value])
        return f"?{query.urlencode()}#{anchor}"
