"""Agreements between organisations, and the events where they meet."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationStackedInline

from directory import models
from directory.admin.bases import EntryAdmin, FileInline


class DirectionDiffers(admin.SimpleListFilter):
    """Agreements whose stated direction is not the one their parties give: for staff to look at."""

    title = _("stated and computed direction")
    parameter_name = "differs"

    def lookups(self, request, model_admin):
        return [("yes", _("They differ"))]

    def queryset(self, request, queryset):
        if self.value() != "yes":
            return queryset
        return queryset.of_differing_direction()


class PartyInline(TranslationStackedInline):
    model = models.AgreementParty
    extra = 1
    autocomplete_fields = ["organisation"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("organisation")


class AgreementDocumentInline(FileInline):
    model = models.AgreementDocument


@admin.register(models.Agreement)
class AgreementAdmin(EntryAdmin):
    list_display = ["title", "kind", "status", "direction_shown", "start_year", "publication", "confidence"]
    list_filter = ["publication", "kind", "status", "direction_stated", DirectionDiffers]
    list_select_related = ["kind", "status", "confidence", "direction_stated", "direction_computed"]
    search_fields = [
        "slug", "title_es", "title_fr", "title_en", "parties__organisation__names_text",
        "parties__name_es", "parties__name_fr", "parties__name_en",
    ]  # fmt: skip
    autocomplete_fields = ["regions", "sectors", "supersedes"]
    inlines = [PartyInline, AgreementDocumentInline]
    readonly_fields = [*EntryAdmin.readonly_fields, "direction_computed"]

    @admin.display(description=_("direction"))
    def direction_shown(self, record):
        """The stated direction, and the computed one where they differ."""
        stated, computed = record.direction_stated, record.direction_computed
        if stated and computed and stated != computed:
            return _("%(stated)s (computed: %(computed)s)") % {"stated": stated, "computed": computed}
        return stated or computed


@admin.register(models.Event)
class EventAdmin(EntryAdmin):
    list_display = ["title", "type", "year", "city", "country", "publication", "confidence"]
    list_filter = ["publication", "type", "audience", "format", "confidence"]
    list_select_related = ["type", "country", "confidence"]
    search_fields = ["slug", "title_es", "title_fr", "title_en", "city", "series"]
    autocomplete_fields = ["country", "organisers", "outcome"]
