"""The whole way in a real browser: from reading a call to the published page, the moderators included,
with and without JavaScript, by keyboard, and axe on every page passed."""

import re
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.management import call_command
from django.test import Client

from accounts.models import OutgoingMail
from contributions.models import Contribution, Draft
from tests import factories as make
from tests.pages import violations
from tests.test_browser import CHROMIUM

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium: apt-get install chromium"),
]

WORDS = {
    "es": {
        "write": "Escribir una contribución",
        "title": "Tres años de ferias",
        "reason": "¿Cuántas ferias fueron?",
    },
    "fr": {
        "write": "Écrire une contribution",
        "title": "Trois ans de foires",
        "reason": "Combien de foires ?",
    },
    "en": {
        "write": "Write a contribution",
        "title": "Three years of fairs",
        "reason": "How many fairs were there?",
    },
}
SEND = '#contribution button[name="do"][value="submit"]:visible'
PASSWORD = "una frase larga 7"


@pytest.fixture
def call(live_server, db, settings):
    settings.PUBLIC_ORIGIN = live_server.url
    call_command("createcachetable")
    caches["pages"].clear()
    make.organisation(slug="ripess", name="Red Intercontinental", acronym="RIPESS")
    return make.call(slug="ferias", title="Relatos de ferias", closes_at=None)


def windows(browser, **options):
    """One context with what a phone or a desk has."""
    return browser.new_context(reduced_motion="reduce", bypass_csp=True, **options)


def checked(page, wrong, where):
    """Note what axe finds, and whether the page is wider than the window."""
    wrong += [f"{where}: {found}" for found in violations(page)]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append(f"{where}: wider than the window")


def press(page, do):
    page.click(f'#contribution button[name="do"][value="{do}"]:visible')
    page.wait_for_load_state()


def moderators_desk(browser, site, call, **options):
    """The administration as a moderator of the group enters it: password, then second factor."""
    user = make.moderator(call.group, email="alice@example.org", password=PASSWORD)
    user = make.allow(user, "view_contribution", "change_contribution")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    page = windows(browser, **options).new_page()
    page.goto(f"{site}/admin/")
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_selector("[name=code]")
    page.fill(
        "[name=code]", format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    )
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/admin/")
    return page


def to_the_oldest(desk, wrong=None):
    """From the front page of the administration, over the queue, to what waits longest."""
    looked = [] if wrong is None else wrong
    look = checked if wrong is not None else lambda *_parts: None
    desk.goto(f"{urlsplit(desk.url).scheme}://{urlsplit(desk.url).netloc}/admin/")
    look(desk, looked, "front page of the administration")
    desk.click("#content a[href*='/admin/contributions/contribution/?']")
    desk.wait_for_load_state()
    look(desk, looked, "queue")
    desk.click("#result_list tbody th a >> nth=0")
    desk.wait_for_selector("#decide")
    look(desk, looked, "reading")


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [
        ("es", 390, "dark"),
        ("fr", 390, "light"),
        ("en", 390, "light"),
        ("es", 1280, "light"),
        ("fr", 1280, "light"),
        ("en", 1280, "dark"),
    ],
)
def test_from_the_call_to_the_published_page_with_the_account_made_last(
    browser, live_server, call, language, width, scheme
):
    wrong, words = [], WORDS[language]
    context = windows(browser, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{live_server.url}/{language}/calls/ferias/")
    checked(page, wrong, "call")
    page.click(f"text={words['write']}")
    page.wait_for_load_state()
    checked(page, wrong, "form")
    page.fill("#text", "## Partida\n\nUn texto **importante**.")
    press(page, "submit")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    checked(page, wrong, "errors")
    page.click(".error-summary a >> nth=0")
    assert page.evaluate("document.activeElement.id") == "title"
    page.fill("#title", words["title"])
    page.fill("#author_name", "Lucía Andrango")
    page.fill("#organisation", "ripess")
    page.check("#consent")
    page.set_input_files("#files", {"name": "nota.txt", "mimeType": "text/plain", "buffer": b"Una nota."})
    press(page, "preview")
    assert page.inner_text("#preview strong") == "importante"
    checked(page, wrong, "preview")
    press(page, "submit")
    page.wait_for_url("**/account/login/**")
    checked(page, wrong, "sign in")
    page.click('main a[href*="signup"]')
    page.wait_for_load_state()
    for name, value in (("email", "lucia@example.org"), ("password1", PASSWORD), ("password2", PASSWORD)):
        page.fill(f"[name={name}]", value)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_selector("[name=code]")
    code = re.search(r": ([A-Z0-9-]{6,})", OutgoingMail.objects.get(to="lucia@example.org").text)[1]
    page.fill("[name=code]", code)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_selector("#contribution")
    assert page.input_value("#title") == words["title"]
    assert "nota.txt" in page.inner_text("#attachments")
    checked(page, wrong, "last step")
    press(page, "submit")
    page.wait_for_url("**/account/contributions/**")
    record = Contribution.objects.get()
    assert record.reference in page.inner_text("main")
    assert page.evaluate("Object.keys(localStorage)") == []
    checked(page, wrong, "receipt")
    page.goto(f"{live_server.url}/{language}/account/contributions/")
    checked(page, wrong, "my contributions")
    desk = moderators_desk(
        browser, live_server.url, call, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    to_the_oldest(desk, wrong)
    desk.click("#step-return summary")
    desk.fill("#return_reason", words["reason"])
    desk.click("#step-return button.default")
    desk.wait_for_selector(".messagelist .success")
    letter = OutgoingMail.objects.get(to="lucia@example.org", text__contains=words["reason"])
    page.goto(re.search(rf"http\S+{record.reference}/", letter.text)[0])
    assert words["reason"] in page.inner_text("main")
    checked(page, wrong, "returned")
    page.click(".actions a.button")
    page.wait_for_selector("#contribution")
    page.fill("#text", "## Partida\n\nUn texto **más largo**.")
    press(page, "submit")
    page.wait_for_url("**/account/contributions/**")
    checked(page, wrong, "second receipt")
    to_the_oldest(desk, wrong)
    assert desk.locator("#difference ins").count()
    desk.click(".decide:has([name=step][value=publish]) button")
    desk.wait_for_selector(".messagelist .success")
    desk.context.close()
    reader = windows(browser, viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    reader.goto(f"{live_server.url}/{language}/calls/ferias/")
    reader.click(f"main a:has-text('{words['title']}')")
    reader.wait_for_url(f"**/contributions/{record.reference}/")
    assert reader.inner_text("h1") == words["title"]
    assert reader.inner_text(".prose strong") == "más largo"
    checked(reader, wrong, "published")
    reader.context.close()
    context.close()
    assert wrong == []


def test_everything_works_without_javascript_and_the_language_changes_on_the_way(browser, live_server, call):
    person = make.person(email="lucia@example.org", password=PASSWORD)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    context = windows(browser, viewport={"width": 390, "height": 900}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/es/calls/ferias/contribute/")
    page.fill("#title", "Tres años de ferias")
    page.fill("#text", "Un texto **importante**.")
    page.set_input_files("#files", {"name": "nota.txt", "mimeType": "text/plain", "buffer": b"Una nota."})
    press(page, "attach")
    page.click('.languages a[hreflang="fr"]')
    press(page, "switch:fr")
    assert "/fr/" in page.url
    assert page.input_value("#title") == "Tres años de ferias"
    assert page.input_value("#language") == "es"
    page.fill("#author_name", "Lucía")
    page.check("#consent")
    press(page, "submit")
    page.fill("[name=login]", "lucia@example.org")
    page.fill("[name=password]", PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_selector("#contribution")
    press(page, "submit")
    record = Contribution.objects.get()
    assert record.reference in page.inner_text("main")
    assert record.attachments.count() == 1
    page.click('button[value="withdraw"]')
    page.wait_for_load_state()
    page.click('button[value="restore"]')
    page.wait_for_load_state()
    assert Contribution.objects.get().state == "received"
    desk = moderators_desk(browser, live_server.url, call, java_script_enabled=False)
    to_the_oldest(desk)
    desk.click(".decide:has([name=step][value=publish]) button")
    desk.wait_for_selector(".messagelist .success")
    desk.context.close()
    page.goto(f"{live_server.url}/es/contributions/{record.reference}/")
    assert page.inner_text("h1") == "Tres años de ferias"
    assert page.inner_text(".prose strong") == "importante"
    context.close()


def signed_in(browser, site, **options):
    """A window of a person with an account, and the person."""
    person = make.person(email="lucia@example.org")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    client = Client()
    client.force_login(person)
    context = windows(browser, **options)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
    return context, person


def twice_pressed(page):
    page.dblclick(SEND)


def pressed_again_after_a_lost_answer(page):
    """The first press comes to us, and the line breaks before our answer is there."""

    def lose(route):
        route.fetch(max_redirects=0)
        route.abort("aborted")

    page.route("**/contribute/", lose, times=1)
    with page.expect_event("requestfailed"):
        page.click(SEND, no_wait_after=True)
    assert Contribution.objects.count() == 1
    page.click(SEND)


@pytest.mark.parametrize(
    ("press_both", "javascript"),
    [(twice_pressed, True), (twice_pressed, False), (pressed_again_after_a_lost_answer, False)],
)
def test_two_presses_make_one_contribution(browser, live_server, call, press_both, javascript):
    context, person = signed_in(browser, live_server.url, java_script_enabled=javascript)
    page = context.new_page()
    page.goto(f"{live_server.url}/es/calls/ferias/contribute/")
    page.fill("#title", "Tres años de ferias")
    page.fill("#text", "Un texto.")
    page.fill("#author_name", "Lucía")
    page.check("#consent")
    press_both(page)
    page.wait_for_url("**/account/contributions/**")
    record = Contribution.objects.get()
    assert record.reference in page.inner_text("main")
    assert record.version == 1
    assert OutgoingMail.objects.filter(to=person.email).count() == 1
    context.close()


def test_the_language_changes_with_chosen_files_and_nothing_is_lost(browser, live_server, call):
    context = windows(browser, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(f"{live_server.url}/es/calls/ferias/contribute/")
    page.fill("#title", "Tres años de ferias")
    page.select_option("#language", "es")
    page.set_input_files(
        "#files",
        [
            {"name": "nota.txt", "mimeType": "text/plain", "buffer": b"Una nota."},
            {"name": "programa.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x90\x00"},
        ],
    )
    # What cannot be kept is named before anything else happens, and the rest is kept.
    page.click('.languages a[hreflang="fr"]')
    page.wait_for_selector("#files_error")
    assert "programa.exe" in page.inner_text("#files_error")
    assert page.input_value("#title") == "Tres años de ferias"
    page.click('.languages a[hreflang="fr"]')
    page.wait_for_url("**/fr/calls/ferias/contribute/**")
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert page.input_value("#title") == "Tres años de ferias"
    assert page.input_value("#language") == "es"
    assert "nota.txt" in page.inner_text("#attachments .write__files")
    assert [file.original_name for file in Draft.objects.get().attachments.all()] == ["nota.txt"]
    context.close()


def test_the_draft_is_saved_while_one_writes_and_comes_back_after_a_broken_connection(
    browser, live_server, call
):
    context = windows(browser)
    page = context.new_page()
    page.goto(f"{live_server.url}/es/calls/ferias/contribute/")
    page.fill("#title", "Tres años")
    page.fill("#co_authors", "Amina, amina@example.org")
    page.wait_for_selector("[data-state]:visible", timeout=5000)
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "Tres años" in kept
    assert "amina@example.org" not in kept
    with page.expect_response(lambda answer: answer.request.method == "POST", timeout=20000):
        page.wait_for_url("**/contribute/*-*/", timeout=20000)
    draft = Draft.objects.get()
    assert draft.data["title"] == "Tres años"
    context.set_offline(True)
    page.fill("#title", "Tres años de ferias")
    page.wait_for_function("JSON.stringify(localStorage).includes('de ferias')")
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(f"{live_server.url}/es/calls/ferias/contribute/{draft.pk}/")
    assert page.input_value("#title") == "Tres años"
    page.click("#contribution .notice--sun button >> nth=0")
    assert page.input_value("#title") == "Tres años de ferias"
    context.close()


def test_whoever_is_signed_out_while_writing_is_told_that_the_text_is_kept(browser, live_server, call):
    context, person = signed_in(browser, live_server.url)
    page = context.new_page()
    page.clock.install()
    page.goto(f"{live_server.url}/fr/calls/ferias/contribute/")
    page.fill("#title", "Trois ans")
    page.click('#contribution .actions button[value="save"]')
    page.wait_for_url("**/contribute/*-*/")
    Session.objects.all().delete()
    page.fill("#title", "Trois ans de foires")
    page.clock.fast_forward(15_000)
    link = page.locator("[data-state] a")
    link.wait_for(timeout=10_000)
    assert "gardé chez nous" in page.inner_text("[data-state]")
    link.click()
    page.wait_for_url("**/account/login/?next=*")
    assert Draft.objects.get(rescued_for=person).data["title"] == "Trois ans de foires"
    context.close()


def test_the_keyboard_alone_writes_and_saves(browser, live_server, call):
    context = windows(browser)
    page = context.new_page()
    page.goto(f"{live_server.url}/es/calls/ferias/contribute/")
    page.focus("#title")
    page.keyboard.type("Tres años")
    # Return in a field saves the draft; it neither sends nor removes anything.
    page.keyboard.press("Enter")
    page.wait_for_url("**/contribute/*-*/")
    assert Draft.objects.get().data["title"] == "Tres años"
    for _n in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "save":
            break
    assert page.evaluate("document.activeElement.textContent.trim()") == "Guardar el borrador"
    context.close()


def test_a_closed_call_and_a_late_press_pass_axe(browser, live_server, call):
    wrong = []
    context = windows(browser, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(f"{live_server.url}/es/calls/ferias/contribute/")
    page.fill("#title", "Tres años")
    page.fill("#text", "Un texto.")
    page.fill("#author_name", "Lucía")
    page.check("#consent")
    call.close_now()
    press(page, "submit")
    assert "está cerrada" in page.inner_text("h1")
    checked(page, wrong, "late")
    page.goto(f"{live_server.url}/es/calls/ferias/contribute/")
    checked(page, wrong, "not open")
    assert page.locator("#contribution").count() == 0
    page.click("text=Tres años")
    page.wait_for_load_state()
    assert page.input_value("#text") == "Un texto."
    checked(page, wrong, "late draft")
    context.close()
    assert wrong == []
