from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from modeltranslation.admin import TranslationStackedInline

from directory.admin import FileInline, HubAdmin, PublishableAdmin, TermAdmin
from workinggroup import models

admin.site.register(models.DocumentKind, TermAdmin)


class PassageInline(TranslationStackedInline):
    extra = 0
    fields = ["key", "basis", "position", "text"]
    ordering = ["position"]


class ContextParagraphInline(PassageInline):
    model = models.ContextParagraph


class QuestionInline(PassageInline):
    model = models.Question


class MembershipInline(admin.TabularInline):
    model = models.Membership
    extra = 0
    autocomplete_fields = ["user", "organisation"]


class DocumentFileInline(FileInline):
    model = models.DocumentFile
    fields = ["file", "language", "original_name", "size"]
    readonly_fields = ["original_name", "size"]


@admin.register(models.WorkingGroup)
class WorkingGroupAdmin(PublishableAdmin):
    list_display = ["title", "coordinator", "forum", "illustrative", "publication", "updated_at"]
    list_filter = ["publication", "illustrative", "coordinator"]
    list_select_related = ["coordinator", "forum"]
    search_fields = ["slug", "title_es", "title_fr", "title_en"]
    autocomplete_fields = ["coordinator", "forum", "organisations", "areas"]
    readonly_fields = [*PublishableAdmin.readonly_fields, "meetings_and_calls"]
    inlines = [ContextParagraphInline, QuestionInline, MembershipInline]

    @admin.display(description=_("meetings, calls and documents"))
    def meetings_and_calls(self, record):
        """Links to the pages where the group's meetings, calls and documents are edited."""
        if not record.pk:
            return ""
        records = [*record.meetings.all(), *record.calls.all(), *record.documents.all()]
        rows = (
            (
                reverse(f"admin:workinggroup_{other._meta.model_name}_change", args=[other.pk]),
                f"{other._meta.verbose_name}: {other} ({other.get_publication_display()})",
            )
            for other in records
        )
        return format_html_join(mark_safe("<br>"), '<a href="{}">{}</a>', rows)


class OfGroupAdmin(PublishableAdmin):
    """Records of a group: found by it, and public only together with it."""

    list_filter = ["publication", "group"]
    list_select_related = ["group"]
    autocomplete_fields = ["group"]


@admin.register(models.Meeting)
class MeetingAdmin(OfGroupAdmin):
    list_display = ["__str__", "group", "event", "starts_at", "cancelled_at", "city", "publication"]
    list_select_related = ["group", "event"]
    search_fields = ["slug", "title_es", "title_fr", "title_en", "city"]
    autocomplete_fields = ["group", "event", "country"]
    date_hierarchy = "starts_at"
    actions = [*OfGroupAdmin.actions, "cancel", "reinstate"]
    readonly_fields = [*OfGroupAdmin.readonly_fields, "cancelled_at"]

    @admin.action(description=_("Cancel the chosen meetings"), permissions=["change"])
    def cancel(self, request, queryset):
        count = queryset.cancel()
        said = ngettext("%(count)s meeting was cancelled.", "%(count)s meetings were cancelled.", count)
        self.message_user(request, said % {"count": count})

    @admin.action(description=_("Take the cancellation back"), permissions=["change"])
    def reinstate(self, request, queryset):
        count = queryset.reinstate()
        said = ngettext("%(count)s meeting takes place again.", "%(count)s meetings take place again.", count)
        self.message_user(request, said % {"count": count})


@admin.register(models.Document)
class DocumentAdmin(OfGroupAdmin):
    list_display = ["title", "kind", "group", "meeting", "available", "publication"]
    list_filter = ["publication", "kind", "available", "group"]
    list_select_related = ["group", "meeting", "kind"]
    search_fields = ["slug", "title_es", "title_fr", "title_en"]
    autocomplete_fields = ["group", "meeting"]
    inlines = [DocumentFileInline]


class CallState(admin.SimpleListFilter):
    """The state that follows from the call's instants and the database's clock."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return models.Call.State.choices

    def queryset(self, request, queryset):
        if self.value() in models.Call.State.values:
            return queryset.filter(state=self.value())
        return queryset


@admin.register(models.Call)
class CallAdmin(OfGroupAdmin):
    list_display = ["__str__", "group", "state", "opens_at", "closes_at", "time_zone", "publication"]
    list_filter = ["publication", CallState, "dates_unknown", "group"]
    list_select_related = ["group", "meeting"]
    search_fields = ["slug", "title_es", "title_fr", "title_en", "group__title_es", "group__title_en"]
    autocomplete_fields = ["group", "meeting"]

    def get_queryset(self, request):
        return super().get_queryset(request).with_state()

    @admin.display(description=_("state"))
    def state(self, record):
        return models.Call.State(record.state).label


@admin.register(models.Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ["user", "group", "role", "organisation", "joined_at"]
    list_filter = ["role", "group"]
    list_select_related = ["user", "group", "organisation"]
    search_fields = ["user__email", "user__display_name", "group__title_es"]
    autocomplete_fields = ["user", "group", "organisation"]
    history_view = HubAdmin.history_view
