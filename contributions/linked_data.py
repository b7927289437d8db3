"""What contributions are in linked data."""

from directory.formats.linked import address, node, organisation, texts, thing, typed


def describe_contribution(record, terms):
    author = node(None, ["schema:Person"], schema__name=record["author"]) if record["author"] else None
    return node(
        record["id"],
        ["schema:Article"],
        schema__identifier=record["key"],
        schema__headline=texts(record["names"]),
        schema__inLanguage=record["language"],
        schema__abstract=texts(record["summaries"]),
        schema__text=texts(record["texts"]),
        schema__author=[one for one in (author, organisation(record["organisation"])) if one],
        schema__mainEntityOfPage=address(record["url"]),
        schema__datePublished=typed(record["published_at"], "dateTime"),
        hub__call=thing("calls", record["call"]),
        hub__group=thing("groups", record["group"]),
        hub__illustrative=record["illustrative"] or None,
    )
