"""What readers tell the moderators about a published contribution."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from directory.models.from_readers import FromReader, FromReaderQuerySet


class Report(FromReader):
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
    version = models.PositiveIntegerField(_("version"))

    objects = FromReaderQuerySet.as_manager()

    class Meta(FromReader.Meta):
        verbose_name = _("report by a reader")
        verbose_name_plural = _("reports by readers")
        indexes = [
            models.Index(fields=["contribution"], condition=models.Q(settled_at=None), name="report_waiting")
        ]

    def __str__(self):
        return str(self.get_reason_display())
