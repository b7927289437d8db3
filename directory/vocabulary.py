"""What is read once a page version and kept in memory: above all the vocabularies, whose labels pages
then find by key in the reader's language, without a join or a query.

A snapshot belongs to one page version, so it is read again after anything public changed, in
whichever process.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, lru_cache, wraps

from django.conf import settings
from django.db import connection
from django.utils.translation import get_language

from directory import models

_known = ContextVar("page_version_and_day", default=None)

TABLES = {
    "kind": models.OrganisationKind,
    "scope": models.Scope,
    "sector": models.Sector,
    "relation": models.RelationType,
    "agreement_kind": models.AgreementKind,
    "direction": models.Direction,
    "agreement_status": models.AgreementStatus,
    "event_type": models.EventType,
    "event_audience": models.EventAudience,
    "event_format": models.EventFormat,
    "confidence": models.Confidence,
    "region": models.Region,
    "country": models.Country,
}


@cache
def reading_order(language):
    """The languages to read a text in, best first."""
    fallbacks = settings.MODELTRANSLATION_FALLBACK_LANGUAGES
    return (language, *fallbacks.get(language, fallbacks["default"]))


@dataclass(frozen=True)
class Entry:
    """`labels` and `definitions` are what readers of each language are shown."""

    key: str
    labels: dict
    definitions: dict = field(default_factory=dict)
    type: str = ""
    countries: tuple = ()
    side: str = ""
    # The languages it has a label in.
    languages: tuple = ()

    @property
    def label(self):
        return self.labels[get_language() or settings.LANGUAGE_CODE]

    @property
    def definition(self):
        return self.definitions[get_language() or settings.LANGUAGE_CODE]

    def __str__(self):
        return self.label


def shown(row, text, otherwise):
    """`{language: the text in the best language for its readers}`."""
    return {
        language: next(
            filter(None, (row.get(f"{text}_{code}") for code in reading_order(language))), otherwise
        )
        for language, _name in settings.LANGUAGES
    }


def _read(model):
    languages = [code for code, _name in settings.LANGUAGES]
    names = {f.name for f in model._meta.get_fields()}
    extra = [name for name in ("type", "country_keys", "side") if name in names]
    texts = ["label", "definition"] if "definition" in names else ["label"]
    columns = [f"{text}_{code}" for text in texts for code in languages]
    return {
        row["key"]: Entry(
            key=row["key"],
            labels=shown(row, "label", row["key"]),
            definitions=shown(row, "definition", ""),
            type=row.get("type", ""),
            countries=tuple(row.get("country_keys", ())),
            side=row.get("side", ""),
            languages=tuple(code for code in languages if row[f"label_{code}"]),
        )
        for row in model.objects.values("key", *extra, *columns)
    }


@contextmanager
def one_version(version=None, day=None):
    """Within a request, ask for the page version and the day at most once; these are they, if known already."""
    token = _known.set({"version": version, "day": day})
    try:
        yield
    finally:
        _known.reset(token)


def page_version():
    return known("version", models.PageVersion.current)


def page_day():
    """The day (UTC) by the database's clock, which pages count from."""
    return known("day", today)


def today():
    with connection.cursor() as cursor:
        cursor.execute("SELECT (hub_now() AT TIME ZONE 'UTC')::date")
        return cursor.fetchone()[0]


def known(name, ask):
    kept = _known.get()
    if kept is None:
        return ask()
    if kept[name] is None:
        kept[name] = ask()
    return kept[name]


def once_a_version(read):
    """Keep what `read` returns, a function of published records alone, until the page version changes."""
    kept = (None, None)

    @wraps(read)
    def ask():
        nonlocal kept
        version, (known, value) = page_version(), kept
        if known != version:
            value = read()
            kept = (version, value)
        return value

    return ask


@once_a_version
def vocabulary():
    """Return `{table: {key: Entry}}` as of the present page version."""
    return {name: _read(model) for name, model in TABLES.items()}


def label(table, key):
    """The label of `key` in the reader's language; the key itself when it is unknown."""
    entry = vocabulary()[table].get(key)
    return entry.label if entry else key or ""


# What a term says besides its texts, where its vocabulary has the column: name in the API -> column.
EXTRAS = {
    "mappings": "mappings",
    "facet": "facet",
    "type": "type",
    "m49": "m49",
    "parent": "parent_id",
    "countries": "country_keys",
    "subregion": "subregion_id",
    "continent": "continent_id",
    "side": "side",
}


@lru_cache(maxsize=64)
def terms_of(model, version):
    """The terms of a vocabulary as of a page version, which rises with every change of a term."""
    languages = [code for code, _name in settings.LANGUAGES]
    columns = {column.attname for column in model._meta.concrete_fields}
    extras = {name: column for name, column in EXTRAS.items() if column in columns}
    texts = [text for text in ("label", "definition") if text in columns]
    wanted = [column for text in texts for column in (f"{text}_{code}" for code in languages)]
    return [
        {
            "key": row["key"],
            **{f"{text}s": {code: row[f"{text}_{code}"] or None for code in languages} for text in texts},
            **{name: None if row[column] == "" else row[column] for name, column in extras.items()},
        }
        for row in model.objects.values("key", *wanted, *extras.values())
    ]
