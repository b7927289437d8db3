"""The drafts that a browser begins without an account, and by what it is known as the one that did."""

from django.middleware.csrf import get_token
from django.utils.crypto import constant_time_compare, salted_hmac

from contributions.models import Draft

HELD = "drafts"
MOST_HELD = 20


def held(request):
    """The drafts that this browser began without an account."""
    return [key for key in request.session.get(HELD, []) if isinstance(key, str)]


def hold(request, draft):
    """Let this browser find the draft again; the oldest beyond twenty is let go."""
    keys = [key for key in held(request) if key != str(draft.pk)]
    request.session[HELD] = [*keys, str(draft.pk)][-MOST_HELD:]


def drafts_of(request):
    return Draft.objects.editable_by(request.user, held(request))


def may_write(request, draft):
    """Whether this browser began a draft of nobody: its session says so, or, before an answer brought it
    one, the form that was pressed."""
    return str(draft.pk) in held(request) or drawn_here(request, draft.pk)


def mark(request, key):
    """What a new form says of itself: that its key was drawn for the browser with this token. It is given
    for no key that came from elsewhere, as from the address of somebody's draft."""
    return made(request, key) if request.method != "POST" or drawn_here(request, key) else ""


def drawn_here(request, key):
    return constant_time_compare(request.POST.get("drawn", ""), made(request, key))


def made(request, key):
    get_token(request)
    return salted_hmac("contributions.draft", f"{key} {request.META['CSRF_COOKIE']}").hexdigest()
