"""schema.org descriptions of groups, meetings and calls, as JSON-LD for search engines."""

from directory.api_parts import permanent
from directory.jsonld import CONTEXT, described, texts, without_empty
from directory.vocabulary import label


def coordinator(record):
    organisation = record.coordinator
    return without_empty(
        {
            "@type": "Organization",
            "name": texts(organisation, "name"),
            "@id": permanent("organisations", organisation.slug) if organisation.is_published else None,
        }
    )


def group(request, record, paragraphs):
    return without_empty(
        {
            **described(request, record, "Project", "groups", record.slug),
            "name": texts(record, "title"),
            "description": texts(paragraphs[0], "text") if paragraphs else None,
            "parentOrganization": coordinator(record),
            "areaServed": [label("region", key) for key in record.area_keys],
        }
    )


def place(record):
    if record.online_url and not record.city:
        return {"@type": "VirtualLocation", "url": record.online_url}
    if not (record.place or record.city or record.country_id):
        return None
    return without_empty(
        {
            "@type": "Place",
            "name": record.place,
            "address": without_empty(
                {
                    "@type": "PostalAddress",
                    "addressLocality": record.city,
                    "addressCountry": record.country_id,
                }
            ),
        }
    )


def status(record):
    if record.cancelled_at:
        return "EventCancelled"
    if record.moved_from:
        return "EventRescheduled" if record.starts_at else "EventPostponed"
    return "EventScheduled"


def meeting(request, record):
    event = record.event if record.event and record.event.is_published else None
    return without_empty(
        {
            **described(request, record, "Event", "meetings", record.slug),
            "name": texts(record, "title") or texts(record.group, "title"),
            "description": texts(record, "purpose"),
            # A year alone stays a year: no day is invented.
            "startDate": record.starts_at.isoformat()
            if record.starts_at
            else str(record.year or (event and event.year) or ""),
            "endDate": record.ends_at.isoformat() if record.ends_at else None,
            "previousStartDate": record.moved_from.isoformat() if record.moved_from else None,
            "eventStatus": f"{CONTEXT}/{status(record)}",
            "location": place(record),
            "inLanguage": record.languages,
            "organizer": coordinator(record.group),
            "superEvent": {
                "@type": "Event",
                "@id": permanent("events", event.slug),
                "name": texts(event, "title"),
            }
            if event
            else None,
        }
    )


def call(request, record):
    return without_empty(
        {
            **described(request, record, "CreativeWork", "calls", record.slug),
            "name": texts(record, "title") or texts(record.group, "title"),
            "description": texts(record, "text"),
            "creativeWorkStatus": record.state,
            "datePublished": record.opens_at.isoformat() if record.opens_at else None,
            "expires": record.closes_at.isoformat() if record.closes_at else None,
            "publisher": coordinator(record.group),
        }
    )
