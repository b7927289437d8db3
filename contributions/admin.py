from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from contributions import models
from directory.admin import HubAdmin, TermAdmin
from workinggroup.admin import OfGroupAdmin

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


@admin.register(models.Contribution)
class ContributionAdmin(admin.ModelAdmin):
    """The state is shown and not typed: it moves by the steps of moderation alone."""

    list_display = ["reference", "title", "kind", "language", "state", "shown", "published_at"]
    list_filter = ["state", Unused, "kind", "language", "illustrative", "call"]
    list_select_related = ["author", "organisation"]
    search_fields = ["reference", "title", "author_name", "organisation__names_text"]
    autocomplete_fields = ["call", "author", "organisation"]
    readonly_fields = ["reference", "state", "published_at", "created_at", "updated_at"]
    date_hierarchy = "published_at"
    list_per_page = 50
    save_on_top = True
    object_history_template = HubAdmin.object_history_template
    history_view = HubAdmin.history_view

    def get_queryset(self, request):
        return super().get_queryset(request).defer(*models.SEARCH)

    @admin.display(description=_("name shown"), ordering="author_name")
    def shown(self, record):
        return record.shown_author


class OutcomeAdmin(OfGroupAdmin):
    list_display = ["__str__", "category", "group", "basis", "publication", "updated_at"]
    list_filter = ["publication", "category", "basis", "group"]
    list_select_related = ["group", "category"]
    search_fields = ["slug", "text_es", "text_fr", "text_en"]


class CitationInline(admin.StackedInline):
    model = models.Citation
    extra = 0
    fields = ["contribution", "quote", "position"]
    autocomplete_fields = ["contribution"]


@admin.register(models.Challenge)
class ChallengeAdmin(OutcomeAdmin):
    list_filter = [Uncited, *OutcomeAdmin.list_filter]
    autocomplete_fields = ["group"]
    inlines = [CitationInline]


@admin.register(models.Guideline)
class GuidelineAdmin(OutcomeAdmin):
    list_filter = [ToReview, *OutcomeAdmin.list_filter]
    autocomplete_fields = ["group", "challenges"]
