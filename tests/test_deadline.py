"""One deadline everywhere: page, form, mail, calendar, feed and API name the same instant."""

import re
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import OutgoingMail
from contributions.forms import ContributionForm
from tests import factories as make
from tests.pages import get

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]

# (zone, the instant, its date and time in that zone, its offset): a zone behind and one ahead of UTC,
# one with half hours, both sides of a change to summer time, and the last place on Earth.
CASES = [
    ("America/La_Paz", "2027-01-16T03:59:00Z", "15 January 2027", "23:59", "UTC−4", "America/La_Paz"),
    ("Asia/Manila", "2027-01-15T15:59:00Z", "15 January 2027", "23:59", "UTC+8", "Asia/Manila"),
    ("Asia/Kolkata", "2027-01-15T18:29:00Z", "15 January 2027", "23:59", "UTC+5:30", "Asia/Kolkata"),
    ("Europe/Paris", "2027-03-27T22:59:00Z", "27 March 2027", "23:59", "UTC+1", "Europe/Paris"),
    ("Europe/Paris", "2027-03-28T21:59:00Z", "28 March 2027", "23:59", "UTC+2", "Europe/Paris"),
    ("Etc/GMT+12", "2027-01-16T11:59:00Z", "15 January 2027", "23:59", "UTC−12", "anywhere on Earth"),
    ("Africa/Bamako", "2027-01-15T23:59:00Z", "15 January 2027", "23:59", "UTC+0", "Africa/Bamako"),
]


@pytest.mark.parametrize(("zone", "iso", "date", "time", "offset", "name"), CASES)
def test_the_same_instant_stands_everywhere(clock, zone, iso, date, time, offset, name):
    call_command("createcachetable")
    closes = datetime.fromisoformat(iso)
    call = make.call(
        slug="plazo", opens_at=datetime(2026, 11, 1, tzinfo=UTC), closes_at=closes, time_zone=zone
    )
    sentence = f"{date} at {time}"
    with clock(closes - timedelta(days=9)):
        for address in ("calls/plazo/", "calls/plazo/contribute/", f"groups/{call.group.slug}/"):
            page = get(Client(), f"/en/{address}")
            assert f'<time datetime="{iso}">{sentence}</time>' in page, address
            assert f"{name} ({offset})" in page, address
            assert f'data-deadline="{iso}"' in page, address
        answer = Client().get("/api/v1/calls/plazo/").json()
        assert (answer["closes_at"], answer["time_zone"]) == (iso, zone)
        for address in ("calls/plazo/calendar.ics", f"groups/{call.group.slug}/calendar.ics", "calendar.ics"):
            calendar = icalendar.Calendar.from_ical(Client().get(f"/en/{address}").content)
            (entry,) = calendar.walk("VEVENT")
            assert entry["dtstart"].dt.astimezone(UTC) == closes, address
        feed = get(Client(), f"/en/groups/{call.group.slug}/feed.atom")
        assert call.slug in feed
    # What comes late is told by mail; the same instant, in the same words.
    draft = make.draft(make.person(language="en"), of=call)
    with clock(closes):
        form = ContributionForm(call, draft.data)
        assert form.is_valid()
        assert draft.submit(draft.user, form.for_model).contribution is None
        closed = get(Client(), "/en/calls/plazo/")
    letter = re.sub(r"\s+", " ", OutgoingMail.objects.get(to=draft.user.email).text)
    assert f"{sentence}:00, time of {name} ({offset})" in letter
    assert f'<time datetime="{iso}">{sentence}</time>' in closed
