"""Countries and regions: UN M49, plus areas that are sets of countries."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

# The hub's six continents: UN M49, with the Americas in two as the movement counts them.
CONTINENTS = ("m49-002", "m49-419", "m49-021", "m49-142", "m49-150", "m49-009")
WORLD = "m49-001"


class Region(models.Model):
    class Type(models.TextChoices):
        WORLD = "world", _("world")
        CONTINENT = "continent", _("continent")
        SUBREGION = "subregion", _("subregion")
        AREA = "sse_area", _("area of several countries")

    key = models.SlugField(_("key"), max_length=60, primary_key=True)
    type = models.CharField(_("type"), max_length=20, choices=Type.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    m49 = models.CharField(_("UN M49 code"), max_length=3, blank=True)
    label = models.CharField(_("label"), max_length=150)
    note = models.TextField(_("note"), blank=True)
    seed_named = models.BooleanField(_("named in the founding text"), default=False)
    # Only areas list their countries; those of M49 regions follow from Country.subregion.
    countries = models.ManyToManyField(
        "Country", blank=True, related_name="areas", verbose_name=_("countries")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    loaded = models.JSONField(null=True, editable=False)

    # Derived by the database (migration `derived_columns`): every country of the region.
    country_keys = ArrayField(models.CharField(max_length=2), default=list, editable=False)

    class Meta:
        ordering = ["position", "key"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self):
        return self.label or self.key

    def get_absolute_url(self):
        from django.urls import reverse

        return reverse("directory:region", args=[self.key])


class Country(models.Model):
    class Side(models.TextChoices):
        SOUTH = "south", _("South")
        NORTH = "north", _("North")

    key = models.CharField(
        _("ISO 3166-1 code"),
        max_length=2,
        primary_key=True,
        validators=[RegexValidator(r"^[A-Z]{2}\Z", _("Two capital letters, as in ISO 3166-1."))],
    )
    label = models.CharField(_("name"), max_length=150)
    m49 = models.CharField(_("UN M49 code"), max_length=3, blank=True)
    subregion = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("subregion"))
    continent = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("continent"))
    side = models.CharField(
        _("side"),
        max_length=5,
        choices=Side.choices,
        help_text=_("South: developing economies, North: developed economies, as UNCTAD groups them."),
    )
    loaded = models.JSONField(null=True, editable=False)

    class Meta:
        ordering = ["key"]
        verbose_name = _("country")
        verbose_name_plural = _("countries")

    def __str__(self):
        return self.label or self.key
