"""The admin of challenges and guidelines."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from contributions import models
from directory.admin import HubAdmin, TermAdmin
from workinggroup.admin import BY_GROUP, OfGroupAdmin, OnlyOwnGroups

admin.site.register([models.ChallengeCategory, models.GuidelineCategory], TermAdmin)


class TraceFilter(admin.SimpleListFilter):
    """What the chain from contribution to guideline lacks, by the verb of the QuerySet."""

    title = _("trace")
    parameter_name = "trace"
    verb, sentence = "", ""

    def lookups(self, request, model_admin):
        return [(self.verb, self.sentence)]

    def queryset(self, request, queryset):
        return getattr(queryset, self.verb)() if self.value() == self.verb else queryset


class Uncited(TraceFilter):
    verb, sentence = "uncited", _("Cites no published contribution")


class Unused(TraceFilter):
    verb, sentence = "unused", _("Published, and no challenge cites it yet")


class ToReview(TraceFilter):
    verb, sentence = "to_review", _("Something it rests on was taken back")


class OutcomeAdmin(OfGroupAdmin):
    list_display = ["__str__", "category", "group", "basis", "publication", "updated_at"]
    list_filter = ["publication", "category", "basis", BY_GROUP]
    list_select_related = ["group", "category"]
    search_fields = ["slug", "text_es", "text_fr", "text_en"]


class CitationInline(OnlyOwnGroups, admin.StackedInline):
    """What a challenge is built on is part of it: whoever may change the one may change the other."""

    model = models.Citation
    of_group = "challenge__group"
    extra = 0
    fields = ["contribution", "quote", "position"]
    autocomplete_fields = ["contribution"]
    formfield_overrides = HubAdmin.formfield_overrides

    def may(self, request, obj=None):
        return any(request.user.has_perm(f"contributions.{what}_challenge") for what in ("add", "change"))

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission = may


@admin.register(models.Challenge)
class ChallengeAdmin(OutcomeAdmin):
    list_filter = [Uncited, *OutcomeAdmin.list_filter]
    autocomplete_fields = ["group"]
    inlines = [CitationInline]


@admin.register(models.Guideline)
class GuidelineAdmin(OutcomeAdmin):
    list_filter = [ToReview, *OutcomeAdmin.list_filter]
    autocomplete_fields = ["group", "challenges"]
