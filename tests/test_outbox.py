"""Mail is never lost and never holds up a request: the outbox against a real mail server."""

import socket
import threading
from datetime import timedelta
from time import monotonic, sleep
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import OutgoingMail
from accounts.outbox import BACK_OFF_OF_CODES, LETTERS_A_SECOND, MOST_CALLS, hand_over
from accounts.tasks import send_waiting_mail
from tests.mail_server import due_again, put

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_code_is_sent_before_everything_that_waits(mail_server):
    server = mail_server()
    for _n in range(3):
        put()
    OutgoingMail.objects.put(
        "awa@example.org", "sign_in_code", {"code": "ABC-123"}, language="es", holds_code=True
    )
    assert OutgoingMail.objects.send_due(most=1) == 1
    assert "ABC-123" in server.messages[0].get_body(("plain",)).get_content()


def test_letters_go_out_one_after_the_other_and_codes_do_not_wait(mail_server, monkeypatch):
    server, pauses = mail_server(), []
    monkeypatch.setattr("accounts.outbox.sleep", pauses.append)
    for _n in range(3):
        put()
    OutgoingMail.objects.put("b@example.org", "notice", {"notice": "code"}, language="en", holds_code=True)
    send_waiting_mail()
    assert len(server.received) == 4
    assert len(pauses) == 3
    # What is left of the letter's part of a second.
    assert all(0 <= pause < 1 / LETTERS_A_SECOND for pause in pauses)
    assert any(pauses)


def test_a_worker_that_is_asked_to_end_leaves_the_letters_to_the_next(mail_server, monkeypatch):
    server = mail_server()
    for _n in range(LETTERS_A_SECOND + 3):
        put()

    def asked_to_end(_pause):
        monkeypatch.setattr("celery.worker.state.should_stop", 0)

    monkeypatch.setattr("accounts.outbox.sleep", asked_to_end)
    send_waiting_mail()
    assert len(server.received) == LETTERS_A_SECOND
    monkeypatch.setattr("celery.worker.state.should_stop", None)
    monkeypatch.setattr("accounts.outbox.sleep", lambda _pause: None)
    send_waiting_mail()
    assert len(server.received) == LETTERS_A_SECOND + 3


def test_an_occasion_is_written_about_once_whoever_writes_at_the_same_moment(mail_server):
    server = mail_server()
    start = threading.Barrier(4)

    def write():
        try:
            letters = [
                OutgoingMail.objects.compose(
                    "awa@example.org", "notice", {}, language="es", occasion=f"test:{number}"
                )
                for number in range(5)
            ]
            start.wait()
            OutgoingMail.objects.put_once(letters)
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    send_waiting_mail()
    assert OutgoingMail.objects.count() == len(server.received) == 5


def test_staff_send_again_what_waits_without_waiting_for_the_one_being_sent(mail_server):
    mail_server(*["451 later"] * 2)
    stuck, other = put(), put()
    send_waiting_mail()
    locked, done = threading.Event(), threading.Event()

    def hold():
        try:
            with transaction.atomic():
                OutgoingMail.objects.select_for_update().get(pk=stuck.pk)
                locked.set()
                done.wait(20)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(20)
    try:
        assert OutgoingMail.objects.all().retry() == 1
    finally:
        done.set()
        holder.join()
    other.refresh_from_db()
    assert other.attempts == 0


def test_a_mail_that_cannot_be_written_fails_and_does_not_hold_up_the_next(mail_server):
    server = mail_server()
    broken, sound = put(), put()
    OutgoingMail.objects.filter(pk=broken.pk).update(headers={"Reply-To": "a\nBcc: b@example.org"})
    send_waiting_mail()
    broken.refresh_from_db()
    assert broken.state == "failed"
    assert broken.last_error
    assert [sound.message_id in text for text in server.received] == [True]


def test_a_worker_killed_in_the_middle_loses_nothing(mail_server, monkeypatch):
    server = mail_server()
    mail = put()

    def killed(*_args):
        raise SystemExit

    with monkeypatch.context() as context:
        context.setattr("django.core.mail.backends.smtp.EmailBackend.send_messages", killed)
        with pytest.raises(SystemExit):
            send_waiting_mail()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("waiting", 0)
    send_waiting_mail()
    assert len(server.received) == 1


def test_two_workers_send_a_mail_once(mail_server):
    server = mail_server(delay=0.3)
    for _n in range(3):
        put()

    def work():
        try:
            OutgoingMail.objects.send_due()
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


def test_a_code_that_came_too_late_is_given_up_and_erased_and_not_sent_again(mail_server, settings):
    server = mail_server()
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    mail = OutgoingMail.objects.put(
        "awa@example.org", "sign_in_code", {"code": "ABC-123"}, language="es", holds_code=True
    )
    for _try in range(len(BACK_OFF_OF_CODES) + 1):
        due_again(mail)
        send_waiting_mail()
    mail.refresh_from_db()
    assert (mail.state, mail.text, mail.subject) == ("failed", "", "")
    settings.EMAIL_PORT = port
    assert not mail.retry()
    send_waiting_mail()
    assert server.received == []


@pytest.mark.parametrize("language", ["es", "fr", "en"])
@pytest.mark.parametrize(
    "template",
    [
        "confirm_email",
        "sign_in_code",
        "reset_code",
        "reset_link",
        "unknown_account",
        "account_exists",
        "notice",
    ],
)
def test_every_mail_speaks_the_readers_language_in_text_and_html(mail_server, template, language):
    import email
    import email.policy

    server = mail_server()
    context = {
        "code": "ABC-123",
        "notice": "totp_activated",
        "password_reset_url": "https://hub.example.org/r",
        "signup_url": "https://hub.example.org/s",
    }
    OutgoingMail.objects.put("awa@example.org", template, context, language=language)
    send_waiting_mail()
    message = email.message_from_bytes(server.received[0].encode(), policy=email.policy.default)
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert {"es": "Hola", "fr": "Bonjour", "en": "Hello"}[language] in text
    assert f'<html lang="{language}">' in html
    assert message["Subject"] in html.replace("&#x27;", "'")
    for value in ("ABC-123", "https://hub.example.org/r", "https://hub.example.org/s"):
        assert (value in text) == (value in html)
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_text_holds_no_control_character_and_no_half_of_a_pair(mail_server):
    server = mail_server()
    mail = OutgoingMail.objects.put(
        "awa@example.org", "sign_in_code", {"code": "A\x00B\x1b\ud800C"}, language="en", holds_code=False
    )
    assert "AB?C" in mail.text
    send_waiting_mail()
    assert len(server.received) == 1


def test_no_value_starts_a_header_of_its_own(mail_server):
    server = mail_server()
    with pytest.raises(ValidationError):
        OutgoingMail.objects.put("a@example.org\nBcc: b@example.org", "notice", {}, language="es")
    mail = put(headers={"Reply-To": "a@example.org\r\nBcc: evil@example.org", "Message-ID": "<x@evil>"})
    send_waiting_mail()
    assert "\nBcc:" not in server.received[0]
    assert f"Message-ID: {mail.message_id}" in server.received[0]
    assert "<x@evil>" not in server.received[0]


@pytest.fixture
def broker(monkeypatch):
    """Point the application at another broker; what it keeps open to the present one is set aside."""
    from ripess_hub import celery_app

    def at(url):
        monkeypatch.setitem(celery_app.conf, "broker_url", url)
        monkeypatch.setattr(celery_app, "_pool", None)
        monkeypatch.setattr(celery_app.amqp, "_producer_pool", None)
        monkeypatch.setattr("accounts.outbox._broker_rests_until", 0)

    return at


@pytest.mark.parametrize("kind", ["dead", "silent"])
def test_a_broker_that_is_down_neither_holds_nor_fails_the_request(broker, caplog, kind):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if kind == "silent":
            listener.listen()
        broker(f"redis://127.0.0.1:{listener.getsockname()[1]}/0")
        start = monotonic()
        with transaction.atomic():
            mails = [put() for _n in range(3)]
        # It is tried once for the three, and left alone for a while: a list of decisions, each a
        # transaction of its own, does not wait for it each time.
        mails += [put() for _n in range(5)]
        # Without our time-outs a silent broker holds a request for over 45 s.
        assert monotonic() - start < 12
    assert caplog.text.count("The broker does not answer") == 1
    assert OutgoingMail.objects.filter(state="waiting").count() == len(mails)


def test_many_letters_at_once_share_a_call_of_the_worker(broker):
    address = settings.CELERY_BROKER_URL.replace("virtual_host=0", "virtual_host=14")
    broker(address)
    queue = redis.Redis(unix_socket_path=urlsplit(address).path, db=14)
    queue.flushdb()
    for _letter in range(300):
        hand_over()
    until = monotonic() + 30
    # Those that went at once, and one for all the letters after them.
    while queue.llen("celery") <= MOST_CALLS and monotonic() < until:
        sleep(0.05)
    assert MOST_CALLS < queue.llen("celery") < 100
    queue.flushdb()


def test_old_mail_is_forgotten(mail_server):
    mail_server()
    old, new = put(), put()
    send_waiting_mail()
    failed, waiting = put(), put()
    long_ago = timezone.now() - timedelta(days=91)
    OutgoingMail.objects.filter(pk=old.pk).update(sent_at=long_ago)
    OutgoingMail.objects.filter(pk=failed.pk).update(state="failed", created_at=long_ago)
    OutgoingMail.objects.filter(pk=waiting.pk).update(created_at=long_ago)
    assert OutgoingMail.objects.purge() == 2
    assert set(OutgoingMail.objects.values_list("pk", flat=True)) == {new.pk, waiting.pk}
