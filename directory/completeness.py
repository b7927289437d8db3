"""How much of the texts that staff write there is in each language."""

from collections import Counter, namedtuple
from functools import reduce
from operator import add, or_

from django.conf import settings
from django.db.models import Count, Q
from modeltranslation.translator import translator

from directory.models import Agreement, Event, Organisation
from directory.vocabulary import once_a_version

LANGUAGES = [code for code, _name in settings.LANGUAGES]
# What a body is called for short, and what an agreement is called where it was signed, is no translation.
NOT_TRANSLATED = {"acronym", "official_title"}


class Share(namedtuple("Share", "language there needed")):
    """How many texts there are in a language, of those that at least one language has."""

    @property
    def part(self):
        """The part, from 0 to 1, rounded down to a hundredth: 1 is all of them."""
        return 100 * self.there // self.needed / 100


def fields_of(model):
    """The fields of the model that are to be translated."""
    return [name for name in translator.get_options_for_model(model).fields if name not in NOT_TRANSLATED]


def written(field, language):
    return Q(**{f"{field}_{language}__gt": ""})


def written_at_all(field):
    return reduce(or_, (written(field, language) for language in LANGUAGES))


def texts(queryset, by=None):
    """Count the texts of the records, `{of: Counter}` with the languages and "needed" as keys; `of` is
    the value of the column `by`, or None for all together."""
    fields = fields_of(queryset.model)
    sums = {
        f"in_{language}": reduce(add, (Count("pk", filter=written(field, language)) for field in fields))
        for language in LANGUAGES
    }
    sums["needed"] = reduce(add, (Count("pk", filter=written_at_all(field)) for field in fields))
    rows = queryset.order_by()
    rows = rows.values(by).annotate(**sums) if by else [rows.aggregate(**sums)]
    return {row.get(by): Counter({name.removeprefix("in_"): row[name] or 0 for name in sums}) for row in rows}


def shares(counted):
    """A `Share` for each language; none where there are no texts at all."""
    return [Share(code, counted[code], counted["needed"]) for code in LANGUAGES] if counted["needed"] else []


@once_a_version
def of_the_directory():
    """The shares of what is published, by model."""
    return {
        model: shares(texts(model.objects.published())[None]) for model in (Organisation, Agreement, Event)
    }


def missing_in(queryset, language):
    """The records that lack a text in `language` which they have in another one."""
    lacking = (written_at_all(field) & ~written(field, language) for field in fields_of(queryset.model))
    return queryset.filter(reduce(or_, lacking))


def older(record):
    """`[(field, language, since)]` of the texts that stand unchanged since another language's was
    changed: since then they may say something else."""
    rows = list(record.history.order_by("pgh_id"))
    found = []
    for field in fields_of(type(record)):
        changed = {}
        for language in LANGUAGES:
            name, before = f"{field}_{language}", None
            for row in rows:
                if (getattr(row, name) or "") != (before or ""):
                    changed[language] = row
                before = getattr(row, name)
        newest = max(changed.values(), key=lambda row: row.pgh_id, default=None)
        found += [
            (field, language, newest.pgh_created_at)
            for language in LANGUAGES
            if changed.get(language, newest) is not newest and getattr(record, f"{field}_{language}")
        ]
    return found
