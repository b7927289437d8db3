"""Which sections of the catalogue's files the directory understands."""

from datetime import date

from django.utils.translation import gettext as _

from directory import models
from directory.catalogue_fields import (
    LANGUAGES,
    Boolean,
    Coordinate,
    Date,
    Field,
    Integer,
    Key,
    Keys,
    Later,
    Mappings,
    Strings,
    Text,
    Texts,
    known_key,
    words,
    wrong_type,
)
from directory.loader import RecordType, register

# What a term may say besides its labels: kept as it is, for linked data.
MAPPINGS = {
    "schema_org", "essglobal_exact", "essglobal_class", "essglobal_activity", "essglobal_theme", "essglobal_structure",
    "ica", "icnp_tso", "murmurations",
}  # fmt: skip


def terms(data, section):
    """The entries of a section of terms, their further identifiers gathered as `mappings`."""
    for entry in data.records(section):
        if isinstance(entry, dict):
            plain = {name: value for name, value in entry.items() if name not in MAPPINGS}
            entry = {**plain, "mappings": {name: entry[name] for name in entry if name in MAPPINGS}}
        yield entry


def vocabulary(model, section, file="vocab.yaml", inside=None, **fields):
    """The record type of a vocabulary: labels, definitions and mappings by key."""
    return RecordType(
        model,
        file,
        lambda data: terms(data[inside] if inside else data, section),
        {
            "labels": Texts("label", required=True),
            "definition": Texts("definition"),
            "mappings": Mappings(MAPPINGS),
            **fields,
        },
        key="key",
    )


class Relations(Field):
    """Relations to other organisations: `[{type, target}]`."""

    after_save = True
    prefetch = "relations__target"

    def __init__(self):
        super().__init__("relations")
        self.empty = []

    def check(self, value, model, load):
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise wrong_type(_("a list of types and targets"))
        found = []
        for item in value:
            if set(item) != {"type", "target"}:
                raise wrong_type(_("a list of types and targets"))
            known_key(item["type"], models.RelationType, load)
            found.append([item["type"], known_key(item["target"], models.Organisation, load)])
        if len(set(map(tuple, found))) != len(found):
            raise ValueError(_("holds the same relation twice"))
        return sorted(found)

    def of(self, record):
        return sorted([relation.type_id, relation.target.slug] for relation in record.relations.all())

    def create(self, pairs, load):
        models.Relation.objects.bulk_create(
            models.Relation(source=record, type_id=kind, target_id=load.pk(models.Organisation, target))
            for record, relations in pairs
            for kind, target in relations
        )

    def replace(self, record, value, load):
        record.relations.all().delete()
        self.create([(record, value)], load)


# The name of a party outside the directory, as far as there is one in each language.
NAME = Texts("name", partial=True)


def one_or_each(names):
    """The one name, if it is the same in every language, else the names by language."""
    first, *rest = names.values()
    return first if set(rest) == {first} else names


class Parties(Field):
    """Parties of an agreement: keys of organisations, or with `outside` names of other bodies: one text
    where it is a proper name that no language translates, else a text by language."""

    after_save = True
    prefetch = "parties__organisation"

    def __init__(self, *, outside=False):
        super().__init__("parties")
        self.outside, self.empty = outside, []

    def check(self, value, model, load):
        if not isinstance(value, list):
            raise wrong_type(_("a list"))
        found = [
            self.name(item, load) if self.outside else known_key(item, models.Organisation, load)
            for item in value
        ]
        if any(item in found[:position] for position, item in enumerate(found)):
            raise ValueError(_("holds the same party twice"))
        return found

    @staticmethod
    def name(item, load):
        names = item if isinstance(item, dict) else dict.fromkeys(LANGUAGES, words(item))
        names = NAME.check(names, models.AgreementParty, load)
        if not any(names.values()):
            raise wrong_type(_("a name, or a name by language"))
        return one_or_each(names)

    def of(self, record):
        parties = record.parties.all()
        if self.outside:
            return [one_or_each(NAME.of(party)) for party in parties if party.organisation_id is None]
        return [party.organisation.slug for party in parties if party.organisation_id]

    def create(self, pairs, load):
        models.AgreementParty.objects.bulk_create(
            models.AgreementParty(
                agreement=record,
                **self.who(party, load),
                position=position + (1000 if self.outside else 0),
            )
            for record, parties in pairs
            for position, party in enumerate(parties)
        )

    def who(self, party, load):
        if not self.outside:
            return {"organisation_id": load.pk(models.Organisation, party)}
        names = party if isinstance(party, dict) else dict.fromkeys(LANGUAGES, party)
        return {f"name_{code}": names[code] for code in LANGUAGES}

    def replace(self, record, value, load):
        record.parties.filter(organisation__isnull=self.outside).delete()
        self.create([(record, value)], load)


# What no field can see by itself. A value of another type than these ask for is its field's to refuse.


def of_type(entry, kind, *names):
    """The entry's values under these names, None for those of another type."""
    return [entry[name] if type(entry.get(name)) is kind else None for name in names]


def two_parties(entry):
    lists = of_type(entry, list, "parties", "other_parties")
    if sum(len(parties) for parties in lists if parties) < 2:
        yield "parties", _("an agreement has two parties at least")


def both_coordinates(entry):
    if (entry.get("lat") is None) != (entry.get("lon") is None):
        yield "lat", _("give both coordinates or neither")


def in_order(entry, kind, first, last):
    start, end = of_type(entry, kind, first, last)
    if start and end and end < start:
        yield last, _("lies before the start")


def day_in_year(entry, day, year):
    (known,) = of_type(entry, date, day)
    if known and entry.get(year) is None:
        yield year, _("is missing")
    elif known and isinstance(entry[year], int) and known.year != entry[year]:
        yield day, _("does not lie in the year given")


def organisation(entry):
    yield from both_coordinates(entry)
    (relations,) = of_type(entry, list, "relations")
    if any(isinstance(item, dict) and item.get("target") == entry["key"] for item in relations or []):
        yield "relations", _("An organisation cannot have a relation with itself.")


def agreement(entry):
    yield from two_parties(entry)
    yield from in_order(entry, int, "start_year", "end_year")
    yield from in_order(entry, date, "start", "end")
    yield from day_in_year(entry, "start", "start_year")
    yield from day_in_year(entry, "end", "end_year")
    if entry.get("supersedes") == entry["key"]:
        yield "supersedes", _("An agreement cannot renew itself.")


def event(entry):
    yield from both_coordinates(entry)
    yield from in_order(entry, date, "start", "end")
    yield from day_in_year(entry, "start", "year")
    if entry.get("end") is not None and entry.get("start") is None:
        yield "start", _("is missing")


PROVENANCE = {
    "confidence": Key("confidence", models.Confidence, required=True),
    "source": Strings("sources", required=True),
    "note": Text("note"),
}
SECTORS = Keys("sectors", models.Sector)
REGIONS = Keys("regions", models.Region)

register(
    vocabulary(models.OrganisationKind, "organisation_kinds"),
    vocabulary(models.Scope, "scopes"),
    vocabulary(models.Sector, "sectors", facet=Text("facet", required=True)),
    vocabulary(models.RelationType, "relation_types"),
    vocabulary(models.AgreementKind, "agreement_kinds"),
    vocabulary(models.Direction, "directions"),
    vocabulary(models.AgreementStatus, "agreement_statuses"),
    vocabulary(models.EventType, "event_types"),
    vocabulary(models.EventAudience, "event_audiences"),
    vocabulary(models.EventFormat, "event_formats"),
    vocabulary(models.Confidence, "confidence_levels"),
    RecordType(
        models.Region,
        "vocab.yaml",
        lambda data: data.records("regions"),
        {
            "type": Text("type", required=True),
            # Foreign keys are checked at the end of the transaction, so the order does not matter.
            "parent": Key("parent", models.Region),
            "countries": Keys("countries", models.Country),
            "m49": Text("m49"),
            "labels": Texts("label", required=True),
            "note": Text("note"),
            "seed_named": Boolean("seed_named"),
        },
        key="key",
    ),
    RecordType(
        models.Country,
        "countries.yaml",
        lambda data: data.records("countries"),
        {
            "m49": Text("m49"),
            "subregion": Key("subregion", models.Region, required=True),
            "continent": Key("continent", models.Region, required=True),
            "side": Text("side", required=True),
            "labels": Texts("label", required=True),
        },
        key="key",
    ),
    RecordType(
        models.Organisation,
        "organisations.yaml",
        lambda data: data.records("organisations"),
        {
            "names": Texts("name", required=True),
            "names_translated": Strings("names_translated", of_languages=True),
            "acronyms": Texts("acronym", partial=True),
            "aliases": Strings("aliases"),
            "kind": Key("kind", models.OrganisationKind, required=True),
            "scope": Key("scope", models.Scope, required=True),
            "regions": REGIONS,
            "sectors": SECTORS,
            "country": Key("country", models.Country),
            "city": Text("city"),
            "lat": Coordinate("latitude", 90),
            "lon": Coordinate("longitude", 180),
            "founded": Integer("founded"),
            "website": Text("website"),
            "status": Text("status", empty="active"),
            "description": Texts("description", required=True),
            "relations": Relations(),
            **PROVENANCE,
        },
        check=organisation,
    ),
    RecordType(
        models.Agreement,
        "agreements.yaml",
        lambda data: data.records("agreements"),
        {
            "title": Texts("title", required=True),
            "official_title": Texts("official_title"),
            "parties": Parties(),
            "other_parties": Parties(outside=True),
            "kind": Key("kind", models.AgreementKind, required=True),
            "status": Key("status", models.AgreementStatus, required=True),
            "direction": Key("direction_stated", models.Direction),
            "regions": REGIONS,
            "sectors": SECTORS,
            "signed": Date("signed_on"),
            "start_year": Integer("start_year"),
            "start": Date("start_on"),
            "end_year": Integer("end_year"),
            "end": Date("end_on"),
            "supersedes": Later("supersedes", models.Agreement),
            "illustrative": Boolean("illustrative"),
            "description": Texts("description", required=True),
            **PROVENANCE,
        },
        check=agreement,
    ),
    RecordType(
        models.Event,
        "events.yaml",
        lambda data: data.records("events"),
        {
            "title": Texts("title", required=True),
            "series": Text("series"),
            "type": Key("type", models.EventType, required=True),
            "format": Key("format", models.EventFormat, required=True),
            "audience": Key("audience", models.EventAudience, required=True),
            "year": Integer("year", required=True),
            "start": Date("starts_on"),
            "end": Date("ends_on"),
            "city": Text("city"),
            "country": Key("country", models.Country),
            "lat": Coordinate("latitude", 90),
            "lon": Coordinate("longitude", 180),
            "organisers": Keys("organisers", models.Organisation),
            "other_organisers": Strings("other_organisers"),
            "theme": Texts("theme"),
            "outcome": Key("outcome", models.Agreement),
            **PROVENANCE,
        },
        check=event,
    ),
)
