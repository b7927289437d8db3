"""What people send to a call, and what the group draws from it: challenges and guidelines."""

import secrets

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from directory.models.vocabularies import Term
from directory.search_fields import CONFIGURATIONS, HubSort
from workinggroup.models import Basis, GroupRecord, GroupRecordQuerySet, bulk_of


class ChallengeCategory(Term):
    class Meta(Term.Meta):
        verbose_name = _("category of challenge")
        verbose_name_plural = _("categories of challenge")


class GuidelineCategory(Term):
    class Meta(Term.Meta):
        verbose_name = _("category of guideline")
        verbose_name_plural = _("categories of guideline")


def new_reference():
    """A reference people can read aloud: no letter that looks like a digit."""
    return "C-" + "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTVWXYZ") for _i in range(7))


# Columns that PostgreSQL computes.
SEARCH = tuple(f"{name}_{code}" for name in ("search", "sort") for code in CONFIGURATIONS)


class ContributionQuerySet(models.QuerySet):
    def published(self):
        """What the public may see: published contributions to published calls of published groups."""
        return self.filter(
            state=Contribution.State.PUBLISHED,
            call__publication="published",
            call__group__publication="published",
        )

    def without_bulk(self):
        """Leave out the columns no list shows: the text and the search vectors."""
        return self.defer("text", *SEARCH)

    def with_byline(self):
        """Join what stands beside a title: the author's name and the organisation."""
        return self.select_related("author", "organisation").defer(
            *SEARCH, *bulk_of("organisation"), "author__password", "author__email"
        )


def search_column(language):
    """The generated tsvector column of one configuration over the contribution's one text: readers
    search in their own language, and names are found from every language. PostgreSQL bounds a
    tsvector at one megabyte, so the text is cut well before that."""
    config = CONFIGURATIONS[language]
    return models.GeneratedField(
        expression=SearchVector("title", weight="A", config=config)
        + SearchVector("summary", "author_name", weight="B", config=config)
        + SearchVector(Left("text", 200_000), weight="C", config=config),
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
    )


def sort_column():
    """The normalised title. It is the same in every language, and one column each is what search and
    sorting ask for."""
    return models.GeneratedField(
        expression=HubSort("title"), output_field=models.TextField(), db_persist=True, editable=False
    )


class Contribution(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        RECEIVED = "received", _("Received")
        PUBLISHED = "published", _("Published")

    class Kind(models.TextChoices):
        EXPERIENCE = "experience", _("Experience")
        ANALYSIS = "analysis", _("Analysis")
        PROPOSAL = "proposal", _("Proposal")

    reference = models.CharField(
        _("reference"), max_length=20, unique=True, default=new_reference, editable=False
    )
    call = models.ForeignKey(
        "workinggroup.Call", models.PROTECT, related_name="+", verbose_name=_("call for contributions")
    )
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.DRAFT)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    # The one language it was written in; nobody needs to write in the language of the interface.
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    title = models.CharField(_("title"), max_length=300)
    summary = models.TextField(_("summary"), blank=True)
    text = models.TextField(_("text"), help_text=_("Markdown."))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
    )
    author_name = models.CharField(_("name shown"), max_length=150, blank=True)
    organisation = models.ForeignKey(
        "directory.Organisation",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("on behalf of"),
    )
    illustrative = models.BooleanField(
        _("demonstration"), default=False, help_text=_("Shows how the hub works; nobody sent it.")
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    # Computed by PostgreSQL, never written by Python.
    search_es = search_column("es")
    search_fr = search_column("fr")
    search_en = search_column("en")
    sort_es = sort_column()
    sort_fr = sort_column()
    sort_en = sort_column()

    objects = ContributionQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "reference"]
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="contribution_published_at",
                violation_error_message=_("A published contribution has an instant of publication."),
            )
        ]
        indexes = [
            GinIndex(fields=["search_es"], name="contribution_search_es"),
            GinIndex(fields=["search_fr"], name="contribution_search_fr"),
            GinIndex(fields=["search_en"], name="contribution_search_en"),
            models.Index(fields=["state", "-published_at"], name="contribution_latest"),
        ]

    def __str__(self):
        return self.title or self.reference

    def get_absolute_url(self):
        return reverse("contributions:contribution", args=[self.reference])

    @property
    def is_published(self):
        return self.state == self.State.PUBLISHED and self.call.is_published and self.call.group.is_published

    @property
    def shown_author(self):
        """The name readers see, never an e-mail address; empty for a former participant."""
        return self.author_name or (self.author.display_name if self.author else "")


class Outcome(GroupRecord):
    """A challenge or a guideline of a group."""

    group = models.ForeignKey(
        "workinggroup.WorkingGroup", models.CASCADE, related_name="+", verbose_name=_("working group")
    )
    text = models.TextField(_("text"))
    basis = models.CharField(_("basis"), max_length=20, choices=Basis.choices, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = GroupRecordQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["position", "slug"]

    def __str__(self):
        return self.text[:80]


class Challenge(Outcome):
    category = models.ForeignKey(
        ChallengeCategory, models.PROTECT, related_name="+", verbose_name=_("category")
    )
    contributions = models.ManyToManyField(
        Contribution, blank=True, related_name="challenges", verbose_name=_("contributions")
    )

    class Meta(Outcome.Meta):
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")


class Guideline(Outcome):
    category = models.ForeignKey(
        GuidelineCategory, models.PROTECT, related_name="+", verbose_name=_("category")
    )
    challenges = models.ManyToManyField(
        Challenge, blank=True, related_name="guidelines", verbose_name=_("challenges")
    )

    class Meta(Outcome.Meta):
        verbose_name = _("guideline")
        verbose_name_plural = _("guidelines")
