import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, ExtractYear, NullIf
from django.db.models.lookups import GreaterThanOrEqual, IsNull
from django.utils.translation import gettext_lazy as _

from directory.models.files import FileRecord
from directory.models.organisations import YEARS
from directory.models.publication import Entry, EntryQuerySet, Publication, address
from directory.search_fields import search_column, sort_column


def year_and_date_agree(year, date, name):
    """A date and its year say the same; a year alone stays a year."""
    return models.CheckConstraint(
        condition=Q(**{f"{date}__isnull": True}) | Q(**{f"{year}__isnull": False, year: ExtractYear(date)}),
        name=name,
        violation_error_message=_("The year and the date do not agree."),
    )


class HubContinents(Func):
    """Those of the keys given that are continents, in the order of the continents."""

    function = "hub_continents_in"
    output_field = ArrayField(models.TextField())


class Today(Func):
    """The day (UTC) by the database's clock, asked once a query."""

    template = "(SELECT (hub_now() AT TIME ZONE 'UTC')::date)"
    output_field = models.DateField()


# The last year in which an agreement is known to be in force: that of its end; this year for one
# recorded as active, whose end is open; else no more is known than the year it began.
LAST_YEAR = Case(
    When(end_year__isnull=False, then=F("end_year")),
    When(status="active", then=ExtractYear(Today())),
    default=F("start_year"),
)


def in_force_on(on):
    """The condition of being known to be in force on a day: begun by then, not ended, not recorded as
    completed or superseded. A year alone begins on its first and ends on its last day; what has no
    known beginning is unknown, so it does not count."""
    year = on.year if isinstance(on, datetime.date) else ExtractYear(on)
    begun = Q(start_on__lte=on) | Q(start_on__isnull=True, start_year__lte=year)
    ended = Q(end_on__isnull=False, end_on__lt=on) | Q(
        end_on__isnull=True, end_year__isnull=False, end_year__lt=year
    )
    return Q(status="active") & begun & ~ended


def in_force_during(year):
    """The condition of being known to be in force on some day of `year`, whatever became of it since."""
    return Q(start_year__lte=year) & Q(GreaterThanOrEqual(LAST_YEAR, year))


class AgreementQuerySet(EntryQuerySet):
    def in_force(self, on=None):
        """Agreements known to be in force on the day `on`, today if not told."""
        return self.filter(in_force_on(on or Today()))

    def of_differing_direction(self):
        """Agreements whose stated direction contradicts the one their parties give; a computed
        "global" or "unclassified" only says that the parties do not tell."""
        return (
            self.filter(direction_stated__isnull=False, direction_computed__isnull=False)
            .exclude(direction_stated=F("direction_computed"))
            .exclude(direction_computed__in=["global", "unclassified"])
        )

    def rows(self):
        """Only what a row of a table shows."""
        return self.only(
            "slug", "publication", "title_es", "title_fr", "title_en", "direction", "sector_keys",
            "start_year", "start_on", "end_year", "end_on",
        )  # fmt: skip

    def without_bulk(self):
        """Leave out the columns no list shows: search vectors and what the catalogue loaded."""
        return self.defer(
            "search_es", "search_fr", "search_en", "context_es", "context_fr", "context_en",
            "sort_es", "sort_fr", "sort_en", "continent_keys", "seat_keys", "seat_countries", "unseated",
            "loaded",
        )  # fmt: skip


class Agreement(Entry):
    title = models.CharField(_("title"), max_length=300)
    official_title = models.CharField(_("official title"), max_length=300, blank=True)
    description = models.TextField(_("description"), blank=True)
    kind = models.ForeignKey("AgreementKind", models.PROTECT, related_name="+", verbose_name=_("kind"))
    status = models.ForeignKey("AgreementStatus", models.PROTECT, related_name="+", verbose_name=_("status"))
    organisations = models.ManyToManyField(
        "Organisation", through="AgreementParty", related_name="agreements", verbose_name=_("parties")
    )
    regions = models.ManyToManyField("Region", blank=True, related_name="+", verbose_name=_("regions"))
    sectors = models.ManyToManyField("Sector", blank=True, related_name="+", verbose_name=_("sectors"))
    direction_stated = models.ForeignKey(
        "Direction",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("direction, as stated"),
        help_text=_("Leave empty to show the direction computed from the parties."),
    )
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    start_year = models.PositiveSmallIntegerField(_("start year"), null=True, blank=True, validators=YEARS)
    start_on = models.DateField(_("start date"), null=True, blank=True)
    end_year = models.PositiveSmallIntegerField(_("end year"), null=True, blank=True, validators=YEARS)
    end_on = models.DateField(_("end date"), null=True, blank=True)
    supersedes = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="renewed_by",
        verbose_name=_("renews or replaces"),
    )
    illustrative = models.BooleanField(
        _("demonstration"), default=False, help_text=_("Shows how the hub works; not a real agreement.")
    )

    # Derived by the database (migration `derived_columns`), never written by Python.
    place_keys = ArrayField(models.TextField(), default=list, editable=False)
    sector_keys = ArrayField(models.TextField(), default=list, editable=False)
    direction_computed = models.ForeignKey(
        "Direction",
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("direction, as computed from the parties"),
    )
    # Where its published parties sit, as keys of seats and as countries; how many sit nowhere known.
    seat_keys = ArrayField(models.TextField(), default=list, editable=False)
    seat_countries = ArrayField(models.TextField(), default=list, editable=False)
    unseated = models.PositiveSmallIntegerField(default=0, editable=False)
    direction = models.GeneratedField(
        expression=Coalesce(F("direction_stated"), F("direction_computed")),
        output_field=models.CharField(max_length=60),
        db_persist=True,
    )
    context_es = models.TextField(default="", editable=False)
    context_fr = models.TextField(default="", editable=False)
    context_en = models.TextField(default="", editable=False)
    search_es = search_column("es", names=("title",), context=("context",), body=("description",))
    search_fr = search_column("fr", names=("title",), context=("context",), body=("description",))
    search_en = search_column("en", names=("title",), context=("context",), body=("description",))
    sort_es = sort_column("es", "title")
    sort_fr = sort_column("fr", "title")
    sort_en = sort_column("en", "title")
    continent_keys = models.GeneratedField(
        expression=HubContinents(F("place_keys")),
        output_field=ArrayField(models.TextField()),
        db_persist=True,
        editable=False,
    )

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            year_and_date_agree("start_year", "start_on", "agreement_start"),
            year_and_date_agree("end_year", "end_on", "agreement_end"),
            models.CheckConstraint(
                condition=Q(end_year__gte=F("start_year"))
                | Q(end_year__isnull=True)
                | Q(start_year__isnull=True),
                name="agreement_years_in_order",
                violation_error_message=_("The agreement cannot end before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(end_on__gte=F("start_on")) | Q(end_on__isnull=True) | Q(start_on__isnull=True),
                name="agreement_dates_in_order",
                violation_error_message=_("The agreement cannot end before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True) | ~Q(supersedes=F("id")),
                name="agreement_renews_another",
                violation_error_message=_("An agreement cannot renew itself."),
            ),
        ]
        indexes = [
            GinIndex(fields=["search_es"], name="agreement_search_es"),
            GinIndex(fields=["search_fr"], name="agreement_search_fr"),
            GinIndex(fields=["search_en"], name="agreement_search_en"),
            GinIndex(fields=["place_keys"], name="agreement_places"),
            GinIndex(fields=["sector_keys"], name="agreement_sectors"),
            # The orders of the list: the latest first, and the titles of each language.
            models.Index(F("start_year").desc(nulls_last=True), name="agreement_recent"),
            models.Index(fields=["sort_es"], name="agreement_sort_es"),
            models.Index(fields=["sort_fr"], name="agreement_sort_fr"),
            models.Index(fields=["sort_en"], name="agreement_sort_en"),
        ]

    def __str__(self):
        return self.title or self.slug

    @property
    def direction_is_stated(self):
        return self.direction_stated_id is not None

    def get_absolute_url(self):
        return address("directory:agreement", self.slug)


# The name of a body outside the directory, in the first language that has one.
NAME = Coalesce(
    *(NullIf(F(f"name_{code}"), Value(""), output_field=models.TextField()) for code in ("es", "fr", "en")),
    output_field=models.TextField(),
)


class AgreementParty(models.Model):
    """A party: an organisation of the directory, or the name of one outside it; a proper name that no
    language translates is the same in all of them."""

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="parties", verbose_name=_("agreement")
    )
    organisation = models.ForeignKey(
        "Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="party_to",
        verbose_name=_("organisation"),
    )
    name = models.CharField(_("name, if outside the directory"), max_length=300, blank=True)
    role = models.CharField(_("role"), max_length=150, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = [
            models.CheckConstraint(
                condition=Q(IsNull(NAME, True), organisation__isnull=False)
                | Q(IsNull(NAME, False), organisation__isnull=True),
                name="party_organisation_or_name",
                violation_error_message=_(
                    "Choose an organisation of the directory or write a name, not both."
                ),
            ),
            models.UniqueConstraint(
                fields=["agreement", "organisation"],
                name="party_organisation_once",
                violation_error_message=_("This organisation is a party already."),
            ),
            models.UniqueConstraint(
                "agreement",
                NAME,
                name="party_name_once",
                violation_error_message=_("This party is named already."),
            ),
        ]

    def __str__(self):
        return str(self.organisation or self.name)

    @property
    def named(self):
        """What has its name: the organisation, else itself."""
        return self.organisation or self


class AgreementDocumentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Documents of published agreements, and all of them for staff."""
        if user.is_authenticated and user.is_staff:
            return self
        return self.filter(
            Exists(Agreement.objects.filter(pk=OuterRef("agreement_id"), publication=Publication.PUBLISHED))
        )


class AgreementDocument(FileRecord):
    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="documents", verbose_name=_("agreement")
    )
    title = models.CharField(_("title"), max_length=300)

    objects = AgreementDocumentQuerySet.as_manager()

    class Meta(FileRecord.Meta):
        verbose_name = _("document of an agreement")
        verbose_name_plural = _("documents of agreements")

    def __str__(self):
        return self.title
