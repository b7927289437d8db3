"""What all tests share: the clock of deadlines, the real catalogue, a browser."""

import os
import threading
from collections import deque
from contextlib import contextmanager

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection


@pytest.fixture(autouse=True)
def _plain_static_files(settings):
    """Tests need no collected files, and no password hashing that takes its time."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]


@pytest.fixture(autouse=True)
def _pages_of_this_worker(settings):
    """Tests run side by side, each process with a database of its own and pages of its own."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 2
    pages = settings.CACHES["pages"]
    address = pages["LOCATION"].split("?")[0]
    settings.CACHES = {**settings.CACHES, "pages": {**pages, "LOCATION": f"{address}?db={number}"}}
    # Tests ask more often than anybody may; those of the limits set their own.
    settings.DATA_REQUESTS_A_MINUTE = settings.EXPORTS_A_MINUTE = 0


@pytest.fixture(autouse=True)
def _worker_not_called_yet(monkeypatch):
    """What the tests before wrote does not put off the call of the worker in this one, nor is it made in
    the middle of it."""
    from accounts import outbox

    monkeypatch.setattr(outbox, "_call_to_come", None)
    monkeypatch.setattr(outbox, "_calls", deque(maxlen=outbox.MOST_CALLS))
    yield
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer) and thread.function is outbox.call_worker:
            thread.cancel()
            thread.join()


@pytest.fixture(autouse=True)
def _files_of_this_test(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"
    files = settings.STORAGES["default"]
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**files, "OPTIONS": {"location": settings.MEDIA_ROOT}},
    }


@pytest.fixture(autouse=True)
def _no_limits_left(request):
    """The limits of sign-in and sign-up lie in a table that is no model's: nothing flushes what a test
    that commits left there, and the next one finds itself over the limit."""
    commits = {"transactional_db", "live_server"} & set(request.fixturenames)
    marker = request.node.get_closest_marker("django_db")
    if not commits and not (marker and marker.kwargs.get("transaction")):
        yield
        return
    request.getfixturevalue("transactional_db")
    caches["default"].clear()
    yield
    caches["default"].clear()


@pytest.fixture
def fresh_pages():
    """Empty the page cache, as other tests may have filled it."""
    caches["pages"].clear()


@contextmanager
def database_clock(instant):
    """Let `hub_now()` say `instant` (an aware datetime) within the block."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION hub_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS "
            f"$$ SELECT '{instant.isoformat()}'::timestamptz $$"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION hub_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS "
                "$$ SELECT clock_timestamp() $$"
            )


@pytest.fixture
def clock():
    """`with clock(instant): …` sets the database's clock."""
    return database_clock


@pytest.fixture
def mail_server(settings):
    """`server = mail_server("421 later", delay=1)`: the hub's mail goes to a real server that answers
    so (`tests.mail_server`)."""
    from tests.mail_server import Handler, serve

    started = []

    def start(*replies, **options):
        handler = Handler(*replies, **options)
        controller = serve(handler)
        started.append(controller)
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = handler.port = controller.port
        settings.EMAIL_TIMEOUT = 1
        return handler

    yield start
    for controller in started:
        controller.stop()


@pytest.fixture(scope="module")
def real_catalogue(django_db_setup, django_db_blocker):
    """The project's own catalogue, loaded once for a module and taken away again at its end."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_catalogue", verbosity=0)
        yield
        transaction.set_rollback(True)


def pytest_report_header():
    chromium = os.environ.get("HUB_CHROMIUM")
    return f"browser tests: {'with ' + chromium if chromium else 'NOT RUN, no Chromium (HUB_CHROMIUM)'}"


@pytest.fixture(scope="module")
def browser():
    """A Chromium for the browser tests of a module."""
    from playwright.sync_api import sync_playwright

    # Playwright runs an event loop in this thread; Django's guard against it has no use here.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(
            executable_path=os.environ["HUB_CHROMIUM"],
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
            ],
        )
        yield instance
        instance.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def pytest_terminal_summary(terminalreporter):
    """The scores that tests measured."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "score":
                terminalreporter.write_line(value)
