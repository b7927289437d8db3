"""Who is told by mail what happens in a group."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from workinggroup.models.calls import Call
from workinggroup.models.clock import HubNow
from workinggroup.models.groups import Meeting, WorkingGroup


class FollowQuerySet(models.QuerySet):
    def of(self, user):
        """What `user` follows, as far as the public sees it."""
        return self.filter(user=user, group__in=WorkingGroup.objects.published())


class Follow(models.Model):
    """A person who is told by mail what happens in a group: its calls, and its meetings."""

    group = models.ForeignKey(
        WorkingGroup, models.CASCADE, related_name="follows", verbose_name=_("working group")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person")
    )
    since = models.DateTimeField(_("since"), db_default=HubNow())

    objects = FollowQuerySet.as_manager()

    class Meta:
        ordering = ["group", "pk"]
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="follow_once")]

    def __str__(self):
        return f"{self.group_id} {self.user_id}"


class AnnouncedOpening(models.Model):
    """A call whose opening the followers of its group were told of, whether staff opened it or its hour
    came; gone again when the opening is put off."""

    call = models.OneToOneField(
        Call, models.CASCADE, primary_key=True, related_name="announced_opening", verbose_name=_("call")
    )
    at = models.DateTimeField(_("announced"), db_default=HubNow())

    class Meta:
        verbose_name = _("announced opening")
        verbose_name_plural = _("announced openings")

    def __str__(self):
        return str(self.call_id)


class AnnouncedMeeting(models.Model):
    """What the followers of a group know of a meeting: its start as they were last told it, or as it was
    first published, and whether it is cancelled."""

    meeting = models.OneToOneField(
        Meeting, models.CASCADE, primary_key=True, related_name="announced", verbose_name=_("meeting")
    )
    starts_at = models.DateTimeField(_("starts"), null=True)
    cancelled = models.BooleanField(_("cancelled"), default=False)
    # How often they were told: a meeting may be moved to and fro.
    changes = models.PositiveIntegerField(_("changes"), default=0)

    class Meta:
        verbose_name = _("announced meeting")
        verbose_name_plural = _("announced meetings")

    def __str__(self):
        return str(self.meeting_id)
