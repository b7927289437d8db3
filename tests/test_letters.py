"""What letters say and carry: the reader's language, who may stop which, and nobody else's headers."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.letters import MailKind, look, read_stop_token, stop_token, unlinked
from accounts.models import OutgoingMail, User
from accounts.tasks import send_waiting_mail
from contributions import mail
from contributions.models import Contribution, Step
from directory.models import Representative
from ripess_hub.admin import attention
from tests import factories as make
from workinggroup.models import Call

pytestmark = pytest.mark.django_db
HUB = "https://hub.example.org"
LANGUAGES = ["es", "fr", "en"]
GREETING = {"es": "Hola, Awa:", "fr": "Bonjour Awa,", "en": "Hello Awa,"}
CLOSES = datetime(2027, 1, 15, 23, 59, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _public_address(settings):
    settings.PUBLIC_ORIGIN = HUB


def awa(language="en", **values):
    return make.person(**{"display_name": "Awa", "language": language, **values})


def received(author, **values):
    values.setdefault("call", make.call(closes_at=CLOSES, time_zone="Africa/Dakar"))
    return make.contribution(author=author, state="received", published_at=None, **values)


def judged(record, step, **more):
    """The letter that a decision causes."""
    states = {Step.UNPUBLISH: "published", Step.REOPEN: "declined"}
    Contribution.objects.filter(pk=record.pk).update(state=states.get(step, "received"), published_at=CLOSES)
    moderator = make.moderator(record.call.group)
    record.judge(step, by=moderator, version=record.version, **more)
    return OutgoingMail.objects.filter(user=record.author).latest("pk")


SUBJECTS = {
    Step.PUBLISH: ("Su contribución está publicada", "Votre contribution est publiée", "Your contribution is published"),
    Step.RETURN: ("Se piden cambios", "Des modifications sont demandées", "Changes are asked for"),
    Step.DECLINE: ("Su contribución no fue aceptada", "Votre contribution n'a pas été retenue", "Your contribution was not accepted"),
    Step.UNPUBLISH: ("Su contribución ya no es pública", "Votre contribution n'est plus publique", "Your contribution is no longer public"),
    Step.REOPEN: ("Su contribución se lee de nuevo", "Votre contribution est relue", "Your contribution is read again"),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", SUBJECTS)
def test_a_decision_is_told_in_the_authors_language_with_its_reason_and_the_way(step, language):
    record = received(awa(language, time_zone="America/La_Paz"), title="Lo que aprendimos")
    reason = "" if step == Step.PUBLISH else "Acorte el texto.\n\nAñada fuentes."
    letter = judged(record, step, reason=reason, edit_until=CLOSES)
    assert letter.subject.startswith(SUBJECTS[step][LANGUAGES.index(language)])
    assert record.reference in letter.subject
    assert GREETING[language] in letter.text
    assert "Lo que aprendimos" in letter.text
    assert f"{HUB}/{language}/account/contributions/{record.reference}/" in letter.text
    assert ("> Acorte el texto.\n>\n> Añada fuentes." in letter.text) == bool(reason)
    public = f"{HUB}/{language}/contributions/{record.reference}/"
    assert (public in letter.text) == (step == Step.PUBLISH)
    # Until when changes are taken, in the official zone, the reader's and UTC.
    assert ("23:59" in letter.text and "19:59" in letter.text) == (step == Step.RETURN)
    assert ("Africa/Dakar" in letter.text) == (step == Step.RETURN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_receipt_gives_reference_call_and_instant_in_three_zones(language):
    call = make.call(title="Relatos", time_zone="Asia/Kolkata")
    author = awa(language, time_zone="America/La_Paz")
    record = received(author, call=call, received_at=datetime(2026, 12, 1, 20, 0, 7, tzinfo=UTC))
    mail.receipt(record)
    letter = OutgoingMail.objects.get()
    assert record.reference in letter.text
    assert "Relatos" in letter.text
    for words in ("01:30:07", "Asia/Kolkata", "UTC+5:30", "16:00:07", "America/La_Paz", "20:00 UTC"):
        assert words in letter.text
    assert f"{HUB}/{language}/account/contributions/{record.reference}/" in letter.text


def test_a_zone_that_says_nothing_new_is_not_repeated():
    mail.receipt(received(awa(time_zone="Africa/Abidjan")))
    mail.receipt(received(awa(time_zone="UTC")))
    for letter in OutgoingMail.objects.all():
        assert "in your time zone" not in letter.text


def test_a_late_receipt_says_so_and_an_admitted_one_why():
    mail.receipt(received(awa(), late=True))
    assert "marked late" in OutgoingMail.objects.latest("pk").text
    mail.receipt(received(awa(), late=True), admitted="The power was cut.")
    text = OutgoingMail.objects.latest("pk").text
    assert "> The power was cut." in text
    assert "marked late" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_came_late_is_answered_with_both_instants_and_where_the_text_is(clock, language):
    call = make.call(closes_at=CLOSES, title="Relatos", time_zone="Africa/Dakar")
    author = awa(language)
    draft = make.draft(author, of=call)
    draft.late_at = CLOSES + timedelta(seconds=2)
    # The letter may be written later than that.
    with clock(CLOSES + timedelta(seconds=9)):
        mail.refused_late(draft, Call.objects.with_state().get(pk=call.pk), author)
    letter = OutgoingMail.objects.get()
    assert "23:59:00" in letter.text
    assert "23:59:02" in letter.text
    assert f"{HUB}/{language}/calls/{call.slug}/contribute/{draft.pk}/" in letter.text
    assert (letter.kind, letter.headers) == ("", {})


def test_a_co_author_is_asked_in_their_language_if_they_have_an_account_else_in_the_contributions():
    from allauth.account.models import EmailAddress

    record = received(awa(), language="fr")
    known = make.person(language="es", email="known@example.org")
    EmailAddress.objects.create(user=known, email=known.email, verified=True, primary=True)
    make.person(language="es", email="claimed@example.org")
    for name in ("known", "unknown", "claimed"):
        mail.ask_co_author(record.co_authors.create(name=name, email=f"{name}@example.org"))
    languages = dict(OutgoingMail.objects.values_list("to", "language"))
    assert languages == {"known@example.org": "es", "unknown@example.org": "fr", "claimed@example.org": "fr"}
    assert f"{HUB}/es/account/contributions/co-author/" in OutgoingMail.objects.get(user=known).text


def test_nobody_advertises_by_naming_strangers_as_co_authors():
    record = received(
        awa(),
        language="en",
        title="Win at https://spam.example/x or spam.example now",
        author_name="www.spam.example",
    )
    mail.ask_co_author(record.co_authors.create(name="Go to SPAM.EXAMPLE", email="rosa@example.org"))
    text = OutgoingMail.objects.get().text
    assert "spam" not in text.lower()
    assert "Win at … or … now" in text


def test_names_with_initials_are_no_addresses():
    assert unlinked("J. Rosa Quispe, A.B. Keita\r\nSr. Ndiaye") == "J. Rosa Quispe, A.B. Keita Sr. Ndiaye"


def test_representatives_are_told_of_what_is_published_on_behalf_unless_they_switched_that_off():
    organisation = make.organisation(name="Red de redes")
    one, other = make.person(language="fr"), make.person(mail_off=[MailKind.ON_BEHALF])
    for user in (one, other):
        Representative.objects.create(organisation=organisation, user=user)
    record = received(awa(), organisation=organisation)
    judged(record, Step.PUBLISH)
    letter = OutgoingMail.objects.get(kind="on_behalf")
    assert letter.user == one
    assert "Red de redes" in letter.subject
    assert f"{HUB}/fr/account/contributions/{record.reference}/disown/" in letter.text
    record.disown(by=one)
    letter = OutgoingMail.objects.filter(user=record.author).latest("pk")
    assert "Red de redes" in letter.text
    assert record.reference in letter.subject


HOSTILE = "Awa\r\nBcc: victim@example.org\u2028X\u202egnp.exe\x1b"


@pytest.mark.django_db(transaction=True)
def test_no_name_title_or_reason_starts_a_header_or_a_line_of_its_own(mail_server, settings):
    server = mail_server()
    organisation = make.organisation(name="Red\nBcc: victim@example.org")
    author = awa(display_name=HOSTILE)
    group = make.group(title="Grupo\r\nBcc: victim@example.org")
    call = make.call(group=group, title="Relatos\nBcc: victim@example.org", closes_at=CLOSES)
    record = received(author, call=call, title=HOSTILE, author_name="A\nBcc: b@example.org")
    Contribution.objects.filter(pk=record.pk).update(organisation=organisation)
    record.refresh_from_db()
    representative = make.person()
    Representative.objects.create(organisation=organisation, user=representative)
    mail.receipt(record)
    judged(record, Step.RETURN, reason=HOSTILE)
    judged(record, Step.PUBLISH)
    record.disown(by=representative)
    mail.ask_co_author(record.co_authors.create(name=HOSTILE, email="rosa@example.org"))
    late = make.draft(author, of=call)
    late.late_at = CLOSES
    mail.refused_late(late, Call.objects.with_state().get(pk=call.pk), author)
    send_waiting_mail()
    assert len(server.received) == OutgoingMail.objects.count() == 7
    expected = dict(OutgoingMail.objects.values_list("message_id", "to"))
    for envelope, message in zip(server.envelopes, server.messages, strict=True):
        assert message["Bcc"] is None
        assert envelope.rcpt_tos == [expected[message["Message-ID"]]]
        assert message["To"] == expected[message["Message-ID"]]
        text = message.get_body(("plain",)).get_content()
        assert not re.search(r"^Bcc:", text, re.M)
        assert not re.search("[\u2028\u202e\x00\x1b]", text + message["Subject"])


@pytest.mark.parametrize(
    "to", ["a@example.org\nBcc: b@example.org", "a@example.org, b@example.org", "a b@c.org", ""]
)
def test_what_is_no_single_address_gets_no_letter(to):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        OutgoingMail.objects.put(to, "notice", {}, language="es")
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_sender_is_ours_and_answers_go_to_the_team_never_to_another_reader(mail_server, settings):
    settings.DEFAULT_FROM_EMAIL, settings.CONTACT_EMAIL = "hub@hub.example.org", "equipo@ripess.example.org"
    server = mail_server()
    author = awa("fr")
    judged(received(author), Step.DECLINE, reason="Hors sujet.")
    send_waiting_mail()
    (message,), (envelope,) = server.messages, server.envelopes
    assert parseaddr(message["From"]) == ("Collaborations ESS", "hub@hub.example.org")
    assert envelope.mail_from == "hub@hub.example.org"
    assert message["Reply-To"] == "equipo@ripess.example.org"
    assert message["To"] == author.email
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Cc"] is None
    assert "équipe de la plateforme" in message.get_body(("plain",)).get_content()
    addresses = set(re.findall(r"[\w.+-]+@[\w.-]+", server.received[0].replace(author.email, "")))
    assert not addresses & set(User.objects.values_list("email", flat=True))


def test_without_an_address_of_the_team_answers_go_to_the_sender(settings):
    settings.CONTACT_EMAIL = ""
    mail.receipt(received(awa()))
    from django.core.mail import get_connection

    message = OutgoingMail.objects.get().message(
        get_connection("django.core.mail.backends.locmem.EmailBackend")
    )
    assert "Reply-To" not in message.message()


def test_the_html_links_the_hubs_own_addresses_and_no_others():
    shown = look(
        "S", f"Read https://evil.example/x\n{HUB}/en/a/\n\n> {HUB}/en/b/ <b>\n\n-- \nUs\n{HUB}/en/c/\n", "en"
    )
    (first, second), (signature,) = shown["blocks"], shown["signature"]
    assert (first["url"], first["lines"]) == (f"{HUB}/en/a/", ["Read https://evil.example/x"])
    assert second["quote"]
    assert second["lines"] == [f'<a href="{HUB}/en/b/" style="color:#171d52">{HUB}/en/b/</a> &lt;b&gt;']
    assert signature["url"] == f"{HUB}/en/c/"


# Stopping letters (RFC 8058).

TRANSACTIONAL = ["receipt", "decision", "refused_late", "co_author", "disowned", "notice", "sign_in_code"]


def optional_letter(user, kind=MailKind.ON_BEHALF):
    return OutgoingMail.objects.put(
        user.email, "notice", {"person": user}, language=user.language, user=user, kind=kind
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", MailKind)
def test_a_letter_that_may_be_stopped_says_how_to_people_and_to_mail_programs(mail_server, kind):
    server = mail_server()
    user = awa("fr")
    optional_letter(user, kind)
    send_waiting_mail()
    (message,) = server.messages
    (url,) = re.findall(r"^<(https://.*)>$", message["List-Unsubscribe"].strip())
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url.startswith(f"{HUB}/fr/account/letters/stop/")
    assert url in message.get_body(("plain",)).get_content()
    assert f'href="{url}"' in message.get_body(("html",)).get_content()
    assert read_stop_token(url.rstrip("/").rsplit("/", 1)[1]) == (user.pk, kind)


def test_without_https_no_one_click_is_promised(settings):
    settings.PUBLIC_ORIGIN = "http://localhost:8000"
    headers = optional_letter(awa()).headers
    assert "List-Unsubscribe" in headers
    assert "List-Unsubscribe-Post" not in headers


def test_letters_that_always_come_carry_no_way_to_stop_them():
    author = awa(mail_off=list(MailKind))
    record = received(author)
    mail.receipt(record)
    judged(record, Step.RETURN, reason="Shorter.")
    late = make.draft(author, of=record.call)
    late.late_at = CLOSES
    mail.refused_late(late, Call.objects.with_state().get(pk=record.call_id), author)
    OutgoingMail.objects.put(author.email, "notice", {"notice": "totp_activated"}, language="en", user=author)
    assert OutgoingMail.objects.count() == 4
    for letter in OutgoingMail.objects.all():
        assert (letter.kind, letter.headers) == ("", {})
        assert "/letters/stop/" not in letter.text


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_one_click_stops_a_kind_without_cookie_token_or_sign_in(content_type):
    user = awa("es")
    waiting, other = optional_letter(user), optional_letter(user, MailKind.CALLS)
    body = "List-Unsubscribe=One-Click"
    if content_type.startswith("multipart"):
        body = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    address = f"/es/account/letters/stop/{stop_token(user, MailKind.ON_BEHALF)}/"
    browser = Client(enforce_csrf_checks=True)
    assert browser.get(address).status_code == 200
    user.refresh_from_db()
    assert user.mail_off == []
    for _twice in range(2):
        answer = browser.post(address, body, content_type=content_type)
        assert answer.status_code == 200
        assert not answer.cookies
        user.refresh_from_db()
        assert user.mail_off == ["on_behalf"]
    assert not OutgoingMail.objects.filter(pk=waiting.pk).exists()
    assert OutgoingMail.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_stop_and_resume_a_kind_by_the_page_and_its_button(client, language):
    user = awa(language)
    address = f"/{language}/account/letters/stop/{stop_token(user, MailKind.CLOSING)}/"
    page = client.get(address)
    assert page["Cache-Control"].startswith("max-age=0, no-cache")
    assert not page.cookies
    assert 'value="stop"' in page.content.decode()
    assert 'value="again"' in client.post(address, {"do": "stop"}).content.decode()
    user.refresh_from_db()
    assert not user.wants(MailKind.CLOSING)
    assert 'value="again"' in client.get(address).content.decode()
    assert 'value="stop"' in client.post(address, {"do": "again"}).content.decode()
    user.refresh_from_db()
    assert user.wants(MailKind.CLOSING)


def test_a_token_is_for_one_person_and_kind_and_nobody_else_writes_one(client):
    user, other = awa(), awa()
    token = stop_token(user, MailKind.CALLS)
    name, signature = token.split(".")
    for wrong in (
        token[:-1],
        f"{other.pk}-calls.{signature}",
        f"{user.pk}-closing.{signature}",
        name,
        "x",
        "%00",
        stop_token(user, "security"),
    ):
        assert client.post(f"/en/account/letters/stop/{wrong}/").status_code == 404
    user.refresh_from_db()
    assert user.mail_off == []
    user.delete()
    assert client.post(f"/en/account/letters/stop/{token}/").status_code == 200


def test_people_choose_their_letters_and_see_that_mail_comes_back(client):
    user = awa("fr")
    client.force_login(user)
    address = "/fr/account/letters/"
    page = client.get(address).content.decode()
    assert 'name="wanted" value="calls"' in page
    assert 'value="digest"' not in page
    assert "est revenu" not in page
    waiting = optional_letter(user, MailKind.CLOSING)
    client.post(address, {"wanted": ["calls", "meetings", "on_behalf"]})
    user.refresh_from_db()
    assert user.mail_off == ["closing"]
    assert not OutgoingMail.objects.filter(pk=waiting.pk).exists()
    assert client.post(address, {"wanted": ["security"]}).status_code == 400
    User.objects.filter(pk=user.pk).update(mail_failed_at=CLOSES)
    assert "est revenu" in client.get(address).content.decode()
    assert "est revenu" in client.get("/fr/account/").content.decode()
    assert Client().get(address).status_code == 302


def test_moderators_alone_are_asked_about_the_daily_summary(client):
    user = make.person(is_staff=True)
    client.force_login(user)
    assert 'value="digest"' in client.get("/en/account/letters/").content.decode()


def test_the_choice_is_in_the_data_people_take_away():
    from accounts.rights import export_for

    assert export_for(awa(mail_off=["calls"]))["account"]["letters_switched_off"] == ["calls"]


def test_staff_see_failed_mail_with_its_reason_and_what_is_held_up():
    letter = optional_letter(awa())
    OutgoingMail.objects.filter(pk=letter.pk).update(state="failed", attempts=1, last_error="550 no")
    held = optional_letter(awa())
    OutgoingMail.objects.filter(pk=held.pk).update(attempts=3, last_error="ConnectionRefusedError")
    request = RequestFactory().get("/admin/")
    request.user = make.person(is_staff=True, is_superuser=True)
    found = [row for row in attention(admin.site, request) if "outgoingmail" in row["url"]]
    assert [row["count"] for row in found] == [1, 1]
    assert reverse("admin:accounts_outgoingmail_changelist")
