"""What people are writing: drafts, with their attachments, and the gate through which they submit."""

import hashlib
import re
import uuid
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contributions import mail
from contributions.models.contributions import Contribution
from contributions.models.sending import made, revised, was_sent
from contributions.models.steps import OwnContribution, ReasonMissing, Step
from directory.inspection import clean_name, inspect
from directory.models import NotAllowed
from directory.models.files import FileRecord
from workinggroup.models import Call, HubNow, WorkingGroup

# How long a draft that belongs to no account is kept after it was last saved; the form says so.
ANONYMOUS_DAYS = 14
# A form may have been open for long: what comes within this time after the closing is kept as late.
LATE_KEPT_DAYS = 7
# Texts that two windows wrote over each other, kept with the draft.
MOST_EARLIER = 5
# What stands around an address in a line of co-authors.
ADDRESS_ENDS = re.compile(r"[\s,;<>()]+")


class NoRoom(Exception):
    """One more file than the call takes."""


class OwnerLeft(NotAllowed):
    """Whoever writes erased their account at the same moment; nothing is kept of theirs."""


class DraftQuerySet(models.QuerySet):
    def editable_by(self, user, held=()):
        """Own drafts, and those this browser began without an account (`held`: their keys)."""
        own = Q(user=user) if user.is_authenticated else Q(pk__in=[])
        return self.filter(own | Q(user=None, contribution=None, pk__in=list(held)))

    def written_by(self, user):
        """Own drafts, and what was typed into them after a session ended: theirs to take away and to have
        erased."""
        return self.filter(Q(user=user) | Q(rescued_for=user))

    def moderated_by(self, user):
        """Drafts that came late to calls of the groups `user` moderates: staff may admit them."""
        groups = WorkingGroup.objects.moderated_by(user)
        return self.filter(late_at__isnull=False, contribution=None, call__group__in=groups)

    def unsent(self):
        return self.filter(contribution=None)

    def expired(self):
        """Drafts of nobody, whose time is over."""
        return self.filter(user=None, saved_at__lt=HubNow() - timedelta(days=ANONYMOUS_DAYS))

    def discard(self):
        """Remove drafts with their files; return how many."""
        with transaction.atomic():
            Attachment.objects.filter(draft__in=self, contributions=None).discard()
            return self.filter(contribution=None).delete()[1].get("contributions.Draft", 0)


@dataclass
class Sent:
    """What became of a submission: `contribution` when it is in, else the call that was not open. `now`
    is the instant that decided, by the database's clock."""

    call: Call
    contribution: Contribution | None = None
    again: bool = False

    @property
    def now(self):
        return self.call.now


class Draft(models.Model):
    """What somebody is writing for a call, as typed. Its key is drawn with the form and makes a
    submission happen once, however often it is pressed. Once sent it stays as the working copy of the
    contribution, so that changes begun later are not public before they are sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(
        Call, models.PROTECT, related_name="+", verbose_name=_("call for contributions")
    )  # fmt: skip
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name=_("person")
    )
    contribution = models.OneToOneField(
        Contribution, models.CASCADE, null=True, related_name="draft", verbose_name=_("contribution")
    )
    # A draft of nobody that holds what was typed into a draft of this person after their session ended.
    rescued_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, editable=False, related_name="+",
        verbose_name=_("written in the draft of"),
    )  # fmt: skip
    data = models.JSONField(_("as typed"), default=dict)
    # Counts the saves: a window that saves over another's text is noticed and that text kept.
    revision = models.PositiveIntegerField(default=0, editable=False)
    earlier = models.JSONField(default=list, editable=False)
    late_at = models.DateTimeField(_("came late"), null=True, editable=False)
    created_at = models.DateTimeField(_("begun"), db_default=HubNow())
    saved_at = models.DateTimeField(_("saved"), db_default=HubNow())

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at"]
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        indexes = [
            models.Index(fields=["saved_at"], condition=Q(user=None), name="draft_anonymous"),
            models.Index(fields=["call"], condition=Q(late_at__isnull=False), name="draft_late"),
        ]

    def __str__(self):
        return self.data.get("title") or str(self.pk)

    @property
    def title(self):
        return self.data.get("title", "")

    def is_of(self, user):
        """Whether `user` writes it, alone or with others: named as a co-author, as typed, by an address
        they proved. Whoever is named has not been asked before it is sent, and does not judge it."""
        named = set(ADDRESS_ENDS.split(self.data.get("co_authors", "").lower()))
        return user.pk == self.user_id or not named.isdisjoint(
            address.lower() for address in user.verified_addresses
        )

    def keep(self, typed, *, revision=None):
        """Save what was typed. When another window saved since `revision`, its text is put by, not
        lost; return whether that was so."""
        self.data = typed
        saved = {"data": typed, "revision": F("revision") + 1, "saved_at": HubNow()}
        # Nobody saved in between, as nearly always: one statement finds that out and saves.
        if revision is not None and Draft.objects.filter(pk=self.pk, revision=revision).update(**saved):
            self.revision = revision + 1
            self._forget_instants()
            return False
        with transaction.atomic():
            hold(self.user_id or self.rescued_for_id)
            # Of two presses of a form that was never saved one makes the draft, the other finds it.
            stored, begun = Draft.objects.select_for_update().get_or_create(
                pk=self.pk,
                user_id=self.user_id,
                defaults={
                    "call_id": self.call_id,
                    "rescued_for_id": self.rescued_for_id,
                    "data": typed,
                    "revision": 1,
                },
            )
            overwritten = revision is not None and stored.revision != revision and stored.data != typed
            if overwritten:
                kept = {"saved_at": stored.saved_at.isoformat(), "data": stored.data}
                self.earlier = [kept, *stored.earlier][:MOST_EARLIER]
            if not begun:
                Draft.objects.filter(pk=self.pk).update(earlier=self.earlier, **saved)
            self.revision = stored.revision + (not begun)
            self._state.adding = False
            self._forget_instants()
        return overwritten

    def _forget_instants(self):
        """The database set them; they are read when somebody asks, and most who save do not."""
        for name in ("saved_at", "created_at"):
            self.__dict__.pop(name, None)

    def claim(self, user):
        """Whoever signs in takes the draft begun in this browser along; never somebody else's. What came
        late is told of now, when there is somebody to tell. Its call comes `with_state()`."""
        if self.user_id is not None:
            return
        with transaction.atomic():
            hold(user.pk)
            taken = Draft.objects.filter(pk=self.pk, user=None).update(user=user)
            self.refresh_from_db(fields=["user", "late_at"])
            closed = self.call.state == Call.State.CLOSED
            if taken and self.late_at and closed and not self.call.takes(user):
                mail.refused_late(self, self.call, user)

    # The gate.

    def submit(self, user, cleaned, *, base=0):
        """Send the draft, once. Return a `Sent`: with the contribution when it was in time, without
        when the call was not open and nothing was sent before; then the text stays here (see `refuse`).

        `cleaned` is what the form made of the draft. `base` is the version the form was opened on: a
        second press of the same button finds a later one that holds the same and changes nothing.
        Raises `Overtaken` when a different text was sent meanwhile, or the state has changed, and
        `ChangesEnded` when the time for changes is over.
        """
        with transaction.atomic():
            hold(user.pk)
            locked = Draft.objects.select_for_update().filter(pk=self.pk)
            sent, self.late_at = locked.values_list("contribution", "late_at").get()
            record = Contribution.objects.without_search().get(pk=sent) if sent else None
            if record and record.version > base and was_sent(record, self, cleaned):
                return Sent(self.call.as_of_now(), record, again=True)
            call = self.call.gate()
            if record:
                record.call = call
                record.check_takes_changes()
                return Sent(call, revised(record, self, cleaned, by=user, base=base))
            how = call.takes(user)
            if not how:
                self.refuse(call, user)
                return Sent(call)
            record = made(self, user, cleaned, call, late=how != "open")
            record.note(Step.SUBMIT, by=user, at=call.now, detail={"in": how})
            mail.receipt(record)
            return Sent(call, record)

    def comes_late(self, user):
        """Keep what is pressed while the call takes nothing, whatever else is wrong with it;
        return whether that is so. Never of what was sent already."""
        with transaction.atomic():
            locked = Draft.objects.select_for_update().filter(pk=self.pk)
            sent, self.late_at = locked.values_list("contribution", "late_at").get()
            if sent:
                return False
            call = self.call.gate()
            if call.takes(user):
                return False
            self.refuse(call, user)
            return True

    def refuse(self, call, user):
        """Keep what came late, and say where it is; told once by mail. What is pressed before an opening
        that staff moved is not late: it stays a draft, to be sent from then on."""
        if call.state == Call.State.SCHEDULED:
            return
        told = self.late_at is not None
        self.late_at = call.now
        Draft.objects.filter(pk=self.pk).update(late_at=call.now)
        if user.is_authenticated and not told:
            mail.refused_late(self, call, user)

    def admit(self, cleaned, *, by, reason, revision=None):
        """Staff let a late draft in, with a reason; it is received as of now, and marked late.

        `cleaned` is what the form made of the text saved as `revision`. Raises `OwnContribution`,
        `ReasonMissing`, or `NotAllowed` when it is in already or its author went on writing.
        """
        if not reason.strip():
            raise ReasonMissing(Step.ADMIT)
        with transaction.atomic():
            hold(by.pk, self.user_id)
            draft = Draft.objects.select_for_update(of=("self",)).get(pk=self.pk)
            if draft.is_of(by):
                raise OwnContribution(Step.ADMIT)
            if draft.contribution_id or draft.late_at is None or draft.user_id is None:
                raise NotAllowed(Step.ADMIT)
            if revision is not None and draft.revision != revision:
                raise NotAllowed(Step.ADMIT)
            # The author agreed when they last saved the text, not now.
            record = made(
                draft, draft.user, cleaned, draft.call.as_of_now(), late=True, consented_at=draft.saved_at
            )
            record.note(Step.ADMIT, by=by, reason=reason.strip())
            mail.receipt(record, admitted=reason.strip())
            return record

    # Attachments.

    def attach(self, file, call):
        """Add an uploaded file. Raises `NoRoom` beyond the call's number, `Refused` for what may not be
        sent; both say it in a sentence."""
        if not call.accepts_files:
            raise NoRoom(_("This call takes no files."))
        name = clean_name(file.name)
        if self.attachments.present().exclude(original_name=name).count() >= call.max_files:
            raise no_room(name, call)
        seen = inspect(file, file.name, most_bytes=call.max_file_mb * 1_000_000)
        content = seen.content or file
        content.name = seen.name
        with transaction.atomic():
            # Of two presses of one form, each of which brings its files, the second finds them here.
            Draft.objects.select_for_update().only("pk").get(pk=self.pk)
            present = self.attachments.present()
            for other in present.filter(original_name=seen.name, size=content.size):
                with other.file.open() as kept:
                    if digest(kept) == digest(content):
                        return other
            if present.count() >= call.max_files:
                raise no_room(name, call)
            return Attachment.objects.create(draft=self, file=content)


def hold(*keys):
    """Hold the accounts of those a draft is written for, or by; raise `OwnerLeft` without one of them."""
    keys = {key for key in keys if key}
    if keys != User.objects.held(*keys):
        raise OwnerLeft(Step.SUBMIT)


def no_room(name, call):
    return NoRoom(
        _("“%(name)s” was not added: %(most)s files at the most.") % {"name": name, "most": call.max_files}
    )


def digest(file):
    """What two files of the same content have in common."""
    whole = hashlib.sha256()
    for chunk in file.chunks():
        whole.update(chunk)
    file.seek(0)
    return whole.digest()


class AttachmentQuerySet(models.QuerySet):
    def present(self):
        """Those not taken off the draft."""
        return self.filter(removed_at=None)

    def visible_to(self, user):
        """Files of published contributions; before that, only whoever may read the contribution or
        owns the draft, and moderators for drafts that came late."""
        of = Attachment.contributions.through.objects.filter(attachment=OuterRef("pk"))
        readable = Exists(of.filter(contribution__in=Contribution.objects.visible_to(user).values("pk")))
        if not user.is_authenticated:
            return self.filter(readable)
        late = Draft.objects.moderated_by(user)
        own = Q(draft__user=user) | Q(draft__rescued_for=user)
        return self.filter(readable | own | Q(draft__in=late))

    def gone(self):
        """What was public once and is no longer, with its contribution."""
        of = Attachment.contributions.through.objects.filter(attachment=OuterRef("pk"))
        return self.filter(Exists(of.filter(contribution__in=Contribution.objects.gone().values("pk"))))

    def discard(self):
        """Remove rows now and their files once that is certain; a file whose removal fails then is
        removed by housekeeping."""
        files = [(row.pk, row.file.storage, row.file.name) for row in self]
        for _pk, storage, name in files:
            transaction.on_commit(partial(storage.delete, name), robust=True)
        return Attachment.objects.filter(pk__in=[pk for pk, _storage, _name in files]).delete()


class Attachment(FileRecord):
    """A file sent with a contribution. It hangs on the draft; a version that was sent keeps it even
    when it is taken off the draft later."""

    draft = models.ForeignKey(
        Draft, models.CASCADE, related_name="attachments", verbose_name=_("draft")
    )  # fmt: skip
    removed_at = models.DateTimeField(null=True, editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta(FileRecord.Meta):
        ordering = ["pk"]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self):
        return self.original_name

    def take_off(self):
        """Take the file off the draft; one that was never sent is removed."""
        if self.contributions.exists():
            Attachment.objects.filter(pk=self.pk).update(removed_at=HubNow())
        else:
            Attachment.objects.filter(pk=self.pk).discard()
