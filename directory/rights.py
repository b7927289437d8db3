"""A person's rights over what the directory knows of them (see `accounts/rights.py`)."""

from directory.models import Representative, Suggestion


def export_for(user):
    """The organisations the person speaks for, and what they suggested for the directory."""
    held = Representative.objects.filter(user=user).select_related("organisation")
    return {
        "represents": [
            {"organisation": one.organisation.slug, "name": one.organisation.name, "since": one.since}
            for one in held.order_by("pk")
        ],
        "suggestions": [
            {
                "about": one.kind,
                "key": one.key,
                "text": one.text,
                "source": one.source,
                "name": one.name,
                "email": one.email,
                "sent": one.created_at,
                "state": one.state,
            }
            for one in Suggestion.objects.of(user).order_by("pk")
        ],
    }


def erase(user):
    """Nobody speaks for an organisation any more who has left, nor for what is wrong in a record."""
    Representative.objects.filter(user=user).delete()
    Suggestion.objects.of(user).delete()
