"""Two records of one organisation become one: everything that names the one then names the other."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.utils.translation import gettext as _
from psycopg.errors import UniqueViolation

from directory.models import Agreement, NotAllowed, Organisation, Publication
from directory.search import NearestName, clean_query, resembling
from directory.search_fields import HubSort

# What the record that stays says of itself is not added to.
OWN = (Organisation.regions.through, Organisation.sectors.through)
# How much of the trigrams of two whole names is the same where people should look twice. Of 150 records of
# the catalogue, which are different bodies, 46 had others alike at 0.55, 18 at 0.65.
ALIKE = 0.65


class NotOne(NotAllowed):
    """They cannot be one organisation; `sentence` says why. Nothing was changed."""

    def __init__(self, sentence):
        super().__init__(sentence)
        self.sentence = sentence


def pointers():
    """`(model, field)` of each foreign key to an organisation, in every app and in the tables of
    many-to-many fields; the history keeps what it was told."""
    for relation in Organisation._meta.get_fields(include_hidden=True):
        model = getattr(relation, "related_model", None)
        if not relation.auto_created or relation.concrete or relation.many_to_many or model in OWN:
            continue
        if not hasattr(model, "pgh_tracked_model"):
            yield model, relation.field.name


def mentions(organisation):
    """How many records of whatever kind name the organisation."""
    return sum(model._base_manager.filter(**{field: organisation}).count() for model, field in pointers())


def merge(gone, into):
    """Let everything that names `gone` name `into`, and lead readers of the address of `gone` there.

    The names of `gone` become aliases; its other values are kept in its record, which is withdrawn.
    What would then be said twice is said once. Raises `NotOne` for an organisation and itself, for one
    merged already, and for two that have an agreement with each other.
    """
    with transaction.atomic():
        locked = Organisation.objects.order_by("pk").select_for_update().in_bulk([gone.pk, into.pk])
        if len(locked) < 2:
            raise NotOne(_("Choose two different organisations."))
        gone, into = locked[gone.pk], locked[into.pk]
        for record in (gone, into):
            if record.merged_into_id:
                raise NotOne(_("“%(name)s” was merged already.") % {"name": record})
        between = (
            Agreement.objects.filter(parties__organisation=gone)
            .filter(pk__in=Agreement.objects.filter(parties__organisation=into).values("pk"))
            .first()
        )
        if between:
            raise NotOne(
                _(
                    "“%(one)s” and “%(other)s” are both parties to “%(agreement)s”: they are not one, or it has a party too many."
                )
                % {"one": gone, "other": into, "agreement": between}
            )
        for model, field in pointers():
            for row in model._base_manager.filter(**{field: gone}).values_list("pk", flat=True):
                move(model._base_manager.filter(pk=row), field, into)
        known = {into.name, into.acronym, *into.aliases, *names_of(into)}
        into.aliases = [*into.aliases, *(name for name in names_of(gone) if name and name not in known)]
        into.save(update_fields=["aliases", "updated_at"])
        Organisation.objects.filter(pk=gone.pk).update(merged_into=into, publication=Publication.WITHDRAWN)


def move(row, field, into):
    """Point the row at `into`, or remove it where it would say what is said already, or say it of itself.
    Anything else that the database refuses ends the merge: no row goes for a reason nobody foresaw."""
    try:
        with transaction.atomic():
            row.update(**{field: into})
    except IntegrityError as refused:
        said_twice = isinstance(refused.__cause__, UniqueViolation)
        if not said_twice and refused.__cause__.diag.constraint_name != "relation_distinct":
            raise
        row.delete()


def look_alikes(organisation, most=5):
    """Organisations, public or not, that have a whole name, an acronym or an alias much like one of this
    one's: nearest first."""
    others = Organisation.objects.filter(merged_into=None).exclude(pk=organisation.pk).without_bulk()
    nearest = {}
    for name in filter(None, map(clean_query, names_of(organisation))):
        found = resembling(others, name).annotate(near=NearestName(HubSort(Value(name)), F("name_keys")))
        for other in found.filter(near__gte=ALIKE).order_by("-near", "slug")[:most]:
            if other.pk not in nearest or nearest[other.pk].near < other.near:
                nearest[other.pk] = other
    return sorted(nearest.values(), key=lambda other: (-other.near, other.slug))[:most]


def names_of(organisation):
    """Each of its names, acronyms and aliases once, in the order of the languages."""
    names = [
        getattr(organisation, f"{field}_{language}") or ""
        for field in ("name", "acronym")
        for language, _label in settings.LANGUAGES
    ]
    return list(dict.fromkeys([*names, *organisation.aliases]))
