"""One publication life cycle for everything staff publish."""

from functools import cache

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class NotAllowed(Exception):
    """The step cannot be taken from the record's present state; nothing was changed."""


@cache
def _address_of_dash(view, language):
    return reverse(view, args=["-"])


def address(view, key):
    """What `reverse(view, args=[key])` says, at a tenth of its price: lists hold hundreds of links."""
    return _address_of_dash(view, get_language()).replace("/-/", f"/{key}/")


class Publication(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# step: (states it may start from, state it leads to)
TRANSITIONS = {
    "publish": ({Publication.DRAFT, Publication.WITHDRAWN}, Publication.PUBLISHED),
    "withdraw": ({Publication.DRAFT, Publication.PUBLISHED}, Publication.WITHDRAWN),
    "rework": ({Publication.PUBLISHED, Publication.WITHDRAWN}, Publication.DRAFT),
}


class PublishableQuerySet(models.QuerySet):
    def published(self):
        """What the public may see. Every page, API, feed, export and search fetches through it."""
        return self.filter(publication=Publication.PUBLISHED)

    def move(self, step):
        """Take `step` on every record whose state allows it; return how many moved."""
        sources, target = TRANSITIONS[step]
        return self.filter(publication__in=sources).update(publication=target, updated_at=Now())


class Publishable(models.Model):
    publication = models.CharField(
        _("publication"), max_length=20, choices=Publication.choices, default=Publication.DRAFT
    )

    class Meta:
        abstract = True

    @property
    def is_published(self):
        return self.publication == Publication.PUBLISHED

    def move(self, step):
        """Take `step`, or raise `NotAllowed` when the stored state does not allow it."""
        if not type(self)._default_manager.filter(pk=self.pk).move(step):
            raise NotAllowed(step)
        self.refresh_from_db(fields=["publication"])

    def publish(self):
        self.move("publish")

    def withdraw(self):
        self.move("withdraw")


class Record(Publishable):
    """A published record with its provenance. `slug` is its key in addresses, API and catalogue."""

    slug = models.SlugField(
        _("key"),
        max_length=120,
        unique=True,
        error_messages={"unique": _("Another record has this key already.")},
    )
    confidence = models.ForeignKey(
        "directory.Confidence",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confidence"),
    )
    sources = ArrayField(
        models.TextField(),
        default=list,
        blank=True,
        verbose_name=_("sources"),
        help_text=_("Addresses of the pages consulted, or “general knowledge”."),
    )
    note = models.TextField(_("note"), blank=True)
    # The values last loaded from the catalogue's files, so that what staff changed since is seen.
    loaded = models.JSONField(null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        abstract = True


class EntryQuerySet(PublishableQuerySet):
    def review(self):
        """The team has looked through them today and stands by what they say; return how many."""
        # Not a change of what the record says: `updated_at` stays.
        return self.update(reviewed_on=timezone.now().date())


class Entry(Record):
    """A record of one of the directory's lists, which the team looks through from time to time."""

    reviewed_on = models.DateField(_("reviewed by the team"), null=True, editable=False)

    class Meta:
        abstract = True
