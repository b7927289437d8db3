"""Accounts by e-mail: sign-up, codes, second factor, the administration's door."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import OutgoingMail, User
from accounts.rights import erase, export_for
from tests import factories
from tests.stored import everything_stored

pytestmark = pytest.mark.django_db
PASSWORD = "una frase bastante larga"


@pytest.fixture(autouse=True)
def _fresh_limits():
    from django.core.cache import cache

    call_command("createcachetable")
    cache.clear()


def code_of(mail):
    return re.search(r": ([A-Z0-9-]{6,})$", mail.text, re.M).group(1)


def verified(**values):
    user = factories.person(password=PASSWORD, **values)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


SUBJECTS = {
    "es": "Su código para confirmar su correo electrónico",
    "fr": "Votre code pour confirmer votre adresse électronique",
    "en": "Your code to confirm your e-mail address",
}


@pytest.mark.parametrize("language", ["es", "fr", "en"])
def test_somebody_signs_up_confirms_by_code_and_is_signed_in(client, language):
    answer = client.post(
        f"/{language}/account/signup/",
        {"email": "Awa@Example.org", "password1": PASSWORD, "password2": PASSWORD, "display_name": "Awa"},
    )
    assert answer.status_code == 302
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.language, mail.subject, mail.holds_code) == (
        "awa@example.org",
        language,
        SUBJECTS[language],
        True,
    )
    client.post(answer["Location"], {"code": code_of(mail)})
    user = User.objects.get()
    assert (user.email, user.display_name, user.language) == ("awa@example.org", "Awa", language)
    assert EmailAddress.objects.get().verified
    assert client.get(f"/{language}/account/").status_code == 200


def test_a_form_of_the_account_pages_that_holds_an_error_says_so_before_its_title(client):
    address = "/fr/account/signup/"
    assert "<title>Inscription" in client.get(address).content.decode()
    form = {"email": "awa@example.org", "password1": "un-long-secret-7", "password2": "un-autre-secret-7"}
    page = client.post(address, form).content.decode()
    assert "<title>Erreur\u00a0: Inscription" in page
    assert "Mot de passe (confirmation)\u00a0: " in page
    assert 'role="alert"' in page
    assert 'href="#id_password2"' in page


def test_a_wrong_code_signs_nobody_in(client):
    answer = client.post(
        "/en/account/signup/", {"email": "awa@example.org", "password1": PASSWORD, "password2": PASSWORD}
    )
    client.post(answer["Location"], {"code": "WRONG1"})
    assert not EmailAddress.objects.filter(verified=True).exists()
    assert client.get("/en/account/").status_code == 302


def kept(client):
    """The cookies a browser still has of signing in."""
    return {
        name for name in ("sessionid", "messages") if client.cookies.get(name) and client.cookies[name].value
    }


def test_sign_in_by_password_or_by_code_and_sign_out_without_a_trace(client):
    user = verified()
    assert client.post("/en/account/login/", {"login": user.email, "password": "wrong"}).status_code == 200
    assert client.post("/en/account/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
    assert client.get("/en/account/").status_code == 200
    assert kept(client) == {"sessionid"}
    answer = client.post("/en/account/logout/")
    assert answer["Location"] == "/en/"
    assert kept(client) == set()
    answer = client.post("/fr/account/login/code/", {"email": user.email})
    mail = OutgoingMail.objects.get()
    client.post(answer["Location"], {"code": code_of(mail)})
    assert client.get("/en/account/").status_code == 200


def test_a_sign_in_that_is_broken_off_leaves_no_trace_either(client):
    user = with_factor(verified())
    answer = client.post("/en/account/login/", {"login": user.email, "password": PASSWORD})
    assert "/2fa/authenticate/" in answer["Location"]
    assert kept(client) == {"sessionid"}
    answer = client.post("/en/account/logout/", {"next": "/en/account/login/"})
    assert answer["Location"] == "/en/account/login/"
    assert kept(client) == set()


def test_whoever_signs_up_may_choose_another_language_than_the_pages(client):
    page = client.get("/fr/account/signup/").content.decode()
    assert re.search(r'<option value="fr" selected>', page)
    data = {"email": "awa@example.org", "password1": PASSWORD, "password2": PASSWORD, "language": "en"}
    client.post("/fr/account/signup/", {**data, "language": "xx"})
    assert not User.objects.exists()
    client.post("/fr/account/signup/", data)
    assert User.objects.get().language == "en"


def test_a_second_sign_up_with_an_address_says_nothing_on_the_page_and_tells_its_owner(client):
    user = verified(language="fr")
    data = {"email": user.email.upper(), "password1": PASSWORD, "password2": PASSWORD}
    answer = client.post("/en/account/signup/", data)
    assert answer["Location"] == "/en/account/confirm-email/"
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.language, mail.holds_code) == (user.email, "fr", False)
    assert "/account/password/reset/" in mail.text
    assert User.objects.count() == 1


def test_a_forgotten_password_is_replaced_by_code_and_a_new_code_can_be_asked_for(client):
    user = verified(language="en")
    answer = client.post("/en/account/password/reset/", {"email": user.email})
    first = code_of(OutgoingMail.objects.get())
    page = client.get(answer["Location"])
    assert user.email in page.content.decode()
    answer = client.post(answer["Location"], {"code": first})
    new = "otra frase bastante larga"
    client.post(answer["Location"], {"password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(new)
    told = OutgoingMail.objects.order_by("pk").last()
    assert (told.subject, told.holds_code) == ("A change of your account", False)
    # Signing in by code offers another one.
    answer = client.post("/en/account/login/code/", {"email": user.email})
    client.post(answer["Location"], {"action": "resend"})
    assert OutgoingMail.objects.filter(holds_code=True).count() == 3


def test_guessing_passwords_is_stopped(client, settings):
    user = verified()
    for _try in range(5):
        client.post("/en/account/login/", {"login": user.email, "password": "wrong"})
    answer = client.post("/en/account/login/", {"login": user.email, "password": PASSWORD})
    assert "Too many failed login attempts" in answer.content.decode()
    assert client.get("/en/account/").status_code == 302


def test_a_rate_limit_answers_429_in_the_readers_language_and_the_hubs_look(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/m/ip"}
    data = {"email": "awa@example.org", "password1": "x", "password2": "y"}
    client.post("/fr/account/signup/", data)
    answer = client.post("/fr/account/signup/", data)
    assert answer.status_code == 429
    assert '<html lang="fr"' in answer.content.decode()
    assert 'class="masthead"' in answer.content.decode()


def test_an_unknown_address_is_told_by_mail_alone(client):
    answer = client.post("/en/account/login/code/", {"email": "nobody@example.org"})
    assert answer.status_code == 302
    assert OutgoingMail.objects.get().subject == "There is no account with this address"


def test_settings_are_changed_and_errors_keep_what_was_typed(client):
    user = verified()
    client.force_login(user)
    page = client.post(
        "/en/account/settings/", {"display_name": "Rosa", "language": "xx", "time_zone": "America/Quito"}
    )
    assert page.status_code == 400
    text = page.content.decode()
    assert 'value="Rosa"' in text
    assert "data-focus" in text
    answer = client.post(
        "/en/account/settings/", {"display_name": "Rosa", "language": "es", "time_zone": "America/Guayaquil"}
    )
    assert answer["Location"] == "/es/account/"
    user.refresh_from_db()
    assert (user.display_name, user.language, user.time_zone) == ("Rosa", "es", "America/Guayaquil")


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_signup",
        "account_reset_password",
        "account_request_login_code",
        "account_logout",
    ],
)
@pytest.mark.parametrize("language", ["es", "fr", "en"])
def test_the_pages_of_strangers_answer_in_the_hubs_look(client, name, language):
    from django.utils.translation import override

    with override(language):
        response = client.get(reverse(name), follow=True)
    assert response.status_code == 200
    assert 'class="masthead"' in response.content.decode()
    assert 'class="nav"' in response.content.decode()


@pytest.mark.parametrize(
    "name",
    [
        "account_home",
        "account_settings",
        "account_email",
        "account_change_password",
        "mfa_index",
        "mfa_activate_totp",
    ],
)
def test_private_pages_send_strangers_to_sign_in_and_are_never_cached(client, name):
    address = reverse(name)
    assert "/account/login/" in client.get(address)["Location"]
    client.force_login(verified())
    response = client.get(address)
    if response.status_code == 302:
        assert "reauthenticate" in response["Location"]
    else:
        assert response.status_code == 200
        assert 'class="masthead"' in response.content.decode()


def with_factor(user):
    TOTP.activate(user, generate_totp_secret())
    return user


def test_the_administration_lets_in_staff_with_a_second_factor_and_nobody_else(client, settings):
    def door():
        return client.get("/admin/", follow=False)

    assert door().status_code == 302
    assert "/account/login/" in client.get("/admin/login/")["Location"]
    client.force_login(verified())
    assert client.get("/admin/", follow=True).status_code == 404
    staff = verified(is_staff=True, is_superuser=True)
    client.force_login(staff)
    sent = client.get("/admin/", follow=True).redirect_chain
    assert any("/2fa/totp/activate/" in step for step, _status in sent)
    settings.DEMO = True
    assert door().status_code == 200
    settings.DEMO = False
    assert door().status_code == 302
    with_factor(staff)
    assert door().status_code == 200
    assert Authenticator.objects.filter(user=staff).exists()
    staff.is_staff = False
    staff.save()
    assert client.get("/admin/", follow=True).status_code == 404


@pytest.mark.parametrize("model", ["organisation", "agreement", "event", "sector", "region", "country"])
def test_the_administration_lists_and_opens_every_kind_of_record(admin_client, model):
    from django.apps import apps

    if model in ("organisation", "agreement", "event"):
        record = (
            getattr(factories, model)(name_es="Uno")
            if model == "organisation"
            else getattr(factories, model)()
        )
    else:
        record = {"sector": lambda: factories.term(apps.get_model("directory", "Sector"), "x", facet="theme"),
                  "region": factories.region, "country": factories.country}[model]()  # fmt: skip
    base = f"admin:directory_{model}"
    assert admin_client.get(reverse(f"{base}_changelist"), {"q": "uno"}).status_code == 200
    page = admin_client.get(reverse(f"{base}_change", args=[record.pk]))
    assert page.status_code == 200
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "//ajax" not in page.content.decode()
    assert admin_client.get(reverse(f"{base}_history", args=[record.pk])).status_code == 200


@pytest.fixture
def admin_client(client):
    client.force_login(with_factor(verified(is_staff=True, is_superuser=True)))
    return client


def test_staff_publish_and_withdraw_by_the_models_step_and_the_history_names_them(admin_client):
    record = factories.organisation(publication="draft")
    address = reverse("admin:directory_organisation_changelist")
    admin_client.post(address, {"action": "publish", "_selected_action": [record.pk]})
    record.refresh_from_db()
    assert record.is_published
    page = admin_client.post(address, {"action": "publish", "_selected_action": [record.pk]}, follow=True)
    assert "su estado no permite este paso" in page.content.decode()
    event = record.history.order_by("-pgh_id").first()
    assert event.pgh_context.metadata["user"] == User.objects.get(is_staff=True).pk
    form = admin_client.get(reverse("admin:directory_organisation_change", args=[record.pk])).content.decode()
    assert 'name="publication"' not in form


def test_the_front_page_says_what_needs_attention(admin_client):
    factories.organisation(publication="draft")
    OutgoingMail.objects.create(to="a@example.org", language="es", message_id="<1@x>", state="failed")
    page = admin_client.get("/admin/").content.decode()
    assert "organización en borrador" in page
    assert "correo que falló" in page


def test_each_figure_of_the_front_page_counts_the_list_it_leads_to(admin_client):
    now = timezone.now()
    factories.call(closes_at=now + timedelta(days=3))
    factories.call(closes_at=now + timedelta(days=30))
    for number, attempts in enumerate((0, 3)):
        OutgoingMail.objects.create(
            to="a@example.org", language="es", message_id=f"<{number}@x>", attempts=attempts
        )
    OutgoingMail.objects.create(to="a@example.org", language="es", message_id="<3@x>", state="failed")
    factories.organisation(publication="draft")
    rows = admin_client.get("/admin/").context["attention"]
    assert len(rows) == 4
    for row in rows:
        assert admin_client.get(row["url"]).context["cl"].result_count == row["count"], row["text"]


def test_the_first_staff_account_can_sign_in_at_once(monkeypatch, client):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", email="First@Example.org", interactive=False, verbosity=0)
    user = User.objects.get()
    assert (user.email, user.is_staff, user.is_superuser) == ("first@example.org", True, True)
    assert client.post("/es/account/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
    assert client.get("/es/account/").status_code == 200


def test_a_persons_data_can_be_taken_away_and_erased(client, admin_client):
    user, other = verified(email="canary@example.org", display_name="Canary"), verified()
    second = EmailAddress.objects.create(user=with_factor(user), email="canary2@example.org")
    OutgoingMail.objects.put(user.email, "notice", {}, language="fr", user=user)
    OutgoingMail.objects.put(second.email, "sign_in_code", {"code": "X"}, language="fr", holds_code=True)
    OutgoingMail.objects.put(other.email, "notice", {}, language="fr", user=other)
    data = {
        "email": user.email,
        "display_name": "Canary",
        "language": "fr",
        "time_zone": "UTC",
        "is_active": "on",
    }
    admin_client.post(reverse("admin:accounts_user_change", args=[user.pk]), data)
    for somebody in (user, other):
        Client().post("/en/account/login/", {"login": somebody.email, "password": PASSWORD})
        Client().force_login(somebody)
    data = export_for(user)
    assert data["account"]["email"] == user.email
    assert [address["email"] for address in data["addresses"]] == [user.email, second.email]
    assert data["second_factor"]
    # The text of a mail with a code is not part of it.
    assert [mail["to"] for mail in data["mail"]] == [user.email]
    assert "canary" in everything_stored().lower()
    number = user.pk
    erase(user)
    stored = everything_stored()
    assert "canary" not in stored.lower()
    assert f"'_auth_user_id': '{number}'" not in stored
    assert f"'_auth_user_id': '{other.pk}'" in stored
    assert OutgoingMail.objects.get().to == other.email


def test_addresses_are_one_account_whatever_their_case():
    factories.person(email="one@example.org")
    with pytest.raises(ValidationError):
        User(email="ONE@example.org").full_clean()
    with pytest.raises(ValidationError, match="time zone|zona horaria"):
        User(email="two@example.org", password="x", time_zone="Mars/Base").full_clean()


def test_the_local_mail_page_is_of_the_demonstration_alone(client, settings):
    assert client.get("/en/account/mail/").status_code == 404
    settings.DEMO = True
    assert "Nothing was sent yet." in client.get("/en/account/mail/").content.decode()
    # What the outbox delivers to the folder can be read there, codes included; newest first.
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = settings.DATA_DIR / "mail"
    for code in ("ABC-123", "DEF-456"):
        OutgoingMail.objects.put("awa@example.org", "reset_code", {"code": code}, language="fr")
        OutgoingMail.objects.send_due()
    page = client.get("/en/account/mail/").content.decode()
    assert page.index("DEF-456") < page.index("ABC-123")
    settings.DEMO = False
    assert client.get("/en/account/mail/").status_code == 404


def test_time_zones_are_offered_by_region_and_ones_own_is_kept(client):
    client.force_login(verified(time_zone="Cuba"))
    page = client.get("/en/account/settings/").content.decode()
    assert '<optgroup label="Africa">' in page
    assert '<option value="Africa/Bamako">Bamako</option>' in page
    assert '<option value="Cuba" selected>Cuba</option>' in page
