"""The last minute of a call: a press is cheap, and the proof that nothing is lost can fail."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import OutgoingMail
from contributions.forms import ContributionForm
from contributions.models import Attachment, Contribution, Draft, Step
from ripess_hub.bench_rush_ledger import compare, stored
from tests import factories as make
from workinggroup.models import Call

pytestmark = pytest.mark.django_db
CLOSES = datetime(2026, 12, 1, 12, tzinfo=UTC)

# Two of them are the savepoint of the test, which a press outside of it has as BEGIN and COMMIT.
MOST_OF_A_PRESS = 19


def press(draft):
    """Press “Send the contribution” under a saved draft of somebody who is signed in; return the
    statements it took."""
    client = Client()
    client.force_login(draft.user)
    words = {"draft": draft.pk, "revision": draft.revision, "base": 0, "do": "submit", **draft.data}
    address = f"/en/calls/{draft.call.slug}/contribute/{draft.pk}/"
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(address, words)
    assert answer.status_code == 302, answer.content.decode()
    return [query["sql"] for query in queries]


def test_a_press_asks_the_database_no_more_than_it_must():
    call_command("createcachetable")
    call = make.call()
    call.questions.create(text="What did it cost?")
    press(make.draft(make.person(), of=call))
    asked = press(make.draft(make.person(), of=call))
    assert len(asked) <= MOST_OF_A_PRESS, "\n".join(asked)


def test_a_press_costs_the_same_whatever_hangs_on_the_contribution():
    call_command("createcachetable")
    call = make.call()
    sectors = [make.term(make.directory.Sector, f"sector_{n}").pk for n in range(3)]
    counts = []
    for many in (1, 1, 3):
        draft = make.draft(make.person(), of=call, sectors=sectors[:many])
        for number in range(many):
            file = ContentFile(b"%PDF-1.4", name=f"{number}.pdf")
            Attachment.objects.create(draft=draft, file=file)
        counts.append(len(press(draft)))
        record = Contribution.objects.get(draft=draft)
        assert (record.sectors.count(), record.attachments.count()) == (many, many)
    assert counts[1] == counts[2]


# The proof: one came in time, one pressed twice, one came late. Then somebody tampers with it.


@pytest.fixture
def rush(clock):
    """`(call, people, presses)` after a small rush, with a ledger that says what happened."""
    call = make.call(opens_at=CLOSES - timedelta(days=30), closes_at=CLOSES)
    people, presses = {}, []
    for number, seconds in enumerate([-3, -2, 1]):
        draft = make.draft(make.person(), of=call, text=f"The words of person {number}.")
        form = ContributionForm(Call.objects.with_state().get(pk=call.pk), draft.data, user=draft.user)
        assert form.is_valid()
        people[number] = {
            "key": str(draft.pk),
            "user": draft.user_id,
            "title": draft.data["title"],
            "text": draft.data["text"],
        }
        with clock(CLOSES + timedelta(seconds=seconds)):
            for _time in range(2 if number == 1 else 1):
                record = draft.submit(draft.user, form.for_model).contribution
                presses.append(
                    {
                        "person": number,
                        "sent": CLOSES.timestamp() + seconds,
                        "status": 302 if record else 409,
                        "reference": record.reference if record else "",
                        "dropped": False,
                    }
                )
    return call, people, presses


def verdict(rush):
    call, people, presses = rush
    return compare(people, presses, stored(call))


def test_a_true_ledger_agrees_with_the_database_and_the_outbox(rush):
    assert verdict(rush).sound, vars(verdict(rush))
    found = stored(rush[0])
    assert (len(found.contributions), sum(found.receipts.values()), sum(found.refusals.values())) == (2, 2, 1)


def test_a_press_that_the_browser_dropped_for_the_next_needs_no_answer(rush):
    rush[2][1].update(status=None, reference="", dropped=True)
    assert verdict(rush).sound
    rush[2][1]["dropped"] = False
    assert verdict(rush).failed


def first(person):
    return Contribution.objects.get(draft=person["key"])


def receipt_of(person):
    return OutgoingMail.objects.get(subject__contains=first(person).reference)


def refusal_of(person):
    return OutgoingMail.objects.get(text__contains=person["key"])


def again(mail):
    mail.pk, mail.message_id = None, f"<again-{mail.message_id}>"
    mail.save(force_insert=True)


def remove_contribution(person, press):
    Draft.objects.filter(pk=person["key"]).update(contribution=None, data={})
    Contribution.objects.filter(reference=press["reference"]).delete()


TAMPERED = {
    "the contribution is gone": (0, "lost", remove_contribution),
    "it holds other words": (0, "lost", lambda person, press: Contribution.objects.update(text="Others.")),
    "it is another person's": (0, "lost", lambda person, press: Contribution.objects.update(author=None)),
    "the answer named another reference": (0, "lost", lambda person, press: press.update(reference="C-2")),
    "there is no receipt": (0, "lost", lambda person, press: receipt_of(person).delete()),
    "the answer said late, and it is in": (
        0, "lost", lambda person, press: press.update(status=409, reference=""),
    ),
    "the late text is gone": (
        2, "lost", lambda person, press: Draft.objects.filter(pk=person["key"]).update(data={}),
    ),
    "staff do not see the late draft": (
        2, "lost", lambda person, press: Draft.objects.filter(pk=person["key"]).update(late_at=None),
    ),
    "nobody told the person that it came late": (
        2, "lost", lambda person, press: refusal_of(person).delete(),
    ),
    "it was received at the closing": (
        0, "late", lambda person, press: Contribution.objects.update(received_at=CLOSES),
    ),
    "it was sent after the closing": (
        0, "late", lambda person, press: press.update(sent=CLOSES.timestamp() + 1),
    ),
    "a second contribution": (
        0, "doubled",
        lambda person, press: make.contribution(call=first(person).call, author_id=person["user"]),
    ),
    "two versions": (
        1, "doubled", lambda person, press: first(person).versions.create(number=2, title="", text=""),
    ),
    "two lines in the log": (1, "doubled", lambda person, press: first(person).note(Step.SUBMIT, by=None)),
    "two receipts": (1, "doubled", lambda person, press: again(receipt_of(person))),
    "two letters that it came late": (2, "doubled", lambda person, press: again(refusal_of(person))),
    "an error": (1, "failed", lambda person, press: press.update(status=500, reference="")),
    "no answer": (1, "failed", lambda person, press: press.update(status=None, reference="")),
    "refused for another reason": (2, "failed", lambda person, press: press.update(status=403)),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_the_proof_notices(rush, what):
    number, fault, tamper = TAMPERED[what]
    _call, people, presses = rush
    tamper(people[number], next(press for press in presses if press["person"] == number))
    assert getattr(verdict(rush), fault), what
