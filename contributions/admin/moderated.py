"""What the admins of contributions share: who may see them, and how people see what changed."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from contributions.models import Step, StepTaken
from workinggroup.admin import OnlyOwnGroups
from workinggroup.models import WorkingGroup


class Moderated(OnlyOwnGroups, admin.ModelAdmin):
    """Records about contributions, which nobody makes or removes here. Whoever may view contributions
    may view them, whoever may change contributions may take steps: of their groups."""

    of_group = "call__group"
    list_per_page = 50

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm("contributions.change_contribution")

    def has_view_permission(self, request, obj=None):
        return self.has_change_permission(request, obj) or request.user.has_perm(
            "contributions.view_contribution"
        )

    def has_module_permission(self, request):
        return self.has_view_permission(request)


class GroupFilter(admin.SimpleListFilter):
    """The groups that the person moderates."""

    title = _("working group")
    parameter_name = "group"

    def lookups(self, request, model_admin):
        self.path = model_admin.of_group
        groups = WorkingGroup.objects.moderated_by(request.user).defer("loaded")
        return [(str(group.pk), str(group)) for group in groups]

    def queryset(self, request, queryset):
        if self.value() in dict(self.lookup_choices):
            return queryset.filter(**{self.path: self.value()})
        return queryset


class StepFilter(admin.SimpleListFilter):
    title = _("step")
    parameter_name = "step"

    def lookups(self, request, model_admin):
        return Step.choices

    def queryset(self, request, queryset):
        return queryset.filter(step=self.value()) if self.value() in Step.values else queryset


def steps_of(record):
    """The log of a contribution, the last step first."""
    return StepTaken.objects.filter(contribution=record).select_related("by")
