"""Controlled vocabularies as data: each a small table whose key is its primary key.

The key stands in addresses (`?sector=cooperatives`), in the API and in the catalogue's files, so
filtering by it needs no join. Labels and definitions are translated.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from directory.models.publication import address


class Term(models.Model):
    """One entry of a vocabulary. `mappings` holds its identifiers in other vocabularies
    (schema.org, ESSGLOBAL, Murmurations, ICNP/TSO), as the catalogue gives them."""

    key = models.SlugField(_("key"), max_length=60, primary_key=True)
    label = models.CharField(_("label"), max_length=150)
    definition = models.TextField(_("definition"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    mappings = models.JSONField(_("mappings"), default=dict, blank=True)
    loaded = models.JSONField(null=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["position", "key"]

    def __str__(self):
        return self.label or self.key


class OrganisationKind(Term):
    class Meta(Term.Meta):
        verbose_name = _("kind of organisation")
        verbose_name_plural = _("kinds of organisation")


class Scope(Term):
    class Meta(Term.Meta):
        verbose_name = _("scope")
        verbose_name_plural = _("scopes")


class Sector(Term):
    class Facet(models.TextChoices):
        ACTIVITY = "activity", _("activity")
        FAMILY = "family", _("family")
        THEME = "theme", _("theme")

    # activity: what is done; family: legal or organisational family; theme: transversal topic.
    facet = models.CharField(_("facet"), max_length=20, choices=Facet.choices)

    class Meta(Term.Meta):
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")

    def get_absolute_url(self):
        return address("directory:sector", self.key)


class RelationType(Term):
    class Meta(Term.Meta):
        verbose_name = _("type of relation")
        verbose_name_plural = _("types of relation")


class AgreementKind(Term):
    class Meta(Term.Meta):
        verbose_name = _("kind of agreement")
        verbose_name_plural = _("kinds of agreement")


class Direction(Term):
    class Meta(Term.Meta):
        verbose_name = _("direction")
        verbose_name_plural = _("directions")


class AgreementStatus(Term):
    class Meta(Term.Meta):
        verbose_name = _("status of agreement")
        verbose_name_plural = _("statuses of agreement")


class EventType(Term):
    class Meta(Term.Meta):
        verbose_name = _("type of event")
        verbose_name_plural = _("types of event")


class EventAudience(Term):
    class Meta(Term.Meta):
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")


class EventFormat(Term):
    class Meta(Term.Meta):
        verbose_name = _("format of event")
        verbose_name_plural = _("formats of event")


class Confidence(Term):
    class Meta(Term.Meta):
        verbose_name = _("confidence level")
        verbose_name_plural = _("confidence levels")


# The vocabularies of the directory; the apps above define more.
TERMS = tuple(Term.__subclasses__())
