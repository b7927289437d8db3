"""Calls for contributions, which open and close by the database's clock."""

from datetime import timedelta
from functools import cache

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection, models, transaction
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import validate_time_zone
from directory.models import NotAllowed
from workinggroup.models.call_parts import CallChange
from workinggroup.models.clock import HubNow
from workinggroup.models.groups import Basis, GroupRecord, GroupRecordQuerySet, Meeting, WorkingGroup
from workinggroup.models.searched import SearchedQuerySet, search_indexes

# Advisory locks share one space of 64 bits: the upper half says that this one guards a call's times.
LOCKS = 0x48554243 << 32
# What a submission is judged by, read again at the gate.
TIMES = ("opens_at", "closes_at", "dates_unknown", "grace_minutes", "edit_until", "now", "state")
SOON = timedelta(days=7)
ANYWHERE_ON_EARTH = "Etc/GMT+12"
# What the words of a column weigh in a search.
CALL_SEARCHED = {"title_{}": "A", "notice_{}": "B", "text_{}": "C"}


class ContributionKind(models.TextChoices):
    EXPERIENCE = "experience", _("Experience")
    ANALYSIS = "analysis", _("Analysis")
    PROPOSAL = "proposal", _("Proposal")


class Licence(models.TextChoices):
    """Under which licence contributions to a call are published (https://creativecommons.org/licenses/)."""

    BY_SA = "CC-BY-SA-4.0", _("CC BY-SA 4.0: attribution, same licence")
    BY = "CC-BY-4.0", _("CC BY 4.0: attribution")
    BY_NC_SA = "CC-BY-NC-SA-4.0", _("CC BY-NC-SA 4.0: attribution, not commercial, same licence")
    CC0 = "CC0-1.0", _("CC0 1.0: no rights reserved")

    @property
    def short(self):
        """How people name it: CC BY-SA 4.0."""
        name, version = self.value.rsplit("-", 1)
        return f"{name.replace('CC-', 'CC ')} {version}"

    def url(self, language):
        """The deed of the licence in the reader's language."""
        name, version = self.value.rsplit("-", 1)
        path = "publicdomain/zero" if name == "CC0" else f"licenses/{name.removeprefix('CC-').lower()}"
        return f"https://creativecommons.org/{path}/{version}/deed.{language}"


class CallQuerySet(SearchedQuerySet, GroupRecordQuerySet):
    def with_state(self):
        """Annotate `now` and `state` (scheduled, open or closed), derived from the database's clock
        and never stored: open while opens_at <= now < closes_at. No closing instant: open until
        further notice."""
        return self.annotate(
            now=HubNow(),
            state=Case(
                When(dates_unknown=True, then=Value(Call.State.CLOSED)),
                When(opens_at__gt=HubNow(), then=Value(Call.State.SCHEDULED)),
                When(closes_at__lte=HubNow(), then=Value(Call.State.CLOSED)),
                default=Value(Call.State.OPEN),
                output_field=models.CharField(),
            ),
        )

    def open(self):
        return self.with_state().filter(state=Call.State.OPEN)

    def closing_soon(self):
        """Open ones that close within a week."""
        return self.open().filter(closes_at__lte=HubNow() + SOON)

    def most_urgent_first(self):
        """Open calls by their closing instant, then the scheduled ones, then the closed ones."""
        urgency = Case(
            When(state=Call.State.OPEN, then=Value(0)),
            When(state=Call.State.SCHEDULED, then=Value(1)),
            default=Value(2),
        )
        soonest = Case(When(state=Call.State.CLOSED, then=None), default=F("closes_at"))
        return self.with_state().order_by(
            urgency, soonest.asc(nulls_last=True), F("closes_at").desc(nulls_last=True), "slug"
        )


@cache
def times_statement():
    """What `as_of_now` asks, and its values but for the call's key, which comes last. Put together once:
    in the last minute of a call it is asked twice by everybody who submits."""
    times = Call.objects.with_state().order_by().filter(pk=0).values(*TIMES)
    statement, (*values, _key) = times.query.sql_with_params()
    return statement, values


class Call(GroupRecord):
    """A call for contributions of a group, optionally for one meeting."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    group = models.ForeignKey(
        WorkingGroup, models.CASCADE, related_name="calls", verbose_name=_("working group")
    )
    meeting = models.ForeignKey(
        Meeting, models.SET_NULL, null=True, blank=True, related_name="calls", verbose_name=_("meeting")
    )
    title = models.CharField(_("title"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True, help_text=_("What is sought, in Markdown."))
    notice = models.CharField(
        _("notice"), max_length=300, blank=True, help_text=_("One sentence shown beside the state.")
    )
    basis = models.CharField(_("basis"), max_length=20, choices=Basis.choices, blank=True)
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(
        _("closes"), null=True, blank=True, help_text=_("Empty: open until further notice.")
    )
    time_zone = models.CharField(
        _("official time zone"),
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text=_("An IANA name such as Africa/Dakar. Etc/GMT+12 is the last place on Earth to end a day."),
    )
    dates_unknown = models.BooleanField(
        _("dates unknown"), default=False, help_text=_("The call is closed and its dates are not known.")
    )
    grace_minutes = models.PositiveSmallIntegerField(
        _("grace period"),
        default=0,
        validators=[MaxValueValidator(1440)],
        help_text=_(
            "For so many minutes after the closing, contributions are still taken and marked late for staff."
        ),
    )
    edit_until = models.DateTimeField(
        _("changes until"),
        null=True,
        blank=True,
        help_text=_("Until when authors may change what they sent. Empty: until the call closes."),
    )
    accepts = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("accepts"))
    kinds = ArrayField(
        models.CharField(max_length=20, choices=ContributionKind.choices),
        default=list,
        blank=True,
        verbose_name=_("kinds accepted"),
        help_text=_("None chosen: all of them."),
    )
    languages = ArrayField(
        models.CharField(max_length=5, choices=settings.LANGUAGES),
        default=list,
        blank=True,
        verbose_name=_("languages accepted"),
        help_text=_("None chosen: all of them."),
    )
    min_words = models.PositiveIntegerField(_("fewest words"), null=True, blank=True)
    max_words = models.PositiveIntegerField(
        _("most words"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    max_files = models.PositiveSmallIntegerField(
        _("most files"), default=5, validators=[MaxValueValidator(100)]
    )
    max_file_mb = models.PositiveSmallIntegerField(
        _("largest file"), default=10, validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("In megabytes."),
    )  # fmt: skip
    licence = models.CharField(
        _("licence"), max_length=20, choices=Licence.choices, default=Licence.BY_SA
    )  # fmt: skip
    consent = models.CharField(
        _("consent"),
        max_length=600,
        blank=True,
        help_text=_("What authors agree to, in one sentence. Empty: the hub's usual sentence."),
    )

    SEARCHED = CALL_SEARCHED

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = [F("closes_at").desc(nulls_first=True), "slug"]
        verbose_name = _("call for contributions")
        verbose_name_plural = _("calls for contributions")
        indexes = search_indexes("call", CALL_SEARCHED)
        constraints = [
            models.CheckConstraint(
                condition=Q(dates_unknown=True, opens_at__isnull=True, closes_at__isnull=True)
                | Q(dates_unknown=False, opens_at__isnull=False),
                name="call_dates",
                violation_error_message=_(
                    "Give the opening instant, or tick “dates unknown” and leave both instants empty."
                ),
            ),
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
                name="call_in_order",
                violation_error_message=_("The call must close after it opens."),
            ),
            models.CheckConstraint(
                condition=Q(min_words__isnull=True)
                | Q(max_words__isnull=True)
                | Q(min_words__lte=F("max_words")),
                name="call_words_in_order",
                violation_error_message=_("The fewest words cannot be more than the most words."),
            ),
        ]

    def __str__(self):
        return self.title or self.slug

    def get_absolute_url(self):
        return reverse("workinggroup:call", args=[self.slug])

    # What may be sent.

    @property
    def accepts_files(self):
        return self.max_files > 0 and (not self.accepts or "attachment" in self.accepts)

    @property
    def accepts_links(self):
        return not self.accepts or "link" in self.accepts

    @property
    def accepted_kinds(self):
        return [ContributionKind(kind) for kind in self.kinds or ContributionKind.values]

    @property
    def accepted_languages(self):
        return [code for code, _name in settings.LANGUAGES if not self.languages or code in self.languages]

    # When. All of these take a call that comes `with_state()`: its `now` is the database's.

    @property
    def grace_ends_at(self):
        return self.closes_at and self.closes_at + timedelta(minutes=self.grace_minutes)

    def takes(self, user=None):
        """Whether a submission at this instant is in, and how: "" when it is not, else "open",
        "grace" or "late access"."""
        if self.opens_at and self.now < self.opens_at:
            return ""
        if not self.dates_unknown and (self.closes_at is None or self.now < self.closes_at):
            return "open"
        if self.closes_at and self.now < self.grace_ends_at:
            return "grace"
        if self.late_access.valid_for(user, self.now).exists():
            return "late access"
        return ""

    def late_until(self, user):
        """Until when `user` may still submit although the call has closed, by its grace period or by late
        access of their own; None when they may not, or while it is open."""
        if self.state != self.State.CLOSED:
            return None
        own = self.late_access.valid_for(user, self.now).order_by("-until").first()
        ends = (own and own.until, self.grace_ends_at)
        return max((end for end in ends if end and self.now < end), default=None)

    @property
    def changes_end_at(self):
        """Until when authors may change what they sent; None while there is no end."""
        return self.edit_until or self.grace_ends_at

    @property
    def takes_changes(self):
        """Whether authors may change now what they sent."""
        if self.dates_unknown or self.state == self.State.SCHEDULED:
            return False
        return self.changes_end_at is None or self.now < self.changes_end_at

    def as_of_now(self):
        """Read the times, the clock and the state anew; return the call."""
        statement, values = times_statement()
        with connection.cursor() as cursor:
            cursor.execute(statement, [*values, self.pk])
            row = cursor.fetchone()
            if row is None:
                raise Call.DoesNotExist
            for column, value in zip(cursor.description, row, strict=True):
                setattr(self, column.name, value)
        return self

    def gate(self):
        """Hold the times still until the transaction ends, and read them; return the call.

        Two statements, in this order: the lock, then a statement of its own that reads the times and
        the clock. In one statement the times would come from the snapshot before the wait. Those who
        submit share the lock; whoever changes the times takes it alone and waits only for those
        already inside (docs/decisions.md).
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCKS + self.pk])
        return self.as_of_now()

    # Staff move its times through here alone.

    def reschedule(self, *, opens_at, closes_at, by=None):
        """Set the opening and closing instants and keep the ones before; return the `CallChange`, or
        None when nothing changed. Whoever submits at the same moment is judged by one or the other,
        never by a mixture: the change waits for those already inside the gate."""
        with transaction.atomic():
            before = self.held()
            if (before.opens_at, before.closes_at) == (opens_at, closes_at):
                return None
            return self._change(before, {"opens_at": opens_at, "closes_at": closes_at}, by)

    def open_now(self, *, by=None):
        """Open a scheduled call at this instant, or raise `NotAllowed`."""
        return self._now("opens_at", self.State.SCHEDULED, by)

    def close_now(self, *, by=None):
        """Close an open call at this instant, or raise `NotAllowed`."""
        return self._now("closes_at", self.State.OPEN, by)

    def _now(self, field, state, by):
        with transaction.atomic():
            before = self.held()
            if before.state != state:
                raise NotAllowed(field)
            return self._change(before, {field: before.now}, by)

    def held(self):
        """The call `with_state()` as of now, its times held still until the transaction ends: nobody
        submits or changes them meanwhile. The counterpart of `gate`, for those who change them."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCKS + self.pk])
        return Call.objects.with_state().get(pk=self.pk)

    def _change(self, before, values, by):
        Call.objects.filter(pk=self.pk).update(dates_unknown=False, updated_at=HubNow(), **values)
        after = Call.objects.with_state().get(pk=self.pk)
        self.opens_at, self.closes_at, self.dates_unknown = after.opens_at, after.closes_at, False
        return CallChange.objects.create(
            call=self,
            kind=CallChange.kind_of(before, after),
            old_opens_at=before.opens_at,
            old_closes_at=before.closes_at,
            new_opens_at=after.opens_at,
            new_closes_at=after.closes_at,
            at=before.now,
            by=by,
        )
