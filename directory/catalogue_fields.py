"""The kinds of values a catalogue file may hold: how each is checked, compared and stored.

Every field turns a file's value into a canonical one (what JSON can hold), so that the file, the
database and the last load can be compared.
"""

import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from directory.search import UNSEARCHABLE

LANGUAGES = ("es", "fr", "en")


def wrong_type(expected):
    return ValidationError(_("must be %(expected)s") % {"expected": expected})


class Field:
    """A value stored in one column, `attribute`."""

    after_save = False
    empty = None

    def __init__(self, attribute, *, required=False, empty=None):
        self.attribute, self.required = attribute, required
        if empty is not None:
            self.empty = empty

    def check(self, value, model, load):
        """Return the canonical value, or raise `ValidationError` with the reason."""
        raise NotImplementedError

    def of(self, record):
        return getattr(record, self.attribute)

    def put(self, record, value, load):
        setattr(record, self.attribute, value)

    def column(self, model):
        return model._meta.get_field(self.attribute)


def words(value, column=None):
    """Return `value` if it is text that can be stored in `column`."""
    if not isinstance(value, str):
        raise wrong_type(_("text"))
    if UNSEARCHABLE.sub("", value.replace("\n", "").replace("\t", "")) != value.replace("\n", "").replace(
        "\t", ""
    ):
        raise ValidationError(_("holds a control character"))
    if column is not None:
        column.clean(value, None)
    return value


class Text(Field):
    empty = ""

    def check(self, value, model, load):
        return words(value, self.column(model))


class Texts(Field):
    """A text in the three languages; `partial` allows some to be missing."""

    def __init__(self, attribute, *, required=False, partial=False):
        super().__init__(attribute, required=required)
        self.partial = partial
        self.empty = dict.fromkeys(LANGUAGES, "")

    def check(self, value, model, load):
        if not isinstance(value, dict):
            raise wrong_type(_("a text by language"))
        problems = [
            ValidationError(_("the language “%(code)s” is unknown") % {"code": code})
            for code in value
            if code not in LANGUAGES
        ]
        texts = {}
        for code in LANGUAGES:
            try:
                if not value.get(code) or (isinstance(value[code], str) and not value[code].strip()):
                    if not self.partial:
                        raise ValidationError(_("is missing"))
                    texts[code] = ""
                else:
                    texts[code] = words(value[code], model._meta.get_field(f"{self.attribute}_{code}"))
            except ValidationError as error:
                problems += [ValidationError(f"{code}: {message}") for message in error.messages]
        if problems:
            raise ValidationError(problems)
        return texts

    def of(self, record):
        return {code: getattr(record, f"{self.attribute}_{code}") or "" for code in LANGUAGES}

    def put(self, record, value, load):
        for code in LANGUAGES:
            setattr(record, f"{self.attribute}_{code}", value[code])


class Integer(Field):
    def check(self, value, model, load):
        if not isinstance(value, int) or isinstance(value, bool):
            raise wrong_type(_("a whole number"))
        return self.column(model).clean(value, None)


class Coordinate(Field):
    """Degrees; `limit` is 90 for a latitude, 180 for a longitude."""

    def __init__(self, attribute, limit):
        super().__init__(attribute)
        self.limit = limit

    def check(self, value, model, load):
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise wrong_type(_("a number of degrees"))
        if not -self.limit <= value <= self.limit:
            raise ValidationError(
                _("must lie between −%(limit)s and %(limit)s degrees") % {"limit": self.limit}
            )
        return float(value)


class Date(Field):
    def check(self, value, model, load):
        if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
            raise wrong_type(_("a date such as 2016-09-07"))
        return value.isoformat()

    def of(self, record):
        value = super().of(record)
        return value.isoformat() if value else None

    def put(self, record, value, load):
        super().put(record, datetime.date.fromisoformat(value) if value else None, load)


class Boolean(Field):
    empty = False

    def check(self, value, model, load):
        if not isinstance(value, bool):
            raise wrong_type(_("true or false"))
        return value


class Strings(Field):
    """A list of texts in an array column; `of_languages` allows only language codes."""

    empty = ()

    def __init__(self, attribute, *, required=False, of_languages=False):
        super().__init__(attribute, required=required)
        self.of_languages = of_languages
        self.empty = []

    def check(self, value, model, load):
        if not isinstance(value, list):
            raise wrong_type(_("a list"))
        base = self.column(model).base_field
        found = [words(item, base) for item in value]
        if self.of_languages and not set(found) <= set(LANGUAGES):
            raise ValidationError(_("holds an unknown language"))
        if len(set(found)) != len(found):
            raise ValidationError(_("holds the same value twice"))
        return found

    def of(self, record):
        return list(super().of(record))


def known_key(key, model, load):
    if not isinstance(key, str):
        raise wrong_type(_("a key"))
    if key not in load.known(model) and model not in load.unreadable:
        raise ValidationError(
            _("“%(key)s” is not among the %(name)s")
            % {"key": key[:80], "name": model._meta.verbose_name_plural}
        )
    return key


class Key(Field):
    """A reference to a term, region, country or record, by its key."""

    def __init__(self, attribute, target, *, required=False):
        super().__init__(attribute, required=required)
        self.target = target

    def check(self, value, model, load):
        return known_key(value, self.target, load)

    def of(self, record):
        pk = getattr(record, f"{self.attribute}_id")
        if pk is None or self.target._meta.pk.name == "key":
            return pk
        return getattr(record, self.attribute).slug

    def put(self, record, value, load):
        setattr(record, f"{self.attribute}_id", None if value is None else load.pk(self.target, value))


class Later(Key):
    """A reference to a record of the same kind: written when all of them are there."""

    after_save = True
    prefetch = None

    def __init__(self, attribute, target):
        super().__init__(attribute, target)
        self.prefetch = attribute

    def create(self, pairs, load):
        for record, value in pairs:
            if value is not None:
                self.replace(record, value, load)

    def replace(self, record, value, load):
        self.put(record, value, load)
        type(record).objects.filter(pk=record.pk).update(
            **{f"{self.attribute}_id": getattr(record, f"{self.attribute}_id")}
        )


class Keys(Field):
    """References in a many-to-many table."""

    after_save = True

    def __init__(self, attribute, target, *, required=False):
        super().__init__(attribute, required=required)
        self.target, self.prefetch, self.empty = target, attribute, []

    def check(self, value, model, load):
        if not isinstance(value, list):
            raise wrong_type(_("a list of keys"))
        if len(set(map(str, value))) != len(value):
            raise ValidationError(_("holds the same key twice"))
        problems = []
        for key in value:
            try:
                known_key(key, self.target, load)
            except ValidationError as error:
                problems.append(error)
        if problems:
            raise ValidationError(problems)
        return sorted(value)

    def of(self, record):
        name = "key" if self.target._meta.pk.name == "key" else "slug"
        return sorted(getattr(other, name) for other in getattr(record, self.attribute).all())

    def create(self, pairs, load):
        if not pairs:
            return
        through = type(pairs[0][0])._meta.get_field(self.attribute).remote_field.through
        relation = type(pairs[0][0])._meta.get_field(self.attribute)
        source, target = f"{relation.m2m_field_name()}_id", f"{relation.m2m_reverse_field_name()}_id"
        through.objects.bulk_create(
            through(**{source: record.pk, target: load.pk(self.target, key)})
            for record, keys in pairs
            for key in keys
        )

    def replace(self, record, value, load):
        getattr(record, self.attribute).set([load.pk(self.target, key) for key in value])


class Mappings(Field):
    """Everything else a term says, such as its identifiers in other vocabularies."""

    empty = None

    def __init__(self, names):
        super().__init__("mappings")
        self.names = names
        self.empty = {}

    def check(self, value, model, load):
        """A text or a list of texts under each name."""
        for found in value.values():
            for item in found if isinstance(found, list) else [found]:
                words(item)
        return value
