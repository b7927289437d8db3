"""Readers suggest corrections and missing records; staff of the directory settle them."""

from datetime import timedelta
from html import unescape

import pytest
from django.core import signing
from django.core.cache import cache
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from directory.merging import merge
from directory.models import Suggestion
from directory.models.suggestions import SENDER_KEPT
from ripess_hub.tasks import housekeeping
from tests import factories as make
from tests.open_forms import earlier, send
from tests.pages import filled, get

pytestmark = pytest.mark.django_db
KINDS = ["organisation", "agreement", "event"]
TYPED = {
    "text": "It moved to Dakar.", "source": "https://example.org/dakar", "name": "Awa", "email": "Awa@example.org"
}  # fmt: skip
MISSING = "/en/missing/organisation/"
QUEUE = "/admin/directory/suggestion/"


@pytest.fixture(autouse=True)
def _plain(settings):
    settings.DEMO = True
    call_command("createcachetable")
    cache.clear()


def of(record, kind="organisation", language="en"):
    return f"/{language}/{kind}s/{record.slug}/correction/"


@pytest.fixture
def read_at(monkeypatch):
    return earlier(monkeypatch, "suggestion", 10)


@pytest.mark.parametrize("kind", KINDS)
def test_a_reader_suggests_a_correction_without_an_account_and_is_thanked(client, read_at, kind):
    record = getattr(make, kind)()
    page = get(client, f"/en/{kind}s/{record.slug}/")
    assert f'href="{of(record, kind)}"' in page
    send(client, of(record, kind), read_at, **TYPED)
    told = Suggestion.objects.get()
    assert (told.kind, told.key, told.text, told.source) == (
        kind,
        record.slug,
        TYPED["text"],
        TYPED["source"],
    )
    assert (told.name, told.email, told.language, told.user, told.state) == (
        "Awa", "awa@example.org", "en", None, "new"
    )  # fmt: skip
    assert told.record == record
    assert "Thank you." in get(client, f"{of(record, kind)}?sent")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_missing_is_proposed_from_the_end_of_a_list_and_from_an_empty_one(client, read_at, kind):
    address = f"/en/missing/{kind}/"
    for page in (f"/en/{kind}s/", f"/en/{kind}s/?q=xyzzyqwert"):
        assert f'href="{address}"' in get(client, page)
    send(client, address, read_at, text="One is missing.")
    told = Suggestion.objects.get()
    assert (told.kind, told.key, told.record) == (kind, "", None)
    assert "Thank you." in get(client, f"{address}?sent")


@pytest.mark.parametrize("kind", KINDS)
def test_the_form_asks_of_a_missing_record_what_it_is_and_of_one_here_what_is_wrong(client, kind):
    missing = get(client, f"/en/missing/{kind}/")
    assert "What is missing?" in missing
    assert "wrong" not in missing
    record = {"organisation": make.organisation, "agreement": make.agreement, "event": make.event}[kind]()
    assert "What is wrong or missing?" in get(client, of(record, kind))


def test_a_search_that_finds_nothing_leads_to_proposing_what_is_missing(client):
    assert f'href="{MISSING}"' in get(client, "/en/search/?q=xyzzyqwert")


@pytest.mark.parametrize("language", ["es", "fr", "en"])
def test_the_form_is_for_people_not_for_search_engines_and_in_no_cache(client, language):
    record = make.organisation()
    for address in (of(record, language=language), f"/{language}/missing/event/"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert 'content="noindex"' in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        assert f'lang="{language}"' in answer.content.decode()
    # The page that leads there sets no cookie for it.
    assert not client.get(f"/{language}/organisations/{record.slug}/").cookies.keys() - {"csrftoken"}


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_public_looks_like_missing(client, kind, state):
    record = getattr(make, kind)(publication=state)
    assert client.get(of(record, kind)).status_code == 404
    assert client.post(of(record, kind), TYPED).status_code == 404
    assert client.get(f"/en/missing/{kind}x/").status_code == 404
    assert not Suggestion.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_about_a_record_withdrawn_meanwhile_is_shown_back(client, read_at, kind):
    """Whether there still is a record is nobody's to learn: one that never was is answered the same."""
    record = getattr(make, kind)()
    address = of(record, kind)
    form = filled(get(client, address), having={"website": ""}, read_at=read_at, **TYPED)
    record.withdraw()
    answers = [client.post(at, form) for at in (address, address.replace(record.slug, "never-was"))]
    pages = [unescape(answer.content.decode()) for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert all(word in pages[0] for word in ("not public now", *TYPED.values()))
    assert pages[0].replace(record.slug, "never-was") == pages[1]
    assert not Suggestion.objects.exists()
    hostile = {"text": "\x00" * 9, "email": b"\xed\xa0\x80x", "website": ["a", "b"]}
    assert client.post(address, hostile).status_code == 404


def test_of_a_record_merged_while_one_writes_the_one_that_stays_is_meant(client, read_at):
    stays, goes = make.organisation(), make.organisation()
    form = filled(get(client, of(goes)), having={"website": ""}, read_at=read_at, **TYPED)
    merge(goes, stays)
    assert client.post(of(goes), form).status_code == 302
    assert Suggestion.objects.get().key == stays.slug


def test_of_a_record_merged_meanwhile_the_one_that_stays_is_meant(client, read_at):
    gone, stays = make.organisation(), make.organisation()
    form = filled(get(client, of(gone)), having={"website": ""}, read_at=read_at, **TYPED)
    merge(gone, stays)
    assert client.post(of(gone), form).status_code == 302
    assert Suggestion.objects.get().key == stays.slug


def test_errors_are_said_and_nothing_typed_is_lost(client, read_at):
    record = make.organisation()
    page = send(client, of(record), read_at, 400, source="My source", name="Awa", email="nobody", text=" ")
    assert "Say in a sentence what we should know." in page
    for words in ("My source", "Awa", "nobody"):
        assert f'value="{words}"' in page
    long = "x" * 2001
    assert long in send(client, of(record), read_at, 400, text=long)
    assert not Suggestion.objects.exists()
    # A line break is one sign, whatever a browser sends for it.
    send(client, of(record), read_at, text="\r\n".join(["x"] * 1000) + " ", name="A\x07wa")
    told = Suggestion.objects.get()
    assert (len(told.text), told.name) == (1999, "Awa")


def test_programs_that_fill_everything_or_answer_at_once_are_asked_again(client, read_at, monkeypatch):
    for wrong in (
        {"read_at": signing.dumps("", salt="suggestion")},
        {"read_at": signing.dumps("", salt="report")},
        {"read_at": ""},
        {"read_at": earlier(monkeypatch, "suggestion", 90_000)},
        {"read_at": read_at, "website": "https://example.org"},
    ):
        page = send(client, MISSING, **{"read_at": read_at, "status": 400, **TYPED, **wrong})
        assert "once more" in page
        again = filled(page, having={"website": ""})
        assert (again["text"], again["name"]) == ([TYPED["text"]], ["Awa"])
    assert not Suggestion.objects.exists()


def test_one_network_does_not_send_without_end(client, read_at, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "suggestion": "2/h/ip"}
    for _number in range(2):
        send(client, MISSING, read_at, **TYPED)
    assert TYPED["text"] in send(client, MISSING, read_at, 429, **TYPED)
    assert Suggestion.objects.count() == 2


def suggestion(**values):
    return Suggestion.objects.create(
        **{"kind": "organisation", "text": "It moved.", "language": "en", **values}
    )


def test_the_database_keeps_state_and_instant_together_and_refuses_empty_words():
    told = suggestion()
    for wrong in ({"state": "done"}, {"settled_at": timezone.now()}, {"text": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Suggestion.objects.filter(pk=told.pk).update(**wrong)
    Suggestion.objects.filter(pk=told.pk).update(state="done", settled_at=timezone.now())


def signed_in(*permissions):
    user = make.allow(make.person(is_staff=True), *permissions)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client, user


def test_staff_read_the_queue_and_settle_what_they_acted_upon():
    record = make.organisation(name="Red Andina")
    told, other = suggestion(key=record.slug, name="Awa", email="awa@example.org"), suggestion()
    client, user = signed_in("view_suggestion", "change_suggestion", "view_organisation")
    front = client.get("/admin/").content.decode()
    assert "suggestions for the directory wait" in front
    assert f"{QUEUE}?state__exact=new" in front
    assert "It moved." in client.get(QUEUE, {"state__exact": "new"}).content.decode()
    page = client.get(f"{QUEUE}{told.pk}/change/").content.decode()
    for there in ("Red Andina", f"/admin/directory/organisation/{record.pk}/change/", "awa@example.org"):
        assert there in page
    assert client.post(f"{QUEUE}{told.pk}/change/", {"_done": "1", "text": "x"}).status_code == 302
    client.post(QUEUE, {"action": "declined", "_selected_action": [told.pk, other.pk]})
    told.refresh_from_db()
    other.refresh_from_db()
    # Whoever was first has said what became of it.
    assert (told.state, told.settled_by, told.text) == ("done", user, "It moved.")
    assert (other.state, other.settled_by) == ("declined", user)
    assert "for the directory wait" not in client.get("/admin/").content.decode()


def test_the_queries_of_the_queue_do_not_grow_with_its_rows(django_assert_max_num_queries):
    client, _user = signed_in("view_suggestion")
    for _number in range(12):
        suggestion(key=make.organisation().slug)
    with django_assert_max_num_queries(12):
        assert client.get(QUEUE).status_code == 200


def test_whoever_may_only_read_settles_nothing_and_moderators_see_no_suggestion():
    told = suggestion(key=make.organisation().slug)
    reader, _user = signed_in("view_suggestion")
    assert reader.get(f"{QUEUE}{told.pk}/change/").status_code == 200
    assert reader.post(f"{QUEUE}{told.pk}/change/", {"_done": "1"}).status_code == 403
    reader.post(QUEUE, {"action": "done", "_selected_action": [told.pk]})
    assert Suggestion.objects.waiting().get() == told
    moderator, _user = signed_in("view_contribution", "change_contribution")
    assert moderator.get(QUEUE).status_code == 403
    assert moderator.get(f"{QUEUE}{told.pk}/change/").status_code == 403
    assert "for the directory wait" not in moderator.get("/admin/").content.decode()


def test_who_sent_it_is_forgotten_a_stated_time_after_it_was_dealt_with(client):
    user = make.person()
    ago = timezone.now() - SENDER_KEPT
    values = {"name": "Awa", "email": "awa@example.org", "user": user}
    old = suggestion(**values, state="done", settled_at=ago - timedelta(minutes=1))
    kept = [suggestion(**values, state="done", settled_at=ago + timedelta(minutes=1)), suggestion(**values)]
    housekeeping()
    old.refresh_from_db()
    assert (old.name, old.email, old.user, old.text) == ("", "", None, "It moved.")
    for one in kept:
        one.refresh_from_db()
        assert (one.name, one.email, one.user) == ("Awa", "awa@example.org", user)
    assert f"{SENDER_KEPT.days} days after it was dealt with" in get(client, "/en/privacy/")
