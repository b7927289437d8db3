"""schema.org descriptions of the records, as JSON-LD for search engines.

What a page describes is called by its permanent address, as in the exports: the pages of the three
languages and the linked data speak of one thing.
"""

from directory.api_parts import permanent
from directory.vocabulary import vocabulary

CONTEXT = "https://schema.org"


def texts(record, field):
    """Every language of a text, each tagged with its own."""
    return [
        {"@language": code, "@value": value}
        for code in ("es", "fr", "en")
        if (value := getattr(record, f"{field}_{code}"))
    ]


def address(request, record):
    return request.build_absolute_uri(record.get_absolute_url())


def described(request, record, kind, name, key):
    """How every description begins: the record of the list `name`, and its page in this language."""
    return {"@context": CONTEXT, "@type": kind, "@id": permanent(name, key), "url": address(request, record)}


def without_empty(data):
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}


def place(record):
    if not (record.city or record.country_id):
        return None
    return without_empty(
        {
            "@type": "Place",
            "address": without_empty(
                {
                    "@type": "PostalAddress",
                    "addressLocality": record.city,
                    "addressCountry": record.country_id,
                }
            ),
            "geo": {
                "@type": "GeoCoordinates",
                "latitude": record.latitude,
                "longitude": record.longitude,
            }
            if record.latitude is not None
            else None,
        }
    )


def organisation(request, record):
    sectors = vocabulary()["sector"]
    return without_empty(
        {
            **described(request, record, "Organization", "organisations", record.slug),
            "url": record.website or address(request, record),
            "name": texts(record, "name"),
            "alternateName": sorted(
                {*(getattr(record, f"acronym_{c}") or "" for c in ("es", "fr", "en")), *record.aliases} - {""}
            ),
            "description": texts(record, "description"),
            "foundingDate": str(record.founded) if record.founded else None,
            "location": place(record),
            "knowsAbout": [sectors[key].label for key in record.sector_keys if key in sectors],
        }
    )


def agreement(request, record):
    return without_empty(
        {
            **described(request, record, "CreativeWork", "agreements", record.slug),
            "name": texts(record, "title"),
            "description": texts(record, "description"),
            "dateCreated": (record.signed_on or record.start_on or "")
            and str(record.signed_on or record.start_on),
            "creator": [
                without_empty(
                    {
                        "@type": "Organization",
                        "name": texts(party.named, "name"),
                        "@id": permanent("organisations", party.organisation.slug)
                        if party.organisation and party.organisation.is_published
                        else None,
                    }
                )
                for party in record.parties.all()
            ],
        }
    )


def event(request, record):
    modes = {
        "in_person": "OfflineEventAttendanceMode",
        "online": "OnlineEventAttendanceMode",
        "hybrid": "MixedEventAttendanceMode",
    }
    return without_empty(
        {
            **described(request, record, "Event", "events", record.slug),
            "name": texts(record, "title"),
            "description": texts(record, "theme"),
            "startDate": str(record.starts_on or record.year),
            "endDate": str(record.ends_on) if record.ends_on else None,
            "location": place(record),
            "eventAttendanceMode": f"{CONTEXT}/{modes[record.format_id]}"
            if record.format_id in modes
            else None,
        }
    )
