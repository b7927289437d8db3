"""The queue of contributions, and the page where one is read and judged."""

from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contributions import models
from contributions.admin import many, reading
from contributions.admin.moderated import GroupFilter, Moderated
from contributions.admin.outcomes import Unused
from contributions.admin.steps import OFFERED, StepForm, steps_from
from contributions.models import Erased, Overtaken, OwnContribution, Step
from directory.admin import RecordedAdmin

State = models.Contribution.State
FLAGS = {
    "is_new": gettext_lazy("new version"),
    "late": gettext_lazy("late"),
    "is_own": gettext_lazy("your own"),
    "is_overdue": gettext_lazy("changes overdue"),
    "is_reported": gettext_lazy("reported"),
}


def marks(record):
    """What a moderator should see at a glance, in words."""
    return format_html_join(
        " ",
        '<span class="flag flag--{}">{}</span>',
        ((name.removeprefix("is_"), label) for name, label in FLAGS.items() if getattr(record, name)),
    )


class StateFilter(admin.SimpleListFilter):
    """What waits for a decision, unless another state is chosen or something is searched for."""

    title = gettext_lazy("state")
    parameter_name = "state__exact"

    def lookups(self, request, model_admin):
        return [*State.choices, ("all", _("All"))]

    def choices(self, changelist):
        chosen = self.value() or ("all" if changelist.query else State.RECEIVED)
        for value, label in self.lookup_choices:
            yield {
                "selected": value == chosen,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request, queryset):
        if self.value() in State.values:
            return queryset.filter(state=self.value())
        if self.value() is None and not request.GET.get("q") and not request.GET.get("trace"):
            return queryset.filter(state=State.RECEIVED)
        return queryset


class FlagFilter(admin.SimpleListFilter):
    title = gettext_lazy("mark")
    parameter_name = "flag"

    def lookups(self, request, model_admin):
        return FLAGS.items()

    def queryset(self, request, queryset):
        return queryset.filter(**{self.value(): True}) if self.value() in FLAGS else queryset


@admin.register(models.Contribution)
class ContributionAdmin(Moderated, RecordedAdmin):
    """Contributions are read here and judged by steps. Nobody writes, edits or removes one: the text
    is its author's."""

    list_display = ["heading", "age", "to_call", "language", "kind", "state"]
    list_display_links = ["heading"]
    list_filter = [
        StateFilter,
        FlagFilter,
        Unused,
        GroupFilter,
        ("call", admin.RelatedOnlyFieldListFilter),
        "language",
        "kind",
    ]
    list_select_related = ["call__group", "author", "organisation"]
    ordering = ["received_at", "pk"]
    search_fields = ["reference", "title", "author_name", "organisation__names_text"]
    actions = [many.publish, many.return_for_changes, many.decline]

    def get_queryset(self, request):
        queryset = super().get_queryset(request).with_flags(request.user)
        return queryset.defer("text", *models.SEARCH)

    def get_ordering(self, request):
        """The longest waiting first; what is decided, the latest first."""
        waiting = request.GET.get("state__exact", State.RECEIVED) in (State.RECEIVED, State.RETURNED)
        return ["received_at", "pk"] if waiting else ["-received_at", "-pk"]

    def changelist_view(self, request, extra_context=None):
        titles = {None: _("Waiting for a decision"), "received": _("Waiting for a decision")}
        title = titles.get(request.GET.get("state__exact"), _("Contributions"))
        if request.GET.get("q"):
            title = _("Contributions")
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_list_display(self, request):
        """The state only where several stand together."""
        several = request.GET.get("state__exact") == "all" or request.GET.get("q")
        return [name for name in self.list_display if several or name != "state"]

    @admin.display(description=gettext_lazy("contribution"), ordering="reference")
    def heading(self, record):
        people = [record.shown_author, record.organisation and str(record.organisation)]
        return format_html(
            '<span class="num">{}</span> {}<br><b lang="{}">{}</b><br><span class="quiet">{}</span>',
            record.reference,
            marks(record),
            record.language,
            record.title,
            " · ".join(filter(None, people)),
        )

    @admin.display(description=gettext_lazy("call for contributions"), ordering="call")
    def to_call(self, record):
        return format_html('{}<br><span class="quiet">{}</span>', record.call, record.call.group)

    @admin.display(description=gettext_lazy("age"), ordering="received_at")
    def age(self, record):
        days = record.waited.days
        return ngettext("%(days)s day", "%(days)s days", days) % {"days": days} if days else _("today")

    # Reading and judging one.

    def change_view(self, request, object_id, form_url="", extra_context=None):
        pk = unquote(object_id)
        if not self.has_view_permission(request):
            raise PermissionDenied
        queryset = self.get_queryset(request).defer(None).defer(*models.SEARCH)
        record = reading.with_everything(queryset, pk) if pk.isascii() and pk.isdigit() else None
        if record is None:
            raise Http404
        if request.method == "POST":
            return self.judge(request, record)
        response = self.page(request, record)
        if request.method == "GET":
            reading.note_reading(record, request.user)
        return response

    def judge(self, request, record):
        """Take the step that was pressed, or show the page again with what was typed and why not."""
        if not self.has_change_permission(request, record):
            raise PermissionDenied
        if "settle" in request.POST:
            return self.settle(request, record)
        step = request.POST.get("step")
        if step not in OFFERED or step == Step.ADMIT:
            return self.page(request, record, problem=_("There is no such step."), status=400)
        step = Step(step)
        form = self.form_for(record, step, request.POST)
        if "insert" in request.POST:
            return self.page(request, record, sent=form.with_template(request.POST.get("template")))
        if not form.is_valid():
            return self.page(request, record, sent=form, status=400)
        try:
            take(record, step, form.cleaned_data, by=request.user)
        except OwnContribution:
            sentence = _("You wrote this contribution: somebody else must decide. Nothing was done.")
            return self.page(request, record, sent=form, problem=sentence, status=403)
        except Overtaken as error:
            record = reading.with_everything(
                self.get_queryset(request).defer(None).defer(*models.SEARCH), record.pk
            )
            if record is None:
                raise Http404 from error
            return self.page(request, record, sent=form, overtaken=error, status=409)
        except Erased:
            return many.gone(self, request, step, record, form.cleaned_data.get("reason", ""))
        self.message_user(request, done(record, step), messages.SUCCESS)
        query = urlencode({"_changelist_filters": request.GET["_changelist_filters"]}) if (
            "_changelist_filters" in request.GET
        ) else ""  # fmt: skip
        return self.redirect_to(record, query)

    def settle(self, request, record):
        """The reports that were on the page have been looked into; what came since stays."""
        last = request.POST.get("reports", "")
        if record.is_own:
            sentence = _("You wrote this contribution: somebody else must decide. Nothing was done.")
            return self.page(request, record, problem=sentence, status=403)
        if last.isascii() and last.isdigit() and len(last) < 19:
            count = record.reports.filter(pk__lte=last).settle(request.user)
            said = ngettext("%(count)s report is settled.", "%(count)s reports are settled.", count)
            self.message_user(request, said % {"count": count}, messages.SUCCESS)
        return self.redirect_to(record, "")

    def redirect_to(self, record, query):
        address = reverse("admin:contributions_contribution_change", args=[record.pk])
        return many.redirect(f"{address}?{query}" if query else address)

    def form_for(self, record, step, data=None):
        language = record.author.language if record.author else record.language
        return StepForm(step, data, version=record.version, call=record.call, language=language)

    def page(self, request, record, *, sent=None, overtaken=None, problem="", status=200):
        """The reading page. `sent`: the form that was posted and is shown again."""
        may_decide = self.has_change_permission(request, record)
        steps = [
            step
            for step in steps_from(record.state)
            if step != Step.RESTORE or record.may_restore(request.user)
        ]
        forms = []
        if may_decide and not record.is_own:
            for step in steps:
                again = sent if sent is not None and sent.step == step else None
                if again and overtaken:
                    # What was typed stays; the version to judge is the one that is shown now.
                    again.data = {**again.data.dict(), "version": record.version}
                forms.append(again or self.form_for(record, step))
        versions = reading.versions_of(record)
        if overtaken and overtaken.text_changed:
            change = reading.difference(record, versions, overtaken.version, record.version)
        else:
            change = reading.chosen_difference(request, record, versions)
        kept = sent.data.get("reason", "").strip() if sent is not None else ""
        context = {
            **self.admin_site.each_context(request),
            **reading.page_of(record),
            "title": record.title,
            "opts": self.opts,
            "original": record,
            "record": record,
            "call": record.call,
            "group": record.call.group,
            "may_decide": may_decide,
            "forms": forms,
            "versions": versions,
            "agreed": versions.get(record.version),
            "difference": change,
            "conflict": reading.conflict_of(overtaken, record) if overtaken else None,
            "problem": problem,
            # The reason has no form any more when the step is no longer possible.
            "kept": "" if any(form is sent for form in forms) else kept,
            "next": reading.next_waiting(self.get_queryset(request), record),
            "marks": marks(record),
            "preserved_filters": self.get_preserved_filters(request),
            "log_url": reverse("admin:contributions_steptaken_changelist") + f"?q={record.reference}",
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/contributions/reading.html", context, status=status)


def take(record, step, typed, *, by):
    """Take a step of the form, on the version that was read."""
    if step == Step.RESTORE:
        if record.is_of(by):
            raise OwnContribution(step)
        record.restore(by=by, version=typed["version"], reason=typed["reason"])
        return
    record.judge(
        step,
        by=by,
        version=typed["version"],
        reason=typed.get("reason", ""),
        edit_until=typed.get("edit_until"),
    )


def done(record, step):
    sentences = {
        Step.PUBLISH: _("%(reference)s is published."),
        Step.RETURN: _("%(reference)s is returned to its author for changes."),
        Step.DECLINE: _("%(reference)s is declined."),
        Step.UNPUBLISH: _("%(reference)s is no longer public."),
        Step.REOPEN: _("%(reference)s waits for a decision again."),
        Step.RESTORE: _("The withdrawal of %(reference)s is undone."),
    }
    return sentences[step] % {"reference": record.reference}
