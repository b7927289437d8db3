"""A form that is not taken, as the session is over or its token is old: what was typed is shown, to copy."""

from html import unescape

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from tests import factories as make
from tests.moderation import moderator, page_of, read, signed_in
from tests.pages import filled
from workinggroup.models import Membership

pytestmark = pytest.mark.django_db
REASON = "Fuera de tema, con cariño.\n¿Nos cuenta dónde fue?"


@pytest.fixture(autouse=True)
def _plain(settings):
    settings.DEMO = True
    call_command("createcachetable")


def asked(record):
    """The form of a moderator who declines, filled in."""
    client = signed_in(moderator(record.call.group))
    return client, filled(read(client, record), having={"step": "decline"}, reason=REASON)


@pytest.mark.parametrize("language", ["es", "fr", "en"])
def test_a_moderator_whose_session_ended_keeps_the_reason_and_finds_the_way_in(language):
    record = make.submitted()
    _client, form = asked(record)
    answer = Client(headers={"accept-language": language}).post(page_of(record), form)
    page = unescape(answer.content.decode())
    assert answer.status_code == 403
    assert REASON in page
    assert f"/{language}/account/login/?next=%2Fadmin%2F" in page
    assert f'lang="{language}"' in page
    assert form.get("csrfmiddlewaretoken", ["none"])[0] not in page
    assert "no-store" in answer["Cache-Control"]
    record.refresh_from_db()
    assert record.state == "received"


@pytest.mark.parametrize("lost", ["the group", "the administration"])
def test_whoever_loses_the_role_while_writing_keeps_the_reason(lost):
    record = make.submitted()
    client, form = asked(record)
    if lost == "the group":
        Membership.objects.all().delete()
    else:
        User.objects.filter(is_staff=True).update(is_staff=False)
    answer = client.post(page_of(record), form)
    page = unescape(answer.content.decode())
    assert answer.status_code == 404
    assert REASON in page
    assert record.title not in page
    record.refresh_from_db()
    assert record.state == "received"


def test_without_words_whoever_is_signed_out_is_led_to_sign_in():
    record = make.submitted()
    answer = Client().post(page_of(record), {"step": "publish", "version": "1"})
    assert answer.status_code == 302
    assert "login" in answer["Location"]


@pytest.mark.parametrize(
    ("origin", "shown"), [(settings.PUBLIC_ORIGIN, True), ("https://other.example", False), ("null", False)]
)
def test_an_old_token_shows_the_words_back_unless_another_site_wrote_them(origin, shown):
    record = make.contribution()
    client = Client(enforce_csrf_checks=True, headers={"origin": origin})
    typed = {"reason": "rights", "text": REASON, "password": "una frase bastante larga"}
    answer = client.post(f"/es/contributions/{record.reference}/report/", typed)
    page = unescape(answer.content.decode())
    assert answer.status_code == 403
    assert (REASON in page) is shown
    assert "una frase bastante larga" not in page


def test_what_cannot_be_read_shows_no_words_and_is_answered_all_the_same(client):
    broken = {"content_type": "multipart/form-data; boundary=x" + "y" * 300}
    for body, more in (
        ({"text": "una palabra " * 300_000}, {}),
        ({f"z{number}": "una frase más larga" for number in range(3_000)}, {}),
        (b"not a form", broken),
    ):
        answer = client.post("/es/nowhere/", body, **more)
        assert answer.status_code == 404
        assert "textarea" not in answer.content.decode()
