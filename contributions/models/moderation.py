"""What moderators work with: the versions each of them has read, and reasons written beforehand."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contributions.models.steps import WITH_REASON, Step
from workinggroup.models import HubNow


class Reading(models.Model):
    """A moderator has seen a version; so the next one can be shown as what changed since."""

    contribution = models.ForeignKey(
        "contributions.Contribution", models.CASCADE, related_name="readings", verbose_name=_("contribution")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person")
    )
    version = models.PositiveIntegerField(_("version"))
    at = models.DateTimeField(_("at"), db_default=HubNow())

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [
            models.UniqueConstraint(fields=["contribution", "user", "version"], name="reading_once")
        ]

    def __str__(self):
        return f"{self.contribution_id} {self.version}"


class ReasonTemplateQuerySet(models.QuerySet):
    def for_step(self, step):
        """The templates that suit a step: its own first, then those for every step."""
        return self.filter(step__in=(step, "")).order_by(models.F("step").desc(), "position", "key")


class ReasonTemplate(models.Model):
    """A reason that moderators give often, in every language: it is put into the form in the author's."""

    key = models.SlugField(_("key"), max_length=60, primary_key=True)
    step = models.CharField(
        _("step"),
        max_length=20,
        blank=True,
        choices=[(step.value, step.label) for step in Step if step in WITH_REASON],
        help_text=_("Empty: for every step that asks for a reason."),
    )
    label = models.CharField(_("label"), max_length=150, help_text=_("What moderators choose it by."))
    text = models.TextField(_("text"), help_text=_("What the author reads."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = ReasonTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["step", "position", "key"]
        verbose_name = _("reason written beforehand")
        verbose_name_plural = _("reasons written beforehand")

    def __str__(self):
        return self.label or self.key

    def text_in(self, language):
        """The text in the reader's language, else in the first there is."""
        return getattr(self, f"text_{language}", "") or self.text
