"""What the changes of a call's times come to, for people who were not told of them yet."""

from workinggroup.models import Call, CallChange


def news_of(call, changes):
    """What to tell of a call that comes `with_state()` after `changes` of its times that nobody was told
    of, the newest first: "reopened", "extended", "moved" (it closes earlier), "closed" (by staff, early),
    or "" when they come to nothing, or to what only staff need to know."""
    newest, first = changes[0], changes[-1]
    before = first.old_closes_at
    was_open = (
        first.old_opens_at is not None
        and first.old_opens_at <= first.at
        and (before is None or first.at < before)
    )
    if call.state == Call.State.OPEN:
        if not was_open:
            return "reopened"
        if call.closes_at == before:
            return ""
        later = before is not None and (call.closes_at is None or call.closes_at > before)
        return "extended" if later else "moved"
    closed_by_staff = newest.kind == CallChange.Kind.CLOSED
    return "closed" if was_open and closed_by_staff and call.state == Call.State.CLOSED else ""
