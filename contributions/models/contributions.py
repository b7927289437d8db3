"""What people send to a call, and what the public sees of it."""

import secrets

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, Count, Exists, ExpressionWrapper, F, Func, OuterRef, Q, Subquery, When
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contributions.models.columns import SEARCH, search_column, sort_column
from contributions.models.moderation import Reading
from contributions.models.parts import CoAuthor
from contributions.models.reports import Report
from contributions.models.steps import DECISIONS, ChangesEnded, Overtaken, Step, Steps, StepTaken
from directory.models import Agreement
from workinggroup.models import (
    CallQuestion,
    ContributionKind,
    HubNow,
    Licence,
    WorkingGroup,
    as_rows,
    bulk_of,
)


def new_reference():
    """A reference people can read aloud: no letter that looks like a digit."""
    return "C-" + "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTVWXYZ") for _i in range(7))


class MedianDays(models.Aggregate):
    """The median of an interval, in days."""

    name = "median"
    output_field = models.FloatField()
    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM %(expressions)s) / 86400)"


class ContributionQuerySet(models.QuerySet):
    def published(self):
        """What the public may see: published contributions to published calls of published groups."""
        return self.of_public_calls().filter(state=Contribution.State.PUBLISHED)

    def of_public_calls(self):
        return self.filter(call__publication="published", call__group__publication="published")

    def gone(self):
        """What was public once and is no longer: its address says so and shows nothing of it."""
        return self.of_public_calls().filter(
            state__in=(Contribution.State.WITHDRAWN, Contribution.State.UNPUBLISHED),
            published_at__isnull=False,
        )

    def unused(self):
        """What is published and no published challenge cites yet."""
        cited = apps.get_model("contributions", "Challenge").objects.published()
        return self.published().filter(~Exists(cited.filter(contributions=OuterRef("pk"))))

    def moderated_by(self, user):
        """Contributions to the groups `user` moderates, which they may read, and judge apart from those
        `written_by` them."""
        return self.filter(call__group__in=WorkingGroup.objects.moderated_by(user))

    def of(self, user):
        """What `user` sent."""
        return self.filter(author=user) if user.is_authenticated else self.none()

    def visible_to(self, user):
        """What `user` may read, published or not: own work, work they are co-author of, and what they
        moderate."""
        if not user.is_authenticated:
            return self.published()
        moderated = WorkingGroup.objects.moderated_by(user)
        return self.filter(
            Q(author=user)
            | shared_with(user)
            | Q(call__group__in=moderated)
            | Q(pk__in=Contribution.objects.published().values("pk"))
        )

    def shared_with(self, user):
        """What others sent, of which `user` confirmed to be a co-author."""
        return self.filter(shared_with(user)).exclude(author=user)

    def written_by(self, user):
        """What `user` does not judge."""
        return self.filter(wrote(user))

    def not_written_by(self, user):
        return self.filter(~wrote(user))

    def translatable_by(self, user):
        """What `user` may translate in the admin: what they moderate; for those who may only
        translate, what is published."""
        moderates = ("contributions.view_contribution", "contributions.change_contribution")
        if any(user.has_perm(permission) for permission in moderates):
            return self.moderated_by(user)
        return self.published()

    def with_flags(self, user):
        """Annotate what a moderator looks out for: `waited` (since it was received), `is_own`,
        `is_new` (a version `user` has not read, after one they had, or one that was judged),
        `is_overdue` (returned, and the time for changes is over), `is_reported` (by a reader)."""
        earlier = Q(version__lt=OuterRef("version"))
        read = Reading.objects.filter(contribution=OuterRef("pk"), user=user)
        judged = StepTaken.objects.filter(contribution=OuterRef("pk"), step__in=DECISIONS)
        return self.annotate(
            waited=ExpressionWrapper(HubNow() - F("received_at"), models.DurationField()),
            is_own=Case(When(wrote(user), then=True), default=False),
            is_new=Case(
                When(Exists(read.filter(version=OuterRef("version"))), then=False),
                default=Exists(read.filter(earlier)) | Exists(judged.filter(earlier)),
            ),
            is_reported=Exists(Report.objects.waiting().filter(contribution=OuterRef("pk"))),
            is_overdue=Case(
                When(state=Contribution.State.RETURNED, edit_until__lte=HubNow(), then=True), default=False
            ),
        )

    def counters(self):
        """How many were received, and of them how many wait, are published, returned, declined,
        withdrawn; and the median days from receipt to the first decision (None without one)."""
        state = Contribution.State
        return self.aggregate(
            received=Count("pk"),
            waiting=Count("pk", filter=Q(state=state.RECEIVED)),
            published=Count("pk", filter=Q(state=state.PUBLISHED)),
            returned=Count("pk", filter=Q(state=state.RETURNED)),
            declined=Count("pk", filter=Q(state__in=(state.DECLINED, state.UNPUBLISHED))),
            withdrawn=Count("pk", filter=Q(state=state.WITHDRAWN)),
            median_days=MedianDays(F("decided_at") - F("received_at"), filter=Q(decided_at__isnull=False)),
        )

    def without_bulk(self):
        """Leave out the columns no list shows: the text and the search vectors."""
        return self.defer("text", *SEARCH)

    def without_search(self):
        """Leave out the columns that only searches and lists read."""
        return self.defer(*SEARCH)

    def with_byline(self):
        """Join what stands beside a title: the authors' names and the organisation."""
        confirmed = CoAuthor.objects.confirmed().filter(contribution=OuterRef("pk"))
        return (
            self.select_related("author", "organisation")
            .defer(*SEARCH, *bulk_of("organisation"), "author__password", "author__email")
            .annotate(co_author_names=ArraySubquery(confirmed.order_by("pk").values("name")))
        )

    def in_language(self, code):
        """Annotate `translated`, the title that a published translation has in the reader's language,
        with whether it is older than the original; None where readers are shown the original."""
        stale = Q(source_version__lt=OuterRef("version"))
        row = JSONObject(
            title="title",
            translator_name="translator_name",
            is_stale=ExpressionWrapper(stale, models.BooleanField()),
        )
        return self.annotate(translated=Subquery(translations().filter(language=code).values(row=row)))

    def with_languages(self):
        """Annotate `languages`: the one it was written in and those it can be read in."""
        return self.annotate(
            languages=Func(
                Func(F("language"), template="ARRAY[%(expressions)s]"),
                ArraySubquery(translations().order_by("language").values("language")),
                function="array_cat",
                output_field=ArrayField(models.CharField(max_length=5)),
            )
        )

    def with_parts(self):
        """Annotate what stands beside the text of one contribution, without a query for each: keys of
        regions and sectors, rows of agreements, attachments, translations, questions of the call."""
        attachments = joined(Contribution, "attachments").order_by("attachment")
        agreements = Agreement.objects.published().filter(
            pk__in=joined(Contribution, "agreements", OuterRef(OuterRef("pk"))).values("agreement")
        )
        names = [f"title_{code}" for code, _name in settings.LANGUAGES]
        questions = CallQuestion.objects.filter(call=OuterRef("call")).order_by("position", "pk")
        texts = ("language", "title", "summary", "text", "source_version", "translator_name")
        return self.annotate(
            region_keys=ArraySubquery(joined(Contribution, "regions").order_by("region").values("region")),
            sector_keys=ArraySubquery(joined(Contribution, "sectors").order_by("sector").values("sector")),
            agreement_rows=ArraySubquery(as_rows(agreements.order_by("slug"), "slug", *names)),
            attachment_rows=ArraySubquery(
                attachments.values(
                    row=JSONObject(
                        file="attachment__file",
                        original_name="attachment__original_name",
                        size="attachment__size",
                    )
                )
            ),
            translation_rows=ArraySubquery(as_rows(translations().order_by("language"), *texts)),
            question_rows=ArraySubquery(
                as_rows(questions, "id", *(f"text_{code}" for code, _name in settings.LANGUAGES))
            ),
        )


def shared_with(user):
    """The condition that `user` confirmed to be a co-author."""
    return Exists(CoAuthor.objects.of(user).confirmed().filter(contribution=OuterRef("pk")))


def wrote(user):
    """The condition that `user` is author, or named as co-author and did not decline."""
    named = CoAuthor.objects.of(user).standing().filter(contribution=OuterRef("pk"))
    return Q(author=user) | Exists(named)


def translations():
    """The published translations of the outer contribution, which is published itself; none into the
    language it is written in now."""
    found = apps.get_model("contributions", "ContributionTranslation").objects
    return found.filter(publication="published", contribution=OuterRef("pk")).exclude(
        language=OuterRef("language")
    )


def joined(model, name, outer=None):
    """The rows that tie contributions to others by the set `name`, for the outer contribution."""
    return getattr(model, name).through.objects.filter(contribution=outer or OuterRef("pk"))


class Contribution(Steps, models.Model):
    """What somebody submitted while a call was open. What is still being written is a `Draft`."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        RETURNED = "returned", _("Returned for changes")
        PUBLISHED = "published", pgettext_lazy("contribution", "Published")
        DECLINED = "declined", _("Declined")
        UNPUBLISHED = "unpublished", _("Unpublished")
        WITHDRAWN = "withdrawn", pgettext_lazy("contribution", "Withdrawn")

    Kind = ContributionKind

    reference = models.CharField(
        _("reference"), max_length=20, unique=True, default=new_reference, editable=False
    )
    call = models.ForeignKey(
        "workinggroup.Call", models.PROTECT, related_name="+", verbose_name=_("call for contributions")
    )
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.RECEIVED)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    # The one language it was written in; nobody needs to write in the language of the interface.
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    title = models.CharField(_("title"), max_length=300)
    summary = models.TextField(_("summary"), blank=True)
    text = models.TextField(_("text"), help_text=_("Markdown."))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
    )
    author_name = models.CharField(_("name shown"), max_length=150, blank=True)
    organisation = models.ForeignKey(
        "directory.Organisation",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("on behalf of"),
    )
    regions = models.ManyToManyField(
        "directory.Region", blank=True, related_name="+", verbose_name=_("regions it speaks of")
    )
    sectors = models.ManyToManyField(
        "directory.Sector", blank=True, related_name="+", verbose_name=_("sectors it speaks of")
    )
    agreements = models.ManyToManyField(
        "directory.Agreement", blank=True, related_name="+", verbose_name=_("agreements it speaks of")
    )
    links = ArrayField(models.URLField(max_length=500), default=list, blank=True, verbose_name=_("links"))
    # The answers to the call's questions, by the key of the question.
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    attachments = models.ManyToManyField(
        "contributions.Attachment", blank=True, related_name="contributions", verbose_name=_("attachments")
    )
    licence = models.CharField(
        _("licence"), max_length=20, choices=Licence.choices, default=Licence.BY_SA
    )  # fmt: skip
    consented_at = models.DateTimeField(_("consent given"), null=True, blank=True, editable=False)
    # What the author sent, counted from 1; a decision names the version it judged.
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    late = models.BooleanField(
        _("late"), default=False, editable=False, help_text=_("Submitted after the closing instant.")
    )
    received_at = models.DateTimeField(_("received"), db_default=HubNow(), editable=False)
    decided_at = models.DateTimeField(_("first decided"), null=True, blank=True, editable=False)
    edit_until = models.DateTimeField(
        _("changes until"), null=True, blank=True, editable=False,
        help_text=_("Until when the author may send the changes asked for."),
    )  # fmt: skip
    withdrawn_from = models.CharField(max_length=20, blank=True, editable=False)
    illustrative = models.BooleanField(
        _("demonstration"), default=False, help_text=_("Shows how the hub works; nobody sent it.")
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    # Computed by PostgreSQL, never written by Python.
    search_es = search_column("es", state="published")
    search_fr = search_column("fr", state="published")
    search_en = search_column("en", state="published")
    sort_es = sort_column()
    sort_fr = sort_column()
    sort_en = sort_column()

    objects = ContributionQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "reference"]
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="contribution_published_at",
                violation_error_message=_("A published contribution has an instant of publication."),
            )
        ]
        indexes = [
            GinIndex(fields=["search_es"], name="contribution_search_es"),
            GinIndex(fields=["search_fr"], name="contribution_search_fr"),
            GinIndex(fields=["search_en"], name="contribution_search_en"),
            models.Index(fields=["state", "-published_at"], name="contribution_latest"),
            models.Index(fields=["state", "received_at"], name="contribution_queue"),
        ]

    def __str__(self):
        return self.title or self.reference

    def get_absolute_url(self):
        return reverse("contributions:contribution", args=[self.reference])

    @property
    def is_published(self):
        return self.state == self.State.PUBLISHED and self.call.is_published and self.call.group.is_published

    @property
    def takes_changes(self):
        """Whether the author may send a new version now. The contribution comes with its call
        `with_state()`, whose `now` is the database's."""
        if self.state == self.State.RETURNED:
            return self.edit_until is None or self.call.now < self.edit_until
        return self.state == self.State.RECEIVED and self.call.takes_changes

    @property
    def changes_end_at(self):
        """Until when the author may send a new version; None while there is no end."""
        return self.edit_until if self.state == self.State.RETURNED else self.call.changes_end_at

    @property
    def change_step(self):
        """The step that a new version is; empty in a state that takes none."""
        steps = {self.State.RECEIVED: Step.REVISE, self.State.RETURNED: Step.RESUBMIT}
        return steps.get(self.state, "")

    def check_takes_changes(self):
        """Raise `Overtaken` in a state that takes no new version, `ChangesEnded` after the time for it."""
        if not self.change_step:
            raise Overtaken(Step.REVISE, self)
        if not self.takes_changes:
            raise ChangesEnded(self.change_step, self)

    @property
    def takes_whole_changes(self):
        """Whether everything may be changed, or, after the closing, only title, summary and text."""
        return self.call.takes_changes

    def may_restore(self, user):
        """Whether `user` may undo the withdrawal now: the author while they could still send it, that is
        until the call closes; staff after. Until when texts may be changed is another matter."""
        if self.state != self.State.WITHDRAWN:
            return False
        if user.pk == self.author_id:
            return bool(self.call.takes(user))
        return Contribution.objects.moderated_by(user).filter(pk=self.pk).exists()

    @property
    def shown_author(self):
        """The name readers see, never an e-mail address; empty for a former participant."""
        return self.author_name or (self.author.display_name if self.author else "")

    @property
    def shown_names(self):
        """The author and the co-authors who confirmed, as readers see them; for a contribution that
        comes `with_byline()`."""
        return [name for name in (self.shown_author, *self.co_author_names) if name]
