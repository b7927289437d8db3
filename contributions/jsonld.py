"""schema.org description of a contribution, as JSON-LD for search engines."""

from directory.jsonld import CONTEXT, address, texts, without_empty


def authors(request, record):
    organisation = record.organisation
    named = [{"@type": "Person", "name": name} for name in record.shown_names]
    if organisation and organisation.is_published:
        named.append(
            {
                "@type": "Organization",
                "@id": address(request, organisation),
                "name": texts(organisation, "name"),
            }
        )
    return named


def contribution(request, record):
    return without_empty(
        {
            "@context": CONTEXT,
            "@type": "Article",
            "@id": address(request, record),
            "url": address(request, record),
            "identifier": record.reference,
            "headline": {"@language": record.language, "@value": record.title},
            "abstract": {"@language": record.language, "@value": record.summary} if record.summary else None,
            "inLanguage": record.language,
            "datePublished": record.published_at.date().isoformat(),
            "author": authors(request, record),
            "isPartOf": {
                "@type": "CreativeWork",
                "@id": address(request, record.call),
                "name": texts(record.call, "title") or texts(record.call.group, "title"),
            },
        }
    )
