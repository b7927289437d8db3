"""What a group draws from contributions: challenges and guidelines."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from contributions.models.contributions import Contribution
from directory.models import NotAllowed
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


class ChallengeQuerySet(GroupRecordQuerySet):
    def uncited(self):
        """Challenges of the group itself under which a reader finds no published contribution."""
        return self.filter(~Exists(Citation.objects.published().filter(challenge=OuterRef("pk"))), basis="")


class Challenge(Outcome):
    category = models.ForeignKey(
        ChallengeCategory, models.PROTECT, related_name="+", verbose_name=_("category")
    )
    contributions = models.ManyToManyField(
        Contribution,
        through="Citation",
        blank=True,
        related_name="challenges",
        verbose_name=_("contributions"),
    )

    objects = ChallengeQuerySet.as_manager()

    class Meta(Outcome.Meta):
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")


class CitationQuerySet(models.QuerySet):
    def published(self):
        """Citations that lead a reader to the contribution."""
        return self.filter(contribution__in=Contribution.objects.published().values("pk"))

    def gone(self):
        """Citations of what was public once and was taken back."""
        return self.filter(contribution__in=Contribution.objects.gone().values("pk"))

    def shown(self):
        """What stands under a challenge: published contributions, and the trace of those taken back."""
        return (self.published() | self.gone()).order_by("position", "pk")


class Citation(models.Model):
    """A challenge is built on a contribution: on this passage of it."""

    challenge = models.ForeignKey(
        Challenge, models.CASCADE, related_name="citations", verbose_name=_("challenge")
    )
    contribution = models.ForeignKey(
        Contribution, models.CASCADE, related_name="citations", verbose_name=_("contribution")
    )
    quote = models.TextField(
        _("passage quoted"),
        default="",
        help_text=_("Word for word from the contribution; “[…]” stands for what is left out."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = CitationQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "contribution"],
                name="citation_once",
                violation_error_message=_("The challenge cites this contribution already."),
            )
        ]

    def __str__(self):
        return self.contribution.reference

    @property
    def is_gone(self):
        return self.contribution.state != Contribution.State.PUBLISHED

    def clean(self):
        """Only what readers can look up is cited, and only in its own words."""
        if not self.contribution_id:
            return
        if self._state.adding and not self.contribution.is_published:
            raise ValidationError({"contribution": _("Only a published contribution can be cited.")})
        before = None if self._state.adding else Citation.objects.get(pk=self.pk).quote
        if self.quote and self.quote != before and not is_quoted_from(self.quote, self.contribution):
            raise ValidationError(
                {"quote": _("This passage is not in the contribution. Copy it from the text as it is.")}
            )


LEFT_OUT = re.compile(r"\[(?:…|\.\.\.)\]")
NOT_WORDS = re.compile(r"[\W_]+")


def is_quoted_from(quote, contribution):
    """Whether every piece of the quotation stands in a text of the contribution, in this order, as
    people read it: without regard to Markdown, quotation marks and spaces."""
    texts = [
        *(f"{one.title} {one.summary} {one.text}" for one in contribution.versions.all()),
        *(f"{one.title} {one.summary} {one.text}" for one in contribution.translations.all()),
        f"{contribution.title} {contribution.summary} {contribution.text}",
        *contribution.answers.values(),
    ]
    parts = [part for part in map(words, LEFT_OUT.split(quote)) if part.strip()]
    return bool(parts) and any(stand_in_order(parts, words(text)) for text in texts)


def stand_in_order(parts, text):
    start = 0
    for part in parts:
        found = text.find(part, start)
        if found < 0:
            return False
        # The space at its end may begin the next part.
        start = found + len(part) - 1
    return True


def words(text):
    return f" {NOT_WORDS.sub(' ', text).strip()} ".casefold()


class Ungrounded(NotAllowed):
    """A guideline would stand on a challenge that nobody can trace to a contribution; `sentence` says
    which."""

    def __init__(self, guideline, challenge):
        super().__init__("publish")
        if challenge is None:
            text = _("“%(guideline)s” is not published: link at least one published challenge first.")
        else:
            text = _(
                "“%(guideline)s” is not published: the challenge “%(challenge)s” cites no published contribution."
            )
        self.sentence = text % {"guideline": guideline, "challenge": challenge}


class GuidelineQuerySet(GroupRecordQuerySet):
    def ungrounded(self):
        """Guidelines of the group itself that lack a published challenge, or name one that cites no
        published contribution. What comes from the founding text or from editors says so itself."""
        named = Challenge.objects.filter(guidelines=OuterRef("pk"))
        grounded = Exists(named.published()) & ~Exists(named.uncited())
        return self.filter(~grounded, basis="")

    def to_review(self):
        """Published guidelines under which something was taken back: a contribution that one of their
        challenges cites, or the last one."""
        taken = Citation.objects.gone().filter(challenge__guidelines=OuterRef("pk"))
        public = self.published().filter(basis="")
        return public.filter(Exists(taken)) | public.ungrounded()

    def move(self, step):
        if step == "publish":
            return super(GuidelineQuerySet, self.exclude(pk__in=self.ungrounded().values("pk"))).move(step)
        return super().move(step)


class Guideline(Outcome):
    category = models.ForeignKey(
        GuidelineCategory, models.PROTECT, related_name="+", verbose_name=_("category")
    )
    challenges = models.ManyToManyField(
        Challenge, blank=True, related_name="guidelines", verbose_name=_("challenges")
    )

    objects = GuidelineQuerySet.as_manager()

    class Meta(Outcome.Meta):
        verbose_name = _("guideline")
        verbose_name_plural = _("guidelines")

    def move(self, step):
        """Take `step`; publishing is refused while a reader could not follow the guideline back to
        the contributions it comes from."""
        if step == "publish" and Guideline.objects.filter(pk=self.pk).ungrounded().exists():
            raise Ungrounded(self, self.challenges.uncited().first())
        super().move(step)
