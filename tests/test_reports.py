"""Readers tell the moderators what is wrong with a published contribution, and programs do not."""

import re
from html import unescape

import pytest
from django.core import signing
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from contributions.models import Contribution, Report
from contributions.rights import erase, export_for
from tests import factories as make
from tests.open_forms import earlier, send
from tests.pages import filled, get

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _plain(settings):
    settings.DEMO = True
    call_command("createcachetable")
    cache.clear()


def address_of(record, language="en"):
    return f"/{language}/contributions/{record.reference}/report/"


@pytest.fixture
def read_at(monkeypatch):
    return earlier(monkeypatch, "report", 10)


def test_a_reader_reports_without_an_account_and_is_thanked(client, read_at):
    record = make.contribution(version=3)
    page = get(client, f"/en/contributions/{record.reference}/")
    assert address_of(record) in page
    send(client, address_of(record), read_at, reason="rights", text="The second picture is ours.")
    told = Report.objects.get()
    assert (told.reason, told.text, told.version, told.language, told.user) == (
        "rights", "The second picture is ours.", 3, "en", None
    )  # fmt: skip
    assert "Thank you." in get(client, f"{address_of(record)}?sent")
    # Nothing happens by itself.
    assert Contribution.objects.get().is_published


@pytest.mark.parametrize("language", ["es", "fr", "en"])
def test_the_page_is_for_people_and_not_for_search_engines(client, language):
    answer = client.get(address_of(make.contribution(), language))
    assert answer.status_code == 200
    assert 'content="noindex"' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert f'lang="{language}"' in answer.content.decode()


@pytest.mark.parametrize("state", ["received", "returned", "declined", "unpublished", "withdrawn"])
def test_what_is_not_public_cannot_be_reported(client, state):
    record = make.contribution(state=state, published_at=timezone.now())
    assert client.get(address_of(record)).status_code == 404
    assert client.post(address_of(record), {"reason": "spam"}).status_code == 404


@pytest.mark.parametrize("state", ["unpublished", "withdrawn", "received"])
def test_what_is_written_about_work_that_is_no_longer_public_is_shown_back(client, read_at, state):
    record = make.contribution()
    typed = {"reason": "rights", "text": "The second picture is ours."}
    form = filled(get(client, address_of(record)), having={"website": ""}, read_at=read_at, **typed)
    Contribution.objects.filter(pk=record.pk).update(state=state)
    answer = client.post(address_of(record), form)
    page = unescape(answer.content.decode())
    assert answer.status_code == 404
    assert all(words in page for words in ("not public now", typed["text"], str(Report.Reason.RIGHTS.label)))
    assert record.title not in page
    assert not Report.objects.exists()


def test_what_is_missing_is_said_and_nothing_typed_is_lost(client, read_at):
    record = make.contribution()
    page = send(client, address_of(record), read_at, 400, text="My words.")
    assert "Choose what is wrong." in page
    assert "My words." in page
    page = send(client, address_of(record), read_at, 400, reason="other", text=" ")
    assert "Say in a sentence what is wrong." in page
    send(client, address_of(record), read_at, 400, reason="nothing", text="x")
    page = send(client, address_of(record), read_at, 400, reason="spam", text="x" * 2001)
    assert not Report.objects.exists()
    send(client, address_of(record), read_at, reason="spam", text="With a \x07 bell.")
    assert Report.objects.get().text == "With a  bell."


def test_programs_that_fill_everything_or_answer_at_once_are_asked_again(client, read_at, monkeypatch):
    record = make.contribution()
    for wrong in (
        {"read_at": signing.dumps("", salt="report")},
        {"read_at": ""},
        {"read_at": "made up"},
        {"read_at": earlier(monkeypatch, "report", 90_000)},
        {"read_at": read_at, "website": "https://example.org"},
    ):
        page = send(
            client,
            address_of(record),
            **{"read_at": read_at, "status": 400, "reason": "spam", "text": "Kept.", **wrong},
        )
        assert "once more" in page
        again = filled(page, having={"website": ""})
        assert (again["text"], again["reason"]) == (["Kept."], ["spam"])
    assert not Report.objects.exists()


def test_one_network_does_not_send_without_end(client, read_at, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "report": "2/h/ip"}
    record = make.contribution()
    for _number in range(2):
        send(client, address_of(record), read_at, reason="spam")
    page = send(client, address_of(record), read_at, 429, reason="spam", text="Kept as well.")
    assert "Kept as well." in page
    assert Report.objects.count() == 2


def moderator(group):
    user = make.allow(make.moderator(group), "view_contribution", "change_contribution")
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client, user


def reported(record, text="This is ours.", **values):
    return Report.objects.create(
        contribution=record, reason="rights", text=text, language="en", version=record.version, **values
    )


def test_moderators_read_reports_beside_the_text_and_settle_what_they_have_read():
    record = make.contribution(title="Reported")
    told = reported(record)
    client, user = moderator(record.call.group)
    assert "report by a reader waits" in client.get("/admin/").content.decode()
    assert "Reported" in client.get("/admin/contributions/report/").content.decode()
    assert "flag--reported" in client.get(
        "/admin/contributions/contribution/", {"state__exact": "published"}
    ).content.decode()  # fmt: skip
    page = f"/admin/contributions/contribution/{record.pk}/change/"
    opened = client.get(f"/admin/contributions/report/{told.pk}/change/")
    assert opened["Location"] == f"{page}#reports"
    html = client.get(page).content.decode()
    assert "This is ours." in html
    later = reported(record, "Came while they read.")
    client.post(page, filled(html, having={"reports": str(told.pk)}, settle="1"))
    told.refresh_from_db()
    later.refresh_from_db()
    assert (told.settled_by, later.settled_by) == (user, None)
    html = client.get(page).content.decode()
    assert "This is ours." not in html
    assert "Came while they read." in html
    assert "This is ours." in client.get("/admin/contributions/report/", {"settled": "yes"}).content.decode()
    client.post("/admin/contributions/report/", {"action": "settle", "_selected_action": [later.pk]})
    assert not Report.objects.waiting().exists()


def test_nobody_settles_reports_about_their_own_work():
    record = make.contribution()
    told = reported(record)
    client, user = moderator(record.call.group)
    Contribution.objects.filter(pk=record.pk).update(author=user)
    page = f"/admin/contributions/contribution/{record.pk}/change/"
    assert 'name="settle"' not in client.get(page).content.decode()
    assert client.post(page, {"settle": "1", "reports": told.pk}).status_code == 403
    client.post("/admin/contributions/report/", {"action": "settle", "_selected_action": [told.pk]})
    assert Report.objects.waiting().get() == told


def test_whoever_may_only_read_settles_nothing_and_strange_numbers_do_no_harm():
    record = make.contribution()
    told = reported(record)
    reader = Client()
    reader.force_login(make.allow(make.moderator(record.call.group), "view_contribution"))
    page = f"/admin/contributions/contribution/{record.pk}/change/"
    assert reader.post(page, {"settle": "1", "reports": told.pk}).status_code == 403
    client, _user = moderator(record.call.group)
    for strange in ("", "x", "-1", "9" * 40):
        assert client.post(page, {"settle": "1", "reports": strange}).status_code == 302
    assert Report.objects.waiting().count() == 1


def test_a_report_is_in_the_data_of_whoever_was_signed_in_and_goes_with_them(client, read_at):
    user = make.person()
    client.force_login(user)
    record = make.contribution()
    send(client, address_of(record), read_at, reason="people", text="My neighbour Rosa did not agree.")
    assert "My neighbour Rosa" in str(list(export_for(user)["reports"]))
    erase(user)
    told = Report.objects.get()
    assert (told.user, told.text, told.reason) == (None, "", "people")


def test_the_public_page_of_a_contribution_still_sets_no_cookie(client):
    record = make.contribution()
    assert not client.get(f"/en/contributions/{record.reference}/").cookies
    page = client.get(f"/en/contributions/{record.reference}/").content.decode()
    assert re.search(r'<a href="[^"]*/report/" rel="nofollow">', page)
