"""The explorer: every figure is the length of the list it leads to, on the page and in the API."""

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from django.core.cache import caches
from django.http import QueryDict

from directory import maps
from directory.figures import ask
from directory.filters import AgreementFilter
from directory.links import Links
from directory.matrix import heat
from directory.models import Agreement
from tests import factories
from tests.pages import get

EXPLORER = "/en/agreements/"


class Figures(HTMLParser):
    """The links of an element that are figures: `[(address, figure, class)]`."""

    def __init__(self, page, inside):
        super().__init__()
        self.inside, self.found, self.depth, self.link = inside, [], 0, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if self.depth or self.inside in (attributes.get("class") or "").split():
            self.depth += 1
        if self.depth and tag == "a":
            self.link = attributes["href"], attributes.get("class", "")

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        self.depth -= bool(self.depth)
        if tag == "a":
            self.link = None

    def handle_data(self, data):
        if self.depth and self.link and data.strip().isdigit():
            self.found.append((self.link[0], int(data), self.link[1]))
            self.link = None


def source_of(client, address):
    """The page as it is sent, entities and all."""
    caches["pages"].clear()
    return client.get(address).content.decode()


def query_of(address):
    return QueryDict(address.split("?", 1)[1].split("#")[0] if "?" in address else "")


def listed(address):
    """The agreements of the list behind an address."""
    return set(
        AgreementFilter(query_of(address), Agreement.objects.published()).qs.values_list("slug", flat=True)
    )


def in_the_api(client, address):
    query = query_of(address)
    query._mutable = True
    query["page_size"] = "1"
    return client.get(f"/api/v1/agreements/?{query.urlencode()}").json()["count"]


@pytest.mark.usefixtures("real_catalogue")
@pytest.mark.django_db
class TestTheRealAgreements:
    @pytest.mark.parametrize("matrix", ["sectors", "continents"])
    @pytest.mark.parametrize(
        "choice",
        [
            "",
            "region=m49-002&region=m49-419&direction=south_south",
            "sector=cooperatives&sector=fair_trade&between=m49-142",
            "status=in_force&year=2016&region=m49-001&region=unclassified",
        ],
    )
    def test_every_figure_is_the_length_of_its_list_and_the_count_of_the_api(self, client, matrix, choice):
        page = source_of(client, f"{EXPLORER}?{choice}&matrix={matrix}")
        everything = listed(f"?{choice}")
        cells, directions = Figures(page, "matrix").found, Figures(page, "directions").found
        assert len(cells) > 10
        lists = {address: listed(address) for address, _figure, _heat in {*cells, *directions}}
        for address, figure, _heat in {*cells, *directions}:
            assert len(lists[address]) == figure, address
            assert lists[address] <= everything
        assert sum(figure for _address, figure, _heat in directions[:-1]) == len(everything)
        assert cells[-1][1] == directions[-1][1] == len(everything)
        # Each agreement stands in a cell, or in the row of those on no continent.
        rest = cells[-2:-1] if matrix == "continents" else []
        inner = [cell for cell in cells if cell[2].startswith("q")]
        assert set().union(*(lists[address] for address, _figure, _heat in [*inner, *rest])) == everything
        # The API counts the same; of the whole, every figure, of a choice some.
        for address, figure, _heat in {*cells[:: 5 if choice else 1], *directions}:
            assert in_the_api(client, address) == figure, address
        for address, figure, _heat in {cells[0], cells[-1], directions[0]}:
            words = f'id="results-heading">{figure} agreement'
            assert words in get(client, f"{EXPLORER}?{query_of(address).urlencode()}")

    def test_an_arc_and_a_dot_stand_for_exactly_the_agreements_of_their_lists(self):
        whole = maps.ask(Agreement.objects.published(), "total", parts=maps.PARTS, rows=maps.QUERIES)
        found = maps.draw(whole, Links(QueryDict()))
        assert found.joining + found.in_one_place + found.nowhere == found.total == Agreement.objects.count()
        joined = {}
        for arc in found.arcs:
            ends = tuple(sorted(end.key for end in arc.ends))
            joined[ends] = joined.get(ends, 0) + arc.count
        assert len(joined) == found.joins > 100
        for arc in found.arcs[::9]:
            assert len(listed(arc.url)) == arc.count
        for a, b in list(joined)[::9]:
            assert len(listed(f"?between={a}&between={b}")) == joined[a, b]
        for place in found.places[::5]:
            assert len(listed(f"?between={place.key}")) == place.count

    def test_labels_touch_neither_each_other_nor_a_dot(self):
        for size in (12.5, 14):
            found = maps.draw(
                maps.ask(Agreement.objects.published(), "total", parts=maps.PARTS, rows=maps.QUERIES),
                size=size,
            )
            boxes = [box_of(place, size) for place in found.places if place.label]
            assert len(boxes) > 25
            for n, box in enumerate(boxes):
                assert not [other for other in boxes[:n] if overlap(box, other)]


def box_of(place, size):
    from directory.lettering import width

    label, wide = place.label, width(place.name, size)
    left = label.x - {"start": 0, "middle": wide / 2, "end": wide}[label.anchor]
    return left, label.y - size * 0.75, left + wide, label.y + size * 0.2


def overlap(a, b):
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]


def test_a_matrix_of_the_unclassified_alone_has_its_heat():
    assert [heat(count, 0) for count in (0, 1, 7)] == [0, 5, 5]
    assert [heat(count, 10) for count in (0, 1, 5, 10)] == [0, 1, 3, 5]


def test_kept_figures_follow_what_is_published_and_the_day(clock):
    """The answer for a choice is kept while nothing published changes and the day lasts."""
    factories.agreement(slug="acuerdo", title="Acuerdo", start_year=2020, end_year=2026)

    def in_force():
        return ask(Agreement.objects.published().filter(slug="acuerdo"), "total", "in_force")

    with clock(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)):
        assert in_force() == {"total": 1, "in_force": 1}
        assert in_force() == {"total": 1, "in_force": 1}
    with clock(datetime(2027, 1, 1, 0, 1, tzinfo=UTC)):
        assert in_force() == {"total": 1, "in_force": 0}
    with clock(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)):
        Agreement.objects.filter(slug="acuerdo").move("withdraw")
        assert in_force() == {"total": 0, "in_force": 0}
