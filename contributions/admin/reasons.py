"""Reasons that moderators give often, kept by staff in every language."""

from django.contrib import admin

from contributions import models
from directory.admin import HubAdmin


@admin.register(models.ReasonTemplate)
class ReasonTemplateAdmin(HubAdmin):
    list_display = ["label", "key", "step", "position"]
    list_filter = ["step"]
    search_fields = ["key", "label_es", "label_fr", "label_en", "text_es", "text_fr", "text_en"]
    fields = ["key", "step", "label", "text", "position"]

    def get_readonly_fields(self, request, obj=None):
        return ["key"] if obj else []
