"""The dump: everything published in every format, in one archive.

Every list is read once, within one snapshot of the database, into a file of its records; the formats are
written from that file into the archive one after the other, so its size costs no memory.
"""

import csv
import hashlib
import io
import json
import tempfile
import zipfile
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.encoding import force_bytes

from directory import ontology
from directory.api_parts import LANGUAGES
from directory.formats.columns import columns_of
from directory.formats.export import Export
from directory.formats.linked import to_turtle
from directory.models import PageVersion
from directory.vocabulary import one_version
from ripess_hub.api import LISTS, schema
from ripess_hub.models import Dump

# One at a time, whoever asks.
LOCK = 0x48554244554D50
HOUR = 3
README = """\
{origin}/data/

Everything published here on {day}, in every format.
Todo lo publicado aquí, en todos los formatos.
Tout ce qui est publié ici, dans tous les formats.

Licence / Licencia / Licence: {licence}
Contributions belong to those who wrote them. / Las contribuciones pertenecen a quienes las escribieron. /
Les contributions appartiennent à celles et ceux qui les ont écrites.

columns.csv    what the columns of the tables mean (es, fr, en)
openapi.json   the API
ns.ttl         our own words of linked data

In a table a list is one cell: its values stand in their order with semicolons between them; a semicolon
or a backslash within a value is preceded by a backslash. A text that a spreadsheet would take for a
formula has an apostrophe in front.

{counts}
"""


def make():
    """Make a new dump and forget the older ones; None while somebody else makes one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return None
    try:
        with tempfile.TemporaryFile() as archive:
            made_at, version, keys = write(archive)
            return keep(archive, made_at, version, keys)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def write(archive):
    """Write everything into an open file; return the instant, the page version and the keys in it."""
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        with connection.cursor() as cursor:
            if not connection.savepoint_ids:
                # Every list as of the same instant; within a test's transaction it is so anyway.
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT now()")
            made_at = cursor.fetchone()[0]
        version = PageVersion.current()
        with one_version(version), zipfile.ZipFile(archive, "w") as target:
            keys = {view.dataset: add(target, view) for view in LISTS}
            describe(target, keys, made_at)
    return made_at, version, keys


def keep(archive, made_at, version, keys):
    """Put the archive on the storage; it takes the place of the older ones."""
    archive.seek(0)
    digest = hashlib.file_digest(archive, "sha256").hexdigest()
    size = archive.tell()
    archive.seek(0)
    file = default_storage.save(f"dumps/ripess-hub-{made_at:%Y%m%d-%H%M%S}.zip", File(archive))
    dump = Dump.objects.create(
        made_at=made_at, version=version, file=file, size=size, sha256=digest, keys=keys
    )
    for old in Dump.objects.exclude(pk=dump.pk):
        old.remove()
    return dump


def add(archive, view):
    """Add a list in every format; return the keys of its records."""
    keys = []
    with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
        for record in view.records():
            keys.append(record["key"])
            spool.write(json.dumps(record, ensure_ascii=False) + "\n")
        export = Export(view, partial(lines, spool), address=f"{settings.PUBLIC_ORIGIN}/data/")
        for name, format in view.formats().items():
            middle = "murmurations." if name == "murmurations" else ""
            path = f"{view.dataset}/{view.dataset}.{middle}{format.extension}"
            if name == "json":
                put(archive, path, as_array(spool))
            else:
                compression = zipfile.ZIP_STORED if format.packed else zipfile.ZIP_DEFLATED
                put(archive, path, export.write(name), compression)
    return keys


def lines(spool):
    spool.seek(0)
    return map(json.loads, spool)


def as_array(spool):
    spool.seek(0)
    before = "[\n"
    for line in spool:
        yield before + line.rstrip("\n")
        before = ",\n"
    yield ("[" if before == "[\n" else "") + "\n]\n"


def put(archive, path, pieces, compression=zipfile.ZIP_DEFLATED):
    """Write the pieces, texts or bytes, as a file of the archive."""
    entry = zipfile.ZipInfo(path, date_time=timezone.now().timetuple()[:6])
    entry.compress_type = compression
    with archive.open(entry, "w", force_zip64=True) as target:
        for piece in pieces:
            target.write(force_bytes(piece))


def describe(archive, keys, made_at):
    """What the archive holds, what the columns mean, the API and our words of linked data."""
    counts = "\n".join(f"{name:16}{len(found):>8}" for name, found in keys.items())
    readme = README.format(
        origin=settings.PUBLIC_ORIGIN, day=made_at.date(), licence=settings.DATA_LICENCE, counts=counts
    )
    put(archive, "README.txt", [readme])
    put(archive, "columns.csv", columns())
    put(archive, "openapi.json", [json.dumps(schema("en"), ensure_ascii=False)])
    put(archive, "ns.ttl", to_turtle(ontology))


def columns():
    """One line a column, its meaning in every language."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(["list", "column", "kind", "several", *(f"meaning_{code}" for code in LANGUAGES)])
    for view in LISTS:
        for column in columns_of(view.export_serializer()):
            meanings = []
            for code in LANGUAGES:
                with translation.override(code):
                    meanings.append(column.meaning)
            several = "true" if column.many else "false"
            writer.writerow([view.dataset, column.name, column.kind, several, *meanings])
    yield buffer.getvalue()


# --- What was withdrawn since ---------------------------------------------------------------------


def current():
    """The dump that may be given out: none while something in it is no longer published."""
    dump = Dump.objects.order_by("-made_at").first()
    return dump if dump and holds(dump) else None


def holds(dump):
    """Whether everything in the dump is still published. What was added or corrected since waits for the
    night; each list says what must not be given out again."""
    if dump.version == PageVersion.current():
        return True
    return not any(view.taken_back(set(dump.keys.get(view.dataset, ())), dump.made_at) for view in LISTS)


def due(now):
    """Whether a dump must be made: there is none to give out, or the last one is of the day before."""
    dump = current()
    night = now.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    last_night = night if night <= now else night - timedelta(days=1)
    return dump is None or dump.made_at < last_night
