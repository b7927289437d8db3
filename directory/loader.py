"""Loads the catalogue's files into the database, in one transaction, without undoing what staff did.

Each app says in its module `catalogue_records` which sections of the files it understands. Everything
is read and checked first: all errors are listed at once and nothing is written. Then every field is
merged from three values: what the file says, what was loaded last, and what stands in the database.
Where staff changed a value since, theirs is kept and listed.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import pghistory
import yaml
from django.db import connection, transaction
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _

from directory.catalogue_files import Part, Reader
from directory.models import CatalogueLoad, Publication
from directory.models.publication import Publishable

FOLDER = Path(__file__).parent / "catalogue"


@dataclass(frozen=True, order=True)
class Problem:
    """One error of the files, for people."""

    file: str
    key: str
    field: str
    reason: str

    def __str__(self):
        return f"{self.file}: {self.key or '—'}: {self.field or '—'}: {self.reason}"


class CatalogueError(Exception):
    """The files hold errors; nothing was written."""

    def __init__(self, problems):
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass
class RecordType:
    """How one section of a file becomes the records of one model.

    `entries(data)` yields the section's mappings, `fields` maps their names to fields (see
    `directory.catalogue_fields`), `ignored` are names that are known and not stored.
    """

    model: type
    file: str
    entries: callable
    fields: dict
    key: str = "slug"
    ignored: frozenset = frozenset()
    check: callable = None

    @property
    def name(self):
        return str(self.model._meta.verbose_name)


REGISTRY = []


def register(*types):
    """Add record types in the order they must be written."""
    REGISTRY.extend(types)


def record_types():
    if not REGISTRY:
        autodiscover_modules("catalogue_records")
    return REGISTRY


@dataclass
class Report:
    counts: dict = field(default_factory=dict)
    kept: list = field(default_factory=list)
    missing: list = field(default_factory=list)

    def add(self, name, outcome):
        self.counts.setdefault(name, dict.fromkeys(("created", "updated", "unchanged", "withdrawn"), 0))
        self.counts[name][outcome] += 1

    def total(self, outcome):
        return sum(counts[outcome] for counts in self.counts.values())


class Load:
    """One run: `read` the files, then `write` them."""

    def __init__(self, folder=FOLDER):
        self.folder = Path(folder)
        self.problems = []
        self.repeated = []
        self.entries = {}
        self.pks = {}
        self.report = Report()
        # The models whose records could not be read: who names one is not at fault.
        self.unreadable = set()

    # --- Reading and checking ---------------------------------------------------------------------

    def checksum(self):
        digest = hashlib.sha256()
        for path in sorted(self.folder.glob("*.yaml")):
            if path.is_file():
                digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()

    def read(self):
        """Read and check every section; raise `CatalogueError` with all problems found."""
        documents = {}
        for name in dict.fromkeys(kind.file for kind in record_types()):
            path = self.folder / name
            try:
                content = yaml.load(path.read_bytes(), Reader) or {}
            except FileNotFoundError:
                self.problem(name, "", "", _("the file is missing"))
            except OSError as error:
                self.problem(name, "", "", error.strerror)
            except (yaml.YAMLError, UnicodeDecodeError) as error:
                self.problem(name, "", "", str(error).replace("\n", " "))
            else:
                if isinstance(content, dict):
                    documents[name] = Part(content, parts=True)
                else:
                    self.problem(name, "", "", _("must be a mapping of sections"))
        raw = {}
        for number, kind in enumerate(record_types()):
            if kind.file in documents:
                raw[number] = self.keys_of(kind, documents[kind.file])
                self.known(kind.model).update(raw[number])
            else:
                self.unreadable.add(kind.model)
        for file, part in documents.items():
            for inside, name in part.unread():
                self.problem(file, inside, name, _("this name is unknown"))
        for number, entries in raw.items():
            kind = record_types()[number]
            self.entries[number] = {key: self.checked(kind, key, entry) for key, entry in entries.items()}
        for kind, key, entry in self.repeated:
            self.checked(kind, key, entry)
        if self.problems:
            raise CatalogueError(self.problems)

    def problem(self, file, key, name, reason):
        self.problems.append(Problem(file, str(key), name, str(reason)))

    def known(self, model):
        """The keys of `model` that the files hold or the database has already."""
        if not hasattr(self, "_known"):
            self._known = {}
        if model not in self._known:
            attribute = "slug" if any(f.name == "slug" for f in model._meta.fields) else "key"
            self._known[model] = set(model.objects.values_list(attribute, flat=True))
        return self._known[model]

    def keys_of(self, kind, data):
        entries = {}
        try:
            section = list(kind.entries(data))
        except (KeyError, TypeError, AttributeError) as error:
            self.problem(kind.file, "", "", _("the section of %(name)s cannot be read: %(error)s") % {
                "name": kind.name, "error": error})  # fmt: skip
            self.unreadable.add(kind.model)
            return entries
        for position, entry in enumerate(section):
            if not isinstance(entry, dict) or not isinstance(entry.get("key"), str):
                self.problem(kind.file, f"#{position + 1}", "key", _("a record needs a key in words"))
                continue
            key = entry["key"]
            if key in entries:
                self.problem(kind.file, key, "key", _("stands twice"))
                self.repeated.append((kind, key, entry))
                continue
            entries[key] = {**entry, "position": position}
        return entries

    def checked(self, kind, key, entry):
        """Return the entry's canonical values by file name; note what is wrong with it."""
        values = {}
        key_field = kind.model._meta.get_field(kind.key)
        self.attempt(kind, key, "key", lambda: key_field.clean(key, None))
        for name in entry:
            if name not in kind.fields and name not in kind.ignored and name not in ("key", "position"):
                self.problem(kind.file, key, name, _("this name is unknown"))
        for name, column in kind.fields.items():
            value = entry.get(name)
            if value is None or (column.required and value in ("", [], {})):
                if column.required:
                    self.problem(kind.file, key, name, _("is missing"))
                values[name] = column.empty
                continue
            values[name] = self.attempt(
                kind, key, name, lambda c=column, v=value: c.check(v, kind.model, self), column.empty
            )
        if kind.check:
            for name, reason in kind.check(entry):
                self.problem(kind.file, key, name, reason)
        return values

    def attempt(self, kind, key, name, action, otherwise=None):
        from django.core.exceptions import ValidationError

        try:
            return action()
        except ValidationError as error:
            for message in error.messages:
                self.problem(kind.file, key, name, message)
        except (TypeError, ValueError) as error:
            self.problem(kind.file, key, name, error)
        return otherwise

    # --- Writing ----------------------------------------------------------------------------------

    def write(self, dry_run=False):
        """Write everything in one transaction; with `dry_run`, undo it and keep the report."""
        with transaction.atomic(), pghistory.context(source="catalogue"):
            self.hold()
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL hub.derive = 'off'")
            for number, kind in enumerate(record_types()):
                if number in self.entries:
                    self.write_kind(kind, self.entries[number])
            with connection.cursor() as cursor:
                cursor.execute("SELECT hub_derive_all()")
                cursor.execute("SET LOCAL hub.derive = 'on'")
            CatalogueLoad.objects.create(checksum=self.checksum())
            if dry_run:
                transaction.set_rollback(True)
        if not dry_run:
            self.count_rows()
        return self.report

    @staticmethod
    def hold():
        """Wait for whoever is saving a record, so that what they change is seen, and let whoever begins now
        wait for the end. All before anything is written: who waits then holds nothing that others need.
        Who only names a record, such as a contribution its call, waits for nobody."""
        for model in dict.fromkeys(kind.model for kind in record_types()):
            list(model.objects.order_by("pk").select_for_update(no_key=True).values_list("pk"))

    @staticmethod
    def count_rows():
        """Tell PostgreSQL at once how much there is: it takes new tables for empty, and plans so, until
        its own round comes to them a minute later."""
        tables = connection.introspection.django_table_names(only_existing=True)
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(map(connection.ops.quote_name, tables))}")

    def pk(self, model, key):
        """The primary key of the record of `model` with this key."""
        if model._meta.pk.name == "key":
            return key
        if model not in self.pks:
            self.pks[model] = dict(model.objects.values_list("slug", "pk"))
        return self.pks[model][key]

    def write_kind(self, kind, entries):
        publishable = issubclass(kind.model, Publishable)
        after = {name: column for name, column in kind.fields.items() if column.after_save}
        records = kind.model.objects.prefetch_related(
            *(column.prefetch for column in after.values() if column.prefetch)
        )
        present = {getattr(record, kind.key): record for record in records}
        new, changed = [], []
        for position, (key, values) in enumerate(entries.items()):
            if publishable:
                values = {**values, "publication": Publication.PUBLISHED.value}
            record = present.get(key)
            if record is None:
                record = kind.model(**{kind.key: key})
                if hasattr(record, "position"):
                    record.position = position
                record.loaded = values
                self.put(kind, record, values, after)
                new.append((record, values))
                self.report.add(kind.name, "created")
            elif fresh := self.merge(kind, key, record, values):
                changed.append((record, fresh))
                self.report.add(kind.name, "updated")
            else:
                self.report.add(kind.name, "unchanged")
        kind.model.objects.bulk_create([record for record, _values in new])
        self.pks.pop(kind.model, None)
        for name, column in after.items():
            column.create([(record, values[name]) for record, values in new], self)
        for record, fresh in changed:
            self.put(kind, record, fresh, after)
            record.save()
            for name, column in after.items():
                if name in fresh:
                    column.replace(record, fresh[name], self)
        self.retire(kind, present, entries, publishable)

    def put(self, kind, record, values, after):
        for name, value in values.items():
            if name == "publication":
                record.publication = value
            elif name not in after:
                kind.fields[name].put(record, value, self)

    def merge(self, kind, key, record, values):
        """Return the values to write; keep and list what staff changed since the last load."""
        last = record.loaded or {}
        fresh = {}
        for name, value in values.items():
            current = record.publication if name == "publication" else kind.fields[name].of(record)
            if name not in last and record.loaded is not None:
                last[name] = current
            if current == value:
                continue
            if record.loaded is not None and current == last.get(name):
                fresh[name] = value
            else:
                self.report.kept.append(
                    _("%(type)s %(key)s: %(field)s: kept “%(kept)s” (the file says “%(file)s”)")
                    % {
                        "type": kind.name,
                        "key": key,
                        "field": name,
                        "kept": in_words(current, value),
                        "file": in_words(value, current),
                    }
                )
        if record.loaded != values:
            record.loaded = values
            if not fresh:
                kind.model.objects.filter(pk=record.pk).update(loaded=values)
        return fresh

    def retire(self, kind, present, entries, publishable):
        """What the files no longer hold is withdrawn, never deleted; terms stay and are reported."""
        for key in present.keys() - entries.keys():
            record = present[key]
            if record.loaded is None:
                continue
            if not publishable:
                self.report.missing.append(f"{kind.name} {key}")
            elif record.loaded.get("publication") != Publication.WITHDRAWN:
                record.loaded["publication"] = Publication.WITHDRAWN.value
                kind.model.objects.filter(pk=record.pk).update(loaded=record.loaded)
                if kind.model.objects.filter(pk=record.pk).move("withdraw"):
                    self.report.add(kind.name, "withdrawn")


def in_words(value, other):
    """A value of a field as people read it; of texts by language only those that differ from `other`."""
    if isinstance(value, dict) and isinstance(other, dict):
        differ = ((name, text) for name, text in value.items() if text != other.get(name))
        return "; ".join(f"{name}: {in_words(text, None)}" for name, text in differ)
    if isinstance(value, list):
        return ", ".join(str(in_words(item, None)) for item in value) or "—"
    return "—" if value in (None, "") else value


def changed_since(record):
    """The fields, by name, in which a loaded record says something else than the files last did."""
    kind = next(kind for kind in record_types() if kind.model is type(record))
    loaded = record.loaded
    found = [
        field.attribute
        for name, field in kind.fields.items()
        if name in loaded and field.of(record) != loaded[name]
    ]
    if "publication" in loaded and loaded["publication"] != record.publication:
        found.append("publication")
    return list(dict.fromkeys(found))


def loaded_already(load):
    """Whether these very files were the last ones loaded."""
    return CatalogueLoad.objects.order_by("-pk").values_list("checksum", flat=True).first() == load.checksum()
