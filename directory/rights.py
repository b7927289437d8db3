"""A person's rights over what the directory knows of them (see `accounts/rights.py`)."""

from directory.models import Representative


def export_for(user):
    """The organisations the person speaks for."""
    held = Representative.objects.filter(user=user).select_related("organisation")
    return {
        "represents": [
            {"organisation": one.organisation.slug, "name": one.organisation.name, "since": one.since}
            for one in held.order_by("pk")
        ]
    }


def erase(user):
    """Nobody speaks for an organisation any more who has left."""
    Representative.objects.filter(user=user).delete()
