"""The life of a contribution: every state and every step, and the log of them."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import ProgrammingError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import OutgoingMail
from contributions.forms import ContributionForm
from contributions.models import (
    DECISIONS,
    TRANSITIONS,
    WITH_REASON,
    Contribution,
    NotAllowed,
    Overtaken,
    OwnContribution,
    ReasonMissing,
    Step,
    StepTaken,
)
from directory.merging import merge
from tests import factories as make
from workinggroup.models import Call

pytestmark = pytest.mark.django_db
STATES = Contribution.State.values


def in_state(state, **values):
    author = make.person(email=f"{state}-{next(make.numbers)}@example.org", language="fr")
    values = {"withdrawn_from": "published", "published_at": timezone.now(), "author": author, **values}
    return make.contribution(state=state, **values)


def take(step, record, by):
    if step in DECISIONS:
        record.judge(step, by=by, version=record.version, reason="Because.")
    elif step == Step.WITHDRAW:
        record.withdraw(by=record.author)
    elif step == Step.RESTORE:
        record.restore(by=record.author)
    else:
        record.move(step, by=record.author, judged=record.version)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", list(TRANSITIONS))
def test_each_step_is_taken_from_its_states_alone(state, step):
    record = in_state(state)
    moderator = make.moderator(record.call.group)
    sources, target = TRANSITIONS[step]
    before = StepTaken.objects.count(), OutgoingMail.objects.count()
    if state not in sources:
        with pytest.raises(Overtaken):
            take(step, record, moderator)
        assert Contribution.objects.get(pk=record.pk).state == state
        assert (StepTaken.objects.count(), OutgoingMail.objects.count()) == before
        return
    take(step, record, moderator)
    expected = "published" if isinstance(target, F) else target
    assert record.state == Contribution.objects.get(pk=record.pk).state == expected
    logged = StepTaken.objects.get(contribution=record)
    assert (logged.step, logged.from_state, logged.to_state) == (step, state, expected)
    assert OutgoingMail.objects.count() == before[1] + (step in DECISIONS)


def test_a_withdrawal_remembers_where_it_came_from():
    for state in ("received", "returned", "published"):
        record = in_state(state, withdrawn_from="")
        record.withdraw(by=record.author)
        assert not Contribution.objects.published().filter(pk=record.pk).exists()
        record.restore(by=record.author)
        assert record.state == state


def test_a_decision_names_the_version_it_judged():
    record = in_state("received", version=2)
    moderator = make.moderator(record.call.group)
    with pytest.raises(Overtaken) as refused:
        record.judge(Step.PUBLISH, by=moderator, version=1)
    assert refused.value.text_changed
    assert Contribution.objects.get(pk=record.pk).state == "received"
    record.judge(Step.PUBLISH, by=moderator, version=2)
    assert record.is_published


def test_the_second_of_two_moderators_is_refused_and_learns_who_was_first():
    record = in_state("received")
    first, second = (make.moderator(record.call.group, display_name=name) for name in ("Alice", "Bob"))
    same = Contribution.objects.get(pk=record.pk)
    record.judge(Step.PUBLISH, by=first, version=1)
    with pytest.raises(Overtaken) as refused:
        same.judge(Step.DECLINE, by=second, version=1, reason="No.")
    assert refused.value.last.by == first
    assert refused.value.last.step == Step.PUBLISH
    assert refused.value.contribution.state == "published"
    assert OutgoingMail.objects.count() == 1
    assert StepTaken.objects.filter(step__in=DECISIONS).count() == 1


@pytest.mark.parametrize("step", [*sorted(DECISIONS), Step.WITHDRAW, Step.RESTORE])
def test_a_second_press_of_the_same_button_finds_the_step_taken(step):
    record = in_state(next(state for state in STATES if state in TRANSITIONS[step][0]))
    moderator = make.moderator(record.call.group)
    same = Contribution.objects.get(pk=record.pk)
    take(step, record, moderator)
    mails = OutgoingMail.objects.count()
    take(step, same, moderator)
    assert same.state == record.state
    assert (StepTaken.objects.count(), OutgoingMail.objects.count()) == (1, mails)


@pytest.mark.parametrize("other", ["another person", "another reason", "another end"])
def test_what_differs_from_the_step_taken_is_no_second_press_of_it(other):
    record = in_state("received")
    moderator = make.moderator(record.call.group)
    until = timezone.now() + timedelta(days=7)
    record.judge(Step.RETURN, by=moderator, version=1, reason="Where?", edit_until=until)
    asked = {"by": moderator, "version": 1, "reason": "Where?", "edit_until": until}
    asked |= {
        "another person": {"by": make.moderator(record.call.group)},
        "another reason": {"reason": "When?"},
        "another end": {"edit_until": None},
    }[other]
    with pytest.raises(Overtaken):
        record.judge(Step.RETURN, **asked)
    assert record.steps.count() == 1


def by_mail(record, user, state, *, verified=True):
    """`user` is named as co-author by address and answered from the letter, without being signed in."""
    EmailAddress.objects.create(user=user, email=f"second-{user.email}", verified=verified)
    person = record.co_authors.create(name="Named", email=f"second-{user.email}")
    if state != "asked":
        person.answer(state == "confirmed")
    return user


@pytest.mark.parametrize(
    ("state", "verified", "own", "reads"),
    [
        ("asked", True, True, False),
        ("confirmed", True, True, True),
        ("declined", True, False, False),
        ("confirmed", False, False, False),
    ],
)
def test_who_is_named_by_an_address_they_proved_wrote_it_unless_they_decline(state, verified, own, reads):
    record = in_state("received")
    user = by_mail(record, make.moderator(record.call.group), state, verified=verified)
    everything = Contribution.objects.all()
    assert record.is_of(user) == everything.with_flags(user).get(pk=record.pk).is_own == own
    assert everything.written_by(user).exists() == own
    assert everything.not_written_by(user).exists() != own
    assert everything.shared_with(user).exists() == reads
    if own:
        with pytest.raises(OwnContribution):
            record.judge(Step.PUBLISH, by=user, version=1)
    else:
        record.judge(Step.PUBLISH, by=user, version=1)
    assert Contribution.objects.get(pk=record.pk).is_published != own


def test_what_nobody_wrote_any_more_is_judged_by_all():
    record = in_state("received", author=None)
    moderator = make.moderator(record.call.group)
    assert list(Contribution.objects.not_written_by(moderator)) == [record]
    assert Contribution.objects.with_flags(moderator).get().is_own is False


def test_nobody_judges_their_own_contribution():
    record = in_state("received")
    moderator = make.moderator(record.call.group)
    helper = make.moderator(record.call.group)
    record.co_authors.create(name="Helper", email="helper@example.org", user=helper)
    Contribution.objects.filter(pk=record.pk).update(author=moderator)
    record.refresh_from_db()
    for judge in (moderator, helper):
        with pytest.raises(OwnContribution):
            record.judge(Step.PUBLISH, by=judge, version=1)
    record.judge(Step.PUBLISH, by=make.moderator(record.call.group), version=1)


@pytest.mark.parametrize("step", sorted(WITH_REASON & DECISIONS))
def test_the_author_is_told_why(step):
    source = sorted(TRANSITIONS[step][0])[0]
    record = in_state(source)
    moderator = make.moderator(record.call.group)
    with pytest.raises(ReasonMissing):
        record.judge(step, by=moderator, version=1, reason="  \n")
    record.judge(step, by=moderator, version=1, reason="Une raison claire.")
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.language) == (record.author.email, "fr")
    assert "Une raison claire." in mail.text
    assert record.reference in mail.subject


def test_returned_work_says_until_when_it_may_be_changed():
    record = in_state("received")
    until = timezone.now() + timedelta(days=3)
    record.judge(
        Step.RETURN, by=make.moderator(record.call.group), version=1, reason="Shorter.", edit_until=until
    )
    assert record.edit_until == until
    assert StepTaken.objects.get(step=Step.RETURN).edit_until == until


def test_a_step_that_is_no_decision_cannot_be_judged():
    record = in_state("received")
    with pytest.raises(NotAllowed):
        record.judge(Step.WITHDRAW, by=make.moderator(record.call.group), version=1, reason="x")


def test_published_first_keeps_its_date_when_it_is_published_again():
    first = timezone.now() - timedelta(days=30)
    record = in_state("published", published_at=first)
    moderator = make.moderator(record.call.group)
    record.judge(Step.UNPUBLISH, by=moderator, version=1, reason="A doubt.")
    record.judge(Step.REOPEN, by=moderator, version=1, reason="Cleared.")
    record.judge(Step.PUBLISH, by=moderator, version=1)
    assert record.published_at == first


def test_the_log_can_be_neither_changed_nor_removed():
    record = in_state("received")
    record.withdraw(by=record.author)
    step = StepTaken.objects.get()
    with pytest.raises(ProgrammingError), transaction.atomic():
        StepTaken.objects.update(reason="Something else")
    with pytest.raises(ProgrammingError), transaction.atomic():
        step.delete()
    author = record.author
    Contribution.objects.filter(pk=record.pk).update(author=None)
    author.delete()
    step.refresh_from_db()
    assert (step.by, step.step) == (None, "withdraw")


def test_an_organisation_can_disown_once_and_its_name_goes():
    organisation = make.organisation(name="Red andina")
    record = in_state("published", organisation=organisation)
    speaker = make.person()
    record.disown(by=speaker)
    assert Contribution.objects.get(pk=record.pk).organisation is None
    assert record.was_disowned_by(organisation)
    assert "Red andina" in OutgoingMail.objects.get(to=record.author.email).text
    with pytest.raises(NotAllowed):
        record.disown(by=speaker)


def test_what_an_organisation_disowned_stays_disowned_when_its_record_is_merged_and_merged_again():
    names = ("Red andina", "Red de los Andes", "Red del Sur")
    first, second, third = (make.organisation(name=name) for name in names)
    record = make.submitted(organisation=first.name)
    record.disown(by=make.person())
    assert not record.was_disowned_by(second)
    merge(first, second)
    assert record.was_disowned_by(second)
    assert not record.was_disowned_by(third)
    merge(second, third)
    assert record.was_disowned_by(third)
    form = ContributionForm(
        Call.objects.with_state().get(pk=record.call_id),
        {**record.draft.data, "organisation": third.name}, user=record.author, contribution=record,
    )  # fmt: skip
    assert set(form.errors) == {"organisation"}


def test_publishing_tells_the_representatives():
    organisation = make.organisation()
    speaker = make.person(email="speaker@example.org")
    organisation.representatives.create(user=speaker)
    record = in_state("received", organisation=organisation, published_at=None)
    record.judge(Step.PUBLISH, by=make.moderator(record.call.group), version=1)
    assert {mail.to for mail in OutgoingMail.objects.all()} == {record.author.email, "speaker@example.org"}


def test_moderators_see_only_their_groups():
    here, there = in_state("received"), in_state("received")
    moderator = make.moderator(here.call.group)
    assert list(Contribution.objects.moderated_by(moderator)) == [here]
    moderator.is_staff = False
    assert not Contribution.objects.moderated_by(moderator)
    boss = make.person(is_staff=True, is_superuser=True)
    assert set(Contribution.objects.moderated_by(boss)) == {here, there}


def test_who_may_read_what_is_not_published():
    record = in_state("received")
    moderator = make.moderator(record.call.group)
    other_moderator = make.moderator(make.group())
    helper, refuser, stranger = make.person(), make.person(), make.person()
    record.co_authors.create(name="H", email="h@example.org", user=helper, state="confirmed")
    record.co_authors.create(name="R", email="r@example.org", user=refuser, state="declined")
    readers = {record.author, moderator, helper}
    for user in (record.author, moderator, helper, other_moderator, refuser, stranger):
        visible = Contribution.objects.visible_to(user).filter(pk=record.pk).exists()
        assert visible == (user in readers), user


def test_counters_add_up():
    call = make.call()
    for state in STATES:
        make.contribution(call=call, state=state, published_at=timezone.now())
    made = Contribution.objects.filter(call=call)
    made.filter(state="published").update(
        received_at=F("created_at"), decided_at=F("created_at") + timedelta(days=2)
    )
    counters = made.counters()
    assert counters["received"] == 6
    assert sum(counters[name] for name in ("waiting", "published", "returned", "declined", "withdrawn")) == 6
    assert counters["median_days"] == pytest.approx(2)
    assert Contribution.objects.none().counters()["median_days"] is None
