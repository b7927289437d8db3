"""The web server's settings, the same in ./run and on a server."""

import gc
import os
import re

from gunicorn.http import message

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_class = "gthread"
threads = 4
# The site is imported once and the workers are copies of it: a quicker start, less memory.
preload_app = True
# Long addresses are Django's to answer, in the reader's language, not the server's bare 414.
limit_request_line = 0
limit_request_field_size = 16380
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
    turn, nor come so often to what requests leave behind."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def post_fork(server, worker):
    """A worker ends with its master, even when that is killed with -9."""
    from ripess_hub.embedded import die_with_parent_signal

    die_with_parent_signal(parent=worker.ppid)
