"""Mail server, broker and worker die at the worst moment: no request waits, nothing is lost or doubled,
and what waited is sent by itself. Real processes, killed by the kernel."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import redis
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import OutgoingMail
from accounts.tasks import send_waiting_mail
from contributions.models import Contribution, Step
from ripess_hub import data_folder, embedded
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parent.parent
# The promise, whatever is down. Of waiting alone: what the machine takes to compute is not the outage's. About
# one is seen; without our time-outs a silent broker holds a request for over 45.
MOST_SECONDS = 3
ONE_RUN = "import django; django.setup(); from accounts.tasks import send_waiting_mail; send_waiting_mail()"
# The worker as `./run` starts it, its clock quicker than in life.
WORKER = """
from ripess_hub import celery_app
sending = celery_app.conf.beat_schedule["send-waiting-mail"]
celery_app.conf.beat_schedule = {"send-waiting-mail": {**sending, "schedule": 1, "options": {"expires": 5}}}
celery_app.worker_main(["--quiet", "worker", "--beat", "--pool", "threads", "--concurrency", "2",
    "--loglevel", "error", "--schedule", SCHEDULE, "--without-gossip", "--without-mingle"])
"""


@pytest.fixture
def program(tmp_path):
    """`program(code, port)`: a Python of its own on this test's database, whose mail goes to `port`."""
    database = connection.settings_dict
    started = []
    log = (tmp_path / "program.log").open("wb")

    def start(code, port, **environment):
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            stderr=log,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "ripess_hub.settings",
                "DATABASE_URL": f"postgres://{database['USER']}@/{database['HOST']}/{database['NAME']}",
                "DATA_DIR": str(tmp_path),
                "EMAIL_URL": f"smtp://127.0.0.1:{port}",
                **environment,
            },
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait(20)
    log.close()


def until(happened, seconds=60):
    """Wait until `happened()`; a test that waits in vain fails by what it then asserts."""
    end = time.monotonic() + seconds
    while not happened() and time.monotonic() < end:
        time.sleep(0.05)
    return happened()


def put():
    return OutgoingMail.objects.put("awa@example.org", "notice", {}, language="fr")


def message_ids(server):
    return re.findall(r"^Message-ID: (.*?)\r?$", "\n".join(server.seen), re.M)


def test_a_worker_killed_while_the_server_holds_its_answer_sends_the_same_letter_again(mail_server, program):
    server = mail_server(delay=60)
    mail = put()
    worker = program(ONE_RUN, server.port)
    assert server.arrived.wait(60)
    # It holds the row: nobody else sends it meanwhile.
    assert OutgoingMail.objects.send_due() == 0
    worker.send_signal(signal.SIGKILL)
    worker.wait(20)
    with transaction.atomic():
        # Free as soon as the database has noticed.
        row = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
    assert (row.state, row.attempts) == ("waiting", 0)
    server.delay = 0
    send_waiting_mail()
    send_waiting_mail()
    # Both copies, if the first was kept, are one letter to a mail program; and there is no third.
    assert message_ids(server) == [mail.message_id, mail.message_id]
    assert len(server.received) == 1
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("sent", 1)


class Watched:
    """A worker that is started again when it ends by itself, as `./run` and Compose do: Celery gives up
    on some ways to lose a broker (celery#3179, celery#9250)."""

    def __init__(self, start):
        self.start, self.process = start, start()

    def sends(self, count, server):
        """Whether `count` letters have come, once the worker had its time."""

        def come():
            if self.process.poll() is not None:
                self.process = self.start()
            return len(server.received) == count

        return until(come)


def test_a_worker_whose_broker_comes_goes_and_comes_back_needs_no_hand(mail_server, program, tmp_path):
    server = mail_server()
    valkey = embedded.Valkey(tmp_path)
    first = put()
    code = WORKER.replace("SCHEDULE", repr(str(tmp_path / "beat")))
    worker = Watched(lambda: program(code, server.port, REDIS_URL=data_folder.broker_url(tmp_path)))
    time.sleep(2)
    assert server.received == []
    valkey.start()
    try:
        assert worker.sends(1, server)
        valkey.process.kill()
        valkey.process.wait(20)
        second = put()
        time.sleep(2)
        valkey.start()
        assert worker.sends(2, server)
        # Killed, it leaves nothing behind, and the next one goes on.
        assert until(lambda: children(worker.process.pid))
        clock = children(worker.process.pid)
        worker.process.kill()
        assert until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in clock))
        third = put()
        assert worker.sends(3, server)
    finally:
        valkey.stop()
    assert message_ids(server) == [first.message_id, second.message_id, third.message_id]


def children(pid):
    """The processes that `pid` started."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@pytest.fixture(params=["dead", "silent"])
def nothing_answers(request, settings, monkeypatch):
    """Broker, page cache and mail server are down, or accept and never say a word."""
    from ripess_hub import celery_app

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if request.param == "silent":
            listener.listen(50)
        port = listener.getsockname()[1]
        monkeypatch.setitem(celery_app.conf, "broker_url", f"redis://127.0.0.1:{port}/0")
        monkeypatch.setattr(celery_app, "_pool", None)
        monkeypatch.setattr(celery_app.amqp, "_producer_pool", None)
        monkeypatch.setattr("accounts.outbox._broker_rests_until", 0)
        settings.CACHES = {
            **settings.CACHES,
            "pages": {**settings.CACHES["pages"], "LOCATION": f"redis://127.0.0.1:{port}/1"},
        }
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 1
        yield request.param


def timed(ask):
    """What `ask()` gives, within the time that is promised."""
    start = time.monotonic() - time.thread_time()
    answer = ask()
    assert time.monotonic() - time.thread_time() - start < MOST_SECONDS
    return answer


def test_people_read_submit_and_are_judged_while_nothing_answers_and_all_letters_come_after(
    nothing_answers, client, mail_server, monkeypatch
):
    author = make.person(language="es")
    call = make.call()
    moderator = make.moderator(call.group)
    client.force_login(author)
    reader = Client()
    for address in ("/es/contributions/", f"/es/calls/{call.slug}/"):
        reader.get(address)
        assert timed(lambda address=address: reader.get(address)).status_code == 200
    draft = make.draft(author, of=call)
    answer = timed(
        lambda: client.post(
            f"/es/calls/{call.slug}/contribute/{draft.pk}/", {**draft.data, "do": "submit", "base": "0"}
        )
    )
    assert answer.status_code == 302
    record = Contribution.objects.get()
    # The receipt page told the reference anyway.
    assert record.reference in timed(lambda: client.get(answer["Location"])).content.decode()
    # Nothing was just learnt of the broker.
    monkeypatch.setattr("accounts.outbox._broker_rests_until", 0)
    timed(lambda: record.judge(Step.PUBLISH, by=moderator, version=1))
    assert record.reference in timed(lambda: reader.get("/es/contributions/")).content.decode()
    # The worker tries, one letter for all of them, and loses none.
    send_waiting_mail()
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"waiting"}
    assert OutgoingMail.objects.exclude(last_error="").count() == 1
    server = mail_server()
    OutgoingMail.objects.update(next_attempt_at=OutgoingMail.objects.first().created_at - timedelta(hours=1))
    send_waiting_mail()
    assert [message["To"] for message in server.messages] == [author.email, author.email]
    assert not OutgoingMail.objects.exclude(state="sent").exists()


def test_many_decisions_at_once_do_not_wait_for_a_broker_each(nothing_answers, caplog):
    call = make.call()
    moderator = make.moderator(call.group)
    records = [
        make.contribution(call=call, state="received", published_at=None, author=make.person())
        for _n in range(8)
    ]
    timed(lambda: [record.judge(Step.PUBLISH, by=moderator, version=1) for record in records])
    assert OutgoingMail.objects.filter(state="waiting").count() == 8
    assert caplog.text.count("The broker does not answer") == 1


def test_a_waking_that_lies_in_the_queue_for_long_is_dropped(tmp_path, monkeypatch):
    """With a silent mail server each waking costs a worker its time-out: a thousand letters must not
    hold up everything else for hours. The periodic task sends what they were for."""
    from ripess_hub import celery_app

    valkey = embedded.Valkey(tmp_path)
    valkey.start()
    try:
        monkeypatch.setitem(celery_app.conf, "broker_url", data_folder.broker_url(tmp_path))
        monkeypatch.setattr(celery_app, "_pool", None)
        monkeypatch.setattr(celery_app.amqp, "_producer_pool", None)
        monkeypatch.setattr("accounts.outbox._broker_rests_until", 0)
        put()
        socket_path = str(data_folder.socket_folder(tmp_path) / "valkey.sock")
        (message,) = redis.Redis(unix_socket_path=socket_path).lrange("celery", 0, -1)
    finally:
        valkey.stop()
    expires = datetime.fromisoformat(json.loads(message)["headers"]["expires"])
    assert timedelta(0) < expires - timezone.now() <= timedelta(seconds=30)
