"""The vocabularies of the directory, regions and countries among them."""

from django.contrib import admin

from directory import models
from directory.admin.bases import HubAdmin


class TermAdmin(HubAdmin):
    list_display = ["key", "label", "definition", "position"]
    search_fields = ["key", "label_es", "label_fr", "label_en"]
    exclude = ["loaded"]

    def get_readonly_fields(self, request, obj=None):
        # The key stands in addresses and in other tables.
        return ["key"] if obj else []


admin.site.register([model for model in models.TERMS if model is not models.Sector], TermAdmin)


@admin.register(models.Sector)
class SectorAdmin(TermAdmin):
    list_display = ["key", "label", "facet", "definition", "position"]
    list_filter = ["facet"]


@admin.register(models.Region)
class RegionAdmin(TermAdmin):
    list_display = ["key", "label", "type", "parent"]
    list_filter = ["type"]
    autocomplete_fields = ["parent"]
    filter_horizontal = ["countries"]


@admin.register(models.Country)
class CountryAdmin(TermAdmin):
    list_display = ["key", "label", "subregion", "continent", "side"]
    list_filter = ["side", ("continent", admin.RelatedOnlyFieldListFilter)]
    autocomplete_fields = ["subregion", "continent"]
    list_editable = ["side"]
