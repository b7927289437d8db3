"""CSV and XLSX: one row a record, the same columns in both."""

import csv
import io
import json
import tempfile

import defusedcsv.csv
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

ROWS_AT_ONCE = 100
# What a cell of a workbook can hold.
LONGEST_CELL = 32_767


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


def to_xlsx(export):
    """The workbook as an open temporary file: rows go to the disk as they come."""
    book = Workbook(write_only=True)
    # Excel's limits: 31 characters, none of []:*?/\
    sheet = book.create_sheet(str(export.title)[:31])
    fill(book, sheet, export.columns, export.records())
    describe(book, export)
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    book.save(file)
    file.seek(0)
    return file


def fill(book, sheet, columns, records):
    bold = Font(bold=True)
    for position, column in enumerate(columns, 1):
        width = 12 if column.kind != "text" else 40 if column.language else 24
        sheet.column_dimensions[get_column_letter(position)].width = width
    sheet.freeze_panes = "B2"
    sheet.append([text_cell(sheet, column.name, font=bold) for column in columns])
    rows = 1
    for record in records:
        rows += 1
        sheet.append([sheet_cell(sheet, plain(column, record)) for column in columns])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{rows}"


def sheet_cell(sheet, value):
    if not isinstance(value, str):
        return value
    if not value:
        return None
    value = ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST_CELL]
    # A text that begins with = is a text here, never a formula.
    return text_cell(sheet, value) if value.startswith("=") else value


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
