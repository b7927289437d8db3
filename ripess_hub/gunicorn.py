"""The web server's settings, the same in ./run and on a server."""

import gc
import logging
import os
import re
import socket
import struct
import threading
import time
from concurrent import futures
from contextlib import suppress
from dataclasses import dataclass, field

from gunicorn.http import message
from gunicorn.workers import gthread


@dataclass(eq=False)
class Waiting:
    """A request in line: when it came, and what answers it."""

    since: float
    connection: object
    handle: object
    answer: futures.Future = field(default_factory=futures.Future)
    sends: bool | None = None

    def turn(self, patience):
        """The instant that stands for its place in the line."""
        if self.sends is None:
            # The first bytes may come a moment after the connection: then they are looked at next time.
            with suppress(OSError, ValueError):
                start = self.connection.sock.recv(4, socket.MSG_PEEK | socket.MSG_DONTWAIT)
                self.sends = start not in (b"GET ", b"HEAD", b"")
        return self.since + (0 if self.sends else patience)


class SendersFirst(futures.ThreadPoolExecutor):
    """Threads that answer what people send before what they read, when there is more of it than they can
    answer at once: in the last seconds of a call the gate looks at the clock when a request gets its turn.

    Who reads gives way for `PATIENCE` seconds, then stands in line with those who send, so nobody waits
    for ever.
    """

    # A little longer than the last seconds of a call, in which a quarter of all come.
    PATIENCE = 6

    def __init__(self, threads):
        super().__init__(threads)
        self._line, self._lock = [], threading.Lock()

    def submit(self, handle, connection):
        waiting = Waiting(time.monotonic(), connection, handle)
        with self._lock:
            self._line.append(waiting)
        super().submit(self._answer_next)
        return waiting.answer

    def _answer_next(self):
        with self._lock:
            following = min(self._line, key=lambda waiting: waiting.turn(self.PATIENCE))
            self._line.remove(following)
        try:
            following.answer.set_result(following.handle(following.connection))
        except BaseException as error:
            following.answer.set_exception(error)


# A thread waits this many seconds for the next bytes of a request, or for a reader to take more of an answer.
SILENCE = 60


class Worker(gthread.ThreadWorker):
    """A thread for each request that is there, none for a connection that is silent."""

    def get_thread_pool(self):
        return SendersFirst(self.cfg.threads)

    def handle(self, conn):
        if not conn.initialized and not conn.wait_for_data(0):
            # Browsers connect before they know what to ask, and gunicorn keeps a thread for each such
            # connection for five seconds. The main loop waits for any number of them.
            return gthread._DEFER
        # gunicorn sets no limit of its own: a phone that loses its line in mid-upload would keep its thread.
        silence = struct.pack("ll", SILENCE, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, silence)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, silence)
        return super().handle(conn)


bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_class = Worker
threads = 4
# The site is imported once and the workers are copies of it: a quicker start, less memory.
preload_app = True
# Long addresses are Django's to answer, in the reader's language, not the server's bare 414.
limit_request_line = 0
limit_request_field_size = 16380
# Django answers HEAD with the body of GET and leaves it to the server to drop it, which is nothing to warn of.
logging.getLogger("gunicorn.http.wsgi").setLevel(logging.ERROR)
# So are accents that a program sent as they are (curl '…?q=coopération'); gunicorn would refuse them.
message.RFC9112_TARGET_INVALID = re.compile(r"[\x00-\x20\x7f]")
keepalive = 15
timeout = 60
graceful_timeout = 20
max_requests = 20000
max_requests_jitter = 2000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") and os.access("/dev/shm", os.W_OK) else None
errorlog = "-"
loglevel = "warning"


def when_ready(server):
    """What was imported lives as long as the process: the collector need not look through it at every
    turn, nor come so often to what requests leave behind. The addresses, with every view behind them, are
    imported here once and not by each worker while somebody waits."""
    from django.urls import get_resolver

    _patterns = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def post_fork(server, worker):
    """A worker ends with its master, even when that is killed with -9."""
    from ripess_hub.embedded import die_with_parent_signal

    die_with_parent_signal(parent=worker.ppid)
