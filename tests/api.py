"""The read API as tests ask it, and records of every kind that it lists."""

from django.core.cache import caches

from directory import models as directory
from tests import factories as make

RECORDS = {
    "organisations": make.organisation,
    "agreements": make.agreement,
    "events": make.event,
    "groups": make.group,
    "meetings": make.meeting,
    "documents": make.document,
    "calls": make.call,
    "contributions": make.contribution,
}
LISTS = [*RECORDS, "regions", "sectors", "vocabularies"]


def ask(client, address, status=200, **headers):
    """The answer as data, computed now."""
    caches["pages"].clear()
    response = client.get(f"/api/v1/{address}", headers=headers)
    assert response.status_code == status, (address, response.content[:300])
    return response.json()


def keys(client, address):
    return [record["key"] for record in ask(client, address)["results"]]


def key_of(record):
    return getattr(record, "reference", "") or record.slug


def hide(record, publication="draft"):
    column = "state" if hasattr(record, "reference") else "publication"
    type(record).objects.filter(pk=record.pk).update(**{column: publication})


def named(key, name):
    """How an organisation called the same in every language stands on another record."""
    return {"key": key, "name": name, "names": dict.fromkeys(("es", "fr", "en"), name)}


def outside(name):
    return {"key": None, "name": name, "names": dict.fromkeys(("es", "fr", "en"))}


def relate(source, target, type="member_of"):
    kind = make.term(directory.RelationType, type)
    return directory.Relation.objects.create(source=source, target=target, type=kind)


def everything_about(hidden):
    """A published record of each type that names the organisation, agreement, event and meeting hidden."""
    organisation, agreement, event, meeting = hidden
    relate(make.organisation(slug="source"), organisation)
    relate(organisation, make.organisation(slug="target"))
    make.agreement(slug="made", parties=[organisation, "A city"], supersedes=agreement)
    make.event(slug="held", organisers={organisation}, outcome=agreement)
    group = make.group(slug="group", coordinator=organisation, organisations={organisation}, forum=event)
    make.meeting(slug="met", group=group, event=event)
    make.document(slug="written", group=group, meeting=meeting)
    call = make.call(slug="call", group=group, meeting=meeting)
    make.contribution(reference="C-SENT", call=call, organisation=organisation)


# Queries, pages, languages, headers.


def grow(times):
    for _more in range(times):
        organisation = make.organisation(
            regions={make.region()}, sectors={make.term(directory.Sector, "fair_trade", facet="activity")}
        )
        relate(organisation, make.organisation())
        relate(make.organisation(), organisation)
        agreement = make.agreement(parties=[organisation, "A city"], supersedes=make.agreement())
        event = make.event(organisers={organisation}, outcome=agreement)
        group = make.group(coordinator=organisation, organisations={organisation}, forum=event)
        make.paragraph(group, "Words.")
        make.question(group, "And?")
        meeting = make.meeting(group=group, event=event)
        make.document(group=group, meeting=meeting, files=[("es", "a.pdf", b"1")])
        call = make.call(group=group, meeting=meeting)
        make.contribution(call=call, organisation=organisation, author=make.person())
