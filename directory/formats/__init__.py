"""The formats in which every list and record can be taken away.

One table names them. A view set offers the formats that its data can be given in, and everything else
(the API, `?format=` on pages, the dump, the description of the data, the schema) follows from here.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Format:
    name: str
    extension: str
    media_type: str
    label: str
    about: Promise
    # What a view set must say of its records for this format; every one has columns.
    needs: str = ""
    # A file to keep, rather than something a program reads at once.
    download: bool = False
    # Compressed by itself.
    packed: bool = False
    # What a link for people asks for besides.
    for_people: str = ""

    @property
    def format(self):
        """Its name, as the framework's renderers call theirs."""
        return self.name


FORMATS = {
    one.name: one
    for one in (
        Format("json", "json", "application/json", "JSON", _("for programs, in pages")),
        Format(
            "csv",
            "csv",
            "text/csv",
            "CSV",
            _("a table, for any spreadsheet or statistics"),
            download=True,
            # Excel takes a file without the mark for another encoding: “CooperaciÃ³n”.
            for_people="&bom=1",
        ),
        Format(
            "xlsx",
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "XLSX",
            _("a workbook, with a sheet that describes the columns"),
            download=True,
            packed=True,
        ),
        Format("geojson", "geojson", "application/geo+json", "GeoJSON", _("for maps"), needs="geometry"),
        Format(
            "jsonld", "jsonld", "application/ld+json", "JSON-LD", _("linked data, as JSON"), needs="describe"
        ),
        Format("ttl", "ttl", "text/turtle", "Turtle", _("linked data, as Turtle"), needs="describe"),
        # The same type as JSON, which goes first: only `?format=` asks for it.
        Format(
            "murmurations",
            "json",
            "application/json",
            "Murmurations",
            _("profiles for the Murmurations network; of a list, their addresses"),
            needs="profile",
        ),
    )
}
