"""The figures of the explorer's pages over the real catalogue: each is the length of its list."""

import re
from collections import defaultdict
from html import unescape

import pytest
from django.http import QueryDict
from django.utils import translation

from directory import ego_network, network
from directory.filters import AgreementFilter, EventFilter, OrganisationFilter
from directory.lettering import width
from directory.models import Agreement, AgreementParty, Event, Organisation
from tests.pages import get
from tests.test_explorer import Figures, listed, query_of, source_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_catalogue")]


def events_of(address):
    return EventFilter(query_of(address), Event.objects.published()).qs.count()


def organisations_of(address):
    return OrganisationFilter(query_of(address), Organisation.objects.published()).qs.count()


@pytest.mark.parametrize("choice", ["", "region=m49-002&sector=cooperatives"])
def test_every_place_and_party_of_the_map_leads_to_its_agreements(client, choice):
    page = source_of(client, f"/en/map/?{choice}")
    places = Figures(page, "places").found
    assert len(places) > 40
    for address, figure, _class in places[::7]:
        assert len(listed(address)) == figure, address
    unseated = Figures(page, "columns").found
    assert unseated
    for address, figure, _class in unseated[::4]:
        assert len(listed(address)) == figure, address


@pytest.mark.parametrize(
    "choice", ["", "region=m49-419&direction=south_south", "sector=housing_habitat&sector=fair_trade"]
)
def test_every_figure_of_the_timeline_is_the_length_of_its_list(client, choice):
    figures = Figures(source_of(client, f"/en/timeline/?{choice}"), "years").found
    assert len(figures) > 20
    events = sum(figure for address, figure, _class in figures if "/events/" in address)
    asked = query_of(f"?{choice}").copy()
    asked.pop("direction", None)
    assert events == events_of(f"?{asked.urlencode()}")
    begun = 0
    for address, figure, _class in figures:
        if "/events/" in address:
            assert events_of(address) == figure, address
        else:
            assert len(listed(address)) == figure, address
            begun += figure * ("status=in_force" not in address)
    undated = len(listed(f"?{choice}&year=unknown"))
    assert begun + undated == len(listed(f"?{choice}"))


def test_the_renewals_of_ica_and_ilo_stand_in_their_order(client):
    order = ["ica-ilo-mou-2004", "ica-ilo-mou-2015", "ica-ilo-mou-2019"]
    page = get(client, "/en/timeline/")
    chain = re.search(r'<ol class="chain.*?</ol>', page, re.DOTALL).group()
    assert re.findall(r"/agreements/([\w-]+)/", chain) == order
    middle = get(client, "/en/agreements/ica-ilo-mou-2015/")
    chain = re.search(r'<ol class="chain.*?</ol>', middle, re.DOTALL).group()
    assert re.findall(r"/agreements/([\w-]+)/", chain) == [order[0], order[2]]
    assert 'aria-current="true">ICA–ILO memorandum of understanding (2015)' in chain


def rows_of_the_network(client, choice):
    """`(agreements, their list, partners, the page of the network around it)` of each row of the table."""
    page = source_of(client, f"/en/network/?{choice}")
    for row in re.findall(r'<tr role="row">(.*?)</tr>', page, re.DOTALL)[1:]:
        address, agreements = re.search(
            r'<a href="([^"]+)">(\d+)<span class="visually-hidden"> agr', row
        ).groups()
        around, partners = re.search(r'data-label="Partners">(?:<a href="([^"]+)">)?(\d+)', row).groups()
        yield int(agreements), unescape(address), int(partners), around


@pytest.mark.parametrize(
    "choice",
    ["", "page=3", "sector=cooperatives", "region=m49-419&direction=south_south", "organisation=ica"],
)
def test_the_network_counts_what_its_lists_hold(client, choice):
    rows = list(rows_of_the_network(client, choice))
    assert len(rows) > 10
    members = defaultdict(set)
    for agreement, organisation in AgreementParty.objects.filter(
        agreement__slug__in=listed(f"?{choice}"), organisation__publication="published"
    ).values_list("agreement__slug", "organisation__slug"):
        members[agreement].add(organisation)
    for agreements, address, partners, around in rows:
        asked = query_of(address)
        key = asked.get("together") or asked["organisation"]
        agreed = {agreement for agreement, of in members.items() if key in of}
        assert len(agreed) == agreements, address
        assert len(set().union(*(members[agreement] for agreement in agreed)) - {key}) == partners, address
        assert bool(around) is ("=" not in choice or "page" in choice), "a page that says another number"
    for agreements, address, _partners, _around in rows[::6]:
        assert len(listed(address)) == agreements, address


def test_partners_are_as_many_as_the_page_of_the_network_around_says(client):
    rows = list(rows_of_the_network(client, ""))
    for _agreements, _address, partners, around in rows[::7]:
        page = source_of(client, around)
        assert int(re.search(r"(\d+) partners? in agreements", page).group(1)) == partners, around


@pytest.mark.parametrize("choice", ["", "sector=cooperatives"])
def test_the_bridges_count_what_their_lists_hold(client, choice):
    page = source_of(client, f"/en/network/?{choice}")
    rows = re.search(r'<ol class="bridges">(.*?)</ol>', page, re.DOTALL).group(1).split("</li>")[:-1]
    assert len(rows) > 5
    for row in rows[::3]:
        figure = int(re.search(r"(\d+) agreements? reach", row).group(1))
        assert len(listed(unescape(re.search(r'class="small" href="([^"]+)"', row).group(1)))) == figure, row


def test_the_second_step_is_counted_whole_and_those_drawn_are_listed_with_through_whom(client):
    page = get(client, "/en/organisations/ica/network/")
    members = defaultdict(set)
    for agreement, organisation in AgreementParty.objects.filter(
        agreement__publication="published", organisation__publication="published"
    ).values_list("agreement", "organisation__slug"):
        members[agreement].add(organisation)
    partners = set().union(*(of for of in members.values() if "ica" in of)) - {"ica"}
    beyond = set().union(*(of for of in members.values() if of & partners)) - partners - {"ica"}
    assert len(beyond) > 60
    assert f"24 of {len(beyond)} stand in the outer ring." in page
    second = re.search(r'<section class="block" id="second".*?</section>', page, re.DOTALL).group()
    assert f"{len(beyond)} organisations at the second step" in second
    rows = re.findall(r'/organisations/([\w-]+)/">[^<]+</a> <span class="small soft">through [^<]+', second)
    assert len(rows) == 24
    assert set(rows) <= beyond
    for key in rows:
        assert f'href="/en/organisations/{key}/" aria-label=' in page


def test_agreements_in_common_are_those_of_both(client):
    page = source_of(client, "/en/organisations/ica/network/")
    found = re.findall(r'<td role="cell" class="n num"[^>]*><a href="([^"]+)">(\d+)', page)
    assert len(found) > 20
    for address, figure in found[::5]:
        assert len(listed(unescape(address))) == int(figure), address


def test_who_bridges_continents_is_said_in_words(client):
    page = get(client, "/en/network/")
    rows = re.search(r'<ol class="bridges">(.*?)</ol>', page, re.DOTALL).group(1).split("</li>")[:-1]
    assert len(rows) == network.MOST_BRIDGES
    counts = []
    for row in rows:
        words = re.sub(r"<[^>]+>", "", row)
        named = re.search(r"agreements? reach(?:es)? (.*?)\. The agreements", words).group(1)
        counts.append(len(re.split(r", and |, | and ", named)))
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] > 1


@pytest.mark.parametrize("page", ["regions/m49-011", "regions/sse-mediterranean", "sectors/fair_trade"])
def test_the_figures_of_a_region_and_a_sector_are_those_of_their_lists(client, page):
    source = source_of(client, f"/en/{page}/")
    figures = Figures(source, "figures").found + Figures(source, "crossed").found
    assert len(figures) > 10
    for address, figure, _class in figures:
        kind = address.split("/")[2]
        count = {"events": events_of, "organisations": organisations_of}.get(
            kind, lambda one: len(listed(one))
        )
        assert count(address) == figure, address


@pytest.mark.parametrize("language", ["es", "fr", "en"])
def test_the_names_on_the_circle_touch_none_of_its_labels(language):
    with translation.override(language):
        found = AgreementFilter(QueryDict(""), Agreement.objects.published()).ask(
            "total", parts=network.PARTS, rows=network.QUERIES
        )
        drawn = network.circle(found)
    assert len(drawn.nodes) == network.MOST
    # Neighbours on the circle are further apart than a label is high.
    angles = sorted(node.angle for node in drawn.nodes)
    nearest = min(b - a for a, b in zip(angles, angles[1:], strict=False)) * (network.RADIUS + 12)
    assert nearest > network.LABEL
    assert all(network.width(node.label, network.LABEL, 500) <= network.LONGEST for node in drawn.nodes)


@pytest.mark.parametrize("language", ["es", "fr", "en"])
def test_no_name_of_the_small_figure_ends_at_the_dot_of_another(language):
    """“ACI Amériques •” would name the dot that follows."""
    with translation.override(language):
        for slug in ("ica", "ripess", "gsef", "ilo"):
            nodes = ego_network.around(Organisation.objects.get(slug=slug)).nodes
            for named in nodes:
                wide = width(named.short, 21)
                left = named.label.x - {"start": 0, "middle": wide / 2, "end": wide}[named.label.anchor]
                for other in nodes:
                    if other is named or not named.label.y - 21 < other.y < named.label.y + 5:
                        continue
                    gap = max(left - other.x, other.x - left - wide) - other.radius
                    assert gap > 4, (slug, named.short, other.short, gap)
