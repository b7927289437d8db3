"""What the outbox makes of a mail server that refuses, is silent or is away."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import OutgoingMail
from accounts.outbox import BACK_OFF, LETTERS_A_SECOND
from accounts.tasks import send_waiting_mail
from tests import factories
from tests.mail_server import due_again, put

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_passing_refusal_is_tried_again_later_with_the_same_message_id(mail_server):
    server = mail_server("421 try later")
    mail = put()
    first = mail.message_id
    send_waiting_mail()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("waiting", 1)
    assert "421" in mail.last_error
    assert mail.next_attempt_at > timezone.now() + timedelta(seconds=30)
    send_waiting_mail()
    assert server.received == []
    due_again(mail)
    send_waiting_mail()
    mail.refresh_from_db()
    assert (mail.state, mail.message_id) == ("sent", first)
    assert len(server.received) == 1


def test_a_refusal_for_good_fails_at_once_and_a_retry_sends_once(mail_server):
    server = mail_server("550 no such mailbox")
    mail = put()
    send_waiting_mail()
    mail.refresh_from_db()
    assert mail.state == "failed"
    assert "550" in mail.last_error
    assert mail.retry()
    assert not mail.retry()
    send_waiting_mail()
    send_waiting_mail()
    assert len(server.received) == 1


def test_a_silent_server_and_a_dead_one_lose_nothing(mail_server, settings):
    server = mail_server(delay=3)
    mail = put()
    send_waiting_mail()
    settings.EMAIL_PORT = 1
    due_again(mail)
    send_waiting_mail()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("waiting", 2)
    assert server.received == []


def test_a_mail_that_keeps_being_put_off_gives_up_in_the_end(mail_server):
    mail_server(*["451 try later"] * (len(BACK_OFF) + 1))
    mail = put()
    for _try in BACK_OFF:
        due_again(mail)
        send_waiting_mail()
    mail.refresh_from_db()
    assert mail.state == "waiting"
    assert timedelta(days=1.5) < sum(BACK_OFF, timedelta()) < timedelta(days=2.5)
    due_again(mail)
    send_waiting_mail()
    mail.refresh_from_db()
    assert mail.state == "failed"


def test_a_server_that_does_not_answer_is_tried_once_a_run_and_costs_the_others_no_try(mail_server, settings):
    server = mail_server()
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    for _n in range(3):
        put()
    send_waiting_mail()
    assert sorted(OutgoingMail.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    settings.EMAIL_PORT = port
    send_waiting_mail()
    assert len(server.received) == 2


def test_however_long_the_mail_server_is_away_no_mail_fails_and_all_are_sent_a_minute_after_it_is_back(
    mail_server, settings
):
    server = mail_server()
    settings.EMAIL_PORT = 1
    mails = [put() for _n in range(3)]
    for _try in range(len(BACK_OFF) + 3):
        OutgoingMail.objects.update(next_attempt_at=timezone.now())
        send_waiting_mail()
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"waiting"}
    assert OutgoingMail.objects.held_up().exists()
    latest = OutgoingMail.objects.latest("next_attempt_at").next_attempt_at
    assert latest < timezone.now() + timedelta(seconds=61)
    settings.EMAIL_PORT = server.port
    OutgoingMail.objects.update(next_attempt_at=timezone.now())
    send_waiting_mail()
    assert len(server.received) == len(mails)
    assert not OutgoingMail.objects.held_up().exists()


def test_a_server_that_refuses_us_as_sender_fails_no_mail(mail_server, settings):
    server = mail_server()
    settings.DEFAULT_FROM_EMAIL = "hub@localhost"

    async def refuse(_self, _session, _envelope, _address, _options):
        return "550 not you"

    server.handle_MAIL = refuse
    mail = put()
    send_waiting_mail()
    mail.refresh_from_db()
    assert (mail.state, mail.last_error) == ("waiting", "550 not you")


def test_many_letters_that_are_refused_do_not_hold_up_those_behind_them(mail_server, monkeypatch):
    refused = LETTERS_A_SECOND + 3
    server = mail_server(recipients=["550 no such mailbox"] * refused)
    monkeypatch.setattr("accounts.outbox.sleep", lambda _pause: None)
    for _n in range(refused + 1):
        put()
    send_waiting_mail()
    assert len(server.received) == 1
    assert OutgoingMail.objects.filter(state="failed").count() == refused


def test_an_address_that_is_refused_marks_the_account_until_a_mail_arrives(mail_server):
    mail_server(recipients=["550 no such mailbox", "450 greylisted", "250 OK"])
    user, other = factories.person(email="awa@example.org"), factories.person()
    first, second = put(), put()
    send_waiting_mail()
    user.refresh_from_db()
    other.refresh_from_db()
    assert user.mail_failed_at
    assert other.mail_failed_at is None
    first.refresh_from_db()
    assert (first.state, first.last_error) == ("failed", "550 no such mailbox")
    due_again(second)
    send_waiting_mail()
    user.refresh_from_db()
    assert user.mail_failed_at is None


@pytest.mark.parametrize(
    ("recipients", "replies", "marked"),
    [
        (["550 5.1.1 unknown"], [], True),
        (["450 4.2.1 later"], [], False),
        ([], ["550 5.1.1 unknown"], True),
        ([], ["554 5.7.1 looks like spam"], False),
        ([], ["451 try later"], False),
    ],
)
def test_what_marks_an_address_is_a_refusal_of_it_for_good(mail_server, recipients, replies, marked):
    mail_server(*replies, recipients=recipients)
    user = factories.person(email="awa@example.org")
    put()
    send_waiting_mail()
    user.refresh_from_db()
    assert bool(user.mail_failed_at) == marked


def test_a_silent_mail_server_holds_one_thread_of_a_worker_and_no_letter_is_forgotten(mail_server):
    server = mail_server(delay=0.7)
    put()

    def work():
        try:
            send_waiting_mail()
        finally:
            connection.close()

    first = threading.Thread(target=work)
    first.start()
    assert server.arrived.wait(20)
    mails = [put() for _n in range(2)]
    # The door is shut: this one neither waits nor sends, and the first thread takes what it left.
    send_waiting_mail()
    assert server.received == []
    server.delay = 0
    first.join()
    assert len(server.received) == 1 + len(mails)
