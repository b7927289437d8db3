"""A person leaves without a trace: wholly or not at all, and again after a restore."""

import json
import shutil
import subprocess
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import OutgoingMail, User
from contributions.models import Attachment, Citation, Contribution, ContributionTranslation, Draft, StepTaken
from contributions.tasks import discard_expired_drafts
from ripess_hub import dump, embedded, rights
from ripess_hub.tasks import housekeeping
from tests import factories as make
from tests.leaving import PASSWORD, somebody_everywhere
from tests.pages import address_of, get
from tests.stored import every_file, everything_stored, unpacked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]


@pytest.fixture
def canary():
    return somebody_everywhere()


# Leaving.


def leave(client, email="canary@example.org"):
    return client.post("/en/account/erase/", {"email": email})


def test_the_page_says_exactly_what_goes_and_what_stays(client, canary):
    client.force_login(canary["user"])
    page = get(client, "/en/account/erase/")
    goes, stays = page.split('id="stays-heading"')
    assert "5 contributions that are not public" in goes
    assert "2 drafts" in goes
    for state, record in canary["works"].items():
        assert (f">{record.title}<" in stays) is (state == "published")
        assert (f">{record.title}<" in goes) is (state != "published")


def test_somebody_leaves_with_address_and_password_and_is_signed_out_everywhere(client, canary):
    client.post("/en/account/login/", {"login": "canary@example.org", "password": PASSWORD})
    elsewhere = Client()
    elsewhere.force_login(canary["user"])
    wrong = leave(client, "somebody@example.org")
    assert wrong.status_code == 400
    page = wrong.content.decode()
    # The mistake is told before everything else, also to who has no script.
    assert "data-focus" in page.split('id="goes-heading"')[0]
    asked = leave(client, " Canary@Example.org ")
    assert "/account/reauthenticate/" in asked["Location"]
    refused = client.post(asked["Location"], {"password": "wrong"})
    assert refused.status_code == 200
    assert User.objects.filter(email="canary@example.org").exists()
    done = client.post(asked["Location"], {"password": PASSWORD}, follow=True)
    assert done.redirect_chain[-1][0].endswith("/account/erased/")
    assert done.status_code == 200
    assert not User.objects.filter(email="canary@example.org").exists()
    for browser in (client, elsewhere):
        assert browser.get(reverse("account_home")).status_code == 302
    assert not client.cookies["sessionid"].value


def test_an_account_without_a_password_is_left_by_typing_its_address(client):
    user = make.person(email="codes@example.org")
    client.force_login(user)
    assert leave(client, "other@example.org").status_code == 400
    assert leave(client, "codes@example.org")["Location"].endswith("/account/erased/")
    assert not User.objects.filter(pk=user.pk).exists()


def test_whoever_left_leaves_no_trace_in_the_database_or_the_files(
    client, canary, django_capture_on_commit_callbacks
):
    assert "canary" in everything_stored().lower()
    assert "canary" in every_file().lower()
    number = canary["user"].pk
    with django_capture_on_commit_callbacks(execute=True):
        assert rights.erase(canary["user"])
    assert "canary" not in everything_stored().lower()
    assert "canary" not in every_file().lower()
    # What others are promised stays.
    assert f"'_auth_user_id': '{number}'" not in everything_stored()
    published = Contribution.objects.get(pk=canary["works"]["published"].pk)
    assert (published.author, published.author_name, published.state) == (None, "", "published")
    assert [one.number for one in published.versions.all()] == [2]
    assert published.attachments.get().original_name == "published.pdf"
    assert published.co_authors.get().email == "binta@example.org"
    assert every_file().count("%PDF-") == 1
    assert set(Contribution.objects.values_list("pk", flat=True)) == {
        published.pk, canary["theirs"].pk, canary["judged"].pk,
    }  # fmt: skip
    assert Draft.objects.get(contribution=published).data == {}
    assert Draft.objects.get(user=canary["other"]).data["co_authors"] == "Fatou, fatou@example.org"
    assert canary["theirs"].versions.get().rest["co_authors"] == ["Fatou"]
    translation = ContributionTranslation.objects.get()
    assert (translation.language, translation.translator, translation.translator_name) == ("fr", None, "")
    # The log keeps every step, by nobody.
    steps = StepTaken.objects.filter(reference=published.reference)
    assert [step.step for step in steps.order_by("pk")] == ["submit", "return", "erase"]
    assert not steps.filter(by=number).exists()
    assert not StepTaken.objects.exclude(reference=canary["judged"].reference).exclude(reason="").exists()
    decision = StepTaken.objects.get(reference=canary["judged"].reference)
    assert (decision.step, decision.by, decision.reason) == ("decline", None, "Out of scope.")
    # Mail to others stays, without the name; invitations to what is gone are not sent.
    assert OutgoingMail.objects.filter(to=canary["other"].email).exists()
    assert OutgoingMail.objects.filter(to="binta@example.org").count() == 1


def test_published_work_stands_under_its_organisation_or_a_former_participant(client, canary):
    works = canary["works"]
    alone = make.contribution(call=works["published"].call, author=canary["user"], title="Alone")
    address = address_of(works["published"])
    assert "C. Canary" in get(client, address)
    caught = client.get(address)
    assert b"C. Canary" in caught.content
    rights.erase(canary["user"])
    # Without emptying the cache of pages: the next request shows it.
    page = client.get(address).content.decode()
    assert "Canary" not in page
    assert "Network of the Andes" in page
    assert "Former participant" in get(client, address_of(alone))
    for state, record in works.items():
        if state != "published":
            assert client.get(address_of(record)).status_code == 404
    for address in ("/en/contributions/", "/en/contributions/?q=canary", "/en/search/?q=canary", "/sitemap.xml",
                    "/api/v1/contributions/"):  # fmt: skip
        listed = get(client, address).replace("?q=canary", "").replace("“canary”", "").lower()
        assert "c. canary" not in listed
    client.force_login(make.staff())
    listed = client.get(
        reverse("admin:contributions_contribution_changelist"), {"state__exact": "published"}
    ).content.decode()
    assert "Alone" in listed
    assert "Canary" not in listed


def test_a_guideline_still_leads_to_the_words_of_whoever_left(client, canary):
    sent = canary["works"]["published"]
    group = sent.call.group
    for number in (1, 2):
        challenge = make.challenge(group=group, text=f"Challenge {number}", slug=f"challenge-{number}")
        Citation.objects.create(challenge=challenge, contribution=sent, quote=sent.text)
        make.guideline(group=group, text=f"Guideline {number}", challenges={challenge})
    rights.erase(canary["user"])
    page = get(client, f"{address_of(group)}outcomes/")
    assert page.count(f'href="{address_of(sent)}#used-in"') == 2
    assert "<p>text</p>" in page
    assert 'href="#challenge-challenge-1"' in page
    assert "Canary" not in page
    used = get(client, address_of(sent)).split('id="used-in"')[1]
    assert f"{address_of(group)}outcomes/#challenge-challenge-2" in used


def test_the_working_copy_of_somebody_who_left_is_nobodys(client, canary):
    rights.erase(canary["user"])
    holder = Draft.objects.get(contribution=canary["works"]["published"])
    assert not Draft.objects.editable_by(canary["other"], held=[str(holder.pk)]).filter(pk=holder.pk).exists()
    assert not Draft.objects.expired().unsent().exists()
    Draft.objects.filter(pk=holder.pk).update(saved_at=timezone.now() - timedelta(days=99))
    discard_expired_drafts()
    assert Attachment.objects.filter(contributions=canary["works"]["published"]).exists()


def test_staff_who_delete_a_person_in_the_admin_erase_them_as_well(client, canary):
    client.force_login(make.staff())
    address = reverse("admin:accounts_user_delete", args=[canary["user"].pk])
    page = get(client, address)
    assert "Canary Quispe" in page
    client.post(address, {"post": "yes"})
    assert not User.objects.filter(pk=canary["user"].pk).exists()
    stored = everything_stored().lower()
    # The confirmation to the staff member names whom they deleted, until it is shown.
    assert "canary@example.org" not in stored
    second = make.person(email="second@example.org")
    sent = make.contribution(author=second, author_name="Second Person")
    data = {"action": "delete_selected", "_selected_action": [second.pk], "post": "yes"}
    client.post(reverse("admin:accounts_user_changelist"), data)
    sent.refresh_from_db()
    assert sent.author_name == ""
    assert set(rights.noted()) >= {canary["user"].pk, second.pk}


# Wholly or not at all; and again after a restore.


def test_an_erasure_that_cannot_be_noted_is_not_done(client, canary, settings):
    (settings.DATA_DIR / "erasures").write_text("in the way")
    user = canary["user"]
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    answer = leave(client)
    assert answer.status_code == 503
    assert "nothing was changed" in get_text(answer)
    assert Contribution.objects.filter(author=user).count() == len(Contribution.State.values)
    assert Draft.objects.filter(user=user).exists()
    assert "canary" in every_file()


def get_text(answer):
    return answer.content.decode()


def test_an_erasure_that_a_crash_broke_off_is_completed_by_housekeeping(canary):
    with transaction.atomic():
        rights.erase(canary["user"])
        transaction.set_rollback(True)
    assert User.objects.filter(pk=canary["user"].pk).exists()
    housekeeping()
    assert not User.objects.filter(pk=canary["user"].pk).exists()
    assert "canary" not in everything_stored().lower()


def program(name, *arguments):
    """Run one of PostgreSQL's programs on the test's database."""
    database = connection.settings_dict
    address = f"host={database['HOST']} user={database['USER']} dbname={database['NAME']}"
    command = [embedded._postgres_programs() / name, *arguments, "--dbname", address]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


@pytest.mark.django_db(transaction=True)
def test_whoever_left_is_erased_again_after_a_restore_and_nobody_else(client, canary, settings, tmp_path):
    user, other = canary["user"], canary["other"]
    made = dump.make()
    assert "C. Canary" in unpacked(made.open().read()).decode(errors="replace")
    backup, files = tmp_path / "dump.sql", tmp_path / "backup"
    program("pg_dump", "--clean", "--if-exists", "--file", backup)
    shutil.copytree(settings.MEDIA_ROOT, files)
    number = user.pk
    rights.erase(user)
    assert "canary" not in (everything_stored() + every_file()).lower()
    # The archive that named them is gone at once; the next one does not.
    assert client.get("/data/ripess-hub.zip").status_code == 503
    assert not list(settings.MEDIA_ROOT.glob("dumps/*"))
    assert "C. Canary" not in unpacked(dump.make().open().read()).decode(errors="replace")
    connection.close()
    program("psql", "--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1", "--file", backup)
    shutil.copytree(files, settings.MEDIA_ROOT, dirs_exist_ok=True)
    assert User.objects.get(pk=number).email == "canary@example.org"
    assert Draft.objects.filter(user=number).exists()
    call_command("replay_erasures", stdout=(said := StringIO()))
    assert "1" in said.getvalue()
    assert "canary" not in (everything_stored() + every_file()).lower()
    assert Contribution.objects.get(pk=canary["works"]["published"].pk).author is None
    assert User.objects.filter(pk=other.pk).exists()
    assert rights.replay_erasures() == 0
    assert list(rights.noted()) == [number]


def test_the_number_of_somebody_who_left_may_be_given_to_somebody_new():
    first = make.person()
    number = first.pk
    rights.erase(first)
    second = make.person(id=number)
    assert rights.replay_erasures() == 0
    assert User.objects.filter(pk=second.pk).exists()


def test_the_log_of_erasures_is_a_number_and_an_instant_and_survives_a_torn_line():
    first, second = make.person(), make.person()
    numbers = [first.pk, second.pk]
    rights.erase(first)
    with open(rights.log(), "a") as file:
        file.write('{"person": 12')
    rights.erase(second)
    assert list(rights.noted()) == numbers
    lines = [json.loads(line) for line in rights.log().read_text().splitlines() if line.endswith("}")]
    assert [set(line) for line in lines] == [{"person", "at"}] * 2
    assert rights.log().stat().st_mode & 0o077 == 0


def test_what_has_expired_is_cleared_unopened_and_the_sessions_of_others_stay(
    monkeypatch, django_capture_on_commit_callbacks
):
    left, stays = make.person(email="canary@example.org"), make.person()
    for user in (left, left, stays):
        Client().force_login(user)
    waiting = SessionStore()
    waiting["account_login"] = {"email": left.email}
    waiting.save()
    for _number in range(3):
        old = SessionStore()
        old["account_login"] = {"email": left.email}
        old.save()
        Session.objects.filter(pk=old.session_key).update(expire_date=timezone.now() - timedelta(days=1))
    opened, decoded = [], Session.get_decoded
    monkeypatch.setattr(Session, "get_decoded", lambda self: opened.append(1) or decoded(self))
    with django_capture_on_commit_callbacks(execute=True), CaptureQueriesContext(connection) as asked:
        assert rights.erase(left)
    assert len(opened) == 4
    removed = [one for one in asked if one["sql"].startswith('DELETE FROM "django_session"')]
    # Theirs in one statement; the expired go after the commit.
    assert len(removed) == 1
    assert Session.objects.get().get_decoded()["_auth_user_id"] == str(stays.pk)


def test_erasing_twice_changes_nothing_more(canary):
    assert rights.erase(canary["user"])
    stored = everything_stored()
    assert not rights.erase(User(pk=next(iter(rights.noted()))))
    assert everything_stored() == stored


# What belongs to nobody.


def test_drafts_of_nobody_go_after_two_weeks_and_those_of_people_stay(django_capture_on_commit_callbacks):
    old, fresh, owned = make.draft(), make.draft(), make.draft(make.person())
    make.attachment(old, name="old.pdf", content=b"%PDF- old words")
    Draft.objects.filter(pk__in=[old.pk, owned.pk]).update(
        saved_at=timezone.now() - timedelta(days=14, hours=1)
    )
    Draft.objects.filter(pk=fresh.pk).update(saved_at=timezone.now() - timedelta(days=13, hours=23))
    with django_capture_on_commit_callbacks(execute=True):
        discard_expired_drafts()
    assert set(Draft.objects.values_list("pk", flat=True)) == {fresh.pk, owned.pk}
    assert "old words" not in every_file()
    assert Citation.objects.count() == 0
