"""What belongs to a call: the changes of its times, its questions, and who may still send after the closing."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CallChange(models.Model):
    """A change of a call's times by staff: the old and new instants, shown to everybody."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("Opened")
        CLOSED = "closed", _("Closed early")
        EXTENDED = "extended", _("Extended")
        REOPENED = "reopened", _("Reopened")
        MOVED = "moved", _("Moved")

    call = models.ForeignKey(
        "workinggroup.Call", models.CASCADE, related_name="changes", verbose_name=_("call")
    )
    kind = models.CharField(_("change"), max_length=10, choices=Kind.choices)
    old_opens_at = models.DateTimeField(_("opened before"), null=True)
    old_closes_at = models.DateTimeField(_("closed before"), null=True)
    new_opens_at = models.DateTimeField(_("opens"), null=True)
    new_closes_at = models.DateTimeField(_("closes"), null=True)
    at = models.DateTimeField(_("changed"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    # When followers and holders of drafts were told; once.
    announced_at = models.DateTimeField(_("announced"), null=True, editable=False)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("change of a call's times")
        verbose_name_plural = _("changes of a call's times")

    def __str__(self):
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def kind_of(cls, before, after):
        """What the change means, from the call as it was and as it is, both `with_state()`."""
        was, now = before.state, after.state
        if now == after.State.OPEN and was != now:
            return cls.Kind.REOPENED if was == after.State.CLOSED else cls.Kind.OPENED
        if was == after.State.OPEN and now == after.State.CLOSED:
            return cls.Kind.CLOSED
        later = before.closes_at and (after.closes_at is None or after.closes_at > before.closes_at)
        return cls.Kind.EXTENDED if later and now == after.State.OPEN else cls.Kind.MOVED


class CallQuestion(models.Model):
    """A question that contributors to the call answer, apart from their text."""

    call = models.ForeignKey(
        "workinggroup.Call", models.CASCADE, related_name="questions", verbose_name=_("call")
    )
    text = models.CharField(_("question"), max_length=300)
    required = models.BooleanField(_("required"), default=False)
    max_words = models.PositiveIntegerField(_("most words"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("question of a call")
        verbose_name_plural = _("questions of a call")

    def __str__(self):
        return self.text


class LateAccessQuerySet(models.QuerySet):
    def valid_for(self, user, now):
        """The permissions of `user`, by verified address, that have not run out at `now`."""
        if user is None or not user.is_authenticated:
            return self.none()
        addresses = user.emailaddress_set.filter(verified=True).values("email")
        return self.filter(email__in=addresses, until__gt=now)


class LateAccess(models.Model):
    """A person who may still submit after the closing, until an instant of their own."""

    call = models.ForeignKey(
        "workinggroup.Call", models.CASCADE, related_name="late_access", verbose_name=_("call")
    )
    email = models.EmailField(
        _("e-mail address"), max_length=254, help_text=_("The address of the person's account.")
    )
    until = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("granted by"), editable=False,
    )  # fmt: skip

    objects = LateAccessQuerySet.as_manager()

    class Meta:
        ordering = ["call", "email"]
        verbose_name = _("late access")
        verbose_name_plural = _("late access")
        constraints = [
            models.UniqueConstraint(
                fields=["call", "email"],
                name="late_access_once",
                violation_error_message=_("This person has late access to the call already."),
            )
        ]

    def __str__(self):
        return self.email

    def save(self, *args, **kwargs):
        self.email = self.email.lower()
        super().save(*args, **kwargs)
