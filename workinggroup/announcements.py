"""What followers of a group are told of its meetings, by a periodic task and once each."""

from django.db.models import Exists, F, OuterRef, Q

from accounts.letters import MailKind
from accounts.models import User
from workinggroup.mail import letter, tell
from workinggroup.models import AnnouncedMeeting, Follow, HubNow, Meeting


def announce_meetings():
    """Tell of every published meeting that was moved, cancelled or taken up again since its followers
    knew of it. What is over, or is published for the first time, is only noted."""
    published = Meeting.objects.published().select_related("group").defer("loaded", "group__loaded")
    AnnouncedMeeting.objects.bulk_create(
        [
            AnnouncedMeeting(
                meeting=found, starts_at=found.starts_at, cancelled=found.cancelled_at is not None
            )
            for found in published.filter(announced=None)
        ],
        ignore_conflicts=True,
    )
    same = Q(announced__starts_at=F("starts_at")) | Q(announced__starts_at=None, starts_at=None)
    changed = ~same
    changed |= Q(announced__cancelled=True, cancelled_at=None)
    changed |= Q(announced__cancelled=False, cancelled_at__isnull=False)
    for meeting in (
        published.filter(changed).select_related("announced").annotate(now=HubNow()).order_by("pk")
    ):
        announce(meeting)


def announce(meeting):
    """Tell once what is new about a meeting that comes with `announced` and the present `now`."""
    known = meeting.announced
    if news := news_of(meeting, known):
        start = f"{meeting.starts_at.timestamp():.0f}" if meeting.starts_at else "-"
        occasion = f"meeting:{meeting.pk}:{known.changes}:{news}:{start}"
        context = {"news": news, "meeting": meeting, "before": known.starts_at}

        def write(person, key):
            return letter(
                person,
                "meeting_news",
                context,
                page="workinggroup:meeting",
                args=[meeting.group.slug, meeting.slug],
                kind=MailKind.MEETINGS,
                occasion=key,
            )

        follows = Follow.objects.filter(group=meeting.group_id, user=OuterRef("pk"))
        tell(User.objects.wanting(MailKind.MEETINGS).filter(Exists(follows)), occasion, write)
    AnnouncedMeeting.objects.filter(pk=known.pk, changes=known.changes).update(
        starts_at=meeting.starts_at,
        cancelled=meeting.cancelled_at is not None,
        changes=F("changes") + 1,
    )


def news_of(meeting, known):
    """What to tell: "cancelled", "reinstated", "moved", or "" when it is over or nobody had a day to
    note."""
    if is_over(meeting, known):
        return ""
    if meeting.cancelled_at:
        return "" if known.cancelled else "cancelled"
    if known.cancelled:
        return "reinstated"
    return "moved" if known.starts_at and known.starts_at != meeting.starts_at else ""


def is_over(meeting, known):
    """Whether the meeting has begun, by its old time and its new one; without either, by its year."""
    starts = [moment for moment in (known.starts_at, meeting.starts_at) if moment]
    if starts:
        return max(starts) <= meeting.now
    return bool(meeting.year and meeting.year < meeting.now.year)
