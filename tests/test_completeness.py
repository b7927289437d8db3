"""How much there is in each language is counted, shown to everybody, and a list of work for staff."""

import re

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from directory import completeness
from directory.models import Organisation
from tests import factories as make
from tests.pages import get
from tests.test_accounts import verified, with_factor

pytestmark = pytest.mark.django_db


def organisations():
    """Ten texts, of which Spanish has all, French nine and English seven."""
    for number in range(5):
        make.organisation(slug=f"o{number}", name=f"O {number}", description="Texto", acronym="")
    Organisation.objects.filter(slug="o0").update(description_fr="", acronym_es="OO")
    Organisation.objects.filter(slug__in=["o0", "o1"]).update(description_en="")
    Organisation.objects.filter(slug="o2").update(name_en="")


def words_of(client, address):
    """The words of a page on one line, with its spaces as they are."""
    return re.sub(r"[ \n]+", " ", strip_tags(get(client, address)))


def shares(found):
    return {share.language: (share.there, share.needed) for share in found}


def test_texts_are_counted_by_language_of_those_that_some_language_has():
    organisations()
    make.organisation(slug="draft", name="Draft", description="Text", publication="draft")
    Organisation.objects.filter(slug="draft").update(description_es="")
    make.organisation(slug="brief", name="Brief", description="")
    found = completeness.of_the_directory()[Organisation]
    assert shares(found) == {"es": (11, 11), "fr": (10, 11), "en": (8, 11)}
    assert [share.part for share in found] == [1, 0.9, 0.72]


def test_all_but_one_is_never_a_hundred_percent():
    assert completeness.Share("es", 999, 1000).part == 0.99


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("es", "Textos por idioma: español 100\u00a0%, francés 90\u00a0%, inglés 70\u00a0%"),
        ("fr", "Textes par langue\u00a0: espagnol 100\u00a0%, français 90\u00a0%, anglais 70\u00a0%"),
        ("en", "Texts by language: Spanish 100%, French 90%, English 70%"),
    ],
)
def test_lists_say_how_much_there_is_in_each_language(client, language, sentence):
    organisations()
    assert sentence in words_of(client, f"/{language}/organisations/")
    assert "Textos por idioma" not in get(client, "/es/events/")


def test_a_group_counts_its_own_texts_and_what_is_published_of_it(client):
    group = make.group(slug="grupo", title="Grupo", theme_block="Gobernanza")
    make.paragraph(group, "Contexto")
    call = make.call(group=group, title="Convocatoria", text="Texto")
    make.call_question(call)
    hidden = make.call(group=group, title="Oculta", publication="draft")
    type(hidden).objects.filter(pk=hidden.pk).update(title_fr="")
    assert "French 100%" in words_of(client, "/en/groups/grupo/")
    type(call).objects.filter(pk=call.pk).update(text_fr="")
    page = words_of(client, "/en/groups/grupo/")
    assert "French 100%" not in page
    assert "Spanish 100%" in page


def test_staff_list_what_lacks_a_text_and_see_which_one_on_its_page(client):
    organisations()
    client.force_login(with_factor(verified(is_staff=True, is_superuser=True, language="en")))
    found = client.get("/admin/directory/organisation/", {"missing": "en"}).context["cl"].queryset
    assert {one.slug for one in found} == {"o0", "o1", "o2"}
    found = client.get("/admin/directory/organisation/", {"missing": "fr"}).context["cl"].queryset
    assert {one.slug for one in found} == {"o0"}
    assert client.get("/admin/directory/organisation/", {"missing": "xx"}).context["cl"].queryset.count() == 5
    address = reverse("admin:directory_organisation_change", args=[Organisation.objects.get(slug="o0").pk])
    assert (
        "missing in: French, English"
        in client.get(address, headers={"accept-language": "en"}).content.decode()
    )


def test_a_text_that_stands_while_another_languages_was_changed_is_flagged_for_staff(client):
    record = make.organisation(slug="red", name="Red", description="Antes")
    assert completeness.older(record) == []
    record.description_es = "Después"
    record.save()
    assert [(field, language) for field, language, _at in completeness.older(record)] == [
        ("description", "fr"),
        ("description", "en"),
    ]
    record.description_fr = "Après"
    record.save()
    # French is the newest now: whoever changed it last, the two others stand.
    assert {language for _field, language, _at in completeness.older(record)} == {"es", "en"}
