"""Working groups, their meetings and documents."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import validate_time_zone
from directory.models import Publication
from directory.models.files import FileRecord
from directory.models.publication import PublishableQuerySet, Record
from directory.models.vocabularies import Term
from directory.search_fields import CONFIGURATIONS
from workinggroup.models.clock import HubNow
from workinggroup.models.searched import SearchedQuerySet, search_indexes


class DocumentKind(Term):
    class Meta(Term.Meta):
        verbose_name = _("kind of document")
        verbose_name_plural = _("kinds of document")


class Basis(models.TextChoices):
    """Where a passage comes from: what the founding text says, or what this catalogue's editors wrote."""

    FOUNDING_TEXT = "founding_text", _("Founding text, in our words")
    EDITORIAL = "editorial", _("Written by the editors of this catalogue")


def bulk_of(*paths):
    """The columns of joined organisations and events that no page of a group shows, so that a page
    can join them: `defer(*bulk_of("coordinator"))`."""
    columns = [f"{stem}_{code}" for stem in ("search", "context", "sort") for code in CONFIGURATIONS]
    return [f"{path}__{column}" for path in paths for column in columns]


def as_rows(queryset, *fields):
    """The records of a subquery as JSON objects in one column; `values(row=…)` of a translated model
    would add its other columns."""
    return queryset.annotate(row=JSONObject(**{field: field for field in fields})).values("row")


# What the words of a column weigh in a search.
GROUP_SEARCHED = {"title_{}": "A", "theme_block_{}": "B"}
MEETING_SEARCHED = {"title_{}": "A", "place": "B", "city": "B", "purpose_{}": "C"}


class WorkingGroupQuerySet(SearchedQuerySet, PublishableQuerySet):
    def moderated_by(self, user):
        """The groups whose contributions `user` may judge: all of them for whoever has the permission
        “moderate any group”, else those where a membership says coordinator or moderator. Staff only."""
        if not (user.is_active and user.is_staff):
            return self.none()
        if user.has_perm("workinggroup.moderate_any_group"):
            return self
        roles = (Membership.Role.COORDINATOR, Membership.Role.MODERATOR)
        held = Membership.objects.filter(group=OuterRef("pk"), user=user, role__in=roles)
        return self.filter(Exists(held))

    def with_coordinator(self):
        return self.select_related("coordinator").defer(*bulk_of("coordinator"), "loaded")


class WorkingGroup(Record):
    title = models.CharField(_("title"), max_length=300)
    theme_block = models.CharField(_("theme block"), max_length=150, blank=True)
    coordinator = models.ForeignKey(
        "directory.Organisation",
        models.PROTECT,
        related_name="+",
        verbose_name=_("coordinating organisation"),
    )
    forum = models.ForeignKey(
        "directory.Event",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("forum or event"),
    )
    organisations = models.ManyToManyField(
        "directory.Organisation", blank=True, related_name="+", verbose_name=_("organisations named")
    )
    areas = models.ManyToManyField(
        "directory.Region", blank=True, related_name="+", verbose_name=_("areas named")
    )
    illustrative = models.BooleanField(
        _("demonstration"), default=False, help_text=_("Shows how the hub works; not a real group.")
    )

    SEARCHED = GROUP_SEARCHED

    objects = WorkingGroupQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        verbose_name = _("working group")
        verbose_name_plural = _("working groups")
        permissions = [("moderate_any_group", _("Can moderate contributions to any group"))]
        indexes = search_indexes("group", GROUP_SEARCHED)

    def __str__(self):
        return self.title or self.slug

    def get_absolute_url(self):
        return reverse("workinggroup:group", args=[self.slug])


class GroupRecordQuerySet(PublishableQuerySet):
    def published(self):
        """What the public may see: published records of published groups."""
        return super().published().filter(group__publication=Publication.PUBLISHED)


class GroupRecord(Record):
    """A record of a group, public only together with it. Subclasses have a `group`."""

    class Meta:
        abstract = True

    @property
    def is_published(self):
        return super().is_published and self.group.is_published


class Passage(models.Model):
    """A piece of a group's text, with where it comes from."""

    key = models.SlugField(_("key"), max_length=120)
    basis = models.CharField(_("basis"), max_length=20, choices=Basis.choices, blank=True)
    text = models.TextField(_("text"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    loaded = models.JSONField(null=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def __str__(self):
        return self.key


class ContextParagraph(Passage):
    group = models.ForeignKey(
        WorkingGroup, models.CASCADE, related_name="context", verbose_name=_("working group")
    )

    class Meta(Passage.Meta):
        verbose_name = _("paragraph of the context")
        verbose_name_plural = _("paragraphs of the context")
        constraints = [models.UniqueConstraint(fields=["group", "key"], name="context_paragraph_once")]


class Question(Passage):
    group = models.ForeignKey(
        WorkingGroup, models.CASCADE, related_name="questions", verbose_name=_("working group")
    )

    class Meta(Passage.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [models.UniqueConstraint(fields=["group", "key"], name="question_once")]


class Membership(models.Model):
    class Role(models.TextChoices):
        COORDINATOR = "coordinator", _("Coordinator")
        MODERATOR = "moderator", _("Moderator")
        MEMBER = "member", _("Member")

    group = models.ForeignKey(
        WorkingGroup, models.CASCADE, related_name="memberships", verbose_name=_("working group")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person")
    )
    organisation = models.ForeignKey(
        "directory.Organisation",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("on behalf of"),
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    class Meta:
        ordering = ["group", "role", "pk"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "user"],
                name="membership_once",
                violation_error_message=_("This person belongs to the group already."),
            )
        ]

    def __str__(self):
        return f"{self.user}, {self.get_role_display()}"


class MeetingQuerySet(SearchedQuerySet, GroupRecordQuerySet):
    def with_event(self):
        return self.select_related("event").defer(*bulk_of("event"), "loaded")

    def cancel(self):
        """Say that the meetings do not take place; their pages stay. Return how many it is news of."""
        return self.filter(cancelled_at=None).update(cancelled_at=HubNow(), updated_at=HubNow())

    def reinstate(self):
        """Take the cancellation back; return how many were cancelled."""
        return self.exclude(cancelled_at=None).update(cancelled_at=None, updated_at=HubNow())


# Readers who noted the old time must see that it changed: the database keeps it, whichever way a published
# meeting is moved. Back at its former time it was never moved; what staff write there themselves stays.
KEEP_FORMER_START = """
IF NEW.moved_from IS NOT DISTINCT FROM OLD.moved_from THEN
    NEW.moved_from := CASE WHEN NEW.starts_at = OLD.moved_from THEN NULL ELSE OLD.starts_at END;
END IF;
RETURN NEW;
"""


class Meeting(GroupRecord):
    """A meeting of a group; its day may be unknown, and the page says so."""

    group = models.ForeignKey(
        WorkingGroup, models.CASCADE, related_name="meetings", verbose_name=_("working group")
    )
    event = models.ForeignKey(
        "directory.Event",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("within the event"),
    )
    title = models.CharField(_("title"), max_length=300, blank=True)
    purpose = models.TextField(_("purpose"), blank=True)
    basis = models.CharField(_("basis"), max_length=20, choices=Basis.choices, blank=True)
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, validators=[MinValueValidator(1900), MaxValueValidator(2100)]
    )
    starts_at = models.DateTimeField(
        _("starts"), null=True, blank=True, help_text=_("Leave empty when the day is not known.")
    )
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    moved_from = models.DateTimeField(
        _("former start"),
        null=True,
        blank=True,
        help_text=_("Shown struck through. Kept by itself when a published meeting is moved."),
    )
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, editable=False)
    time_zone = models.CharField(
        _("official time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    country = models.ForeignKey(
        "directory.Country",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("country"),
    )
    online_url = models.URLField(_("address to take part online"), max_length=500, blank=True)
    languages = ArrayField(
        models.CharField(max_length=5, choices=settings.LANGUAGES),
        default=list,
        blank=True,
        verbose_name=_("languages"),
    )

    SEARCHED = MEETING_SEARCHED

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = [F("starts_at").desc(nulls_last=True), "-year", "slug"]
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        indexes = search_indexes("meeting", MEETING_SEARCHED)
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(starts_at__isnull=False, ends_at__gte=F("starts_at")),
                name="meeting_in_order",
                violation_error_message=_("The meeting cannot end before it starts."),
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="meeting_moved",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("starts_at"),
                condition=pgtrigger.Q(
                    old__publication=Publication.PUBLISHED,
                    new__publication=Publication.PUBLISHED,
                    old__starts_at__isnull=False,
                    old__starts_at__df=pgtrigger.F("new__starts_at"),
                ),
                func=KEEP_FORMER_START,
            )
        ]

    def __str__(self):
        return self.title or self.slug

    def get_absolute_url(self):
        return reverse("workinggroup:meeting", args=[self.group.slug, self.slug])


class DocumentQuerySet(GroupRecordQuerySet):
    def with_files(self):
        """Annotate `file_rows`, what a page shows of each file, without a query for them."""
        shown = ("file", "original_name", "size", "language")
        rows = DocumentFile.objects.filter(document=OuterRef("pk")).order_by("language", "pk")
        return self.select_related("kind").annotate(file_rows=ArraySubquery(as_rows(rows, *shown)))


class Document(GroupRecord):
    """A document of a group, as text or files per language; `available` false: it was not preserved."""

    group = models.ForeignKey(
        WorkingGroup, models.CASCADE, related_name="documents", verbose_name=_("working group")
    )
    meeting = models.ForeignKey(
        Meeting,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="documents",
        verbose_name=_("meeting"),
    )
    kind = models.ForeignKey(DocumentKind, models.PROTECT, related_name="+", verbose_name=_("kind"))
    title = models.CharField(_("title"), max_length=300)
    text = models.TextField(_("text"), blank=True, help_text=_("Markdown."))
    basis = models.CharField(_("basis"), max_length=20, choices=Basis.choices, blank=True)
    available = models.BooleanField(
        _("available"), default=True, help_text=_("Untick when the document is known of but not preserved.")
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["kind__position", "slug"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self):
        return self.title or self.slug

    def get_absolute_url(self):
        return f"{self.group.get_absolute_url()}#document-{self.slug}"


class DocumentFileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Files of published documents of published groups; the group's members and moderators see all."""
        public = Q(
            document__publication=Publication.PUBLISHED,
            document__available=True,
            document__group__publication=Publication.PUBLISHED,
        )
        if not user.is_authenticated:
            return self.filter(public)
        belongs = Exists(Membership.objects.filter(group=OuterRef("document__group"), user=user))
        moderated = WorkingGroup.objects.moderated_by(user)
        return self.filter(public | belongs | Q(document__group__in=moderated))


class DocumentFile(FileRecord):
    document = models.ForeignKey(Document, models.CASCADE, related_name="files", verbose_name=_("document"))

    objects = DocumentFileQuerySet.as_manager()

    class Meta(FileRecord.Meta):
        verbose_name = _("file of a document")
        verbose_name_plural = _("files of documents")

    def __str__(self):
        return self.original_name
