"""The steps of a contribution's life: one table, one door, and a log that nobody can edit."""

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from contributions import mail
from directory.models import NotAllowed
from workinggroup.models import HubNow


class Step(models.TextChoices):
    SUBMIT = "submit", _("Submitted")
    ADMIT = "admit", _("Late draft admitted")
    REVISE = "revise", _("New version sent")
    RESUBMIT = "resubmit", _("Changes sent")
    PUBLISH = "publish", pgettext_lazy("contribution", "Published")
    RETURN = "return", _("Returned for changes")
    DECLINE = "decline", _("Declined")
    UNPUBLISH = "unpublish", _("Unpublished")
    REOPEN = "reopen", _("Reopened")
    WITHDRAW = "withdraw", _("Withdrawn by its author")
    RESTORE = "restore", _("Withdrawal undone")
    DISOWN = "disown", _("Disowned by the organisation")
    ERASE = "erase", _("Author erased")


# step: (states it may start from, state it leads to). SUBMIT and ADMIT make the contribution;
# RESTORE leads back to the state it was withdrawn from, DISOWN and ERASE leave the state as it is.
TRANSITIONS = {
    Step.REVISE: ({"received"}, "received"),
    Step.RESUBMIT: ({"returned"}, "received"),
    Step.PUBLISH: ({"received"}, "published"),
    Step.RETURN: ({"received"}, "returned"),
    Step.DECLINE: ({"received", "returned"}, "declined"),
    Step.UNPUBLISH: ({"published"}, "unpublished"),
    Step.REOPEN: ({"declined", "unpublished"}, "received"),
    Step.WITHDRAW: ({"received", "returned", "published"}, "withdrawn"),
    Step.RESTORE: ({"withdrawn"}, F("withdrawn_from")),
}
# What moderators decide, and which of it the author is told the reason of.
DECISIONS = {Step.PUBLISH, Step.RETURN, Step.DECLINE, Step.UNPUBLISH, Step.REOPEN}
WITH_REASON = {Step.RETURN, Step.DECLINE, Step.UNPUBLISH, Step.REOPEN, Step.ADMIT}


class Overtaken(NotAllowed):
    """The step was asked of a state or a version that is no longer the present one. `contribution` is
    as it is now, `last` is the step that came before, `version` the one that was judged."""

    def __init__(self, step, contribution, version=None):
        super().__init__(step)
        self.step, self.contribution, self.version = step, contribution, version
        self.last = contribution.steps.select_related("by").first()

    @property
    def text_changed(self):
        return self.version is not None and self.version != self.contribution.version

    def is_second_press(self, by, reason, edit_until):
        """Whether this very step was the last one, taken by the same person about the same version for the
        same reason: they pressed twice, or again as no answer came."""
        last, asked = self.last, (self.step, by and by.pk, reason, edit_until)
        return (
            last is not None
            and not self.text_changed
            and (last.step, last.by_id, last.reason, last.edit_until) == asked
        )


class Erased(NotAllowed):
    """There is no contribution any more for whoever takes the step: its author has left and taken it along,
    or they are leaving themselves. It has no key any more, like what one removes oneself."""

    def __init__(self, step, contribution):
        super().__init__(step)
        contribution.pk = None


class ChangesEnded(NotAllowed):
    """The author may send no new version now: the time for it ended at `ended_at`, or, when that is None,
    the call takes no changes at the moment."""

    is_over = True

    def __init__(self, step, contribution):
        super().__init__(step)
        end = contribution.changes_end_at
        self.contribution = contribution
        self.ended_at = end if end and end <= contribution.call.now else None


class OwnContribution(NotAllowed):
    """A moderator does not judge a contribution they wrote."""


class ReasonMissing(NotAllowed):
    """The author must be told why."""


class Steps:
    """The steps of `Contribution`: each one a conditional UPDATE and a row of the log in the same
    transaction, with the mail it causes."""

    def move(self, step, *, by, judged=None, reason="", detail=None, **values):
        """Take `step` of the table, or raise `Overtaken` when the stored state, or the version that
        was judged, does not allow it, `Erased` when there is none any more; then nothing is changed. Return
        whether it was taken: not by a second press of the same button, which finds it done."""
        sources, target = TRANSITIONS[step]
        with transaction.atomic():
            self.hold_people(step, by)
            rows = type(self).objects.filter(pk=self.pk, state__in=sources)
            if judged is not None:
                rows = rows.filter(version=judged)
            before = rows.select_for_update(of=("self",)).values_list("state", flat=True).first()
            if before is None:
                present = type(self).objects.filter(pk=self.pk).first()
                if present is None:
                    raise Erased(step, self)
                overtaken = Overtaken(step, present, judged)
                if not overtaken.is_second_press(by, reason, values.get("edit_until")):
                    raise overtaken
            else:
                rows.update(state=target, updated_at=HubNow(), **values)
            self.refresh_from_db(fields=["state", "version", *values])
            if before is not None:
                self.note(step, by=by, before=before, reason=reason, detail=detail)
        return before is not None

    def hold_people(self, step, by):
        """Hold the accounts of whoever takes the step, without whom it is not taken, and of the author, who
        is told of it: either may be leaving this moment."""
        people = {key for key in (by and by.pk, self.author_id) if key}
        there = User.objects.held(*people)
        if by and by.pk and by.pk not in there:
            raise Erased(step, self)
        if self.author_id not in there:
            self.author = None

    def note(self, step, *, by, at=None, before="", reason="", detail=None):
        """Write the step into the log."""
        return StepTaken.objects.create(
            contribution=self,
            reference=self.reference,
            step=step,
            from_state=before,
            to_state=self.state,
            version=self.version,
            by=by if by and by.pk else None,
            at=at or HubNow(),
            reason=reason,
            edit_until=self.edit_until if step == Step.RETURN else None,
            detail=detail or {},
        )

    def is_of(self, user):
        """Whether `user` wrote it, alone or with others."""
        return type(self).objects.written_by(user).filter(pk=self.pk).exists()

    def judge(self, step, *, by, version, reason="", edit_until=None):
        """Take a decision of a moderator about the version they read, and tell the author.

        Raises `OwnContribution`, `ReasonMissing`, `Overtaken` or `Erased`; then nothing is changed and nobody
        is told. `edit_until`: until when returned work may be changed; None for no end.
        """
        if step not in DECISIONS:
            raise NotAllowed(step)
        if self.is_of(by):
            raise OwnContribution(step)
        if step in WITH_REASON and not reason.strip():
            raise ReasonMissing(step)
        values = {}
        if step == Step.PUBLISH:
            values["published_at"] = Coalesce(F("published_at"), HubNow())
        if step == Step.RETURN:
            values["edit_until"] = edit_until
        if step in (Step.PUBLISH, Step.RETURN, Step.DECLINE):
            values["decided_at"] = Coalesce(F("decided_at"), HubNow())
        with transaction.atomic():
            if not self.move(step, by=by, judged=version, reason=reason.strip(), **values):
                return
            mail.decision(self, step, reason.strip())
            if step == Step.PUBLISH:
                mail.published_on_behalf(self)

    def withdraw(self, *, by):
        """The author takes it back, whatever was decided; it is gone from every public page."""
        self.move(Step.WITHDRAW, by=by, withdrawn_from=F("state"))

    def restore(self, *, by, version=None, reason=""):
        """Undo the withdrawal: the contribution is again what it was. Who may: `may_restore`. When
        somebody else does it, the author is told."""
        with transaction.atomic():
            taken = self.move(Step.RESTORE, by=by, judged=version, reason=reason.strip())
            if taken and (by and by.pk) != self.author_id:
                mail.decision(self, Step.RESTORE, reason.strip())

    def disown(self, *, by):
        """The organisation does not stand behind it: its name is taken off, and the author told."""
        with transaction.atomic():
            self.hold_people(Step.DISOWN, by)
            organisation = self.organisation
            named = type(self).objects.filter(pk=self.pk, organisation=organisation)
            # Of two who speak for it and press at once, the second finds it done.
            if organisation is None or not named.update(organisation=None, updated_at=HubNow()):
                raise NotAllowed(Step.DISOWN)
            self.organisation = None
            detail = {"organisation": organisation.slug}
            self.note(Step.DISOWN, by=by, before=self.state, detail=detail)
            mail.disowned(self, organisation)

    def was_disowned_by(self, organisation):
        """Whether the organisation, or a record that was merged into it, did not stand behind it."""
        by = self.steps.filter(step=Step.DISOWN).annotate(name=KT("detail__organisation"))
        return by.filter(name__in=organisation.every_key).exists()


class StepTaken(models.Model):
    """One step of a contribution: who, when, what, why. It can be neither changed nor removed; when a
    person leaves, `by` becomes empty and nothing else."""

    contribution = models.ForeignKey(
        "contributions.Contribution",
        models.SET_NULL,
        null=True,
        related_name="steps",
        verbose_name=_("contribution"),
    )
    reference = models.CharField(_("reference"), max_length=20)
    step = models.CharField(_("step"), max_length=20, choices=Step.choices)
    from_state = models.CharField(_("state before"), max_length=20, blank=True)
    to_state = models.CharField(_("state after"), max_length=20)
    version = models.PositiveIntegerField(_("version"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), db_default=HubNow())
    reason = models.TextField(_("reason"), blank=True)
    edit_until = models.DateTimeField(_("changes until"), null=True)
    detail = models.JSONField(_("details"), default=dict)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("step")
        verbose_name_plural = _("steps taken")
        triggers = [
            pgtrigger.ReadOnly(name="never_changed", exclude=["by", "contribution"]),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
        ]

    def __str__(self):
        return f"{self.reference} {self.get_step_display()}"
