"""A person's rights over what groups and calls know of them (see `accounts/rights.py`)."""

from django.apps import apps

from accounts.rights import unname
from workinggroup.models import CallChange, Follow, LateAccess, Membership


def export_for(user):
    """The groups the person belongs to or follows, late access granted to them, and what they did as
    staff to the times of calls."""
    memberships = Membership.objects.filter(user=user).select_related("group", "organisation")
    changes = CallChange.objects.filter(by=user).select_related("call")
    late = LateAccess.objects.filter(email__in=user.verified_addresses).select_related("call")
    return {
        "memberships": [
            {
                "group": one.group.slug,
                "role": one.role,
                "organisation": one.organisation.slug if one.organisation else "",
                "joined": one.joined_at,
            }
            for one in memberships.order_by("pk")
        ],
        "follows": [
            {"group": one.group.slug, "since": one.since}
            for one in Follow.objects.filter(user=user).select_related("group").order_by("pk")
        ],
        "late_access": [
            {"call": one.call.slug, "until": one.until, "reason": one.reason} for one in late.order_by("pk")
        ],
        "changes_of_calls": [
            {"call": one.call.slug, "change": one.kind, "at": one.at} for one in changes.order_by("pk")
        ],
    }


def erase(user):
    """Memberships, follows and late access go, and the history of late access, which holds the
    address; what the person did to calls stays without their name."""
    Membership.objects.filter(user=user).delete()
    Follow.objects.filter(user=user).delete()
    late = LateAccess.objects.filter(email__in=user.verified_addresses)
    unname(LateAccess, late.values_list("pk", flat=True))
    late.delete()
    history = apps.get_model("workinggroup", "LateAccessHistory").objects
    history.filter(email__in=user.verified_addresses).delete()
