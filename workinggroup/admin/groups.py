"""The admin of groups, meetings, documents and members, and what limits staff to their own groups."""

from django.contrib import admin
from django.http import Http404
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from modeltranslation.admin import TranslationStackedInline

from directory.admin import FileInline, NotOverwrittenAdmin, PublishableAdmin, TermAdmin
from workinggroup import models

admin.site.register(models.DocumentKind, TermAdmin)


class OnlyOwnGroups:
    """Records of a group, for the staff who moderate it and those who may moderate any: lists, filters,
    choices, addresses, actions and histories know only theirs; the rest is not there.

    `of_group`: the way from the record to its group.
    """

    of_group = "group"

    def get_queryset(self, request):
        groups = models.WorkingGroup.objects.moderated_by(request.user)
        return super().get_queryset(request).filter(**{f"{self.of_group}__in": groups})

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        self.limit_choices(db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        self.limit_choices(db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def limit_choices(self, db_field, request, options):
        """Offer only what the admin of the other model shows to this person."""
        other = self.admin_site._registry.get(db_field.remote_field.model)
        if isinstance(other, OnlyOwnGroups):
            options.setdefault("queryset", other.get_queryset(request))

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404

    def response_action(self, request, queryset):
        chosen = request.POST.getlist(admin.helpers.ACTION_CHECKBOX_NAME)
        if not all(key.isascii() and key.isdigit() and len(key) < 19 for key in chosen):
            raise Http404
        return super().response_action(request, queryset)


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
class WorkingGroupAdmin(OnlyOwnGroups, PublishableAdmin):
    of_group = "pk"
    list_display = ["title", "coordinator", "forum", "illustrative", "publication", "updated_at"]
    list_filter = ["publication", "illustrative", ("coordinator", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["coordinator", "forum"]
    search_fields = ["slug", "title_es", "title_fr", "title_en"]
    autocomplete_fields = ["coordinator", "forum", "organisations", "areas"]
    readonly_fields = [*PublishableAdmin.readonly_fields, "meetings_and_calls"]
    inlines = [ContextParagraphInline, QuestionInline, MembershipInline]

    def has_add_permission(self, request):
        """Whoever moderates some groups would not see the new one."""
        everywhere = request.user.has_perm("workinggroup.moderate_any_group")
        return everywhere and super().has_add_permission(request)

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


# A filter that offers the groups a person sees, and no others.
BY_GROUP = ("group", admin.RelatedOnlyFieldListFilter)


class OfGroupAdmin(OnlyOwnGroups, PublishableAdmin):
    """Records of a group: found by it, and public only together with it."""

    list_filter = ["publication", BY_GROUP]
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
    list_filter = ["publication", "kind", "available", BY_GROUP]
    list_select_related = ["group", "meeting", "kind"]
    search_fields = ["slug", "title_es", "title_fr", "title_en"]
    autocomplete_fields = ["group", "meeting"]
    inlines = [DocumentFileInline]


@admin.register(models.Membership)
class MembershipAdmin(OnlyOwnGroups, NotOverwrittenAdmin):
    list_display = ["user", "group", "role", "organisation", "joined_at"]
    list_filter = ["role", BY_GROUP]
    list_select_related = ["user", "group", "organisation"]
    search_fields = [
        "user__email", "user__display_name", "group__title_es", "group__title_fr", "group__title_en"
    ]  # fmt: skip
    autocomplete_fields = ["user", "group", "organisation"]
