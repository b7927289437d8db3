"""Organisations, and the merging of several records into one."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpResponseRedirect as redirect
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory import models
from directory.admin.bases import EntryAdmin
from directory.merging import NotOne, look_alikes, mentions, merge

MOST_MERGED = 10


class RepresentativeInline(admin.TabularInline):
    """Who may speak for the organisation: they are told what is published on its behalf, and may
    disown it."""

    model = models.Representative
    extra = 0
    autocomplete_fields = ["user"]


class RelationInline(admin.TabularInline):
    model = models.Relation
    fk_name = "source"
    extra = 0
    autocomplete_fields = ["target"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("type", "target")


class OrganisationForm(ModelForm):
    """Before a record is made, those whose names look alike are shown once: a warning, not an error."""

    @cached_property
    def alike(self):
        made = self.is_bound and not self.errors and self.instance.pk is None
        return look_alikes(self.instance) if made else []

    def is_valid(self):
        shown = set(self.data.getlist("not_these")) if self.is_bound else set()
        return super().is_valid() and {other.slug for other in self.alike} <= shown


@admin.register(models.Organisation)
class OrganisationAdmin(EntryAdmin):
    form = OrganisationForm
    change_form_template = "admin/directory/organisation.html"
    list_display = ["name", "acronym", "kind", "scope", "country", "publication", "confidence", "updated_at"]
    list_filter = ["publication", "kind", "scope", "confidence", "status", "sectors"]
    list_select_related = ["kind", "scope", "country", "confidence"]
    search_fields = ["slug", "names_text", "city"]
    autocomplete_fields = ["country", "regions", "sectors"]
    inlines = [RelationInline, RepresentativeInline]
    actions = [*EntryAdmin.actions, "merge"]
    readonly_fields = [*EntryAdmin.readonly_fields, "merged_into"]

    def has_merge_permission(self, request):
        """Merging takes one of the two away."""
        return self.has_change_permission(request) and self.has_delete_permission(request)

    @admin.action(description=_("Merge the chosen organisations into one"), permissions=["merge"])
    def merge(self, request, queryset):
        """Ask which of them stays, then let it stand for all."""
        records = list(queryset.order_by("slug")[: MOST_MERGED + 1])
        if not 2 <= len(records) <= MOST_MERGED:
            sentence = _("Choose the records of one organisation: at least two, at most %(count)s.")
            return self.message_user(request, sentence % {"count": MOST_MERGED}, messages.WARNING)
        into = next((one for one in records if str(one.pk) == request.POST.get("into")), None)
        problem = ""
        if "confirmed" in request.POST:
            problem = self._merged(request, records, into)
            if not problem:
                return redirect(request.get_full_path())
        for record in records:
            record.mentions = mentions(record)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Merge into one"),
            "opts": self.opts,
            "records": sorted(records, key=lambda one: (not one.is_published, -one.mentions)),
            "into": into,
            "problem": problem,
            "checkbox": ACTION_CHECKBOX_NAME,
            "back": request.get_full_path(),
        }
        return TemplateResponse(
            request, "admin/directory/merge.html", context, status=400 if problem else 200
        )

    def _merged(self, request, records, into):
        """Merge all into the chosen one, or none of them; return what stands against it."""
        if into is None:
            return _("Choose which of them stays.")
        others = [one for one in records if one != into]
        try:
            with transaction.atomic():
                for one in others:
                    merge(one, into)
        except NotOne as refused:
            return refused.sentence
        sentence = ngettext(
            "%(count)s record was merged into “%(name)s”; its address leads there.",
            "%(count)s records were merged into “%(name)s”; their addresses lead there.",
            len(others),
        )
        self.message_user(request, sentence % {"count": len(others), "name": into}, messages.SUCCESS)
        return ""

    def get_queryset(self, request):
        return super().get_queryset(request).without_bulk()
