"""What readers suggested for the directory: a queue, read and settled by the directory's staff."""

from django.contrib import admin, messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory.admin.from_readers import FromReaderAdmin
from directory.admin.history import name_of
from directory.models import Suggestion


@admin.register(Suggestion)
class SuggestionAdmin(FromReaderAdmin):
    """What they ask for is done in the record; here they are settled."""

    list_display = ["about", "words", "received", "state", "settled"]
    list_display_links = ["words"]
    list_filter = ["state", "kind", "language"]
    list_select_related = ["settled_by"]
    search_fields = ["key", "text", "source"]
    actions = ["done", "declined"]
    fields = ["about", "record", "whole", "source", "name", "email", "sender", "received", "state", "settled"]
    readonly_fields = fields
    change_form_template = "admin/directory/suggestion.html"

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
    def whole(self, suggestion):
        return format_html('<div class="diff" lang="{}">{}</div>', suggestion.language, suggestion.text)

    @admin.display(description=_("account"))
    def sender(self, suggestion):
        return name_of(suggestion.user) if suggestion.user else "—"

    @admin.action(description=_("Mark the chosen suggestions as done"), permissions=["change"])
    def done(self, request, queryset):
        self.settle(request, queryset, Suggestion.State.DONE)

    @admin.action(description=_("Mark the chosen suggestions as declined"), permissions=["change"])
    def declined(self, request, queryset):
        self.settle(request, queryset, Suggestion.State.DECLINED)

    def settle(self, request, queryset, state):
        count = queryset.settle(request.user, state=state)
        said = ngettext("%(count)s suggestion is settled.", "%(count)s suggestions are settled.", count)
        self.message_user(request, said % {"count": count}, messages.SUCCESS if count else messages.WARNING)

    def save_model(self, request, obj, form, change):
        """Nothing of it is written but by the buttons of its page."""

    def log_change(self, request, obj, message):
        """The suggestion itself says who settled it."""

    def response_change(self, request, obj):
        for state in (Suggestion.State.DONE, Suggestion.State.DECLINED):
            if f"_{state}" in request.POST:
                self.settle(request, Suggestion.objects.filter(pk=obj.pk), state)
        return redirect("admin:directory_suggestion_changelist")
