"""What the admins of readers' words share."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from directory.admin.history import name_of


class FromReaderAdmin(admin.ModelAdmin):
    """Nobody writes or rewrites them here: they are read, the oldest first, and settled."""

    list_per_page = 50
    ordering = ["pk"]

    def has_add_permission(self, request):
        return False

    @admin.display(description=_("text"))
    def words(self, told):
        return format_html('<span lang="{}">{}</span>', told.language, Truncator(told.text).chars(300))

    @admin.display(description=_("received (UTC)"), ordering="created_at")
    def received(self, told):
        return f"{told.created_at:%Y-%m-%d %H:%M}"

    @admin.display(description=_("settled"))
    def settled(self, told):
        if told.settled_at is None:
            return "—"
        return f"{told.settled_at:%Y-%m-%d %H:%M} UTC, {name_of(told.settled_by)}"
