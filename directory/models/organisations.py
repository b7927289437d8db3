from collections import namedtuple

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from directory.models.publication import Entry, EntryQuerySet, Publication, address
from directory.search_fields import search_column, sort_column

YEARS = [MinValueValidator(1500), MaxValueValidator(2100)]


def coordinates_constraints(name):
    """Both or neither, and on the globe."""
    return [
        models.CheckConstraint(
            condition=Q(latitude__isnull=True, longitude__isnull=True)
            | Q(
                latitude__isnull=False,
                longitude__isnull=False,
                latitude__range=(-90, 90),
                longitude__range=(-180, 180),
            ),
            name=f"{name}_coordinates",
            violation_error_message=_(
                "Give both coordinates or neither: latitude from −90 to 90, longitude from −180 to 180."
            ),
        )
    ]


class HubSeat(Func):
    """The key of a seat, `CH-geneva`, from its country and city; null without coordinates."""

    function = "hub_seat"
    output_field = models.TextField()


# The columns no list shows: search, sorting and what the catalogue loaded.
BULK = (
    "search_es", "search_fr", "search_en", "context_es", "context_fr", "context_en",
    "name_keys", "names_text", "sort_es", "sort_fr", "sort_en", "seat_key", "loaded",
)  # fmt: skip


# What a link to an organisation needs: its address, whether it is public, how it is called.
NAMES = (
    "slug", "publication", "name_es", "name_fr", "name_en", "acronym_es", "acronym_fr", "acronym_en",
)  # fmt: skip


class Named(namedtuple("Named", NAMES)):
    """An organisation as far as a link to it needs, from a row of values: pages link to dozens."""

    def get_absolute_url(self):
        return address("directory:organisation", self.slug)


class OrganisationQuerySet(EntryQuerySet):
    def named(self):
        """Only what a link needs."""
        return self.only(*NAMES)

    def rows(self):
        """Only what a row of a list shows."""
        return self.only(*NAMES, "kind", "scope", "city", "country", "sector_keys", "status")

    def standing_for(self, slug):
        """The published record into which that of the key `slug` was merged, if that is not public
        itself."""
        merged = self.model.objects.filter(slug=slug).exclude(publication=Publication.PUBLISHED)
        return self.published().filter(pk__in=merged.values("merged_into")).first()

    def without_bulk(self):
        """Leave out the columns no list shows."""
        return self.defer(*BULK)


class Organisation(Entry):
    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        CLOSED = "closed", _("Closed")

    name = models.CharField(_("name"), max_length=300)
    acronym = models.CharField(_("acronym"), max_length=60, blank=True)
    names_translated = ArrayField(
        models.CharField(max_length=5),
        default=list,
        blank=True,
        verbose_name=_("languages of translated names"),
        help_text=_("Languages in which the body has no official name: the name there is ours."),
    )
    aliases = ArrayField(
        models.CharField(max_length=300),
        default=list,
        blank=True,
        verbose_name=_("aliases"),
        help_text=_("Other names and acronyms met in documents."),
    )
    description = models.TextField(_("description"), blank=True)
    kind = models.ForeignKey("OrganisationKind", models.PROTECT, related_name="+", verbose_name=_("kind"))
    scope = models.ForeignKey("Scope", models.PROTECT, related_name="+", verbose_name=_("scope"))
    regions = models.ManyToManyField("Region", blank=True, related_name="+", verbose_name=_("regions"))
    sectors = models.ManyToManyField("Sector", blank=True, related_name="+", verbose_name=_("sectors"))
    country = models.ForeignKey(
        "Country",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("country of the seat"),
    )
    city = models.CharField(_("city"), max_length=120, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    founded = models.PositiveSmallIntegerField(
        _("year of foundation"), null=True, blank=True, validators=YEARS
    )
    website = models.URLField(_("website"), max_length=500, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE)

    # The record that stands for it now: two records were of one organisation (`directory.merging`).
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("merged into")
    )

    # Derived by the database (migration `derived_columns`), never written by Python.
    place_keys = ArrayField(models.TextField(), default=list, editable=False)
    sector_keys = ArrayField(models.TextField(), default=list, editable=False)
    name_keys = ArrayField(models.TextField(), default=list, editable=False)
    names_text = models.TextField(default="", editable=False)
    context_es = models.TextField(default="", editable=False)
    context_fr = models.TextField(default="", editable=False)
    context_en = models.TextField(default="", editable=False)
    search_es = search_column("es", names=("acronym", "name"), context=("context",), body=("description",))
    search_fr = search_column("fr", names=("acronym", "name"), context=("context",), body=("description",))
    search_en = search_column("en", names=("acronym", "name"), context=("context",), body=("description",))
    sort_es = sort_column("es", "name")
    sort_fr = sort_column("fr", "name")
    sort_en = sort_column("en", "name")
    # Organisations of one city share a seat on the map.
    seat_key = models.GeneratedField(
        expression=HubSeat(F("country"), F("city"), F("latitude")),
        output_field=models.TextField(null=True),
        db_persist=True,
        editable=False,
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            *coordinates_constraints("organisation"),
            models.CheckConstraint(
                condition=Q(founded__isnull=True) | Q(founded__range=(1500, 2100)),
                name="organisation_founded",
                violation_error_message=_("The year of foundation must lie between 1500 and 2100."),
            ),
        ]
        indexes = [
            GinIndex(fields=["search_es"], name="organisation_search_es"),
            GinIndex(fields=["search_fr"], name="organisation_search_fr"),
            GinIndex(fields=["search_en"], name="organisation_search_en"),
            GinIndex(fields=["name_keys"], name="organisation_name_keys"),
            GinIndex(OpClass(F("names_text"), "gin_trgm_ops"), name="organisation_names_trgm"),
            GinIndex(fields=["place_keys"], name="organisation_places"),
            GinIndex(fields=["sector_keys"], name="organisation_sectors"),
            models.Index(fields=["sort_es"], name="organisation_sort_es"),
            models.Index(fields=["sort_fr"], name="organisation_sort_fr"),
            models.Index(fields=["sort_en"], name="organisation_sort_en"),
            models.Index(fields=["seat_key", "publication"], name="organisation_seat"),
        ]

    def __str__(self):
        return self.name or self.slug

    @property
    def every_key(self):
        """Its key and those of the records merged into it, which old notes still name, as a query. Who
        merges leads all of them to the last one at once."""
        return Organisation.objects.filter(Q(pk=self.pk) | Q(merged_into=self)).values("slug")

    def get_absolute_url(self):
        return address("directory:organisation", self.slug)


class Relation(models.Model):
    """`source` is a member of, a part of … `target`; the target's page shows the inverse."""

    source = models.ForeignKey(
        Organisation, models.CASCADE, related_name="relations", verbose_name=_("organisation")
    )
    type = models.ForeignKey("RelationType", models.PROTECT, related_name="+", verbose_name=_("relation"))
    target = models.ForeignKey(
        Organisation, models.CASCADE, related_name="inverse_relations", verbose_name=_("other organisation")
    )

    class Meta:
        ordering = ["type__position", "pk"]
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "type", "target"],
                name="relation_once",
                violation_error_message=_("This relation is recorded already."),
            ),
            models.CheckConstraint(
                condition=~Q(source=F("target")),
                name="relation_distinct",
                violation_error_message=_("An organisation cannot have a relation with itself."),
            ),
        ]

    def __str__(self):
        return f"{self.source} {self.type} {self.target}"


class Representative(models.Model):
    """A person who may speak for an organisation: who is told what is published on its behalf, and
    may say that it does not stand behind it."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="representatives", verbose_name=_("organisation")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person")
    )
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        ordering = ["organisation", "pk"]
        verbose_name = _("representative")
        verbose_name_plural = _("representatives")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"],
                name="representative_once",
                violation_error_message=_("This person represents the organisation already."),
            )
        ]

    def __str__(self):
        return f"{self.organisation}: {self.user}"
