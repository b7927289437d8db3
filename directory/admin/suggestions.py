"""What readers suggested for the directory: a queue, read and settled by the directory's staff."""

from django.contrib import admin, messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory.models import Suggestion


@admin.register(Suggestion)
class SuggestionAdmin(admin.ModelAdmin):
    """Nobody writes or rewrites one here: they are read, acted upon in the record, and settled."""

    list_display = ["about", "words", "received", "state", "handled"]
    list_display_links = ["words"]
    list_filter = ["state", "kind", "language"]
    list_select_related = ["handled_by"]
    list_per_page = 50
    search_fields = ["key", "text", "source"]
    ordering = ["pk"]
    actions = ["done", "declined"]
    fields = ["about", "record", "whole", "source", "name", "email", "sender", "received", "state", "handled"]
    readonly_fields = fields
    change_form_template = "admin/directory/suggestion.html"

    def has_add_permission(self, request):
        return False

    def history_view(self, request, object_id, extra_context=None):
        """Its history is its state."""
        return redirect("admin:directory_suggestion_change", object_id)

    @admin.display(description=_("about"))
    def about(self, suggestion):
        """The kind, and the way to the record's page; one that was merged leads on from there."""
        kind = suggestion.get_kind_display()
        if not suggestion.key:
            return _("%(kind)s that is missing") % {"kind": kind}
        page = reverse(f"directory:{suggestion.kind}", args=[suggestion.key])
        return format_html('<a href="{}">{} · {}</a>', page, kind, suggestion.key)

    @admin.display(description=_("record"))
    def record(self, suggestion):
        """The way to where it is corrected."""
        record = suggestion.record
        if record is None:
            return "—"
        address = reverse(f"admin:directory_{suggestion.kind}_change", args=[record.pk])
        return format_html('<a href="{}">{}</a>', address, record)

    @admin.display(description=_("text"))
    def words(self, suggestion):
        return format_html(
            '<span lang="{}">{}</span>', suggestion.language, Truncator(suggestion.text).chars(300)
        )

    @admin.display(description=_("text"))
    def whole(self, suggestion):
        return format_html('<div class="diff" lang="{}">{}</div>', suggestion.language, suggestion.text)

    @admin.display(description=_("account"))
    def sender(self, suggestion):
        return called(suggestion.user) if suggestion.user else "—"

    @admin.display(description=_("received (UTC)"), ordering="created_at")
    def received(self, suggestion):
        return f"{suggestion.created_at:%Y-%m-%d %H:%M}"

    @admin.display(description=_("handled"))
    def handled(self, suggestion):
        if suggestion.handled_at is None:
            return "—"
        who = called(suggestion.handled_by) if suggestion.handled_by else "…"
        return f"{suggestion.handled_at:%Y-%m-%d %H:%M} UTC, {who}"

    @admin.action(description=_("Mark the chosen suggestions as done"), permissions=["change"])
    def done(self, request, queryset):
        self.settle(request, queryset, Suggestion.State.DONE)

    @admin.action(description=_("Mark the chosen suggestions as declined"), permissions=["change"])
    def declined(self, request, queryset):
        self.settle(request, queryset, Suggestion.State.DECLINED)

    def settle(self, request, queryset, state):
        count = queryset.settle(state, request.user)
        said = ngettext("%(count)s suggestion is settled.", "%(count)s suggestions are settled.", count)
        self.message_user(request, said % {"count": count}, messages.SUCCESS if count else messages.WARNING)

    def save_model(self, request, obj, form, change):
        """Nothing of it is written but by the buttons of its page."""

    def log_change(self, request, obj, message):
        """The suggestion itself says who handled it."""

    def response_change(self, request, obj):
        for state in (Suggestion.State.DONE, Suggestion.State.DECLINED):
            if f"_{state}" in request.POST:
                self.settle(request, Suggestion.objects.filter(pk=obj.pk), state)
        return redirect("admin:directory_suggestion_changelist")


def called(user):
    """How a person is called here: never by their address."""
    return user.display_name or f"#{user.pk}"
