"""Moderators read and decide in the admin: every state and step by URL, conflicts, several at once."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import OutgoingMail
from contributions.models import (
    DECISIONS,
    TRANSITIONS,
    WITH_REASON,
    Contribution,
    Draft,
    Reading,
    ReasonTemplate,
    Step,
    StepTaken,
)
from tests import factories as make
from tests.pages import FormReader, filled

pytestmark = pytest.mark.django_db
STATES = Contribution.State.values
BY_STAFF = [*sorted(DECISIONS), Step.RESTORE]
QUEUE = "/admin/contributions/contribution/"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    """The demonstration asks its staff for no second factor."""
    settings.DEMO = True


def signed_in(user):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def moderator(group, **values):
    user = make.moderator(group, **values)
    return make.allow(user, "view_contribution", "change_contribution")


def page_of(record):
    return reverse("admin:contributions_contribution_change", args=[record.pk])


def read(client, record, status=200):
    response = client.get(page_of(record))
    assert response.status_code == status
    return unescape(response.content.decode())


def posted(client, address, data, status):
    response = client.post(address, data)
    assert response.status_code == status, response.content.decode()[:2000]
    return unescape(response.content.decode())


def decide(client, record, step, status=302, html=None, **typed):
    """Press the button of a step as it stands on the page."""
    data = filled(html or read(client, record), having={"step": step}, **typed)
    return posted(client, page_of(record), data, status)


def in_state(state, **values):
    values = {"author": make.person(language="fr"), "withdrawn_from": "published", **values}
    return make.contribution(state=state, published_at=timezone.now(), **values)


def decisions():
    return StepTaken.objects.filter(step__in=BY_STAFF).count()


@pytest.mark.parametrize("state", STATES)
def test_the_page_offers_the_steps_of_the_state_and_takes_no_other(state):
    record = in_state(state)
    client = signed_in(moderator(record.call.group))
    offered = {form["step"][0] for form in FormReader(read(client, record)).forms if "step" in form}
    possible = {step for step in BY_STAFF if state in TRANSITIONS[step][0]}
    assert offered == possible
    for step in BY_STAFF:
        fresh = in_state(state, call=record.call)
        mails = OutgoingMail.objects.count()
        data = {"step": step, "version": 1, "reason": "Because."}
        response = client.post(page_of(fresh), data)
        fresh.refresh_from_db()
        if step in possible:
            assert response.status_code == 302, step
            assert fresh.state == ("published" if step == Step.RESTORE else TRANSITIONS[step][1])
            assert StepTaken.objects.get(contribution=fresh).step == step
            assert OutgoingMail.objects.count() == mails + 1
        else:
            assert response.status_code == 409, step
            assert "Because." in response.content.decode() or step == Step.PUBLISH
            assert fresh.state == state
            assert not StepTaken.objects.filter(contribution=fresh).exists()
            assert OutgoingMail.objects.count() == mails


@pytest.mark.parametrize("step", sorted(WITH_REASON & DECISIONS))
def test_a_reason_is_asked_for_and_reaches_the_author(step):
    record = in_state(sorted(TRANSITIONS[step][0])[0])
    client = signed_in(moderator(record.call.group))
    page = decide(client, record, step, 400, reason=" \n ")
    assert "The author must be told why." in page
    assert decisions() == 0
    decide(client, record, step, reason="Une raison\nclaire.")
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.language) == (record.author.email, "fr")
    assert re.search(r"Une raison\n\W*claire\.", mail.text)
    assert "Une raison" in read(client, record)


def test_a_step_that_does_not_exist_and_a_version_that_is_no_number_change_nothing():
    record = in_state("received")
    client = signed_in(moderator(record.call.group))
    for step in ("", "admit", "submit", "erase", "x" * 500, "\x00"):
        posted(client, page_of(record), {"step": step, "version": 1, "reason": "x"}, 400)
    for version in ("", "-1", "x", "9" * 30, "\x00"):
        posted(client, page_of(record), {"step": "publish", "version": version}, 400)
    posted(client, page_of(record), {"step": "publish", "version": 2}, 409)
    record.refresh_from_db()
    assert record.state == "received"
    decide(client, record, "publish")


def test_the_text_is_shown_as_it_reads_and_as_it_was_sent_and_nobody_edits_it():
    record = make.submitted(
        title="What we learnt", text="## A heading\n\nWith *stress* & <script>alert(1)</script>"
    )
    client = signed_in(moderator(record.call.group))
    html = client.get(page_of(record)).content.decode()
    assert "<h2" in html
    assert "<em>stress</em>" in html
    assert "<script>alert" not in html
    assert "With *stress* &amp; &lt;script&gt;" in html
    assert not {"title", "text", "summary"} & {name for form in FormReader(html).forms for name in form}
    data = filled(html, having={"step": "publish"}, title="Another", text="Another", summary="Another")
    client.post(page_of(record), data)
    record.refresh_from_db()
    assert (record.state, record.title) == ("published", "What we learnt")
    boss = make.person(is_staff=True, is_superuser=True)
    everything = signed_in(boss)
    assert everything.get(reverse("admin:contributions_contribution_add")).status_code == 403
    delete = reverse("admin:contributions_contribution_delete", args=[record.pk])
    assert everything.post(delete, {"post": "yes"}).status_code == 403
    everything.post(QUEUE, {"action": "delete_selected", "_selected_action": [record.pk], "post": "yes"})
    assert Contribution.objects.filter(pk=record.pk).exists()


def test_everything_that_was_sent_can_be_read():
    call = make.call()
    question = make.call_question(call, text="What changed for people?")
    region, sector = make.region("m49-002", label="Africa"), make.sector("finance", label="Finance")
    organisation = make.organisation(name="Red andina")
    record = make.submitted(
        of=call,
        summary="In short.",
        links="https://example.org/report",
        organisation=organisation.name,
        co_authors="Awa Diop, awa@example.org",
        regions=[region.key],
        sectors=[sector.key],
        **{f"answer-{question.pk}": "We count together."},
    )
    html = read(signed_in(moderator(call.group)), record)
    for words in ("In short.", "https://example.org/report", "Red andina", "Awa Diop", "Asked", "Africa", "Finance",
                  "What changed for people?", "We count together.", "Submitted", record.reference):  # fmt: skip
        assert words in html, words
    assert "awa@example.org" not in html
    assert record.author.email not in html


def test_attachments_open_for_moderators_as_downloads_and_for_nobody_else():
    record = make.submitted()
    held = make.attachment(record, name="plan.txt", content=b"Our plan.")
    client = signed_in(moderator(record.call.group))
    assert f'href="{held.get_absolute_url()}"' in read(client, record)
    answer = client.get(held.get_absolute_url())
    assert (answer.status_code, b"".join(answer)) == (200, b"Our plan.")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    strangers = [Client(), signed_in(make.person()), signed_in(moderator(make.group()))]
    assert [one.get(held.get_absolute_url()).status_code for one in strangers] == [404, 404, 404]


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


# Own work.


@pytest.mark.parametrize("role", ["author", "co-author", "co-author by mail"])
def test_a_moderator_does_not_judge_their_own_contribution(role):
    record = make.submitted()
    user = moderator(record.call.group)
    if role == "author":
        Contribution.objects.filter(pk=record.pk).update(author=user)
    elif role == "co-author":
        record.co_authors.create(name="M", email="m@example.org", user=user)
    else:
        person = record.co_authors.create(name="M", email=user.email)
        Client().post(reverse("contributions:co_author", args=[person.token]), {"answer": "confirm"})
        person.refresh_from_db()
        assert (person.state, person.user) == ("confirmed", None)
    client = signed_in(user)
    page = read(client, record)
    assert not [form for form in FormReader(page).forms if "step" in form]
    assert "Somebody else decides" in page
    for step in BY_STAFF:
        posted(client, page_of(record), {"step": step, "version": 1, "reason": "x"}, 403)
    html = client.post(QUEUE, {"action": "publish", "_selected_action": [record.pk]}).content.decode()
    assert "somebody else must decide" in html
    data = {"action": "publish", "confirmed": 1, "_selected_action": [record.pk], f"version-{record.pk}": 1}
    assert "somebody else must decide" in posted(client, QUEUE, data, 409)
    record.refresh_from_db()
    assert record.state == "received"
    other = signed_in(moderator(record.call.group))
    decide(other, record, "publish")


def test_whoever_may_only_read_finds_no_button_and_posts_in_vain():
    record = make.submitted()
    reader = signed_in(make.allow(make.moderator(record.call.group), "view_contribution"))
    page = read(reader, record)
    assert not [form for form in FormReader(page).forms if "step" in form]
    posted(reader, page_of(record), {"step": "publish", "version": 1}, 403)
    reader.post(
        QUEUE,
        {"action": "publish", "confirmed": 1, "_selected_action": [record.pk], f"version-{record.pk}": 1},
    )
    record.refresh_from_db()
    assert record.state == "received"


# Reasons written beforehand.


def test_a_reason_written_beforehand_comes_in_the_authors_language_after_what_was_typed():
    ReasonTemplate.objects.update_or_create(
        key="test",
        defaults={"step": "decline", "label_en": "Kind words", "text_es": "Gracias.", "text_fr": "Merci."},
    )
    record = make.submitted(make.person(language="fr"), language="es")
    client = signed_in(moderator(record.call.group))
    html = read(client, record)
    assert html.count("Kind words") == 1
    page = decide(client, record, "decline", 200, html=html, template="test", insert="1", reason="Chère Awa,")
    form = filled(page, having={"step": "decline"})
    assert form["reason"] == ["Chère Awa,\n\nMerci."]
    assert "The author must be told why." not in page
    assert decisions() == 0
    posted(client, page_of(record), form, 302)
    assert re.search(r"Chère Awa,\n\W*Merci\.", OutgoingMail.objects.order_by("pk").last().text)


def test_an_unknown_template_inserts_nothing():
    record = make.submitted()
    client = signed_in(moderator(record.call.group))
    page = decide(client, record, "decline", 200, template="nothing", insert="1", reason="Mine.")
    assert filled(page, having={"step": "decline"})["reason"] == ["Mine."]


# Returning: until when.


def test_the_time_for_changes_is_typed_by_the_clocks_of_the_call_and_must_lie_ahead():
    record = make.submitted(of=make.call(time_zone="Etc/GMT+12"))
    client = signed_in(moderator(record.call.group))
    html = read(client, record)
    over = decide(client, record, "return", 400, html=html, reason="x", edit_until_0="2020-01-01")
    assert "This instant is over" in over
    wrong = decide(client, record, "return", 400, html=html, reason="Kept.", edit_until_0="soon")
    assert "Kept." in wrong
    decide(client, record, "return", html=html, reason="x", edit_until_0="2027-03-31", edit_until_1="23:59")
    record.refresh_from_db()
    assert record.edit_until.isoformat() == "2027-04-01T11:59:00+00:00"


def test_two_weeks_are_proposed_and_no_end_is_possible(clock):
    record = make.submitted(of=make.call(time_zone="Africa/Dakar", opens_at=NOON - timedelta(days=1)))
    client = signed_in(moderator(record.call.group))
    with clock(NOON):
        html = read(client, record)
        assert filled(html, having={"step": "return"})["edit_until_0"] == ["2026-12-08"]
        decide(client, record, "return", html=html, reason="x", edit_until_0="", edit_until_1="")
    record.refresh_from_db()
    assert record.edit_until is None


# The queue.


def test_the_queue_holds_what_waits_the_oldest_first_with_its_marks(clock):
    call = make.call(title="Call of Dakar", opens_at=NOON - timedelta(days=30))
    with clock(NOON - timedelta(days=9)):
        old = make.submitted(of=call, title="The older one")
    with clock(NOON - timedelta(hours=3)):
        new = make.submitted(of=call, title="The newer one")
    Contribution.objects.filter(pk=new.pk).update(late=True)
    make.contribution(call=call, title="The published one")
    client = signed_in(moderator(call.group))
    with clock(NOON):
        page = unescape(client.get(QUEUE).content.decode())
    assert page.index("The older one") < page.index("The newer one")
    assert "The published one" not in page
    for words in ("9 days", "today", "Call of Dakar", "late"):
        assert words in page
    found = client.get(QUEUE, {"q": "published"}).content.decode()
    assert "The published one" in found
    everything = client.get(QUEUE, {"state__exact": "all"}).content.decode()
    assert "The published one" in everything
    assert old.reference not in client.get(QUEUE, {"flag": "late"}).content.decode()
    assert new.reference in client.get(QUEUE, {"flag": "late"}).content.decode()


def test_a_returned_contribution_whose_time_is_over_is_marked(clock):
    record = in_state("returned", edit_until=NOON)
    client = signed_in(moderator(record.call.group))
    address = {"state__exact": "returned", "flag": "is_overdue"}
    with clock(NOON - timedelta(seconds=1)):
        assert record.reference not in client.get(QUEUE, address).content.decode()
    with clock(NOON):
        assert record.reference in client.get(QUEUE, address).content.decode()


def test_the_lists_ask_as_many_questions_for_three_records_as_for_one(django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(client, address):
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    call = make.call()
    client = signed_in(moderator(call.group))
    lists = [QUEUE, "/admin/contributions/steptaken/", "/admin/contributions/draft/", "/admin/"]
    make.submitted(of=call)
    late_draft(call)
    one = [count(client, address) for address in lists]
    for _number in range(2):
        make.submitted(of=call, organisation=make.organisation().name)
        late_draft(call)
    assert [count(client, address) for address in lists] == one
    record = Contribution.objects.first()
    assert count(client, page_of(record)) <= 40


# Late drafts.


def late_draft(call, user=None, **typed):
    draft = make.draft(user or make.person(language="fr"), of=call, **typed)
    Draft.objects.filter(pk=draft.pk).update(late_at=timezone.now())
    draft.refresh_from_db()
    return draft


def page_of_draft(draft):
    return reverse("admin:contributions_draft_change", args=[draft.pk])


def test_a_late_draft_is_admitted_with_a_reason():
    call = make.call()
    draft = late_draft(call, title="Llegó tarde", text="Se cortó la luz.")
    client = signed_in(moderator(call.group))
    assert "Llegó tarde" in client.get("/admin/contributions/draft/").content.decode()
    html = unescape(client.get(page_of_draft(draft)).content.decode())
    assert "Se cortó la luz." in html
    form = filled(html, having={"step": "admit"})
    page = posted(client, page_of_draft(draft), {**form, "reason": ""}, 400)
    assert "The author must be told why." in page
    answer = client.post(page_of_draft(draft), {**form, "reason": "La panne était réelle."})
    record = Contribution.objects.get()
    assert answer["Location"] == page_of(record)
    assert (record.state, record.late, record.author) == ("received", True, draft.user)
    assert StepTaken.objects.get().reason == "La panne était réelle."
    assert "La panne était réelle." in OutgoingMail.objects.get().text
    assert client.get(page_of_draft(draft)).status_code == 302


def test_the_second_who_admits_a_late_draft_learns_of_the_first():
    call = make.call()
    draft = late_draft(call)
    one, two = (signed_in(moderator(call.group, display_name=name)) for name in ("Alice Ba", "Bob Coro"))
    form = filled(unescape(two.get(page_of_draft(draft)).content.decode()), having={"step": "admit"})
    assert one.post(page_of_draft(draft), {**form, "reason": "Oui."}).status_code == 302
    page = posted(two, page_of_draft(draft), {**form, "reason": "Mi propia razón."}, 409)
    assert "Alice Ba" in page
    assert "Mi propia razón." in page
    assert Contribution.objects.count() == 1


def test_a_late_draft_that_its_author_changed_is_read_again_first():
    call = make.call()
    draft = late_draft(call)
    client = signed_in(moderator(call.group))
    form = filled(unescape(client.get(page_of_draft(draft)).content.decode()), having={"step": "admit"})
    draft.keep({**draft.data, "text": "Changed meanwhile."})
    page = posted(client, page_of_draft(draft), {**form, "reason": "Una razón."}, 409)
    assert "Changed meanwhile." in page
    assert not Contribution.objects.exists()
    again = filled(page, having={"step": "admit"})
    assert again["reason"] == ["Una razón."]
    assert client.post(page_of_draft(draft), again).status_code == 302


def test_a_late_draft_that_could_not_be_sent_says_what_is_missing():
    call = make.call()
    draft = late_draft(call, title="")
    client = signed_in(moderator(call.group))
    page = unescape(client.get(page_of_draft(draft)).content.decode())
    assert "Write a title for the contribution." in page
    posted(client, page_of_draft(draft), {"step": "admit", "version": draft.revision, "reason": "x"}, 400)
    assert not Contribution.objects.exists()


def test_nobody_admits_their_own_draft_nor_one_without_an_author():
    call = make.call()
    user = moderator(call.group)
    own, nobodys = late_draft(call, user), late_draft(call)
    Draft.objects.filter(pk=nobodys.pk).update(user=None)
    client = signed_in(user)
    for draft, status in ((own, 403), (nobodys, 409)):
        assert (
            "Somebody else decides" in client.get(page_of_draft(draft)).content.decode() or draft is nobodys
        )
        posted(
            client, page_of_draft(draft), {"step": "admit", "version": draft.revision, "reason": "x"}, status
        )
    assert not Contribution.objects.exists()


def test_drafts_that_did_not_come_late_are_nobodys_business():
    call = make.call()
    private = make.draft(make.person(), of=call, title="Private words")
    boss = signed_in(make.person(is_staff=True, is_superuser=True))
    assert "Private words" not in boss.get("/admin/contributions/draft/").content.decode()
    assert boss.get(page_of_draft(private)).status_code == 404
    sent = make.submitted(of=call)
    assert boss.get(page_of_draft(Draft.objects.get(contribution=sent))).status_code == 404
    assert boss.get("/admin/contributions/draft/nothing/change/").status_code == 404


# The log.


def test_the_log_is_filtered_by_step_group_person_and_date_and_edited_by_nobody():
    record, other = make.submitted(), make.submitted()
    user = moderator(record.call.group, display_name="Alice Ba")
    client = signed_in(user)
    decide(client, record, "return", reason="Un mot de plus.")
    boss = signed_in(make.person(is_staff=True, is_superuser=True))
    log = reverse("admin:contributions_steptaken_changelist")

    def listed(**query):
        page = unescape(boss.get(log, query).content.decode())
        return [one.reference for one in (record, other) if f">{one.reference}</a>" in page]

    assert listed() == [record.reference, other.reference]
    assert listed(step="return") == [record.reference]
    assert listed(group=other.call.group_id) == [other.reference]
    assert listed(by=user.pk) == [record.reference]
    assert listed(at__gte="2000-01-01 00:00:00+00:00", at__lt="2000-01-02 00:00:00+00:00") == []
    assert listed(step="nothing", by="x", group="x") == [record.reference, other.reference]
    step = StepTaken.objects.first()
    address = reverse("admin:contributions_steptaken_change", args=[step.pk])
    assert "Un mot de plus." in boss.get(address).content.decode()
    assert boss.post(address, {"reason": "Other"}).status_code == 403
    assert boss.get(reverse("admin:contributions_steptaken_add")).status_code == 403
    delete = reverse("admin:contributions_steptaken_delete", args=[step.pk])
    assert boss.post(delete, {"post": "yes"}).status_code == 403
    boss.post(log, {"action": "delete_selected", "_selected_action": [step.pk], "post": "yes"})
    assert StepTaken.objects.filter(pk=step.pk, reason="Un mot de plus.").exists()
