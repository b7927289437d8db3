"""Who gets into the administration, by which way; what it shows of people and of their mail."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse

from accounts.models import OutgoingMail, User
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "una frase bastante larga"
WANTED = "/admin/directory/organisation/?q=x"


@pytest.fixture(autouse=True)
def _fresh_limits():
    call_command("createcachetable")
    cache.clear()


def verified(**values):
    user = factories.person(password=PASSWORD, **values)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def staff_with_factor(**values):
    user = verified(is_staff=True, is_superuser=True, **values)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return user, secret


def current(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


@pytest.fixture
def staff_client(client):
    client.force_login(staff_with_factor()[0])
    return client


def someone(client, who):
    """Sign in as one of the cast."""
    values = {"is_staff": who != "user", "is_superuser": who != "user", "is_active": who != "inactive staff"}
    if who != "anonymous":
        user = verified(**values)
        if who in ("staff with factor", "inactive staff", "user with factor"):
            TOTP.activate(user, generate_totp_secret())
        if who == "user with factor":
            User.objects.filter(pk=user.pk).update(is_staff=False, is_superuser=False)
        client.force_login(user)


CAST = [
    "anonymous",
    "user",
    "user with factor",
    "inactive staff",
    "staff without factor",
    "staff with factor",
]
IN, SIGN_IN, MISSING, ENROL = "in", "/account/login/", "404", "/2fa/totp/activate/"
EVERYWHERE = {
    "anonymous": SIGN_IN, "user": MISSING, "user with factor": MISSING, "inactive staff": SIGN_IN,
    "staff without factor": ENROL, "staff with factor": IN,
}  # fmt: skip


@pytest.mark.parametrize("who", CAST)
@pytest.mark.parametrize("demo", [False, True])
@pytest.mark.parametrize("address", ["/admin/", WANTED, "/admin/accounts/user/", "/admin/nothing/"])
def test_the_administration_is_for_active_staff_with_a_second_factor(client, settings, who, demo, address):
    settings.DEMO = demo
    someone(client, who)
    expected = IN if demo and who.startswith("staff") else EVERYWHERE[who]
    answer = client.get(address)
    if expected == IN:
        assert answer.status_code == (404 if "nothing" in address else 200)
    elif expected == MISSING:
        assert answer.status_code == 404
        assert client.get("/admin/login/").status_code == 404
    else:
        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/")
        second = client.get(answer["Location"])
        assert second.status_code == 302
        assert expected in second["Location"]


def test_nobody_else_changes_anything_by_posting_to_the_administration(client):
    record = factories.organisation(publication="draft")
    data = {"action": "publish", "_selected_action": [record.pk]}
    address = reverse("admin:directory_organisation_changelist")
    for who, status in (("anonymous", 302), ("user", 404), ("staff without factor", 302)):
        someone(client, who)
        assert client.post(address, data).status_code == status
        client.logout()
    record.refresh_from_db()
    assert not record.is_published
    someone(client, "staff with factor")
    client.post(address, data)
    record.refresh_from_db()
    assert record.is_published


def test_staff_who_sign_in_land_on_the_page_they_wanted_and_on_no_other_site(client):
    user, secret = staff_with_factor()
    door = client.get(client.get(WANTED)["Location"])["Location"]
    assert "next=/admin/directory/organisation/%3Fq%3Dx" in door
    answer = client.post(door, {"login": user.email, "password": PASSWORD, "next": WANTED})
    assert "/2fa/authenticate/" in answer["Location"]
    assert client.get(WANTED).status_code == 302
    answer = client.post(answer["Location"], {"code": current(secret)})
    assert answer["Location"] == WANTED
    assert client.get(WANTED).status_code == 200
    assert client.get("/admin/login/?next=https://evil.example/")["Location"] == "/admin/"
    client.logout()
    assert "evil" not in client.get("/admin/login/?next=https://evil.example/")["Location"]


def test_a_code_by_mail_does_not_stand_in_for_the_second_factor(client):
    user, secret = staff_with_factor(language="en")
    answer = client.post("/en/account/login/code/", {"email": user.email})
    code = re.search(r": ([A-Z0-9-]{6,})$", OutgoingMail.objects.get().text, re.M).group(1)
    answer = client.post(answer["Location"], {"code": code})
    assert "/2fa/authenticate/" in answer["Location"]
    assert client.get("/admin/").status_code == 302
    assert client.post(answer["Location"], {"code": "000000"}).status_code == 200
    assert client.get("/admin/").status_code == 302
    client.post(answer["Location"], {"code": current(secret)})
    assert client.get("/admin/").status_code == 200


def test_staff_enrol_by_themselves_and_learn_of_it_by_mail_and_are_let_in(
    client, django_capture_on_commit_callbacks
):
    user = verified(is_staff=True, is_superuser=True, language="fr")
    client.post("/en/account/login/", {"login": user.email, "password": PASSWORD})
    page = client.get("/admin/", follow=True)
    assert page.status_code == 200
    # /admin/ has no language of its own: the browser's, else Spanish.
    assert "La administración pide un segundo factor" in page.content.decode()
    # They prove once more who they are, then see the picture to scan.
    reauthenticate = page.redirect_chain[-1][0]
    page = client.post(reauthenticate, {"password": PASSWORD}, follow=True)
    assert "data:image/svg+xml" in page.content.decode()
    assert "unsafe" not in page["Content-Security-Policy"]
    secret = client.session["mfa.totp.secret"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page.redirect_chain[-1][0], {"code": current(secret)})
    assert client.get("/admin/").status_code == 200
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.language, mail.holds_code) == (user.email, "fr", False)
    assert Authenticator.objects.filter(user=user, type="recovery_codes").exists()


def test_people_are_added_searched_and_changed_and_their_factor_and_address_are_shown(staff_client):
    verified(email="rosa@example.org", display_name="Rosa")
    page = staff_client.get(reverse("admin:accounts_user_changelist"), {"q": "rosa"}).content.decode()
    assert "rosa@example.org" in page
    assert page.count("icon-yes") >= 1
    data = {
        "email": "Nuevo@Example.org",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    answer = staff_client.post(reverse("admin:accounts_user_add"), data)
    assert answer.status_code == 302
    user = User.objects.get(email="nuevo@example.org")
    assert not user.is_staff
    page = staff_client.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()
    assert user.password not in page
    assert "icon-no" in page
    # The same address in another case is the same account.
    answer = staff_client.post(reverse("admin:accounts_user_add"), data)
    assert answer.status_code == 200


def test_a_verified_address_that_is_no_longer_theirs_does_not_count(staff_client):
    user = verified()
    User.objects.filter(pk=user.pk).update(email="new@example.org")
    page = staff_client.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()
    assert re.search(r"field-verified.*?icon-no", page, re.S)


def mail(**values):
    values = {"to": "awa@example.org", "language": "es", "text": "Text.", "subject": "Subject", **values}
    number = OutgoingMail.objects.count()
    return OutgoingMail.objects.create(message_id=f"<{number}@x>", **values)


@pytest.mark.parametrize("state", ["waiting", "failed"])
def test_the_text_of_a_mail_with_a_code_is_shown_nowhere(staff_client, state):
    secret, plain = mail(subject="S-CANARY", text="T-CANARY", holds_code=True, state=state), mail()
    listed = staff_client.get(reverse("admin:accounts_outgoingmail_changelist"), {"q": "awa"})
    assert "Subject" in listed.content.decode()
    opened = staff_client.get(reverse("admin:accounts_outgoingmail_change", args=[plain.pk])).content.decode()
    assert "Text." in opened
    opened = staff_client.get(reverse("admin:accounts_outgoingmail_change", args=[secret.pk]))
    for page in (listed, opened):
        assert page.status_code == 200
        assert "CANARY" not in page.content.decode()
    found = staff_client.get(reverse("admin:accounts_outgoingmail_changelist"), {"q": "CANARY"})
    assert "awa@example.org" not in found.content.decode()


def test_mail_is_read_only_and_what_failed_is_sent_again_once(staff_client):
    failed, sent = mail(state="failed", attempts=13), mail(state="sent")
    erased = mail(state="failed", text="", subject="", holds_code=True)
    address = reverse("admin:accounts_outgoingmail_changelist")
    assert staff_client.get(reverse("admin:accounts_outgoingmail_add")).status_code == 403
    change = reverse("admin:accounts_outgoingmail_change", args=[failed.pk])
    assert staff_client.post(change, {"to": "evil@example.org"}).status_code == 403
    assert (
        staff_client.get(reverse("admin:accounts_outgoingmail_delete", args=[failed.pk])).status_code == 403
    )
    only = staff_client.get(address, {"state__exact": "failed"}).content.decode()
    assert only.count('name="_selected_action"') == 2
    for _press in range(2):
        staff_client.post(address, {"action": "retry", "_selected_action": [failed.pk, sent.pk, erased.pk]})
    states = dict(OutgoingMail.objects.values_list("pk", "state"))
    assert states == {failed.pk: "waiting", sent.pk: "sent", erased.pk: "failed"}
    failed.refresh_from_db()
    assert failed.attempts == 0


def test_an_address_that_no_database_can_hold_is_refused_with_a_page(staff_client):
    for query in ("q=%00", "state__exact=%00", "kind__key__exact=a%00b"):
        assert staff_client.get(f"/admin/directory/organisation/?{query}").status_code == 400
    assert staff_client.get("/admin/directory/organisation/?q=x").status_code == 200


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("es", ("Segundos factores", "Historial")),
        ("fr", ("Seconds facteurs", "Historique")),
    ],
)
def test_every_part_of_the_administration_is_named_in_the_language(client, language, names):
    client.force_login(staff_with_factor()[0])
    page = client.get("/admin/", headers={"accept-language": language}).content.decode()
    for name in names:
        assert name in page
    for name in ("MFA", "uthenticators", "ghistory"):
        assert f">{name}" not in page
        assert f"> {name}" not in page
