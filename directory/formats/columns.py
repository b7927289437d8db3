"""A record of the API as one row of a table: the columns, what they mean, and their cells.

The columns follow from the fields the API declares: a text in three languages is three columns, a part
such as the direction of an agreement one column a value, a list one column whose values stand in their
order with semicolons between them.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from rest_framework import serializers

from directory.api_parts import LANGUAGES, Texts, TextsSerializer
from directory.text import language_name

SEPARATOR = ";"


@dataclass(frozen=True)
class Column:
    name: str
    path: tuple
    kind: str
    about: object
    language: str = ""
    many: bool = False

    @property
    def type(self):
        """What kind of value it holds, in the reader's language."""
        kinds = {
            "text": _("text"),
            "number": _("number"),
            "integer": _("whole number"),
            "boolean": _("true or false"),
            "date": _("date, YYYY-MM-DD"),
            "instant": _("date and time, ISO 8601"),
            "json": _("JSON"),
        }
        return kinds[self.kind]

    @property
    def meaning(self):
        """What it means, in the reader's language."""
        if self.language:
            return f"{self.about} ({language_name(self.language)})"
        return str(self.about)

    def value(self, record):
        """The value or the list of values that the record holds there."""
        return dig(record, self.path)

    def cell(self, record):
        """One value; a list as one text."""
        value = dig(record, self.path)
        if isinstance(value, list):
            return SEPARATOR.join(map(within_a_list, value))
        return value


def dig(value, path):
    for position, step in enumerate(path):
        if isinstance(value, list):
            return [dig(one, path[position:]) for one in value]
        value = value.get(step) if value is not None else None
    return value


def within_a_list(value):
    """A value so that the list can be split again: nothing stays empty, a semicolon is preceded by a
    backslash, and so is a backslash."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return str(value).replace("\\", "\\\\").replace(SEPARATOR, f"\\{SEPARATOR}")


KINDS = (
    (serializers.BooleanField, "boolean"),
    (serializers.IntegerField, "integer"),
    (serializers.FloatField, "number"),
    (serializers.DateTimeField, "instant"),
    (serializers.DateField, "date"),
    (serializers.DictField, "json"),
)


def columns_of(serializer_class):
    """The columns of a serializer's records, in the order of its fields."""
    found = []
    for name, field in serializer_class().fields.items():
        found += columns_of_field(name, field, (name,))
    return found


def columns_of_field(name, field, path, about="", many=False):
    field = declared(field)
    about = field.help_text or about
    if isinstance(field, Texts | TextsSerializer):
        singular = f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")
        return [
            Column(f"{singular}_{code}", (*path, code), "text", about, language=code, many=many)
            for code in LANGUAGES
        ]
    if isinstance(field, serializers.ListSerializer):
        return columns_of_field(name, field.child, path, about, many=True)
    if isinstance(field, serializers.Serializer):
        return [
            column
            for inner, part in field.fields.items()
            for column in columns_of_field(f"{name}_{inner}", part, (*path, inner), about, many)
        ]
    many = many or isinstance(field, serializers.ListField)
    kind = next((kind for type, kind in KINDS if isinstance(field, type)), "text")
    return [Column(name, path, kind, about, many=many)]


def declared(field):
    """What a method of the serializer returns, as its annotation says."""
    if not isinstance(field, serializers.SerializerMethodField):
        return field
    method = getattr(field.parent, field.method_name)
    shape = method.__annotations__.get("return") or getattr(method, "_spectacular_annotation", {}).get(
        "field"
    )
    if isinstance(shape, serializers.BaseSerializer):
        shape.help_text = field.help_text
        return shape
    return field
