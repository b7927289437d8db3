"""The map in full, the network, the timeline, and the pages of regions and sectors, by address."""

import re

import pytest
from django.http import QueryDict

from directory import ego_network, models, network, timeline
from directory.filters import AgreementFilter
from directory.models import Agreement
from tests import factories
from tests.pages import address_of, count_queries, get


def seated(city, **values):
    """A national organisation with a seat, which thereby counts for its country."""
    values.setdefault("scope", factories.term(models.Scope, "national"))
    values = {"country": factories.country("SN"), "latitude": 14.7, "longitude": -17.4, **values}
    return factories.organisation(city=city, **values)


@pytest.mark.django_db
def test_parties_without_a_seat_are_listed_and_counted(client):
    world = factories.organisation(slug="world", name="World body")
    hidden = factories.organisation(slug="hidden", name="Hidden body", publication="draft", city="Thiès")
    factories.agreement(parties=[seated("Dakar"), world, hidden, "A city"])
    factories.agreement(parties=[world, "Another city"])
    page = get(client, "/en/map/")
    assert "2 organisations of the directory" in page
    assert "2 parties named outside the directory" in page
    assert "make 5 parties" in page
    row = re.search(r'<li><a href="/en/organisations/world/">World body</a>.*?</li>', page).group()
    assert ">2</a>" in row
    assert "organisation=world" in row
    assert "Hidden body" in page
    assert "/organisations/hidden/" not in page
    assert "Drawn as arcs: 0 of 2 agreements" in page
    assert "counted in its dot: 1; without a known seat: 1." in page


@pytest.mark.django_db
def test_the_views_of_the_explorer_keep_the_choice(client):
    factories.agreement(parties=[seated("Dakar"), seated("Thiès")])
    for path in ("agreements", "map", "network", "timeline"):
        page = get(client, f"/en/{path}/?region=m49-002&order=name&page=1&nonsense=1")
        for other in ("agreements", "map", "network", "timeline"):
            assert f'href="/en/{other}/?region=m49-002"' in page, (path, other)
        assert ">M49-002</a>" in page


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["map", "network", "timeline", "embed/agreements", "embed/map"])
def test_an_empty_choice_is_a_page_that_says_so(client, path):
    factories.agreement()
    page = get(client, f"/en/{path}/?region=m49-009&sector=nothing&year=1900")
    assert "Nothing fits all these filters" in page or "ties two organisations" in page


@pytest.mark.django_db
def test_an_agreement_more_leaves_everybody_in_their_place():
    def positions():
        found = AgreementFilter(QueryDict(""), Agreement.objects.published()).ask(
            "total", parts=network.PARTS, rows=network.QUERIES
        )
        return {node.key: (node.x, node.y) for node in network.circle(found).nodes}

    bodies = [seated(f"City {n}") for n in range(5)]
    for one, other in zip(bodies, bodies[1:], strict=False):
        factories.agreement(parties=[one, other])
    before = positions()
    factories.agreement(parties=[bodies[0], bodies[4]])
    assert positions() == before
    assert len(set(before.values())) == 5


@pytest.mark.django_db
def test_two_rings_hold_partners_and_theirs_and_nobody_unpublished(client):
    centre, near, far, further = (
        factories.organisation(slug=slug) for slug in ("centre", "near", "far", "further")
    )
    hidden = factories.organisation(slug="secret-body", publication="draft")
    factories.agreement(parties=[centre, near])
    factories.agreement(parties=[centre, near, hidden, "A city"])
    factories.agreement(parties=[near, far])
    factories.agreement(parties=[far, further])
    factories.agreement(parties=[far, centre], publication="draft")
    drawn = ego_network.around(centre)
    assert {(node.key, node.ring, node.count) for node in drawn.nodes} == {("near", 1, 2), ("far", 2, 1)}
    assert drawn.partners == 1
    page = get(client, "/en/organisations/centre/network/")
    assert "1 partner in agreements" in page
    assert "secret-body" not in page
    assert "together=centre" in page
    assert "Network around" in get(client, "/en/organisations/centre/")
    assert "Two rings" in page
    assert "1 of 1 partner in agreements is drawn." in page
    assert "1 of 1 stands in the outer ring." in page
    second = re.search(r'<section class="block" id="second".*?</section>', page, re.DOTALL).group()
    assert "1 organisation at the second step" in second
    assert re.search(
        r'href="/en/organisations/far/">[^<]*</a> <span class="small soft">through Organisation', second
    )
    assert "further" not in second
    page = get(client, "/en/organisations/further/network/")
    assert "Its partners in agreements in the inner ring" in page
    factories.agreement(parties=[factories.organisation(slug="one"), factories.organisation(slug="other")])
    page = get(client, "/en/organisations/one/network/")
    assert "One ring" in page
    assert "Two rings" not in page
    assert "outer" not in page
    assert 'id="second"' not in page
    lonely = factories.organisation(slug="lonely")
    assert ego_network.around(lonely) is None
    assert "no agreement with another organisation" in get(client, "/en/organisations/lonely/network/")
    get(client, "/en/organisations/secret-body/network/", status=404)


@pytest.mark.django_db
def test_chains_of_renewals_skip_the_unpublished_and_survive_circles():
    first = factories.agreement(slug="first", start_year=2000)
    second = factories.agreement(slug="second", start_year=2005, supersedes=first)
    third = factories.agreement(slug="third", start_year=2010, supersedes=second)
    twin = factories.agreement(slug="twin", start_year=2011, supersedes=second)
    factories.agreement(slug="alone")

    def slugs(*records):
        return [[one.slug for one in chain] for chain in timeline.chains(*(record.pk for record in records))]

    for record in (first, second, third, twin):
        assert slugs(record) == [["first", "second", "third", "twin"]]
    assert timeline.chains() == []
    second.withdraw()
    assert slugs(first, third) == []
    second.publish()
    Agreement.objects.filter(pk=first.pk).update(supersedes=third)
    assert sorted(slugs(second)[0]) == ["first", "second", "third", "twin"]


@pytest.mark.django_db
def test_the_agreement_page_says_roles_events_and_how_to_cite(client):
    pact = factories.agreement(
        slug="pact", title="Pact & 100 % {of} “things”_1", start_year=2016,
        parties=[factories.organisation(name="Body A & B", acronym=""), "Mayor #1"],
    )  # fmt: skip
    pact.parties.filter(position=0).update(role="lead")
    factories.event(slug="forum", title="The forum", outcome=pact)
    page = get(client, "/en/agreements/pact/")
    assert "— lead" in page
    assert "The forum" in page
    assert "Body A & B, Mayor #1 (2016). “Pact & 100 % {of} “things”_1”." in page
    answer = client.get("/en/agreements/pact/citation.bib")
    assert answer["Content-Type"] == "application/x-bibtex; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="pact.bib"'
    entry = answer.content.decode()
    assert entry.startswith("@misc{pact,\n")
    assert r"title = {{Pact \& 100 \% \{of\} “things”\_1}}" in entry
    assert r"author = {{Body A \& B} and {Mayor \#1}}" in entry
    assert "year = {2016}" in entry
    bare = re.sub(r"\\[{}]", "", entry)
    assert bare.count("{") == bare.count("}")
    pact.withdraw()
    assert client.get("/en/agreements/pact/citation.bib").status_code == 404


@pytest.mark.django_db
def test_an_agreement_without_a_year_is_cited_without_one(client):
    factories.agreement(slug="undated", parties=[f"Body {n}" for n in range(9)])
    page = get(client, "/en/agreements/undated/")
    assert "Body 5 et al. (n.d.)" in page
    assert "year =" not in client.get("/en/agreements/undated/citation.bib").content.decode()


@pytest.mark.django_db
def test_a_region_leads_to_those_around_and_within_it_and_to_its_groups(client):
    west = factories.region("m49-011", type="subregion", parent=factories.region("m49-002"))
    country = factories.country("SN", subregion=west)
    factories.country(
        "KE", subregion=factories.region("m49-014", type="subregion", parent=factories.region("m49-002"))
    )
    sector = factories.term(models.Sector, "fair_trade", facet="activity")
    body = seated("Dakar", country=country, sectors={sector}, name="Body of the west")
    factories.agreement(title="Pact of the west", parties=[body, "A city"], sectors={sector})
    factories.event(title="Forum of the west", country=country, organisers={body})
    group = factories.group(title="Group of the west", areas={west}, organisations={body})
    page = get(client, "/en/regions/m49-011/")
    assert 'href="/en/regions/m49-002/"' in page
    assert 'href="/en/regions/m49-011/"' in get(client, "/en/regions/m49-002/")
    for address in ("/en/regions/m49-011/", "/en/sectors/fair_trade/"):
        page = get(client, address)
        for words in ("Body of the west", "Pact of the west", "Forum of the west", "Group of the west"):
            assert words in page, (address, words)
        assert address_of(group) in page
        assert re.findall(r"<dt>(.*?)</dt>", page)[:3] == ["organisation", "cooperation agreement", "event"]
        for path in ("agreements", "map", "network", "timeline", "organisations", "events"):
            assert f'href="/en/{path}/?' in page, (address, path)
    get(client, "/en/regions/nowhere/", status=404)


@pytest.mark.django_db
def test_the_queries_of_the_new_pages_are_few_and_do_not_grow(client):
    sector = factories.term(models.Sector, "fair_trade", facet="activity")
    centre = seated("Dakar", slug="centre", sectors={sector})
    first = factories.agreement(
        slug="pact", parties=[centre, seated("Thiès")], sectors={sector}, start_year=2001
    )

    def grow():
        other = seated("Saint-Louis", sectors={sector})
        factories.agreement(
            parties=[centre, other, "A city"], sectors={sector}, supersedes=first, start_year=2002
        )
        factories.event(organisers={centre}, country=factories.country("SN"), outcome=first)
        factories.group(coordinator=centre, areas={factories.region()})

    pages = {
        "/en/map/": 8, "/en/network/": 8, "/en/timeline/": 8, "/en/organisations/centre/network/": 8,
        "/en/regions/m49-002/": 12, "/en/sectors/fair_trade/": 12, "/en/agreements/pact/": 8,
        "/en/organisations/centre/": 8, "/en/embed/agreements/": 8, "/en/embed/map/": 8,
        "/en/embed/organisations/": 8, "/en/embed/": 8,
    }  # fmt: skip
    grow()
    before = {page: count_queries(client, page) for page in pages}
    grow()
    grow()
    assert {page: count_queries(client, page) for page in pages} == before
    assert {page: count for page, count in before.items() if count > pages[page]} == {}
