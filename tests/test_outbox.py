"""The outbox against a real mail server that accepts, refuses, stalls and comes back."""

import socket
import threading
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import OutgoingMail
from accounts.tasks import send_waiting_mail

pytestmark = pytest.mark.django_db(transaction=True)


class Server:
    """Answers DATA with the given replies in turn, then with 250."""

    def __init__(self, *replies, delay=0):
        self.replies, self.delay, self.received = list(replies), delay, []

    async def handle_DATA(self, server, session, envelope):
        import asyncio

        await asyncio.sleep(self.delay)
        reply = self.replies.pop(0) if self.replies else "250 OK"
        if reply.startswith("250"):
            self.received.append(envelope.content.decode())
        return reply


@pytest.fixture
def mail_server(settings):
    started = []

    def start(*replies, delay=0):
        handler = Server(*replies, delay=delay)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        controller = Controller(handler, hostname="127.0.0.1", port=port)
        controller.start()
        started.append(controller)
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = port
        settings.EMAIL_TIMEOUT = 1
        return handler

    yield start
    for controller in started:
        controller.stop()


def put(language="fr", **options):
    return OutgoingMail.objects.put(
        "awa@example.org", "notice", {"notice": "totp_activated"}, language=language, **options
    )


def due_again(mail):
    OutgoingMail.objects.filter(pk=mail.pk).update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def test_a_mail_is_sent_once_in_the_readers_language(mail_server):
    server = mail_server()
    mail = put(headers={"Reply-To": "group@example.org"})
    send_waiting_mail()
    send_waiting_mail()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("sent", 1)
    (text,) = server.received
    assert f"Message-ID: {mail.message_id}" in text
    assert "Reply-To: group@example.org" in text
    assert "text/html" in text
    assert mail.subject == "Une modification de votre compte"


def test_a_mail_rolled_back_was_never_written(mail_server):
    server = mail_server()
    with transaction.atomic():
        put()
        transaction.set_rollback(True)
    send_waiting_mail()
    assert server.received == []


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


def test_a_mail_that_keeps_failing_gives_up_in_the_end(mail_server, settings):
    mail_server()
    settings.EMAIL_PORT = 1
    mail = put()
    for _try in range(11):
        due_again(mail)
        send_waiting_mail()
    mail.refresh_from_db()
    assert mail.state == "failed"


def test_two_workers_send_a_mail_once(mail_server):
    server = mail_server(delay=0.3)
    for _n in range(3):
        put()

    def work():
        try:
            send_waiting_mail()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(server.received) == 3
    assert (
        len({line for text in server.received for line in text.splitlines() if line.startswith("Message-ID")})
        == 3
    )


def test_mail_with_a_code_is_erased_once_sent(mail_server):
    mail_server()
    mail = OutgoingMail.objects.put(
        "awa@example.org", "sign_in_code", {"code": "ABC-123"}, language="es", holds_code=True
    )
    assert "ABC-123" in mail.text
    send_waiting_mail()
    mail.refresh_from_db()
    assert (mail.state, mail.text, mail.subject) == ("sent", "", "")


def test_no_value_starts_a_header_of_its_own(mail_server):
    server = mail_server()
    with pytest.raises(ValidationError):
        OutgoingMail.objects.put("a@example.org\nBcc: b@example.org", "notice", {}, language="es")
    put(headers={"Reply-To": "a@example.org\r\nBcc: evil@example.org"})
    send_waiting_mail()
    assert "\nBcc:" not in server.received[0]


def test_a_dead_broker_does_not_hold_or_fail_the_request(settings):
    from time import monotonic

    from ripess_hub import celery_app

    before = celery_app.conf.broker_url
    celery_app.conf.broker_url = "redis://127.0.0.1:1/0"
    celery_app.pool.force_close_all()
    try:
        start = monotonic()
        mail = put()
        assert monotonic() - start < 3
    finally:
        celery_app.conf.broker_url = before
    assert OutgoingMail.objects.get(pk=mail.pk).state == "waiting"


def test_old_mail_is_forgotten(mail_server):
    mail_server()
    old, new = put(), put()
    send_waiting_mail()
    OutgoingMail.objects.filter(pk=old.pk).update(sent_at=timezone.now() - timedelta(days=91))
    assert OutgoingMail.objects.purge() == 1
    assert OutgoingMail.objects.get().pk == new.pk
