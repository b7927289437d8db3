"""The description of the data as a catalogue (DCAT): every list with its formats, counts and columns, the
API, the dump, under which licence and as of when."""

import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from directory.api_parts import LANGUAGES, permanent
from directory.formats.columns import columns_of
from directory.formats.linked import node, typed
from directory.freshness import last_change
from directory.ontology import by_language
from ripess_hub import dump
from ripess_hub.api import LISTS

MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
EU = "http://publications.europa.eu/resource/authority/"
LANGUAGE = {"es": "SPA", "fr": "FRA", "en": "ENG"}
TITLE = _("Organisations, agreements and working groups of the social and solidarity economy")
ABOUT = _(
    "A directory of organisations and networks, the cooperation agreements between them by continent and "
    "sector, the events where they meet and the working groups that study them."
)
KINDS = {
    "text": "string",
    "number": "double",
    "integer": "integer",
    "boolean": "boolean",
    "date": "date",
    "instant": "dateTime",
    "json": "string",
}


def count(view):
    """How many records a list has; of the vocabularies, how many terms."""
    if view.queryset is None:
        return sum(model.objects.count() for model in view.tables.values())
    return view.queryset.order_by().count()


def counts():
    return {view.dataset: count(view) for view in LISTS}


class Catalogue:
    """What the writers of linked data ask for."""

    def __init__(self, origin):
        self.origin = origin
        self.licence = {"@id": settings.DATA_LICENCE}
        _version, changed = last_change()
        changed = datetime.datetime.fromtimestamp(changed, datetime.UTC) if changed else None
        self.modified = typed(changed and changed.isoformat().replace("+00:00", "Z"), "dateTime")
        self.languages = [{"@id": f"{EU}language/{LANGUAGE[code]}"} for code in LANGUAGES]
        self.address = f"{origin}/data/"

    def nodes(self):
        found = dump.current()
        sets = [permanent("datasets", view.dataset) for view in LISTS]
        whole = permanent("datasets", "everything")
        service = permanent("datasets", "api")
        yield node(
            self.address,
            ["dcat:Catalog"],
            dcterms__title=by_language(TITLE),
            dcterms__description=by_language(ABOUT),
            dcterms__license=self.licence,
            dcterms__language=self.languages,
            dcterms__modified=self.modified,
            dcterms__publisher=self.publisher(),
            foaf__homepage={"@id": f"{self.origin}/"},
            dcat__themeTaxonomy={"@id": permanent("vocabularies", "sectors")},
            dcat__dataset=[{"@id": id} for id in ([*sets, whole] if found else sets)],
            dcat__service={"@id": service},
        )
        for view, number in zip(LISTS, counts().values(), strict=True):
            yield self.dataset(view, number)
        if found:
            yield self.everything(whole, found)
        yield node(
            service,
            ["dcat:DataService"],
            dcterms__title=by_language(_("Read API")),
            dcterms__license=self.licence,
            dcat__endpointURL={"@id": f"{self.origin}/api/v1/"},
            dcat__endpointDescription={"@id": f"{self.origin}/api/v1/schema/"},
            dcat__servesDataset=[{"@id": id} for id in sets],
        )

    def publisher(self):
        return node(
            None,
            ["foaf:Organization"],
            foaf__name=by_language(_("SSE Collaborations, coordinated by RIPESS")),
            foaf__homepage={"@id": f"{self.origin}/"},
        )

    def dataset(self, view, number):
        return node(
            permanent("datasets", view.dataset),
            ["dcat:Dataset"],
            dcterms__title=by_language(view.title),
            dcterms__description=by_language(view.about),
            dcterms__license=self.licence,
            dcterms__language=self.languages,
            dcterms__modified=self.modified,
            dcterms__publisher=self.publisher(),
            dcterms__accrualPeriodicity={"@id": f"{EU}frequency/UPDATE_CONT"},
            dcat__landingPage={"@id": f"{self.address}#{view.dataset}"},
            void__entities=number,
            dcat__distribution=[self.distribution(view, one) for one in view.formats().values()],
            csvw__tableSchema=node(
                None,
                ["csvw:Schema"],
                csvw__column=[
                    node(
                        None,
                        ["csvw:Column"],
                        csvw__name=column.name,
                        csvw__datatype=f"xsd:{KINDS[column.kind]}",
                        csvw__separator=";" if column.many else None,
                        csvw__lang=column.language,
                        dcterms__description=by_language_of(column),
                    )
                    for column in columns_of(view.export_serializer())
                ],
            ),
        )

    def distribution(self, view, format):
        address = f"{self.origin}{reverse(f'api:{view.dataset}-list')}?format={format.name}"
        return node(
            None,
            ["dcat:Distribution"],
            dcterms__title=format.label,
            dcterms__description=by_language(format.about),
            dcterms__license=self.licence,
            dcat__accessURL={"@id": address},
            dcat__downloadURL={"@id": address} if format.name != "json" else None,
            dcat__mediaType={"@id": MEDIA_TYPES + format.media_type},
        )

    def everything(self, id, found):
        """The dump."""
        address = self.origin + reverse("dump")
        made = found.made_at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return node(
            id,
            ["dcat:Dataset"],
            dcterms__title=by_language(_("Everything in one archive")),
            dcterms__description=by_language(_("Every list in every format, made each night.")),
            dcterms__license=self.licence,
            dcterms__modified=typed(made, "dateTime"),
            dcterms__accrualPeriodicity={"@id": f"{EU}frequency/DAILY"},
            dcat__landingPage={"@id": f"{self.address}#everything"},
            dcat__distribution=node(
                None,
                ["dcat:Distribution"],
                dcterms__title="ZIP",
                dcterms__license=self.licence,
                dcat__accessURL={"@id": address},
                dcat__downloadURL={"@id": address},
                dcat__mediaType={"@id": f"{MEDIA_TYPES}application/zip"},
                dcat__byteSize=typed(found.size, "nonNegativeInteger"),
                spdx__checksum=node(
                    None,
                    ["spdx:Checksum"],
                    spdx__algorithm={"@id": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"},
                    spdx__checksumValue=typed(found.sha256, "hexBinary"),
                ),
            ),
        )


def by_language_of(column):
    """The meaning of a column in every language."""
    found = []
    for code in LANGUAGES:
        with translation.override(code):
            found.append({"@value": column.meaning, "@language": code})
    return found
