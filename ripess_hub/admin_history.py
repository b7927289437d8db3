"""The history of all records in one list of the administration, the latest change first."""

from django.apps import apps
from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from pghistory.admin.core import EventModelFilter, EventsAdmin, LabelFilter

from directory.admin.history import who_did

DONE = {"insert": _("Created"), "update": _("Changed"), "delete": _("Deleted")}


class WhatFilter(LabelFilter):
    title = _("what was done")

    def lookups(self, request, model_admin):
        return [(label, DONE[label]) for label, _label in super().lookups(request, model_admin)]


class KindFilter(EventModelFilter):
    title = _("kind of record")

    def lookups(self, request, model_admin):
        kinds = [key for key, _label in super().lookups(request, model_admin)]
        return sorted(
            ((key, kind_of(apps.get_model(key).pgh_tracked_model)) for key in kinds), key=lambda one: one[1]
        )


def kind_of(model):
    return capfirst(str(model._meta.verbose_name))


class HistoryAdmin(EventsAdmin):
    """Of every group: not for those who moderate some."""

    list_display_links = ["when"]

    def has_view_permission(self, request, obj=None):
        everywhere = request.user.has_perm("workinggroup.moderate_any_group")
        return everywhere and super().has_view_permission(request, obj)

    def get_changelist_instance(self, request):
        changelist = super().get_changelist_instance(request)
        doers = who_did(event.pgh_context or {} for event in changelist.result_list)
        for event in changelist.result_list:
            event.who = doers(event.pgh_context or {})
        return changelist

    def get_list_display(self, request):
        return ["when", "record", "what", "who", "changes"]

    def get_list_filter(self, request):
        return [WhatFilter, KindFilter, *super().get_list_filter(request)[2:]]

    @admin.display(description=_("When (UTC)"))
    def when(self, event):
        return f"{event.pgh_created_at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description=_("record"))
    def record(self, event):
        return f"{kind_of(apps.get_model(event.pgh_obj_model))} {event.pgh_obj_id}"

    @admin.display(description=_("What"))
    def what(self, event):
        return DONE[event.pgh_label]

    @admin.display(description=_("Who"))
    def who(self, event):
        return event.who or "—"

    @admin.display(description=_("fields"))
    def changes(self, event):
        fields = map(apps.get_model(event.pgh_obj_model)._meta.get_field, event.pgh_diff or ())
        return ", ".join(str(field.verbose_name) for field in fields)
