"""What organisations, agreements, events, regions and vocabularies are in linked data: each a node made
of what the API says of it. schema.org where it has the word, ESSGLOBAL where it fits exactly, and our
own small vocabulary (`hub:`, see `directory.ontology`) for agreements and what surrounds them."""

from django.conf import settings

from directory.api_parts import permanent
from directory.formats.linked import (
    address,
    date,
    node,
    organisation,
    provenance,
    texts,
    thing,
    things,
    typed,
)

# Our relation -> what schema.org calls it, and what it calls the other side.
RELATIONS = {
    "member_of": ("schema:memberOf", "schema:member"),
    "founding_member_of": ("schema:memberOf", "schema:member"),
    "part_of": ("schema:parentOrganization", "schema:subOrganization"),
}
MODES = {
    "in_person": "OfflineEventAttendanceMode",
    "online": "OnlineEventAttendanceMode",
    "hybrid": "MixedEventAttendanceMode",
}


def exact(sector):
    """What ESSGLOBAL calls exactly the same."""
    paths = sector.get("mappings", {}).get("essglobal_exact", ())
    return [{"@id": settings.ESSGLOBAL_STANDARD + path} for path in paths]


def sectors(record, terms):
    """The sectors of a record: ours, and those of ESSGLOBAL that are exactly the same."""
    return {
        "hub__sector": things("sectors", record["sectors"]),
        "dcterms__subject": [
            found for key in record["sectors"] for found in exact(terms["sectors"].get(key, {}))
        ],
    }


def place(record):
    """City, country and coordinates, as far as known."""
    if not (record["city"] or record["country"]):
        return None
    latitude, longitude = record.get("latitude"), record.get("longitude")
    return node(
        None,
        ["schema:Place"],
        schema__name=record.get("place"),
        schema__address=node(
            None,
            ["schema:PostalAddress"],
            schema__addressLocality=record["city"],
            schema__addressCountry=record["country"],
        ),
        schema__geo=node(
            None,
            ["schema:GeoCoordinates"],
            schema__latitude=typed(latitude, "decimal"),
            schema__longitude=typed(longitude, "decimal"),
        )
        if latitude is not None
        else None,
    )


def describe_organisation(record, terms):
    kind = terms["organisation_kinds"].get(record["kind"], {}).get("mappings", {})
    types = ["schema:Organization"]
    if kind.get("schema_org", "Organization") != "Organization":
        types.append(f"schema:{kind['schema_org']}")
    types += [f"essglobal:{name}" for name in kind.get("essglobal_exact", ())]
    acronyms = dict.fromkeys(filter(None, record["acronyms"].values()))
    found = node(
        record["id"],
        types,
        schema__name=texts(record["names"]),
        schema__alternateName=[*acronyms, *filter(None, record["aliases"])],
        schema__description=texts(record["descriptions"]),
        schema__url=address(record["website"]),
        schema__mainEntityOfPage=address(record["url"]),
        schema__foundingDate=typed(record["founded"], "gYear"),
        schema__location=place(record),
        hub__kind=thing("organisation_kinds", record["kind"]),
        hub__scope=thing("scopes", record["scope"]),
        hub__status=record["status"],
        hub__region=things("regions", record["regions"]),
        hub__foundIn=things("regions", record["found_in"]),
        **sectors(record, terms),
        hub__relation=[
            node(
                None,
                ["hub:Relation"],
                hub__relationType=thing("relation_types", other["type"]),
                hub__relatedTo=thing("organisations", other["key"]),
            )
            for other in record["relations"]
            if not other["inverse"]
        ],
        **provenance(record),
    )
    for other in record["relations"]:
        if other["type"] in RELATIONS:
            name = RELATIONS[other["type"]][other["inverse"]]
            known = found.setdefault(name, [])
            if (one := thing("organisations", other["key"])) not in known:
                known.append(one)
    return found


def describe_agreement(record, terms):
    direction = record["direction"]
    return node(
        record["id"],
        ["hub:CooperationAgreement", "schema:CreativeWork"],
        schema__name=texts(record["names"]),
        schema__alternateName=texts(record["official_titles"]),
        schema__description=texts(record["descriptions"]),
        schema__mainEntityOfPage=address(record["url"]),
        hub__party=[organisation(party) for party in record["parties"]],
        hub__participation=[
            node(
                None,
                ["hub:Participation"],
                hub__participant=organisation(party),
                hub__role=party["role"],
            )
            for party in record["parties"]
            if party["role"]
        ],
        hub__kind=thing("agreement_kinds", record["kind"]),
        hub__status=thing("agreement_statuses", record["status"]),
        hub__direction=thing("directions", direction["shown"]),
        hub__statedDirection=thing("directions", direction["stated"]),
        hub__computedDirection=thing("directions", direction["computed"]),
        hub__region=things("regions", record["regions"]),
        hub__foundIn=things("regions", record["found_in"]),
        **sectors(record, terms),
        hub__signedOn=typed(record["signed_on"], "date"),
        hub__begins=date(record["start_on"], record["start_year"]),
        hub__ends=date(record["end_on"], record["end_year"]),
        dcterms__replaces=thing("agreements", record["supersedes"]),
        dcterms__isReplacedBy=things("agreements", record["renewed_by"]),
        hub__adoptedAt=things("events", record["adopted_at"]),
        schema__associatedMedia=[file(one, one["title"]) for one in record["documents"]],
        hub__illustrative=record["illustrative"] or None,
        **provenance(record),
    )


def file(one, name=""):
    """A file that anybody may download."""
    return node(
        None,
        ["schema:MediaObject"],
        schema__name=name or one["name"],
        schema__contentUrl=address(one["url"]),
        schema__encodingFormat=one["type"],
        schema__contentSize=f"{one['size']} B",
        schema__inLanguage=one["language"],
    )


def describe_event(record, terms):
    mode = MODES.get(record["format"])
    return node(
        record["id"],
        ["schema:Event"],
        schema__name=texts(record["names"]),
        schema__description=texts(record["themes"]),
        schema__mainEntityOfPage=address(record["url"]),
        schema__startDate=date(record["starts_on"], record["year"]),
        schema__endDate=typed(record["ends_on"], "date"),
        schema__location=place(record),
        schema__eventAttendanceMode={"@id": f"https://schema.org/{mode}"} if mode else None,
        schema__organizer=[organisation(row) for row in record["organisers"]],
        hub__kind=thing("event_types", record["type"]),
        hub__audience=thing("event_audiences", record["audience"]),
        hub__series=record["series"],
        hub__foundIn=things("regions", record["found_in"]),
        hub__outcome=thing("agreements", record["outcome"]),
        **provenance(record),
    )


# --- Vocabularies -----------------------------------------------------------------------------------


def describe_region(record, terms):
    return node(
        record["id"],
        ["skos:Concept", "schema:Place"],
        skos__prefLabel=texts(record["names"]),
        skos__inScheme=thing("vocabularies", "regions"),
        skos__broader=thing("regions", record["parent"]),
        skos__notation=record["m49"],
        schema__mainEntityOfPage=address(record["url"]),
        hub__country=things("countries", record["countries"]),
    )


def describe_sector(record, terms):
    return node(
        record["id"],
        ["skos:Concept"],
        skos__prefLabel=texts(record["names"]),
        skos__definition=texts(record["definitions"]),
        skos__inScheme=thing("vocabularies", "sectors"),
        skos__notation=record["key"],
        skos__exactMatch=exact(record),
        schema__mainEntityOfPage=address(record["url"]),
        hub__facet=record["facet"],
    )


def describe_term(term, terms):
    """A term of a vocabulary; the first one brings the vocabulary along."""
    name = term["vocabulary"]
    parents = {"regions": "parent", "countries": "subregion"}
    found = node(
        term["id"],
        ["skos:Concept"],
        skos__prefLabel=texts(term["labels"]),
        skos__definition=texts(term.get("definitions", {})),
        skos__inScheme=thing("vocabularies", name),
        skos__notation=term.get("m49") or term["key"],
        skos__broader=thing("regions", term.get(parents.get(name, ""))),
        skos__exactMatch=exact(term) if name == "sectors" else None,
        schema__mainEntityOfPage=address(term.get("url")),
        hub__facet=term.get("facet"),
        hub__country=things("countries", term.get("countries", ())),
        hub__side=term.get("side"),
    )
    if term["position"] > 1:
        return [found]
    scheme = node(
        permanent("vocabularies", name),
        ["skos:ConceptScheme"],
        dcterms__title=texts(term["vocabulary_names"]),
        rdfs__seeAlso=address(term["vocabulary_url"]),
    )
    return [scheme, found]
