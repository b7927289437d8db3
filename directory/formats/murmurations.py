"""Murmurations: one profile an organisation, by the schema `organizations_schema-v1.0.0`, and the list of
their addresses to register with an index."""

import datetime
import json

from directory.api_parts import LANGUAGES, permanent

SCHEMA = "organizations_schema-v1.0.0"
STATUSES = {"active": "active", "closed": "completed"}
# What the schema allows.
LONGEST_NAME, LONGEST_TAG, MOST_TAGS = 200, 100, 100


def to_murmurations(export):
    """The profile of one record; of a list, where the profiles are and when each last changed."""
    if export.single:
        for record in export.records():
            yield json.dumps(profile(record, export.terms), ensure_ascii=False, indent=1)
        return
    before = "[\n"
    for record in export.records():
        entry = {
            "profile_url": f"{record['api_url']}?format=murmurations",
            "last_updated": seconds(record["updated_at"]),
            "linked_schemas": [SCHEMA],
        }
        yield before + json.dumps(entry)
        before = ",\n"
    yield ("[" if before == "[\n" else "") + "\n]\n"


def profile(record, terms):
    """An organisation as Murmurations knows it: in the first language in which its name is official."""
    code = own_language(record)
    sectors = [terms["sectors"].get(key, {}) for key in record["sectors"]]
    kind = terms["organisation_kinds"].get(record["kind"], {})
    labels = [term.get("labels", {}).get(language) for term in (kind, *sectors) for language in LANGUAGES]
    country = terms["countries"].get(record["country"], {}).get("labels", {}).get(code)
    found = {
        "linked_schemas": [SCHEMA],
        "name": best(record["names"], code)[:LONGEST_NAME],
        "nickname": best(record["acronyms"], code),
        "primary_url": record["website"] or record["url"],
        "tags": list(dict.fromkeys(label[:LONGEST_TAG] for label in labels if label))[:MOST_TAGS],
        "urls": [{"name": "RIPESS hub", "url": record["url"]}],
        "description": best(record["descriptions"], code),
        "status": STATUSES.get(record["status"]),
        "full_address": ", ".join(filter(None, (record["city"], country))),
        "country_iso_3166": record["country"],
        "geolocation": {"lat": record["latitude"], "lon": record["longitude"]}
        if record["latitude"] is not None
        else None,
        "relationships": [
            {
                "predicate_url": f"https://schema.org/{'member' if other['inverse'] else 'memberOf'}",
                "object_url": permanent("organisations", other["key"]),
            }
            for other in record["relations"]
            if other["type"] in ("member_of", "founding_member_of")
        ],
        # The schema's own convention for a year alone.
        "starts_at": year(record["founded"]) if record["founded"] else None,
        "geographic_scope": terms["scopes"].get(record["scope"], {}).get("mappings", {}).get("murmurations"),
        "unique_id": record["id"],
    }
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def own_language(record):
    official = [code for code in LANGUAGES if code not in record["names_translated"]]
    return next((code for code in (*official, *LANGUAGES) if record["names"][code]), LANGUAGES[0])


def best(texts, code):
    return next((texts[one] for one in (code, *LANGUAGES) if texts[one]), "")


def year(number):
    return int(datetime.datetime(number, 1, 1, tzinfo=datetime.UTC).timestamp())


def seconds(instant):
    return int(datetime.datetime.fromisoformat(instant).timestamp())
