"""Whoever may still send something after the closing learns of it, and until when."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.test import Client

from accounts.models import OutgoingMail
from tests import factories as make
from workinggroup import mail
from workinggroup.models import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]

CLOSES = datetime(2026, 12, 1, 12, tzinfo=UTC)
AFTER = CLOSES + timedelta(days=1)
UNTIL = CLOSES + timedelta(days=2)
MOMENT = timedelta(microseconds=1)
ITS_TIME = "3 de diciembre de 2026 a las 08:00, hora de America/La_Paz (UTC−4)"
OWN_TIME = "3 de diciembre de 2026 a las 13:00 (Europe/Paris)"


@pytest.fixture(autouse=True)
def _tables():
    call_command("createcachetable")


def a_call(**values):
    times = {"opens_at": CLOSES - timedelta(days=30), "closes_at": CLOSES, "time_zone": "America/La_Paz"}
    return make.call(slug="feria", title="Ferias", **{**times, **values})


def somebody(email="rosa@example.org", **values):
    client = Client()
    client.person = make.person(email=email, time_zone="Europe/Paris", **values)
    EmailAddress.objects.create(user=client.person, email=email, verified=True, primary=True)
    client.force_login(client.person)
    return client


def given(call, email="rosa@example.org", **values):
    return call.late_access.create(email=email, **{"until": UNTIL, **values})


def words(client, address):
    """The page as people read it: without mark-up, on one line."""
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", "", answer.content.decode())).split())


def test_who_has_late_access_reads_it_on_the_call_in_the_account_and_on_the_form(clock):
    call = a_call()
    given(call)
    rosa, stranger = somebody(), somebody("other@example.org")
    pages = ["/es/calls/feria/", "/es/account/contributions/", "/es/calls/feria/contribute/"]
    with clock(AFTER):
        for address in pages:
            page = words(rosa, address)
            assert f"hasta el {ITS_TIME}" in page, address
            assert OWN_TIME in page, address
        for client in (stranger, Client()):
            for address in pages[: 2 if client is stranger else 1] + pages[2:]:
                assert "acceso tardío: puede" not in words(client, address), (client, address)
        for address in pages[:2]:
            answer = rosa.get(address)
            assert 'href="/es/calls/feria/contribute/"' in answer.content.decode()
            assert "private" in answer["Cache-Control"] or "no-store" in answer["Cache-Control"]
            assert 'href="/es/calls/feria/contribute/"' not in stranger.get(address).content.decode()
        assert "inicie sesión" in words(Client(), pages[2])
    with clock(UNTIL):
        for address in pages:
            assert "acceso tardío: puede" not in words(rosa, address), address


def test_in_the_grace_period_everybody_reads_how_long_it_lasts_and_no_cached_page_outlives_it(clock):
    a_call(grace_minutes=30)
    ends = CLOSES + timedelta(minutes=30)
    with clock(CLOSES + timedelta(minutes=1)):
        for address in ("/es/calls/feria/", "/es/calls/feria/contribute/"):
            page = words(Client(), address)
            assert "hasta el 1 de diciembre de 2026 a las 08:30, hora de America/La_Paz" in page, address
    with clock(ends - MOMENT):
        assert "a las 08:30" in words(Client(), "/es/calls/feria/")
    with clock(ends):
        assert "a las 08:30" not in words(Client(), "/es/calls/feria/")


@pytest.mark.parametrize(
    ("instant", "until"),
    [
        (CLOSES - MOMENT, None),
        (CLOSES, UNTIL),
        (UNTIL - MOMENT, UNTIL),
        (UNTIL, None),
    ],
)
def test_the_time_that_is_left_is_what_the_gate_takes(clock, instant, until):
    call = a_call(grace_minutes=30)
    given(call)
    person = somebody().person
    with clock(instant):
        now = Call.objects.with_state().get(pk=call.pk)
        assert now.late_until(person) == until
        assert bool(until) == (now.takes(person) in ("grace", "late access"))


def letters():
    return list(OutgoingMail.objects.order_by("pk"))


def test_a_letter_says_until_when_in_both_zones_once_for_each_instant(clock):
    call = a_call()
    access = given(call)
    somebody(language="fr", display_name="Rosa")
    with clock(AFTER):
        mail.late_access(access)
        mail.late_access(access)
        (letter,) = letters()
        assert (letter.to, letter.language, letter.kind) == ("rosa@example.org", "fr", "")
        assert "Ferias" in letter.subject
        assert "America/La_Paz (UTC−4)" in letter.text
        assert "Europe/Paris" in letter.text
        assert "/fr/account/login/?next=%2Ffr%2Fcalls%2Fferia%2F" in letter.text
        access.until += timedelta(days=1)
        mail.late_access(access)
        assert len(letters()) == 2


def test_an_address_without_an_account_gets_its_letter_too_and_nobody_one_in_vain(clock):
    call = a_call()
    with clock(AFTER):
        mail.late_access(given(call, "new@example.org"))
        (letter,) = letters()
        assert (letter.to, letter.language, letter.user) == ("new@example.org", "es", None)
        assert "America/La_Paz (UTC−4)" in letter.text
        mail.late_access(given(call, "over@example.org", until=AFTER))
        call.withdraw()
        mail.late_access(given(call, "hidden@example.org"))
        assert len(letters()) == 1
