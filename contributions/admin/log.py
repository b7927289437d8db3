"""The log of steps: read, filtered, and by nobody edited."""

from django.contrib import admin
from django.http import Http404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from contributions import models
from contributions.admin.moderated import GroupFilter, Moderated, StepFilter
from contributions.models import DECISIONS, Step
from directory.admin import name_of


class PersonFilter(admin.SimpleListFilter):
    """Those who took steps as moderators; anybody else by the links in the list."""

    title = gettext_lazy("person")
    parameter_name = "by"

    def lookups(self, request, model_admin):
        decided = model_admin.get_queryset(request).filter(step__in=[*DECISIONS, Step.ADMIT])
        people = User.objects.filter(pk__in=decided.order_by().values("by")).order_by("display_name", "pk")
        return [(str(person.pk), name_of(person)) for person in people]

    def has_output(self):
        return True

    def queryset(self, request, queryset):
        value = self.value() or ""
        if value.isascii() and value.isdigit() and len(value) < 19:
            return queryset.filter(by=value)
        return queryset


class DayFilter(admin.DateFieldListFilter):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = _("date")


@admin.register(models.StepTaken)
class StepTakenAdmin(Moderated):
    name_in_lists = gettext_lazy("Log of steps")
    of_group = "contribution__call__group"
    list_display = ["at_utc", "link", "what", "person", "reason_shown"]
    list_display_links = None
    list_filter = [StepFilter, GroupFilter, PersonFilter, ("at", DayFilter)]
    list_select_related = ["contribution__call__group", "by"]
    search_fields = ["reference", "by__display_name", "reason"]
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]
    actions = None
    fields = readonly_fields = [*list_display]

    def get_queryset(self, request):
        """Of their groups; whoever may moderate any sees also what is left of contributions that are
        no longer there."""
        if request.user.has_perm("workinggroup.moderate_any_group"):
            queryset = models.StepTaken.objects.all()
        else:
            queryset = super().get_queryset(request)
        bulk = [*models.SEARCH, "text", "summary"]
        return queryset.defer(*(f"contribution__{name}" for name in bulk))

    def has_change_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return any(
            request.user.has_perm(f"contributions.{what}")
            for what in ("view_contribution", "change_contribution", "view_steptaken")
        )

    def history_view(self, request, object_id, extra_context=None):
        """A step has no history: it is never changed."""
        raise Http404

    @admin.display(description=gettext_lazy("at (UTC)"), ordering="at")
    def at_utc(self, step):
        return f"{step.at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description=gettext_lazy("contribution"), ordering="reference")
    def link(self, step):
        if step.contribution is None:
            return step.reference
        return format_html(
            '<a href="{}">{}</a><br><span class="quiet" lang="{}">{}</span>',
            reverse("admin:contributions_contribution_change", args=[step.contribution_id]),
            step.reference,
            step.contribution.language,
            step.contribution.title,
        )

    @admin.display(description=gettext_lazy("step"), ordering="step")
    def what(self, step):
        names = dict(models.Contribution.State.choices)
        before, after = (names.get(state, "") for state in (step.from_state, step.to_state))
        return format_html(
            '<b>{}</b><br><span class="quiet">{}<br>{}</span>',
            step.get_step_display(),
            f"{before} → {after}" if before and before != after else after,
            _("version %(version)s") % {"version": step.version},
        )

    @admin.display(description=gettext_lazy("by"), ordering="by")
    def person(self, step):
        if step.by is None:
            return name_of(None)
        return format_html('<a href="?by={}">{}</a>', step.by_id, name_of(step.by))

    @admin.display(description=gettext_lazy("reason"))
    def reason_shown(self, step):
        until = ""
        if step.step == Step.RETURN and step.edit_until:
            until = _("Changes until %(until)s UTC") % {"until": f"{step.edit_until:%Y-%m-%d %H:%M}"}
        reason = Truncator(step.reason).chars(300)
        return format_html('<span class="log-reason">{}</span><span class="quiet">{}</span>', reason, until)
