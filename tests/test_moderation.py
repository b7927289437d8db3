"""Moderators read and decide in the admin: every state and step by URL, their reasons, their own work."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import OutgoingMail
from contributions.models import (
    DECISIONS,
    TRANSITIONS,
    WITH_REASON,
    Contribution,
    ReasonTemplate,
    Step,
    StepTaken,
)
from tests import factories as make
from tests.moderation import (
    BY_STAFF,
    NOON,
    QUEUE,
    decide,
    decisions,
    in_state,
    moderator,
    page_of,
    posted,
    read,
    signed_in,
)
from tests.pages import FormReader, filled

pytestmark = pytest.mark.django_db
STATES = Contribution.State.values


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    """The demonstration asks its staff for no second factor."""
    settings.DEMO = True


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
