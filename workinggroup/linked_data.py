"""What groups, meetings, documents and calls are in linked data."""

from directory.formats.linked import address, node, organisation, provenance, texts, thing, things, typed
from directory.linked_data import file, place


def joined(passages):
    """The paragraphs of a text in every language that has some."""
    found = {}
    for passage in passages:
        for code, text in passage["texts"].items():
            if text:
                found.setdefault(code, []).append(text)
    return {code: "\n\n".join(paragraphs) for code, paragraphs in found.items()}


def describe_group(record, terms):
    return node(
        record["id"],
        ["hub:WorkingGroup", "schema:Project"],
        schema__name=texts(record["names"]),
        schema__description=texts(joined(record["context"])),
        schema__mainEntityOfPage=address(record["url"]),
        hub__coordinator=organisation(record["coordinator"]),
        hub__forum=thing("events", record["forum"]),
        hub__themeBlock=texts(record["theme_blocks"]),
        schema__mentions=[organisation(row) for row in record["organisations"]],
        hub__region=things("regions", record["areas"]),
        hub__question=[text for question in record["questions"] for text in texts(question["texts"])],
        hub__meeting=things("meetings", record["meetings"]),
        hub__call=things("calls", record["calls"]),
        hub__illustrative=record["illustrative"] or None,
        **provenance(record),
    )


def status(record):
    if record["cancelled_at"]:
        return "EventCancelled"
    if record["moved_from"]:
        return "EventRescheduled" if record["starts_at"] else "EventPostponed"
    return "EventScheduled"


def describe_meeting(record, terms):
    online = address(record["online_url"])
    return node(
        record["id"],
        ["schema:Event"],
        schema__name=texts(record["names"]),
        schema__description=texts(record["purposes"]),
        schema__mainEntityOfPage=address(record["url"]),
        hub__group=thing("groups", record["group"]),
        schema__superEvent=thing("events", record["event"]),
        schema__startDate=typed(record["starts_at"], "dateTime") or typed(record["year"], "gYear"),
        schema__endDate=typed(record["ends_at"], "dateTime"),
        schema__previousStartDate=typed(record["moved_from"], "dateTime"),
        schema__eventStatus={"@id": f"https://schema.org/{status(record)}"},
        hub__timeZone=record["time_zone"] if record["starts_at"] else None,
        schema__location=[
            found
            for found in (
                place(record),
                node(None, ["schema:VirtualLocation"], schema__url=online) if online else None,
            )
            if found
        ],
        schema__inLanguage=record["languages"],
        **provenance(record),
    )


def describe_document(record, terms):
    return node(
        record["id"],
        ["schema:DigitalDocument"],
        schema__name=texts(record["names"]),
        schema__text=texts(record["texts"]),
        schema__mainEntityOfPage=address(record["url"]),
        hub__group=thing("groups", record["group"]),
        hub__meeting=thing("meetings", record["meeting"]),
        hub__kind=thing("document_kinds", record["kind"]),
        hub__available=record["available"],
        schema__associatedMedia=[file(one) for one in record["files"]],
        **provenance(record),
    )


def describe_call(record, terms):
    return node(
        record["id"],
        ["hub:CallForContributions", "schema:CreativeWork"],
        schema__name=texts(record["names"]),
        schema__text=texts(record["texts"]),
        schema__mainEntityOfPage=address(record["url"]),
        hub__group=thing("groups", record["group"]),
        hub__meeting=thing("meetings", record["meeting"]),
        schema__creativeWorkStatus=record["state"],
        hub__opensAt=typed(record["opens_at"], "dateTime"),
        hub__closesAt=typed(record["closes_at"], "dateTime"),
        hub__timeZone=record["time_zone"] if record["opens_at"] else None,
        **provenance(record),
    )
