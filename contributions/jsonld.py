"""schema.org description of a contribution, as JSON-LD for search engines."""

from directory.api_parts import permanent
from directory.jsonld import described, texts, without_empty


def authors(record):
    organisation = record.organisation
    named = [{"@type": "Person", "name": name} for name in record.shown_names]
    if organisation and organisation.is_published:
        named.append(
            {
                "@type": "Organization",
                "@id": permanent("organisations", organisation.slug),
                "name": texts(organisation, "name"),
            }
        )
    return named


def contribution(request, record):
    return without_empty(
        {
            **described(request, record, "Article", "contributions", record.reference),
            "identifier": record.reference,
            "headline": {"@language": record.language, "@value": record.title},
            "abstract": {"@language": record.language, "@value": record.summary} if record.summary else None,
            "inLanguage": record.language,
            "datePublished": record.published_at.date().isoformat(),
            "author": authors(record),
            "isPartOf": {
                "@type": "CreativeWork",
                "@id": permanent("calls", record.call.slug),
                "name": texts(record.call, "title") or texts(record.call.group, "title"),
            },
        }
    )
