"""The hours left to a deadline, as a browser counts them on a device whose clock is wrong."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.utils import timezone

from tests import factories as make
from tests.test_browser import CHROMIUM

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium: apt-get install chromium"),
]


@pytest.fixture
def call(live_server, db):
    call_command("createcachetable")
    caches["pages"].clear()
    return make.call(slug="plazo", closes_at=timezone.now() + timedelta(hours=5, minutes=10))


def device(browser, *, off=timedelta(0)):
    """A page on a device whose clock is `off`."""
    page = browser.new_context(timezone_id="UTC").new_page()
    page.clock.install(time=timezone.now() + off)
    return page


@pytest.mark.parametrize("hours", [-2, 2, -24 * 365])
def test_a_wrong_clock_promises_no_hours_and_takes_none(browser, live_server, call, hours):
    page = device(browser, off=timedelta(hours=hours))
    left = page.locator("main .deadline strong")
    for language, sentence in (("es", "Dentro de 5 horas"), ("fr", "Dans 5 heures"), ("en", "In 5 hours")):
        page.goto(f"{live_server.url}/{language}/calls/plazo/")
        left.filter(has_text=sentence).wait_for()
    # The page stays open, or comes back from the browser's memory, and nothing is asked again.
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for minutes, sentence in ((15, "In 4 hours"), (250, "In 44 minutes")):
        page.clock.fast_forward(minutes * 60_000)
        left.filter(has_text=sentence).wait_for()
    page.clock.fast_forward(60 * 60_000)
    page.wait_for_function("document.querySelector('main .deadline strong').textContent === ''")
    assert asked == []
    page.context.close()


def test_without_an_answer_of_the_server_its_own_sentence_stays(browser, live_server, call):
    page = device(browser, off=timedelta(hours=-2))
    page.route("**/healthz", lambda route: route.abort())
    with page.expect_request("**/healthz"):
        page.goto(f"{live_server.url}/en/calls/plazo/", wait_until="networkidle")
    assert page.inner_text("main .deadline strong") in ("Closes today", "1 day left")
    page.context.close()


def test_only_the_last_two_days_are_counted(browser, live_server, call):
    call.reschedule(opens_at=call.opens_at, closes_at=timezone.now() + timedelta(days=4))
    page, asked = device(browser, off=timedelta(days=3)), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/en/calls/plazo/", wait_until="networkidle")
    assert page.inner_text("main .deadline strong") == "4 days left"
    assert not [address for address in asked if "healthz" in address]
    page.context.close()
