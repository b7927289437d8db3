"""Which sections of the catalogue's files are working groups."""

from django.utils.translation import gettext as _

from directory.catalogue_fields import Boolean, Field, Integer, Key, Keys, Strings, Text, Texts
from directory.catalogue_records import PROVENANCE, vocabulary
from directory.loader import RecordType, register
from directory.models import Country, Event, Organisation, Region
from workinggroup.models import (
    Call,
    ContextParagraph,
    Document,
    DocumentKind,
    Meeting,
    Question,
    WorkingGroup,
)

FILE = "working_group.yaml"
BASIS = {"basis": Text("basis", required=True)}
GROUP = {"group": Key("group", WorkingGroup, required=True)}


class Order(Field):
    """The place among the group's questions, from 1."""

    def check(self, value, model, load):
        return Integer("position").check(value, model, load)


def group_of(data):
    return data["working_group"]


def of_group(section, **more):
    """The entries of a section of the group, each naming its group."""

    def entries(data):
        found = group_of(data)[section]
        for entry in found if isinstance(found, list) else [found]:
            extra = {name: value(group_of(data)) for name, value in more.items()}
            yield {**entry, "group": group_of(data)["key"], **extra}

    return entries


def group_entry(data):
    own = (
        "key", "coordinator", "forum", "theme_block", "title", "named_in_founding_text", "named_areas",
        "source", "confidence",
    )  # fmt: skip
    yield {name: group_of(data).get(name) for name in own}


def call_entries(data):
    """A call known only to be closed has unknown dates."""
    for entry in of_group("call_for_contributions", meeting=lambda group: group["meeting"]["key"])(data):
        unknown = entry.get("state") == "closed" and not entry.get("opened") and not entry.get("closed")
        yield {**entry, "dates_unknown": unknown}


def closed_call(entry):
    if not entry["dates_unknown"]:
        yield "state", _("calls of the files are closed and their dates unknown; others are made by staff")


def no_day(entry):
    """The pages consulted state none, and staff enter a day with its zone."""
    if entry.get("date") is not None:
        yield "date", _("must be empty: staff enter the day of a meeting")


register(
    vocabulary(DocumentKind, "document_kinds", file=FILE, inside="vocab_local"),
    RecordType(
        WorkingGroup,
        FILE,
        group_entry,
        {
            "coordinator": Key("coordinator", Organisation, required=True),
            "forum": Key("forum", Event),
            "theme_block": Texts("theme_block"),
            "title": Texts("title", required=True),
            "named_in_founding_text": Keys("organisations", Organisation),
            "named_areas": Keys("areas", Region),
            **PROVENANCE,
        },
    ),
    RecordType(
        ContextParagraph,
        FILE,
        of_group("context"),
        {"text": Texts("text", required=True), **GROUP, **BASIS},
        key="key",
    ),
    RecordType(
        Question,
        FILE,
        of_group("questions"),
        {"text": Texts("text", required=True), "order": Order("position"), **GROUP, **BASIS},
        key="key",
    ),
    RecordType(
        Meeting,
        FILE,
        of_group("meeting"),
        {
            "event": Key("event", Event),
            "year": Integer("year"),
            "city": Text("city"),
            "country": Key("country", Country),
            "place": Text("place"),
            "purpose": Texts("purpose"),
            "languages": Strings("languages", of_languages=True),
            **GROUP,
            **BASIS,
        },
        ignored=frozenset({"date"}),
        check=no_day,
    ),
    RecordType(
        Call,
        FILE,
        call_entries,
        {
            "meeting": Key("meeting", Meeting),
            "notice": Texts("notice"),
            "accepts": Strings("accepts"),
            "dates_unknown": Boolean("dates_unknown"),
            **GROUP,
            **BASIS,
        },
        ignored=frozenset({"state", "opened", "closed"}),
        check=closed_call,
    ),
    RecordType(
        Document,
        FILE,
        of_group("documents", meeting=lambda group: group["meeting"]["key"]),
        {
            "kind": Key("kind", DocumentKind, required=True),
            "title": Texts("title", required=True),
            "available": Boolean("available", empty=True),
            "meeting": Key("meeting", Meeting),
            **GROUP,
            **BASIS,
        },
    ),
)
