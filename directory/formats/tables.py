"""CSV and XLSX: one row a record, the same columns in both."""

import csv
import io
import json
import zipfile
from xml.sax.saxutils import escape

import defusedcsv.csv
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

ROWS_AT_ONCE = 100
# What a cell of a workbook can hold, and a sheet.
LONGEST_CELL, MOST_ROWS = 32_767, 1_048_576
# Where the first sheet of a workbook lies.
SHEET = "xl/worksheets/sheet1.xml"


def plain(column, record):
    value = column.cell(record)
    if isinstance(value, bool):
        return "true" if value else "false"
    if column.kind == "json" and value is not None:
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else value


def to_csv(export):
    """The lines of a CSV file: UTF-8, comma, quotes where needed. What a spreadsheet would take for a
    formula gets an apostrophe in front (defusedcsv)."""
    columns, buffer = export.columns, io.StringIO(newline="")
    writer = defusedcsv.csv.writer(buffer, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    if export.bom:
        buffer.write("\ufeff")
    writer.writerow(column.name for column in columns)
    for number, record in enumerate(export.records(), 1):
        writer.writerow([plain(column, record) for column in columns])
        if number % ROWS_AT_ONCE == 0 or number == 1:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


class Outlet(io.RawIOBase):
    """A file that is written and never read: what it was given is taken away piece by piece."""

    def __init__(self):
        self.pieces = []

    def writable(self):
        return True

    def write(self, data):
        self.pieces.append(bytes(data))
        return len(data)

    def take(self):
        taken, self.pieces = b"".join(self.pieces), []
        return taken


def to_xlsx(export):
    """The pieces of a workbook. openpyxl makes all of it but the rows, which are written as they come: it
    would have the whole list on the disk before the first byte could go (docs/decisions.md)."""
    outlet = Outlet()
    with zipfile.ZipFile(frame(export)) as made, zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as book:
        for part in made.namelist():
            with book.open(part, "w") as target:
                before, end, after = made.read(part).partition(b"</sheetData>")
                target.write(before)
                if part == SHEET:
                    for number, row in enumerate(rows(export), 1):
                        target.write(row)
                        if number % ROWS_AT_ONCE == 0 or number == 1:
                            yield outlet.take()
                target.write(end + after)
    yield outlet.take()


def rows(export):
    """The rows below the header, as the format has them; what is empty is left out. A text that begins with
    = is a text here, never a formula."""
    letters = [get_column_letter(position) for position in range(1, len(export.columns) + 1)]
    for number, record in enumerate(export.records(), 2):
        cells = []
        for letter, column in zip(letters, export.columns, strict=True):
            value = plain(column, record)
            if isinstance(value, str):
                value = escape(ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST_CELL])
                if value:
                    text = f'<is><t xml:space="preserve">{value}</t></is>'
                    cells.append(f'<c r="{letter}{number}" t="inlineStr">{text}</c>')
            else:
                cells.append(f'<c r="{letter}{number}"><v>{value}</v></c>')
        yield f'<row r="{number}">{"".join(cells)}</row>'.encode()


def frame(export):
    """The workbook without its rows: an open file."""
    book, bold = Workbook(write_only=True), Font(bold=True)
    # Excel's limits: 31 characters, none of []:*?/\
    sheet = book.create_sheet(str(export.title)[:31])
    for position, column in enumerate(export.columns, 1):
        width = 12 if column.kind != "text" else 40 if column.language else 24
        sheet.column_dimensions[get_column_letter(position)].width = width
    sheet.freeze_panes = "B2"
    sheet.append([text_cell(sheet, column.name, font=bold) for column in export.columns])
    # How many rows come is not known yet: all that a sheet may have.
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(export.columns))}{MOST_ROWS}"
    describe(book, export)
    file = io.BytesIO()
    book.save(file)
    return file


def text_cell(sheet, value, font=None, wrap=False):
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    if font:
        cell.font = font
    if wrap:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def describe(book, export):
    """The sheet that says what the workbook is and what its columns mean."""
    sheet, bold = book.create_sheet(_("Columns")[:31]), Font(bold=True)
    for letter, width in (("A", 30), ("B", 26), ("C", 90)):
        sheet.column_dimensions[letter].width = width
    for line in (
        [str(export.title)],
        [str(export.about)],
        [f"{_('Source')}: {export.address}"],
        [f"{_('Made on')}: {timezone.now():%Y-%m-%d %H:%M} UTC"],
        [f"{_('Licence')}: {export.licence}"],
        [_("A list is one cell: its values stand in their order with semicolons between them; a semicolon within a value is preceded by a backslash.")],
        [_("A text longer than 32,767 characters is cut here; CSV and JSON hold it whole.")],
        [],
    ):  # fmt: skip
        sheet.append([text_cell(sheet, text) for text in line])
    sheet.append([text_cell(sheet, text, font=bold) for text in (_("Column"), _("Type"), _("Meaning"))])
    for column in export.columns:
        kind = f"{column.type}, {_('several')}" if column.many else column.type
        sheet.append([text_cell(sheet, text, wrap=True) for text in (column.name, kind, column.meaning)])
