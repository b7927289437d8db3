"""The queue of moderators, the drafts that came late, and the log of what was decided."""

from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import OutgoingMail
from contributions.models import Contribution, Draft, StepTaken
from tests import factories as make
from tests.moderation import NOON, QUEUE, decide, in_state, moderator, page_of, posted, signed_in
from tests.pages import filled

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    """The demonstration asks its staff for no second factor."""
    settings.DEMO = True


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
    # Whoever pressed twice is not told of somebody who was first.
    again = one.post(page_of_draft(draft), {**form, "reason": "Oui."})
    assert again["Location"] == page_of(Contribution.objects.get())
    assert StepTaken.objects.count() == OutgoingMail.objects.count() == 1


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
