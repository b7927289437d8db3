"""A session that ends while somebody writes. What is saved then goes into one copy of their draft, which
comes back when they sign in there; until then nobody is shown it."""

from allauth.core import ratelimit
from django.contrib import messages
from django.utils.translation import gettext as _

from contributions.models import Draft

RESCUED = "rescued"


class TooMany(Exception):
    """One connection began more drafts without an account than a room full of people would."""


def count_begun(request):
    """Raise `TooMany` when nobody may begin one more draft from there."""
    if not request.user.is_authenticated and not ratelimit.consume(request, action="begin_draft"):
        raise TooMany


def rescue(request, call, draft, data):
    """Keep what was typed into somebody else's `draft` in a copy of this browser, the same each time; return
    it. Where another person is signed in by now, the text is theirs, in a draft of their own."""
    user = request.user if request.user.is_authenticated else None
    rescued = request.session.get(RESCUED, {})
    kept = Draft.objects.filter(pk=rescued.get(str(draft.pk)), user=user).first()
    if kept is None:
        count_begun(request)
        kept = Draft(call=call, user=user, rescued_for_id=None if user else draft.user_id)
        request.session[RESCUED] = {**rescued, str(draft.pk): str(kept.pk)}
    kept.keep(data)
    return kept


def take_back(request, draft):
    """Bring text and files of an ended session back into their draft."""
    rescued = request.session.get(RESCUED, {})
    kept = Draft.objects.filter(pk=rescued.pop(str(draft.pk), None), rescued_for=request.user).first()
    if kept:
        request.session[RESCUED] = rescued
        # The draft may have been written in elsewhere meanwhile: what stood there is put by.
        draft.keep(kept.data, revision=0)
        kept.attachments.update(draft=draft)
        Draft.objects.filter(pk=kept.pk).discard()
        messages.success(request, _("You are signed in again, and your text is as you left it."))
