"""The last minute of a call: a press is cheap, and the proof that nothing is lost can fail."""

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contributions.models import Attachment, Contribution
from tests import factories as make

pytestmark = pytest.mark.django_db

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
