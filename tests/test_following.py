"""People follow a group and choose their letters, on pages of their own."""

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.test import Client

from accounts.letters import MailKind, stop_token
from accounts.models import User
from tests import factories as make
from tests.pages import get, violations
from tests.test_browser import CHROMIUM
from workinggroup.models import Follow

pytestmark = pytest.mark.django_db


def test_people_follow_a_group_and_stop_without_a_script(client):
    group = make.group(title="Nuestro grupo")
    address = f"/en/account/groups/{group.slug}/"
    answer = client.get(address)
    assert answer.status_code == 302
    assert "/en/account/login/" in answer["Location"]
    user = make.person()
    client.force_login(user)
    assert 'value="follow"' in get(client, address)
    for _twice in range(2):
        assert client.post(address, {"do": "follow"})["Location"] == f"/en/groups/{group.slug}/"
    assert Follow.objects.get().user == user
    assert 'value="leave"' in get(client, address)
    page = get(client, "/en/account/")
    assert "Nuestro grupo" in page
    assert address in page
    assert "Nuestro grupo" in get(client, "/en/account/letters/")
    client.post(address, {"do": "leave"})
    assert not Follow.objects.exists()
    assert "Nuestro grupo" not in get(client, "/en/account/")


def test_what_is_not_public_cannot_be_followed_and_following_needs_the_forms_token():
    user, hidden, group = make.person(), make.group(publication="draft"), make.group()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    assert browser.post(f"/en/account/groups/{group.slug}/", {"do": "follow"}).status_code == 403
    client = Client()
    client.force_login(user)
    assert client.post(f"/en/account/groups/{hidden.slug}/", {"do": "follow"}).status_code == 404
    assert not Follow.objects.exists()


def test_the_public_page_leads_to_following_and_stays_the_same_for_everybody(client):
    group = make.group()
    page = client.get(f"/fr/groups/{group.slug}/")
    assert f"/fr/account/groups/{group.slug}/" in page.content.decode()
    assert not page.cookies
    assert "csrfmiddlewaretoken" not in page.content.decode()


def test_a_withdrawn_group_is_not_listed(client):
    user, group = make.person(), make.group(title="Nuestro grupo")
    Follow.objects.create(user=user, group=group)
    client.force_login(user)
    assert "Nuestro grupo" in get(client, "/en/account/")
    group.withdraw()
    assert "Nuestro grupo" not in get(client, "/en/account/")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium: apt-get install chromium")
@pytest.mark.parametrize(
    ("language", "width", "scheme", "script"),
    [
        ("es", 390, "dark", True),
        ("fr", 1280, "light", False),
        ("en", 390, "light", True),
        ("es", 1280, "dark", False),
    ],
)
def test_following_choosing_and_stopping_in_a_browser(
    browser, live_server, client, language, width, scheme, script
):
    call_command("createcachetable")
    caches["pages"].clear()
    group, user = make.group(title="Nuestro grupo"), make.person(language=language)
    client.force_login(user)
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        reduced_motion="reduce",
        bypass_csp=True,
        java_script_enabled=script,
    )
    cookie = {"name": "sessionid", "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
    context.add_cookies([{**cookie, "url": live_server.url}])
    page, wrong = context.new_page(), []

    def check(where):
        # axe is a script itself.
        if script:
            wrong.extend(f"{where}: {found}" for found in violations(page))
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong.append(f"{where}: wider than the window")

    base = f"{live_server.url}/{language}"
    page.goto(f"{base}/groups/{group.slug}/")
    check("group")
    page.click(f'main a[href*="/account/groups/{group.slug}/"]')
    check("follow")
    page.click('button[value="follow"]')
    page.wait_for_url(f"**/groups/{group.slug}/")
    check("following")
    assert Follow.objects.get().user == user
    User.objects.filter(pk=user.pk).update(mail_failed_at="2026-11-24T12:00Z")
    page.goto(f"{base}/account/")
    check("account")
    page.click('main a[href$="/account/letters/"]')
    check("letters")
    page.uncheck('input[value="closing"]')
    page.click("main form button")
    page.wait_for_selector('[role="status"]')
    check("saved")
    page.goto(f"{base}/account/letters/stop/{stop_token(user, MailKind.CALLS)}/")
    check("stop")
    page.click('button[value="stop"]')
    page.wait_for_selector('button[value="again"]')
    check("stopped")
    user.refresh_from_db()
    assert user.mail_off == ["closing", "calls"]
    context.close()
    assert wrong == [], "\n".join(wrong)
