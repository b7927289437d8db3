"""Two moderators at once, several contributions at once, and words that their author changed meanwhile."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import OutgoingMail
from contributions.models import Contribution, Reading, ReasonTemplate, Step, StepTaken
from tests import factories as make
from tests.moderation import QUEUE, decide, decisions, moderator, page_of, posted, read, signed_in
from tests.pages import filled

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    """The demonstration asks its staff for no second factor."""
    settings.DEMO = True


# Scenario 14.


def test_the_second_of_two_moderators_is_refused_sees_who_was_first_and_keeps_their_reason():
    record = make.submitted()
    first = moderator(record.call.group, display_name="Alice Ba")
    second = moderator(record.call.group, display_name="Bob Coro")
    one, two = signed_in(first), signed_in(second)
    html = {client: read(client, record) for client in (one, two)}
    decide(one, record, "publish", html=html[one])
    mails = OutgoingMail.objects.count()
    page = decide(two, record, "decline", 409, html=html[two], reason="Fuera de tema, con cariño.")
    assert "Alice Ba" in page
    assert "Published" in page
    assert "Fuera de tema, con cariño." in page
    assert "nobody was told anything" in page
    record.refresh_from_db()
    assert record.state == "published"
    assert decisions() == 1
    assert OutgoingMail.objects.count() == mails


def test_of_several_at_once_the_overtaken_one_is_reported_and_the_others_go_through():
    call = make.call()
    records = [make.submitted(of=call) for _number in range(3)]
    one, two = (signed_in(moderator(call.group, display_name=name)) for name in ("Alice Ba", "Bob Coro"))
    chosen = [record.pk for record in records]
    asked = two.post(QUEUE, {"action": "publish", "_selected_action": chosen})
    html = asked.content.decode()
    assert asked.status_code == 200
    assert all(record.reference in html for record in records)
    assert decisions() == 0
    decide(one, records[1], "decline", reason="No.")
    page = posted(two, QUEUE, filled(html, having={"confirmed": "1"}), 200)
    assert records[1].reference in page
    assert "Alice Ba" in page
    assert [Contribution.objects.get(pk=pk).state for pk in chosen] == ["published", "declined", "published"]
    assert decisions() == 3


def test_a_moderator_who_presses_twice_is_told_that_it_is_done_and_the_author_once():
    call = make.call()
    records = [make.submitted(of=call) for _number in range(2)]
    client = signed_in(moderator(call.group))
    html = read(client, records[0])
    for _press in range(2):
        decide(client, records[0], "decline", html=html, reason="Fuera de tema, con cariño.")
        assert f"{records[0].reference} is declined." in read(client, records[0])
    html = client.post(QUEUE, {"action": "publish", "_selected_action": [records[1].pk]}).content.decode()
    for _press in range(2):
        posted(client, QUEUE, filled(html, having={"confirmed": "1"}), 302)
    assert decisions() == 2
    assert OutgoingMail.objects.count() == 4, "two receipts, two decisions"


def test_when_all_of_several_were_overtaken_the_reason_is_kept():
    record = make.submitted()
    one, two = (signed_in(moderator(record.call.group)) for _number in range(2))
    html = two.post(QUEUE, {"action": "decline", "_selected_action": [record.pk]}).content.decode()
    decide(one, record, "publish")
    data = filled(html, having={"confirmed": "1"}, reason="Una razón escrita con calma.")
    page = posted(two, QUEUE, data, 409)
    assert "Una razón escrita con calma." in page
    assert decisions() == 1


def test_several_are_returned_or_declined_with_a_reason_each_author_in_their_language():
    call = make.call(time_zone="America/La_Paz")
    french, spanish = (make.submitted(make.person(language=code), of=call) for code in ("fr", "es"))
    ReasonTemplate.objects.update_or_create(
        key="test", defaults={"step": "", "label": "T", "text_es": "En español.", "text_fr": "En français."}
    )
    client = signed_in(moderator(call.group))
    chosen = [french.pk, spanish.pk]
    html = client.post(QUEUE, {"action": "return_for_changes", "_selected_action": chosen}).content.decode()
    page = posted(client, QUEUE, filled(html, having={"confirmed": "1"}, until="2020-01-01", reason="x"), 400)
    assert "This day is over" in page
    page = posted(client, QUEUE, filled(html, having={"confirmed": "1"}, template="", reason=" "), 400)
    assert "The authors must be told why." in page
    assert decisions() == 0
    until = timezone.now().date() + timedelta(days=9)
    data = filled(html, having={"confirmed": "1"}, template="test", reason="¡Ánimo!", until=until.isoformat())
    posted(client, QUEUE, data, 302)
    french.refresh_from_db()
    assert french.state == "returned"
    assert french.edit_until.isoformat() == f"{until + timedelta(days=1)}T03:59:00+00:00"
    texts = {mail.to: mail.text for mail in OutgoingMail.objects.filter(text__contains="¡Ánimo!")}
    assert "En français." in texts[french.author.email]
    assert "En español." in texts[spanish.author.email]


def test_a_day_that_is_over_by_the_clocks_of_a_call_is_no_end_there(clock):
    """In Auckland the first of December ended at 11:00 UTC; in La Paz it goes on."""
    group = make.group()
    over, goes_on = (
        make.submitted(of=make.call(group=group, time_zone=zone))
        for zone in ("Pacific/Auckland", "America/La_Paz")
    )
    client = signed_in(moderator(group))
    with clock(datetime(2026, 12, 1, 15, tzinfo=UTC)):
        chosen = [over.pk, goes_on.pk]
        page = client.post(QUEUE, {"action": "return_for_changes", "_selected_action": chosen})
        data = filled(page.content.decode(), having={"confirmed": "1"}, until="2026-12-01", reason="x")
        page = posted(client, QUEUE, data, 200)
    assert "This day is over" in page
    states = dict(Contribution.objects.values_list("pk", "state"))
    assert states == {over.pk: "received", goes_on.pk: "returned"}


# Scenario 15.


def test_what_the_author_changed_meanwhile_is_shown_and_never_published_unseen():
    record = make.submitted(text="We met twice a year.")
    client = signed_in(moderator(record.call.group))
    html = read(client, record)
    make.revised(record, text="We met three times a year.")
    page = decide(client, record, "publish", 409, html=html)
    assert "<del>" in page
    assert "twice" in page
    assert "three times" in page
    assert "New version sent" in page
    record.refresh_from_db()
    assert (record.state, record.version) == ("received", 2)
    assert decisions() == 0
    posted(client, page_of(record), filled(page, having={"step": "publish"}), 302)
    record.refresh_from_db()
    assert record.state == "published"
    assert StepTaken.objects.get(step=Step.PUBLISH).version == 2


def test_a_reason_stays_in_its_form_when_the_text_changed():
    record = make.submitted(text="Old words here.")
    client = signed_in(moderator(record.call.group))
    html = read(client, record)
    make.revised(record, text="New words here.")
    page = decide(client, record, "return", 409, html=html, reason="Plus court, s'il vous plaît.")
    again = filled(page, having={"step": "return"})
    assert again["reason"] == ["Plus court, s'il vous plaît."]
    assert again["version"] == ["2"]
    posted(client, page_of(record), again, 302)
    record.refresh_from_db()
    assert record.state == "returned"


# Scenario 16.


def test_returned_work_comes_back_as_version_two_in_its_old_place_with_the_difference():
    call = make.call(time_zone="Asia/Tokyo")
    earlier, later = (make.submitted(of=call, text="First words.") for _number in range(2))
    client = signed_in(moderator(call.group))
    html = read(client, earlier)
    form = filled(html, having={"step": "return"})
    assert form["edit_until_1"] == ["23:59"]
    decide(client, earlier, "return", html=html, reason="More, please.", edit_until_0="2027-02-01")
    earlier.refresh_from_db()
    assert earlier.edit_until.isoformat() == "2027-02-01T14:59:00+00:00"
    make.revised(earlier, text="First words, and more.")
    queue = client.get(QUEUE).content.decode()
    assert queue.index(earlier.reference) < queue.index(later.reference)
    assert "new version" in queue
    page = read(client, earlier)
    assert "What changed from version 1 to version 2" in page
    assert ", and more" in page
    assert "More, please." in page
    # It has been read; the difference can still be looked at.
    assert "flag--new" not in client.get(QUEUE).content.decode()
    assert "What changed from version 1 to version 2" in read(client, earlier)


def test_any_two_versions_can_be_compared_and_strange_numbers_do_no_harm():
    record = make.submitted(text="One.", kind="experience")
    make.revised(record, text="One two.", kind="proposal")
    record.refresh_from_db()
    make.revised(record, text="One two three.")
    client = signed_in(moderator(record.call.group))
    page = unescape(client.get(page_of(record), {"from": 1, "to": 3}).content.decode())
    assert "What changed from version 1 to version 3" in page
    assert "Experience" in page
    assert "Proposal" in page
    page = unescape(client.get(page_of(record), {"from": 2, "to": 3}).content.decode())
    assert "What changed from version 2 to version 3" in page
    for strange in ("x", "99", "-1", "9" * 40, "1' OR 1"):
        assert client.get(page_of(record), {"from": strange, "to": strange}).status_code == 200


def test_nothing_is_compared_for_whoever_reads_the_contribution_for_the_first_time():
    record = make.submitted(text="One.")
    make.revised(record, text="One two.")
    client = signed_in(moderator(record.call.group))
    assert "What changed from" not in read(client, record)
    assert list(Reading.objects.values_list("version", flat=True)) == [2]


# Scenario 17.


def test_what_was_declined_can_be_reopened_and_both_are_logged():
    record = make.submitted()
    client = signed_in(moderator(record.call.group))
    decide(client, record, "decline", reason="Hors sujet.")
    assert Client().get(f"/en/contributions/{record.reference}/").status_code == 404
    author = signed_in(record.author)
    assert "Hors sujet." in author.get(f"/en/account/contributions/{record.reference}/").content.decode()
    decide(client, record, "reopen", reason="Nous nous étions trompés.")
    log = client.get(reverse("admin:contributions_steptaken_changelist"), {"q": record.reference})
    assert "Reopened" in log.content.decode()
    decide(client, record, "publish")
    assert Client().get(f"/en/contributions/{record.reference}/").status_code == 200


def test_staff_undo_a_withdrawal_only_after_the_call_has_closed_for_its_author_or_for_others_work():
    record = make.submitted()
    client = signed_in(moderator(record.call.group))
    decide(client, record, "publish")
    record.refresh_from_db()
    record.withdraw(by=record.author)
    decide(client, record, "restore", reason="À votre demande.")
    record.refresh_from_db()
    assert record.state == "published"
    assert "À votre demande." in OutgoingMail.objects.order_by("pk").last().text
