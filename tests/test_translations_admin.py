"""Translations of contributions in the admin: the original beside, the version kept, the stale flagged."""

import threading
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from contributions.admin.translations import ContributionTranslationAdmin
from contributions.models import Contribution, ContributionTranslation, Step
from tests import factories as make
from tests.pages import FormReader

pytestmark = pytest.mark.django_db
LIST = "/admin/contributions/contributiontranslation/"
VOLUNTEER = ("view_contributiontranslation", "add_contributiontranslation", "change_contributiontranslation")


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    settings.DEMO = True


def signed_in(user):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def volunteer():
    return signed_in(make.allow(make.person(is_staff=True, display_name="Vera"), *VOLUNTEER))


def published(**typed):
    record = make.submitted(**typed)
    judge = make.moderator(record.call.group)
    record.judge(Step.PUBLISH, by=judge, version=record.version)
    return record


def changed_since(record, **typed):
    """It is taken back, changed by its author and published again, as version 2."""
    judge = make.moderator(record.call.group)
    record.judge(Step.UNPUBLISH, by=judge, version=1, reason="x")
    record.judge(Step.REOPEN, by=judge, version=1, reason="x")
    make.revised(record, **typed)
    record.refresh_from_db()
    record.judge(Step.PUBLISH, by=judge, version=2)
    return record


def add_address(record, language):
    return f"{LIST}add/?contribution={record.pk}&language={language}"


def change_address(translation):
    return reverse("admin:contributions_contributiontranslation_change", args=[translation.pk])


def form(html, **typed):
    found = next(one for one in FormReader(html).forms if "version_shown" in one)
    return {**found, **{name: [value] for name, value in typed.items()}}


def test_what_lacks_a_translation_is_chosen_from_a_list():
    record = published(title="Lo que aprendimos", language="es")
    other = published(title="Otra cosa", language="es")
    page = volunteer().get(f"{LIST}add/", {"q": "aprendimos"}).content.decode()
    assert f"contribution={record.pk}&amp;language=fr" in page
    assert f"contribution={record.pk}&amp;language=es" not in page
    assert other.reference not in page
    for strange in ("%", "\\", "'", "x" * 3000):
        assert volunteer().get(f"{LIST}add/", {"q": strange}).status_code == 200


def test_a_translation_is_written_with_the_original_beside_and_names_its_version():
    record = published(title="Lo que aprendimos", text="Contamos **juntas**.", language="es")
    client = volunteer()
    html = client.get(add_address(record, "fr")).content.decode()
    assert "Contamos **juntas**." in unescape(html)
    data = form(html, title="Ce que nous avons appris", text="Nous comptons **ensemble**.")
    assert data["language"] == ["fr"]
    assert client.post(add_address(record, "fr"), data).status_code == 302
    made = ContributionTranslation.objects.get()
    assert (made.source_version, made.translator.display_name, made.publication) == (1, "Vera", "draft")
    assert "Nous comptons" not in Client().get(f"/fr/contributions/{record.reference}/").content.decode()
    client.post(LIST, {"action": "publish", "_selected_action": [made.pk]})
    assert "Nous comptons" in Client().get(f"/fr/contributions/{record.reference}/").content.decode()
    client.post(LIST, {"action": "withdraw", "_selected_action": [made.pk]})
    assert "Nous comptons" not in Client().get(f"/fr/contributions/{record.reference}/").content.decode()


def test_it_is_refused_in_the_language_of_the_original_and_a_second_time():
    record = published(language="es")
    client = volunteer()
    html = client.get(add_address(record, "fr")).content.decode()
    refused = client.post(add_address(record, "es"), form(html, title="T", text="Kept words", language="es"))
    assert "This is the language of the original." in unescape(refused.content.decode())
    assert "Kept words" in refused.content.decode()
    data = form(html, title="T", text="T")
    assert client.post(add_address(record, "fr"), data).status_code == 302
    refused = client.post(add_address(record, "fr"), data)
    assert "There is a translation into this language already." in unescape(refused.content.decode())
    assert ContributionTranslation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_at_once_the_second_finds_what_the_first_saved(monkeypatch):
    record = published(language="es")
    client = volunteer()
    data = form(client.get(add_address(record, "fr")).content.decode(), title="T", text="Kept words")
    save = ContributionTranslationAdmin.save_model

    def elsewhere():
        same = {"contribution_id": record.pk, "language": "fr", "title": "T", "text": "T"}
        ContributionTranslation.objects.create(**same, source_version=1)
        connection.close()

    def late(self, *args, **values):
        monkeypatch.undo()
        first = threading.Thread(target=elsewhere)
        first.start()
        first.join()
        return save(self, *args, **values)

    monkeypatch.setattr(ContributionTranslationAdmin, "save_model", late)
    page = client.post(add_address(record, "fr"), data)
    assert page.status_code == 200
    assert "There is a translation into this language already." in unescape(page.content.decode())
    assert "Kept words" in page.content.decode()
    assert ContributionTranslation.objects.count() == 1


def test_a_stale_translation_is_flagged_in_the_list_and_on_the_front_page_until_it_follows():
    record = published(text="Contamos juntas.", language="es")
    client = volunteer()
    html = client.get(add_address(record, "fr")).content.decode()
    client.post(add_address(record, "fr"), form(html, title="T", text="Nous comptons."))
    made = ContributionTranslation.objects.get()
    assert "older than its original" not in client.get("/admin/").content.decode()
    changed_since(record, text="Contamos juntas y en voz alta.")
    assert "the original is at version 2" in client.get(LIST).content.decode()
    assert "Des" not in client.get(LIST, {"stale": "no"}).content.decode()
    assert client.get(LIST, {"stale": "yes"}).context["cl"].result_count == 1
    assert "translation older than its original" in client.get("/admin/").content.decode()
    page = unescape(client.get(change_address(made)).content.decode())
    assert "y en voz alta" in page
    assert "What changed from version 1 to version 2" in page
    data = form(page, text="Nous comptons à voix haute.")
    data.pop("up_to_date", None)
    client.post(change_address(made), data)
    made.refresh_from_db()
    assert (made.source_version, made.text) == (1, "Nous comptons à voix haute.")
    data = form(unescape(client.get(change_address(made)).content.decode()), up_to_date=["on"])
    client.post(change_address(made), data)
    made.refresh_from_db()
    assert made.source_version == 2
    assert "older than its original" not in client.get("/admin/").content.decode()


def test_the_version_that_counts_is_the_one_that_stood_beside_the_form():
    record = published(text="One.", language="es")
    client = volunteer()
    html = client.get(add_address(record, "fr")).content.decode()
    changed_since(record, text="One two.")
    client.post(add_address(record, "fr"), form(html, title="T", text="Un."))
    made = ContributionTranslation.objects.get()
    assert made.source_version == 1
    assert made.is_stale
    for strange in ("99", "0", "x", ""):
        data = {**form(client.get(change_address(made)).content.decode()), "version_shown": [strange]}
        assert client.post(change_address(made), data).status_code in (200, 302)
        made.refresh_from_db()
        assert made.source_version <= 2


def test_a_version_that_was_never_published_is_shown_to_moderators_alone():
    record = make.submitted(text="Private first words.", language="es")
    judge = make.moderator(record.call.group)
    made = ContributionTranslation.objects.create(
        contribution=record, language="fr", title="T", text="T", source_version=1
    )
    make.revised(record, text="Public second words.")
    record.refresh_from_db()
    record.judge(Step.PUBLISH, by=judge, version=2)
    page = volunteer().get(change_address(made)).content.decode()
    assert "Public second words." in page
    assert "Private first" not in page
    moderator = signed_in(make.allow(judge, *VOLUNTEER, "view_contribution"))
    assert "Private" in moderator.get(change_address(made)).content.decode()


def test_translators_do_not_choose_another_contribution_on_the_way():
    record, private = published(language="es"), make.submitted(language="es")
    client = volunteer()
    html = client.get(add_address(record, "fr")).content.decode()
    data = form(html, title="T", text="T", contribution=str(private.pk))
    assert client.post(add_address(record, "fr"), data).status_code == 404
    for strange in ("x", "-1", "9" * 30, "1e3"):
        assert client.get(f"{LIST}add/?contribution={strange}").status_code == 404
    assert not ContributionTranslation.objects.exists()
    assert Contribution.objects.count() == 2
