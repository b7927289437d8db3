"""The web server itself, with its own limits: whatever bytes arrive, it answers, and never with a 5xx."""

import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from gunicorn.config import Config
from gunicorn.workers.gthread import TConn

from ripess_hub import data_folder
from ripess_hub.gunicorn import SendersFirst, Worker
from tests import factories

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.django_db(transaction=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answer(port, target, method="GET"):
    """The status line and the head of what the server says to these bytes."""
    request = method.encode() + b" " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(request)
        said = b""
        while chunk := client.recv(65536):
            said += chunk
    head, _blank, body = said.partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode("utf-8", "replace")


@pytest.fixture
def server(tmp_path):
    """The project's gunicorn on the database of this test, without Redis."""
    call_command("createcachetable", verbosity=0)
    port = free_port()
    data_dir = os.environ.get("DATA_DIR") or settings.BASE_DIR / "var"
    environment = {
        **os.environ,
        "DATABASE_URL": data_folder.database_url(data_dir, connection.settings_dict["NAME"]),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DATA_DIR": str(tmp_path),
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
    }
    subprocess.run([sys.executable, "-m", "ripess_hub.build"], cwd=ROOT, env=environment, check=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "python:ripess_hub.gunicorn", "ripess_hub.wsgi:application"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _try in range(300):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)


LONG = 100_000
QUERIES = {
    "NUL": b"%00",
    "a lone surrogate": b"%ED%A0%80",
    "raw bytes": b"coop\xc3\xa9ration",
    "a raw lone surrogate": b"\xed\xa0\x80",
    "no UTF-8": b"%FF%FE",
    "a long word": b"a" * LONG,
    "long words": b"a%20" * (LONG // 4),
    "minuses": b"-" * LONG,
    "brackets": b"(" * LONG,
    "quotes": b"%22%20OR%20" * (LONG // 10),
    "operators": b"%27%22%26%7C%21%3A%2A%5C%25",
}


def test_whatever_is_typed_a_page_answers(server):
    factories.organisation(slug="red", name="Red de coopération")
    wrong = []
    for name, text in QUERIES.items():
        for path in (b"/es/search/", b"/fr/organisations/", b"/en/agreements/", b"/api/v1/events/"):
            status, _body = answer(server, path + b"?q=" + text)
            if status != 200:
                wrong.append((name, path, status))
    assert wrong == []
    assert "Red de coop" in answer(server, b"/es/search/?q=coop\xc3\xa9ration")[1]


def test_a_path_that_cannot_be_is_a_missing_page_in_the_readers_language(server):
    for path in (
        b"%00",
        b"%ED%A0%80",
        b"\xed\xa0\x80",
        b"a" * LONG,
        b"a/" * (LONG // 2),
        b"..%2F..%2Fetc",
        b"9" * LONG,
    ):
        for before in (b"/es/organisations/", b"/files/", b"/es/groups/", b"/"):
            status, body = answer(server, before + path)
            assert status in (301, 400, 404), (before, path[:20], status)
            if before != b"/" and status == 404:
                assert "<html lang=" in body


def test_no_method_breaks_it(server):
    factories.organisation(slug="red")
    for method in ("POST", "PUT", "DELETE", "TRACE", "BREW"):
        for path in (b"/es/", b"/es/organisations/red/", b"/api/v1/organisations/", b"/files/x"):
            assert answer(server, path, method)[0] < 500, (method, path)
    assert answer(server, b"/es/organisations/red/")[0] == 200


def test_connections_that_say_nothing_keep_no_thread_from_those_that_ask(server):
    with ExitStack() as silent:
        for _connection in range(60):
            silent.enter_context(socket.create_connection(("127.0.0.1", server), timeout=30))
        # Five seconds for each four of them would be longer than `answer` waits.
        assert answer(server, b"/healthz")[0] == 200


@pytest.mark.parametrize(
    "begun", [b"GET /es/ HT", b"POST /es/account/ HTTP/1.1\r\nContent-Length: 9\r\n\r\nab"]
)
def test_a_line_that_breaks_off_gives_its_thread_back(monkeypatch, begun):
    monkeypatch.setattr("ripess_hub.gunicorn.SILENCE", 1)
    configuration = Config()
    worker = Worker(1, os.getpid(), [], None, 1, configuration, SimpleNamespace(exception=print))
    worker.handle_request = lambda request, _connection: request.body.read(9)
    client, served = socket.socketpair()
    with client, served:
        client.sendall(begun)
        answers = []
        connection = TConn(configuration, served, ("127.0.0.1", 1), ("127.0.0.1", 2))
        thread = threading.Thread(target=lambda: answers.append(worker.handle(connection)), daemon=True)
        thread.start()
        thread.join(30)
    assert answers == [False]


class Crowd:
    """Requests over socket pairs to a pool with one thread, which the first of them keeps busy until
    all have come."""

    def __init__(self, *requests):
        self.answered, self.sockets = [], []
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.pool = SendersFirst(1)
        try:
            asked = [self.ask(requests[0])]
            assert self.begun.wait(30)
            asked += map(self.ask, requests[1:])
            self.go_on.set()
            self.answers = [answer.result(30) for answer in asked]
        finally:
            self.pool.shutdown()
            for each in self.sockets:
                each.close()

    def ask(self, words):
        client, served = socket.socketpair()
        self.sockets += [client, served]
        client.sendall(words)
        return self.pool.submit(self.handle, SimpleNamespace(sock=served, words=words))

    def handle(self, connection):
        self.begun.set()
        self.go_on.wait(30)
        self.answered.append(connection.words)
        return connection.words


def test_what_people_send_has_its_turn_before_what_they_read():
    requests = b"GET /a HTTP/1.1", b"GET /b HTTP/1.1", b"", b"HEAD /c HTTP/1.1", b"POST /d HTTP/1.1"
    crowd = Crowd(*requests)
    assert crowd.answers == [*requests]
    assert crowd.answered == [requests[0], requests[4], *requests[1:4]]


def test_who_reads_does_not_give_way_for_ever(monkeypatch):
    monkeypatch.setattr(SendersFirst, "PATIENCE", 0)
    requests = b"GET /a HTTP/1.1", b"GET /b HTTP/1.1", b"POST /c HTTP/1.1", b"GET /d HTTP/1.1"
    assert Crowd(*requests).answered == [*requests]


def test_a_request_that_fails_says_so_to_whoever_waits_for_it():
    pool = SendersFirst(1)
    here, there = socket.socketpair()
    with here, there, pytest.raises(ZeroDivisionError):
        pool.submit(lambda _connection: 1 / 0, SimpleNamespace(sock=there)).result(30)
    pool.shutdown()
