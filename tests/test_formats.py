"""Lists and records in other formats: whole, the same as the API, safe to open, nothing unpublished."""

import csv
import io
import json
import re
import zlib
from pathlib import Path

import openpyxl
import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directory import models as directory
from directory.formats.columns import columns_of
from directory.formats.export import Export
from ripess_hub.api import LISTS
from tests import factories as make
from tests.api import RECORDS, everything_about, hide, key_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]

DATA = Path(__file__).parent / "data"
BY_NAME = {view.dataset: view for view in LISTS}
PAGES = {
    "organisations": "organisations/",
    "agreements": "agreements/",
    "events": "events/",
    "groups": "groups/",
    "contributions": "contributions/",
}
EVERY = [(view.dataset, one) for view in LISTS for one in view.formats()]


def take(client, address, status=200, **headers):
    """The whole answer, computed now."""
    caches["pages"].clear()
    response = client.get(address, headers=headers)
    assert response.status_code == status, (address, response.status_code)
    response.whole = b"".join(response.streaming_content) if response.streaming else response.content
    return response


def table(body):
    """A CSV as rows by name, as a reader who knows its rules reads it."""
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def workbook(body):
    book = openpyxl.load_workbook(io.BytesIO(body))
    return book, [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def without_apostrophe(cell):
    """Undo what keeps a spreadsheet from taking a text for a formula."""
    return cell[1:].replace("\\|", "|") if re.match(r"'[@+\-=|%]", cell) else cell


def split(cell):
    """The values of a list that is one cell."""
    values, value, escaped = [], "", False
    for character in cell:
        if escaped or character not in "\\;":
            value, escaped = value + character, False
        elif character == "\\":
            escaped = True
        else:
            values.append(value)
            value = ""
    return [*values, value]


def as_written(value, column):
    """How a value of the API stands in a cell."""
    if isinstance(value, list):
        value = [as_written(one, column) for one in value]
        return value if value else [""]
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def same(records, rows, view):
    """Every value of every record stands in its row."""
    assert len(rows) == len(records)
    rows = {row["key"]: row for row in rows}
    for record in records:
        row = rows[record["key"]]
        for column in columns_of(view.export_serializer()):
            cell = without_apostrophe(row[column.name])
            value = column.value(record)
            if column.kind == "json":
                assert json.loads(cell or "null") == value
            elif isinstance(value, list):
                assert split(cell) == as_written(value, column), (record["key"], column.name)
            else:
                assert cell == as_written(value, column), (record["key"], column.name)


def all_records(client, name):
    found, address = [], f"/api/v1/{name}/?page_size=200&lang=es"
    while address:
        answer = take(client, address).json()
        found += answer["results"]
        address = answer["next"]
    return found


@pytest.mark.parametrize(("name", "format"), EVERY)
def test_every_list_and_record_comes_in_every_format_it_names(client, name, format):
    others = {"sectors": lambda: make.term(directory.Sector, "finance", facet="activity")}
    record = (RECORDS | others).get(name, make.region)()
    key = {"vocabularies": "regions"}.get(name) or getattr(record, "key", "") or key_of(record)
    media_type = BY_NAME[name].formats()[format].media_type
    for address in (f"/api/v1/{name}/", f"/api/v1/{name}/{key}/"):
        found = take(client, f"{address}?format={format}")
        assert found["Content-Type"].split(";")[0] == media_type
        assert found["Access-Control-Allow-Origin"] == "*"
        asked = take(client, address, accept=media_type)
        assert asked["Content-Type"] == found["Content-Type"]
        assert "Accept" in asked["Vary"]
        assert client.head(f"{address}?format={format}").status_code == 200
        if format != "json":
            assert "license" in found["Link"]
            assert found["Content-Disposition"].endswith(f'.{BY_NAME[name].formats()[format].extension}"')


@pytest.mark.parametrize("name", PAGES)
def test_a_page_answers_in_every_format_at_its_own_address(client, name):
    record = RECORDS[name]()
    for format, one in BY_NAME[name].formats().items():
        for address in (f"/fr/{PAGES[name]}", f"/fr/{PAGES[name]}{key_of(record)}/"):
            response = take(client, f"{address}?format={format}")
            assert response["Content-Type"].split(";")[0] == one.media_type
            assert response["Content-Language"] == "fr"
            assert key_of(record) in response.whole.decode(errors="ignore") or format == "xlsx"
    for format in ("exe", "xml", "%00", "x" * 10_000, "csv.exe"):
        assert client.get(f"/fr/{PAGES[name]}?format={format}").status_code == 404
    assert b"<main" in take(client, f"/fr/{PAGES[name]}?format=html").whole
    assert b"<main" in take(client, f"/fr/{PAGES[name]}?format=").whole


def test_a_page_links_to_its_formats_with_its_filters(client):
    make.organisation()
    page = take(client, "/en/organisations/?kind=network&page=1").whole.decode()
    # A spreadsheet of people needs the mark, a program that follows the head of the page does not.
    assert '<a href="?kind=network&amp;format=csv&amp;bom=1" type="text/csv"' in page
    assert '<link rel="alternate" type="text/csv" href="?kind=network&amp;format=csv">' in page
    assert (
        '<link rel="alternate" type="application/geo+json" href="?kind=network&amp;format=geojson">' in page
    )


def test_filters_search_and_language_are_those_of_the_page(client):
    one = make.organisation(slug="one", name="Alianza", country=make.country("SN"))
    make.organisation(slug="two", name="Otra")
    for query in ("country=SN", "q=alianza", "kind=network&country=SN"):
        for address in (f"/en/organisations/?{query}", f"/api/v1/organisations/?{query}&lang=en"):
            (row,) = table(take(client, f"{address}&format=csv").whole)
            assert row["key"] == "one"
            assert row["url"] == f"http://testserver/en/organisations/{one.slug}/"
    assert table(take(client, "/en/organisations/?country=XX&format=csv").whole) == []
    assert take(client, "/en/organisations/?order=none&format=csv", 400).json()["detail"]


# Tables.


def hostile_organisation():
    return make.organisation(
        slug="hostile", name_es='=HYPERLINK("http://evil/","a")', name_fr="+1|cmd", name_en="@SUM(1)",
        acronym="-2+3", aliases=["=A;B", "C\\D", 'say "x", y', "línea\nnueva", ""],
        description="uno;dos\r\n\ttres", latitude=-1.5, longitude=-70.25,
    )  # fmt: skip


def test_a_csv_survives_the_round_trip_and_no_cell_is_a_formula(client):
    hostile_organisation()
    relation = make.organisation(name="; \\")
    make.relation(directory.Organisation.objects.get(slug="hostile"), relation)
    body = take(client, "/api/v1/organisations/?format=csv").whole
    assert not body.startswith(b"\xef\xbb\xbf")
    for row in csv.reader(io.StringIO(body.decode(), newline="")):
        for cell in row:
            assert not re.match(r"[=+@|%\t\r]|-[^0-9]|-\d.*[^0-9.,]", cell), cell
    same(all_records(client, "organisations"), table(body), BY_NAME["organisations"])
    assert table(body)[0]["latitude"] == "-1.5"


def test_a_csv_begins_with_a_byte_order_mark_when_asked(client):
    make.organisation(slug="a", name="Ñandú")
    body = take(client, "/es/organisations/?format=csv&bom=1").whole
    assert body.startswith(b"\xef\xbb\xbfkey,")
    assert table(body)[0]["name_es"] == "Ñandú"
    assert take(client, "/es/organisations/?format=csv&bom=2", 400).json()["detail"]


def test_a_workbook_holds_texts_as_texts_and_describes_its_columns(client):
    hostile_organisation()
    book, rows = workbook(take(client, "/fr/organisations/?format=xlsx").whole)
    row = dict(zip(rows[0], rows[1], strict=True))
    assert row["name_es"] == '=HYPERLINK("http://evil/","a")'
    assert row["latitude"] == -1.5
    cells = {cell.value: cell for cell in next(book.worksheets[0].iter_rows(min_row=2))}
    assert cells[row["name_es"]].data_type == "s"
    meanings = {line[0]: line for line in book.worksheets[1].iter_rows(values_only=True) if line}
    assert [name for name in rows[0] if name not in meanings] == []
    assert book.worksheets[1].title == "Colonnes"
    assert meanings["name_fr"][2] == "Nom. (français)"
    assert any("creativecommons" in str(line) for line in meanings)


def test_a_text_of_any_length_and_control_characters_break_no_workbook(client):
    make.contribution(reference="C-LONG", text="x" * 40_000 + "\x0b", title="\x01\x02=1")
    (row,) = table(take(client, "/api/v1/contributions/?format=csv").whole)
    assert len(row["text_es"]) == 40_001
    _book, rows = workbook(take(client, "/api/v1/contributions/?format=xlsx").whole)
    row = dict(zip(rows[0], rows[1], strict=True))
    assert len(row["text_es"]) == 32_767
    assert row["key"] == "C-LONG"


def test_a_workbook_goes_out_while_its_rows_are_read():
    """The first row is on its way before the last one is asked for, and what went is not kept."""
    view, read = BY_NAME["organisations"], []
    make.organisation(slug="a", name='Fish & "Chips" <ok> ]]>  and  spaces ', sources=[" =1"])
    (record,) = view.records()

    def records():
        for number in range(1000):
            read.append(number)
            yield {**record, "key": f"a-{number}", "founded": number}

    pieces = Export(view, records).write("xlsx")
    first = next(pieces)
    assert len(read) == 1
    assert first.startswith(b"PK")
    rest = list(pieces)
    assert max(map(len, rest)) < 50_000
    book, rows = workbook(first + b"".join(rest))
    assert len(rows) == 1001
    row = dict(zip(rows[0], rows[-1], strict=True))
    assert (row["key"], row["founded"]) == ("a-999", 999)
    assert row["name_es"] == 'Fish & "Chips" <ok> ]]>  and  spaces '
    assert row["sources"] == " =1"
    assert book.worksheets[0].freeze_panes == "B2"
    assert book.worksheets[0].auto_filter.ref.startswith("A1:")


def test_every_column_is_described(client):
    for view in LISTS:
        columns = columns_of(view.export_serializer())
        assert [column.name for column in columns if not column.meaning.strip()] == [], view
        names = [column.name for column in columns]
        assert len(names) == len(set(names)), view


# Maps.


def test_the_columns_of_a_text_are_named_in_the_singular():
    names = [column.name for column in columns_of(BY_NAME["contributions"].export_serializer())]
    assert {"name_es", "summary_fr", "text_en"} <= set(names)
    names = [column.name for column in columns_of(BY_NAME["events"].export_serializer())]
    assert {"theme_es", "organisers_name_fr"} <= set(names)


def test_an_empty_map_is_geojson_too(client):
    assert json.loads(take(client, "/api/v1/events/?format=geojson").whole) == {
        "type": "FeatureCollection", "features": [],
    }  # fmt: skip


# Nothing unpublished, nothing twice, nothing in vain.


def everywhere(client):
    return [
        take(client, f"/api/v1/{view.dataset}/?format={format}").whole
        for view in LISTS
        for format in view.formats()
    ]


def readable(body):
    """The text of an answer, also of a workbook's cells."""
    if body[:2] == b"PK":
        return str(workbook(body)[1])
    return body.decode()


def test_no_format_shows_what_is_not_published(client):
    hidden = [make.organisation(slug="canary-1", latitude=1.25, longitude=77.125), make.agreement(slug="canary-2"),
              make.event(slug="canary-3"), make.meeting(slug="canary-4")]  # fmt: skip
    everything_about(hidden)
    shown = "".join(map(readable, everywhere(client)))
    assert all(f"canary-{n}" in shown for n in (1, 2, 3, 4))
    assert "77.125" in shown
    for record in hidden:
        hide(record)
    shown = "".join(map(readable, everywhere(client)))
    assert "canary" not in shown
    assert "77.125" not in shown


def test_a_long_list_is_read_in_pieces_and_holds_every_record_once(client):
    for number in range(130):
        make.event(slug=f"event-{number}")
    with CaptureQueriesContext(connection) as few:
        rows = table(take(client, "/api/v1/events/?format=csv").whole)
    assert len({row["key"] for row in rows}) == len(rows) == 130
    assert [row["key"] for row in rows] == sorted(row["key"] for row in rows)
    # The version, a piece of 50, one of up to 500.
    assert len(few) <= 4


def test_a_draft_made_while_a_list_is_sent_stays_out_of_it(client):
    for number in range(100, 200):
        make.event(slug=f"event-{number}")
    response = client.get("/api/v1/events/?format=csv")
    pieces = iter(response.streaming_content)
    sent = next(pieces)
    hide(directory.Event.objects.get(slug="event-199"))
    assert b"event-199" not in sent + b"".join(pieces)


@pytest.mark.django_db(transaction=True)
def test_an_unchanged_export_is_not_made_again(client):
    make.organisation(slug="a")
    address = "/api/v1/organisations/?format=csv"
    first = client.get(address)
    for headers in ({"if-none-match": first["ETag"]}, {"if-none-match": f'W/"x", {first["ETag"]}'}):
        with CaptureQueriesContext(connection) as queries:
            again = client.get(address, headers=headers)
        assert (again.status_code, len(queries)) == (304, 2)
        assert again["Access-Control-Allow-Origin"] == "*"
    assert client.get(f"{address}&lang=fr", headers={"if-none-match": first["ETag"]}).status_code == 200
    make.organisation(slug="b")
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_a_stream_travels_compressed_for_those_who_can_read_it(client):
    for number in range(200):
        make.event(slug=f"event-{number}")
    plain = take(client, "/api/v1/events/?format=csv").whole
    packed = take(client, "/api/v1/events/?format=csv", **{"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert zlib.decompress(packed.whole, 31) == plain
    assert len(packed.whole) < len(plain) / 4
