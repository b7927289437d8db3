"""The facets of a list page: options with counts, chips that remove a choice, and ways out of an
empty result. All of it from one FilterSet, all addresses plain links."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.agreement_filters import IN_FORCE, UNCLASSIFIED
from directory.models.places import CONTINENTS
from directory.text import language
from directory.vocabulary import vocabulary

# Facet -> (parameter, vocabulary table); what a page shows, in this order.
ORGANISATION_FACETS = {
    "region": "region",
    "sector": "sector",
    "scope": "scope",
    "kind": "kind",
    "country": "country",
}
AGREEMENT_FACETS = {
    "region": "region",
    "sector": "sector",
    "direction": "direction",
    "kind": "agreement_kind",
    "status": "agreement_status",
}
EVENT_FACETS = {
    "region": "region",
    "type": "event_type",
    "audience": "event_audience",
    "mode": "event_format",
    "country": "country",
}


@dataclass
class Option:
    value: str
    label: str
    count: int
    selected: bool

    @property
    def zero(self):
        return not self.count


@dataclass
class Facet:
    name: str
    label: str
    options: list
    kind: str = "checkbox"

    @property
    def shown(self):
        """The first eight options and every chosen one; the rest stand in a fold."""
        return [o for i, o in enumerate(self.options) if i < 8 or o.selected]

    @property
    def folded(self):
        return [o for i, o in enumerate(self.options) if i >= 8 and not o.selected]


# What filters offer beside the keys of their vocabulary.
SPECIAL = {
    ("region", UNCLASSIFIED): gettext_lazy("On no continent"),
    ("sector", UNCLASSIFIED): gettext_lazy("Without sector"),
    ("status", IN_FORCE): gettext_lazy("In force, by the dates"),
}


def _label(table, name, key):
    """What a key of filter `name` is called; None when nobody knows it."""
    if entry := table.get(key):
        return entry.label
    return str(SPECIAL[name, key]) if (name, key) in SPECIAL else None


def _listed(table, name, counts, chosen):
    """The keys a facet offers: continents and areas for places, used ones for countries, else all."""
    if name == "country":
        keys = [key for key in table if counts.get(key) or key in chosen]
        code = language()
        return sorted(keys, key=lambda key: table[key].labels[code])
    if name == "region":
        areas = [key for key, entry in table.items() if entry.type == "sse_area"]
        keys = [key for key in (*CONTINENTS, *areas) if key in table]
        keys += [key for key in chosen if key not in keys and key in table]
    else:
        keys = list(table)
    special = [key for of, key in SPECIAL if of == name and key not in table]
    return keys + [key for key in special if counts.get(key) or key in chosen]


def facets(filterset, spec):
    """Return the facets of `spec` with the counts that each option would give."""
    tables, code = vocabulary(), language()
    made = []
    for name, table_name in spec.items():
        table, chosen = tables[table_name], set(filterset.chosen(name))
        counts = filterset.counts(name)
        options = [
            Option(
                key,
                table[key].labels[code] if key in table else _label(table, name, key),
                counts.get(key, 0),
                key in chosen,
            )
            for key in _listed(table, name, counts, chosen)
        ]
        if options:
            made.append(Facet(name, str(filterset.filters[name].label), options))
    return made


def _address(query, **changes):
    """The list's address with parameters removed: `{name: value or None}`; page 1 is understood."""
    query = query.copy()
    query.pop("page", None)
    for name, value in changes.items():
        kept = [v for v in query.getlist(name) if value is not None and v != value]
        query.setlist(name, kept) if kept else query.pop(name, None)
    for name in [n for n in query if not any(query.getlist(n))]:
        query.pop(name)
    return f"?{query.urlencode()}" if query else "?"


def _chosen(filterset, spec):
    """Every choice with its words, those of filters that are no facets too: `[(name, key, label)]`,
    the label None where the value is unknown. Found out once for a filterset."""
    if hasattr(filterset, "worded"):
        return filterset.worded
    tables = vocabulary()
    made = filterset.worded = []
    for name, one in filterset.filters.items():
        if keys := filterset.chosen(name) if name in spec or hasattr(one, "labels") else []:
            labels = (
                {key: _label(tables[spec[name]], name, key) for key in keys}
                if name in spec
                else one.labels(keys)
            )
            made += [(name, key, labels.get(key)) for key in dict.fromkeys(keys)]
    return made


def chips(filterset, spec, query):
    """One chip a choice, each a link to the list without it; unknown values too, so they can go."""
    made = []
    if text := filterset.chosen("q"):
        quoted = _("“%(words)s”") % {"words": text}
        made.append({"label": quoted, "url": _address(query, q=None), "name": "q", "value": text})
    for name, key, label in _chosen(filterset, spec):
        made.append(
            {
                "label": label or _("unknown: %(value)s") % {"value": key[:60]},
                "url": _address(query, **{name: key}),
                "name": name,
                "value": key,
            }
        )
    return made


def unknown_values(filterset, spec):
    """The values asked for that nobody knows: the page says that they find nothing."""
    return [key[:60] for _name, key, label in _chosen(filterset, spec) if label is None]


def kept_values(filterset, spec, query):
    """What the form of the facets must keep without showing it: `[(name, value)]`."""
    kept = [(name, key) for name, key, _label in _chosen(filterset, spec) if name not in spec]
    return kept + [(name, query[name]) for name in ("matrix",) if query.get(name)]


def suggestions(filterset, made, query):
    """For an empty list: what taking away each chosen filter would give."""
    ways = []
    for name in dict.fromkeys(chip["name"] for chip in made):
        if count := filterset.without(name).count():
            labels = ", ".join(chip["label"] for chip in made if chip["name"] == name)
            ways.append({"label": labels, "url": _address(query, **{name: None}), "count": count})
    return ways
