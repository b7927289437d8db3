"""What the catalogue's files are to whoever reads them: YAML in which nothing is overlooked."""

import yaml
from django.utils.translation import gettext as _


class Duplicate(yaml.YAMLError):
    pass


# What may be the name of a value: a word, or YAML's own sign that joins mappings.
NAMES = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"}


class Reader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML in which a name is a word and may stand once in a mapping."""

    def construct_object(self, node, deep=False):
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError) as error:
            raise yaml.YAMLError(
                _("line %(line)s: a value that cannot be read (%(error)s)")
                % {"line": node.start_mark.line + 1, "error": error}
            ) from error

    def construct_mapping(self, node, deep=False):
        seen = set()
        for name, _value in node.value:
            if name.tag not in NAMES:
                raise yaml.YAMLError(
                    _("line %(line)s: a name must be a word") % {"line": name.start_mark.line + 1}
                )
            if name.value in seen:
                raise Duplicate(
                    _("line %(line)s: “%(name)s” stands twice")
                    % {"line": name.start_mark.line + 1, "name": name.value}
                )
            seen.add(name.value)
        return super().construct_mapping(node, deep)

    def construct_timestamp(self, node):
        """A day that no calendar has, such as 31 February, stays text: its field says what is wrong."""
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return node.value


Reader.add_constructor("tag:yaml.org,2002:timestamp", Reader.construct_timestamp)


class Part(dict):
    """A part of a file, which notes what was read of it: nobody knows the rest."""

    # Known, and not loaded.
    ASIDE = frozenset({"version", "languages", "call_states"})

    def __init__(self, content, parts=False):
        super().__init__(content)
        self.read = set()
        for name in content if parts else ():
            if isinstance(content[name], dict):
                super().__setitem__(name, Part(content[name]))

    def __getitem__(self, name):
        self.read.add(name)
        return super().__getitem__(name)

    def get(self, name, default=None):
        self.read.add(name)
        return super().get(name, default)

    def records(self, name):
        """The section `name`, which is a list."""
        if not isinstance(self[name], list):
            raise TypeError(_("“%(name)s” must be a list") % {"name": name})
        return self[name]

    def unread(self, inside=""):
        """`(part, name)` of what nobody read here and in the parts of this one."""
        for name, value in self.items():
            if name not in self.read | self.ASIDE:
                yield inside, name
            elif isinstance(value, Part):
                yield from value.unread(name)
