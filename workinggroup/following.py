"""The page where a person follows a group, and stops following it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from workinggroup.models import Follow, WorkingGroup


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request, slug):
    """The public page of the group only leads here: it is the same for everybody and sets no cookie."""
    group = get_object_or_404(WorkingGroup.objects.published(), slug=slug)
    if request.method == "POST":
        if request.POST.get("do") == "leave":
            Follow.objects.filter(group=group, user=request.user).delete()
            messages.success(request, _("You no longer follow this group."))
        else:
            Follow.objects.get_or_create(group=group, user=request.user)
            messages.success(request, _("You follow this group now. What happens in it reaches you by mail."))
        return redirect(group)
    follows = Follow.objects.filter(group=group, user=request.user).exists()
    return render(request, "workinggroup/follow.html", {"group": group, "follows": follows})
