"""What readers tell the directory's team: something is wrong in a record, or a record is missing."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from directory.models.agreements import Agreement
from directory.models.events import Event
from directory.models.from_readers import FromReader, FromReaderQuerySet
from directory.models.organisations import Organisation

# How long after it was dealt with the hub remembers who suggested it.
SENDER_KEPT = timedelta(days=90)


class SuggestionQuerySet(FromReaderQuerySet):
    def of(self, user):
        """Those a person sent, signed in or under an address that is surely theirs."""
        return self.filter(Q(user=user) | Q(user=None, email__in=user.verified_addresses))

    def forget_senders(self):
        """Forget who sent what was dealt with long ago; return how many."""
        named = Q(user__isnull=False) | ~Q(name="") | ~Q(email="")
        old = self.filter(named, settled_at__lt=Now() - SENDER_KEPT)
        return old.update(user=None, name="", email="")


class Suggestion(FromReader):
    """A reader suggests a correction of the record with this key; without a key, a record that is
    missing. Only staff of the directory read it."""

    class Kind(models.TextChoices):
        ORGANISATION = "organisation", _("organisation")
        AGREEMENT = "agreement", _("agreement")
        EVENT = "event", _("event")

    class State(models.TextChoices):
        NEW = "new", _("New")
        DONE = "done", _("Done")
        DECLINED = "declined", _("Declined")

    MODELS = {Kind.ORGANISATION: Organisation, Kind.AGREEMENT: Agreement, Kind.EVENT: Event}

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    key = models.SlugField(_("key"), max_length=120, blank=True, db_index=False)
    text = models.TextField(_("text"))
    source = models.TextField(_("source"), blank=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.NEW)

    objects = SuggestionQuerySet.as_manager()

    class Meta(FromReader.Meta):
        verbose_name = _("suggestion by a reader")
        verbose_name_plural = _("suggestions by readers")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="new", settled_at=None) | (~Q(state="new") & Q(settled_at__isnull=False)),
                name="suggestion_settled_when_not_new",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="suggestion_says_something"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.key}".strip()

    @property
    def record(self):
        """The record it speaks of, None for one that is missing or was removed since."""
        return self.MODELS[self.kind].objects.filter(slug=self.key).first() if self.key else None
