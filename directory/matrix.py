"""The two matrices of agreements, by sector and continent and by pair of continents.

Each figure is a link to the list it counts. What lies on no continent or in no sector has a row and a
column of its own, so nothing is dropped; a total counts each agreement once.
"""

from dataclasses import dataclass

from directory.agreement_filters import UNCLASSIFIED
from directory.models.places import CONTINENTS
from directory.vocabulary import vocabulary

NAMES = {
    "sectors": ("total", "sector", "continent", "sector_continent"),
    "continents": ("total", "continent", "continent_pair"),
}


@dataclass
class Cell:
    count: int
    heat: int = 0
    url: str = ""


@dataclass
class Row:
    key: str
    cells: list
    total: Cell


@dataclass
class Matrix:
    """`entries` adds up the cells: more than the total where agreements stand in several of them."""

    kind: str
    columns: list
    rows: list
    totals: list
    total: Cell
    entries: int
    scale: list


def heat(count, top):
    """0 to 5: a CSS class, never a style attribute."""
    # Where only the unclassified row counts anything, the largest of the others is 0.
    return min(5, -(-count * 5 // max(top, 1))) if count else 0


def scale(top):
    """The counts that each heat stands for: `[(heat, least, most)]`."""
    steps = [(h, (h - 1) * top // 5 + 1, h * top // 5) for h in range(1, 6)]
    return [step for step in steps if step[1] <= step[2]]


def place(continent):
    return continent or UNCLASSIFIED


def sector_matrix(found, links, chosen=()):
    """Sectors by continents. With sectors chosen, theirs are the only rows: an agreement of theirs that
    has others too is among them."""
    continents = [key for key in CONTINENTS if key in vocabulary()["region"]]
    columns = [*continents, ""]
    cells = found["sector_continent"]
    known = [key for key in vocabulary()["sector"] if key in found["sector"]]
    rows = [key for key in known if not chosen or key in chosen]
    if not chosen or UNCLASSIFIED in chosen:
        rows.append("")
    shown = {(s, c): cells.get((s, c), 0) for s in rows for c in columns}
    top = max(shown.values(), default=0)

    def cell(count, **where):
        return Cell(count, heat(count, top), links.to(**where) if count else "")

    return Matrix(
        "sectors",
        columns,
        [
            Row(
                s,
                [cell(shown[s, c], sector=s, place=place(c)) for c in columns],
                cell(found["sector"].get(s, 0), sector=s),
            )
            for s in rows
        ],
        [cell(found["continent"].get(c, 0), place=place(c)) for c in columns],
        cell(found["total"]),
        entries=sum(shown.values()),
        scale=scale(top),
    )


def continent_matrix(found, links):
    """Continents by continents. An agreement that reaches one alone stands on the diagonal, one that
    reaches more in each pair of them."""
    continents = [key for key in CONTINENTS if key in vocabulary()["region"]]
    cells = found["continent_pair"]
    top = max(cells.values(), default=0)

    def cell(count, **where):
        return Cell(count, heat(count, top), links.to(**where) if count else "")

    def pair(a, b):
        where = {"within": a} if a == b else {"between": [a, b]}
        return cell(cells.get((a, b), 0), **where)

    rows = [
        Row(a, [pair(a, b) for b in continents], cell(found["continent"].get(a, 0), place=a))
        for a in continents
    ]
    nowhere = cell(found["continent"].get("", 0), place=UNCLASSIFIED)
    return Matrix(
        "continents",
        continents,
        [*rows, Row("", [], nowhere)],
        [],
        cell(found["total"]),
        entries=sum(n for (a, b), n in cells.items() if a <= b) + nowhere.count,
        scale=scale(top),
    )
