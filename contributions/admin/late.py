"""Late drafts: what came after the closing, kept for its author, which staff may admit with a reason."""

import uuid
from contextlib import nullcontext

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from contributions import models
from contributions.admin import many
from contributions.admin.moderated import GroupFilter, Moderated
from contributions.admin.steps import StepForm
from contributions.forms import ContributionForm
from contributions.models import NotAllowed, OwnContribution, Step
from contributions.outline import outlined
from directory.admin import name_of
from directory.text import language_name
from workinggroup.models import Call, WorkingGroup


@admin.register(models.Draft)
class LateDraftAdmin(Moderated):
    name_in_lists = gettext_lazy("Late drafts")
    list_display = ["heading", "came_late", "call", "group", "person"]
    list_filter = [GroupFilter, ("call", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["call__group", "user"]
    search_fields = ["data__title"]
    ordering = ["late_at"]

    def get_queryset(self, request):
        """Only what came late: drafts are nobody's business before they are sent."""
        return models.Draft.objects.moderated_by(request.user).order_by("late_at")

    @admin.display(description=gettext_lazy("title"))
    def heading(self, draft):
        return format_html(
            '<span lang="{}">{}</span>', draft.data.get("language", ""), draft.title or _("without a title")
        )

    @admin.display(description=gettext_lazy("came late"), ordering="late_at")
    def came_late(self, draft):
        return f"{draft.late_at:%Y-%m-%d %H:%M:%S} UTC"

    @admin.display(description=gettext_lazy("working group"), ordering="call__group")
    def group(self, draft):
        return draft.call.group

    @admin.display(description=gettext_lazy("person"))
    def person(self, draft):
        return draft.data.get("author_name") or (draft.user and name_of(draft.user)) or "—"

    # Reading and admitting one.

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self.admit(request, unquote(object_id))
        draft = self.find(request, unquote(object_id))
        if draft.contribution_id:
            return self.to_contribution(draft.contribution)
        return self.page(request, draft)

    def find(self, request, key):
        """The late draft; also one that was admitted, so that whoever comes second learns of it."""
        try:
            key = uuid.UUID(key)
        except ValueError as error:
            raise Http404 from error
        groups = WorkingGroup.objects.moderated_by(request.user)
        drafts = models.Draft.objects.filter(call__group__in=groups).select_related(
            "call__group", "user", "contribution"
        )
        draft = drafts.filter(pk=key).first()
        admitted = draft and draft.contribution and draft.contribution.steps.filter(step=Step.ADMIT).exists()
        if draft is None or not (admitted or (draft.late_at and not draft.contribution_id)):
            raise Http404
        group = draft.call.group
        draft.call = Call.objects.with_state().prefetch_related("questions").get(pk=draft.call_id)
        draft.call.group = group
        return draft

    def history_view(self, request, object_id, extra_context=None):
        """A draft has no history; its author's earlier texts are not for staff."""
        raise Http404

    def admit(self, request, key):
        """Let it in, or say why not, with the reason that was typed."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        try:
            return self.admit_found(request, self.find(request, key))
        except Http404:
            return many.gone(self, request, Step.ADMIT, None, request.POST.get("reason", ""))

    def admit_found(self, request, draft):
        form = self.form_for(draft, request.POST)
        if "insert" in request.POST:
            return self.page(request, draft, form.with_template(request.POST.get("template")))
        if not form.is_valid():
            return self.page(request, draft, form, status=400)
        as_sent = sendable(draft)
        typed = form.cleaned_data
        try:
            if draft.contribution_id is None and not as_sent.is_valid():
                return self.page(request, draft, form, status=400)
            # What the author agreed to is kept in the language they read.
            with override(draft.user.language) if draft.user else nullcontext():
                cleaned = as_sent.for_model if draft.contribution_id is None else None
            record = draft.admit(
                cleaned,
                by=request.user,
                reason=typed["reason"],
                revision=typed["version"],
            )
        except OwnContribution:
            sentence = _("You wrote this: somebody else must decide. Nothing was done.")
            return self.page(request, draft, form, problem=sentence, status=403)
        except (NotAllowed, models.Draft.DoesNotExist):
            return self.overtaken(request, draft, form)
        return self.admitted(request, record)

    def admitted(self, request, record):
        said = _("%(reference)s is received.") % {"reference": record.reference}
        self.message_user(request, said, messages.SUCCESS)
        return self.to_contribution(record)

    def overtaken(self, request, draft, form):
        """Somebody was first: another moderator, or the author who went on writing."""
        draft = self.find(request, str(draft.pk))
        if draft.contribution_id:
            step = draft.contribution.steps.select_related("by").filter(step=Step.ADMIT).first()
            if (step.by, step.reason) == (request.user, form.cleaned_data["reason"]):
                # Pressed twice: it is done.
                return self.admitted(request, draft.contribution)
            problem = _("%(who)s admitted it already, as %(reference)s. Nothing was done.") % {
                "who": name_of(step.by),
                "reference": draft.contribution.reference,
            }
        elif draft.user_id is None:
            problem = _("Nobody has signed in as its author yet. Nothing was done.")
        else:
            problem = _(
                "Its author has changed the text since you opened this page. Nothing was done; please read it again."
            )
        form.data = {**form.data.dict(), "version": draft.revision}
        return self.page(request, draft, form, problem=problem, status=409)

    def to_contribution(self, record):
        return redirect(reverse("admin:contributions_contribution_change", args=[record.pk]))

    def form_for(self, draft, data=None):
        language = draft.user.language if draft.user else draft.data.get("language", "")
        return StepForm(Step.ADMIT, data, version=draft.revision, call=draft.call, language=language)

    def page(self, request, draft, form=None, *, problem="", status=200):
        as_sent = sendable(draft)
        wrong = [] if draft.contribution_id or as_sent.is_valid() else [
            (as_sent.fields[name].label if name in as_sent.fields else "", list(errors))
            for name, errors in as_sent.errors.items()
        ]  # fmt: skip
        context = {
            **self.admin_site.each_context(request),
            "title": draft.title or _("Late draft"),
            "opts": self.opts,
            "draft": draft,
            "call": draft.call,
            "group": draft.call.group,
            "html": outlined(draft.data.get("text", ""))[0],
            "fields": further(as_sent),
            "files": list(draft.attachments.present()),
            "wrong": wrong,
            "form": form or self.form_for(draft),
            "problem": problem,
            "is_own": draft.is_of(request.user),
            "may_admit": self.has_change_permission(request, draft),
            "preserved_filters": self.get_preserved_filters(request),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/contributions/late.html", context, status=status)


def sendable(draft):
    """The draft as its author's form makes it, which says what is missing."""
    return ContributionForm(draft.call, draft.data, user=draft.user)


def further(form):
    """`[(label, value)]` of what was typed apart from title, summary and text, as typed."""
    skipped = {"title", "summary", "text", "consent", "agreed_to"}
    rows = []
    for name, bound in form.fields.items():
        value = form.data.get(name)
        if name in skipped or not value:
            continue
        choices = {str(key): str(label) for key, label in getattr(bound, "choices", ())}
        if name == "language":
            value = capfirst(language_name(value))
        shown = [choices.get(entry, entry) for entry in value] if isinstance(value, list) else choices.get(
            value, value
        )  # fmt: skip
        rows.append((bound.label, ", ".join(shown) if isinstance(shown, list) else shown))
    return rows
