"""The deadline: who is in is decided by the database's clock at the press, and nothing is lost."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.db import connection, transaction

from accounts.models import OutgoingMail
from contributions.forms import ContributionForm
from contributions.models import (
    ChangesEnded,
    Contribution,
    Draft,
    Overtaken,
    OwnContribution,
    Step,
    StepTaken,
)
from directory.models import NotAllowed
from tests import factories as make
from workinggroup.models import Call, CallChange

pytestmark = pytest.mark.django_db

OPENS = datetime(2026, 11, 1, 12, tzinfo=UTC)
CLOSES = datetime(2026, 12, 1, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def a_call(**values):
    return make.call(**{"opens_at": OPENS, "closes_at": CLOSES, **values})


def send(draft, user=None, base=0):
    form = ContributionForm(Call.objects.with_state().get(pk=draft.call_id), draft.data, user=user)
    assert form.is_valid(), form.errors
    return draft.submit(user or draft.user, form.for_model, base=base)


@pytest.mark.parametrize(
    ("instant", "in_time"),
    [
        (OPENS - MOMENT, False),
        (OPENS, True),
        (CLOSES - MOMENT, True),
        (CLOSES, False),
        (CLOSES + MOMENT, False),
    ],
)
def test_a_submission_is_in_from_the_opening_until_just_before_the_closing(clock, instant, in_time):
    draft = make.draft(make.person(), of=a_call())
    with clock(instant):
        sent = send(draft)
        assert sent.now == instant
        assert bool(sent.contribution) == in_time
        state = Call.objects.with_state().get(pk=draft.call_id).state
    assert (state == "open") == in_time
    draft.refresh_from_db()
    # What is pressed before an opening that was moved is not late.
    assert (draft.late_at is not None) == (instant >= CLOSES)
    assert Contribution.objects.count() == in_time


def test_a_call_without_a_closing_stays_open_and_one_of_unknown_dates_is_closed(clock):
    with clock(CLOSES + timedelta(days=400)):
        assert send(make.draft(make.person(), of=a_call(closes_at=None))).contribution
        assert not send(make.draft(make.person(), of=make.call(dates_unknown=True))).contribution


@pytest.mark.parametrize(
    ("late_by", "accepted"), [(timedelta(minutes=10) - MOMENT, True), (timedelta(minutes=10), False)]
)
def test_within_the_grace_period_it_is_in_and_marked_late(clock, late_by, accepted):
    draft = make.draft(make.person(), of=a_call(grace_minutes=10))
    with clock(CLOSES + late_by):
        record = send(draft).contribution
    assert bool(record) == accepted
    if accepted:
        assert record.late


def test_named_people_have_late_access_until_it_ends(clock):
    call = a_call()
    person = make.person(email="named@example.org")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    call.late_access.create(email="Named@Example.org", until=CLOSES + timedelta(days=2))
    with clock(CLOSES + timedelta(days=2)):
        assert not send(make.draft(person, of=call)).contribution
    with clock(CLOSES + timedelta(days=2) - MOMENT):
        assert send(make.draft(person, of=call)).contribution.late
        assert not send(make.draft(make.person(), of=call)).contribution


def test_an_address_nobody_verified_has_no_late_access(clock):
    call = a_call()
    person = make.person(email="named@example.org")
    EmailAddress.objects.create(user=person, email=person.email, verified=False, primary=True)
    call.late_access.create(email=person.email, until=CLOSES + timedelta(days=2))
    with clock(CLOSES):
        assert not send(make.draft(person, of=call)).contribution


def test_what_is_in_has_a_reference_a_receipt_a_version_and_a_line_in_the_log(clock):
    person = make.person(language="fr")
    draft = make.draft(person, of=a_call(), title="Ce que nous avons appris", language="fr")
    with clock(CLOSES - MOMENT):
        record = send(draft).contribution
    assert record.state == "received"
    assert record.received_at == CLOSES - MOMENT
    assert (record.version, record.author, record.late) == (1, person, False)
    assert record.versions.get().title == "Ce que nous avons appris"
    assert StepTaken.objects.get().step == Step.SUBMIT
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.language) == (person.email, "fr")
    assert record.reference in mail.subject
    assert not Contribution.objects.published().exists()


def test_it_is_received_at_the_instant_that_let_it_in_though_writing_it_lasts_beyond_the_closing():
    draft = make.draft(make.person(), of=a_call())
    # Every look at this clock is a tenth of a second later than the one before.
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE looks")
        cursor.execute(
            "CREATE OR REPLACE FUNCTION hub_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS "
            f"$$ SELECT '{CLOSES - timedelta(seconds=2)}'::timestamptz + nextval('looks') * interval '0.1 s' $$"
        )
    sent = send(draft)
    for _look in range(20):
        Call.objects.with_state().get(pk=draft.call_id)
    assert Call.objects.with_state().get(pk=draft.call_id).state == "closed"
    record = Contribution.objects.get()
    assert record.received_at == sent.now < CLOSES
    assert record.versions.get().sent_at == record.steps.get().at == sent.now


def test_pressed_twice_it_is_sent_once():
    draft = make.draft(make.person(), of=make.call())
    first, second = send(draft), send(draft)
    assert first.contribution == second.contribution
    assert second.again
    assert (Contribution.objects.count(), OutgoingMail.objects.count(), StepTaken.objects.count()) == (
        1,
        1,
        1,
    )


def test_what_came_late_is_told_once_and_can_be_sent_when_the_call_is_opened_again(clock):
    call = a_call()
    draft = make.draft(make.person(), of=call)
    with clock(CLOSES + timedelta(hours=1)):
        send(draft)
        send(draft)
        assert OutgoingMail.objects.filter(to=draft.user.email).count() == 1
        change = call.reschedule(opens_at=OPENS, closes_at=CLOSES + timedelta(days=7))
        assert change.kind == CallChange.Kind.REOPENED
        assert (change.old_closes_at, change.new_closes_at) == (CLOSES, CLOSES + timedelta(days=7))
        record = send(draft).contribution
    assert record
    draft.refresh_from_db()
    assert draft.late_at is None


def test_staff_admit_a_late_draft_with_a_reason_and_only_that(clock):
    call = a_call()
    draft = make.draft(make.person(), of=call)
    moderator = make.moderator(call.group)
    form = ContributionForm(call, draft.data)
    assert form.is_valid()
    with pytest.raises(NotAllowed):
        draft.admit(form.for_model, by=moderator, reason="It was not late.")
    with clock(CLOSES):
        send(draft)
        draft.refresh_from_db()
        assert list(Draft.objects.moderated_by(moderator)) == [draft]
        assert not Draft.objects.moderated_by(make.moderator(make.group()))
        with pytest.raises(NotAllowed):
            draft.admit(form.for_model, by=moderator, reason=" ")
        record = draft.admit(form.for_model, by=moderator, reason="The power was cut.")
    assert record.late
    assert record.author == draft.user
    step = StepTaken.objects.get(contribution=record)
    assert (step.step, step.by, step.reason) == (Step.ADMIT, moderator, "The power was cut.")
    assert "The power was cut." in OutgoingMail.objects.filter(to=draft.user.email).latest("pk").text


NAMED = {
    "Amina, amina@example.org": False,
    "Amina <AMINA@example.org>": False,
    "Bob, bob@example.org\nAmina (amina@example.org)": False,
    "Xamina, xamina@example.org": True,
    "Amina, unproven@example.org": True,
    "": True,
}


@pytest.mark.parametrize("named", NAMED)
def test_whoever_is_named_in_a_late_draft_by_an_address_they_proved_does_not_admit_it(clock, named):
    call = a_call()
    draft = make.draft(make.person(), of=call, co_authors=named)
    moderator = make.moderator(call.group, email="amina@example.org")
    moderator.emailaddress_set.create(email="unproven@example.org", verified=False)
    form = ContributionForm(call, draft.data)
    assert form.is_valid()
    with clock(CLOSES):
        send(draft)
        if NAMED[named]:
            assert draft.admit(form.for_model, by=moderator, reason="The power was cut.").late
            return
        with pytest.raises(OwnContribution):
            draft.admit(form.for_model, by=moderator, reason="The power was cut.")
        other = make.moderator(call.group)
        assert draft.admit(form.for_model, by=other, reason="The power was cut.").late


def test_a_change_is_a_new_version_in_the_old_place_of_the_queue(clock):
    call = a_call()
    person = make.person()
    draft = make.draft(person, of=call)
    with clock(OPENS):
        record = send(draft).contribution
    with clock(CLOSES - MOMENT):
        draft.keep({**draft.data, "text": "Our better text."})
        again = send(draft, base=1).contribution
    assert again == record
    assert (again.version, again.text, again.received_at) == (2, "Our better text.", OPENS)
    assert [version.text for version in record.versions.all()] == ["Our text.", "Our better text."]
    with clock(CLOSES):
        draft.keep({**draft.data, "text": "Too late."})
        with pytest.raises(ChangesEnded) as refused:
            send(draft, base=2)
    assert refused.value.ended_at == CLOSES
    record.refresh_from_db()
    assert record.text == "Our better text."


def test_changes_end_at_an_instant_of_their_own_where_the_call_has_one(clock):
    call = a_call(edit_until=CLOSES + timedelta(days=3))
    draft = make.draft(make.person(), of=call)
    with clock(OPENS):
        send(draft)
    with clock(CLOSES + timedelta(days=3) - MOMENT):
        draft.keep({**draft.data, "text": "In time."})
        assert send(draft, base=1).contribution.text == "In time."
    with clock(CLOSES + timedelta(days=3)):
        draft.keep({**draft.data, "text": "Too late."})
        with pytest.raises(ChangesEnded):
            send(draft, base=2)


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("times", "instant", "allowed"),
    [
        ({}, CLOSES - MOMENT, True),
        ({}, CLOSES, False),
        # The time for changes of a text is another one, before the closing or after it.
        ({"edit_until": CLOSES - DAY}, CLOSES - MOMENT, True),
        ({"edit_until": CLOSES + DAY}, CLOSES, False),
        ({"grace_minutes": 10}, CLOSES + timedelta(minutes=10) - MOMENT, True),
        ({"grace_minutes": 10}, CLOSES + timedelta(minutes=10), False),
        ({"closes_at": None}, CLOSES + 400 * DAY, True),
    ],
)
def test_authors_undo_a_withdrawal_while_the_call_takes_contributions_and_staff_after(
    clock, times, instant, allowed
):
    """Scenario 18."""
    call = a_call(**times)
    draft = make.draft(make.person(), of=call)
    with clock(OPENS):
        record = send(draft).contribution
        record.withdraw(by=draft.user)
    with clock(instant):
        record.call = Call.objects.with_state().get(pk=call.pk)
        assert record.may_restore(draft.user) == allowed
        assert record.may_restore(make.moderator(call.group))
        assert not record.may_restore(make.person())


def test_whoever_has_late_access_undoes_a_withdrawal_until_it_ends(clock):
    call = a_call(edit_until=CLOSES + 9 * DAY)
    person = make.person()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    call.late_access.create(email=person.email, until=CLOSES + 2 * DAY)
    with clock(OPENS):
        record = send(make.draft(person, of=call)).contribution
        record.withdraw(by=person)
    for instant, allowed in ((CLOSES + 2 * DAY - MOMENT, True), (CLOSES + 2 * DAY, False)):
        with clock(instant):
            record.call = Call.objects.with_state().get(pk=call.pk)
            assert record.may_restore(person) == allowed


def test_changes_asked_for_are_taken_after_the_closing_but_only_of_the_words(clock):
    call = a_call()
    draft = make.draft(make.person(), of=call)
    with clock(OPENS):
        record = send(draft).contribution
    moderator = make.moderator(call.group)
    until = CLOSES + timedelta(days=5)
    record.judge(Step.RETURN, by=moderator, version=1, reason="Shorter.", edit_until=until)
    with clock(until), pytest.raises(ChangesEnded) as refused:
        send(draft, base=1)
    assert refused.value.ended_at == until
    with clock(until - MOMENT):
        draft.keep({**draft.data, "text": "Shorter text.", "author_name": "Somebody else"})
        again = send(draft, base=1).contribution
    assert (again.state, again.version, again.text) == ("received", 2, "Shorter text.")
    assert again.author_name == "Rosa Quispe"
    assert again.edit_until is None


def test_a_change_over_a_decision_or_another_change_is_refused_and_kept():
    call = make.call()
    draft = make.draft(make.person(), of=call)
    record = send(draft).contribution
    draft.keep({**draft.data, "text": "From one window."})
    send(draft, base=1)
    draft.keep({**draft.data, "text": "From another window."})
    with pytest.raises(Overtaken) as refused:
        send(draft, base=1)
    assert refused.value.text_changed
    record.refresh_from_db()
    assert record.text == "From one window."
    assert Draft.objects.get(pk=draft.pk).data["text"] == "From another window."


def test_what_one_window_writes_over_another_is_put_by():
    draft = make.draft(make.person(), of=make.call(), text="First.")
    assert not draft.keep({"text": "Second."}, revision=draft.revision)
    assert draft.keep({"text": "Third."}, revision=0)
    assert Draft.objects.get(pk=draft.pk).earlier[0]["data"] == {"text": "Second."}
    assert not draft.keep({"text": "Third."}, revision=0)


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_of_a_form_that_was_never_saved_make_one_draft():
    call, person, key = make.call(), make.person(), uuid4()
    inside, ended = threading.Event(), []

    def press():
        try:
            inside.wait()
            Draft(pk=key, call=call, user=person).keep({"title": "Once."}, revision=0)
            ended.append(True)
        finally:
            connection.close()

    other = threading.Thread(target=press)
    other.start()
    with transaction.atomic():
        Draft(pk=key, call=call, user=person).keep({"title": "Once."}, revision=0)
        inside.set()
        other.join(0.5)
        assert not ended
    other.join()
    assert ended
    assert Draft.objects.get().data == {"title": "Once."}


@pytest.mark.parametrize(
    ("state_at", "step", "allowed"),
    [
        (OPENS - MOMENT, "open_now", True),
        (OPENS, "open_now", False),
        (OPENS - MOMENT, "close_now", False),
        (OPENS + MOMENT, "close_now", True),
        (CLOSES, "close_now", False),
    ],
)
def test_staff_open_a_scheduled_call_and_close_an_open_one(clock, state_at, step, allowed):
    call = a_call()
    boss = make.person(is_staff=True)
    with clock(state_at):
        if not allowed:
            with pytest.raises(NotAllowed):
                getattr(call, step)(by=boss)
            return
        change = getattr(call, step)(by=boss)
        state = Call.objects.with_state().get(pk=call.pk).state
    assert (change.at, change.by) == (state_at, boss)
    assert state == ("open" if step == "open_now" else "closed")
    assert (change.old_opens_at, change.old_closes_at) == (OPENS, CLOSES)


def test_times_that_do_not_change_leave_no_trace():
    call = a_call()
    assert call.reschedule(opens_at=OPENS, closes_at=CLOSES) is None
    assert not CallChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_closing_early_while_many_submit_lets_nobody_in_after_it():
    """Eight connections submit without a pause while a ninth closes the call."""
    call = make.call(opens_at=OPENS - timedelta(days=60))
    drafts = [make.draft(make.person(), of=call) for _n in range(240)]
    cleaned = {draft.pk: _cleaned(call, draft) for draft in drafts}
    stop, closed, refused = threading.Event(), {}, []

    def submit(part):
        try:
            for draft in part:
                sent = draft.submit(draft.user, cleaned[draft.pk])
                if sent.contribution is None:
                    refused.append(sent.now)
                if stop.is_set() and refused:
                    break
        finally:
            connection.close()

    def close():
        try:
            while Contribution.objects.count() < 40:
                pass
            asked = _now()
            closed["at"] = call.close_now().at
            closed["took"] = _now() - asked
        finally:
            connection.close()

    threads = [threading.Thread(target=submit, args=(drafts[n::8],)) for n in range(8)]
    closer = threading.Thread(target=close)
    for thread in [*threads, closer]:
        thread.start()
    closer.join()
    stop.set()
    for thread in threads:
        thread.join()
    received = list(Contribution.objects.values_list("received_at", flat=True))
    assert 40 <= len(received) < 240
    assert max(received) < closed["at"] <= min(refused)
    assert closed["took"] < timedelta(seconds=2)
    late = Draft.objects.filter(late_at__isnull=False)
    assert late.count() == len(refused)
    assert OutgoingMail.objects.count() == len(received) + len(refused)


def _cleaned(call, draft):
    form = ContributionForm(call, draft.data)
    assert form.is_valid()
    return form.for_model


def _now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
