from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _

from directory.models.organisations import YEARS, coordinates_constraints
from directory.models.publication import Entry, EntryQuerySet, address
from directory.search_fields import search_column, sort_column


class EventQuerySet(EntryQuerySet):
    def rows(self):
        """Only what a row of a list shows."""
        return self.only(
            "slug", "publication", "title_es", "title_fr", "title_en", "year", "starts_on", "ends_on",
            "type", "city", "country",
        )  # fmt: skip

    def without_bulk(self):
        """Leave out the columns no list shows: search vectors and what the catalogue loaded."""
        return self.defer(
            "search_es", "search_fr", "search_en", "context_es", "context_fr", "context_en",
            "sort_es", "sort_fr", "sort_en", "loaded",
        )  # fmt: skip


class Event(Entry):
    """A conference, forum or seminar: its year is known, its dates perhaps."""

    title = models.CharField(_("title"), max_length=300)
    theme = models.TextField(_("theme"), blank=True)
    series = models.SlugField(_("series"), max_length=120, blank=True, help_text=_("Shared by its editions."))
    type = models.ForeignKey("EventType", models.PROTECT, related_name="+", verbose_name=_("type"))
    format = models.ForeignKey("EventFormat", models.PROTECT, related_name="+", verbose_name=_("format"))
    audience = models.ForeignKey(
        "EventAudience", models.PROTECT, related_name="+", verbose_name=_("audience")
    )
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    country = models.ForeignKey(
        "Country", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("country")
    )
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    organisers = models.ManyToManyField(
        "Organisation", blank=True, related_name="events", verbose_name=_("organisers")
    )
    other_organisers = ArrayField(
        models.CharField(max_length=300), default=list, blank=True, verbose_name=_("other organisers")
    )
    outcome = models.ForeignKey(
        "Agreement",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="adopted_at",
        verbose_name=_("agreement adopted there"),
    )

    # Derived by the database (migration `derived_columns`), never written by Python.
    place_keys = ArrayField(models.TextField(), default=list, editable=False)
    context_es = models.TextField(default="", editable=False)
    context_fr = models.TextField(default="", editable=False)
    context_en = models.TextField(default="", editable=False)
    search_es = search_column("es", names=("title",), context=("context",), body=("theme",))
    search_fr = search_column("fr", names=("title",), context=("context",), body=("theme",))
    search_en = search_column("en", names=("title",), context=("context",), body=("theme",))
    sort_es = sort_column("es", "title")
    sort_fr = sort_column("fr", "title")
    sort_en = sort_column("en", "title")

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-year", F("starts_on").desc(nulls_last=True), "slug"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            *coordinates_constraints("event"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(year=ExtractYear("starts_on")),
                name="event_year",
                violation_error_message=_("The year and the first day do not agree."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=False, ends_on__gte=F("starts_on")),
                name="event_dates_in_order",
                violation_error_message=_("The event cannot end before it starts."),
            ),
        ]
        indexes = [
            GinIndex(fields=["search_es"], name="event_search_es"),
            GinIndex(fields=["search_fr"], name="event_search_fr"),
            GinIndex(fields=["search_en"], name="event_search_en"),
            GinIndex(fields=["place_keys"], name="event_places"),
        ]

    def __str__(self):
        return self.title or self.slug

    def get_absolute_url(self):
        return address("directory:event", self.slug)
