"""What readers tell the moderators about a published contribution."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from workinggroup.models import HubNow


class ReportQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(settled_at=None)

    def settle(self, by):
        """Somebody has looked into them; return how many were still waiting."""
        return self.waiting().update(settled_at=HubNow(), settled_by=by)


class Report(models.Model):
    """A reader says what is wrong with a contribution. Nothing happens to it by itself: moderators
    decide. No name or address is asked; `user` is whoever was signed in."""

    class Reason(models.TextChoices):
        RIGHTS = "rights", _("It uses words or pictures of others without their consent")
        PEOPLE = "people", _("It shows people, or says things about them, without their consent")
        HARM = "harm", _("It insults, threatens or stirs up hatred")
        SPAM = "spam", _("It is advertising or spam")
        MISTAKE = "mistake", _("Something in it is not true")
        OTHER = "other", _("Something else")

    contribution = models.ForeignKey(
        "contributions.Contribution", models.CASCADE, related_name="reports", verbose_name=_("contribution")
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    text = models.TextField(_("text"), blank=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    version = models.PositiveIntegerField(_("version"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("person")
    )
    created_at = models.DateTimeField(_("received"), db_default=HubNow())
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("settled by")
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("report by a reader")
        verbose_name_plural = _("reports by readers")
        indexes = [
            models.Index(fields=["contribution"], condition=models.Q(settled_at=None), name="report_waiting")
        ]

    def __str__(self):
        return str(self.get_reason_display())
