"""Linked data: the nodes that records are described by, written as JSON-LD and as Turtle.

A node is a dictionary as JSON-LD has it, its names with a prefix: `{"@id": …, "@type": […],
"schema:name": […]}`. Both formats are written from the same nodes, one after the other: rdflib would
build the whole graph in memory and takes twenty times as long (docs/decisions.md); it reads both back
in the tests.
"""

import json
import re

from django.conf import settings

from directory.api_parts import permanent

PREFIXES = {
    "schema": "https://schema.org/",
    "hub": settings.LINKED_DATA_VOCABULARY,
    "essglobal": settings.ESSGLOBAL_VOCABULARY,
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "void": "http://rdfs.org/ns/void#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "spdx": "http://spdx.org/rdf/terms#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# What may stand in an address that linked data names (RFC 3987 without what Turtle forbids).
ADDRESS = re.compile(r'https?://[^\x00-\x20<>"{}|\\^`]+\Z')


# --- Parts of nodes -------------------------------------------------------------------------------


def texts(by_language):
    """Every language of a text, each tagged with its own."""
    return [{"@value": text, "@language": code} for code, text in by_language.items() if text]


def typed(value, kind):
    return None if value in (None, "") else {"@value": str(value), "@type": f"xsd:{kind}"}


def date(day, year):
    """A date, else a year alone; no day is invented."""
    return typed(day, "date") or typed(year, "gYear")


def thing(name, key):
    """A record or a term of a vocabulary."""
    return {"@id": permanent(name, key)} if key else None


def things(name, keys):
    return [thing(name, key) for key in keys]


def address(value):
    """An address as such; what only resembles one stays a text."""
    if not value:
        return None
    return {"@id": value} if ADDRESS.match(value) else value


def node(id, types, **properties):
    """A node without what is empty; `schema__name=` writes `schema:name`."""
    found = {"@id": id} if id else {}
    found["@type"] = types
    for name, value in properties.items():
        if value not in (None, "", [], {}):
            found[name.replace("__", ":", 1)] = value
    return found


def organisation(row):
    """An organisation named on another record: itself, or its name where it stands outside."""
    if row is None:
        return None
    if row["key"]:
        return thing("organisations", row["key"])
    return node(None, ["schema:Organization"], schema__name=texts(row["names"]) or row["name"])


def provenance(record):
    """Sources, confidence and the last change, which every record of the directory has."""
    return {
        "dcterms__source": [address(source) for source in record["sources"]],
        "hub__confidence": thing("confidence_levels", record["confidence"]),
        "skos__note": [{"@value": record["note"], "@language": "en"}] if record["note"] else None,
        "dcterms__modified": typed(record["updated_at"], "dateTime"),
    }


# --- JSON-LD ----------------------------------------------------------------------------------------


def context():
    return dict(PREFIXES)


def to_jsonld(export):
    """One graph; each node on a line."""
    before = f'{{"@context":{json.dumps(context())},"@graph":[\n'
    for found in export.nodes():
        yield before + json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        before = ",\n"
    yield (before if before != ",\n" else "") + "\n]}\n"


# --- Turtle -----------------------------------------------------------------------------------------

ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
UNSAFE = re.compile(r'[\\"\x00-\x1f\x7f]')


def escaped(found):
    return ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04X}"


def literal(text):
    return f'"{UNSAFE.sub(escaped, text)}"'


def term(value):
    """A value of a node in Turtle."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return literal(value)
    if "@value" in value:
        tag = f"@{value['@language']}" if "@language" in value else f"^^{value['@type']}"
        return literal(value["@value"]) + tag
    if len(value) == 1 and "@id" in value:
        return f"<{value['@id']}>"
    return f"[ {predicates(value)} ]"


def predicates(found):
    parts = []
    for name, value in found.items():
        if name == "@type":
            parts.append(f"a {', '.join(value)}")
        elif name != "@id":
            values = value if isinstance(value, list) else [value]
            parts.append(f"{name} {', '.join(map(term, values))}")
    return " ;\n    ".join(parts)


def to_turtle(export):
    """The prefixes, then each node with an empty line before it."""
    yield "".join(f"@prefix {name}: <{start}> .\n" for name, start in PREFIXES.items())
    for found in export.nodes():
        yield f"\n<{found['@id']}> {predicates(found)} .\n"
