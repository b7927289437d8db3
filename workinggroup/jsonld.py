"""schema.org descriptions of groups, meetings and calls, as JSON-LD for search engines."""

from directory.jsonld import CONTEXT, address, texts, without_empty
from directory.vocabulary import label


def coordinator(request, record):
    organisation = record.coordinator
    return without_empty(
        {
            "@type": "Organization",
            "name": texts(organisation, "name"),
            "@id": address(request, organisation) if organisation.is_published else None,
        }
    )


def group(request, record, paragraphs):
    return without_empty(
        {
            "@context": CONTEXT,
            "@type": "Project",
            "@id": address(request, record),
            "url": address(request, record),
            "name": texts(record, "title"),
            "description": texts(paragraphs[0], "text") if paragraphs else None,
            "parentOrganization": coordinator(request, record),
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
            "@context": CONTEXT,
            "@type": "Event",
            "@id": address(request, record),
            "url": address(request, record),
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
            "organizer": coordinator(request, record.group),
            "superEvent": {
                "@type": "Event",
                "@id": address(request, event),
                "name": texts(event, "title"),
            }
            if event
            else None,
        }
    )


def call(request, record):
    return without_empty(
        {
            "@context": CONTEXT,
            "@type": "CreativeWork",
            "@id": address(request, record),
            "url": address(request, record),
            "name": texts(record, "title") or texts(record.group, "title"),
            "description": texts(record, "text"),
            "creativeWorkStatus": record.state,
            "datePublished": record.opens_at.isoformat() if record.opens_at else None,
            "expires": record.closes_at.isoformat() if record.closes_at else None,
            "publisher": coordinator(request, record.group),
        }
    )
