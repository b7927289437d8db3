"""Two people edit one record in the administration: neither overwrites the other unseen."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from directory.models import Organisation
from tests import factories as make
from tests.pages import filled
from tests.test_accounts import verified, with_factor

pytestmark = pytest.mark.django_db


def staff(**values):
    client = Client()
    client.force_login(with_factor(verified(is_staff=True, is_superuser=True, language="en", **values)))
    return client


def opened(client, record, **typed):
    """`(address, what is sent)` when somebody opens the record, types and presses “Save”."""
    name = f"admin:{record._meta.app_label}_{record._meta.model_name}_change"
    address = reverse(name, args=[record.pk])
    return address, as_sent(client.get(address), **typed)


def as_sent(page, **typed):
    return filled(page.content.decode(), having={"shown": page.context["shown"]}, **typed)


def errors(page):
    return page.context["adminform"].form.errors


@pytest.fixture
def two():
    return staff(display_name="Amina"), staff(display_name="Bayani")


def test_the_second_to_save_is_told_what_the_first_changed_and_saves_over_it_only_then(two):
    record = make.organisation(name="Red de redes", city="Quito")
    first, second = two
    address, late = opened(second, record, name_es="Red andina", city="Bamako")
    here, early = opened(first, record, name_es="Red de cooperativas")
    assert first.post(here, early).status_code == 302
    page = second.post(address, late)
    assert page.status_code == 200
    record.refresh_from_db()
    assert (record.name_es, record.city) == ("Red de cooperativas", "Quito")
    # Who it was, what was typed, and beside it what is there now.
    assert "Amina" in str(errors(page)["__all__"])
    assert "Red de cooperativas" in str(errors(page)["name_es"])
    assert "Quito" in str(errors(page)["city"])
    assert set(errors(page)) == {"__all__", "name_es", "city"}
    again = as_sent(page)
    assert again["name_es"] == ["Red andina"]
    assert again["shown"] != late["shown"]
    assert second.post(address, again).status_code == 302
    record.refresh_from_db()
    assert (record.name_es, record.city) == ("Red andina", "Bamako")


def test_a_change_by_nobody_known_is_told_in_words_too(two):
    record = make.organisation(city="Quito")
    address, late = opened(two[0], record, city="Bamako")
    Organisation.objects.filter(pk=record.pk).update(city="Lima")
    assert "Alguien guardó" in str(errors(two[0].post(address, late))["__all__"])


def test_an_error_of_ones_own_is_no_conflict(two):
    record = make.organisation(city="Quito")
    client = two[0]
    address, typed = opened(client, record, website="no address")
    page = client.post(address, typed)
    assert set(errors(page)) == {"website"}
    again = as_sent(page, website="https://example.org/")
    assert client.post(address, again).status_code == 302


@pytest.mark.parametrize("change", ["added", "changed", "deleted", "chosen"])
def test_parts_of_the_page_and_chosen_terms_count_too(two, change):
    record = make.organisation()
    relation = make.relation(record, make.organisation())
    address, typed = opened(two[0], record, city="Bamako")
    if change == "added":
        make.relation(record, make.organisation())
    elif change == "changed":
        relation.target = make.organisation()
        relation.save()
    elif change == "deleted":
        relation.delete()
    else:
        record.sectors.add(make.sector("finance"))
    page = two[0].post(address, typed)
    assert page.status_code == 200
    assert "__all__" in errors(page)
    assert Organisation.objects.get(pk=record.pk).city != "Bamako"


def test_a_translation_of_a_contribution_is_not_overwritten_either(two):
    from contributions.models import ContributionTranslation

    record = make.contribution(language="es")
    made = ContributionTranslation.objects.create(
        contribution=record, language="fr", title="Titre", text="Un texte", source_version=1
    )
    address, late = opened(two[1], made, title="Un titre")
    here, early = opened(two[0], made, text="Un autre texte")
    assert two[0].post(here, early).status_code == 302
    page = two[1].post(address, late)
    assert {"__all__", "title", "text"} <= set(errors(page))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_in_the_same_instant_one_is_told():
    record = make.organisation(city="Quito")
    sent = [
        (client, *opened(client, record, city=city))
        for client, city in ((staff(), "Bamako"), (staff(), "Manila"))
    ]
    start, answers = threading.Barrier(2), []

    def save(client, address, typed):
        start.wait()
        try:
            answers.append(client.post(address, typed).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=one) for one in sent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 302]


def test_a_second_press_of_what_the_first_saved_is_no_conflict(two):
    record = make.organisation(name="Red de redes", city="Quito")
    first, _second = two
    address, typed = opened(first, record, name_es="Red andina", city="Bamako")
    for _press in range(2):
        assert first.post(address, typed).status_code == 302
    record.refresh_from_db()
    assert (record.name_es, record.city) == ("Red andina", "Bamako")
