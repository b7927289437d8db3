"""What many people are told: calls that open, move and close, and what waits for moderators.

Nothing here runs in a request or while a call's times are held; the periodic tasks call it. Each
letter is about an occasion and written once (`workinggroup.mail.tell`), however often a task runs or
is ended in the middle.
"""

from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Greatest
from django.urls import reverse

from accounts.letters import MailKind
from accounts.models import OutgoingMail, User
from contributions.models import Contribution, Draft
from workinggroup.mail import address, letter, tell, written
from workinggroup.models import AnnouncedOpening, Call, CallChange, Follow, HubNow, WorkingGroup
from workinggroup.news import news_of

# How long before the closing followers and holders of drafts are reminded, the later one first.
REMINDERS = (timedelta(hours=48), timedelta(days=7))
# The hour of the reader's own day from which on the moderators' summary is written.
DIGEST_HOUR = 7
FEW = 3


def concerned(call, kind, since=None):
    """Whoever follows the group or holds a draft for the call that was not sent, each once, with
    `draft_key` and `draft_title`; `since`: who did so by that instant already."""
    follows = Follow.objects.filter(group=call.group_id, user=OuterRef("pk"))
    drafts = Draft.objects.unsent().filter(call=call, user=OuterRef("pk")).order_by("-saved_at", "pk")
    if since:
        follows, drafts = follows.filter(since__lte=since), drafts.filter(created_at__lte=since)
    return (
        User.objects.wanting(kind)
        .annotate(
            draft_key=Subquery(drafts.values("pk")[:1]),
            draft_title=Subquery(drafts.annotate(typed=KT("data__title")).values("typed")[:1]),
        )
        .filter(Exists(follows) | Q(draft_key__isnull=False))
    )


def about_call(call, template, kind, **context):
    """What composes a letter about the call, for `tell`."""

    def write(person, key):
        draft = person.draft_key and address(
            "contributions:draft", call.slug, person.draft_key, language=person.language
        )
        more = {"call": call, "draft_url": draft, "draft_title": person.draft_title, **context}
        return letter(
            person, template, more, page="workinggroup:call", args=[call.slug], kind=kind, occasion=key
        )

    return write


def announce_calls():
    """Tell of every call that has opened, by its hour or by staff, or whose times staff changed."""
    # Put off: it will open anew.
    AnnouncedOpening.objects.filter(call__opens_at__gt=HubNow()).delete()
    changed = CallChange.objects.filter(call=OuterRef("pk"), announced_at=None)
    opened = AnnouncedOpening.objects.filter(call=OuterRef("pk"))
    calls = Call.objects.with_state().select_related("group").defer("loaded", "group__loaded")
    for call in calls.filter(Q(Exists(changed)) | Q(~Exists(opened), state=Call.State.OPEN)).order_by("pk"):
        announce(call)


def announce(call):
    """Tell once what is new about a call that comes `with_state()`. What happens to an unpublished one
    is told to nobody; it opens for the public once it is published."""
    changes = list(call.changes.filter(announced_at=None).order_by("-pk"))
    news = ""
    if call.is_published:
        opening = call.state == Call.State.OPEN and not AnnouncedOpening.objects.filter(call=call).exists()
        if opening:
            news, occasion = "opened", f"call:{call.pk}:opened:{call.opens_at.timestamp():.0f}"
        elif changes:
            news, occasion = news_of(call, changes), f"call:{call.pk}:change:{changes[0].pk}"
    if news:
        before = changes[-1].old_closes_at if changes else None
        context = {"news": news, "before": before, "closed": news == "closed"}
        write = about_call(call, "call_news", MailKind.CALLS, **context)
        tell(concerned(call, MailKind.CALLS), occasion, write)
    if news == "opened":
        AnnouncedOpening.objects.get_or_create(call=call)
    CallChange.objects.filter(pk__in=[change.pk for change in changes]).update(announced_at=HubNow())


def remind_of_closing():
    """Remind of calls that close in seven days or in 48 hours: whoever followed or wrote by then, unless
    they were told of the closing only later than that, by an opening or a change."""
    known = Max("changes__at", filter=Q(changes__new_closes_at=F("closes_at")))
    calls = (
        Call.objects.published()
        .open()
        .filter(closes_at__lte=HubNow() + max(REMINDERS), announced_opening__isnull=False)
        .select_related("group")
        .defer("loaded", "group__loaded")
        .annotate(known_at=Greatest("announced_opening__at", known))
    )
    for call in calls:
        for before in REMINDERS:
            due = call.closes_at - before
            if due <= call.now:
                if call.known_at < due:
                    remind(call, before, due)
                break


def remind(call, before, due):
    # After an outage there may be minutes left: the letter says the instant too.
    hours = max(1, round((call.closes_at - call.now).total_seconds() / 3600))
    days = round(hours / 24) if hours > 48 else 0
    occasion = f"call:{call.pk}:closes-in:{before.total_seconds():.0f}:{call.closes_at.timestamp():.0f}"
    write = about_call(call, "closing_soon", MailKind.CLOSING, days=days, hours=hours)
    tell(concerned(call, MailKind.CLOSING, since=due), occasion, write)


def send_digests():
    """Tell moderators once a day what waits for them, and nothing when nothing does."""
    staff = User.objects.wanting(MailKind.DIGEST).filter(is_staff=True).annotate(now=HubNow())
    for user in staff.order_by("pk"):
        local = user.now.astimezone(ZoneInfo(user.time_zone))
        today = f"digest:{local:%Y-%m-%d}"
        if local.hour < DIGEST_HOUR or OutgoingMail.objects.filter(occasion=f"{today}:{user.pk}").exists():
            continue
        if rows := waiting_for(user):
            OutgoingMail.objects.put_once(written([user], today, partial(digest, rows)))


def digest(rows, user, key):
    queue = reverse("admin:contributions_contribution_changelist")
    late = reverse("admin:contributions_draft_changelist")
    context = {
        "person": user,
        "rows": rows,
        "total": sum(row["waiting"] + row["late"] for row in rows),
        "url": f"{settings.PUBLIC_ORIGIN}{queue}?state__exact={Contribution.State.RECEIVED}",
        "late_url": f"{settings.PUBLIC_ORIGIN}{late}" if any(row["late"] for row in rows) else "",
    }
    return OutgoingMail.objects.compose(
        user.email,
        "digest",
        context,
        language=user.language,
        user=user,
        kind=MailKind.DIGEST,
        occasion=key,
    )


def waiting_for(user):
    """What waits in each group that `user` moderates, apart from their own work."""
    received = (
        Contribution.objects.moderated_by(user)
        .filter(state=Contribution.State.RECEIVED)
        .not_written_by(user)
        .order_by()
    )
    late = Draft.objects.moderated_by(user).exclude(user=None).exclude(user=user).order_by()
    found = {
        row["call__group"]: row
        for row in received.values("call__group").annotate(n=Count("pk"), first=Min("received_at"))
    }
    came_late = dict(late.values_list("call__group").annotate(n=Count("pk")))
    rows = []
    for group in WorkingGroup.objects.filter(pk__in={*found, *came_late}).defer("loaded").order_by("slug"):
        of_group = found.get(group.pk)
        rows.append(
            {
                "group": group,
                "waiting": of_group["n"] if of_group else 0,
                "days": (user.now - of_group["first"]).days if of_group else 0,
                "oldest": received.filter(call__group=group).without_bulk().order_by("received_at")[:FEW],
                "late": came_late.get(group.pk, 0),
            }
        )
    return rows
