"""What readers reported: listed here, read and settled on the page of the contribution."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, ngettext

from contributions import models
from contributions.admin.moderated import GroupFilter, Moderated
from directory.admin import FromReaderAdmin


class SettledFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "settled"

    def lookups(self, request, model_admin):
        return [("yes", gettext_lazy("Settled"))]

    def choices(self, changelist):
        for value, label in ((None, gettext_lazy("Waiting")), ("yes", gettext_lazy("Settled"))):
            query = changelist.get_query_string({"settled": value} if value else {}, ["settled"])
            yield {"selected": self.value() == value, "query_string": query, "display": label}

    def queryset(self, request, queryset):
        return queryset.exclude(settled_at=None) if self.value() == "yes" else queryset.waiting()


@admin.register(models.Report)
class ReportAdmin(Moderated, FromReaderAdmin):
    of_group = "contribution__call__group"
    list_display = ["heading", "reason", "words", "received", "settled"]
    list_filter = [SettledFilter, "reason", GroupFilter]
    list_select_related = ["contribution__call__group", "settled_by"]
    search_fields = ["contribution__reference", "contribution__title", "text"]
    actions = ["settle"]

    def get_queryset(self, request):
        bulk = [f"contribution__{name}" for name in (*models.SEARCH, "text", "summary")]
        return super().get_queryset(request).defer(*bulk)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A report is read beside what it speaks of."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        address = reverse("admin:contributions_contribution_change", args=[record.contribution_id])
        return redirect(f"{address}#reports")

    def history_view(self, request, object_id, extra_context=None):
        raise Http404

    @admin.display(description=gettext_lazy("contribution"), ordering="contribution__reference")
    def heading(self, report):
        return format_html(
            '<span class="num">{}</span><br><b lang="{}">{}</b>',
            report.contribution.reference,
            report.contribution.language,
            report.contribution.title,
        )

    @admin.action(description=gettext_lazy("Mark the chosen reports as settled"), permissions=["change"])
    def settle(self, request, queryset):
        """Not those about own work: somebody else looks into them."""
        own = models.Contribution.objects.with_flags(request.user).filter(is_own=True)
        count = queryset.exclude(contribution__in=own.values("pk")).settle(request.user)
        said = ngettext("%(count)s report is settled.", "%(count)s reports are settled.", count)
        self.message_user(request, said % {"count": count}, messages.SUCCESS if count else messages.WARNING)
