"""What a group draws from contributions: challenges and guidelines."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contributions.models.contributions import Contribution
from directory.models.vocabularies import Term
from workinggroup.models import Basis, GroupRecord, GroupRecordQuerySet


class ChallengeCategory(Term):
    class Meta(Term.Meta):
        verbose_name = _("category of challenge")
        verbose_name_plural = _("categories of challenge")


class GuidelineCategory(Term):
    class Meta(Term.Meta):
        verbose_name = _("category of guideline")
        verbose_name_plural = _("categories of guideline")


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
