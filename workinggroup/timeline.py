"""The steps of a call and its meeting, with the dates that are known and no others."""

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from directory import text as words
from workinggroup.models import Call


@dataclass
class Step:
    label: str
    when: str = ""
    done: bool = False
    current: bool = False


def days_left(call):
    """How many midnights of the call's own zone lie before its closing instant, by the database's
    clock; the call comes `with_state()`."""
    zone = ZoneInfo(call.time_zone)
    return (call.closes_at.astimezone(zone).date() - call.now.astimezone(zone).date()).days


def date_of(moment, zone):
    return words.instant(moment, zone)["date"]


def call_steps(call):
    """The opening and the closing of a call that comes `with_state()`."""
    if call.dates_unknown:
        return [Step(_("Call for contributions closed"), _("dates not known"), done=True)]
    opened = date_of(call.opens_at, call.time_zone)
    closes = date_of(call.closes_at, call.time_zone) if call.closes_at else ""
    until = _("until %(date)s") % {"date": closes} if closes else _("until further notice")
    if call.state == Call.State.SCHEDULED:
        return [
            Step(_("Call for contributions opens"), opened, current=True),
            Step(_("Contributions are received"), until),
        ]
    if call.state == Call.State.OPEN:
        return [
            Step(_("Call for contributions opened"), opened, done=True),
            Step(_("Contributions are received"), until, current=True),
        ]
    return [
        Step(_("Call for contributions opened"), opened, done=True),
        Step(_("Call for contributions closed"), closes, done=True),
    ]


def meeting_step(meeting, now):
    """The meeting, dated by its day, else by the event's days or year it lies within."""
    event = meeting.event
    if meeting.cancelled_at:
        return Step(_("Meeting cancelled"), done=True)
    if meeting.starts_at:
        when = date_of(meeting.starts_at, meeting.time_zone)
        return Step(_("Meeting"), when, done=(meeting.ends_at or meeting.starts_at) < now)
    if event and event.starts_on:
        last = event.ends_on or event.starts_on
        when = words.days(event.starts_on, event.ends_on)
        return Step(_("Meeting"), _("within %(days)s") % {"days": when}, done=last < now.date())
    year = meeting.year or (event and event.year)
    if year:
        return Step(_("Meeting"), str(year), done=datetime.date(year, 12, 31) < now.date())
    return Step(_("Meeting"), _("date not known"))


def steps(call, meeting):
    """Everything dated about a call and its meeting, in order; nothing when there is one step only."""
    if not (call and meeting):
        return call_steps(call) if call and not call.dates_unknown else []
    return [*call_steps(call), meeting_step(meeting, call.now)]
